"""The statement of reasons: for a decision against a picture, once it can no longer be undone."""

from typing import Any

import pytest
from sqlalchemy import select, update

from api.http.appeal_tokens import make_appeal_token
from api.http.parts import ApiParts
from api.schemas.statement_schemas import DsaStatementAnswer, StatementAnswer
from api.v1.reports.report_routes import reader_pseudonym
from core.clock import now
from core.vocabulary import Finding, Outcome, Role
from store.base.database import Database
from store.desk.decisions import UNDOABLE, Seen, decide, undo
from store.outbox.statements import MOST_REASONS
from store.people.moderators import add_moderator
from store.quality.yearly import yearly_report
from store.reports.reader_reports import look_at_reported, mute_reader
from store.tables.case_tables import Image, Verdict
from store.tables.people_tables import Moderator
from store.tables.submission_tables import Submission
from store.verdicts.images import find_image
from tests.api.conftest import PROMPT, Web, examine, make_web, problem
from tests.clients import SECRET_KEY
from tests.reporting import report


def rule(database: Database, outcome: Outcome, note: str = "private") -> tuple[str, str]:
    """Decide the picture as it stands; give moderator and decision."""
    with database.writing() as session:
        person = session.scalars(select(Moderator)).first()
        if person is None:
            person = add_moderator(session, email="aiko@example.com", role=Role.LEAD).moderator
        image = find_image(session, "a" * 64)
        assert image is not None
        seen = Seen(image.sha256, image.verdict_id or "", image.decision_id)
        made = decide(session, seen, moderator_id=person.id, outcome=outcome, note=note, at=now())
        return person.id, made


def test_a_decision_against_a_picture_has_a_statement_once_it_cannot_be_undone(
    web: Web, database: Database
) -> None:
    submission_id = web.submit(declared="human", listing_id="4711", title="Secret title")
    path = f"/v1/submissions/{submission_id}/statement"
    assert web.get(path).status_code == 404
    examine(database, submission_id)
    assert web.get(path).status_code == 404
    rule(database, Outcome.AI)
    assert web.get(path).status_code == 404  # it can still be undone
    assert web.get(f"/v1/submissions/{submission_id}").get_json()["links"]["statement"] is None
    report(database)
    assert web.get(f"/v1/submissions/{submission_id}").get_json()["links"]["statement"] == path
    answer = web.get(path)
    StatementAnswer.model_validate_json(answer.data)
    said = answer.get_json()
    assert (said["outcome"], said["listing_id"], said["declared"]) == ("ai", "4711", "human")
    assert said["facts"][0] == "A moderator looked at this picture and decided that it was generated with AI."
    assert [code["code"] for code in said["fact_codes"]][:2] == ["statement_ai", "statement_found"]
    means = said["automated_means"]
    assert (means["detection"], means["decision"], means["model"]) == (True, False, "mobilenet_v3-test")
    assert said["ground"] == {"code": "file_record", "text": "A record in the file"}
    assert said["policy"] == "2026-11-1"
    assert said["contradiction"] == "declared_human_found_ai"
    assert said["redress"]["appeal"] == f"/v1/submissions/{submission_id}/appeal"
    for secret in ("private", "aiko@example.com", PROMPT):
        assert secret not in answer.text


@pytest.mark.parametrize(
    ("finding", "detects"), [(Finding.FLAGGED, "Yes"), (Finding.UNCERTAIN, "Yes"), (Finding.CLEAR, "No")]
)
def test_a_statement_says_that_automated_means_detected_only_what_they_brought_up(
    sqlite_web: Web, sqlite_database: Database, finding: Finding, detects: str
) -> None:
    submission_id = sqlite_web.submit()
    examine(sqlite_database, submission_id)
    with sqlite_database.writing() as session:
        session.execute(update(Verdict).values(finding=finding))
    rule(sqlite_database, Outcome.AI)
    report(sqlite_database)
    path = f"/v1/submissions/{submission_id}/statement"
    means, dsa = sqlite_web.get(path).get_json()["automated_means"], sqlite_web.get(f"{path}/dsa").get_json()
    assert (means["detection"], dsa["automated_detection"]) == (detects == "Yes", detects)
    for text in (means["text"], dsa["decision_facts"]):
        assert ("Automated means were used" in text) == (detects == "Yes")
        assert ("did not ask for a review" in text) == (detects == "No")


