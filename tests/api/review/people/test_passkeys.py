"""Passkeys: made, named, used and removed; and what is none."""

import json
import re
from dataclasses import replace
from html import unescape

import pytest
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from api.app import create_app
from api.http.parts import SignInRules
from core.clock import now
from core.operations.measuring import measure_alone
from core.vocabulary import Role
from store.base.database import Database
from store.bytes.blobs import FolderBlobs
from store.clients.clients import NewClient
from store.tables.factor_tables import Passkey, RecoveryCode
from store.tables.people_tables import Moderator
from store.tables.review_tables import Event
from tests.api.review.conftest import Desk, Visit, hidden, make_desk
from tests.api.review.people.soft_key import PRESENT, SoftKey

AIKO = "aiko@example.com"
OPTIONS = re.compile(r'data-passkey="(\w+)" data-options="([^"]+)"')


@pytest.fixture
def desk(sqlite_database: Database, blobs: FolderBlobs, sqlite_shop: NewClient) -> Desk:
    return make_desk(sqlite_database, blobs, sqlite_shop)


def _options(page: str) -> str:
    found = OPTIONS.search(page)
    assert found, "no passkey is asked for"
    return unescape(found[2])


def _add(visit: Visit, key: SoftKey, name: str = "Laptop") -> TestResponse:
    page = visit.get("/account/security").text
    form = {"credential": key.create(_options(page)), "sealed": hidden(page, "sealed"), "name": name}
    return visit.send("/account/security/passkeys", **form)


def _sign(visit: Visit, key: SoftKey, page: str, **form: str) -> TestResponse:
    given = {"credential": key.sign(_options(page)), "sealed": hidden(page, "sealed"), **form}
    return visit.send("/login/passkey", **given)


def _after_password(desk: Desk, email: str = AIKO) -> tuple[Visit, str]:
    visit = desk.visit()
    assert visit.log_in(email).location.startswith("/login/second")
    return visit, visit.get("/login/second").text


def _enter(desk: Desk, key: SoftKey) -> int:
    """Log in with a password and a passkey; give the status."""
    visit, page = _after_password(desk)
    answer = _sign(visit, key, page)
    assert (answer.status_code == 302) == (visit.get("/review").status_code == 200)
    return answer.status_code


def _let_time_pass(desk: Desk) -> None:
    with desk.parts.database.writing() as session:
        session.execute(update(Passkey).values(used_at=None))


def test_a_passkey_is_added_named_used_and_removed(desk: Desk) -> None:
    visit, key = desk.as_person(AIKO), SoftKey()
    assert len(re.findall(r"<li><code>", _add(visit, key, "My <b>laptop</b>").text)) == 10
    page = visit.get("/account/security").text
    assert "My &lt;b&gt;laptop&lt;/b&gt;" in page
    assert "for localhost" in page
    other = desk.as_person(AIKO)
    assert _enter(desk, key) == 302
    with desk.parts.database.reading() as session:
        kept = session.scalars(select(Passkey)).one()
        assert (kept.sign_count, kept.used_at is not None) == (1, True)
    assert visit.send(f"/account/security/passkeys/{kept.id}/removed").status_code == 303
    assert other.get("/review").status_code == 302
    assert desk.visit().log_in(AIKO).location == "/review"
    with desk.parts.database.reading() as session:
        assert not session.scalars(select(RecoveryCode)).all()
        kinds = set(session.scalars(select(Event.kind)))
    assert {"second_factor_added", "second_factor_removed", "login"} <= kinds


def test_a_passkey_alone_logs_in_since_it_verifies_its_user(desk: Desk) -> None:
    key = SoftKey()
    _add(desk.as_person(AIKO), key)
    visit = desk.visit()
    answer = _sign(visit, key, visit.get("/login").text, next="/review?tab=all")
    assert answer.location == "/review?tab=all"
    assert AIKO in visit.get("/review").text
    for trap in ("//evil.example", "https://evil.example"):
        visit = desk.visit()
        assert _sign(visit, key, visit.get("/login").text, next=trap).location == "/review"


def test_an_answer_works_once(desk: Desk) -> None:
    key = SoftKey()
    _add(desk.as_person(AIKO), key)
    # One of those that do not count: only the moment of the question tells a repeat.
    key.count = -1
    visit = desk.visit()
    page = visit.get("/login").text
    form = {"credential": key.sign(_options(page)), "sealed": hidden(page, "sealed")}
    cookie = visit.client.get_cookie("kantei_session")
    assert cookie
    assert visit.send("/login/passkey", **form).status_code == 302
    again = desk.visit()
    again.client.set_cookie("kantei_session", cookie.value)
    assert again.send("/login/passkey", **form).status_code == 401


@pytest.mark.parametrize(
    "change",
    [
        {"origin": "https://evil.example"},
        {"origin": "http://localhost:8000"},
        {"rp_id": "evil.example"},
        {"flags": PRESENT},
        {"user": b"0" * 32},
        {"key": SoftKey().key},
        {"id": b"x" * 32},
    ],
)
def test_what_another_site_or_key_signs_lets_no_one_in(desk: Desk, change: dict[str, object]) -> None:
    key = SoftKey()
    _add(desk.as_person(AIKO), key)
    assert _enter(desk, replace(key, **change)) == 401  # type: ignore[arg-type]
    with desk.parts.database.reading() as session:
        assert "second_factor_failed" in session.scalars(select(Event.kind)).all()


