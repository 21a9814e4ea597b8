"""The page on which leads name queues, set their rules and choose their members."""

from http import HTTPStatus

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from api.http.access import access
from api.http.parts import parts
from api.review.desk.queue_address import NOT_IN_RULES, read_wanted, write_rule, write_wanted
from api.review.desk.queue_filters import NAMES, filter_chips
from api.review.frame.blueprint import review
from api.review.frame.guard import me
from api.review.frame.page_error import not_found, refused
from api.review.frame.permissions import Act
from core.clock import now
from core.ids import is_id
from store.desk.review_queue import client_names
from store.people.audit_notes import note_event
from store.people.moderators import list_moderators
from store.queues.named_queues import (
    MOST_QUEUES,
    QueueNameError,
    add_queue,
    change_queue,
    delete_queue,
    find_queue,
    list_teams,
    lock_queue,
    set_members,
)
from store.tables.queue_tables import QUEUE_NAME, NamedQueue


@review.get("/admin/queues")
@access(Act.MANAGE_QUEUES)
def queues() -> str:
    """Show all queues, and a form for a new one; filters in the address fill it in."""
    return _page(None, request.args)


@review.get("/admin/queues/<queue_id>")
@access(Act.MANAGE_QUEUES)
def named_queue(queue_id: str) -> str:
    with parts().database.reading() as session:
        queue = _found(find_queue(session, queue_id, member_id=None))
    return _page(queue, MultiDict(queue.rule))


@review.post("/admin/queues")
@access(Act.MANAGE_QUEUES)
def add_named_queue() -> AnyResponse:
    return _save(None)


@review.post("/admin/queues/<queue_id>")
@access(Act.MANAGE_QUEUES)
def save_named_queue(queue_id: str) -> AnyResponse:
    return _save(queue_id)


@review.post("/admin/queues/<queue_id>/delete")
@access(Act.MANAGE_QUEUES)
def delete_named_queue(queue_id: str) -> AnyResponse:
    with parts().database.writing() as session:
        queue = _found(lock_queue(session, queue_id))
        _note(session, "queue_deleted", queue.name, queue_id, **queue.rule)
        delete_queue(session, queue_id)
    return redirect(url_for("review.queues"), HTTPStatus.SEE_OTHER)


def _save(queue_id: str | None) -> AnyResponse:
    """Save the queue of the form, a new one without an id, and go back to the list. Errors: PageError."""
    name, rule = _read_name(), _read_rule()
    try:
        with parts().database.writing() as session:
            if queue_id is None:
                queue_id = add_queue(session, name, rule, at=now())
                _note(session, "queue_added", name, queue_id, **rule)
            else:
                _change(session, _found(lock_queue(session, queue_id)), name, rule)
            _set_members(session, queue_id, name)
    except QueueNameError:
        raise refused(
            _("Queue not saved"),
            _(
                "Another queue has this name, or there are already %(most)s queues. Choose another name, or "
                "delete a queue that is no longer needed.",
                most=MOST_QUEUES,
            ),
        ) from None
    return redirect(url_for("review.queues"), HTTPStatus.SEE_OTHER)


def _change(session: Session, queue: NamedQueue, name: str, rule: dict[str, str]) -> None:
    if (queue.name, queue.rule) != (name, rule):
        _note(session, "queue_changed", name, queue.id, former=queue.name, **rule)
        change_queue(session, queue.id, name, rule)


def _page(queue: NamedQueue | None, rule: MultiDict[str, str]) -> str:
    """Draw the page with the form of a queue, or of a new one."""
    with parts().database.reading() as session:
        teams, clients = list_teams(session), client_names(session)
        everyone = list_moderators(session)
    team = next((one for one in teams if queue and one.queue.id == queue.id), None)
    members = {one.id for one in team.members} if team else set()
    return render_template(
        "review/named_queues.html",
        teams=teams,
        chips={team.queue.id: filter_chips(read_wanted(team.queue.rule), clients) for team in teams},
        queue=queue,
        wanted=read_wanted(rule),
        clients=clients,
        # A member who is disabled stays one until a lead says otherwise.
        people=[one for one in everyone if one.disabled_at is None or one.id in members],
        members=members,
        longest=QUEUE_NAME,
    )


def _found(queue: NamedQueue | None) -> NamedQueue:
    if queue is None:
        raise not_found(_("This queue no longer exists."))
    return queue


def _read_name() -> str:
    name = " ".join(request.form.get("name", "").replace("\x00", "").split())[:QUEUE_NAME]
    if not name:
        raise refused(_("Queue not saved"), _("Give the queue a name."))
    return name


def _read_rule() -> dict[str, str]:
    wanted = read_wanted(request.form)
    read = write_wanted(wanted)
    # An address may lose what cannot be read; a rule without it would show more than was asked.
    for name, label in NAMES.items():
        if name not in NOT_IN_RULES and request.form.get(name, "").strip() and name not in read:
            text = _("The value for “%(field)s” is not valid. Go back and change it.", field=_(label))
            raise refused(_("Queue not saved"), text)
    return write_rule(wanted)


def _set_members(session: Session, queue_id: str, name: str) -> None:
    wanted = {one for one in request.form.getlist("member") if is_id(one)}
    came, went = set_members(session, queue_id, wanted)
    for kind, people in (("queue_member_added", came), ("queue_member_removed", went)):
        for one in sorted(people):
            _note(session, kind, name, queue_id, member=one)


def _note(session: Session, kind: str, name: str, queue_id: str, **detail: str) -> None:
    # With the id, by which all lines on a queue are found whatever it was called.
    noted = detail | {"queue_id": queue_id}
    note_event(session, kind, moderator_id=me().id, at=now(), subject=name, detail=noted)
