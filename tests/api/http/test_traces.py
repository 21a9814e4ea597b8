"""A span for each request, named by its template and free of what clients sent."""

from collections.abc import Iterator

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from core.operations import tracing
from tests.api.conftest import IMAGE_URL, Web


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    tracing.start_tracing("http://127.0.0.1:9/", "test", exporter=exporter)
    yield exporter
    tracing._tracers.clear()


def test_a_request_is_a_span_and_its_caller_is_not_believed(
    sqlite_web: Web, spans: InMemorySpanExporter
) -> None:
    sqlite_web.submit(page_url="https://example.com/private")
    forged = "00-" + "1" * 32 + "-" + "2" * 16 + "-01"
    sqlite_web.get("/v1/submissions/" + "0" * 32, headers={"traceparent": forged})
    assert not trace.get_current_span().get_span_context().is_valid  # nothing is left open
    tracing._tracers[0].span_processor.force_flush()  # type: ignore[attr-defined]  # of the SDK's tracer
    first, second = spans.get_finished_spans()
    assert first.name == "POST /v1/submissions"
    assert first.attributes == {"status": 202}
    assert second.name == "GET /v1/submissions/<string(length=32):submission_id>"
    assert second.attributes == {"status": 404}
    assert f"{second.context.trace_id:032x}" != "1" * 32
    assert IMAGE_URL not in str([span.to_json() for span in (first, second)])
