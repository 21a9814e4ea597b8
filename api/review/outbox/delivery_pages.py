"""Webhooks received and callbacks sent: each with its response, to process or send again; for admins."""

import json
from http import HTTPStatus

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from api.http.access import access
from api.http.parts import parts
from api.review.frame.blueprint import review
from api.review.frame.page_error import not_found
from api.review.frame.permissions import Act
from core.clock import now
from core.ids import is_id
from store.market.hook_deliveries import find_delivery, list_deliveries, replay_delivery
from store.outbox.client_events import event_json, find_event
from store.outbox.endpoints import list_attempts, list_callbacks, replay

PAGE = 100


@review.get("/admin/deliveries")
@access(Act.MANAGE_CLIENTS)
def deliveries() -> str:
    with parts().database.reading() as session:
        rows = list_callbacks(session, _client(), before_id=_before(), limit=PAGE + 1)
    return render_template(
        "review/deliveries.html",
        rows=rows[:PAGE],
        client=_client(),
        before=rows[PAGE - 1].event_id if len(rows) > PAGE else None,
    )


@review.get("/admin/deliveries/<event_id>")
@access(Act.MANAGE_CLIENTS)
def delivery(event_id: str) -> str:
    with parts().database.reading() as session:
        event = find_event(session, event_id) if is_id(event_id) else None
        if event is None:
            raise not_found(_("Event not found."))
        attempts = list_attempts(session, event_id)
    body = json.dumps(event_json(event), ensure_ascii=False, indent=2)
    return render_template("review/delivery.html", event=event, attempts=attempts, body=body)


@review.post("/admin/deliveries/<event_id>/replay")
@access(Act.MANAGE_CLIENTS)
def replay_call(event_id: str) -> AnyResponse:
    with parts().database.writing() as session:
        if not is_id(event_id) or not replay(session, event_id, now()):
            raise not_found(_("No endpoint receives this event."))
    return redirect(url_for("review.delivery", event_id=event_id), HTTPStatus.SEE_OTHER)


@review.get("/admin/hooks")
@access(Act.MANAGE_CLIENTS)
def hooks() -> str:
    with parts().database.reading() as session:
        rows = list_deliveries(session, _client(), before_id=_before(), limit=PAGE + 1)
    return render_template(
        "review/hooks.html",
        rows=rows[:PAGE],
        client=_client(),
        before=rows[PAGE - 1].id if len(rows) > PAGE else None,
    )


@review.get("/admin/hooks/<delivery_id>")
@access(Act.MANAGE_CLIENTS)
def hook(delivery_id: str) -> str:
    with parts().database.reading() as session:
        row = find_delivery(session, delivery_id) if is_id(delivery_id) else None
    if row is None:
        raise not_found(_("Delivery not found."))
    return render_template("review/hook.html", row=row, body=row.body.decode("utf-8", "replace"))


@review.post("/admin/hooks/<delivery_id>/replay")
@access(Act.MANAGE_CLIENTS)
def replay_hook(delivery_id: str) -> AnyResponse:
    with parts().database.writing() as session:
        if not is_id(delivery_id) or not replay_delivery(session, delivery_id, now()):
            raise not_found(_("Delivery not found."))
    return redirect(url_for("review.hook", delivery_id=delivery_id), HTTPStatus.SEE_OTHER)


def _client() -> str | None:
    client = request.args.get("client", "")
    return client if is_id(client) else None


def _before() -> str | None:
    before = request.args.get("before", "")
    return before if is_id(before) else None
