"""What tests of two transactions at the same moment need."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest


@pytest.fixture
def aside() -> Iterator[ThreadPoolExecutor]:
    """A thread in which something else happens at the same time."""
    with ThreadPoolExecutor(1) as pool:
        yield pool
