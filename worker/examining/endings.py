"""Ending a claim without a verdict: a failure with its reason, or another attempt after a pause.

Each raises `ClaimLostError` where someone else took over.
"""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.clock import now
from core.operations.logs import happened
from core.sayings.codes import FailureDetail
from core.sayings.saying import say
from core.vocabulary import Failure, FailureCode
from store.base.database import Database
from store.intake.claim_ends import CRASHED, finish_failed, postpone, release
from store.intake.claims import FARTHEST, Claim
from store.intake.retries import FARTHEST_RETRY
from worker.operations.measures import ExaminationMeasures, Return
from worker.operations.stages import Stage
from worker.outbound.fetch_error import FetchError, HostBusyError, HostSlowError

CRASH_PAUSE = timedelta(seconds=2)
RETRIED_FOR = timedelta(hours=1)  # from the first failure on
FIRST_PAUSE = timedelta(seconds=10)
STORAGE_PAUSE = timedelta(seconds=15)
HOST_PATIENCE = timedelta(days=1)  # in which a slow host may let its pictures wait for each other


def next_try(failing_since: datetime, at: datetime, asked: float | None) -> datetime | None:
    """When to try again what has just failed; None where the hour is over.

    Pauses double, from 10 seconds to 15 minutes, and the last try ends the hour. `asked` are the seconds
    of a `Retry-After`, honoured up to an hour.
    """
    end = failing_since + RETRIED_FOR
    if at >= end:
        return None
    pause = min(max(FIRST_PAUSE, at - failing_since), FARTHEST) * random.uniform(1, 1.1)  # noqa: S311 - no secret
    usual = min(at + pause, end)
    return max(usual, at + min(timedelta(seconds=asked or 0), FARTHEST_RETRY))


@dataclass(frozen=True, slots=True)
class Endings:
    """Ends claims, and counts how."""

    database: Database
    measures: ExaminationMeasures

    def end_without_room(self, held: Claim) -> None:
        """Come back when bytes can be kept again: a full disk is no fault of the picture."""
        self.release(held, STORAGE_PAUSE, Return.STORAGE, counts=False)

    def end_fetch(self, held: Claim, error: FetchError) -> None:
        """Fail, and where that may pass, try again over an hour."""
        failure = Failure(error.reason, error.detail, permanent=error.is_permanent)
        at = now()
        retry_at = None if error.is_permanent else next_try(held.failing_since or at, at, error.retry_after)
        if retry_at is None:
            self.fail(held, failure)
            return
        with self.measures.stage(Stage.DATABASE), self.database.writing() as session:
            postpone(session, held, failure, at=at, retry_at=retry_at)
        self.measures.returned.labels(Return.FETCH.value).inc()
        happened("put off", reason=Return.FETCH.value, failure=failure.code.value)

    def wait_for_host(self, held: Claim, error: HostBusyError) -> None:
        """Come back when there is a place at the host; while it is slow, less and less often.

        Thousands of pictures on a host that answers no one would else keep all children busy with
        finding that out, and for ever.
        """
        pause = timedelta(seconds=error.retry_after or 1)
        if isinstance(error, HostSlowError):
            waited = now() - held.created_at
            if waited > HOST_PATIENCE:
                too_slow = say(FailureDetail.HOST_TOO_SLOW)
                self.fail(held, Failure(FailureCode.TIMED_OUT, too_slow, permanent=False))
                return
            share = random.uniform(0.1, 0.25)  # noqa: S311 - no secret
            pause = max(pause, min(waited * share, FARTHEST))
        self.release(held, pause, Return.HOST_BUSY, counts=False)

    def end_crash(self, held: Claim) -> None:
        """Fail at the last try, else come back."""
        if held.is_last:
            self.fail(held, CRASHED)
        else:
            self.release(held, CRASH_PAUSE, Return.CRASH)

    def release(self, held: Claim, pause: timedelta, reason: Return, *, counts: bool = True) -> None:
        """Return a submission to the queue after a pause; with `counts` False this attempt does not count."""
        with self.measures.stage(Stage.DATABASE), self.database.writing() as session:
            release(session, held, due_at=now() + pause, counts=counts)
        self.measures.returned.labels(reason.value).inc()
        happened("put off", reason=reason.value)

    def fail(self, held: Claim, failure: Failure) -> None:
        """Record a failure: it is never a finding."""
        with self.measures.stage(Stage.DATABASE), self.database.writing() as session:
            finish_failed(session, held, failure, at=now())
        self.measures.failures.labels(failure.code.value).inc()
        happened("failed", failure=failure.code.value)
