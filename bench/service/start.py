"""How soon everything is at work: `script/bench start`."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path

from bench.pictures import draw
from bench.service.client import add_bench_client
from bench.table import Row, spread
from core.clock import now
from core.settings.settings import Settings, read_settings
from core.vocabulary import Priority, Source, State
from kantei.roots.joining import open_blobs, open_database, open_sender
from kantei.roots.migrate import migrate
from store.intake.submissions import SubmissionRequest, find_state, insert_submissions

KANTEI = (sys.executable, "-m", "kantei")


def rows(given: Namespace) -> Iterator[Row]:
    """Measure the worker's start and one check, each several times."""
    with tempfile.TemporaryDirectory() as folder:
        picture = Path(folder) / "picture.jpg"
        picture.write_bytes(draw(1, (1216, 832), "JPEG"))
        environ = {**os.environ, "KANTEI_DATA_DIR": f"{folder}/data"}
        times = [_worker(environ, number) for number in range(given.rounds)]
        yield Row(
            "worker has taken a waiting picture after its process's start", "<= 2 s", *spread(times, 2, " s")
        )
        times = []
        for _ in range(given.rounds):
            began = time.perf_counter()
            subprocess.run([*KANTEI, "check", str(picture)], env=environ, check=True, capture_output=True)
            times.append(time.perf_counter() - began)
        yield Row("`kantei check` of one megapixel, in all", "<= 1.2 s", *spread(times, 2, " s"))


def _worker(environ: dict[str, str], number: int) -> float:
    settings = read_settings(environ)
    submission_id = _waiting(settings, number)
    database = open_database(settings)
    began = time.perf_counter()
    with subprocess.Popen([*KANTEI, "worker"], env=environ, stderr=subprocess.DEVNULL) as worker:
        try:
            while True:
                with database.reading() as session:
                    if find_state(session, submission_id) is not State.QUEUED:
                        break
                if time.perf_counter() - began > 60:
                    raise RuntimeError("the worker took nothing")
                time.sleep(0.005)
            return time.perf_counter() - began
        finally:
            worker.send_signal(signal.SIGTERM)
            worker.wait(timeout=60)
            database.close()


def _waiting(settings: Settings, number: int) -> str:
    """Store a picture that waits, and send its message."""
    database = open_database(settings)
    migrate(database)
    sha256 = open_blobs(settings).put(draw(number, (320, 240), "JPEG"))
    with database.writing() as session:
        made = add_bench_client(session, settings)
        request = SubmissionRequest(Source.UPLOAD, upload_sha256=sha256)
        (submission,) = insert_submissions(session, made.client.id, [request], at=now(), sends=1)
    database.close()
    open_sender(settings).send([submission.id], Priority.NORMAL)
    return submission.id
