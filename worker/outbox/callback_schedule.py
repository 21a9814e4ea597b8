"""When a callback is retried, and when an endpoint is paused (Standard Webhooks 1.0.0)."""

import random
from datetime import timedelta

# After the first try, and so on: ten tries in 75 hours and 35 minutes.
PAUSES = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
MAX_TRIES = len(PAUSES) + 1
JITTER = 0.1  # of a pause, added: many calls that failed together shall not come back together
ILL = frozenset({429, 502, 503, 504})  # the endpoint is unwell, whatever it was told
PATIENCE = 5  # failures in a row that are taken for the calls' own fault
FIRST_REST, LONGEST_REST = timedelta(seconds=5), timedelta(minutes=5)


def pause_after(tries: int, retry_after: float | None) -> timedelta | None:
    """The time until the next attempt, after so many; None after the last.

    What the other side asked for (seconds) is honoured where it is longer.
    """
    if tries >= MAX_TRIES:
        return None
    pause = PAUSES[tries - 1] * (1 + random.uniform(0, JITTER))  # noqa: S311 - no secret
    return max(pause, timedelta(seconds=retry_after or 0))


def rest_after(failures: int, status: int | None, retry_after: float | None) -> timedelta | None:
    """How long an endpoint is paused after so many consecutive failures; None for not at all.

    One that answers with an error may dislike a single event, so that others are tried; one that does
    not answer, says it is overloaded, or fails on and on is asked again after 5 s, 10 s, up to 5 min.
    """
    if retry_after:
        return timedelta(seconds=retry_after)
    if status is not None and status not in ILL and failures < PATIENCE:
        return None
    rest = min(FIRST_REST * 2.0 ** min(failures - 1, 10), LONGEST_REST)
    return rest * (1 + random.uniform(0, JITTER))  # noqa: S311 - no secret
