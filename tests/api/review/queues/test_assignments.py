"""A lead's assignments: seen on card and case, kept from the others' way, and over with a decision."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait

import pytest
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from core.clock import now
from core.vocabulary import Outcome, PictureLook, Role
from store.desk.decisions import Seen
from store.desk.decisions import decide as store_decision
from store.queues.assignments import assign_cases
from store.retention.erasure import erase_image, erase_person
from store.tables.case_tables import Image
from store.tables.people_tables import Moderator
from store.tables.queue_tables import CaseAssignment, QueueMember
from store.tables.review_tables import Event
from tests.api.review.conftest import Desk, Visit
from tests.api.review.desk.test_bulk import _boxes
from tests.api.review.desk.test_queue import shown
from tests.reporting import report

Decide = Callable[..., TestResponse]


def _lead(desk: Desk) -> Visit:
    return desk.as_person("lead@example.com", Role.LEAD)


def _assign(desk: Desk, to: str, *cases: str, query: str = "") -> TestResponse:
    lead = _lead(desk)
    boxes = [box for box in _boxes(lead.get("/review").text) if box.split("~")[0] in cases]
    form = {"form_token": lead.form_token(), "case": boxes, "assignee": desk.people.get(to, to)}
    return lead.client.post(f"/review/assign{query}", data=form)


def _standing(desk: Desk) -> dict[str, str]:
    with desk.parts.database.reading() as session:
        return {one.image_sha256: one.moderator_id for one in session.scalars(select(CaseAssignment))}


def test_an_assigned_case_is_marked_and_found_by_the_filter(desk: Desk) -> None:
    mine, other = desk.add_case(0.97), desk.add_case(0.96)
    aiko, ren = desk.as_person(), desk.as_person("ren@example.com")
    assert _assign(desk, "aiko@example.com", mine).location == "/review?handed=1"
    assert shown(aiko.get("/review?assigned=me").text) == [mine]
    assert shown(ren.get("/review?assigned=me").text) == []
    assert shown(ren.get("/review?assigned=others").text) == [mine]
    assert shown(ren.get("/review?assigned=nobody").text) == [other]
    card = ren.get("/review").text.partition(mine)[2].partition("</li>")[0]
    assert 'title="Assigned to aiko@example.com"' in card
    page = ren.get(f"/review/cases/{mine}").text
    assert "Assigned to aiko@example.com by lead@example.com" in page
    assert 'name="assignee"' not in page
    assert 'name="assignee"' in _lead(desk).get(f"/review/cases/{other}").text


def test_others_pass_over_it_and_its_own_moderator_does_not(desk: Desk, decide: Decide) -> None:
    first, second, third = desk.add_case(0.99), desk.add_case(0.98), desk.add_case(0.97)
    aiko, ren = desk.as_person(), desk.as_person("ren@example.com")
    _assign(desk, "aiko@example.com", second)
    assert third in decide(ren, first, "human").location
    assert ren.get("/review/triage").text.count(f'data-tile="{second}"') == 0
    assert aiko.get("/review/triage").text.count(f'data-tile="{second}"') == 1
    preview = ren.send("/review/bulk/preview", outcome="human", all="1").text
    assert [box.split("~")[0] for box in _boxes(preview)] == [third]
    # It is a request and no lock: who opens the case may decide it, and that ends it.
    assert decide(ren, second, "human").status_code == 303
    assert "Assigned to" not in ren.get(f"/review/cases/{second}").text
    report(desk.parts.database)
    assert _standing(desk) == {}


@pytest.mark.parametrize("outcome", ["human", "escalate"])
def test_an_undone_decision_leaves_the_case_with_whom_it_was_assigned_to(
    desk: Desk, decide: Decide, outcome: str
) -> None:
    case, other = desk.add_case(0.99), desk.add_case(0.98)
    aiko, ren = desk.as_person(), desk.as_person("ren@example.com")
    _assign(desk, "aiko@example.com", case)
    done = decide(ren, case, outcome).location.partition("done=")[2].partition("&")[0]
    assert "Assigned to aiko" not in _lead(desk).get(f"/review/cases/{case}").text
    assert shown(aiko.get("/review?tab=all&assigned=me").text) == []
    assert ren.send(f"/review/decisions/{done}/undo").status_code == 302
    report(desk.parts.database)
    assert "Assigned to aiko" in ren.get(f"/review/cases/{case}").text
    assert shown(aiko.get("/review?assigned=me").text) == [case]
    assert shown(aiko.get("/review?assigned=nobody").text) == [other]


def test_an_erased_picture_and_an_erased_person_have_no_assignment(desk: Desk) -> None:
    gone, kept = desk.add_case(0.99), desk.add_case(0.98)
    aiko_id, database = desk.add_person("aiko@example.com"), desk.parts.database
    _assign(desk, "aiko@example.com", gone, kept)
    _lead(desk).send("/admin/queues", name="Foxes", member=aiko_id)
    erase_image(database, desk.parts.blobs, gone)
    assert _standing(desk) == {kept: aiko_id}
    erase_person(database, "aiko@example.com")
    assert _standing(desk) == {}
    with database.reading() as session:
        assert session.scalars(select(QueueMember)).all() == []


def test_an_escalated_case_is_assigned_anew(desk: Desk, decide: Decide) -> None:
    case, mina = desk.add_case(0.99), desk.as_person("mina@example.com", Role.LEAD)
    _assign(desk, "mina@example.com", case)
    decide(desk.as_person(), case, "escalate")
    form = {"case": case, "assignee": desk.people["mina@example.com"]}
    page = mina.get("/review?tab=escalated").text
    (box,) = [one for one in _boxes(page) if one.startswith(case)]
    assert mina.send("/review/assign", **(form | {"case": box})).status_code == 303
    report(desk.parts.database)
    assert _standing(desk) == {case: desk.people["mina@example.com"]}


def test_nobody_waits_for_somebody_who_was_disabled(desk: Desk) -> None:
    case, ren = desk.add_case(0.99), desk.as_person("ren@example.com")
    desk.add_person("aiko@example.com")
    _assign(desk, "aiko@example.com", case)
    with desk.parts.database.writing() as session:
        session.execute(
            update(Moderator).where(Moderator.email == "aiko@example.com").values(disabled_at=now())
        )
    assert f'data-tile="{case}"' in ren.get("/review/triage").text
    assert "Assigned to aiko" not in ren.get("/review").text
    assert _assign(desk, "aiko@example.com", case).status_code == 400


def test_each_change_is_logged_once_and_can_be_taken_back(desk: Desk, decide: Decide) -> None:
    case, other = desk.add_case(0.99), desk.add_case(0.98)
    aiko_id, ren_id = desk.add_person("aiko@example.com"), desk.add_person("ren@example.com")
    decide(_lead(desk), other, "human")
    for to in ("aiko@example.com", "aiko@example.com", "ren@example.com", ""):
        _assign(desk, to, case, other)
    assert _standing(desk) == {}
    with desk.parts.database.reading() as session:
        found = session.scalars(select(Event).where(Event.kind.like("case_%")).order_by(Event.id)).all()
        lines = [(one.kind, one.subject, one.detail["member"]) for one in found]
    assert lines == [
        ("case_assigned", case, aiko_id),
        ("case_assigned", case, ren_id),
        ("case_unassigned", case, ren_id),
    ]
    assert "Took back an assignment" in _lead(desk).get("/admin/log").text


def test_all_that_match_are_assigned_and_a_case_leads_back_to_itself(desk: Desk) -> None:
    cases = {desk.add_case(0.95 + number / 1000) for number in range(3)}
    low, lead = desk.add_case(0.91), _lead(desk)
    aiko_id = desk.add_person("aiko@example.com")
    sent = lead.send("/review/assign?from_points=94", all="1", assignee=aiko_id)
    assert sent.location == "/review?handed=3&from_points=94"
    assert "3 cases were assigned" in lead.get(sent.location).text
    assert _standing(desk) == dict.fromkeys(cases, aiko_id)
    assert _assign(desk, "aiko@example.com", low, query=f"?case={low}").location == f"/review/cases/{low}"
    for odd in ("x", "0" * 32, "\x00"):
        assert _assign(desk, odd, low).status_code == 400


def test_an_escalated_case_is_assigned_to_leads_alone(desk: Desk, decide: Decide) -> None:
    case, other = desk.add_case(0.99), desk.add_case(0.98)
    aiko_id = desk.add_person("aiko@example.com")
    decide(desk.as_person("ren@example.com"), case, "escalate")
    lead = _lead(desk)
    for path in ("/review?tab=escalated", f"/review/cases/{case}"):
        offered = re.findall(r'name="assignee" value="(\w*)"', lead.get(path).text)
        assert aiko_id not in offered, path
        assert desk.people["lead@example.com"] in offered, path
    assert aiko_id in lead.get(f"/review/cases/{other}").text
    # Of all cases at once those that she may decide are hers.
    sent = lead.send("/review/assign?tab=all", all="1", assignee=aiko_id)
    assert sent.location == "/review?handed=1&tab=all"
    assert _standing(desk) == {other: aiko_id}


def test_who_assigns_a_group_is_back_among_the_groups(desk: Desk) -> None:
    look = PictureLook("features-1", "0" * 64)
    cases = [desk.add_case(score, look=look) for score in (0.97, 0.96)]
    aiko_id, lead = desk.add_person("aiko@example.com"), _lead(desk)
    page = lead.get("/review?view=looks&from_points=90").text
    address = re.search(r'formaction="(/review/assign[^"]+)"', page.partition('class="push together"')[2])
    assert address
    sent = lead.send(address[1].replace("&amp;", "&"), case=_boxes(page)[0], assignee=aiko_id)
    assert sent.location == "/review?handed=1&view=looks&from_points=90"
    assert set(_standing(desk)) <= set(cases)


def test_a_case_decided_at_the_same_moment_is_not_assigned(desk: Desk) -> None:
    case, database = desk.add_case(0.99), desk.parts.database
    aiko, ren = desk.add_person("aiko@example.com"), desk.add_person("ren@example.com")

    def assign() -> int:
        with database.writing() as session:
            return assign_cases(session, [case], aiko, by=ren, at=now())

    with ThreadPoolExecutor() as pool:
        with database.writing() as session:
            verdict = session.get_one(Image, case).verdict_id or ""
            human = Outcome.HUMAN
            store_decision(
                session, Seen(case, verdict, None), moderator_id=ren, outcome=human, note="", at=now()
            )
            late = pool.submit(assign)
            wait([late], timeout=0.3)  # what does not wait for the decision is done by then
        assert late.result() == 0
    assert _standing(desk) == {}
