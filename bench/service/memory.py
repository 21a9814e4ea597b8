"""Whether memory stays flat: `script/bench memory` (1,000 and 20,000 small pictures with `--full`)."""

import tempfile
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path

from bench.pictures import draw, served
from bench.processes import by_part, resident_mib
from bench.servers import as_shipped
from bench.service.overhead import work_through
from bench.table import Row
from core.settings.settings import read_settings
from kantei.roots.joining import open_database
from tests.whole.installation import Installation

GROWN = 20  # times as many pictures at the end as at the first look
STEP = 500
SIZE = (160, 160)


def rows(given: Namespace) -> Iterator[Row]:
    """Look at every process after so many pictures, and again after twenty times as many."""
    early = 1000 if given.full else max(20, given.pictures // 2)
    with (
        served([draw(number, SIZE, "JPEG") for number in range(50)]) as address,
        tempfile.TemporaryDirectory() as folder,
        as_shipped(Path(folder)) as kantei,
    ):
        database = open_database(read_settings(kantei.environ))
        done = 0
        looks: list[dict[str, list[float]]] = []
        for until in (early, early * GROWN):
            while done < until:
                count = min(STEP, until - done)
                work_through(kantei, database, [f"{address}{done + number}.bin" for number in range(count)])
                done += count
            looks.append(_resident(kantei))
        database.close()
    first, last = looks
    for part, goal in (("API", "<= 150 MB"), ("worker child", "<= 250 MB"), ("worker", ""), ("sweeper", "")):
        before, after = max(first[part]), max(last[part])
        growth = f"{100 * (after / before - 1):+.1f} % from {early:,} to {done:,} pictures"
        yield Row(f"memory, {part}", goal, f"{after * 1.048576:.0f} MB", growth)


def _resident(kantei: Installation) -> dict[str, list[float]]:
    parts = {part: [resident_mib(pid) for pid in pids] for part, pids in by_part(kantei).items()}
    return {
        "API": parts["api"],
        "worker": parts["worker"][:1],
        "worker child": parts["worker"][1:],
        "sweeper": parts["sweep"],
    }
