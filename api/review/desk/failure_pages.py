"""Failed submissions: why each failed, when it is tried again, and a button where a retry can succeed."""

from http import HTTPStatus
from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from api.http.access import access
from api.http.parts import parts
from api.review.desk.queue_page import PAGE, tab_links
from api.review.frame.blueprint import review
from api.review.frame.guard import me
from api.review.intake.failure_help import what_helps
from core.clock import now
from core.ids import is_id
from core.vocabulary import FailureCode
from store.desk.queue_filter import QueueFilter
from store.desk.review_queue import FailureFilter, client_names, count_queue, find_failures, list_failures
from store.intake.retries import retry_now
from store.people.audit_notes import note_event

RETRIED = {"yes": True, "no": False}


@review.get("/review/failures")
def failures() -> str:
    before, wanted = request.args.get("before", ""), _asked()
    with parts().database.reading() as session:
        found = list_failures(session, wanted, before_id=before if is_id(before) else None, limit=PAGE + 1)
        counts = count_queue(session)
        clients = client_names(session)
    shown, rules = found[:PAGE], parts().fetch_rules
    return render_template(
        "review/failures.html",
        submissions=shown,
        helps={one.id: text for one in shown if (text := what_helps(one, rules)) is not None},
        counts=counts,
        clients=clients,
        wanted=wanted,
        address=_address(wanted),
        tabs=tab_links(QueueFilter()),
        before=found[PAGE - 1].id if len(found) > PAGE else None,
        is_first=not before,
    )


@review.post("/review/failures/retry")
@access(body_limit=16 * 1024)
def retry_failures() -> AnyResponse:
    only = request.form.get("only")  # the button of one row, whatever else is selected
    asked = [only] if only else request.form.getlist("submission")[:PAGE]
    ids = [one for one in asked if is_id(one)]
    at = now()
    with parts().database.writing() as session:
        rules = parts().fetch_rules
        hopeful = [one.id for one in find_failures(session, ids) if what_helps(one, rules) is None]
        for one in retry_now(session, hopeful, at=at, permanent=True):
            note_event(session, "failure_retried", moderator_id=me().id, at=at, subject=one)
    return redirect(url_for("review.failures", **_address(_asked())), HTTPStatus.SEE_OTHER)


def _asked() -> FailureFilter:
    code, client = request.args.get("code", ""), request.args.get("client", "")
    return FailureFilter(
        FailureCode(code) if code in set(FailureCode) else None,
        client if is_id(client) else None,
        RETRIED.get(request.args.get("retried", "")),
    )


def _address(wanted: FailureFilter) -> dict[str, Any]:
    retried = next((word for word, value in RETRIED.items() if value is wanted.is_retried), None)
    found = {"code": wanted.code and wanted.code.value, "client": wanted.client_id, "retried": retried}
    return {name: value for name, value in found.items() if value}
