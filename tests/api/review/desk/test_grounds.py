"""Each decision names a ground: the usual one, or one from the list that a lead edits."""

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from api.schemas.answers import SubmissionAnswer
from core.clock import now
from core.usual_grounds import MOST_GROUNDS, USUAL_CODES, UsualGround
from core.vocabulary import Evidence, EvidenceKind, Grade, Label, Outcome, Role
from store.base.database import Database
from store.desk.grounds import add_ground, change_ground, find_ground, list_grounds, usual_of
from store.intake.submissions import find_submission
from store.outbox.submission_json import standing_json
from store.tables.case_tables import Decision
from store.tables.submission_tables import Submission
from tests.api.review.conftest import Desk, Visit, hidden
from tests.reporting import report

LEAD = "lead@example.com"
SIGNED = Evidence(EvidenceKind.NOVELAI_SIGNATURE, Grade.PROOF, Label.AI, "NovelAI", "Signed.")


def send(visit: Visit, sha256: str, outcome: str, **more: str) -> TestResponse:
    page = visit.get(f"/review/cases/{sha256}").text
    form = {name: hidden(page, name) for name in ("form_token", "verdict_id", "decision_id")}
    return visit.client.post(
        f"/review/cases/{sha256}/decision", data=form | {"outcome": outcome, "note": "private", **more}
    )


def decisions(database: Database) -> list[Decision]:
    with database.reading() as session:
        return list(session.scalars(select(Decision).order_by(Decision.id)))


def told(database: Database) -> dict[str, Any]:
    """The decision as the client reads it."""
    with database.reading() as session:
        found = find_submission(session, session.scalars(select(Submission.id)).one())
        assert found is not None
        body = standing_json(found)
    SubmissionAnswer.model_validate_json(SubmissionAnswer(**body).model_dump_json())
    decision: dict[str, Any] = body["decision"]
    return decision


def test_one_press_decides_with_the_usual_ground_and_the_client_reads_it(
    desk: Desk, database: Database
) -> None:
    sha256 = desk.add_case(0.95, evidence=(SIGNED,))
    visit = desk.as_person()
    assert "AI: A record in the file" in visit.get(f"/review/cases/{sha256}").text
    assert send(visit, sha256, "ai").status_code == 303
    report(database)
    decision = told(database)
    assert decision["ground"] == {"code": "file_record", "text": "A record in the file"}
    assert decision["policy"] == "p1"
    assert "private" not in str(decision)
    assert "A record in the file" in visit.get(f"/review/cases/{sha256}").text
    assert "A record in the file" in visit.get("/review/decisions").text


def test_another_ground_is_chosen_before_the_decision(desk: Desk, database: Database) -> None:
    sha256 = desk.add_case(0.95, evidence=(SIGNED,))
    assert send(desk.as_person(), sha256, "ai", ground="hands_anatomy").status_code == 303
    (decision,) = decisions(database)
    assert (decision.ground, decision.ground_texts) == (
        "hands_anatomy",
        {"en": "Hands and anatomy", "ja": "手や体のつくり"},
    )


@pytest.mark.parametrize("ground", ["nonsense", "x" * 500, "NO_SIGNS"])
def test_a_ground_that_is_not_on_the_list_is_refused_and_nothing_is_saved(
    desk: Desk, database: Database, ground: str
) -> None:
    sha256 = desk.add_case(0.95)
    refused = send(desk.as_person(), sha256, "ai", ground=ground)
    assert refused.status_code == 400
    assert "Choose a ground from the list." in refused.text
    assert decisions(database) == []


def test_a_ground_is_changed_while_the_decision_can_be_undone(desk: Desk, database: Database) -> None:
    sha256 = desk.add_case(0.95)
    visit, other = desk.as_person(), desk.as_person("ren@example.com")
    send(visit, sha256, "ai")
    (decision,) = decisions(database)
    path = f"/review/decisions/{decision.id}/ground"
    assert f'action="{path}"' in visit.get(f"/review?done={decision.id}").text
    assert other.send(path, ground="text_ornament").status_code == 409  # not theirs
    assert visit.send(path, ground="").status_code == 409
    assert visit.send(path, ground="text_ornament").status_code == 303
    assert decisions(database)[0].ground == "text_ornament"
    report(database)
    assert visit.send(path, ground="near_copy").status_code == 409
    assert told(database)["ground"] == {"code": "text_ornament", "text": "Text and ornament"}


def test_a_ground_is_too_late_once_the_decision_is_due_or_undone(desk: Desk, database: Database) -> None:
    visit, sha256 = desk.as_person(), desk.add_case(0.95)
    send(visit, sha256, "ai")
    (decision,) = decisions(database)
    with database.writing() as session:
        ground = find_ground(session, "near_copy")
        assert ground is not None
        later = now() + timedelta(seconds=36)
        own = {"moderator_id": decision.moderator_id}
        assert not change_ground(session, decision.id, ground, **own, at=later)
    visit.send(f"/review/decisions/{decision.id}/undo")
    assert visit.send(f"/review/decisions/{decision.id}/ground", ground="near_copy").status_code == 409


def _bulk(desk: Desk, **form: str) -> tuple[Visit, str]:
    """Two cases with a record in the file and one without, decided AI at once; gives the preview, too."""
    for score in (0.95, 0.96):
        desk.add_case(score, evidence=(SIGNED,))
    desk.add_case(0.97)
    visit = desk.as_person()
    cases = re.findall(r'name="case" value="([^"]+)"', visit.get("/review").text)
    sent = {"form_token": visit.form_token(), "case": cases, "outcome": "ai"}
    preview = visit.client.post("/review/bulk/preview", data=sent).text
    assert visit.client.post("/review/bulk", data=sent | form).status_code == 303
    return visit, preview


