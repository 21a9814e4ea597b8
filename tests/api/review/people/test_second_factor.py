"""A second factor: added, asked for, used once, lost and reset."""

import base64
import re
from dataclasses import replace
from datetime import datetime, timedelta
from html import unescape

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from api.app import create_app
from api.http.parts import SignInRules
from core.clock import now
from core.vocabulary import Role
from store.base.database import Database
from store.bytes.blobs import FolderBlobs
from store.clients.clients import NewClient
from store.people.login_attempts import FACTOR_LIMIT, PAIR_LIMIT
from store.tables.factor_tables import AuthenticatorApp, RecoveryCode
from store.tables.people_tables import Session
from store.tables.review_tables import Event
from tests.api.review.conftest import PASSWORD, Desk, Visit, hidden, make_desk

AIKO = "aiko@example.com"


@pytest.fixture
def desk(sqlite_database: Database, blobs: FolderBlobs, sqlite_shop: NewClient) -> Desk:
    return make_desk(sqlite_database, blobs, sqlite_shop)


class Phone:
    """An authenticator app: it knows the key that a page shows, and tells the code of a moment."""

    def __init__(self, page: str) -> None:
        shown = re.search(r'class="key-text">([A-Z2-7 ]+)<', page)
        assert shown
        text = shown[1].replace(" ", "")
        self.secret = base64.b32decode(text + "=" * (-len(text) % 8))
        self.sealed = hidden(page, "sealed")

    def code(self, at: datetime | None = None) -> str:
        totp = TOTP(self.secret, 6, SHA1(), 30)  # noqa: S303  # RFC 6238
        return totp.generate(int((at or now()).timestamp())).decode()


def _add_app(visit: Visit) -> tuple[Phone, list[str]]:
    """Add an app as a person would; give it, and the recovery codes that are shown."""
    phone = Phone(visit.get("/account/security/app").text)
    page = visit.send("/account/security/app", sealed=phone.sealed, code=phone.code())
    assert page.status_code == 200, page.text
    return phone, re.findall(r"<li><code>([^<]+)</code>", page.text)


def _forget_steps(desk: Desk) -> None:
    """Let time pass for the app: the code that added it may be shown again."""
    with desk.parts.database.writing() as session:
        session.execute(update(AuthenticatorApp).values(last_step=0))


def _log_in(desk: Desk, code: str, email: str = AIKO, **form: str) -> tuple[Visit, TestResponse]:
    visit = desk.visit()
    assert visit.log_in(email).location.startswith("/login/second")
    return visit, visit.send("/login/second", code=code, **form)


def _kinds(desk: Desk) -> list[str]:
    with desk.parts.database.reading() as session:
        return list(session.scalars(select(Event.kind).order_by(Event.id)))


def test_a_password_alone_opens_nothing_once_a_second_factor_is_added(desk: Desk) -> None:
    phone, codes = _add_app(desk.as_person(AIKO))
    assert len(codes) == 10
    _forget_steps(desk)
    visit = desk.visit()
    answer = visit.send("/login", "/login", email=AIKO, password=PASSWORD, next="/review?tab=all")
    assert answer.location == "/login/second?next=/review?tab%3Dall"
    for page in ("/review", "/account/security", "/account/password", "/account/security/app"):
        assert visit.get(page).location.startswith("/login?next="), page
    assert visit.send("/account/security/app/removed").status_code == 401
    page = visit.get(answer.location).text
    assert AIKO in page
    shown = visit.send("/login/second", code=phone.code(), next=hidden(page, "next").replace("&amp;", "&"))
    assert shown.location == "/review?tab=all"
    assert visit.get("/review").status_code == 200
    assert _kinds(desk)[-1] == "login"


def test_the_second_factor_leads_to_no_other_site(desk: Desk) -> None:
    phone, _ = _add_app(desk.as_person(AIKO))
    _forget_steps(desk)
    assert _log_in(desk, phone.code(), next="//evil.example/")[1].location == "/review"


def test_a_code_works_once_and_no_older_one_after_it(desk: Desk) -> None:
    phone, _ = _add_app(desk.as_person(AIKO))
    code = phone.code()
    # It added the app: it was used.
    assert _log_in(desk, code)[1].status_code == 401
    _forget_steps(desk)
    assert _log_in(desk, code)[1].status_code == 302
    assert _log_in(desk, code)[1].status_code == 401
    assert _log_in(desk, phone.code(now() - timedelta(seconds=30)))[1].status_code == 401


