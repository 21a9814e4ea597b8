"""Declarations on the desk: shown on the case, filtered in the queue, counted for a seller, and mapped."""

import re

from core.declarations import Declared
from core.vocabulary import Finding, Role
from store.base.database import Database
from store.market.sellers import seller_history
from store.tables.case_tables import Image
from store.tables.client_tables import Client
from store.tables.declaration_tables import DeclaredPass
from store.tables.marketplace_tables import Listing
from store.tables.review_states import ReviewState
from tests.api.review.conftest import Desk, Visit

ADMIN = "admin@example.com"


def cases(visit: Visit, query: str) -> set[str]:
    return set(re.findall(r'href="/review/cases/([0-9a-f]{64})', visit.get(f"/review{query}").text))


def test_the_queue_is_filtered_by_declaration_and_contradiction(desk: Desk) -> None:
    human = desk.add_case(0.95, declared=Declared.HUMAN)
    ai = desk.add_case(0.96, declared=Declared.AI)
    nothing = desk.add_case(0.97)
    drawn = desk.add_case(0.1, Finding.CLEAR, declared=Declared.AI)
    visit = desk.as_person()
    assert cases(visit, "?tab=all&declared=human") == {human}
    assert cases(visit, "?tab=all&declared=ai") == {ai, drawn}
    assert cases(visit, "?tab=all&declared=unknown") == {nothing}
    assert cases(visit, "?tab=all&contradiction=declared_human_found_ai") == {human}
    assert cases(visit, "?tab=all&contradiction=declared_ai_found_human") == {drawn}
    assert cases(visit, "?tab=all&contradiction=none") == {human, ai, nothing, drawn}


def test_a_case_shows_what_was_declared_and_what_speaks_against_it(desk: Desk) -> None:
    against = desk.add_case(0.95, declared=Declared.HUMAN)
    beside = desk.add_case(0.96, declared=Declared.ASSISTED)
    visit = desk.as_person()
    page = visit.get(f"/review/cases/{against}").text
    assert "Declared human, flagged." in page
    assert "never moves the score" in page
    page = visit.get(f"/review/cases/{beside}").text
    assert "Declared AI-assisted" in page
    assert "never moves the score" not in page


def test_a_case_says_all_that_was_declared_of_it_whoever_sent_it_last(desk: Desk) -> None:
    for declared in (Declared.HUMAN, Declared.AI, Declared.HUMAN, Declared.UNKNOWN):
        case = desk.add_case(0.95, declared=declared, listing_id="L-1")
    said = re.search(r"Uploader says</dt><dd>(.*?)</dd>", desk.as_person().get(f"/review/cases/{case}").text)
    assert said
    assert said[1].split("<br>") == ["Declared human", "Declared AI"]


def test_a_listing_says_what_it_declares(desk: Desk, database: Database) -> None:
    with database.writing() as session:
        listing = Listing(client_id=desk.shop.client.id, listing_id="L-1", declared=Declared.ASSISTED)
        session.add(listing)
    page = desk.as_person().get(f"/review/listings/{desk.shop.client.id}/L-1").text
    assert "Declared AI-assisted" in page


def test_a_sellers_declarations_are_counted_against_findings(desk: Desk, database: Database) -> None:
    with database.writing() as session:
        for name in ("L-1", "L-2"):
            session.add(Listing(client_id=desk.shop.client.id, listing_id=name, seller="aiko"))
    desk.add_case(0.95, declared=Declared.HUMAN, listing_id="L-1", submissions=2)
    desk.add_case(0.96, declared=Declared.AI, listing_id="L-1")
    desk.add_case(0.1, Finding.CLEAR, declared=Declared.AI, listing_id="L-2")
    desk.add_case(0.2, Finding.CLEAR, declared=Declared.ASSISTED, listing_id="L-2")
    desk.add_case(0.3, Finding.CLEAR, listing_id="L-2")
    with database.reading() as session:
        found = seller_history(session, desk.shop.client.id, "aiko")
    assert (found.pictures, found.declared_human, found.declared_ai, found.declared_assisted) == (5, 1, 2, 1)
    assert (found.contradicted_human, found.contradicted_ai) == (1, 1)
    page = desk.as_person().get(f"/review/sellers?client={desk.shop.client.id}&seller=aiko").text
    assert "Declared human, flagged" in page


def test_an_admin_chooses_which_tags_declare_what(desk: Desk, database: Database) -> None:
    visit, path = desk.as_person(ADMIN, Role.ADMIN), f"/admin/clients/{desk.shop.client.id}"
    assert "AI-generated" in visit.get(path).text
    form = {"words_ai": "robot\r\nmade=machine\r\n\r\nrobot", "words_assisted": "", "words_human": "atelier"}
    assert visit.send(path, **form).status_code == 303
    with database.reading() as session:
        client = session.get_one(Client, desk.shop.client.id)
    assert client.declared_words == {"ai": ["robot", "made=machine"], "assisted": [], "human": ["atelier"]}
    assert visit.send(path, **dict.fromkeys(form, "")).status_code == 303
    with database.reading() as session:
        assert session.get_one(Client, desk.shop.client.id).declared_words is None
    assert visit.send(path, **(form | {"words_ai": "x" * 101})).status_code == 400


def test_an_admin_sets_how_much_of_what_is_declared_ai_is_reviewed(desk: Desk, database: Database) -> None:
    visit, path = desk.as_person(ADMIN, Role.ADMIN), f"/admin/clients/{desk.shop.client.id}"
    form = {"words_ai": "", "words_assisted": "", "words_human": ""}
    for wrong in ("0", "101", "x", "-5", "00500", "01000"):
        assert visit.send(path, **form, declared_ai_share=wrong).status_code == 400
    assert visit.send(path, **form, weight="00010000").status_code == 400
    assert visit.send(path, **form, declared_ai_share="5").status_code == 303
    sha256, left = (desk.add_case(score, declared=Declared.AI) for score in (0.95, 0.96))
    with database.writing() as session:
        client = session.get_one(Client, desk.shop.client.id)
        assert client.declared_ai_share == 5
        for one, is_sampled in ((sha256, True), (left, False)):
            session.add(DeclaredPass(image_sha256=one, client_id=client.id, is_sampled=is_sampled))
        session.get_one(Image, left).review = ReviewState.NONE
    assert "1 drawn for review, 0 of these decided" in visit.get(path).text
    assert visit.send(path, **form, declared_ai_share="7").status_code == 303
    assert left not in visit.get("/review").text
    assert visit.send(path, **form, declared_ai_share="").status_code == 303
    with database.reading() as session:
        assert session.get_one(Client, desk.shop.client.id).declared_ai_share is None
    assert left in visit.get("/review").text
