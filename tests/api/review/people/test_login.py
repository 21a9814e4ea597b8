"""Who gets in, and who does not."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from core.clock import now
from store.base.database import Database
from store.bytes.blobs import FolderBlobs
from store.clients.clients import NewClient, digest
from store.people.login_attempts import PAIR_LIMIT
from store.tables.people_tables import Moderator, Session
from store.tables.review_tables import Event
from tests.api.review.conftest import PASSWORD, Desk, make_desk
from tests.services import sqlite_alone


def test_a_moderator_logs_in_and_sees_the_queue(desk: Desk) -> None:
    visit = desk.as_person("aiko@example.com")
    assert visit.get("/review").status_code == 200
    assert "aiko@example.com" in visit.get("/review").text


@sqlite_alone
def test_every_page_but_the_card_asks_for_a_login(desk: Desk) -> None:
    sha256 = desk.add_case(0.95)
    visit = desk.visit()
    for path in ("/review", f"/review/cases/{sha256}", "/review/decisions", "/review/failures"):
        answer = visit.get(path)
        assert answer.status_code == 302
        assert answer.location.startswith("/login?next=")
    assert visit.get(f"/review/images/{sha256}").status_code == 401
    assert visit.get("/model").status_code == 200


@sqlite_alone
def test_login_leads_back_to_the_wanted_page_and_nowhere_else(desk: Desk) -> None:
    desk.add_person("aiko@example.com")
    wanted = desk.visit().send(
        "/login", "/login", email="aiko@example.com", password=PASSWORD, next="/review?tab=all"
    )
    assert wanted.location == "/review?tab=all"
    for trap in (
        "//evil.example/",
        "https://evil.example",
        "/review\\@evil.example",
        "/reviewer",
        "javascript:1",
    ):
        answer = desk.visit().send("/login", "/login", email="aiko@example.com", password=PASSWORD, next=trap)
        assert answer.location == "/review"


@sqlite_alone
def test_a_wrong_password_and_an_unknown_address_look_the_same(desk: Desk) -> None:
    desk.add_person("aiko@example.com")
    wrong = desk.visit().log_in("aiko@example.com", "not the password")
    unknown = desk.visit().log_in("nobody@example.com", "not the password")
    assert wrong.status_code == unknown.status_code == 401
    shown = [
        answer.text.replace("aiko@example.com", "x").replace("nobody@example.com", "x").split("form_token")[0]
        for answer in (wrong, unknown)
    ]
    assert shown[0] == shown[1]


@sqlite_alone
def test_an_unknown_address_costs_as_much_as_a_known_one(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str | None] = []

    def count(password_hash: str | None, password: str) -> bool:
        tried.append(password_hash)
        return False

    monkeypatch.setattr("api.review.people.login_pages.is_password", count)
    desk.visit().log_in("nobody@example.com")
    assert tried == [None]


def test_one_who_was_shut_out_stays_out(desk: Desk) -> None:
    visit = desk.as_person("aiko@example.com")
    with desk.parts.database.writing() as session:
        session.execute(update(Moderator).values(disabled_at=now()))
    assert visit.get("/review").status_code == 302
    assert desk.visit().log_in("aiko@example.com").status_code == 401


def test_too_many_tries_are_told_to_wait(desk: Desk) -> None:
    desk.add_person("aiko@example.com")
    visit = desk.visit()
    for _ in range(PAIR_LIMIT):
        assert visit.log_in("aiko@example.com", "not the password").status_code == 401
    refused = visit.log_in("aiko@example.com")
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 900
    with desk.parts.database.reading() as session:
        assert not session.scalars(select(Session)).all()


@sqlite_alone
def test_right_passwords_are_not_counted_as_tries(desk: Desk) -> None:
    desk.add_person("aiko@example.com")
    for _ in range(PAIR_LIMIT + 1):
        assert desk.visit().log_in("aiko@example.com").status_code == 302


def test_login_changes_the_token_and_keeps_only_its_digest(desk: Desk) -> None:
    desk.add_person("aiko@example.com")
    visit = desk.visit()
    visit.get("/login")
    before = visit.client.get_cookie("kantei_session")
    visit.log_in("aiko@example.com")
    after = visit.client.get_cookie("kantei_session")
    assert before
    assert after
    assert before.value != after.value
    with desk.parts.database.reading() as session:
        assert session.scalars(select(Session.token_sha256)).all() == [digest(after.value)]


def test_logout_ends_the_login_for_good(desk: Desk) -> None:
    visit = desk.as_person()
    cookie = visit.client.get_cookie("kantei_session")
    assert cookie
    assert visit.send("/logout").status_code == 302
    visit.client.set_cookie("kantei_session", cookie.value)
    assert visit.get("/review").status_code == 302


def test_a_login_ends_after_twelve_hours(desk: Desk) -> None:
    visit = desk.as_person()
    with desk.parts.database.writing() as session:
        session.execute(update(Session).values(expires_at=now() - timedelta(seconds=1)))
    assert visit.get("/review").status_code == 302


@sqlite_alone
def test_a_one_time_password_must_be_replaced_first(desk: Desk) -> None:
    desk.add_person("renka@example.com", is_new=True)
    visit = desk.visit()
    visit.log_in("renka@example.com")
    assert visit.get("/review").location == "/account/password"
    new = "a heron in the rain"
    for fault in (
        {"new": "short", "again": "short"},
        {"new": "aaaaaaaaaaaaaaaa", "again": "aaaaaaaaaaaaaaaa"},
        {"new": PASSWORD, "again": PASSWORD},
        {"new": new, "again": new + "!"},
        {"new": "my name is renka, really", "again": "my name is renka, really"},
    ):
        assert visit.send("/account/password", **fault).status_code == 422
    assert visit.get("/review").status_code == 302
    # It was given a moment ago, to log in, and is not asked for a second time.
    assert 'name="old"' not in visit.get("/account/password").text
    assert visit.send("/account/password", new=new, again=new).status_code == 302
    assert visit.get("/review").status_code == 200
    assert 'name="old"' in visit.get("/account/password").text
    answer = visit.send("/account/password", old=PASSWORD, new="two herons in it", again="two herons in it")
    assert answer.status_code == 422
    assert desk.visit().log_in("renka@example.com", new).status_code == 302


def test_a_new_password_ends_all_other_logins(desk: Desk) -> None:
    here, there = desk.as_person(), desk.as_person()
    new = "a heron in the rain"
    here.send("/account/password", old=PASSWORD, new=new, again=new)
    assert here.get("/review").status_code == 200
    assert there.get("/review").status_code == 302


def test_the_cookie_is_closed_to_scripts_and_neighbours(
    sqlite_database: Database, blobs: FolderBlobs
) -> None:
    desk = make_desk(sqlite_database, blobs, _no_shop(), secure=True)
    cookie = desk.visit().get("/login").headers["Set-Cookie"]
    assert cookie.startswith("__Host-kantei_session=")
    for word in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert word in cookie
    assert "Domain" not in cookie


def test_logins_and_failures_are_in_the_log(desk: Desk) -> None:
    visit = desk.as_person("aiko@example.com")
    desk.visit().log_in("aiko@example.com", "not the password")
    visit.send("/logout")
    with desk.parts.database.reading() as session:
        kinds = session.scalars(select(Event.kind).order_by(Event.id)).all()
        assert kinds == ["login", "login_failed", "logout"]
    with desk.parts.database.writing() as session:
        session.execute(delete(Event))


def _no_shop() -> NewClient:
    return NewClient(None, "", "")  # type: ignore[arg-type]  # no case is put on this desk
