"""Searching: what finds a case, what is not told, and what a database without an index can do."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import event, text, update
from werkzeug.test import TestResponse

from api.review.desk.search_page import excerpt
from core.clock import now
from core.ids import new_id
from core.vocabulary import FailureCode, Finding, Outcome, Role, Source, State
from store.desk import search as searching
from store.intake.submissions import SubmissionRequest
from store.tables.appeal_tables import Appeal
from store.tables.case_tables import Decision
from store.tables.marketplace_tables import Listing
from store.tables.quality_tables import Check, CheckKind
from store.tables.submission_tables import Submission
from tests.api.review.conftest import Desk
from tests.submissions import add_submission

Decide = Callable[..., TestResponse]


def found(desk: Desk, query: str, visitor: str = "aiko@example.com") -> list[str]:
    """The cases that a search shows, in order."""
    page = desk.as_person(visitor).get("/review", query_string={"q": query}).text
    return re.findall(r'data-row href="/review/cases/(\w{64})"', page)


def appeal(desk: Desk, sha256: str, reason: str) -> None:
    with desk.parts.database.writing() as session:
        session.add(
            Appeal(submission_id=new_id(), image_sha256=sha256, client_id=desk.shop.client.id, reason=reason)
        )


@pytest.mark.slow
def test_a_case_is_found_by_everything_that_people_know_of_it(desk: Desk, decide: Decide) -> None:
    fox = desk.add_case(
        0.95,
        title="Moon Fox at the shrine",
        listing_id="L-4711",
        external_id="sku-狐火-9",
        page_url="https://shop.example/offers/moonlight",
        image_url="https://pictures.example/original/4711.png",
    )
    other = desk.add_case(0.6, Finding.UNCERTAIN, title="Harbour cat")
    with desk.parts.database.writing() as session:
        session.add(
            Listing(
                client_id=desk.shop.client.id,
                listing_id="L-4711",
                title="Prints, set of five",
                seller="Mizuki",
            )
        )
        submission_id = session.query(Submission).filter_by(image_sha256=fox).one().id
    appeal(desk, fox, "I painted every whisker myself.")
    decide(desk.as_person(), other, "human", note="The layers convinced me.")
    for query in (
        *(
            "moon fox",
            "FOX moon",
            "oon fo",
            "4711",
            "L-4711",
            "sku-狐火",
            "offers/moonlight",
            "original/4711",
        ),
        *("mizuki", "set of five", "every whisker", submission_id, fox, fox[:8], fox[20:32]),
    ):
        assert found(desk, query) == [fox], query
    assert found(desk, "layers convinced") == [other]
    assert set(found(desk, "shop")) == {fox, other}  # the client's name, or an address of its shop
    assert found(desk, "moon cat") == []
    assert found(desk, "100%") == []
    assert found(desk, "o_n") == []


def test_words_of_two_letters_are_looked_for_among_the_newest(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = desk.add_case(0.95, title="狐火の夜"), desk.add_case(0.94, title="狐火の朝")
    assert found(desk, "狐火の夜") == [old]
    assert found(desk, "狐火") == [new, old]
    monkeypatch.setattr(searching, "SCANNED", 1)
    assert found(desk, "狐火") == [new]
    assert "Only the newest 5,000 records" in desk.as_person().get("/review?q=狐火").text


def test_without_its_index_a_database_is_searched_among_the_newest(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    sha256 = desk.add_case(0.95, title="Moon fox")
    monkeypatch.setattr(searching, "INDEXES", {True: "none", False: "none"})
    assert found(desk, "oon fox") == [sha256]
    assert "Only the newest" in desk.as_person().get("/review?q=fox").text


def test_what_is_changed_or_forgotten_is_no_longer_found(desk: Desk) -> None:
    sha256 = desk.add_case(0.95, title="Moon fox", listing_id="L1")
    client_id = desk.shop.client.id
    with desk.parts.database.writing() as session:
        session.add(Listing(client_id=client_id, listing_id="L1", title="Autumn", seller="Mizuki"))
    assert found(desk, "mizuki") == [sha256]
    with desk.parts.database.writing() as session:
        session.execute(update(Listing).values(seller="Nokori"))
    assert found(desk, "mizuki") == []
    assert found(desk, "nokori") == [sha256]
    appeal(desk, sha256, "I painted it myself.")
    assert found(desk, "painted") == [sha256]
    with desk.parts.database.writing() as session:
        session.execute(update(Appeal).values(reason=""))
        session.execute(text("delete from submissions"))
    assert found(desk, "painted") == []
    assert found(desk, "moon fox") == []


def test_a_moderator_with_a_check_does_not_find_the_case_by_its_note(desk: Desk, decide: Decide) -> None:
    sha256 = desk.add_case(0.95, title="Moon fox")
    decide(desk.as_person("lead@example.com", Role.LEAD), sha256, "ai", note="Six fingers on the left hand.")
    appeal(desk, sha256, "There are five.")
    checked = desk.add_person("kaede@example.com")
    with desk.parts.database.writing() as session:
        decision = session.query(Decision).one()
        session.add(
            Check(
                kind=CheckKind.SECOND,
                image_sha256=sha256,
                verdict_id=decision.verdict_id,
                decision_id=decision.id,
                expected=Outcome.AI,
                moderator_id=checked,
                given_at=now(),
            )
        )
    assert found(desk, "six fingers") == found(desk, "there are five") == [sha256]
    assert found(desk, "six fingers", "kaede@example.com") == []
    assert found(desk, "there are five", "kaede@example.com") == []
    assert found(desk, "moon fox", "kaede@example.com") == [sha256]
    page = desk.as_person("kaede@example.com").get("/review?q=moon+fox").text
    assert "Flagged" in page
    assert ">AI<" not in page


def test_a_submission_without_a_case_is_named(desk: Desk) -> None:
    with desk.parts.database.writing() as session:
        failed = add_submission(
            session, desk.shop.client.id, SubmissionRequest(Source.API, image_url="http://x/")
        )
        failed.state, failed.failure_code = State.FAILED, FailureCode.GONE
        name = failed.id
    page = desk.as_person().get(f"/review?q={name}").text
    assert "has no case yet" in page
    assert "/review/failures" in page


def test_a_search_asks_equally_often_however_much_it_finds(desk: Desk) -> None:
    visit, statements = desk.as_person(), list[str]()
    visit.get("/review?q=fox")
    event.listen(desk.parts.database.engine, "before_cursor_execute", lambda *a: statements.append(a[2]))
    counts = []
    for score in (0.91, 0.92, 0.93):
        desk.add_case(score, title=f"Moon fox {score}", submissions=3)
        statements.clear()
        visit.get("/review?q=moon+fox")
        counts.append(len([one for one in statements if "policy_versions" not in one]))
    assert len(set(counts)) == 1, counts


def test_what_was_searched_stays_text_and_a_long_one_is_cut(desk: Desk) -> None:
    desk.add_case(0.95, title="<b>Fox</b>")
    page = desk.as_person().get("/review?q=<b>fox").text
    assert "<b>fox" not in page.lower().replace("&lt;b&gt;fox", "")
    assert excerpt("a" * 100 + "fox" + "b" * 200, ["fox"])[1] == ("fox", True)
    assert len("".join(piece for piece, _ in excerpt("x" * 400, ["fox"]))) < 170
    assert desk.as_person().get("/review?q=" + "x" * 3000).status_code == 200
    assert desk.as_person().get("/review?q=%00").status_code in {200, 302}
