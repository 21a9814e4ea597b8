"""Pages in the language of who reads them."""

import re

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core.vocabulary import Role
from tests.api.review.conftest import Desk, Visit, hidden
from tests.api.review.frame.test_preferences import FORM
from tests.services import sqlite_alone

pytestmark = sqlite_alone

JAPANESE = {"Accept-Language": "ja-JP,ja;q=0.9,en;q=0.5"}


def language(page: TestResponse) -> str:
    return page.text.split('<html lang="', 1)[1].split('"', 1)[0]


def switch(client: FlaskClient, page: str, to: str) -> TestResponse:
    shown = client.get(page).text
    return client.post(
        "/language",
        data={
            "form_token": hidden(shown, "form_token"),
            "language": to,
            "page": hidden(shown, "page").replace("&amp;", "&"),
        },
    )


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("ja", "ja"),
        ("ja-JP,ja;q=0.9,en;q=0.5", "ja"),
        ("en,ja;q=0.9", "en"),
        ("fr", "en"),
        ("", "en"),
        (";;q=x", "en"),
    ],
)
def test_a_stranger_reads_what_the_browser_asks_for(desk: Desk, asked: str, given: str) -> None:
    assert language(desk.visit().get("/login", headers={"Accept-Language": asked})) == given


def test_a_stranger_can_switch_and_the_browser_remembers(desk: Desk) -> None:
    visit = desk.visit()
    answer = switch(visit.client, "/login?next=/review%3Ftab%3Dall", "ja")
    assert (answer.status_code, answer.location) == (303, "/login?next=/review%3Ftab%3Dall")
    assert language(visit.get("/login")) == "ja"
    assert switch(visit.client, "/model", "en").location == "/model"
    assert language(visit.get("/login", headers=JAPANESE)) == "en"


def test_a_moderators_choice_goes_before_the_browsers_and_goes_with_them(desk: Desk) -> None:
    visit = desk.as_person()
    switch(visit.client, "/review?sort=oldest", "ja")
    assert language(visit.get("/review")) == "ja"
    elsewhere = Visit(desk.app.test_client())
    elsewhere.log_in("aiko@example.com")
    assert language(elsewhere.get("/review", headers={"Accept-Language": "en"})) == "ja"
    visit.send("/account/desk", "/account/desk", **FORM | {"language": ""})
    assert language(elsewhere.get("/review", headers={"Accept-Language": "en"})) == "en"


def test_the_switch_changes_nothing_else_on_the_desk(desk: Desk) -> None:
    visit = desk.as_person()
    visit.send("/account/desk", "/account/desk", **FORM | {"view": "list", "blur": "1", "key_ai": "3"})
    switch(visit.client, "/account/desk", "ja")
    page = visit.get("/account/desk").text
    assert " data-blur" in page
    assert 'name="key_ai" maxlength="1" size="2" autocomplete="off" autocapitalize="none" value="3"' in page


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "/\\evil.example", "/a b", ""]
)
def test_the_switch_leads_nowhere_else(desk: Desk, target: str) -> None:
    client = desk.visit().client
    token = hidden(client.get("/login").text, "form_token")
    answer = client.post("/language", data={"form_token": token, "language": "ja", "page": target})
    assert answer.location == "/review"


@pytest.mark.parametrize(("given", "token"), [("xx", True), ("", True), ("ja", False)])
def test_what_is_no_switch_of_ours_changes_nothing(desk: Desk, given: str, *, token: bool) -> None:
    visit = desk.as_person()
    shown = hidden(visit.get("/review").text, "form_token")
    answer = visit.client.post("/language", data={"form_token": shown if token else "", "language": given})
    assert answer.status_code == 400
    assert language(visit.get("/review", headers={"Accept-Language": "en"})) == "en"


def test_a_page_that_shows_a_secret_once_cannot_be_lost_by_the_switch(desk: Desk) -> None:
    visit = desk.as_person("root@example.com", role=Role.ADMIN)
    answer = visit.send("/admin/moderators", email="new@example.com", role="lead")
    assert 'class="secret"' in answer.text
    assert 'action="/language"' not in answer.text
    assert 'action="/language"' in visit.get("/admin/moderators").text


def test_errors_times_and_numbers_are_in_the_language_too(desk: Desk) -> None:
    sha256 = desk.add_case(0.95)
    visit = desk.as_person()
    assert "Not found" in visit.get("/review/cases/" + "0" * 64).text
    assert re.search(r">\d+ secs?</time>", visit.get("/review").text)
    switch(visit.client, "/review", "ja")
    assert " 秒</time>" in visit.get("/review").text
    assert "秒前</time>" in visit.get(f"/review/cases/{sha256}").text
