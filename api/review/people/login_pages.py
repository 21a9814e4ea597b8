"""Log in, log out."""

import re
from http import HTTPStatus

from flask import Response, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from api.http.access import access
from api.http.parts import parts
from api.review.frame.blueprint import review
from api.review.frame.cookies import send_token
from api.review.frame.guard import me, this_browser, visitor
from api.review.frame.page_error import PageError
from api.review.people.passkey_ceremonies import ask_to_sign
from core.clock import now
from store.people.audit_notes import note_event
from store.people.login_attempts import forget_attempt, note_attempt
from store.people.moderators import find_moderator
from store.people.passwords import MAX_LENGTH, is_password
from store.people.second_factors import factors_of
from store.people.sessions import end_login, start_login

_OUR_PAGES = re.compile(r"/(?:review|account|admin)(?:[/?][^\\\s]*)?")


@review.get("/login")
@access(public=True)
def login() -> AnyResponse:
    if visitor().moderator is not None:
        return redirect(next_page())
    return login_page(next=next_page())


@review.post("/login")
@access(public=True)
def log_in() -> AnyResponse:
    require_passwords()
    email = request.form.get("email", "").replace("\x00", "").strip().lower()[:254]
    password = request.form.get("password", "")[: MAX_LENGTH + 1]
    at = now()
    with parts().database.writing() as session:
        attempt = note_attempt(session, email=email, address=request.remote_addr or "", at=at)
        moderator = find_moderator(session, email)
    if attempt.wait is not None:
        return too_many_logins(email, int(attempt.wait.total_seconds()) + 1)
    known = moderator is not None and moderator.disabled_at is None
    right = is_password(moderator.password_hash if moderator and known else None, password)
    with parts().database.writing() as session:
        if moderator is None or not right:
            note_event(session, "login_failed", moderator_id=None, at=at, subject=email)
            token, needs_factor = None, False
        else:
            forget_attempt(session, attempt)
            end_login(session, visitor().token)
            needs_factor = factors_of(session, moderator.id).has_any
            token = start_login(session, moderator.id, at, browser=this_browser(), awaits_factor=needs_factor)
            if not needs_factor:
                note_event(session, "login", moderator_id=moderator.id, at=at)
    if token is None:
        return login_page(email, _("Wrong email address or password."), HTTPStatus.UNAUTHORIZED)
    target = url_for("review.second_factor", next=next_page()) if needs_factor else next_page()
    response = make_response(redirect(target))
    send_token(response, token, secure=parts().secure_cookies)
    return response


@review.post("/logout")
@access(before_new_password=True)
def log_out() -> AnyResponse:
    with parts().database.writing() as session:
        end_login(session, visitor().token)
        note_event(session, "logout", moderator_id=me().id, at=now())
    response = redirect(url_for("review.login", next=request.form.get("next") or None))
    # Whoever sits down next at this machine gets nothing from its cache.
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def require_passwords() -> None:
    """Refuse what needs a password where they are switched off. Errors: PageError."""
    if not parts().sign_in.passwords:
        raise PageError(
            HTTPStatus.FORBIDDEN,
            _("Passwords are switched off"),
            _("Log in through single sign-on. Nothing was changed."),
        )


def next_page() -> str:
    """The page to open after login; only pages of this server, so that no one is sent elsewhere."""
    wanted = request.values.get("next", "")
    return wanted if _OUR_PAGES.fullmatch(wanted) else url_for("review.queue")


def login_page(email: str = "", fault: str | None = None, status: int = 200, **values: object) -> Response:
    """The page that asks who someone is."""
    rules = parts().sign_in
    # A passkey stands in for a password: where those are switched off, only the provider lets people in.
    values |= {
        "question": ask_to_sign() if rules.passwords else None,
        "has_passwords": rules.passwords,
        "has_openid": rules.openid is not None,
    }
    values.setdefault("next", next_page())
    return make_response(render_template("review/login.html", email=email, fault=fault, **values), status)


def too_many_logins(email: str, seconds: int) -> Response:
    """The login page, saying how long to wait."""
    minutes = -(-seconds // 60)
    response = login_page(
        email,
        _("Too many attempts. Try again in %(minutes)s min.", minutes=minutes),
        HTTPStatus.TOO_MANY_REQUESTS,
    )
    response.headers["Retry-After"] = str(seconds)
    return response
