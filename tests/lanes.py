"""Lanes of the suite: which tests are quick, which need a service, which may be run again.

Each marker says what a test needs or costs. `--fast` leaves out all that carry one, so what remains is run on
every save; a test without a marker may therefore start no process and not sleep, and fails if it does.
"""

import atexit
import gc
import importlib.util
import re
import sys
import time
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any, SupportsIndex

import pytest

from tests.services import leave_out

ROOT = Path(__file__).parents[1]
DURATIONS = Path(__file__).with_name("durations.txt")
# What keeps a test out of the fast lane.
NEEDS = ("postgresql", "redis", "chromium", "node", "training", "processes", "slow")
# Everything in these folders runs real processes.
FOLDERS = {"whole": "processes", "chaos": "processes", "extension": "processes"}
FIXTURES = {
    "postgresql_url": "postgresql",
    "postgresql_database": "postgresql",
    "whole_postgresql_url": "postgresql",
    "redis_server": "redis",
    "redis_url": "redis",
    "whole_redis_url": "redis",
}
# A whole file that is left out of the fast lane says so in its `pytestmark`.
LEFT_OUT = re.compile(rf"^pytestmark = .*\bmark\.({'|'.join(NEEDS)})\b", re.MULTILINE)
LOAD_KERAS = ("bench/test_processed.py", "model/training/test_processing.py")
TRAINING = ("tensorflow", "keras", "matplotlib")
STARTS = frozenset({"subprocess.Popen", "os.fork", "os.forkpty", "os.posix_spawn", "os.system"})
# A loop that looks again every few milliseconds is a wait for a condition; longer is sleep.
LONGEST_SLEEP = 0.05
# Files under this many seconds may come in any order.
WORTH_NOTING = 3.0

_watched: list[str] | None = None
_sleep = time.sleep


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the lanes."""
    group = parser.getgroup("lanes")
    group.addoption("--fast", action="store_true", help="only tests that need nothing and are quick")
    group.addoption(
        "--write-durations", action="store_true", help="store how long each file takes in tests/durations.txt"
    )


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out what imports Keras where it is not installed, and import no file that `--fast` leaves out."""
    is_needed = any(collection_path == ROOT / "tests" / name for name in LOAD_KERAS)
    if is_needed and importlib.util.find_spec("keras") is None:
        return True
    if not config.getoption("--fast"):
        return None
    if collection_path.is_dir():
        return True if collection_path.parent == ROOT / "tests" and collection_path.name in FOLDERS else None
    is_test = collection_path.name.startswith("test_") and collection_path.suffix == ".py"
    return True if is_test and LEFT_OUT.search(collection_path.read_text(encoding="utf-8")) else None


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Keep the garbage collector off what collecting makes, nearly all of which stays."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.set_threshold(20_000, 20, 20)  # a tenth of the fast lane's time went into looking
        gc.enable()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark tests by folder and fixtures, choose the lane, and put the files that take longest first."""
    for item in items:
        _mark(item)
    if config.getoption("--fast"):
        needs = frozenset(NEEDS)
        left = [item for item in items if any(marker.name in needs for marker in item.iter_markers())]
        config.hook.pytest_deselected(items=left)
        leaving = frozenset(left)
        items[:] = [item for item in items if item not in leaving]
    # Processes that share the suite file by file would else end with one of them alone in a long file.
    seconds = {ROOT / name: float(took) for took, name in map(str.split, DURATIONS.read_text().splitlines())}
    items.sort(key=lambda item: -seconds.get(item.path, 0.0))


def _mark(item: pytest.Item) -> None:
    folder = item.path.relative_to(ROOT / "tests").parts[0]
    if folder in FOLDERS:
        item.add_marker(FOLDERS[folder])
    for name in getattr(item, "fixturenames", ()):
        if name in FIXTURES:
            item.add_marker(FIXTURES[name])
    if item.get_closest_marker("chromium"):
        # A browser that shares its core with another now and then swallows a key.
        item.add_marker(pytest.mark.flaky(reruns=2))
    if item.get_closest_marker("training"):
        # TensorFlow and Keras warn of their own habits.
        item.add_marker(pytest.mark.filterwarnings("ignore"))


def _coverage(config: pytest.Config) -> Any:
    """The measurement of this process, where pytest-cov makes one."""
    controller = getattr(config.pluginmanager.getplugin("_cov"), "cov_controller", None)
    return None if controller is None else controller.cov


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Leave out tests of training where its libraries are not installed."""
    if item.get_closest_marker("training"):
        missing = [name for name in TRAINING if importlib.util.find_spec(name) is None]
        if missing:
            leave_out("training", f"{', '.join(missing)} (the extra `train`) not installed")


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if _watched is not None and event in STARTS:
        _watched.append(f"starts a process ({event} {arguments[:1]})")


def _watch_sleep(seconds: float | SupportsIndex, /) -> None:
    if _watched is not None and float(seconds) > LONGEST_SLEEP:
        _watched.append(f"sleeps for {float(seconds):.2f} s")
    _sleep(seconds)


# An audit hook cannot be taken out again, so it is put in once and listens only during a test.
sys.addaudithook(_audit)
time.sleep = _watch_sleep
# When it ends, Python would look once more through all that the tests have made: a second of each process.
atexit.register(gc.freeze)


@pytest.fixture(autouse=True)
def stays_in_its_lane(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test of the fast lane that starts a process or sleeps."""
    global _watched  # noqa: PLW0603  # the audit hook is global too
    if any(request.node.get_closest_marker(name) for name in NEEDS):
        yield
        return
    found: list[str] = []
    _watched = found
    yield
    _watched = None
    if found:
        pytest.fail(f"{found[0]}: mark it `processes` or `slow`, or hand in a clock", pytrace=False)


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Count reruns, and store durations where that was asked for."""
    reports = [
        report
        for group in terminalreporter.stats.values()
        for report in group
        if isinstance(report, pytest.TestReport)
    ]
    marked = {report.nodeid for report in reports if "flaky" in report.keywords}
    if marked:
        again = len(terminalreporter.stats.get("rerun", ()))
        terminalreporter.write_line(f"reruns: {again} of {len(marked)} marked tests")
    _print_coverage(terminalreporter, config)
    if config.getoption("--write-durations"):
        seconds: dict[str, float] = {}
        for report in reports:
            name = report.nodeid.split("::")[0]
            seconds[name] = seconds.get(name, 0.0) + report.duration
        rows = sorted(((took, name) for name, took in seconds.items() if took > WORTH_NOTING), reverse=True)
        DURATIONS.write_text("".join(f"{took:.0f} {name}\n" for took, name in rows))


def _print_coverage(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print which share of each room's lines was run, where pytest-cov measured it."""
    measured = _coverage(config)
    if measured is None:
        return
    rooms: dict[str, tuple[int, int]] = {}
    for name in measured.get_data().measured_files():
        _, lines, _, missing, _ = measured.analysis2(name)
        room = Path(name).relative_to(ROOT).parts[0]
        total, run = rooms.get(room, (0, 0))
        rooms[room] = (total + len(lines), run + len(lines) - len(missing))
    total, run = (sum(numbers) for numbers in zip(*rooms.values(), strict=True))
    shares = ", ".join(f"{room} {covered / lines:.0%}" for room, (lines, covered) in sorted(rooms.items()))
    terminalreporter.write_line(f"coverage: {run / total:.1%} of {total:,} lines ({shares})")
