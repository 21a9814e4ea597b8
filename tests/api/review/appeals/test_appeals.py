"""Appeals: seen by everybody, decided by another than the first."""

import hashlib
import re
from collections.abc import Callable

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from core.clock import now
from core.vocabulary import EventKind, FileKind, Outcome
from store.appeals.appeal_files import NewFile
from store.appeals.appeals import add_appeal
from store.desk.bulk_proposals import propose_many
from store.desk.decisions import Seen
from store.desk.queue_filter import Viewer
from store.tables.appeal_tables import Appeal, AppealFile
from store.tables.case_tables import Image
from store.tables.marketplace_tables import ClientEvent
from store.tables.submission_tables import Submission
from tests.api.review.conftest import Desk, hidden
from tests.api.review.desk.test_bulk import _boxes, _post
from tests.reporting import report

Decide = Callable[..., TestResponse]
REASON = "I drew this myself;\n<b>look</b> at the layers."


def _appeal(desk: Desk, sha256: str) -> None:
    with desk.parts.database.writing() as session:
        submission = session.scalars(select(Submission).where(Submission.image_sha256 == sha256)).one()
        add_appeal(session, submission, reason=REASON, evidence_urls=["https://artist.example/wip"])


def _appeals(desk: Desk) -> list[Appeal]:
    with desk.parts.database.reading() as session:
        return list(session.scalars(select(Appeal)))


def test_an_appeal_is_listed_with_its_reason_and_evidence(desk: Desk, decide: Decide) -> None:
    sha256, visit = desk.add_case(0.95, title="Fox"), desk.as_person()
    decide(visit, sha256, "ai")
    _appeal(desk, sha256)
    page = visit.get("/review/appeals").text
    for text in (
        "Fox",
        "I drew this myself",
        "&lt;b&gt;look",
        "artist.example/wip",
        "against a decision of yours",
    ):
        assert text in page
    assert "Appeals <b>1</b>" in visit.get("/review").text
    case = desk.as_person("ren@example.com").get(f"/review/cases/{sha256}?tab=appeals").text
    assert 'href="https://artist.example/wip" rel="noreferrer noopener nofollow"' in case
    assert "Claim ends in" in case


def test_whoever_decided_first_does_not_decide_the_appeal(desk: Desk, decide: Decide) -> None:
    sha256, aiko, ren = desk.add_case(0.95), desk.as_person(), desk.as_person("ren@example.com")
    decide(aiko, sha256, "ai")
    _appeal(desk, sha256)
    refused = decide(aiko, sha256, "human", "on second thoughts")
    assert refused.status_code == 409
    assert "against a decision that you made or confirmed" in refused.text
    assert _appeals(desk)[0].resolved_at is None
    assert decide(ren, sha256, "human", "the layers convince").status_code == 303
    (appeal,) = _appeals(desk)
    assert (appeal.outcome, appeal.resolved_by) == (Outcome.HUMAN, desk.people["ren@example.com"])
    report(desk.parts.database)
    with desk.parts.database.reading() as session:
        kinds = list(session.scalars(select(ClientEvent.kind).order_by(ClientEvent.id)))
    assert kinds == [EventKind.DECISION_MADE, EventKind.APPEAL_RESOLVED]
    assert "answers an appeal" in ren.get(f"/review/cases/{sha256}").text


@pytest.mark.slow
def test_whoever_confirmed_an_accusation_does_not_decide_its_appeal(desk: Desk, decide: Decide) -> None:
    accused, spared = desk.add_case(0.95), desk.add_case(0.96)
    aiko, ren = desk.as_person(), desk.as_person("ren@example.com")
    with desk.parts.database.writing() as session:
        images = session.scalars(select(Image))
        seen = [Seen(image.sha256, image.verdict_id or "", None) for image in images]
        viewer = Viewer(desk.people["aiko@example.com"], now())
        proposal = propose_many(session, seen, viewer, outcome=Outcome.AI, note="", ground=None)
    boxes = [box for box in _boxes(ren.get("/review/proposals").text) if box.startswith(accused)]
    assert _post(ren, f"/review/proposals/{proposal}", case=boxes, answer="confirm").status_code == 303
    for sha256 in (accused, spared):
        _appeal(desk, sha256)
    assert ren.get("/review/appeals").text.count("against a decision of yours") == 1
    refused = decide(ren, accused, "human")
    assert refused.status_code == 409
    assert "against a decision that you made or confirmed" in refused.text
    assert decide(aiko, accused, "human").status_code == 409
    assert decide(ren, spared, "human").status_code == 303
    assert decide(desk.as_person("kaede@example.com"), accused, "human").status_code == 303


def test_to_escalate_answers_no_appeal(desk: Desk, decide: Decide) -> None:
    sha256, aiko = desk.add_case(0.95), desk.as_person()
    _appeal(desk, sha256)
    assert decide(aiko, sha256, "escalate").status_code == 303
    assert _appeals(desk)[0].resolved_at is None


def test_an_appeal_against_the_machine_alone_is_open_to_all(desk: Desk, decide: Decide) -> None:
    sha256, aiko = desk.add_case(0.95), desk.as_person()
    _appeal(desk, sha256)
    assert decide(aiko, sha256, "human").status_code == 303
    assert _appeals(desk)[0].outcome is Outcome.HUMAN


def test_undoing_the_answer_opens_the_appeal_again(desk: Desk, decide: Decide) -> None:
    sha256, aiko = desk.add_case(0.95), desk.as_person()
    _appeal(desk, sha256)
    done = decide(aiko, sha256, "human").location.split("done=")[1]
    aiko.send(f"/review/decisions/{done}/undo")
    assert _appeals(desk)[0].resolved_at is None
    # What was taken back bars nobody.
    assert decide(aiko, sha256, "ai").status_code == 303


