"""Runs measurements and writes their table: `script/bench [NAME...]`, or `python -m bench`."""

import argparse
import importlib
import sys
import time
from pathlib import Path

from bench.table import LEAST, Row, busy_elsewhere, machine, markdown

# In the order of the table in docs/performance.md.
MODULES = {
    "overhead": "bench.service.overhead",
    "waiting": "bench.service.waiting",
    "stages": "bench.service.stages",
    "runtimes": "bench.classifier.runtimes",
    "parity": "bench.classifier.parity",
    "paper": "bench.classifier.paper",
    "hashing": "bench.service.hashing",
    "latency": "bench.service.latency",
    "accepting": "bench.service.accepting",
    "growth": "bench.desk.growth",
    "clearing": "bench.desk.clearing",
    "memory": "bench.service.memory",
    "start": "bench.service.start",
}
NAMES = tuple(MODULES)


def main() -> None:
    """Run what is named, or everything, and print one table."""
    parser = argparse.ArgumentParser("script/bench", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[[], *NAMES], metavar="NAME", help=", ".join(NAMES))
    parser.add_argument("--full", action="store_true", help="the sizes of the published table; hours")
    parser.add_argument("--pictures", type=int, help="pictures in all (100; 2,000 in full)")
    parser.add_argument("--rounds", type=int, default=LEAST, help=f"at least {LEAST} (the default)")
    parser.add_argument("--seconds", type=float, help="for each rate and latency (10; 60 in full)")
    parser.add_argument("--folder", type=Path, help="your own pictures instead of drawn ones")
    parser.add_argument(
        "--backends", nargs="+", choices=("embedded", "servers"), default=["servers", "embedded"]
    )
    parser.add_argument("--out", type=Path, help="also write the table there, as Markdown")
    given = parser.parse_args()
    given.pictures = given.pictures or (2000 if given.full else 100)
    given.seconds = given.seconds or (60.0 if given.full else 10.0)
    if given.rounds < LEAST:
        parser.error(f"--rounds must be at least {LEAST}: a median of fewer says little")
    found: list[Row] = []
    for name in given.names or NAMES:
        began = time.monotonic()
        print(f"{name} ({busy_elsewhere()})", file=sys.stderr, flush=True)  # noqa: T201  # a program for people
        for row in importlib.import_module(MODULES[name]).rows(given):
            found.append(row)
            print(f"  {row.what}: {row.measured}  ({row.noise})", file=sys.stderr, flush=True)  # noqa: T201
        print(f"  {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)  # noqa: T201
    table = f"Measured on {machine()}.\n\n{markdown(found)}\n"
    print(table)  # noqa: T201
    if given.out:
        given.out.write_text(table, encoding="utf-8")


if __name__ == "__main__":
    main()
