"""Named queues: a rule under a name, whose members find it beside their cases."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait

import pytest
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from api.review.desk.queue_filters import NAMES
from core.clock import now
from core.vocabulary import Finding, Role, Source
from store.queues.named_queues import MOST_QUEUES, delete_queue
from store.tables.people_tables import Moderator
from store.tables.queue_tables import NamedQueue, QueueMember
from store.tables.review_tables import Event
from tests.api.review.conftest import Desk, Visit, hidden
from tests.api.review.desk.test_queue import shown

Decide = Callable[..., TestResponse]


def _lead(desk: Desk) -> Visit:
    return desk.as_person("lead@example.com", Role.LEAD)


def _add(desk: Desk, name: str, *members: str, **rule: str) -> str:
    """Add a queue as a lead does; give its id."""
    lead = _lead(desk)
    form = {"form_token": lead.form_token(), "name": name, "member": [desk.people[one] for one in members]}
    assert lead.client.post("/admin/queues", data=form | rule).status_code == 303
    with desk.parts.database.reading() as session:
        return session.scalars(select(NamedQueue.id).where(NamedQueue.name == name)).one()


def test_a_queue_shows_what_fits_its_rule_and_goes_on_inside_it(desk: Desk) -> None:
    first = desk.add_case(0.97, source=Source.MARKETPLACE, title="夜の狐")
    second = desk.add_case(0.96, source=Source.MARKETPLACE, title="きつね二匹")
    desk.add_case(0.99, source=Source.MARKETPLACE, title="Two foxes")
    desk.add_case(0.98, source=Source.API, title="きつね三匹")
    desk.add_case(0.5, Finding.UNCERTAIN, source=Source.MARKETPLACE, title="きつね四匹")
    visit = desk.as_person()
    queue = _add(
        desk,
        "Foxes",
        "aiko@example.com",
        source="marketplace",
        language="ja",
        finding="flagged",
        from_points="90",
    )
    page = visit.get(f"/review?queue={queue}").text
    assert shown(page) == [first, second]
    assert ">Foxes</bdi>" in page
    # Filters, orders and groups narrow it further, and every link stays inside.
    assert shown(visit.get(f"/review?queue={queue}&to_points=96.5").text) == [second]
    assert shown(visit.get(f"/review?queue={queue}&finding=uncertain").text) == []
    assert f"queue={queue}" in page.partition('data-key="triage"')[0].rpartition("/review/triage?")[2]
    assert visit.get(f"/review/triage?queue={queue}").text.count("data-tile=") == 2
    case = visit.get(f"/review/cases/{first}?queue={queue}").text
    form = {name: hidden(case, name) for name in ("form_token", "verdict_id", "decision_id")}
    done = visit.client.post(
        f"/review/cases/{first}/decision?queue={queue}", data=form | {"outcome": "human"}
    )
    assert done.location.startswith(f"/review/cases/{second}?queue={queue}")


def test_the_rail_says_how_many_cases_each_queue_has(desk: Desk, decide: Decide) -> None:
    for score in (0.97, 0.96):
        desk.add_case(score, source=Source.MARKETPLACE)
    first = desk.add_case(0.95)
    visit = desk.as_person()
    shop = _add(desk, "Shops", "aiko@example.com", source="marketplace")
    everything = _add(desk, "Everything", "aiko@example.com")
    assert _sizes(visit.get("/review").text) == {shop: "2", everything: "3"}
    # The queue that one is in says what it has now; its filters do not change its size.
    decide(visit, first, "human")
    assert _sizes(visit.get(f"/review?queue={everything}").text) == {shop: "2", everything: "2"}
    assert _sizes(visit.get(f"/review?queue={shop}&from_points=97").text)[shop] == "2"


def _sizes(page: str) -> dict[str, str]:
    """The size of each queue in the rail, by the queue's id."""
    rail = page.partition('<aside class="rail"')[2].partition("</aside>")[0]
    return dict(re.findall(r'href="/review\?queue=(\w+)".*?<b class="push">([^<]+)</b>', rail))


def test_a_rule_may_name_a_client_and_a_seller(desk: Desk) -> None:
    case, visit = desk.add_case(0.97), desk.as_person()
    mine = _add(desk, "Mine", "aiko@example.com", client=desk.shop.client.id)
    other = _add(desk, "Other", "aiko@example.com", client="0" * 32)
    seller = _add(desk, "Seller", "aiko@example.com", seller="Nobody")
    assert shown(visit.get(f"/review?queue={mine}").text) == [case]
    assert shown(visit.get(f"/review?queue={other}").text) == []
    assert shown(visit.get(f"/review?queue={seller}").text) == []