@pytest.mark.parametrize("off", [-90, 90, 3600])
def test_a_code_of_another_time_is_wrong(desk: Desk, off: int) -> None:
    phone, _ = _add_app(desk.as_person(AIKO))
    _forget_steps(desk)
    assert _log_in(desk, phone.code(now() + timedelta(seconds=off)))[1].status_code == 401


@pytest.mark.parametrize(
    "code",
    ["", "12345", "1234567", "abcdef", "\uff11\uff12\uff13\uff14\uff15\uff16", "000000\x00", "x" * 5000],
)
def test_what_is_no_code_is_wrong_and_breaks_nothing(desk: Desk, code: str) -> None:
    _add_app(desk.as_person(AIKO))
    answer = _log_in(desk, code)[1]
    assert answer.status_code == 401
    assert "This code is wrong" in answer.text


def test_a_recovery_code_lets_in_once_and_is_stored_as_a_digest(desk: Desk) -> None:
    _, codes = _add_app(desk.as_person(AIKO))
    with desk.parts.database.reading() as session:
        kept = set(session.scalars(select(RecoveryCode.code_sha256)))
        sealed = session.scalars(select(AuthenticatorApp.ciphertext)).one()
    assert not kept & set(codes)
    assert sealed.startswith("gAAAA")
    assert _log_in(desk, codes[0])[1].status_code == 401, "a recovery code is no code of the app"
    visit, answer = _log_in(desk, f"  {codes[0].upper().replace('-', ' ')} ", recovery="1")
    assert answer.status_code == 302
    assert "9 left" in visit.get("/account/security").text
    assert _log_in(desk, codes[0], recovery="1")[1].status_code == 401


def test_new_recovery_codes_end_the_old_ones(desk: Desk) -> None:
    visit = desk.as_person(AIKO)
    _, old = _add_app(visit)
    new = re.findall(r"<li><code>([^<]+)</code>", visit.send("/account/security/recovery").text)
    assert len(new) == 10
    assert _log_in(desk, old[0], recovery="1")[1].status_code == 401
    assert _log_in(desk, new[0], recovery="1")[1].status_code == 302


def test_guessing_codes_is_counted_together_with_guessing_passwords(desk: Desk) -> None:
    phone, codes = _add_app(desk.as_person(AIKO))
    _forget_steps(desk)
    for _ in range(PAIR_LIMIT):
        # A right password in between forgives no wrong code.
        assert _log_in(desk, "000000")[1].status_code == 401
        assert "second_factor_failed" in _kinds(desk)
        if _ == PAIR_LIMIT - 2:
            waiting = desk.visit()
            waiting.log_in(AIKO)
    refused = waiting.send("/login/second", code=phone.code())
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 900
    assert waiting.send("/login/second", code=codes[0], recovery="1").status_code == 429
    assert desk.visit().log_in(AIKO).status_code == 429


def test_a_code_cannot_be_guessed_from_many_addresses(desk: Desk) -> None:
    phone, _ = _add_app(desk.as_person(AIKO))
    _forget_steps(desk)
    visits = []
    for index in range(FACTOR_LIMIT + 1):
        visit = desk.visit()
        visit.client.environ_base["REMOTE_ADDR"] = f"198.51.100.{index}"
        visit.log_in(AIKO)
        visits.append(visit)
    for visit in visits[:-1]:
        assert visit.send("/login/second", code="000000").status_code == 401
    assert visits[-1].send("/login/second", code=phone.code()).status_code == 429


def test_a_login_that_awaits_its_second_factor_ends_after_ten_minutes(desk: Desk) -> None:
    phone, _ = _add_app(desk.as_person(AIKO))
    _forget_steps(desk)
    visit = desk.visit()
    visit.log_in(AIKO)
    with desk.parts.database.writing() as session:
        waiting = session.scalars(select(Session).where(Session.awaits_factor)).one()
        assert waiting.expires_at - waiting.created_at == timedelta(minutes=10)
        waiting.expires_at = now()
    assert visit.send("/login/second", code=phone.code()).location.startswith("/login")
    assert visit.get("/review").status_code == 302


