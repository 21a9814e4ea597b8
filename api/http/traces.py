"""A trace span around every request, named by its route's template; trace headers of callers are ignored."""

from contextlib import ExitStack

from flask import Blueprint, Response, g, request

from core.operations.tracing import note, trace_span

hooks = Blueprint("traces", __name__)


@hooks.before_app_request
def start_span() -> None:
    """Begin the request's span; where traces are off, nothing."""
    route = request.url_rule.rule if request.url_rule is not None else "none"
    g.spans = ExitStack()
    g.spans.enter_context(trace_span(f"{request.method} {route}"))


@hooks.after_app_request
def note_status(response: Response) -> Response:
    """Note on the span how the request was answered."""
    note(status=response.status_code)
    return response


@hooks.teardown_app_request
def end_span(_error: BaseException | None) -> None:
    """End the request's span."""
    if "spans" in g:
        g.pop("spans").close()
