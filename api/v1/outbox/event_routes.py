"""Events for clients that pull them instead of receiving callbacks."""

import json
from datetime import datetime
from typing import Literal

from apiflask import APIBlueprint
from flask import Response

from api.document.openapi import problems
from api.http.access import access
from api.http.auth import admit, current_caller
from api.http.parts import parts
from api.http.queries import refuse_repeated
from api.http.rendering import json_response
from api.schemas.event_schemas import EndpointAnswer, EndpointsAnswer, EventPageAnswer, EventQuery
from api.schemas.problems import Problem, ProblemCode
from core.clock import now
from core.ids import is_id
from core.vocabulary import Scope
from store.desk.reporting import has_due_reports, report_due
from store.outbox.client_events import event_json, find_event, has_unplaced, list_events, place_events
from store.outbox.endpoints import count_waiting, list_endpoints
from store.tables.marketplace_tables import Endpoint

routes = APIBlueprint("client_events", __name__, url_prefix="/v1")
routes.before_request(admit)
routes.before_request(refuse_repeated)


@routes.get("/events")
@routes.input(EventQuery, location="query", arg_name="query")
@routes.output(EventPageAnswer)
@routes.doc(
    operation_id="listEvents",
    extensions=problems(ProblemCode.INVALID_REQUEST, ProblemCode.NOT_FOUND),
)
@access(Scope.EVENTS)
def index(query: EventQuery) -> Response:
    """List your events in order, starting after the last one you have."""
    client_id = current_caller().client_id
    _place(client_id)
    after = _position(client_id, query.after)
    with parts().database.reading() as session:
        rows = list_events(session, client_id, after=after, limit=query.limit + 1)
    page = {
        "events": [event_json(row) for row in rows[: query.limit]],
        "has_more": len(rows) > query.limit,
    }
    return Response(json.dumps(page, ensure_ascii=False), content_type="application/json")


@routes.get("/endpoints")
@routes.output(EndpointsAnswer)
@routes.doc(operation_id="listEndpoints")
@access(Scope.EVENTS)
def endpoints() -> Response:
    """List your callback endpoints and their state."""
    with parts().database.reading() as session:
        rows = list_endpoints(session, current_caller().client_id)
        waiting = count_waiting(session, [row.id for row in rows])
    return json_response(EndpointsAnswer(endpoints=[_endpoint(row, waiting.get(row.id, 0)) for row in rows]))


def _place(client_id: str) -> None:
    """Report what is due and number new events: a client that pulls need not wait for the notifier."""
    with parts().database.reading() as session:
        is_due = has_due_reports(session, now())
    if is_due:
        report_due(parts().database, now(), parts().strikes)
    with parts().database.reading() as session:
        if not has_unplaced(session, client_id):
            return
    with parts().database.writing() as session:
        place_events(session, client_id)


def _position(client_id: str, after: str) -> int:
    """Find where to go on. Errors: Problem (not_found) for an id that is not this client's."""
    if not is_id(after):
        return int(after or 0)
    with parts().database.reading() as session:
        event = find_event(session, after, client_id)
    if event is None or event.position is None:
        raise Problem(ProblemCode.NOT_FOUND, "No event with this id was found. It may have been purged.")
    return event.position


def _endpoint(row: Endpoint, waiting: int) -> EndpointAnswer:
    state: Literal["well", "failing", "disabled"] = "failing" if row.failures else "well"
    return EndpointAnswer(
        url=row.url,
        state="disabled" if row.disabled_at else state,
        waiting=waiting,
        failures=row.failures,
        failing_since=row.failing_since,
        next_call_at=_next_call(row),
        last_success_at=row.succeeded_at,
        disabled_at=row.disabled_at,
        disabled_reason=_REASONS.get(row.disabled_reason or ""),
    )


def _next_call(row: Endpoint) -> datetime | None:
    if row.due_at is None or row.disabled_at is not None:
        return None
    return max(row.due_at, row.paused_until) if row.paused_until else row.due_at


_REASONS: dict[str, Literal["gone", "failing"]] = {"gone": "gone", "failing": "failing"}
