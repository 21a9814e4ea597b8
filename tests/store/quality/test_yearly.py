"""The figures of a year: decisions, means, appeals, outcomes and medians."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import update

from core.clock import now
from core.declarations import Declared
from core.vocabulary import Outcome, Role, Source
from kantei.operations.report_command import report as report_command
from store.appeals.appeal_resolution import appeals_on, name_said, resolve_appeals
from store.appeals.appeals import add_appeal
from store.base.database import Database
from store.clients.clients import NewClient
from store.desk.decisions import UNDOABLE, Seen, decide, undo
from store.intake.submissions import SubmissionRequest
from store.outbox import statements
from store.outbox.statements import statements_between
from store.people.moderators import add_moderator
from store.quality.yearly import YearlyReport, year_of, yearly_report
from store.tables.appeal_tables import Appeal
from store.tables.case_tables import Decision, Image
from store.tables.submission_tables import Submission
from store.verdicts.images import find_image
from tests.api.conftest import examine
from tests.clients import make_client
from tests.reporting import report
from tests.submissions import add_submission

YEAR = 2025
URL = "https://shop.example/a.png"
NEW_YEAR = datetime(YEAR + 1, 1, 1, tzinfo=UTC)


def rule(database: Database, sha256: str, outcome: Outcome, *, email: str = "aiko@example.com") -> str:
    with database.writing() as session:
        person = add_moderator(session, email=f"{outcome}{email}", role=Role.LEAD).moderator
        image = find_image(session, sha256)
        assert image is not None
        seen = Seen(sha256, image.verdict_id or "", image.decision_id)
        made = decide(session, seen, moderator_id=person.id, outcome=outcome, note="", at=now())
        resolve_appeals(
            session,
            sha256,
            seen=name_said(appeals_on(session, sha256)),
            decision_id=made,
            outcome=outcome,
            moderator_id=person.id,
            at=now(),
        )
        return made


def read(database: Database, year: int = YEAR) -> YearlyReport:
    with database.reading() as session:
        return yearly_report(session, year, now())


def test_a_year_is_counted_from_its_first_to_its_last_moment(database: Database, shop: NewClient) -> None:
    declared = (Declared.HUMAN, Declared.AI, Declared.UNKNOWN)
    with database.writing() as session:
        asked = [SubmissionRequest(Source.API, image_url=URL, declared=one) for one in declared]
        ids = [add_submission(session, shop.client.id, one).id for one in asked]
    digests = [letter * 64 for letter in "abc"]
    for submission_id, sha256 in zip(ids, digests, strict=True):
        examine(database, submission_id, sha256=sha256)
    first = rule(database, digests[0], Outcome.AI)
    with database.writing() as session:
        row = session.get_one(Submission, ids[0])
        add_appeal(session, row, reason="Mine.", evidence_urls=[], from_artist=True)
    overturned = rule(database, digests[0], Outcome.HUMAN)
    second = rule(database, digests[1], Outcome.ASSISTED, email="ren@example.com")
    third = rule(database, digests[2], Outcome.AI, email="mia@example.com")
    with database.writing() as session:
        made = session.get_one(Decision, third)
        undo(session, third, moderator_id=made.moderator_id, at=now())
        start = NEW_YEAR - timedelta(days=10)
        session.execute(update(Submission).values(created_at=start))
        session.execute(update(Image).values(created_at=start))
        session.execute(update(Decision).values(created_at=start + timedelta(hours=2)))
        session.get_one(Decision, second).created_at = start + timedelta(hours=6)
        session.get_one(Decision, overturned).created_at = NEW_YEAR  # of the next year
        session.execute(update(Appeal).values(created_at=start, resolved_at=NEW_YEAR - timedelta(days=9)))
    assert first
    found = read(database)
    assert (found.submissions, found.by_declaration) == (3, {"ai": 1, "human": 1, "unknown": 1})
    decisions = found.decisions
    assert (decisions.total, decisions.against) == (2, 2)
    assert decisions.by_outcome == {"ai": 1, "assisted": 1}
    assert decisions.by_ground == {"file_record": 2}
    assert (decisions.by_finding, decisions.by_means) == ({"flagged": 2}, {"pixels": 2})
    assert decisions.median_hours_to_decide == 4.0
    appeals = found.appeals
    assert (appeals.received, appeals.from_artists, appeals.answered) == (1, 1, 1)
    assert (appeals.by_outcome, appeals.upheld, appeals.changed) == ({"human": 1}, 0, 1)
    assert appeals.median_hours_to_answer == 24.0
    later = read(database, YEAR + 1)
    assert (later.submissions, later.decisions.by_outcome) == (0, {"human": 1})
    assert later.decisions.median_hours_to_decide is None


def test_an_escalation_is_no_decision_and_the_ruling_after_it_ends_the_wait(
    database: Database, shop: NewClient
) -> None:
    with database.writing() as session:
        request = SubmissionRequest(Source.API, image_url=URL)
        submission_id = add_submission(session, shop.client.id, request).id
    sha256 = "d" * 64
    examine(database, submission_id, sha256=sha256)
    made = [rule(database, sha256, one) for one in (Outcome.ESCALATE, Outcome.AI, Outcome.HUMAN)]
    start = NEW_YEAR - timedelta(days=10)
    with database.writing() as session:
        session.get_one(Image, sha256).created_at = start
        for hours, decision_id in enumerate(made, start=1):
            session.get_one(Decision, decision_id).created_at = start + timedelta(hours=hours)
    decisions = read(database).decisions
    assert (decisions.total, decisions.by_outcome) == (2, {"ai": 1, "human": 1})
    assert decisions.median_hours_to_decide == 2.0


def test_what_can_still_be_undone_is_not_counted(sqlite_database: Database) -> None:
    shop, moment = make_client(sqlite_database), now()
    with sqlite_database.writing() as session:
        request = SubmissionRequest(Source.API, image_url=URL)
        row = add_submission(session, shop.client.id, request)
        submission_id = row.id
    examine(sqlite_database, submission_id, sha256="e" * 64)
    with sqlite_database.writing() as session:
        appealed = session.get_one(Submission, submission_id)
        add_appeal(session, appealed, reason="Mine.", evidence_urls=[], from_artist=True)
    rule(sqlite_database, "e" * 64, Outcome.AI)

    def counted(at: datetime) -> tuple[int, int]:
        with sqlite_database.reading() as session:
            found = yearly_report(session, moment.year, at)
        return found.decisions.total, found.appeals.answered

    assert counted(now() + UNDOABLE - timedelta(seconds=5)) == (0, 0)
    assert counted(now() + UNDOABLE) == (1, 1)


def test_an_answer_after_an_escalation_is_held_against_the_ruling_before(
    database: Database, shop: NewClient
) -> None:
    with database.writing() as session:
        request = SubmissionRequest(Source.API, image_url=URL)
        submission_id = add_submission(session, shop.client.id, request).id
    sha256 = "e" * 64
    examine(database, submission_id, sha256=sha256)
    rule(database, sha256, Outcome.AI)
    with database.writing() as session:
        add_appeal(session, session.get_one(Submission, submission_id), reason="Mine.")
    rule(database, sha256, Outcome.ESCALATE)
    rule(database, sha256, Outcome.AI, email="lead@example.com")
    with database.writing() as session:
        session.execute(update(Appeal).values(resolved_at=NEW_YEAR - timedelta(days=9)))
    appeals = read(database).appeals
    assert (appeals.answered, appeals.upheld, appeals.changed) == (1, 1, 0)


def test_the_command_prints_every_figure_and_json(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("KANTEI_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("KANTEI_DATABASE_URL", str(sqlite_database.url))
    monkeypatch.setenv("KANTEI_SECRET_KEY", "k" * 32)
    run = CliRunner().invoke(report_command, ["--year", str(YEAR)])
    assert run.exit_code == 0, run.output
    assert "decisions, median hours to decide: none" in run.output
    run = CliRunner().invoke(report_command, ["--year", str(YEAR), "--json"])
    assert json.loads(run.output)["appeals"]["received"] == 0
    assert CliRunner().invoke(report_command, ["--year", "9000"]).exit_code == 2


@pytest.mark.slow
def test_a_years_statements_are_written_for_one_client_or_all(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("KANTEI_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("KANTEI_DATABASE_URL", str(sqlite_database.url))
    monkeypatch.setenv("KANTEI_SECRET_KEY", "k" * 32)
    clients, file = [make_client(sqlite_database).client.id for _ in range(2)], tmp_path / "dsa.jsonl"
    ids = []
    for client_id in clients:
        with sqlite_database.writing() as session:
            asked = SubmissionRequest(Source.API, image_url=URL, title="Secret title")
            ids.append(add_submission(session, client_id, asked).id)
        examine(sqlite_database, ids[-1])
    made = rule(sqlite_database, "a" * 64, Outcome.AI)

    def write(*more: str) -> list[dict[str, str]]:
        command = ["--year", str(now().year), "--statements", str(file), *more]
        run = CliRunner().invoke(report_command, command)
        assert run.exit_code == 0, run.output
        return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]

    assert write() == []  # it can still be undone
    report(sqlite_database)
    assert [line["puid"] for line in write()] == [f"{one}-{made}" for one in ids]
    assert [line["puid"] for line in write("--client", clients[1])] == [f"{ids[1]}-{made}"]
    assert "Secret" not in file.read_text(encoding="utf-8")
    monkeypatch.setattr(statements, "PAGE", 1)
    assert len(write()) == len(ids)


def test_a_statement_belongs_to_one_year(sqlite_database: Database) -> None:
    client_id = make_client(sqlite_database).client.id
    with sqlite_database.writing() as session:
        asked = SubmissionRequest(Source.API, image_url=URL)
        submission_id = add_submission(session, client_id, asked).id
    examine(sqlite_database, submission_id)
    rule(sqlite_database, "a" * 64, Outcome.AI)
    report(sqlite_database)
    with sqlite_database.writing() as session:
        session.execute(update(Decision).values(created_at=NEW_YEAR))
    with sqlite_database.reading() as session:
        years = (YEAR, YEAR + 1, YEAR + 2)
        counts = [len(list(statements_between(session, *year_of(year)))) for year in years]
    assert counts == [0, 1, 0]
