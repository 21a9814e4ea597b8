"""A span around every request, named by its route's template; what callers say of traces is not believed."""

from contextlib import ExitStack

from apiflask import APIFlask
from flask import Response, g, request

from core.operations.tracing import note, trace_span


def add_traces(app: APIFlask) -> None:
    """Put a span around every request; where traces are off, nothing."""

    @app.before_request
    def start() -> None:
        route = request.url_rule.rule if request.url_rule is not None else "none"
        g.spans = ExitStack()
        g.spans.enter_context(trace_span(f"{request.method} {route}"))

    @app.after_request
    def note_status(response: Response) -> Response:
        note(status=response.status_code)
        return response

    @app.teardown_request
    def end(_error: BaseException | None) -> None:
        if "spans" in g:
            g.pop("spans").close()
