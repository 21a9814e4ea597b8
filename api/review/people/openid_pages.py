"""Single sign-on: to the OpenID provider, and back."""

import json
from dataclasses import asdict
from hmac import compare_digest
from http import HTTPStatus

from cryptography.fernet import InvalidToken
from flask import make_response, redirect, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from api.http.access import access
from api.http.parts import parts, shared
from api.http.request_limits import rate_limits, refuse_too_many
from api.review.frame.blueprint import review
from api.review.frame.cookies import send_token
from api.review.frame.guard import this_browser, visitor
from api.review.frame.page_error import not_found
from api.review.frame.permissions import RANKS
from api.review.people.login_pages import login_page, next_page
from api.review.people.openid_provider import OpenIdPerson, OpenIdProvider, OpenIdRequest, ProviderError
from core.clock import now
from core.keys import KeyPurpose, sealing
from core.vocabulary import Role
from store.clients.clients import digest
from store.people.audit_notes import note_event
from store.people.moderators import (
    add_moderator,
    clean_email,
    find_moderator,
    find_openid_moderator,
    set_password,
    set_role,
)
from store.people.passwords import hash_password, one_time_password
from store.people.second_factors import factors_of
from store.people.sessions import end_login, start_login
from store.tables.people_tables import Moderator
from store.tables.review_states import SecondFactor

COOKIE = "kantei_openid"
GOOD_FOR = 600  # seconds that someone may spend at the provider
ASKED_A_MINUTE = 60  # for each address, which may be that of a whole office; a login is two


@review.get("/login/openid")
@access(public=True)
def sign_in() -> AnyResponse:
    _require_provider()
    _refuse_crowd()
    try:
        address, asked = shared(OpenIdProvider).begin(_way_back())
    except ProviderError:
        return login_page(
            "", _("The sign-in service is not responding. Try again later."), HTTPStatus.BAD_GATEWAY
        )
    response = redirect(address)
    kept = json.dumps({**asdict(asked), "next": next_page()}).encode()
    response.set_cookie(
        COOKIE,
        sealing(parts().secret_key, KeyPurpose.OPENID_REQUESTS).encrypt(kept).decode(),
        max_age=GOOD_FOR,
        path="/login/openid",
        secure=parts().secure_cookies,
        httponly=True,
        # The provider sends the person back from another site; "Strict" would leave the cookie behind.
        samesite="Lax",
    )
    return response


@review.get("/login/openid/done")
@access(public=True)
def finish_sign_in() -> AnyResponse:
    _require_provider()
    _refuse_crowd()
    asked, target = _remembered()
    code, state = request.args.get("code", "")[:2000], request.args.get("state", "")
    if asked is None or not compare_digest(asked.state.encode(), state.encode()):
        return _refuse(_("This sign-in has expired, or was started in another browser. Start again."))
    if request.args.get("iss", parts_issuer()) != parts_issuer():  # RFC 9207: whose answer it is
        return _refuse(_("This sign-in has expired, or was started in another browser. Start again."))
    if not code:
        return _refuse(_("The sign-in service did not let you in."))
    try:
        person = shared(OpenIdProvider).finish(_way_back(), code, asked)
    except ProviderError:
        return _refuse(_("The answer of the sign-in service was not accepted. Start again."))
    with parts().database.writing() as session:
        moderator = _moderator_of(session, person)
        if moderator is None:
            note_event(
                session,
                "login_failed",
                moderator_id=None,
                at=now(),
                subject=person.email or "",
                detail={"by": "openid"},
            )
        else:
            token, awaits = _start(session, moderator, person)
    if moderator is None:
        return _refuse(_("You have no access to this desk. Ask an admin to add you."), HTTPStatus.FORBIDDEN)
    response = make_response(redirect(url_for("review.second_factor", next=target) if awaits else target))
    send_token(response, token, secure=parts().secure_cookies)
    response.delete_cookie(COOKIE, path="/login/openid")
    return response


def parts_issuer() -> str:
    """The issuer of this application's provider."""
    openid = parts().sign_in.openid
    return openid.issuer if openid else ""


