"""Choose a password."""

from http import HTTPStatus

from flask import make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from api.http.access import access
from api.http.parts import parts
from api.review.frame.blueprint import review
from api.review.frame.cookies import send_token
from api.review.frame.guard import me, this_browser, visitor
from api.review.frame.page_error import PageError
from api.review.frame.words import PASSWORD_FAULTS
from api.review.people.login_pages import require_passwords
from core.clock import now
from store.people.audit_notes import note_event
from store.people.login_attempts import forget_attempt, note_attempt
from store.people.moderators import set_password
from store.people.passwords import MAX_LENGTH, MIN_LENGTH, hash_password, is_password, password_fault
from store.people.sessions import end_logins, start_login


@review.get("/account/password")
@access(before_new_password=True)
def password() -> str:
    require_passwords()
    return render_template("review/password.html")


@review.post("/account/password")
@access(before_new_password=True)
def change_password() -> AnyResponse:
    require_passwords()
    moderator, at = me(), now()
    # Who has just logged in with a one-time password is not asked for it a second time.
    is_first, old = moderator.must_change_password, request.form.get("old", "")[: MAX_LENGTH + 1]
    new = request.form.get("new", "")[: MAX_LENGTH + 1]
    with parts().database.writing() as session:
        attempt = note_attempt(session, email=moderator.email, address=request.remote_addr or "", at=at)
    if attempt.wait is not None:
        raise PageError(
            HTTPStatus.TOO_MANY_REQUESTS, _("Too many attempts"), _("Wait a few minutes, then try again.")
        )
    found, fault = password_fault(new, moderator.email), None
    if not is_first and not is_password(moderator.password_hash, old):
        fault = _("The current password is wrong.")
    elif is_password(moderator.password_hash, new):
        fault = _("The new password is the same as the old one.")
    elif new != request.form.get("again", ""):
        fault = _("The new passwords do not match.")
    elif found is not None:
        fault = _(PASSWORD_FAULTS[found], least=MIN_LENGTH, most=MAX_LENGTH)
    if fault is not None:
        page = render_template("review/password.html", fault=fault)
        return make_response(page, HTTPStatus.UNPROCESSABLE_ENTITY)
    password_hash = hash_password(new)
    with parts().database.writing() as session:
        forget_attempt(session, attempt)
        set_password(session, moderator.id, password_hash)
        end_logins(session, moderator.id)
        # A password alone is no new login where a second factor is asked for: its time goes on.
        login = visitor().login
        token = start_login(
            session,
            moderator.id,
            at,
            browser=this_browser(),
            factor=login.factor if login else None,
            since=login.created_at if login else None,
        )
        note_event(session, "password_changed", moderator_id=moderator.id, at=at)
    response = make_response(redirect(url_for("review.queue")))
    send_token(response, token, secure=parts().secure_cookies)
    return response
