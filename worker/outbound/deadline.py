"""A deadline shared by many steps."""

import time


class DeadlinePassedError(Exception):
    """The time for the whole is used up; no `OSError`, so that no retry loop takes it for one."""


class Deadline:
    """A moment on the monotonic clock that every step of one piece of work shares."""

    __slots__ = ("_end",)

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def remaining(self) -> float:
        """Seconds left, > 0.

        Errors: `DeadlinePassedError`.
        """
        left = self._end - time.monotonic()
        if left <= 0:
            raise DeadlinePassedError
        return left

    def sooner(self, seconds: float) -> "Deadline":
        """Make a deadline that comes at most so many seconds from now, and never after this one."""
        return Deadline(min(seconds, self._end - time.monotonic()))
