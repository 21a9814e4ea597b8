"""Ending a claim without a verdict: a failure with its reason, or another attempt after a pause.

Each raises `ClaimLostError` where someone else took over.
"""

import random
from dataclasses import dataclass
from datetime import timedelta

from core.clock import now
from core.sayings.codes import FailureDetail
from core.sayings.saying import say
from core.vocabulary import Failure, FailureCode
from store.base.database import Database
from store.intake.claims import CRASHED, FARTHEST, Claim, finish_failed, release
from worker.operations.measures import ExaminationMeasures, Return
from worker.operations.stages import Stage
from worker.outbound.fetch_error import FetchError, HostBusyError, HostSlowError

PAUSES = (timedelta(seconds=2), timedelta(seconds=10))  # before the second and the third try
STORAGE_PAUSE = timedelta(seconds=15)
HOST_PATIENCE = timedelta(days=1)  # in which a slow host may let its pictures wait for each other


@dataclass(frozen=True, slots=True)
class Endings:
    """Ends claims, and counts how."""

    database: Database
    measures: ExaminationMeasures

    def end_without_room(self, held: Claim) -> None:
        """Come back when bytes can be kept again: a full disk is no fault of the picture."""
        self.release(held, STORAGE_PAUSE, Return.STORAGE, counts=False)

    def end_fetch(self, held: Claim, error: FetchError) -> None:
        """Fail, or come back after a pause, longer where the server asks for it."""
        if error.is_permanent or held.is_last:
            self.fail(held, Failure(error.reason, error.detail, permanent=error.is_permanent))
            return
        pause = PAUSES[min(held.tries, len(PAUSES)) - 1]
        if error.retry_after is not None:
            # Honoured up to a minute; who waits for an answer has given up by then.
            pause = max(pause, timedelta(seconds=min(error.retry_after, 60.0)))
        self.release(held, pause, Return.FETCH)

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
            self.release(held, PAUSES[0], Return.CRASH)

    def release(self, held: Claim, pause: timedelta, reason: Return, *, counts: bool = True) -> None:
        """Return a submission to the queue after a pause; with `counts` False this attempt does not count."""
        with self.measures.stage(Stage.DATABASE), self.database.writing() as session:
            release(session, held, due_at=now() + pause, counts=counts)
        self.measures.returned.labels(reason.value).inc()

    def fail(self, held: Claim, failure: Failure) -> None:
        """Record a failure: it is never a finding."""
        with self.measures.stage(Stage.DATABASE), self.database.writing() as session:
            finish_failed(session, held, failure, at=now())
        self.measures.failures.labels(failure.code.value).inc()
