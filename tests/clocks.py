"""Clocks that tests hand in so that no time passes, and waits for conditions where it must."""

import threading
import time
from collections.abc import Callable


class FakeClock:
    """Seconds that pass only when something waits for one of its events."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds

    def event(self, *, set_after: float | None = None) -> threading.Event:
        """An event whose waits end at once and move the clock; it is set by itself after so many seconds."""
        return _Passing(self, set_after)


class _Passing(threading.Event):
    def __init__(self, clock: FakeClock, set_after: float | None) -> None:
        super().__init__()
        self._clock = clock
        self._set_after = set_after

    def is_set(self) -> bool:
        return super().is_set() or (self._set_after is not None and self._clock() >= self._set_after)

    def wait(self, timeout: float | None = None) -> bool:
        if not self.is_set():
            self._clock.seconds += timeout or 0.0
        return self.is_set()


def wait_until(condition: Callable[[], object], what: str, seconds: float = 20.0) -> None:
    """Wait for a condition, looking every few milliseconds; fail where it is not met in time."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, f"not within {seconds:g} s: {what}"
        time.sleep(0.005)
