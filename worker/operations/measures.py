"""What the worker, the sweeper and the notifier measure; names and meanings are in `docs/monitoring.md`."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum

from prometheus_client import Counter, Histogram

from core.operations.logs import add_stage
from core.operations.measuring import Measuring, measure_alone
from core.operations.tracing import trace_span
from core.vocabulary import FailureCode, Finding
from worker.operations.stages import Stage

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
LONG_SECONDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0, 7200.0, 86400.0)


class Return(StrEnum):
    """Why a submission went back to the queue."""

    HOST_BUSY = "host_busy"
    FETCH = "fetch"
    CRASH = "crash"
    STORAGE = "storage"


class Call(StrEnum):
    """The result of a callback."""

    DELIVERED = "delivered"
    FAILED = "failed"
    PUT_OFF = "put_off"


class ExaminationMeasures:
    """What a worker's child measures."""

    def __init__(self, measuring: Measuring | None = None) -> None:
        registry = (measuring or measure_alone()).new
        self.findings = Counter(
            "kantei_examinations",
            "Submissions examined, by finding.",
            ["finding"],
            registry=registry,
        )
        self.failures = Counter(
            "kantei_failures", "Failed submissions, by reason.", ["code"], registry=registry
        )
        self.reused = Counter(
            "kantei_verdicts_reused",
            "Submissions that reused an earlier verdict on the same bytes.",
            registry=registry,
        )
        self.returned = Counter(
            "kantei_returned",
            "Submissions returned to the queue for another attempt.",
            ["reason"],
            registry=registry,
        )
        self.lost = Counter(
            "kantei_claims_lost", "Examinations that ended after their lease expired.", registry=registry
        )
        self.seconds = Histogram(
            "kantei_examination_seconds",
            "Duration of an examination in seconds, from claim to end.",
            buckets=SECONDS,
            registry=registry,
        )
        self.waited = Histogram(
            "kantei_wait_seconds",
            "Seconds from a submission's due time to its claim.",
            buckets=LONG_SECONDS,
            registry=registry,
        )
        self._stages = Histogram(
            "kantei_stage_seconds",
            "Duration of each stage of an examination, in seconds.",
            ["stage"],
            buckets=SECONDS,
            registry=registry,
        )
        # Each series is there from the start: a rate cannot see the first count of one that is born with it.
        for finding in Finding:
            self.findings.labels(finding.value)
        for code in FailureCode:
            self.failures.labels(code.value)
        for reason in Return:
            self.returned.labels(reason.value)
        for stage in Stage:
            self._stages.labels(stage.value)

    @contextmanager
    def stage(self, stage: Stage) -> Iterator[None]:
        """Time a part of an examination, also one that fails."""
        began = time.perf_counter()
        try:
            with trace_span(stage.value), self._stages.labels(stage.value).time():
                yield
        finally:
            add_stage(stage.value, time.perf_counter() - began)


class SweepMeasures:
    """What the sweeper measures."""

    def __init__(self, measuring: Measuring | None = None) -> None:
        registry = (measuring or measure_alone()).new
        self.sweeps = Counter("kantei_sweeps", "Completed sweeps.", registry=registry)
        self.expired = Counter(
            "kantei_claims_expired",
            "Claims whose worker died: submissions returned to the queue, or failed after the last attempt.",
            ["outcome"],
            registry=registry,
        )
        self.sent = Counter("kantei_sent_again", "Messages sent by the sweeper.", registry=registry)
        for outcome in ("taken_back", "failed"):
            self.expired.labels(outcome)


class CallMeasures:
    """What the notifier measures."""

    def __init__(self, measuring: Measuring | None = None) -> None:
        registry = (measuring or measure_alone()).new
        self.calls = Counter("kantei_callbacks", "Callbacks made, by result.", ["outcome"], registry=registry)
        self.seconds = Histogram(
            "kantei_callback_seconds",
            "Duration of one callback, in seconds.",
            buckets=SECONDS,
            registry=registry,
        )
        self.lag = Histogram(
            "kantei_callback_lag_seconds",
            "Seconds from an event to its delivery.",
            buckets=LONG_SECONDS,
            registry=registry,
        )
        self.disabled = Counter(
            "kantei_endpoints_disabled", "Endpoints disabled after too many failures.", registry=registry
        )
        for outcome in Call:
            self.calls.labels(outcome.value)