def test_no_appeal_is_decided_in_passing(desk: Desk) -> None:
    appealed, other = desk.add_case(0.95), desk.add_case(0.96)
    visit = desk.as_person()
    boxes = _boxes(visit.get("/review").text)
    _appeal(desk, appealed)
    page = _post(visit, "/review/bulk/preview", outcome="ai", case=boxes).text
    assert "decide it separately" in page
    assert "left_out=1" in _post(visit, "/review/bulk", outcome="ai", case=boxes).location
    assert _appeals(desk)[0].resolved_at is None
    assert other


@pytest.mark.parametrize("sheet", ["", "?sheet=1"])
def test_an_appeal_opened_after_the_page_is_not_answered_unread(desk: Desk, sheet: str) -> None:
    sha256, visit = desk.add_case(0.95), desk.as_person()
    case = f"/review/cases/{sha256}"
    page = visit.get("/review/triage" if sheet else case).text
    seen = {name: hidden(page, name) for name in ("form_token", "verdict_id", "decision_id")}
    if not sheet:
        assert hidden(page, "said") == ""
    _appeal(desk, sha256)
    refused = visit.client.post(f"{case}/decision{sheet}", data=seen | {"outcome": "ai", "note": "my words"})
    assert refused.status_code == 409
    assert "I drew this myself" in refused.text
    assert "my words" in refused.text
    assert _appeals(desk)[0].resolved_at is None
    with desk.parts.database.reading() as session:
        assert session.get_one(Image, sha256).decision_id is None
    seen["said"] = hidden(refused.text, "said")
    answered = visit.client.post(f"{case}/decision", data=seen | {"outcome": "ai"})
    assert answered.status_code == 303
    assert _appeals(desk)[0].outcome is Outcome.AI


def test_appeals_follow_each_other(desk: Desk, decide: Decide) -> None:
    first, second = desk.add_case(0.95), desk.add_case(0.94)
    desk.add_case(0.99)
    visit = desk.as_person()
    _appeal(desk, first)
    _appeal(desk, second)
    assert f"/review/cases/{second}?tab=appeals" in decide(visit, first, "ai", query="?tab=appeals").location


HTML = b"<script>alert(1)</script>"
HOSTILE = '"><img src=x onerror=alert(1)>\u202egnp.exe'


def _with_file(desk: Desk, sha256: str, name: str, data: bytes = HTML) -> str:
    """Appeal with one file; give the path of the file."""
    file = NewFile(name, FileKind.PROGRAM, len(data), desk.parts.blobs.put(data))
    with desk.parts.database.writing() as session:
        submission = session.scalars(select(Submission).where(Submission.image_sha256 == sha256)).one()
        appeal = add_appeal(session, submission, reason=REASON, files=[file])
        session.flush()
        kept = session.scalars(select(AppealFile).where(AppealFile.appeal_id == appeal.id)).one()
        return f"/review/appeals/{appeal.id}/files/{kept.id}"


def test_an_appellants_file_is_only_ever_downloaded(desk: Desk) -> None:
    sha256, visit = desk.add_case(0.95), desk.as_person()
    path = _with_file(desk, sha256, "work.html")
    answer = visit.get(path)
    assert answer.data == HTML
    assert answer.mimetype == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert re.fullmatch(
        r"attachment; filename=appeal-\w{6}-\w{12}\.bin", answer.headers["Content-Disposition"]
    )
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_hostile_name_is_shown_harmlessly_and_never_given_to_the_disk(desk: Desk) -> None:
    sha256, visit = desk.add_case(0.95), desk.as_person()
    path = _with_file(desk, sha256, HOSTILE)
    case = visit.get(f"/review/cases/{sha256}").text
    assert "&lt;img src=x" in case
    assert "<img src=x" not in case
    assert "\u202e" not in case
    assert f'href="{path}"' in case
    assert "a program: do not run it" in case
    assert "exe" not in visit.get(path).headers["Content-Disposition"]
    assert "1 file" in visit.get("/review/appeals").text


def test_a_drawing_keeps_its_ending(desk: Desk) -> None:
    path = _with_file(desk, desk.add_case(0.95), "線画.CLIP", b"CSFCHUNK")
    assert desk.as_person().get(path).headers["Content-Disposition"].endswith(".clip")


def test_files_are_for_moderators_and_by_their_own_appeal(desk: Desk) -> None:
    path = _with_file(desk, desk.add_case(0.95), "a.psd")
    other = _with_file(desk, desk.add_case(0.9), "b.psd")
    assert desk.visit().get(path).status_code == 302
    visit = desk.as_person()
    mixed = path.rpartition("/")[0] + "/" + other.rpartition("/")[2]
    for wrong in (mixed, path[:-1] + "g", path.replace("/files/", "/files/" + "0" * 32 + "/")):
        assert visit.get(wrong).status_code == 404


def test_a_file_whose_bytes_are_gone_is_not_there(desk: Desk) -> None:
    path = _with_file(desk, desk.add_case(0.95), "a.psd")
    desk.parts.blobs.delete(hashlib.sha256(HTML).hexdigest())
    assert desk.as_person().get(path).status_code == 404


def test_what_was_shown_stays_to_be_seen_after_the_answer(desk: Desk, decide: Decide) -> None:
    sha256, ren = desk.add_case(0.95), desk.as_person("ren@example.com")
    path = _with_file(desk, sha256, "a.psd")
    assert decide(ren, sha256, "human").status_code == 303
    case = ren.get(f"/review/cases/{sha256}").text
    assert "Earlier appeals" in case
    assert f'href="{path}"' in case