def test_members_and_leads_find_a_queue_and_others_an_empty_one(desk: Desk) -> None:
    desk.add_case(0.97)
    aiko, ren = desk.as_person(), desk.as_person("ren@example.com")
    queue = _add(desk, "Night shift", "aiko@example.com")
    for visit in (aiko, _lead(desk), desk.as_person("boss@example.com", Role.ADMIN)):
        assert f"queue={queue}" in visit.get("/review").text
        assert len(shown(visit.get(f"/review?queue={queue}").text)) == 1
    page = ren.get(f"/review?queue={queue}").text
    assert shown(page) == []
    assert "Night shift" not in page
    assert "you are not a member of it" in page
    assert len(shown(ren.get("/review").text)) == 1
    # A bulk decision on all that match must not reach beyond it either.
    preview = ren.send(f"/review/bulk/preview?queue={queue}", outcome="ai", all="1").text
    assert 'name="case"' not in preview
    assert "Decide AI for 0 cases?" in preview


def test_an_empty_queue_does_not_say_that_all_is_reviewed(desk: Desk) -> None:
    desk.add_case(0.97)
    visit = desk.as_person()
    queue = _add(desk, "Nothing yet", "aiko@example.com", seller="Nobody")
    reviewed = "Every flagged and uncertain picture has been reviewed"
    for page in (f"/review?queue={queue}", f"/review/triage?queue={queue}", "/review/triage?seller=Nobody"):
        assert reviewed not in visit.get(page).text, page
    assert "No cases in this queue" in visit.get(f"/review?queue={queue}").text
    # What waits for somebody else is not reviewed either.
    lead = _lead(desk)
    lead.send("/review/assign", all="1", assignee=desk.people["lead@example.com"])
    assert "others have claimed or were assigned" in visit.get("/review/triage").text


def test_a_decision_is_kept_although_its_queue_was_deleted_meanwhile(desk: Desk) -> None:
    first, second = desk.add_case(0.97), desk.add_case(0.96)
    visit = desk.as_person()
    queue = _add(desk, "Gone soon", "aiko@example.com")
    case = visit.get(f"/review/cases/{first}?queue={queue}").text
    form = {name: hidden(case, name) for name in ("form_token", "verdict_id", "decision_id")}
    assert _lead(desk).send(f"/admin/queues/{queue}/delete").status_code == 303
    done = visit.client.post(
        f"/review/cases/{first}/decision?queue={queue}", data=form | {"outcome": "human"}
    )
    assert done.status_code == 303
    assert "This queue was deleted" in visit.get(done.location).text
    assert shown(visit.get("/review").text) == [second]


def test_a_lead_changes_rule_and_members_and_each_change_is_logged(desk: Desk) -> None:
    low, high = desk.add_case(0.5, Finding.UNCERTAIN), desk.add_case(0.97)
    aiko = desk.as_person()
    desk.add_person("ren@example.com")
    queue = _add(desk, "Old name", "aiko@example.com", finding="flagged")
    lead = _lead(desk)
    form = lead.get(f"/admin/queues/{queue}").text
    assert re.search(rf'value="{desk.people["aiko@example.com"]}" checked', form)
    assert '<option value="flagged" selected>' in form
    # Deleting takes two steps: nothing brings a rule and its members back.
    assert form.count(f'action="/admin/queues/{queue}/delete"') == 1
    assert (
        f'/admin/queues/{queue}/delete"'
        in form.partition("<summary>Delete</summary>")[2].partition("</details>")[0]
    )
    data = {
        "form_token": lead.form_token(),
        "name": "New  name",
        "finding": "uncertain",
        "claimed": "me",
        "member": [desk.people["ren@example.com"], "0" * 32, "x"],
    }
    assert lead.client.post(f"/admin/queues/{queue}", data=data).status_code == 303
    assert shown(lead.get(f"/review?queue={queue}").text) == [low]
    assert shown(aiko.get(f"/review?queue={queue}").text) == []
    assert high in aiko.get("/review").text
    lead.send(f"/admin/queues/{queue}/delete")
    with desk.parts.database.reading() as session:
        assert session.scalars(select(QueueMember)).all() == []
        events = session.scalars(select(Event).where(Event.kind.like("queue_%")).order_by(Event.id)).all()
        assert {one.detail.pop("queue_id") for one in events} == {queue}
        lines = [(one.kind, one.subject, one.detail) for one in events]
    aiko_id, ren_id = desk.people["aiko@example.com"], desk.people["ren@example.com"]
    assert lines == [
        ("queue_added", "Old name", {"finding": "flagged"}),
        ("queue_member_added", "Old name", {"member": aiko_id}),
        ("queue_changed", "New name", {"former": "Old name", "finding": "uncertain"}),
        ("queue_member_added", "New name", {"member": ren_id}),
        ("queue_member_removed", "New name", {"member": aiko_id}),
        ("queue_deleted", "New name", {"finding": "uncertain"}),
    ]
    log = lead.get("/admin/log").text
    assert "Removed a member from a queue" in log
    assert "<bdi>aiko@example.com</bdi>" in log
    assert "New name · Old name · Finding: <bdi>Uncertain</bdi>" in log


