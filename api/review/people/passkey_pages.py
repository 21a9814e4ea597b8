"""Passkeys: added, removed, and shown in place of a code or of a password."""

from http import HTTPStatus

from flask import make_response, redirect, request
from flask_babel import gettext as _
from webauthn.helpers import bytes_to_base64url
from werkzeug.wrappers import Response as AnyResponse

from api.http.access import access
from api.http.parts import parts
from api.review.frame.blueprint import review
from api.review.frame.cookies import send_token
from api.review.frame.guard import me, visitor
from api.review.frame.page_error import not_found, refused
from api.review.people.factor_pages import complete_login, factor_page, note_failure, too_many
from api.review.people.login_pages import login_page, next_page, require_passwords, too_many_logins
from api.review.people.passkey_ceremonies import CeremonyError, check_signed, read_created, read_named
from api.review.people.security_pages import (
    back_to_security,
    drop_factor,
    keep_factor,
    require_fresh_login,
    show_codes,
)
from core.clock import now
from store.people.login_attempts import forget_attempt, note_attempt
from store.people.passkeys import add_passkey, find_passkey, remove_passkey, use_passkey
from store.tables.factor_tables import Passkey
from store.tables.review_states import SecondFactor


@review.post("/account/security/passkeys")
@access(before_second_factor=True)
def add_new_passkey() -> AnyResponse:
    require_fresh_login()
    name = request.form.get("name", "").replace("\x00", "").strip()[:100]
    try:
        place, made = read_created(request.form.get("credential", ""), request.form.get("sealed", ""))
    except CeremonyError:
        raise refused(
            _("Passkey not added"), _("Your browser's answer was not accepted. Go back and try again.")
        ) from None
    with parts().database.writing() as session:
        passkey = Passkey(
            moderator_id=me().id,
            credential_id=bytes_to_base64url(made.credential_id),
            public_key=made.credential_public_key,
            sign_count=made.sign_count,
            rp_id=place.rp_id,
            name=name or _("Passkey"),
        )
        if not add_passkey(session, passkey):
            raise refused(
                _("Passkey not added"),
                _("This passkey has been added already, or you have too many passkeys."),
            )
        token, codes = keep_factor(session, SecondFactor.PASSKEY)
    return show_codes(token, codes)


@review.post("/account/security/passkeys/<passkey_id>/removed")
@access(before_second_factor=True)
def remove_own_passkey(passkey_id: str) -> AnyResponse:
    require_fresh_login()
    with parts().database.writing() as session:
        if not remove_passkey(session, me().id, passkey_id):
            raise not_found(_("Passkey not found."))
        token = drop_factor(session, SecondFactor.PASSKEY)
    return back_to_security(token, "removed")


@review.post("/login/passkey")
@access(public=True)
def log_in_with_passkey() -> AnyResponse:
    """Log in by a passkey: after a password, or alone, since the passkey verifies its user, too."""
    awaiting, at = visitor().awaiting, now()
    if awaiting is None:
        require_passwords()
    found = token = None
    try:
        credential_id, credential = read_named(request.form.get("credential", ""))
        with parts().database.writing() as session:
            found = find_passkey(session, credential_id)
            if found is not None and awaiting is not None and found.moderator_id != awaiting.id:
                found = None
            person = awaiting or (found.moderator if found else None)
            attempt = note_attempt(
                session,
                email=person.email if person else "",
                address=request.remote_addr or "",
                at=at,
                is_factor=awaiting is not None,
            )
        if attempt.wait is not None:
            seconds = int(attempt.wait.total_seconds()) + 1
            return too_many(seconds) if awaiting else too_many_logins("", seconds)
        if found is not None:
            sign_count, asked_at = check_signed(credential, found, request.form.get("sealed", ""))
            with parts().database.writing() as session:
                if use_passkey(session, found, sign_count=sign_count, asked_at=asked_at, at=at):
                    forget_attempt(session, attempt)
                    token = complete_login(session, found.moderator, SecondFactor.PASSKEY)
    except CeremonyError:
        token = None
    if token is None:
        return _refuse(found)
    response = make_response(redirect(next_page()))
    send_token(response, token, secure=parts().secure_cookies)
    return response


def _refuse(found: Passkey | None) -> AnyResponse:
    awaiting = visitor().awaiting
    person = awaiting or (found.moderator if found else None)
    if person is not None:
        with parts().database.writing() as session:
            note_failure(session, person, SecondFactor.PASSKEY)
    fault = _("This passkey was not accepted. Try again, or log in another way.")
    if awaiting is not None:
        return factor_page(fault, HTTPStatus.UNAUTHORIZED)
    return login_page("", fault, HTTPStatus.UNAUTHORIZED)
