"""Single sign-on with a real OpenID provider: who gets in, as what, and whose answers are refused."""

import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlsplit

import flask
import pytest
import requests
from sqlalchemy import select, update
from webauthn.helpers import bytes_to_base64url
from werkzeug.serving import make_server
from werkzeug.test import TestResponse

from api.app import create_app
from api.http.parts import OpenIdClient, SignInRules
from api.review.people import openid_pages
from api.review.people.openid_provider import join_claims
from core.clock import now
from core.operations.measuring import measure_alone
from core.vocabulary import Role
from store.base.database import Database
from store.bytes.blobs import FolderBlobs
from store.clients.clients import NewClient
from store.people.moderators import find_moderator
from store.tables.people_tables import Moderator
from store.tables.people_tables import Session as Login
from store.tables.review_states import SecondFactor
from store.tables.review_tables import Event
from tests.api.review.conftest import PASSWORD, Desk, Visit, make_desk

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of what Authlib will rename
    import oidc_provider_mock
    from oidc_provider_mock import User

# The provider is built on older names of Authlib's.
pytestmark = pytest.mark.filterwarnings("ignore")
ROLES = (("desk-admins", Role.ADMIN), ("desk-leads", Role.LEAD), ("desk", Role.MODERATOR))
AIKO = "aiko@example.com"


@dataclass
class Provider:
    """A running provider; `tokens` are the forms of the requests for tokens that it got."""

    issuer: str
    tokens: list[dict[str, str]] = field(default_factory=list)

    def enter(self, address: str, sub: str) -> str:
        """Log in at the provider as a person would; the address to which it sends them back."""
        answer = requests.post(address, data={"sub": sub}, allow_redirects=False, timeout=5)
        assert answer.status_code == 302, answer.text
        return str(answer.headers["Location"])


@contextmanager
def _provider(*people: User) -> Iterator[Provider]:
    app = oidc_provider_mock.app(user_claims=people, require_nonce=True)
    server = make_server("localhost", 0, app, threaded=True)
    provider = Provider(f"http://localhost:{server.server_port}")

    def listen() -> None:
        if flask.request.form.get("grant_type"):
            provider.tokens.append(dict(flask.request.form))

    app.before_request(listen)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _person(sub: str, email: str = AIKO, *, verified: object = True, **claims: object) -> User:
    return User(sub=sub, claims={"email": email, "email_verified": verified, **claims})


PEOPLE = (
    _person("u-lead", groups=["staff", "desk", "desk-leads"]),
    _person("u-none", "ren@example.com", groups=["staff"]),
    _person("u-word", "word@example.com", groups="desk other"),
    _person("u-unverified", verified=False, groups=["desk-admins"]),
    _person("u-unsaid", verified="true", groups=["desk-admins"]),
    _person("u-mfa", "mfa@example.com", groups=["desk"], amr=["pwd", "mfa"]),
    _person("u-other", groups=["desk-admins"]),
    _person("u-odd", "not an address", groups=["desk"]),
)


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with _provider(*PEOPLE) as running:
        yield running


@pytest.fixture
def plain(sqlite_database: Database, blobs: FolderBlobs, sqlite_shop: NewClient) -> Desk:
    return make_desk(sqlite_database, blobs, sqlite_shop)


@pytest.fixture
def make(plain: Desk, provider: Provider) -> Callable[..., Desk]:
    """Let the desk use the provider, by these rules."""

    def with_rules(roles: tuple[tuple[str, Role], ...] = ROLES, **rules: Any) -> Desk:
        openid = OpenIdClient(provider.issuer, "kantei", "a secret", roles=roles)
        sign_in = SignInRules(openid=openid, **rules)
        app = create_app(replace(plain.parts, sign_in=sign_in, measuring=measure_alone()))
        app.testing = True
        return replace(plain, app=app)

    return with_rules


def _sign_in(desk: Desk, provider: Provider, sub: str, query: str = "") -> tuple[Visit, TestResponse]:
    visit = desk.visit()
    back = provider.enter(visit.get(f"/login/openid{query}").location, sub)
    return visit, visit.get(back)


def _found(desk: Desk, email: str) -> Moderator | None:
    with desk.parts.database.reading() as session:
        return find_moderator(session, email)


