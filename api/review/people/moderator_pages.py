"""Moderators: adding, changing roles, disabling, issuing one-time passwords; for admins."""

from http import HTTPStatus

from flask import make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from api.http.access import access
from api.http.parts import parts
from api.review.frame.blueprint import review
from api.review.frame.guard import me
from api.review.frame.page_error import PageError, not_found, refused
from api.review.frame.permissions import Act, may, may_reset_factor
from api.review.people.login_pages import require_passwords
from core.clock import now
from core.vocabulary import Role
from store.base.locking import lock_row
from store.people.audit_notes import note_event
from store.people.moderators import (
    ModeratorExistsError,
    add_moderator,
    list_moderators,
    reset_password,
    set_disabled,
    set_role,
)
from store.people.second_factors import remove_factors, with_factors
from store.people.sessions import end_logins
from store.tables.people_tables import Moderator


@review.get("/admin/moderators")
@access(Act.RESET_FACTORS)
def moderators() -> str:
    with parts().database.reading() as session:
        return _page(session, done="done" in request.args)


@review.post("/admin/moderators")
@access(Act.MANAGE_MODERATORS)
def add_person() -> AnyResponse:
    email, fault = request.form.get("email", "").replace("\x00", ""), None
    try:
        with parts().database.writing() as session:
            new = add_moderator(session, email=email, role=_read_role())
            _note(session, "moderator_added", new.moderator, role=new.moderator.role)
            # Shown in the answer and kept nowhere: the page cannot be loaded again.
            return make_response(_page(session, new=new))
    except ModeratorExistsError:
        fault = _("A moderator with this email address already exists.")
    except ValueError:
        fault = _("Enter a valid email address.")
    with parts().database.reading() as session:
        return make_response(_page(session, fault=fault), HTTPStatus.UNPROCESSABLE_ENTITY)


@review.post("/admin/moderators/<moderator_id>/role")
@access(Act.MANAGE_MODERATORS)
def change_role(moderator_id: str) -> AnyResponse:
    role = _read_role()
    with parts().database.writing() as session:
        person = _somebody_else(session, moderator_id)
        set_role(session, moderator_id, role)
        _note(session, "role_changed", person, role=role)
    return redirect(url_for("review.moderators"), HTTPStatus.SEE_OTHER)


@review.post("/admin/moderators/<moderator_id>/disabled")
@access(Act.MANAGE_MODERATORS)
def shut_out(moderator_id: str) -> AnyResponse:
    is_out = request.form.get("disabled") == "1"
    with parts().database.writing() as session:
        person = _somebody_else(session, moderator_id)
        set_disabled(session, moderator_id, now() if is_out else None)
        if is_out:
            end_logins(session, moderator_id)
        _note(session, "moderator_disabled" if is_out else "moderator_enabled", person)
    return redirect(url_for("review.moderators"), HTTPStatus.SEE_OTHER)


@review.post("/admin/moderators/<moderator_id>/password")
@access(Act.MANAGE_MODERATORS)
def give_password(moderator_id: str) -> str:
    require_passwords()
    with parts().database.writing() as session:
        person = _somebody_else(session, moderator_id)
        new = reset_password(session, person)
        end_logins(session, moderator_id)
        _note(session, "password_reset", person)
        return _page(session, new=new)


@review.post("/admin/moderators/<moderator_id>/factor")
@access(Act.RESET_FACTORS)
def reset_factor(moderator_id: str) -> AnyResponse:
    """Let somebody who lost their second factor log in with the password alone; they add another one."""
    with parts().database.writing() as session:
        person = _somebody_else(session, moderator_id)
        if not may_reset_factor(me(), person):
            raise PageError(
                HTTPStatus.FORBIDDEN,
                _("You do not have access"),
                _("Only an admin can reset the second factor of a lead or an admin. Nothing was changed."),
            )
        remove_factors(session, [person.id])
        end_logins(session, person.id)
        _note(session, "second_factor_reset", person)
    return redirect(url_for("review.moderators", done=1), HTTPStatus.SEE_OTHER)


def _page(session: Session, **values: object) -> str:
    return render_template(
        "review/moderators.html",
        people=list_moderators(session),
        protected=with_factors(session),
        has_passwords=parts().sign_in.passwords,
        may_manage=may(me(), Act.MANAGE_MODERATORS),
        may_reset=lambda person: may_reset_factor(me(), person),
        **values,
    )


def _somebody_else(session: Session, moderator_id: str) -> Moderator:
    """Find another moderator: no one can disable themselves, so that there is always an admin.

    Both are locked, so that of two admins who disable each other at the same moment one is refused.
    """
    for one in sorted({moderator_id, me().id}):
        lock_row(session, Moderator, one)
    mine = session.get_one(Moderator, me().id)
    if mine.disabled_at is not None or mine.role is not me().role:
        raise PageError(
            HTTPStatus.FORBIDDEN,
            _("You do not have access"),
            _("Your role does not allow this. Nothing was changed."),
        )
    person = session.get(Moderator, moderator_id)
    if person is None:
        raise not_found(_("Moderator not found."))
    if person.id == me().id:
        raise PageError(
            HTTPStatus.CONFLICT,
            _("You cannot change your own account"),
            _("Only another admin can change your account. Nothing was changed."),
        )
    return person


def _note(session: Session, kind: str, person: Moderator, **detail: str) -> None:
    note_event(session, kind, moderator_id=me().id, at=now(), subject=person.email, detail=dict(detail))


def _read_role() -> Role:
    try:
        return Role(request.form.get("role", ""))
    except ValueError:
        raise refused(_("Role not changed"), _("Choose a role from the list.")) from None