def _require_provider() -> None:
    if parts().sign_in.openid is None:
        raise not_found(_("There is no page at this address."))


def _refuse_crowd() -> None:
    """Let no one keep every thread waiting for a provider that is slow, or ask it without end."""
    refuse_too_many(rate_limits().hit("openid", request.remote_addr or "", ASKED_A_MINUTE))


def _way_back() -> str:
    """Where the provider sends people: registered there, letter for letter."""
    path = url_for("review.finish_sign_in")
    scheme = "https" if parts().secure_cookies else request.scheme
    return (parts().public_url or f"{scheme}://{request.host}") + path


def _remembered() -> tuple[OpenIdRequest | None, str]:
    """What this browser's cookie remembers of the request, and the page to open afterwards."""
    try:
        seal = sealing(parts().secret_key, KeyPurpose.OPENID_REQUESTS)
        kept = json.loads(seal.decrypt(request.cookies.get(COOKIE, "").encode(), ttl=GOOD_FOR))
    except InvalidToken:
        return None, ""
    return OpenIdRequest(kept["state"], kept["nonce"], kept["verifier"]), str(kept["next"])


def _moderator_of(session: Session, person: OpenIdPerson) -> Moderator | None:
    """The moderator whom the provider means, with the role that it names; None for someone without access.

    The provider's own name for a person counts. An address only joins it to an account once, and only if
    the provider has verified it: else anyone who can enter an address there would be let in.
    """
    openid, subject = parts().sign_in.openid, digest(f"{parts_issuer()} {person.subject}")
    roles = [role for name, role in openid.roles if name in person.names] if openid else []
    role = max(roles, key=lambda one: RANKS[one], default=None)
    has_roles = bool(openid and openid.roles)
    if has_roles and role is None:
        return None
    moderator = find_openid_moderator(session, subject)
    if moderator is None:
        moderator = _join_by_address(session, person, subject, role)
    if moderator is None or moderator.disabled_at is not None:
        return None
    if role is not None and moderator.role is not role:
        set_role(session, moderator.id, role)
        detail = {"role": role.value, "by": "openid"}
        note_event(
            session, "role_changed", moderator_id=None, at=now(), subject=moderator.email, detail=detail
        )
    return moderator


def _join_by_address(
    session: Session, person: OpenIdPerson, subject: str, role: Role | None
) -> Moderator | None:
    try:
        email = clean_email(person.email or "")
    except ValueError:
        return None
    moderator = find_moderator(session, email)
    if moderator is not None and moderator.openid_sha256 is not None:
        return None  # another person of the provider's has this account
    if moderator is None:
        if role is None:
            return None
        moderator = add_moderator(session, email=email, role=role).moderator
        detail = {"role": role.value, "by": "openid"}
        note_event(session, "moderator_added", moderator_id=None, at=now(), subject=email, detail=detail)
    moderator.openid_sha256 = subject
    session.flush()
    return moderator


def _start(session: Session, moderator: Moderator, person: OpenIdPerson) -> tuple[str, bool]:
    """Start a login; it awaits a second factor if there is one here and the provider asked for none."""
    at = now()
    awaits = not person.has_second_factor and factors_of(session, moderator.id).has_any
    factor = SecondFactor.PROVIDER if person.has_second_factor else None
    if moderator.must_change_password:
        # Whoever is let in by the provider needs none, and the one that an admin knows must not stay.
        set_password(session, moderator.id, hash_password(one_time_password()))
    end_login(session, visitor().token)
    token = start_login(
        session, moderator.id, at, browser=this_browser(), factor=factor, awaits_factor=awaits
    )
    if not awaits:
        note_event(session, "login", moderator_id=moderator.id, at=at, detail={"by": "openid"})
    return token, awaits


def _refuse(fault: str, status: HTTPStatus = HTTPStatus.UNAUTHORIZED) -> AnyResponse:
    response = login_page("", fault, status)
    response.delete_cookie(COOKIE, path="/login/openid")
    return response