@pytest.mark.slow
def test_a_person_whom_the_provider_knows_gets_an_account_and_a_role(
    make: Callable[..., Desk], provider: Provider
) -> None:
    desk = make()
    visit, answer = _sign_in(desk, provider, "u-lead", "?next=/review%3Ftab%3Dall")
    assert answer.location == "/review?tab=all"
    assert AIKO in visit.get("/review").text
    found = _found(desk, AIKO)
    assert found is not None
    assert found.role is Role.LEAD, "the highest of the roles that the claim names"
    assert visit.get("/account/password").status_code == 200
    assert _sign_in(desk, provider, "u-word")[1].location == "/review"
    with desk.parts.database.reading() as session:
        told = [(event.kind, event.detail.get("by")) for event in session.scalars(select(Event))]
    assert ("moderator_added", "openid") in told
    assert ("login", "openid") in told


def test_the_request_is_bound_to_this_browser_and_this_answer(
    make: Callable[..., Desk], provider: Provider
) -> None:
    desk = make()
    visit = desk.visit()
    address = visit.get("/login/openid").location
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == "http://localhost/login/openid/done"
    assert len(asked["state"]) >= 32
    assert len(asked["nonce"]) >= 32
    back = provider.enter(address, "u-lead")
    # In another browser, with another state or none, and for another provider's answer: nothing.
    assert desk.visit().get(back).status_code == 401
    for odd in (
        back.replace("state=", "state=x"),
        back.split("&state")[0],
        back + "&iss=https://evil.example",
    ):
        other = desk.visit()
        provider.enter(other.get("/login/openid").location, "u-lead")
        assert other.get(odd).status_code == 401, odd
    assert visit.get(back).status_code == 302
    verifier = provider.tokens[-1]["code_verifier"]
    assert bytes_to_base64url(sha256(verifier.encode()).digest()) == asked["code_challenge"]
    # The cookie is gone, and so is the code.
    assert visit.get(back).status_code == 401


@pytest.mark.parametrize(
    "trap", ["//evil.example/", "https://evil.example", "/review\\@evil.example", "javascript:1"]
)
def test_it_leads_to_no_other_site(make: Callable[..., Desk], provider: Provider, trap: str) -> None:
    assert _sign_in(make(), provider, "u-lead", f"?next={trap}")[1].location == "/review"


@pytest.mark.parametrize("sub", ["u-none", "u-unverified", "u-unsaid", "u-odd"])
def test_who_has_no_role_or_no_verified_address_stays_out(
    make: Callable[..., Desk], provider: Provider, sub: str
) -> None:
    desk = make()
    desk.add_person(AIKO)
    visit, answer = _sign_in(desk, provider, sub)
    assert answer.status_code == 403
    assert "You have no access to this desk" in answer.text
    assert visit.get("/review").status_code == 302
    found = _found(desk, AIKO)
    assert found is not None
    assert (found.role, found.openid_sha256) == (Role.MODERATOR, None)


def test_an_account_belongs_to_one_person_of_the_provider(
    make: Callable[..., Desk], provider: Provider
) -> None:
    desk = make()
    assert _sign_in(desk, provider, "u-lead")[1].status_code == 302
    assert _sign_in(desk, provider, "u-other")[1].status_code == 403
    with desk.parts.database.writing() as session:
        session.execute(update(Moderator).values(email="moved@example.com"))
    # The provider's own name for a person counts, whatever the address is now.
    visit, answer = _sign_in(desk, provider, "u-lead")
    assert answer.status_code == 302
    assert "moved@example.com" in visit.get("/review").text


def test_the_role_follows_the_provider_at_each_login(make: Callable[..., Desk], provider: Provider) -> None:
    desk = make()
    desk.add_person(AIKO, Role.ADMIN)
    visit, _answer = _sign_in(desk, provider, "u-lead")
    assert visit.get("/admin/clients").status_code == 403
    with desk.parts.database.reading() as session:
        told = session.scalars(select(Event).where(Event.kind == "role_changed")).one()
    assert told.detail == {"role": "lead", "by": "openid"}


def test_without_names_for_roles_only_those_who_were_added_get_in(
    make: Callable[..., Desk], provider: Provider
) -> None:
    desk = make(roles=())
    assert _sign_in(desk, provider, "u-lead")[1].status_code == 403
    desk.add_person(AIKO, Role.ADMIN, is_new=True)
    visit, answer = _sign_in(desk, provider, "u-lead")
    assert answer.location == "/review"
    assert visit.get("/admin/clients").status_code == 200
    # The one-time password that an admin knows is no way in any longer.
    assert desk.visit().log_in(AIKO).status_code == 401


def test_who_is_disabled_stays_out(make: Callable[..., Desk], provider: Provider) -> None:
    desk = make()
    assert _sign_in(desk, provider, "u-lead")[1].status_code == 302
    with desk.parts.database.writing() as session:
        session.execute(update(Moderator).values(disabled_at=now()))
    assert _sign_in(desk, provider, "u-lead")[1].status_code == 403