@pytest.mark.parametrize(
    ("came", "led"),
    [
        ("first", True),
        ("found after it", True),
        ("to a clear one", True),
        ("muted", False),
        ("after a flag", False),
    ],
)
def test_a_statement_says_when_a_readers_report_came_before_any_finding(
    web: Web, database: Database, *, came: str, led: bool
) -> None:
    submission_id = web.submit()
    is_first = came in {"first", "found after it"}
    if not is_first:
        examine(database, submission_id)
    with database.writing() as session:
        if came != "after a flag":
            session.execute(update(Verdict).values(finding=Finding.CLEAR))
        if came == "muted":
            client_id = session.get_one(Submission, submission_id).client_id
            mute_reader(
                session,
                client_id,
                reader_pseudonym(SECRET_KEY, client_id, "u-1"),
                moderator_id=add_moderator(session, email="ren@example.com", role=Role.LEAD).moderator.id,
                at=now(),
            )
    reported = web.post("/v1/reports", json={"reader": "u-1", "submission_id": submission_id})
    assert reported.status_code == 202, reported.text
    if is_first:
        examine(database, submission_id)
        with database.writing() as session:
            if came == "first":
                session.execute(update(Verdict).values(finding=Finding.CLEAR))
            look_at_reported(session, submission_id, "a" * 64)
    rule(database, Outcome.AI)
    report(database)
    path = f"/v1/submissions/{submission_id}/statement"
    whole, dsa = web.get(path).get_json(), web.get(f"{path}/dsa").get_json()
    sentence = "A reader had reported the picture before Kantei found anything"
    assert whole["from_report"] is led
    assert (sentence in str(whole["facts"]), sentence in dsa["decision_facts"]) == (led, led)
    assert dsa["source_type"] == ("SOURCE_TYPE_OTHER_NOTIFICATION" if led else "SOURCE_VOLUNTARY")
    # Whatever Kantei found later: one of both brought the picture before a moderator.
    detects = came == "after a flag"
    assert (whole["automated_means"]["detection"], dsa["automated_detection"]) == (
        detects,
        "Yes" if detects else "No",
    )
    for text in (whole["automated_means"]["text"], dsa["decision_facts"]):
        assert ("Automated means were used" in text) == detects
        assert ("report came first" in text) == (came == "found after it")
    with database.reading() as session:
        assert yearly_report(session, now().year, now() + UNDOABLE).decisions.from_reports == int(led)


@pytest.mark.parametrize("outcome", [Outcome.HUMAN, Outcome.ESCALATE])
def test_there_is_no_statement_where_nothing_was_decided_against_the_picture(
    sqlite_web: Web, sqlite_database: Database, outcome: Outcome
) -> None:
    submission_id = sqlite_web.submit()
    examine(sqlite_database, submission_id)
    rule(sqlite_database, Outcome.AI)
    rule(sqlite_database, outcome)
    report(sqlite_database)
    refused = problem(sqlite_web.get(f"/v1/submissions/{submission_id}/statement"))
    assert refused["code"] == "not_found"


def test_an_undone_decision_leaves_the_statement_of_the_one_before(
    sqlite_web: Web, sqlite_database: Database
) -> None:
    submission_id = sqlite_web.submit()
    examine(sqlite_database, submission_id)
    rule(sqlite_database, Outcome.ASSISTED)
    report(sqlite_database)
    person, later = rule(sqlite_database, Outcome.HUMAN)
    with sqlite_database.writing() as session:
        undo(session, later, moderator_id=person, at=now())
    report(sqlite_database)
    assert sqlite_web.get(f"/v1/submissions/{submission_id}/statement").get_json()["outcome"] == "assisted"


