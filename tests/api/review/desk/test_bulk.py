"""Many cases decided in one stroke, after a look at what will happen, and taken back in one."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from core.clock import now
from core.vocabulary import Finding, Outcome, Role
from store.tables.case_tables import Decision, Image
from store.tables.marketplace_tables import Listing
from store.tables.review_states import ChangeState, ReviewState
from store.tables.review_tables import BulkProposal, Undo
from tests.api.review.conftest import Desk, Visit
from tests.api.review.desk.test_queue import shown

Decide = Callable[..., TestResponse]


def _boxes(page: str) -> list[str]:
    return re.findall(r'name="case" value="([^"]+)"', page)


def _post(visit: Visit, path: str, **values: object) -> TestResponse:
    token = re.search(r'name="form_token" value="(\w+)"', visit.get("/account/desk").text)
    assert token
    return visit.client.post(path, data={"form_token": token[1], **values})


def _decisions(desk: Desk) -> list[Decision]:
    with desk.parts.database.reading() as session:
        return list(session.scalars(select(Decision).order_by(Decision.id)))


def _reviews(desk: Desk) -> set[ReviewState]:
    with desk.parts.database.reading() as session:
        return set(session.scalars(select(Image.review)))


def test_a_preview_says_what_will_happen_and_does_nothing(desk: Desk) -> None:
    desk.add_case(0.95)
    desk.add_case(0.96)
    desk.add_case(0.5, Finding.UNCERTAIN)
    visit = desk.as_person()
    page = _post(visit, "/review/bulk/preview", outcome="ai", case=_boxes(visit.get("/review").text)).text
    assert "Decide AI for 3 cases?" in page
    assert "Flagged</span> 2" in page
    assert "Uncertain</span> 1" in page
    assert len(_boxes(page)) == 3
    assert _decisions(desk) == []


@pytest.mark.slow
def test_two_hundred_are_decided_in_one_stroke_and_taken_back_in_one(desk: Desk) -> None:
    for i in range(200):
        desk.add_case(0.9, colour=(i, 255 - i, 7))
    visit = desk.as_person()
    page = _post(visit, "/review/bulk/preview?finding=flagged", outcome="human", all="1").text
    assert "Decide Human for 200 cases?" in page
    answer = _post(visit, "/review/bulk", outcome="human", note="one seller", case=_boxes(page))
    assert answer.status_code == 303
    made = _decisions(desk)
    assert len(made) == 200
    assert {(one.outcome, one.note, one.batch_id) for one in made} == {
        (Outcome.HUMAN, "one seller", made[0].batch_id)
    }
    assert _reviews(desk) == {ReviewState.CLOSED}
    assert "for 200 cases." in visit.get(answer.location).text
    undone = _post(visit, f"/review/batches/{made[0].batch_id}/undo")
    assert undone.status_code == 303
    assert _reviews(desk) == {ReviewState.OPEN}
    with desk.parts.database.reading() as session:
        assert len(session.scalars(select(Undo)).all()) == 200
    assert _post(visit, f"/review/batches/{made[0].batch_id}/undo").status_code == 404


def test_what_changed_or_is_held_is_left_out_and_said_so(desk: Desk, decide: Decide) -> None:
    changed, held, free = desk.add_case(0.97), desk.add_case(0.96), desk.add_case(0.95)
    visit, ren = desk.as_person(), desk.as_person("ren@example.com")
    boxes = _boxes(visit.get("/review").text)
    decide(ren, changed, "human")
    ren.open(f"/review/cases/{held}")
    page = _post(visit, "/review/bulk/preview", outcome="ai", case=boxes).text
    assert "Decide AI for 1 case?" in page
    assert "2 skipped" in page
    assert "claimed by ren@example.com" in page
    assert "changed since you opened it" in page
    # Even who skips the preview overrules nobody.
    answer = _post(visit, "/review/bulk", outcome="ai", case=boxes)
    assert "left_out=2" in answer.location
    assert [(one.image_sha256, one.outcome) for one in _decisions(desk)] == [
        (changed, Outcome.HUMAN),
        (free, Outcome.AI),
    ]


@pytest.mark.slow
def test_everything_that_matches_means_the_filter_and_not_the_page(desk: Desk) -> None:
    for i in range(60):
        desk.add_case(0.9 + i / 1000)
    other = desk.add_case(0.5, Finding.UNCERTAIN)
    visit = desk.as_person()
    page = _post(visit, "/review/bulk/preview?finding=flagged", outcome="human", all="1").text
    assert "Decide Human for 60 cases?" in page
    assert other not in page


def test_a_batch_is_undone_only_by_its_maker_and_only_soon(desk: Desk) -> None:
    desk.add_case(0.95)
    desk.add_case(0.96)
    visit, ren = desk.as_person(), desk.as_person("ren@example.com")
    done = _post(visit, "/review/bulk", outcome="ai", case=_boxes(visit.get("/review").text)).location
    batch = done.split("done=")[1]
    assert _post(ren, f"/review/batches/{batch}/undo").status_code == 404
    assert "for 2 cases." not in ren.get(done).text
    with desk.parts.database.writing() as session:
        session.execute(update(Decision).values(created_at=now() - timedelta(seconds=40)))
    assert _post(visit, f"/review/batches/{batch}/undo").status_code == 409


def test_cases_escalated_in_bulk_are_said_to_be(desk: Desk) -> None:
    desk.add_case(0.95)
    desk.add_case(0.96)
    visit = desk.as_person()
    done = _post(visit, "/review/bulk", outcome="escalate", case=_boxes(visit.get("/review").text)).location
    assert "<b>Escalated</b> 2 cases." in visit.get(done).text


def test_undoing_a_batch_leaves_alone_what_was_decided_since(desk: Desk, decide: Decide) -> None:
    first, second = desk.add_case(0.95), desk.add_case(0.96)
    visit, ren = desk.as_person(), desk.as_person("ren@example.com")
    done = _post(visit, "/review/bulk", outcome="ai", case=_boxes(visit.get("/review").text)).location
    decide(ren, first, "human")
    _post(visit, f"/review/batches/{done.split('done=')[1]}/undo")
    with desk.parts.database.reading() as session:
        images = {image.sha256: image.review for image in session.scalars(select(Image))}
    assert images == {first: ReviewState.CLOSED, second: ReviewState.OPEN}


def test_bulk_forms_that_are_not_whole_do_nothing(desk: Desk) -> None:
    sha256 = desk.add_case(0.95)
    visit = desk.as_person()
    (good,) = _boxes(visit.get("/review").text)
    for case in ([], ["x"], [good, "y~z~"], [good.replace(sha256, "\x00" * 64)], [f"{good}~"]):
        assert _post(visit, "/review/bulk", outcome="ai", case=case).status_code in {303, 400}
    assert _post(visit, "/review/bulk", outcome="maybe", case=[good]).status_code == 400
    many = [f"{i:064x}~{'0' * 32}~" for i in range(1001)]
    assert _post(visit, "/review/bulk", outcome="ai", case=many).status_code == 400
    assert _decisions(desk) == []


def test_a_selection_on_the_page_can_be_made_of_every_card(desk: Desk) -> None:
    desk.add_case(0.95)
    desk.add_case(0.96)
    page = desk.as_person().get("/review").text
    assert len(_boxes(page)) == len(shown(page)) == 2


def _many(desk: Desk, count: int) -> list[str]:
    return [desk.add_case(0.91 + i / 10_000, colour=(i, 1, 1)) for i in range(count)]


def test_a_picture_can_be_taken_out_of_the_preview(desk: Desk) -> None:
    cases, visit = _many(desk, 3), desk.as_person()
    page = visit.client.post(
        "/review/bulk/preview",
        data={
            "form_token": visit.form_token(),
            "outcome": "human",
            "case": _boxes(visit.get("/review").text),
        },
    ).text
    boxes = _boxes(page)
    assert page.count('type="checkbox" name="case"') == 3
    visit.client.post(
        "/review/bulk", data={"form_token": visit.form_token(), "outcome": "human", "case": boxes[:2]}
    )
    left = {one for one in cases if one in visit.get("/review").text}
    assert left == {boxes[2].split("~")[0]}


@pytest.mark.slow
def test_more_than_twenty_accusations_wait_for_a_second_person(desk: Desk) -> None:
    _many(desk, 21)
    aiko, kaede = desk.as_person(), desk.as_person("kaede@example.com")
    boxes = _boxes(aiko.get("/review").text)
    form = {"form_token": aiko.form_token(), "case": boxes}
    # So many may be cleared alone, and twenty accused; one more needs another pair of eyes.
    sent = aiko.client.post("/review/bulk", data={**form, "outcome": "ai", "note": "One hand for all."})
    assert sent.location == "/review/proposals?proposed=1"
    assert len(_boxes(kaede.get("/review").text)) == 21
    assert "To confirm" in kaede.get("/review").text
    own, other = aiko.get("/review/proposals").text, kaede.get("/review/proposals").text
    assert "Confirm</button>" not in own
    assert "One hand for all." in other
    address = re.search(r'action="(/review/proposals/\w+)"', other)
    assert address
    # Nobody confirms what they proposed.
    assert aiko.client.post(address[1], data={**form, "answer": "confirm"}).status_code == 409
    assert len(_boxes(kaede.get("/review").text)) == 21
    kept = {"form_token": kaede.form_token(), "case": _boxes(other)[:20], "answer": "confirm"}
    assert kaede.client.post(address[1], data=kept).location == "/review/proposals?decided=20"
    assert len(_boxes(kaede.get("/review").text)) == 1
    with desk.parts.database.reading() as session:
        made = session.scalars(select(Decision)).all()
    assert {(one.moderator_id, one.outcome, one.note) for one in made} == {
        (desk.people["aiko@example.com"], Outcome.AI, "One hand for all.")
    }
    # It is settled: of two who confirm at once, one finds it closed.
    assert kaede.client.post(address[1], data=kept).status_code == 409
    log = desk.as_person("lead@example.com", Role.LEAD).get("/admin/log").text
    assert "Proposed a bulk decision" in log
    assert "Confirmed a bulk decision" in log


@pytest.mark.parametrize(
    ("outcome", "count", "leads_to"),
    [("human", 21, "/review?done="), ("ai", 20, "/review?done="), ("assisted", 21, "/review/proposals")],
)
def test_only_accusations_of_many_wait(desk: Desk, outcome: str, count: int, leads_to: str) -> None:
    _many(desk, count)
    visit = desk.as_person()
    form = {"form_token": visit.form_token(), "case": _boxes(visit.get("/review").text), "outcome": outcome}
    assert visit.client.post("/review/bulk", data=form).location.startswith(leads_to)


def test_a_proposal_is_rejected_by_another_and_withdrawn_by_oneself(desk: Desk) -> None:
    _many(desk, 21)
    aiko, kaede = desk.as_person(), desk.as_person("kaede@example.com")
    for who in (kaede, aiko):
        form = {"form_token": aiko.form_token(), "case": _boxes(aiko.get("/review").text), "outcome": "ai"}
        aiko.client.post("/review/bulk", data=form)
        address = re.search(r'action="(/review/proposals/\w+)"', who.get("/review/proposals").text)
        assert address
        who.send(address[1], answer="reject")
        assert "Nothing waits for a second person" in who.get("/review/proposals").text
    with desk.parts.database.reading() as session:
        assert session.scalars(select(Decision)).all() == []
        states = {one.state for one in session.scalars(select(BulkProposal))}
    assert states == {ChangeState.REFUSED, ChangeState.WITHDRAWN}


def test_cases_are_grouped_by_seller_and_by_listing(desk: Desk) -> None:
    for number, (listing, seller) in enumerate([("L1", "Mizuki"), ("L2", "Mizuki"), ("L3", "Nokori")]):
        with desk.parts.database.writing() as session:
            client_id = desk.shop.client.id
            session.add(
                Listing(client_id=client_id, listing_id=listing, title=f"Set {number}", seller=seller)
            )
        for turn in range(2 + (number == 2)):
            desk.add_case(0.92, colour=(number, turn, 9), listing_id=listing)
    alone = desk.add_case(0.97, title="Without a listing")
    visit = desk.as_person()

    def groups(view: str) -> list[tuple[str, int]]:
        page = visit.get(f"/review?view={view}").text
        assert alone not in page.partition('class="group"')[2]
        found = re.findall(r'<h2><a href="[^"]+"><bdi>([^<]+)</bdi></a> <span class="small">(\d+)<', page)
        return [(name, int(count)) for name, count in found]

    assert groups("sellers") == [("Mizuki", 4), ("Nokori", 3)]
    assert sorted(groups("listings")) == [("Set 0", 2), ("Set 1", 2), ("Set 2", 3)]
    page = visit.get("/review?view=sellers").text
    together = page.partition('class="push together"')[2].partition("</form>")[0]
    assert len(_boxes(together)) == 4
    form = {"form_token": visit.form_token(), "outcome": "ai", "case": _boxes(together)}
    action = together.partition('action="')[2].partition('"')[0]
    preview = visit.client.post(action, data=form).text
    assert "Decide AI for 4 cases?" in preview
    # From the last group one goes back to the others.
    action = preview.partition('action="/review/bulk?')[2].partition('"')[0]
    answer = visit.client.post(f"/review/bulk?{action}", data=form)
    assert answer.location.startswith("/review?view=sellers&done=")
    bar = visit.get(answer.location).text.partition('action="/review/batches/')[2].partition('"')[0]
    undone = visit.client.post(f"/review/batches/{bar}".replace("&amp;", "&"), data=form)
    assert undone.location.startswith("/review?view=sellers&undone=")
    assert "view=" not in visit.client.post("/review/bulk?view=elsewhere", data=form).location