def test_the_providers_second_factor_counts_and_its_absence_does_not(
    make: Callable[..., Desk], provider: Provider
) -> None:
    desk = make(second_factor_roles=frozenset(Role))
    visit, _answer = _sign_in(desk, provider, "u-mfa")
    assert visit.get("/review").status_code == 200
    with desk.parts.database.reading() as session:
        assert session.scalars(select(Login.factor)).one() is SecondFactor.PROVIDER
    visit, _answer = _sign_in(desk, provider, "u-lead")
    assert visit.get("/review").location == "/account/security"


def test_passwords_can_be_switched_off(make: Callable[..., Desk], provider: Provider) -> None:
    desk = make(passwords=False)
    desk.add_person(AIKO)
    visit = desk.visit()
    page = visit.get("/login").text
    assert 'name="password"' not in page
    assert "data-passkey" not in page
    assert 'href="/login/openid?next=/review"' in page
    assert visit.send("/login", email=AIKO, password=PASSWORD).status_code == 403
    assert visit.send("/login/passkey", credential="{}").status_code == 403
    visit, answer = _sign_in(desk, provider, "u-lead")
    assert answer.status_code == 302
    assert visit.get("/account/password").status_code == 403
    admin = desk.as_person("root@example.com", Role.ADMIN)
    assert "one-time password" not in admin.get("/admin/moderators").text
    assert 'class="secret"' not in admin.send("/admin/moderators", email="x@example.com", role="lead").text


def test_without_a_provider_there_is_no_single_sign_on(plain: Desk) -> None:
    assert "Single sign-on" not in plain.visit().get("/login").text
    for path in ("/login/openid", "/login/openid/done?code=x&state=x"):
        assert plain.visit().get(path).status_code == 404


def test_a_provider_that_is_gone_or_says_no_is_told(make: Callable[..., Desk], plain: Desk) -> None:
    gone = OpenIdClient("http://localhost:9", "kantei")
    app = create_app(replace(plain.parts, sign_in=SignInRules(openid=gone), measuring=measure_alone()))
    answer = app.test_client().get("/login/openid")
    assert answer.status_code == 502
    assert "is not responding" in answer.text
    visit = make().visit()
    state = parse_qs(urlsplit(visit.get("/login/openid").location).query)["state"][0]
    refused = visit.get(f"/login/openid/done?error=access_denied&state={state}")
    assert refused.status_code == 401
    assert "did not let you in" in refused.text


def test_a_token_for_another_client_or_question_is_refused(
    make: Callable[..., Desk], provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The provider's own key signs it, and yet it is not for us."""
    desk = make()
    real = oidc_provider_mock._app.OpenIDCode.get_jwt_config
    for change in ({"iss": "https://evil.example"}, {"exp": -3600}):
        monkeypatch.setattr(
            oidc_provider_mock._app.OpenIDCode,
            "get_jwt_config",
            lambda *given, change=change, **more: {**real(*given, **more), **change},
        )
        visit, answer = _sign_in(desk, provider, "u-lead")
        assert answer.status_code == 401, change
        assert visit.get("/review").status_code == 302
    monkeypatch.undo()
    visit = desk.visit()
    address = visit.get("/login/openid").location
    nonce = parse_qs(urlsplit(address).query)["nonce"][0]
    assert visit.get(provider.enter(address.replace(nonce, "x" * 32), "u-lead")).status_code == 401
    client = address.replace("client_id=kantei", "client_id=other")
    assert visit.get(provider.enter(client, "u-lead")).status_code == 401


@pytest.mark.parametrize(
    ("told", "email"),
    [
        ({"email": AIKO, "email_verified": True}, AIKO),
        ({"email": "own@example.com", "email_verified": True}, None),
        ({"email_verified": True}, None),
    ],
)
def test_an_address_is_verified_by_what_is_said_of_itself(told: dict[str, object], email: str | None) -> None:
    claims = join_claims({"sub": "u-1", "email": AIKO}, told)
    assert (AIKO if claims.get("email_verified") else None) == email


def test_no_address_asks_the_provider_without_end(
    make: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openid_pages, "ASKED_A_MINUTE", 2)
    visit = make().visit()
    found = [
        visit.get(f"/login/openid{path}").status_code for path in ("", "/done?code=x", "", "/done?code=x")
    ]
    assert found == [302, 401, 429, 429]