def test_a_role_that_needs_a_second_factor_adds_one_before_anything_else(desk: Desk) -> None:
    rules = SignInRules(second_factor_roles=frozenset({Role.LEAD}))
    app = create_app(replace(desk.parts, sign_in=rules))
    app.testing = True
    strict = replace(desk, app=app)
    lead, moderator = strict.as_person("lead@example.com", Role.LEAD), strict.as_person(AIKO)
    assert moderator.get("/review").status_code == 200
    for page in ("/review", "/admin/log", "/account/desk"):
        assert lead.get(page).location == "/account/security", page
    assert "Your role needs a second factor" in lead.get("/account/security").text
    _add_app(lead)
    assert lead.get("/review").status_code == 200
    refused = lead.send("/account/security/app/removed")
    assert refused.status_code == 409
    assert lead.get("/review").status_code == 200
    _add_app(moderator)
    assert moderator.send("/account/security/app/removed").status_code == 303


def test_adding_and_removing_ends_all_other_logins_and_is_logged(desk: Desk) -> None:
    here, there = desk.as_person(AIKO), desk.as_person(AIKO)
    _add_app(here)
    assert here.get("/review").status_code == 200
    assert there.get("/review").status_code == 302
    there = desk.as_person(AIKO)
    assert here.send("/account/security/app/removed").status_code == 303
    assert there.get("/review").status_code == 302
    assert desk.visit().log_in(AIKO).location == "/review"
    assert {"second_factor_added", "second_factor_removed"} <= set(_kinds(desk))
    with desk.parts.database.reading() as session:
        assert not session.scalars(select(RecoveryCode)).all()


def test_a_screen_left_open_is_not_enough_to_change_how_someone_signs_in(desk: Desk) -> None:
    visit = desk.as_person(AIKO)
    phone = Phone(visit.get("/account/security/app").text)
    with desk.parts.database.writing() as session:
        session.execute(update(Session).values(created_at=now() - timedelta(minutes=16)))
    assert visit.get("/account/security/app").location == "/account/security"
    for address in ("app", "app/removed", "recovery"):
        form = {"sealed": phone.sealed, "code": phone.code()}
        assert visit.send(f"/account/security/{address}", **form).status_code == 403, address
    assert "Log in again" in visit.get("/account/security").text


def test_a_new_password_does_not_stand_for_the_second_factor(desk: Desk) -> None:
    phone, _ = _add_app(desk.as_person(AIKO))
    _forget_steps(desk)
    visit, _ = _log_in(desk, phone.code())
    with desk.parts.database.writing() as session:
        session.execute(update(Session).values(created_at=now() - timedelta(minutes=16)))
    new = {"new": "another long password", "again": "another long password"}
    assert visit.send("/account/password", old=PASSWORD, **new).status_code == 302
    assert visit.send("/account/security/app/removed").status_code == 403
    assert visit.get("/review").status_code == 200


def test_a_secret_that_was_shown_to_another_is_not_added(desk: Desk) -> None:
    phone = Phone(desk.as_person("ren@example.com").get("/account/security/app").text)
    visit = desk.as_person(AIKO)
    for sealed in (phone.sealed, phone.sealed[:-8], "", "x" * 300, "ж"):
        assert visit.send("/account/security/app", sealed=sealed, code=phone.code()).status_code == 400
    own = Phone(visit.get("/account/security/app").text)
    wrong = visit.send("/account/security/app", sealed=own.sealed, code="000000")
    assert wrong.status_code == 422
    assert Phone(wrong.text).secret == own.secret, "the QR code that was scanned is shown again"


def test_a_lead_resets_a_moderator_and_an_admin_resets_anyone_else(desk: Desk) -> None:
    root, lead = desk.as_person("root@example.com", Role.ADMIN), desk.as_person("lead@example.com", Role.LEAD)
    for person in (AIKO, "lead@example.com", "root@example.com"):
        _add_app(desk.as_person(person))
    # Adding it logged them out everywhere else.
    root, lead = desk.as_person("root@example.com"), desk.as_person("lead@example.com")
    address = "/admin/moderators/{}/factor".format
    assert lead.send(address(desk.people["root@example.com"])).status_code == 403
    assert lead.send(address(desk.people["lead@example.com"])).status_code == 409
    assert lead.send(address(desk.people[AIKO])).status_code == 303
    assert desk.visit().log_in(AIKO).location == "/review"
    page = lead.get("/admin/moderators").text
    assert "Reset second factor" not in page
    assert "Add moderator" not in page
    assert root.send(address(desk.people["lead@example.com"])).status_code == 303
    assert lead.get("/review").status_code == 302
    assert _kinds(desk).count("second_factor_reset") == 2
    assert "Reset a moderator's second factor" in unescape(root.get("/admin/log").text)
