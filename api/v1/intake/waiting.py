"""Waiting, within limits, until a submission is examined."""

import threading
import time

from api.http.parts import ApiParts
from core.vocabulary import State
from store.intake.submissions import find_state

FALLBACK = 2.0  # seconds after which the row is looked at although no bell was heard
FINAL = frozenset({State.EXAMINED, State.FAILED})


class WaitingRoom:
    """A bounded number of requests, each waiting for one submission.

    Who finds the room full is answered at once: waiting requests must not take the threads that
    accept new submissions.
    """

    def __init__(self, parts: ApiParts) -> None:
        self._parts = parts
        self._places = threading.BoundedSemaphore(parts.max_waiting)

    def wait(self, submission_id: str, seconds: float) -> bool:
        """Wait until a submission is final or the time is over; no session is held meanwhile.

        Tell whether anything was waited for, so that the row is to be read again.
        """
        if seconds <= 0 or not self._places.acquire(blocking=False):
            return False
        try:
            self._wait(submission_id, time.monotonic() + seconds)
        finally:
            self._places.release()
        return True

    def _wait(self, submission_id: str, until: float) -> None:
        # First the ear, then the look: a bell between the two is heard.
        with self._parts.listener.waiting_for(submission_id) as bell:
            while not self._is_final(submission_id):
                left = until - time.monotonic()
                if left <= 0:
                    return
                bell.wait(min(left, FALLBACK))
                bell.clear()

    def _is_final(self, submission_id: str) -> bool:
        with self._parts.database.reading() as session:
            state = find_state(session, submission_id)
        return state is None or state in FINAL
