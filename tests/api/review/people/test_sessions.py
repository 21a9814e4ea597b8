"""One's own logins: seen, ended, and ended by themselves where no one uses them."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask_babel import Babel
from sqlalchemy import select, update

from api.app import create_app
from api.http.parts import SignInRules
from api.review.people.browser_names import browser_name
from core.clock import now
from store.base.database import Database
from store.bytes.blobs import FolderBlobs
from store.clients.clients import NewClient, digest
from store.tables.people_tables import Session
from tests.api.review.conftest import COOKIE, PASSWORD, Desk, Visit, make_desk

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"


@pytest.fixture
def desk(sqlite_database: Database, blobs: FolderBlobs, sqlite_shop: NewClient) -> Desk:
    rules = SignInRules(idle=timedelta(minutes=30))
    desk = make_desk(sqlite_database, blobs, sqlite_shop)
    app = create_app(replace(desk.parts, sign_in=rules))
    app.testing = True
    return replace(desk, app=app)


def _digest(visit: Visit) -> str:
    cookie = visit.client.get_cookie(COOKIE)
    assert cookie
    return digest(cookie.value)


def _unused_for(desk: Desk, visit: Visit, minutes: int) -> None:
    with desk.parts.database.writing() as session:
        session.execute(
            update(Session)
            .where(Session.token_sha256 == _digest(visit))
            .values(seen_at=now() - timedelta(minutes=minutes))
        )


def test_a_login_that_no_one_uses_ends(desk: Desk) -> None:
    visit = desk.as_person()
    _unused_for(desk, visit, 29)
    assert visit.get("/review").status_code == 200
    # That was a use: the time starts again.
    with desk.parts.database.reading() as session:
        seen = session.scalars(select(Session.seen_at)).one()
    assert seen is not None
    assert now() - seen < timedelta(minutes=1)
    _unused_for(desk, visit, 31)
    assert visit.get("/review").status_code == 302


def test_a_page_that_looks_for_news_by_itself_does_not_keep_a_login_alive(desk: Desk) -> None:
    visit = desk.as_person()
    _unused_for(desk, visit, 29)
    assert visit.get("/review/fresh").status_code < 500
    with desk.parts.database.reading() as session:
        seen = session.scalars(select(Session.seen_at)).one()
    assert seen is not None
    assert now() - seen > timedelta(minutes=28)


def test_one_sees_where_one_is_logged_in_and_ends_one_or_all_others(desk: Desk) -> None:
    desk.add_person("aiko@example.com")
    there = desk.visit()
    there.client.environ_base |= {"REMOTE_ADDR": "203.0.113.9", "HTTP_USER_AGENT": FIREFOX}
    there.send("/login", "/login", email="aiko@example.com", password=PASSWORD)
    here, third, fourth = (desk.as_person("aiko@example.com") for _ in range(3))
    page = here.get("/account/security").text
    assert "Firefox on Linux" in page
    assert "203.0.113.9" in page
    assert page.count("this browser") == 1
    assert f'value="{_digest(here)}"' not in page
    assert here.send("/account/security/logins", login=_digest(there)).status_code == 303
    assert there.get("/review").status_code == 302
    assert here.send("/account/security/logins", login="others").status_code == 303
    assert third.get("/review").status_code == fourth.get("/review").status_code == 302
    assert here.get("/review").status_code == 200


def test_no_one_ends_or_sees_the_logins_of_others(desk: Desk) -> None:
    aiko, ren = desk.as_person("aiko@example.com"), desk.as_person("ren@example.com")
    assert aiko.get("/account/security").text.count("last used") == 1
    for wanted in (_digest(ren), "", "x", "0" * 64):
        assert aiko.send("/account/security/logins", login=wanted).status_code == 400
    assert aiko.send("/account/security/logins", login="others").status_code == 303
    assert ren.get("/review").status_code == 200


def test_what_a_browser_calls_itself_is_put_into_words() -> None:
    names = {
        FIREFOX: "Firefox on Linux",
        "Mozilla/5.0 (Windows NT 10.0) Chrome/142.0 Safari/537.36 Edg/142.0": "Edge on Windows",
        "Mozilla/5.0 (Linux; Android 15) Chrome/142.0 Mobile Safari/537.36": "Chrome on Android",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1": "Safari on iOS",
        "curl/8.5": "Unknown browser",
        "<script>alert(1)</script>": "Unknown browser",
    }
    app = Flask("naming", static_folder=None)
    Babel(app)
    with app.test_request_context():
        assert {agent: browser_name(agent) for agent in names} == names
