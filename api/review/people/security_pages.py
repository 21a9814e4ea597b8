"""A moderator's own sign-in: second factor, recovery codes, and the browsers that are logged in."""

import base64
from datetime import timedelta
from http import HTTPStatus
from urllib.parse import urlsplit

import segno
from cryptography.fernet import InvalidToken
from flask import Response, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from api.http.access import access
from api.http.parts import parts
from api.review.frame.blueprint import review
from api.review.frame.cookies import send_token
from api.review.frame.guard import lacks_factor, me, this_browser, visitor
from api.review.frame.page_error import PageError, refused
from api.review.people.passkey_ceremonies import ask_to_create, passkey_place
from core.clock import now
from core.ids import is_sha256
from core.keys import KeyPurpose, sealing
from store.people.audit_notes import note_event
from store.people.second_factors import (
    add_app,
    app_address,
    factors_of,
    make_recovery_codes,
    new_app_secret,
    remove_app,
)
from store.people.sessions import end_login_of, end_logins, list_logins, start_login
from store.tables.review_states import SecondFactor

# After it, a change needs a new login: a screen left open must not be enough to take an account over.
FRESH = timedelta(minutes=15)
ENROLMENT = timedelta(minutes=15)


@review.get("/account/security")
@access(before_second_factor=True)
def security() -> str:
    with parts().database.reading() as session:
        factors = factors_of(session, me().id)
        logins = list_logins(session, me().id, now(), idle=parts().sign_in.idle)
    login = visitor().login
    return render_template(
        "review/security.html",
        factors=factors,
        logins=logins,
        question=ask_to_create(me(), factors.passkeys) if _is_fresh() else None,
        has_passwords=parts().sign_in.passwords,
        place=passkey_place(),
        local_address=_local_address(),
        this_login=login.token_sha256 if login else "",
        is_fresh=_is_fresh(),
        is_lacking=lacks_factor(me()),
        is_demanded=me().role in parts().sign_in.second_factor_roles,
        said=request.args.get("said", ""),
    )


@review.get("/account/security/app")
@access(before_second_factor=True)
def authenticator() -> AnyResponse:
    if not _is_fresh():
        return redirect(url_for("review.security"))
    return _enrolment(new_app_secret())


@review.post("/account/security/app")
@access(before_second_factor=True)
def add_authenticator() -> AnyResponse:
    require_fresh_login()
    try:
        seal = sealing(parts().secret_key, KeyPurpose.SECOND_FACTORS)
        sealed = seal.decrypt(request.form.get("sealed", "").encode(), ttl=int(ENROLMENT.total_seconds()))
        moderator_id, _separator, secret = sealed.partition(b" ")
    except InvalidToken:
        moderator_id, secret = b"", b""
    if moderator_id != me().id.encode():
        raise refused(
            _("Authenticator app not added"),
            _("The QR code on this page has expired. Go back and scan the new one."),
        )
    with parts().database.writing() as session:
        code = request.form.get("code", "")[:100]
        is_added = add_app(session, me().id, secret, code, secret_key=parts().secret_key, at=now())
        if is_added:
            token, codes = keep_factor(session, SecondFactor.APP)
    if not is_added:
        fault = _("This code is wrong or has expired. Enter the one that the app shows now.")
        return _enrolment(secret, fault)
    return show_codes(token, codes)


@review.post("/account/security/app/removed")
@access(before_second_factor=True)
def remove_authenticator() -> AnyResponse:
    require_fresh_login()
    with parts().database.writing() as session:
        remove_app(session, me().id)
        token = drop_factor(session, SecondFactor.APP)
    return back_to_security(token, "removed")


@review.post("/account/security/recovery")
@access(before_second_factor=True)
def renew_recovery_codes() -> AnyResponse:
    require_fresh_login()
    with parts().database.writing() as session:
        if not factors_of(session, me().id).has_any:
            raise refused(_("Recovery codes not created"), _("Add a second factor first."))
        codes = make_recovery_codes(session, me().id)
        note_event(session, "recovery_codes_made", moderator_id=me().id, at=now())
    return show_codes(None, codes)


