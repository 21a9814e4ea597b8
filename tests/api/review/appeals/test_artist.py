"""The artist's page: a signed link is the only key, and what is written there reaches a person."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from api.http.appeal_tokens import LIFETIME, make_appeal_token
from api.review.appeals.artist_form import REASON_LENGTH
from api.review.appeals.artist_pages import APPEALS_A_MINUTE
from store.tables.appeal_tables import Appeal
from store.tables.case_tables import Decision
from store.tables.submission_tables import Submission
from tests.api.conftest import Web, problem
from tests.api.review.conftest import Desk
from tests.clients import SECRET_KEY
from tests.reporting import report

Decide = Callable[..., TestResponse]
REASON = "I drew this in three evenings;\n<b>look</b> at the layers."


def address(desk: Desk, sha256: str) -> str:
    """The page's address, as the API would."""
    with desk.parts.database.reading() as session:
        submission = session.scalars(select(Submission).where(Submission.image_sha256 == sha256)).one()
    return f"/appeal/{make_appeal_token(SECRET_KEY, submission.id)}"


def appeals(desk: Desk) -> list[Appeal]:
    """Read what is stored."""
    with desk.parts.database.reading() as session:
        return list(session.scalars(select(Appeal)))


@pytest.mark.slow
def test_an_artists_words_are_decided_on_the_desk_and_the_page_tells_of_it(
    desk: Desk, decide: Decide
) -> None:
    sha256, aiko = desk.add_case(0.95, title="Fox"), desk.as_person()
    desk.parts.blobs.put_as(sha256, "thumbnail.jpg", b"a small JPEG")
    decide(aiko, sha256, "ai")
    page, artist = address(desk, sha256), desk.visit()
    assert "Ask for a review" in artist.get(page).text
    assert artist.get(f"{page}/thumbnail").mimetype == "image/jpeg"
    links = "https://a.example/layers\r\n\r\nhttps://b.example/video "
    sent = artist.send(page, page, reason=f" {REASON}\x00 ", links=links)
    assert (sent.status_code, sent.headers["Location"]) == (303, page)
    (kept,) = appeals(desk)
    assert (kept.reason, kept.evidence_url, kept.more_urls, kept.from_artist) == (
        REASON, "https://a.example/layers", ["https://b.example/video"], True,
    )  # fmt: skip
    shown = artist.get(page).text
    assert "Appeal received" in shown
    assert "&lt;b&gt;look&lt;/b&gt;" in shown
    assert "Add to your appeal" in shown
    assert "Ask for a review" not in shown
    # On the desk it is an appeal like any other: seen by all, decided by somebody else than the first.
    assert "from the artist's page" in aiko.get("/review/appeals").text
    assert decide(aiko, sha256, "human").status_code == 409
    ren = desk.as_person("ren@example.com")
    case = ren.get(f"/review/cases/{sha256}").text
    assert 'href="https://b.example/video"' in case
    assert decide(ren, sha256, "human", "the layers convince").status_code == 303
    waiting = artist.get(page).text
    assert "Appeal received" in waiting
    assert "nothing to appeal" not in waiting
    assert artist.send(page, page, reason="again").status_code == 409
    report(desk.parts.database)
    answered = artist.get(page).text
    assert "A moderator has reviewed the appeal" in answered
    assert "so there is nothing to appeal" in answered
    late = artist.send(page, page, reason="I was still writing.")
    assert (late.status_code, len(appeals(desk))) == (409, 1)
    assert "so there is nothing to appeal" in late.text
    assert "ren@example.com" not in answered
    assert "the layers convince" not in answered


def test_a_picture_that_was_decided_human_is_not_appealed(desk: Desk, decide: Decide) -> None:
    early, late = desk.add_case(0.95), desk.add_case(0.94)
    web = Web(desk.app.test_client(), desk.shop.api_key)

    def appeal(sha256: str) -> TestResponse:
        with desk.parts.database.reading() as session:
            submission = session.scalars(select(Submission).where(Submission.image_sha256 == sha256)).one()
        return web.post(f"/v1/submissions/{submission.id}/appeal", json={"reason": REASON})

    for sha256 in (early, late):
        decide(desk.as_person(), sha256, "human")
    # What can still be undone is told to no one, so this appeal is opened, and the page stays clear about it.
    assert appeal(early).status_code == 201
    report(desk.parts.database)
    waiting = desk.visit().get(address(desk, early)).text
    assert "A different moderator will look" in waiting
    assert "nothing to appeal" not in waiting
    refused = appeal(late)
    assert (refused.status_code, problem(refused)["code"]) == (409, "nothing_to_appeal")
    assert "so there is nothing to appeal" in desk.visit().get(address(desk, late)).text
    assert [one.image_sha256 for one in appeals(desk)] == [early]


