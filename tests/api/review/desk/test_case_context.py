"""What surrounds a case: look-alikes with their decisions, the listing, and the seller's history."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import event
from werkzeug.test import TestResponse

from core.known.known_image import PictureHash
from core.vocabulary import Evidence, EvidenceKind, Finding, Grade, Label, PictureLook, Source
from store.tables.marketplace_tables import Listing
from tests.api.review.conftest import Desk
from tests.reporting import report
from tests.submitting import RequestFields

Decide = Callable[..., TestResponse]
NEAR = PictureHash("0" * 64, 100), PictureHash("0" * 63 + "7", 100)
FAR = PictureHash("f" * 64, 100)


def section(page: str, name: str) -> str:
    """Cut one section out of a page."""
    found = re.search(rf'<section class="{name}">.*?</section>', page, re.DOTALL)
    return found[0] if found else ""


def text(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def offer(desk: Desk, listing_id: str, seller: str, title: str = "Prints") -> None:
    with desk.parts.database.writing() as session:
        session.add(
            Listing(
                client_id=desk.shop.client.id,
                listing_id=listing_id,
                seller=seller,
                title=title,
                url="https://shop.example/l",
            )
        )


@pytest.mark.slow
def test_decided_pictures_in_a_similar_style_stand_beside_the_case(desk: Desk, decide: Decide) -> None:
    looks = [PictureLook("net-1", f"{(1 << bits) - 1:064x}") for bits in (0, 90, 20, 40, 60, 30)]
    own, *others = [
        desk.add_case(0.5 + place / 100, look=look, colour=(place, place, place))
        for place, look in enumerate(looks)
    ]
    visit = desk.as_person()
    for sha256, outcome in zip(others, ("human", "ai", "human", "ai", "escalate"), strict=True):
        decide(visit, sha256, outcome)
    report(desk.parts.database)
    alike = section(visit.get(f"/review/cases/{own}").text, "near alike")
    assert re.findall(r"/review/cases/(\w{64})", alike) == [others[1], others[2], others[3]]
    assert re.findall("Decided [a-zA-Z]+|AI-generated|Human|AI", text(alike))


def test_look_alikes_stand_beside_the_case_with_what_was_decided(desk: Desk, decide: Decide) -> None:
    first = desk.add_case(0.95, picture_hash=NEAR[0], colour=(1, 1, 1))
    copy = desk.add_case(0.9, picture_hash=NEAR[1], colour=(2, 2, 2))
    desk.add_case(0.9, picture_hash=FAR, colour=(3, 3, 3))
    visit = desk.as_person()
    assert "not decided" in text(section(visit.get(f"/review/cases/{copy}").text, "near"))
    decide(visit, first, "human")
    assert "not decided" in text(section(visit.get(f"/review/cases/{copy}").text, "near"))
    report(desk.parts.database)
    near = section(visit.get(f"/review/cases/{copy}").text, "near")
    assert re.findall(r"/review/cases/(\w{64})", near) == [first]
    assert f"/review/images/{first}/thumbnail" in near
    said = text(near)
    assert "Similar picture" in said
    assert "3 of 256 hash bits differ" in said
    assert "Human aiko@example.com" in said


def test_a_case_that_rests_on_another_leads_to_it(desk: Desk) -> None:
    other = "ab" * 32
    evidence = Evidence(
        EvidenceKind.KNOWN_IMAGE,
        Grade.DECLARED,
        Label.AI,
        None,
        "A moderator decided.",
        {"case": other, "decision": "d", "distance": "4"},
    )
    page = desk.as_person().get(f"/review/cases/{desk.add_case(0.2, evidence=(evidence,))}").text
    assert f'<a href="/review/cases/{other}">View the decided case</a>' in page
    assert "Based on a similar picture, not on this one." in page
    assert "The file says so itself" not in page


def test_the_listing_and_its_other_images_stand_beside_the_case(desk: Desk) -> None:
    offer(desk, "L/1", "Fox & Owl", "<b>Prints</b>")
    shown = RequestFields(source=Source.MARKETPLACE, listing_id="L/1")
    first = desk.add_case(0.95, **shown)
    second = desk.add_case(0.2, Finding.CLEAR, **shown)
    desk.add_case(0.9, listing_id="L/2")
    page = section(desk.as_person().get(f"/review/cases/{first}").text, "listing")
    assert "&lt;b&gt;Prints&lt;/b&gt;" in page
    assert 'href="https://shop.example/l"' in page
    assert f'href="/review/listings/{desk.shop.client.id}/L/1"' in page
    assert re.findall(r"/review/cases/(\w{64})", page) == [second]


@pytest.mark.slow
def test_the_sellers_history_counts_what_became_of_their_pictures(desk: Desk, decide: Decide) -> None:
    offer(desk, "L1", "Fox & Owl")
    offer(desk, "L2", "Fox & Owl")
    offer(desk, "L3", "Somebody else")
    visit = desk.as_person()
    cases = [desk.add_case(0.95 + i / 100, listing_id="L1", submissions=2) for i in range(2)]
    cases.append(desk.add_case(0.6, Finding.UNCERTAIN, listing_id="L2"))
    desk.add_case(0.91, listing_id="L3")
    decide(visit, cases[0], "human")
    decide(visit, cases[1], "ai")
    expected = (
        "Listings 2 Pictures 3 Finding: flagged 2 Finding: uncertain 1"
        " Decided AI 1 Decided human 1 Decided AI-assisted 0 Flagged, decided human 1"
    )
    part = section(visit.get(f"/review/cases/{cases[2]}").text, "seller")
    assert expected in text(part)
    link = re.search(r'href="(/review/sellers[^"]+)"', part)
    assert link
    page = visit.get(link[1].replace("&amp;", "&")).text
    assert "Decided 2 1 human, 1 AI, 0 AI-assisted" in text(page)
    for wrong in ("seller=nobody", "", "seller=%00", "client=x&seller=Fox"):
        assert visit.get(f"/review/sellers?client={desk.shop.client.id}&{wrong}").status_code == 404


def test_a_picture_that_came_without_a_listing_has_no_seller(desk: Desk) -> None:
    page = desk.as_person().get(f"/review/cases/{desk.add_case(0.95)}").text
    assert section(page, "seller") == section(page, "listing") == section(page, "near") == ""


def test_a_case_asks_the_database_the_same_number_of_times(desk: Desk) -> None:
    offer(desk, "L1", "Fox & Owl")
    visit = desk.as_person()
    asked: list[str] = []

    def note(_c: object, _k: object, statement: str, *_: object) -> None:
        # The lines in force are asked for every few seconds, whatever is shown.
        if not statement.startswith("BEGIN") and "policy_versions" not in statement:
            asked.append(statement)

    event.listen(desk.parts.database.engine, "before_cursor_execute", note)
    counts = []
    for more in (2, 8):
        for i in range(more):
            near = PictureHash(f"{more * 16 + i:064x}", 100)
            case = desk.add_case(0.5 + more / 100 + i / 1000, picture_hash=near, listing_id="L1")
        visit.get(f"/review/cases/{case}")  # which claims it
        asked.clear()
        visit.get(f"/review/cases/{case}")
        counts.append(len(asked))
    event.remove(desk.parts.database.engine, "before_cursor_execute", note)
    assert counts[0] == counts[1] <= 25, counts
