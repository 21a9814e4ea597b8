"""Assigning cases to moderators: one, a selection, a group, or all that match."""

from http import HTTPStatus

from flask import redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from api.http.access import access
from api.http.parts import parts
from api.review.desk.bulk_pages import BODY, group_view, read_cases
from api.review.desk.queue_address import asked_address
from api.review.desk.thresholds import asked_filter
from api.review.frame.blueprint import review
from api.review.frame.guard import me
from api.review.frame.page_error import refused
from api.review.frame.permissions import Act, may
from core.clock import now
from core.ids import is_sha256
from store.desk.batches import LIMIT
from store.desk.queue_filter import Viewer
from store.desk.review_queue import list_digests
from store.people.moderators import list_moderators
from store.queues.assignments import assign_cases
from store.tables.review_states import WAITING, ReviewState


@review.post("/review/assign")
@access(Act.ASSIGN_CASES, body_limit=BODY)
def assign() -> AnyResponse:
    """Assign the chosen cases that a moderator may decide; an empty `assignee` takes them back."""
    at, assignee = now(), request.form.get("assignee", "")
    wanted = asked_filter()  # before a session is held: reading it may take another
    with parts().database.writing() as session:
        active = {one.id: one for one in list_moderators(session) if one.disabled_at is None}
        person = active.get(assignee)
        if assignee and person is None:
            raise refused(_("Cases not assigned"), _("Choose a moderator who is active."))
        if request.form.get("all") == "1":
            sha256s = list_digests(session, wanted, Viewer(me().id, at), limit=LIMIT)
        else:
            sha256s = [one.sha256 for one in read_cases()]
        is_senior = person is None or may(person, Act.DECIDE_ESCALATED)
        states = WAITING if is_senior else {ReviewState.OPEN}
        count = assign_cases(session, sha256s, assignee or None, by=me().id, at=at, states=states)
    opened = request.args.get("case", "")
    if is_sha256(opened):
        return redirect(url_for("review.case", sha256=opened, **asked_address()), HTTPStatus.SEE_OTHER)
    queue = url_for("review.queue", handed=count, view=group_view(), **asked_address())
    return redirect(queue, HTTPStatus.SEE_OTHER)
