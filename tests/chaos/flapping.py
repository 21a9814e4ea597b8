"""Kantei on a resolver that says another thing at each look: `python -m tests.chaos.flapping serve|worker|…`.

A name that ends in `.flaps.test` is at an address that may be fetched from, at one that may not, and at both,
by turns, as with DNS rebinding. Its classifier costs nothing, as that of `tests.whole.light`.
"""

import itertools
import sys
from collections.abc import Sequence
from functools import partial

from kantei.__main__ import main
from kantei.roots import picture_reading, serve, worker
from tests.whole.light import make_light_examiner
from worker.outbound.fetch import Fetcher
from worker.outbound.resolve import system_resolve

OPEN, SHUT = "127.0.0.1", "127.0.0.2"
_TURNS = itertools.cycle([(OPEN,), (SHUT,), (OPEN, SHUT), (OPEN,), (SHUT, OPEN)])


def resolve(host: str) -> Sequence[str]:
    """Look a name up."""
    return next(_TURNS) if host.endswith(".flaps.test") else system_resolve(host)


if __name__ == "__main__":
    # Both are put in place of what those modules imported.
    picture_reading.Fetcher = partial(Fetcher, resolve=resolve)  # type: ignore[attr-defined,assignment]
    worker.make_examiner = make_light_examiner  # type: ignore[attr-defined]
    serve.PROGRAM = (sys.executable, "-m", "tests.chaos.flapping")
    main()
