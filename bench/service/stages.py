"""Where the time of a picture goes: `script/bench stages`.

Two tables in one: the stages of an examination, in one process with one classifier thread, and the
processor time of each process of the whole. Processor time, since other programs do not lengthen it.
"""

import statistics
import tempfile
import time
from argparse import Namespace
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from bench.pictures import make_pictures, served
from bench.processes import by_part, worked_ms
from bench.servers import as_shipped, fresh_database
from bench.service.client import add_bench_client
from bench.service.overhead import work_through
from bench.table import Row, spread
from core.clock import now
from core.settings.settings import Settings, read_settings
from core.vocabulary import Source
from kantei.roots.examiner import make_examiner
from kantei.roots.joining import open_database
from kantei.roots.migrate import migrate
from store.intake.submissions import SubmissionRequest, insert_submissions
from worker.examining.examine import Examiner
from worker.operations.measures import ExaminationMeasures
from worker.operations.stages import Stage


class Stages(ExaminationMeasures):
    """Processor milliseconds of each stage, for every picture."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[dict[str, float]] = []
        self._spent: dict[str, float] = {}

    @contextmanager
    def stage(self, stage: Stage) -> Iterator[None]:
        """Count the processor time of a stage."""
        began = time.process_time()
        try:
            yield
        finally:
            self._spent[stage.value] += 1000 * (time.process_time() - began)

    def examine(self, examiner: Examiner, submission_id: str) -> None:
        """Examine one picture and keep what each stage took."""
        self._spent = defaultdict(float)
        began = time.process_time()
        examiner.examine(submission_id)
        whole = 1000 * (time.process_time() - began)
        self.found.append({**self._spent, "the rest": whole - sum(self._spent.values()), "whole": whole})


def rows(given: Namespace) -> Iterator[Row]:
    """Measure the stages, then the processes."""
    with served(make_pictures(given.folder, given.pictures)) as address:
        urls = [f"{address}{number}.bin" for number in range(given.pictures)]
        for name in given.backends:
            if name == "servers":
                with fresh_database() as database:
                    yield from _stages(urls, "PostgreSQL", database)
            else:
                yield from _stages(urls, "SQLite", "")
        yield from _processes(urls)


def _stages(urls: list[str], name: str, database_url: str) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        settings = read_settings(
            {
                "KANTEI_DATA_DIR": folder,
                "KANTEI_DATABASE_URL": database_url,
                "KANTEI_FETCH_ALLOW": "127.0.0.1/32",
                "KANTEI_FETCH_PORTS": urls[0].split(":")[2].split("/")[0],
                "KANTEI_CLASSIFIER_THREADS": "1",
            }
        )
        stages = Stages()
        ids = _submitted(settings, urls)
        examiner = replace(make_examiner(settings), measures=stages)
        for submission_id in ids:
            stages.examine(examiner, submission_id)
        examiner.database.close()
    kept = stages.found[3:]  # the first load and warm
    total = sum(item["whole"] for item in kept)
    names = sorted({key for item in kept for key in item}, key=lambda key: -sum(i.get(key, 0) for i in kept))
    for stage in names:
        values = [item.get(stage, 0.0) for item in kept]
        middle, noise = spread(values, 1, " ms")
        share = f"mean {statistics.mean(values):.1f} ms, {100 * sum(values) / total:.1f} %"
        yield Row(f"stage, {name}: {stage}", "", f"{share}, median {middle}", noise)


def _submitted(settings: Settings, urls: list[str]) -> list[str]:
    database = open_database(settings)
    migrate(database)
    with database.writing() as session:
        made = add_bench_client(session, settings)
        requests = [SubmissionRequest(Source.API, image_url=url) for url in urls]
        submissions = insert_submissions(session, made.client.id, requests, at=now(), sends=0)
        ids = [submission.id for submission in submissions]
    database.close()
    return ids


def _processes(urls: list[str]) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder, as_shipped(Path(folder)) as kantei:
        database = open_database(read_settings(kantei.environ))
        base = urls[0].rsplit("/", 1)[0]
        work_through(kantei, database, [f"{base}/{900_000 + number}.bin" for number in range(8)])  # warm
        before = {pid: worked_ms(pid) for pids in by_part(kantei).values() for pid in pids}
        work_through(kantei, database, urls)
        parts = by_part(kantei)
        database.close()
        took = {
            pid: (worked_ms(pid) - before.get(pid, 0)) / len(urls) for pids in parts.values() for pid in pids
        }
    names = {
        "API": parts["api"],
        "worker's first process (queue)": parts["worker"][:1],
        "worker's children (examine)": parts["worker"][1:],
        "sweeper": parts["sweep"],
    }
    total = sum(took.values())
    for name, pids in names.items():
        value = sum(took[pid] for pid in pids)
        yield Row(
            f"process, embedded defaults: {name}",
            "",
            f"{value:.1f} ms a picture, {100 * value / total:.1f} %",
        )
