"""Found first by every Python of an installation under libfaketime, before anything is imported.

With `FAKETIME_DONT_FAKE_MONOTONIC` libfaketime 0.9.10 refuses every sleep until a moment of the monotonic
clock with EINVAL, and `time.sleep` is one (clock_nanosleep(2) with TIMER_ABSTIME). Without it the monotonic
clock jumps, which no clock of a real machine does. So sleep another way.
"""

import select
import time
from typing import SupportsIndex


def sleep(seconds: SupportsIndex | float, /) -> None:
    """Sleep by waiting for no file at all."""
    select.select([], [], [], float(seconds))


time.sleep = sleep
