"""What can be measured, for Prometheus: requests here, and the queue as the database knows it."""

import re
import threading
import time
from collections.abc import Iterator
from typing import Any

from apiflask import APIBlueprint, APIFlask
from flask import Response, g, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from api.openapi import problems
from core.clock import now
from core.vocabulary import Priority, State
from store.database import Database
from store.submissions import count_states, count_waiting, oldest_due

CONVERTER = re.compile(r"<(?:[^<>]+:)?(\w+)>")  # `<string(length=32):id>` is read as `{id}`
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
TEXT: dict[int | str, dict[str, Any]] = {
    200: {"description": "Prometheus text.", "content": {"text/plain": {"schema": {"type": "string"}}}}
}
WAITING_FRESH = 2.0  # seconds; what waits is few rows of an index
STATES_FRESH = 60.0  # seconds; all rows are counted for this


class QueueCollector(Collector):
    """The queue as the database knows it, counted at most so often, however many scrape."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._waiting: tuple[float, list[Metric]] = (-WAITING_FRESH, [])
        self._states: tuple[float, list[Metric]] = (-STATES_FRESH, [])

    def collect(self) -> Iterator[Metric]:
        """Give the gauges; where the database is down, only `kantei_database_up 0`."""
        up = GaugeMetricFamily("kantei_database_up", "Whether the database answered this scrape.")
        with self._lock:
            try:
                self._refresh()
                up.add_metric([], 1)
            except SQLAlchemyError:
                up.add_metric([], 0)
                yield up
                return
            found = [up, *self._waiting[1], *self._states[1]]
        yield from found

    def _refresh(self) -> None:
        at = time.monotonic()
        with self._database.reading() as session:
            if at - self._waiting[0] >= WAITING_FRESH:
                waiting, oldest = count_waiting(session), oldest_due(session)
                age = max(0.0, (now() - oldest).total_seconds()) if oldest is not None else 0.0
                self._waiting = (at, _waiting_metrics(waiting, age))
            if at - self._states[0] >= STATES_FRESH:
                self._states = (at, [_states_metric(count_states(session))])


def _waiting_metrics(waiting: dict[Priority, int], age: float) -> list[Metric]:
    depth = GaugeMetricFamily(
        "kantei_queue_depth", "Submissions that wait for a worker.", labels=["priority"]
    )
    for priority in Priority:
        depth.add_metric([priority.value], waiting.get(priority, 0))
    oldest = GaugeMetricFamily("kantei_queue_age_seconds", "How long the oldest of them has been due.")
    oldest.add_metric([], age)
    return [depth, oldest]


def _states_metric(states: dict[State, int]) -> Metric:
    metric = GaugeMetricFamily("kantei_submissions", "Submissions stored, by state.", labels=["state"])
    for state in State:
        metric.add_metric([state.value], states.get(state, 0))
    return metric


def add_metrics(app: APIFlask, database: Database) -> None:
    """Time every request by its route's template, and serve all of it at `/metrics`."""
    registry = CollectorRegistry()
    registry.register(QueueCollector(database))
    served = Counter(
        "kantei_http_requests", "Requests answered.", ["method", "route", "status"], registry=registry
    )
    seconds = Histogram(
        "kantei_http_request_seconds",
        "Time to answer a request.",
        ["method", "route"],
        buckets=BUCKETS,
        registry=registry,
    )

    @app.before_request
    def start() -> None:
        g.started = time.perf_counter()

    @app.after_request
    def count(response: Response) -> Response:
        # By template: a label for each id, or for each path that a scanner tries, would grow for ever.
        route = CONVERTER.sub(r"{\1}", request.url_rule.rule) if request.url_rule is not None else "none"
        method = request.method if request.method in METHODS else "other"
        served.labels(method, route, str(response.status_code)).inc()
        seconds.labels(method, route).observe(time.perf_counter() - g.get("started", time.perf_counter()))
        return response

    routes = APIBlueprint("metrics", __name__)

    @routes.get("/metrics")
    @routes.doc(
        operation_id="readMetrics",
        responses=TEXT,
        extensions=problems(),
    )
    def metrics() -> Response:
        """Measure this process and the queue, for Prometheus."""
        return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)

    app.register_blueprint(routes)