def test_a_copied_key_is_found_by_its_count(desk: Desk) -> None:
    key = SoftKey(count=5)
    _add(desk.as_person(AIKO), key)
    copy = replace(key)
    assert _enter(desk, key) == 302
    _let_time_pass(desk)
    assert _enter(desk, copy) == 401
    assert _enter(desk, key) == 302


def test_a_passkey_of_another_is_no_second_factor_for_me(desk: Desk) -> None:
    mine, other = SoftKey(), SoftKey()
    _add(desk.as_person(AIKO), mine)
    _add(desk.as_person("ren@example.com"), other)
    assert _enter(desk, other) == 401
    own = _add(desk.as_person("ren@example.com"), mine)
    assert own.status_code == 400, "a passkey has one owner"


def test_who_is_disabled_has_no_passkey(desk: Desk) -> None:
    key = SoftKey()
    _add(desk.as_person(AIKO), key)
    with desk.parts.database.writing() as session:
        session.execute(update(Moderator).values(disabled_at=now()))
    visit = desk.visit()
    assert _sign(visit, key, visit.get("/login").text).status_code == 401


def test_an_answer_to_another_browsers_question_is_refused(desk: Desk) -> None:
    key = SoftKey()
    _add(desk.as_person(AIKO), key)
    page = desk.visit().get("/login").text
    visit = desk.visit()
    visit.get("/login")
    assert _sign(visit, key, page).status_code == 401
    adding = desk.as_person(AIKO)
    question = desk.as_person("ren@example.com").get("/account/security").text
    form = {"credential": SoftKey().create(_options(question)), "sealed": hidden(question, "sealed")}
    assert adding.send("/account/security/passkeys", **form).status_code == 400


@pytest.mark.parametrize(
    "answer",
    [
        *("", "x", "[]", "{}", "null", '{"id": 1}', "[" * 10_000, '{"id": "é", "rawId": "é"}', "\x00"),
        json.dumps({"id": "eHg", "rawId": "eHg", "type": "public-key", "response": {}}),
        json.dumps({"id": "eHg", "rawId": "eHg", "type": "public-key", "response": "x"}),
        json.dumps(
            {
                "id": "eHg",
                "rawId": "eHg",
                "type": "public-key",
                "response": {
                    "clientDataJSON": "e30",
                    "attestationObject": "oA",
                    "authenticatorData": "eHg",
                    "signature": "eHg",
                },
            }
        ),
    ],
)
def test_what_is_no_answer_is_refused_and_breaks_nothing(desk: Desk, answer: str) -> None:
    visit = desk.as_person(AIKO)
    sealed = hidden(visit.get("/account/security").text, "sealed")
    for given in (sealed, "", "ж"):
        form = {"credential": answer, "sealed": given, "name": "x"}
        assert visit.send("/account/security/passkeys", **form).status_code == 400
    stranger = desk.visit()
    sealed = hidden(stranger.get("/login").text, "sealed")
    assert stranger.send("/login/passkey", credential=answer, sealed=sealed).status_code == 401


def test_where_the_desk_has_no_name_the_page_says_that_passkeys_need_one(desk: Desk) -> None:
    visit = desk.as_person(AIKO)
    visit.client.set_cookie("kantei_session", _cookie(visit), domain="127.0.0.1")
    page = visit.get("/account/security", base_url="http://127.0.0.1:8000").text
    assert "they do not work on an IP address" in page
    assert 'href="http://localhost:8000/account/security"' in page
    assert not OPTIONS.search(page)
    assert not OPTIONS.search(visit.get("/login/second", base_url="http://127.0.0.1:8000").text)
    for host in ("http://desk.example", "https://[2001:db8::1]"):
        assert not OPTIONS.search(desk.visit().get("/login", base_url=host).text), host


def test_behind_a_proxy_that_is_trusted_the_name_is_the_one_people_see(desk: Desk) -> None:
    headers = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "desk.example", "X-Forwarded-For": "1.2.3.4"}
    trusting = create_app(replace(desk.parts, trusted_proxies=1, measuring=measure_alone())).test_client()
    assert json.loads(_options(trusting.get("/login", headers=headers).text))["rpId"] == "desk.example"
    # No one else is believed about it, and a setting is believed before all.
    assert json.loads(_options(desk.visit().get("/login", headers=headers).text))["rpId"] == "localhost"
    site = "https://kantei.example"
    named = create_app(replace(desk.parts, public_url=site, measuring=measure_alone())).test_client()
    assert json.loads(_options(named.get("/login", headers=headers).text))["rpId"] == "kantei.example"


def test_a_role_that_needs_a_second_factor_keeps_its_last_passkey(desk: Desk) -> None:
    app = create_app(
        replace(desk.parts, sign_in=SignInRules(second_factor_roles=frozenset({Role.MODERATOR})))
    )
    app.testing = True
    strict = replace(desk, app=app)
    visit, key = strict.as_person(AIKO), SoftKey()
    assert visit.get("/review").status_code == 302
    _add(visit, key)
    assert visit.get("/review").status_code == 200
    with desk.parts.database.reading() as session:
        kept = session.scalars(select(Passkey.id)).one()
    assert visit.send(f"/account/security/passkeys/{kept}/removed").status_code == 409
    other = strict.as_person("ren@example.com")
    assert other.send(f"/account/security/passkeys/{kept}/removed").status_code == 404


def _cookie(visit: Visit) -> str:
    cookie = visit.client.get_cookie("kantei_session")
    assert cookie
    return cookie.value