def test_a_statement_rests_on_the_verdict_that_was_decided_on(
    sqlite_web: Web, sqlite_database: Database
) -> None:
    submission_id = sqlite_web.submit()
    examine(sqlite_database, submission_id)
    rule(sqlite_database, Outcome.AI)
    report(sqlite_database)
    path = f"/v1/submissions/{submission_id}/statement"
    before = sqlite_web.get(path).get_json()
    with sqlite_database.writing() as session:
        made = session.scalars(select(Verdict)).one()
        verdict = Verdict(
            **{one.key: getattr(made, one.key) for one in made.__table__.columns if one.key != "id"}
            | {"model": "another", "finding": Finding.CLEAR, "score": 0.01, "reasons": []}
        )
        session.add(verdict)
        session.flush()
        session.get_one(Image, "a" * 64).verdict_id = verdict.id
        session.get_one(Submission, submission_id).verdict_id = verdict.id
    assert sqlite_web.get(f"/v1/submissions/{submission_id}").get_json()["verdict"]["model"] == "another"
    assert sqlite_web.get(path).get_json() == before


def test_a_statement_has_five_reasons_at_most(sqlite_web: Web, sqlite_database: Database) -> None:
    submission_id = sqlite_web.submit()
    examine(sqlite_database, submission_id)
    rule(sqlite_database, Outcome.AI)
    report(sqlite_database)
    with sqlite_database.writing() as session:
        verdict = session.scalars(select(Verdict)).one()
        verdict.reasons = [verdict.reasons[0]] * 9
    said = sqlite_web.get(f"/v1/submissions/{submission_id}/statement").get_json()
    assert len(said["facts"]) == 2 + MOST_REASONS


@pytest.mark.parametrize("path", ["", "/dsa"])
def test_another_client_and_an_unknown_submission_get_none(
    sqlite_web: Web, sqlite_parts: ApiParts, sqlite_database: Database, path: str
) -> None:
    submission_id = sqlite_web.submit()
    examine(sqlite_database, submission_id)
    rule(sqlite_database, Outcome.AI)
    report(sqlite_database)
    other = make_web(sqlite_parts)
    assert other.get(f"/v1/submissions/{submission_id}/statement{path}").status_code == 404
    assert sqlite_web.get(f"/v1/submissions/{'0' * 32}/statement{path}").status_code == 404
    assert sqlite_web.get(f"/v1/submissions/{'x' * 32}/statement{path}").status_code == 404


def test_the_dsa_database_gets_its_own_fields_and_nothing_personal(
    sqlite_web: Web, sqlite_database: Database
) -> None:
    submission_id = sqlite_web.submit(title="Secret title", page_url="https://shop.example/aiko")
    examine(sqlite_database, submission_id)
    rule(sqlite_database, Outcome.AI)
    report(sqlite_database)
    answer = sqlite_web.get(f"/v1/submissions/{submission_id}/statement/dsa")
    DsaStatementAnswer.model_validate_json(answer.data)
    said: dict[str, Any] = answer.get_json()
    assert said["puid"].replace("-", "").isalnum()
    assert {said["automated_detection"], said["automated_decision"], said["source_type"]} == {
        "Yes", "AUTOMATED_DECISION_NOT_AUTOMATED", "SOURCE_VOLUNTARY",
    }  # fmt: skip
    whole = sqlite_web.get(f"/v1/submissions/{submission_id}/statement").get_json()
    # What was decided, what was found, and the means: no reason, which may name what stands in a file.
    assert said["decision_facts"] == " ".join([*whole["facts"][:2], whole["automated_means"]["text"]])
    assert "A record in the file" in said["incompatible_content_explanation"]
    for secret in ("Secret", "shop.example", "aiko", "private"):
        assert secret not in answer.text


def test_the_artist_reads_the_statement_in_their_language(web: Web, database: Database) -> None:
    submission_id = web.submit()
    examine(database, submission_id)
    rule(database, Outcome.AI)
    path = f"/appeal/{make_appeal_token(SECRET_KEY, submission_id)}"
    assert "Statement of reasons" not in web.client.get(path).text
    report(database)
    page = web.client.get(path).text
    for said in ("Statement of reasons", "A record in the file", "not by automated means", "2026-11-1"):
        assert said in page
    page = web.client.get(path, headers={"Accept-Language": "ja"}).text
    for said in ("理由の説明書", "ファイル内の記録", "決定したのは人で"):
        assert said in page