def test_each_picture_of_a_bulk_decision_has_its_own_usual_ground(desk: Desk, database: Database) -> None:
    visit, preview = _bulk(desk, ground="")
    assert '<option value="">The usual ground for each picture</option>' in preview
    found = decisions(database)
    assert sorted(row.ground or "" for row in found) == ["file_record", "file_record", "lines_texture"]
    bar = visit.get(f"/review?done={found[0].batch_id}").text
    # What it says of the batch can be replaced, and not be chosen again: it is no ground.
    assert '<option value="" disabled selected>The usual ground for each picture</option>' in bar


def test_a_bulk_decision_may_have_one_ground_for_all(desk: Desk, database: Database) -> None:
    visit, _ = _bulk(desk, ground="light_perspective")
    found = decisions(database)
    assert [row.ground for row in found] == ["light_perspective"] * 3
    visit.send(f"/review/decisions/{found[0].batch_id}/ground", ground="near_copy")
    assert [row.ground for row in decisions(database)] == ["near_copy"] * 3


def test_a_lead_edits_the_list_and_decisions_keep_the_text_they_were_made_with(
    desk: Desk, database: Database
) -> None:
    lead, first, second = desk.as_person(LEAD, Role.LEAD), desk.add_case(0.95), desk.add_case(0.96)
    send(lead, first, "ai")
    form = {"code": "lines_texture", "text_en": "Brushwork", "text_ja": "筆致", "position": "1"}
    assert lead.send("/admin/grounds", **form).status_code == 303
    send(lead, second, "ai")
    assert [row.ground_texts and row.ground_texts["en"] for row in decisions(database)] == [
        "Lines and texture",
        "Brushwork",
    ]
    new = {"new": "1", "code": "layers", "text_en": "Layers", "text_ja": "レイヤー"}
    assert lead.send("/admin/grounds", **new).status_code == 303
    assert "Layers" in lead.get(f"/review/cases/{desk.add_case(0.97)}").text
    assert "ground_changed" in lead.get("/admin/log.csv").text
    assert desk.as_person().get("/admin/grounds").status_code == 403


def test_a_retired_ground_is_offered_no_more_and_a_full_list_takes_no_other(
    desk: Desk, database: Database
) -> None:
    lead = desk.as_person(LEAD, Role.LEAD)
    form = {"code": "hands_anatomy", "text_en": "Hands", "text_ja": "手", "position": "2"}
    assert lead.send("/admin/grounds", **form, retired="1").status_code == 303
    sha256 = desk.add_case(0.95)
    assert send(lead, sha256, "ai", ground="hands_anatomy").status_code == 400
    with database.writing() as session:
        for number in range(MOST_GROUNDS - len(list_grounds(session))):
            add_ground(session, f"more_{number}", {"en": "More", "ja": "他"}, at=now())
    new = {"new": "1", "code": "layers", "text_en": "Layers", "text_ja": "レイヤー"}
    assert lead.send("/admin/grounds", **new).status_code == 400
    assert lead.send("/admin/grounds", **form).status_code == 400  # nor one that was retired
    assert decisions(database) == []


def test_the_order_of_the_list_is_the_leads(desk: Desk, database: Database) -> None:
    form = {"code": "unclear", "text_en": "Unclear", "text_ja": "不明", "position": "0"}
    assert desk.as_person(LEAD, Role.LEAD).send("/admin/grounds", **form).status_code == 303
    with database.reading() as session:
        assert [one.code for one in list_grounds(session)][:2] == ["unclear", "file_record"]


@pytest.mark.parametrize(
    "form",
    [
        {"new": "1", "code": "layers", "text_en": "", "text_ja": "x"},
        {"new": "1", "code": "layers", "text_en": "x" * 201, "text_ja": "x"},
        {"new": "1", "code": "Layers!", "text_en": "x", "text_ja": "x"},
        {"new": "1", "code": "no_signs", "text_en": "x", "text_ja": "x"},
        {"code": "layers", "text_en": "x", "text_ja": "x"},
    ],
)
def test_a_wrong_entry_changes_nothing(desk: Desk, database: Database, form: dict[str, str]) -> None:
    with database.reading() as session:
        before = [(one.code, one.en) for one in list_grounds(session)]
    assert desk.as_person(LEAD, Role.LEAD).send("/admin/grounds", **form).status_code == 400
    with database.reading() as session:
        assert [(one.code, one.en) for one in list_grounds(session)] == before


def test_the_usual_grounds_stay_and_nothing_else_stands_in_for_them(desk: Desk, database: Database) -> None:
    lead = desk.as_person(LEAD, Role.LEAD)
    with database.reading() as session:
        listed = list_grounds(session)
    page = lead.get("/admin/grounds").text
    assert page.count('name="retired"') == len(listed) - len(USUAL_CODES)
    for one in listed:
        form = {"code": one.code, "text_en": one.en, "text_ja": one.ja, "retired": "1"}
        answer = lead.send("/admin/grounds", **form)
        assert answer.status_code == (400 if one.code in USUAL_CODES else 303)
    with database.reading() as session:
        assert {one.code for one in list_grounds(session)} == USUAL_CODES
    send(lead, desk.add_case(0.95), "ai")
    assert [row.ground for row in decisions(database)] == ["lines_texture"]


def test_a_usual_ground_that_was_retired_before_is_offered_again(database: Database) -> None:
    with database.writing() as session:
        (texture,) = [one for one in list_grounds(session) if one.code == UsualGround.LINES_TEXTURE]
        texture.retired_at = now()
        session.add(texture)
    with database.reading() as session:
        grounds = list_grounds(session)
    assert usual_of(grounds, Outcome.AI, []).code == UsualGround.LINES_TEXTURE