@review.post("/account/security/logins")
@access(before_second_factor=True)
def end_other_login() -> AnyResponse:
    """End one login of one's own, or all but this one."""
    wanted = request.form.get("login", "")
    with parts().database.writing() as session:
        if wanted == "others":
            end_logins(session, me().id, but=visitor().token)
        elif not is_sha256(wanted) or not end_login_of(session, me().id, wanted):
            raise refused(_("Login not ended"), _("This login has already ended. Reload the page."))
        note_event(session, "logins_ended", moderator_id=me().id, at=now())
    return redirect(url_for("review.security", said="ended"), HTTPStatus.SEE_OTHER)


def require_fresh_login() -> None:
    """Refuse a change of how someone signs in if their login is not new. Errors: PageError."""
    if not _is_fresh():
        raise PageError(
            HTTPStatus.FORBIDDEN,
            _("Log in again"),
            _("To change how you sign in, log out and log in again. Nothing was changed."),
        )


def keep_factor(session: Session, factor: SecondFactor) -> tuple[str, list[str]]:
    """Log a new second factor and end all other logins.

    The new login's token, and recovery codes if there were none.
    """
    note_event(
        session, "second_factor_added", moderator_id=me().id, at=now(), detail={"factor": factor.value}
    )
    has_codes = factors_of(session, me().id).recovery_codes > 0
    return _new_login(session, factor), [] if has_codes else make_recovery_codes(session, me().id)


def drop_factor(session: Session, factor: SecondFactor) -> str:
    """Log that a second factor is gone and end all other logins; refuse it where the role demands one."""
    has_any = factors_of(session, me().id).has_any
    if not has_any and me().role in parts().sign_in.second_factor_roles:
        raise PageError(
            HTTPStatus.CONFLICT,
            _("Second factor not removed"),
            _("Your role needs a second factor. Add another one before you remove this one."),
        )
    note_event(
        session, "second_factor_removed", moderator_id=me().id, at=now(), detail={"factor": factor.value}
    )
    login = visitor().login
    return _new_login(session, login.factor if login and has_any else None)


def show_codes(token: str | None, codes: list[str]) -> AnyResponse:
    """Show recovery codes, in this answer only; where there are none, the page of the account."""
    if not codes:
        return back_to_security(token, "added")
    return _with_token(make_response(render_template("review/recovery_codes.html", codes=codes)), token)


def back_to_security(token: str | None, said: str) -> AnyResponse:
    """Lead back to the page of the account, with the token of the login that replaced this one."""
    target = redirect(url_for("review.security", said=said), HTTPStatus.SEE_OTHER)
    return _with_token(make_response(target), token)


def _local_address() -> str | None:
    """This page by the name `localhost`, if it was opened by an address of this machine."""
    split = urlsplit(request.host_url)
    if split.hostname not in {"127.0.0.1", "::1"}:
        return None
    return f"{split.scheme}://localhost:{split.port or 80}{url_for('review.security')}"


def _is_fresh() -> bool:
    login = visitor().login
    return login is not None and login.created_at > now() - FRESH


def _new_login(session: Session, factor: SecondFactor | None) -> str:
    end_logins(session, me().id)
    return start_login(session, me().id, now(), browser=this_browser(), factor=factor)


def _with_token(response: Response, token: str | None) -> Response:
    if token is not None:
        send_token(response, token, secure=parts().secure_cookies)
    return response


def _enrolment(secret: bytes, fault: str | None = None) -> AnyResponse:
    """The page with the secret, which is stored nowhere before the app has shown a code of it."""
    drawn = segno.make(app_address(secret, me().email), error="m")
    sealed = sealing(parts().secret_key, KeyPurpose.SECOND_FACTORS).encrypt(me().id.encode() + b" " + secret)
    text = base64.b32encode(secret).decode().rstrip("=")
    page = render_template(
        "review/authenticator.html",
        drawing=Markup(drawn.svg_inline(scale=5, border=4, light="#fff", dark="#000", omitsize=True)),  # noqa: S704  # of our own making
        secret=" ".join(text[i : i + 4] for i in range(0, len(text), 4)),
        sealed=sealed.decode(),
        fault=fault,
    )
    return make_response(page, HTTPStatus.UNPROCESSABLE_ENTITY if fault else HTTPStatus.OK)
