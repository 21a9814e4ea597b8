"""Run scenarios: `script/chaos [--only NAME,…] [--short] [--seed N] [--list]`.

Each starts an installation of its own on a PostgreSQL and a Redis that this program starts and kills. Two
run at a time, on servers of their own: one that keeps the processors busy, and one that mostly waits.
In the end every accepted submission must be final, with its own picture and exactly one verdict for
each image. Prints a line for each scenario and a JSON object; ends with 1 if anything was wrong, and
with 2 if nothing could be run.
"""

import argparse
import json
import signal
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any, NoReturn

from tests.chaos import hostile, hosts, killing, market, outages
from tests.chaos.ground import Ground, MissingError, ground
from tests.chaos.report import Scenario

SCENARIOS: dict[str, Scenario] = {
    "kills": killing.kills,
    "kills-embedded": killing.kills_embedded,
    "broker": outages.broker,
    "database": outages.database,
    "disk": outages.disk,
    "clock": outages.clock,
    "poison": killing.poison,
    "servers": hostile.servers,
    "same-url": hostile.same_url,
    "one-host": hostile.one_host,
    "webhooks": market.webhooks,
    "receiver": market.receiver,
    "hosts": hosts.hosts,
}

BUSY = {"kills", "kills-embedded", "same-url", "one-host"}
ENDING = threading.Event()


def main() -> None:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(prog="script/chaos", description=__doc__)
    parser.add_argument("--only", default="", help="names, separated by commas")
    parser.add_argument("--short", action="store_true", help="less of everything")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="the same kills again")
    parser.add_argument("--list", action="store_true", help="name the scenarios")
    arguments = parser.parse_args()
    # Ended from outside, it still takes down what it has put up, when what runs is over.
    signal.signal(signal.SIGTERM, _end)
    if arguments.list:
        for name, scenario in SCENARIOS.items():
            print(f"{name:<16} {(scenario.__doc__ or '').strip()}")  # noqa: T201  # a command's output
        return
    names = arguments.only.split(",") if arguments.only else list(SCENARIOS)
    if unknown := set(names) - SCENARIOS.keys():
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    began = time.monotonic()
    try:
        results = run_all(names, seed=arguments.seed, is_short=arguments.short)
    except MissingError as error:
        print(f"chaos: {error}", file=sys.stderr)  # noqa: T201
        sys.exit(2)
    took = round(time.monotonic() - began, 1)
    print(json.dumps({"seed": arguments.seed, "seconds": took, "scenarios": results}, indent=1))  # noqa: T201
    sys.exit(1 if any(result.get("problems") or result.get("late") for result in results.values()) else 0)


def run_all(names: list[str], *, seed: int, is_short: bool) -> dict[str, dict[str, Any]]:
    """Run scenarios, the busy ones one after the other beside the others. Errors: MissingError."""
    lanes = [[name for name in names if (name in BUSY) is is_busy] for is_busy in (True, False)]

    def run_lane(lane: list[str], servers: Ground) -> dict[str, dict[str, Any]]:
        return {name: run(name, servers) for name in lane if not ENDING.is_set()}

    with ExitStack() as stack, ThreadPoolExecutor(len(lanes)) as pool:
        grounds = [
            (lane, stack.enter_context(ground(seed=seed, is_short=is_short))) for lane in lanes if lane
        ]
        running = [pool.submit(run_lane, *one) for one in grounds]
        found = {name: result for one in running for name, result in one.result().items()}
    return {name: found[name] for name in names}


def _end(*_: object) -> NoReturn:
    ENDING.set()
    sys.exit(3)


def run(name: str, servers: Ground) -> dict[str, Any]:
    """Run one scenario; one that lacks something is left out, with a word."""
    began = time.monotonic()
    try:
        report = SCENARIOS[name](servers)
    except MissingError as error:
        print(f"left out  {name}: {error}", file=sys.stderr)  # noqa: T201
        return {"left_out": str(error)}
    except Exception as error:  # noqa: BLE001  # the other scenarios are worth running all the same
        report_problems = [f"{type(error).__name__}: {error}"]
        print(f"FAIL      {name}: {report_problems[0]}", file=sys.stderr)  # noqa: T201
        return {"problems": report_problems}
    seconds = round(time.monotonic() - began, 1)
    wrong = [*report.problems, *report.late]
    print(f"{'FAIL' if wrong else 'ok':<9} {name} in {seconds} s {report.figures} {wrong}", file=sys.stderr)  # noqa: T201
    return {
        "seconds": seconds,
        "figures": report.figures,
        "problems": report.problems,
        "late": report.late,
    }


if __name__ == "__main__":
    main()
