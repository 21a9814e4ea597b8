"""Optional traces (OpenTelemetry): a request, its message, the examination, its stages.

Without `start_tracing` all of this costs a comparison, and the library need not be installed. A span
holds route templates, ids and sizes, never a URL or what a client sent.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.trace import Tracer

TRACE_HEADERS = ("traceparent", "tracestate")  # W3C Trace Context
Attribute = str | int | float | bool
_tracers: "list[Tracer]" = []  # none, or the one of this process


def start_tracing(url: str, part: str, *, exporter: "SpanExporter | None" = None) -> None:
    """Send spans to a collector (OTLP over HTTP) from now on; after the last fork, for it starts a thread.

    Errors: ModuleNotFoundError where the extra `traces` is not installed.
    """
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415  # an extra
        OTLPSpanExporter,
    )
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    provider = TracerProvider(resource=Resource.create({"service.name": f"kantei-{part}"}))
    provider.add_span_processor(BatchSpanProcessor(exporter or OTLPSpanExporter(endpoint=url)))
    _tracers[:] = [provider.get_tracer("kantei")]


@contextmanager
def trace_span(
    name: str, carried: Mapping[str, str] | None = None, **attributes: Attribute
) -> Iterator[None]:
    """Put a span around a block, below the current one or below what a message carried."""
    if not _tracers:
        yield
        return
    from opentelemetry.trace.propagation.tracecontext import (  # noqa: PLC0415
        TraceContextTextMapPropagator,
    )

    context = TraceContextTextMapPropagator().extract(carried) if carried else None
    with _tracers[0].start_as_current_span(name, context=context, attributes=attributes):
        yield


def note(**attributes: Attribute) -> None:
    """Add to the current span."""
    if _tracers:
        from opentelemetry.trace import get_current_span  # noqa: PLC0415

        get_current_span().set_attributes(attributes)


def carry() -> dict[str, str]:
    """Headers for a message, so that its work appears below this span."""
    headers: dict[str, str] = {}
    if _tracers:
        from opentelemetry.trace.propagation.tracecontext import (  # noqa: PLC0415
            TraceContextTextMapPropagator,
        )

        TraceContextTextMapPropagator().inject(headers)
    return headers


def current_trace() -> str:
    """The id of the current trace, for logs; empty if there is none."""
    if not _tracers:
        return ""
    from opentelemetry.trace import get_current_span  # noqa: PLC0415

    context = get_current_span().get_span_context()
    return f"{context.trace_id:032x}" if context.is_valid else ""