def test_the_page_lists_every_decision_with_its_ground_once_it_stands(desk: Desk, decide: Decide) -> None:
    sha256 = desk.add_case(0.95)
    page, artist = address(desk, sha256), desk.visit()
    decide(desk.as_person(), sha256, "ai")
    course = artist.get(page).text.partition('class="course"')[2].partition("</ol>")[0]
    assert "Decided by a moderator" not in course
    report(desk.parts.database)
    decide(desk.as_person("ren@example.com"), sha256, "human")
    report(desk.parts.database)
    with desk.parts.database.reading() as session:
        grounds = [one.ground_texts for one in session.scalars(select(Decision).order_by(Decision.id))]
    course = artist.get(page).text.partition('class="course"')[2].partition("</ol>")[0]
    assert course.count("Decided by a moderator") == 2
    assert all(ground and ground["en"] in course for ground in grounds)


def test_artists_read_of_signs_and_never_of_suspicion(desk: Desk) -> None:
    page, artist = address(desk, desk.add_case(0.95)), desk.visit()
    flagged = artist.get(page, headers={"Accept-Language": "ja"}).text
    assert "この画像は確認の対象になりました。" in flagged
    assert "疑い" not in flagged
    assert 'class="chip' not in flagged


@pytest.mark.parametrize("change", ["forged", "cut", "another secret", "over", "rubbish", "long"])
def test_a_link_that_is_not_ours_tells_nothing(
    desk: Desk, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = address(desk, desk.add_case(0.95))
    token = page.removeprefix("/appeal/")
    if change == "over":
        monkeypatch.setattr("itsdangerous.timed.time.time", lambda: 4e9)
        assert LIFETIME.days == 190
    other = {
        "forged": f"{token[:-1]}{'A' if token[-1] != 'A' else 'Q'}",
        "cut": token[: len(token) // 2],
        "another secret": make_appeal_token("another", "0" * 32),
        "over": token,
        "rubbish": "%00%ff..'\"<",
        "long": "A" * 5000,
    }[change]
    for path in (f"/appeal/{other}", f"/appeal/{other}/thumbnail"):
        response = desk.visit().get(path)
        assert response.status_code == 404
        assert "This link does not work" in response.text


def test_what_cannot_be_taken_comes_back_with_the_words(desk: Desk) -> None:
    page, artist = address(desk, desk.add_case(0.95)), desk.visit()
    for reason, links, sentence in (
        ("  \n ", "", "Explain how the picture was made"),
        ("x" * (REASON_LENGTH + 1), "", "The limit is 2000."),
        ("I drew it", "javascript:alert(1)", "“javascript:alert(1)” is not a web address"),
        ("I drew it", "https://a.example\n" * 6, "up to 5 links"),
        ("I drew it", "https://u:p@a.example", "not a web address"),
    ):
        answer = artist.send(page, page, reason=reason, links=links)
        assert answer.status_code == 422
        assert sentence in answer.text
        assert "I drew it" in answer.text or "I drew it" not in reason
    assert appeals(desk) == []


def test_nobody_appeals_in_anothers_name(desk: Desk) -> None:
    page, artist = address(desk, desk.add_case(0.95)), desk.visit()
    token = re.search(r'name="form_token" value="(\w+)"', artist.get(page).text)
    assert token
    values = {"reason": "It is AI, believe me."}
    assert artist.client.post(page, data=values).status_code == 400
    elsewhere = {"Origin": "https://evil.example"}
    values |= {"form_token": token[1]}
    assert artist.client.post(page, data=values, headers=elsewhere).status_code == 400
    assert desk.visit().client.post(page, data=values).status_code == 400  # another browser's token
    assert appeals(desk) == []
    assert artist.client.post(page, data=values).status_code == 303
    # One appeal at a time; what is sent after it is added to it.
    assert artist.client.post(page, data=values | {"reason": "Here is more."}).status_code == 303
    assert "Here is more." in artist.client.get(page).text
    assert len(appeals(desk)) == 1


def test_too_many_tries_from_one_address_have_to_wait(desk: Desk) -> None:
    page, artist = address(desk, desk.add_case(0.95)), desk.visit()
    for _ in range(APPEALS_A_MINUTE):
        assert artist.send(page, page, reason="").status_code == 422
    refused = artist.send(page, page, reason="I drew it")
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert "Nothing was sent. Wait a minute" in refused.text
    assert appeals(desk) == []
