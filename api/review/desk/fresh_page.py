"""Telling an open queue that new cases have come: a request that waits, not a page that asks every second."""

import threading
import time
from datetime import datetime

from flask import Response, jsonify, request

from api.http.access import access
from api.http.parts import ApiParts, shared
from api.review.desk.thresholds import asked_filter
from api.review.frame.blueprint import review
from api.review.frame.days import exact_moment
from api.review.frame.guard import me
from core.broker.bell import ANY
from core.clock import now
from store.desk.progress import count_new
from store.desk.queue_filter import QueueFilter, Viewer

WAIT = 25.0  # seconds: less than proxies wait
LULL = 2.0  # seconds between two looks at the database, however often the bell rings
LATER = 60  # seconds after which a browser asks again that found no place to wait


class FreshRoom:
    """A bounded number of requests that wait for new cases: they must not take the threads of others."""

    def __init__(self, parts: ApiParts) -> None:
        self._parts = parts
        self._places = threading.BoundedSemaphore(max(1, parts.max_waiting // 2))

    def wait(self, wanted: QueueFilter, viewer: Viewer, since: datetime) -> int | None:
        """How many cases have come, 0 when the time is over; None where no place is free."""
        if not self._places.acquire(blocking=False):
            return None
        try:
            return self._wait(wanted, viewer, since, time.monotonic() + WAIT)
        finally:
            self._places.release()

    def _wait(self, wanted: QueueFilter, viewer: Viewer, since: datetime, until: float) -> int:
        with self._parts.listener.waiting_for(ANY) as bell:
            while True:
                with self._parts.database.reading() as session:
                    count = count_new(session, wanted, viewer, since=since)
                left = until - time.monotonic()
                if count or left <= 0:
                    return count
                bell.wait(left)
                bell.clear()
                # A flood of verdicts rings many times a second: what came until now is counted together.
                threading.Event().wait(max(0.0, min(LULL, until - time.monotonic())))


@review.get("/review/fresh")
@access(automatic=True)
def fresh() -> Response:
    """The number of cases that came since a moment, as soon as there is one."""
    since = exact_moment(request.args.get("since"))
    if since is None:
        return jsonify(count=0, again=LATER)
    count = shared(FreshRoom).wait(asked_filter(), Viewer(me().id, now()), since)
    return jsonify(count=count or 0, again=LATER if count is None else 0)