def test_the_log_says_a_rule_in_the_words_of_the_desk(desk: Desk) -> None:
    _add(desk, "Foxes", client=desk.shop.client.id, from_points="90")
    lead = _lead(desk)
    log = lead.get("/admin/log").text
    assert f"Client: <bdi>{desk.shop.client.name}</bdi> · Score from: <bdi>90 of 100</bdi>" in log
    assert desk.shop.client.id not in log


def test_a_rule_is_kept_from_0_to_1_and_shown_out_of_a_hundred(desk: Desk) -> None:
    queue = _add(desk, "Foxes", from_points="90")
    with desk.parts.database.reading() as session:
        assert session.scalars(select(NamedQueue.rule)).one() == {"from": "0.9"}
    lead = _lead(desk)
    assert re.findall(r'name="from_points"[^>]*value="([^"]+)"', lead.get(f"/admin/queues/{queue}").text) == [
        "90"
    ]
    # Saved as it is, it is no change.
    assert lead.send(f"/admin/queues/{queue}", name="Foxes", from_points="90").status_code == 303
    assert "Changed a queue" not in lead.get("/admin/log").text.partition("<table")[2]
    assert "from_points=40#form" in lead.get("/review?from=0.4").text


def test_filters_of_an_address_become_the_rule_of_a_new_queue(desk: Desk) -> None:
    lead, visit = _lead(desk), desk.as_person()
    assert "/admin/queues?finding=flagged#form" in lead.get("/review?finding=flagged").text
    assert "/admin/queues?" not in visit.get("/review?finding=flagged").text
    assert '<option value="flagged" selected>' in lead.get("/admin/queues?finding=flagged").text


def test_names_are_unique_given_and_not_too_many(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    lead = _lead(desk)
    _add(desk, "Foxes")
    other = _add(desk, "Owls")
    refusals = [
        ("/admin/queues", "Foxes"),
        ("/admin/queues", " \x00 "),
        (f"/admin/queues/{other}", "Foxes"),
    ]
    for path, name in refusals:
        assert lead.send(path, name=name).status_code == 400, (path, name)
    assert lead.send(f"/admin/queues/{'0' * 32}", name="None").status_code == 404
    monkeypatch.setattr("store.queues.named_queues.MOST_QUEUES", 2)
    assert MOST_QUEUES > 2
    assert lead.send("/admin/queues", name="Third").status_code == 400
    with desk.parts.database.reading() as session:
        assert set(session.scalars(select(NamedQueue.name))) == {"Foxes", "Owls"}


@pytest.mark.parametrize(
    ("field", "value"),
    [("from_points", "nan"), ("to_points", "150"), ("days", "0"), ("client", "x"), ("finding", "fox")],
)
def test_a_rule_with_a_value_that_cannot_be_used_is_not_saved(desk: Desk, field: str, value: str) -> None:
    answer = _lead(desk).send("/admin/queues", name="Foxes", source="api", **{field: value})
    assert answer.status_code == 400
    label = next(text for name, text in NAMES.items() if name == field)
    assert f"The value for “{label}” is not valid." in answer.text
    with desk.parts.database.reading() as session:
        assert session.scalars(select(NamedQueue)).all() == []


def test_saving_a_queue_widens_no_rule_whose_client_is_not_listed(desk: Desk) -> None:
    case, visit = desk.add_case(0.97), desk.as_person()
    gone = "0" * 32
    queue = _add(desk, "Gone shop", "aiko@example.com", client=gone)
    page = _lead(desk).get(f"/admin/queues/{queue}").text
    assert f'<option value="{gone}" selected>' in page
    assert f'<option value="{desk.shop.client.id}">' in page
    assert f'<option value="{gone}" selected>' in visit.get(f"/review?client={gone}").text
    assert case not in visit.get(f"/review?queue={queue}").text


def test_a_queue_deleted_at_the_same_moment_is_not_saved(desk: Desk) -> None:
    queue, lead, database = _add(desk, "Foxes"), _lead(desk), desk.parts.database
    aiko = desk.add_person("aiko@example.com")
    with ThreadPoolExecutor() as pool:
        with database.writing() as session:
            delete_queue(session, queue)
            late = pool.submit(lead.send, f"/admin/queues/{queue}", name="Foxes", member=aiko)
            wait([late], timeout=0.3)
        assert late.result().status_code == 404


def test_a_disabled_member_is_shown_as_such_and_not_lost_by_saving(desk: Desk) -> None:
    desk.add_person("aiko@example.com")
    desk.add_person("ren@example.com")
    queue, lead = _add(desk, "Foxes", "aiko@example.com"), _lead(desk)
    with desk.parts.database.writing() as session:
        session.execute(
            update(Moderator).where(Moderator.email != "lead@example.com").values(disabled_at=now())
        )
    page = lead.get(f"/admin/queues/{queue}").text
    assert re.findall(r'name="member" value="(\w+)" checked', page) == [desk.people["aiko@example.com"]]
    assert desk.people["ren@example.com"] not in page
    assert "<bdi>aiko@example.com</bdi> (disabled)" in page
    assert "Members:" not in lead.get(f"/review?queue={queue}").text
