"""The second factor of a login: the page between the password and the desk."""

from http import HTTPStatus

from flask import Response, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from api.http.access import access
from api.http.parts import parts
from api.review.frame.blueprint import review
from api.review.frame.cookies import send_token
from api.review.frame.guard import this_browser, visitor
from api.review.people.login_pages import next_page
from api.review.people.passkey_ceremonies import ask_to_sign
from core.clock import now
from store.people.audit_notes import note_event
from store.people.login_attempts import forget_attempt, note_attempt
from store.people.second_factors import factors_of, use_app_code, use_recovery_code
from store.people.sessions import end_login, start_login
from store.tables.people_tables import Moderator
from store.tables.review_states import SecondFactor


@review.get("/login/second")
@access(public=True)
def second_factor() -> AnyResponse:
    return factor_page() if visitor().awaiting else redirect(url_for("review.login", next=next_page()))


@review.post("/login/second")
@access(public=True)
def show_second_factor() -> AnyResponse:
    moderator, at = visitor().awaiting, now()
    if moderator is None:
        return redirect(url_for("review.login", next=next_page()))
    code = request.form.get("code", "")[:100]
    factor = SecondFactor.RECOVERY if request.values.get("recovery") else SecondFactor.APP
    with parts().database.writing() as session:
        attempt = note_attempt(
            session, email=moderator.email, address=request.remote_addr or "", at=at, is_factor=True
        )
    if attempt.wait is not None:
        return too_many(int(attempt.wait.total_seconds()) + 1)
    with parts().database.writing() as session:
        if factor is SecondFactor.RECOVERY:
            is_right = use_recovery_code(session, moderator.id, code)
        else:
            is_right = use_app_code(session, moderator.id, code, secret_key=parts().secret_key, at=at)
        if is_right:
            forget_attempt(session, attempt)
            token = complete_login(session, moderator, factor)
        else:
            detail = {"factor": factor.value}
            note_event(
                session,
                "second_factor_failed",
                moderator_id=None,
                at=at,
                subject=moderator.email,
                detail=detail,
            )
    if not is_right:
        return factor_page(_wrong(factor), HTTPStatus.UNAUTHORIZED)
    response = make_response(redirect(next_page()))
    send_token(response, token, secure=parts().secure_cookies)
    return response


def complete_login(session: Session, moderator: Moderator, factor: SecondFactor) -> str:
    """Replace the login that awaited a second factor by a whole one, with a token of its own."""
    at = now()
    end_login(session, visitor().token)
    detail = {"factor": factor.value}
    if factor is SecondFactor.RECOVERY:
        detail["codes_left"] = str(factors_of(session, moderator.id).recovery_codes)
    note_event(session, "login", moderator_id=moderator.id, at=at, detail=detail)
    return start_login(session, moderator.id, at, browser=this_browser(), factor=factor)


def note_failure(session: Session, moderator: Moderator, factor: SecondFactor) -> None:
    """Log that a second factor was wrong, by someone who knows the password."""
    note_event(
        session,
        "second_factor_failed",
        moderator_id=None,
        at=now(),
        subject=moderator.email,
        detail={"factor": factor.value},
    )


def _wrong(factor: SecondFactor) -> str:
    if factor is SecondFactor.RECOVERY:
        return str(_("This recovery code is wrong, or has been used. Each code works once."))
    return str(_("This code is wrong, has expired or has been used. Enter the next one."))


def factor_page(fault: str | None = None, status: int = HTTPStatus.OK) -> Response:
    """The page that asks for a second factor."""
    moderator = visitor().awaiting
    with parts().database.reading() as session:
        factors = factors_of(session, moderator.id) if moderator else None
    is_recovery = bool(request.values.get("recovery")) and factors is not None and factors.recovery_codes > 0
    page = render_template(
        "review/second_factor.html",
        email=moderator.email if moderator else "",
        factors=factors,
        fault=fault,
        next=next_page(),
        is_recovery=is_recovery,
        question=ask_to_sign(factors.passkeys) if factors else None,
    )
    return make_response(page, status)


def too_many(seconds: int) -> Response:
    """The page of the second factor, saying how long to wait."""
    response = factor_page(
        _("Too many attempts. Try again in %(minutes)s min.", minutes=-(-seconds // 60)),
        HTTPStatus.TOO_MANY_REQUESTS,
    )
    response.headers["Retry-After"] = str(seconds)
    return response
