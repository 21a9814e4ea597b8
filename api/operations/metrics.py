"""Metrics for Prometheus: requests, and what waits according to the database.

The parts of one machine measure together (`core/operations/measuring.py`), so `/metrics` shows theirs too.
"""

import logging
import re
import threading
import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from apiflask import APIBlueprint
from flask import Response, g, request
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Histogram, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from api.document.openapi import problems
from api.http.operator_keys import demand_key
from api.http.parts import ApiParts, parts, shared
from api.schemas.problems import ProblemCode
from core.clock import now
from core.operations.logs import log_event
from core.vocabulary import Priority, State
from store.base.database import Database
from store.intake.backlog import Waiting, count_kept_deliveries, oldest_call, waiting
from store.intake.submissions import count_states

CONVERTER = re.compile(r"<(?:[^<>]+:)?(\w+)>")  # `<string(length=32):id>` is read as `{id}`
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
PROBES = frozenset({"/livez", "/readyz", "/metrics"})  # asked every few seconds, by no one in particular
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
TEXT: dict[int | str, dict[str, Any]] = {
    200: {"description": "Prometheus text.", "content": {"text/plain": {"schema": {"type": "string"}}}}
}
log = logging.getLogger(__name__)
FRESH = 2.0  # seconds for which the backlog is not counted again
UNFINISHED = (State.QUEUED, State.PROCESSING)


class BacklogCollector(Collector):
    """What waits, as the database knows it, counted at most so often, however many scrape."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._counted: tuple[float, list[Metric]] = (-FRESH, [])

    def collect(self) -> Iterator[Metric]:
        """The gauges; if the database is down, only `kantei_database_up 0`."""
        up = GaugeMetricFamily("kantei_database_up", "1 if the database answered this scrape, else 0.")
        with self._lock:
            try:
                self._refresh()
                up.add_metric([], 1)
            except SQLAlchemyError:
                up.add_metric([], 0)
                yield up
                return
            found = [up, *self._counted[1]]
        yield from found

    def _refresh(self) -> None:
        at = time.monotonic()
        if at - self._counted[0] < FRESH:
            return
        with self._database.reading() as session:
            found = [
                *_waiting_metrics(waiting(session)),
                _states_metric(count_states(session, UNFINISHED)),
                _gauge(
                    "kantei_callback_age_seconds",
                    "Seconds since the longest-waiting callback became due.",
                    _age(oldest_call(session)),
                ),
                _gauge(
                    "kantei_hook_deliveries_kept",
                    "Marketplace deliveries stored but not yet processed.",
                    count_kept_deliveries(session),
                ),
            ]
        self._counted = (at, found)


def _waiting_metrics(found: dict[Priority, Waiting]) -> list[Metric]:
    depth = GaugeMetricFamily("kantei_queue_depth", "Submissions waiting for a worker.", labels=["priority"])
    age = GaugeMetricFamily(
        "kantei_queue_age_seconds",
        "Seconds since the oldest waiting submission became due.",
        labels=["priority"],
    )
    for priority in Priority:
        one = found.get(priority)
        depth.add_metric([priority.value], one.count if one else 0)
        age.add_metric([priority.value], _age(one.oldest_due if one else None))
    return [depth, age]


def _states_metric(states: dict[State, int]) -> Metric:
    metric = GaugeMetricFamily("kantei_submissions", "Unfinished submissions, by state.", labels=["state"])
    for state in UNFINISHED:
        metric.add_metric([state.value], states.get(state, 0))
    return metric


def _gauge(name: str, text: str, value: float) -> Metric:
    metric = GaugeMetricFamily(name, text)
    metric.add_metric([], value)
    return metric


def _age(since: datetime | None) -> float:
    return max(0.0, (now() - since).total_seconds()) if since is not None else 0.0


class Meters:
    """What an application measures of its requests, beside the backlog."""

    def __init__(self, parts: ApiParts) -> None:
        parts.measuring.shown.register(BacklogCollector(parts.database))
        new = parts.measuring.new
        self.served = Counter(
            "kantei_http_requests", "Requests answered.", ["method", "route", "status"], registry=new
        )
        self.seconds = Histogram(
            "kantei_http_request_seconds",
            "Time to answer a request.",
            ["method", "route"],
            buckets=BUCKETS,
            registry=new,
        )


routes = APIBlueprint("metrics", __name__)


@routes.before_app_request
def start_clock() -> None:
    """Begin to time a request."""
    g.started = time.perf_counter()


@routes.after_app_request
def count_request(response: Response) -> Response:
    """Count a request by its route's template: by path, labels would grow with each one a scanner tries."""
    meters = shared(Meters)
    route = CONVERTER.sub(r"{\1}", request.url_rule.rule) if request.url_rule is not None else "none"
    method = request.method if request.method in METHODS else "other"
    meters.served.labels(method, route, str(response.status_code)).inc()
    seconds = time.perf_counter() - g.get("started", time.perf_counter())
    meters.seconds.labels(method, route).observe(seconds)
    if route not in PROBES:
        _log_request(method, route, response.status_code, seconds)
    return response


def _log_request(method: str, route: str, status: int, seconds: float) -> None:
    """One line a request. The route's template stands for the path, which may hold the secret of a link."""
    log_event(
        log,
        "answered",
        method=method,
        route=route,
        status=status,
        ms=round(1000 * seconds),
        client=g.caller.client_id if "caller" in g else None,
        submission_id=(request.view_args or {}).get("submission_id"),
    )


@routes.get("/metrics")
@routes.doc(operation_id="readMetrics", responses=TEXT, extensions=problems(ProblemCode.UNAUTHORIZED))
def metrics() -> Response:
    """Measure the processes of this machine and the queue, for Prometheus."""
    demand_key(parts().metrics_key)
    shared(Meters)
    return Response(generate_latest(parts().measuring.shown), content_type=CONTENT_TYPE_LATEST)
