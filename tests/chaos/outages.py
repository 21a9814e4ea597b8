"""What everything rests on goes away for a while: broker, database, disk, the clock."""

import contextlib
import os
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg

from tests.chaos.account import Account
from tests.chaos.ground import Ground, MissingError
from tests.chaos.report import Report
from tests.chaos.web import picture, serve, serve_new
from tests.servers import Server
from tests.whole.installation import LIGHT, installed

CLOCKWORK = Path(__file__).with_name("clockwork")
SWEEP = 1.0  # seconds; what `installed` sets
SLACK = 2.0  # for connecting again; the work itself is timed before, on the same busy machine


def broker(ground: Ground) -> Report:
    """Kill Redis, start it empty, and empty it, while submissions come in and are examined."""
    report = Report()
    with Server() as web, installed(ground.new_folder("broker"), program=LIGHT, **ground.settings()) as whole:
        account = Account(whole)
        urls = serve(web, account, ground.many(400, 60), distinct=ground.many(60, 20))
        third = len(urls) // 3
        account.submit(urls[:third])
        normal = _probe(account)
        ground.redis.empty()
        account.submit(urls[third : 2 * third])
        ground.redis.kill()
        account.submit(urls[2 * third :])
        time.sleep(2)
        ground.redis.start()
        report.limit("recovery_s", _probe(account), 2 * SWEEP + SLACK + 2 * normal)
        report.figures["normal_s"] = round(normal, 2)
        report.close(account)
    return report


def database(ground: Ground) -> Report:
    """Kill PostgreSQL and start it, then lock its tables for a minute, while clients insist."""
    report = Report()
    seconds = ground.many(60, 3)
    settings = ground.settings()
    with Server() as web, installed(ground.new_folder("database"), program=LIGHT, **settings) as whole:
        account = Account(whole)
        urls = serve(web, account, ground.many(300, 60), distinct=ground.many(60, 20))
        third = len(urls) // 3
        account.submit(urls[:third])
        normal = _probe(account)
        report.figures["normal_s"] = round(normal, 2)
        done = threading.Event()
        single = [account.expect(web.reply(f"/one/{n}.png", picture(n)), picture(n)) for n in range(3)]

        def insist() -> None:
            number = 0
            while not done.wait(0.1):
                account.try_once({"image_url": single[number % 3], "title": str(number)})
                number += 1

        threads = [threading.Thread(target=insist) for _ in range(4)]
        for thread in threads:
            thread.start()
        ground.postgresql.kill()
        time.sleep(ground.many(3, 1))
        ground.postgresql.start()
        report.limit("recovery_after_kill_s", _probe(account), 2 * SWEEP + SLACK + 2 * normal + 2)
        account.submit(urls[third : 2 * third])
        _lock(settings["KANTEI_DATABASE_URL"], seconds)
        report.limit("recovery_after_lock_s", _probe(account), 2 * SWEEP + SLACK + 2 * normal)
        account.submit(urls[2 * third :])
        done.set()
        for thread in threads:
            thread.join()
        report.close(account)
        report.figures["refused_503"] = account.statuses["503"]
        if not account.statuses["503"]:
            report.problems.append("nobody was refused while the database was away")
    return report


def disk(ground: Ground) -> Report:
    """Fill the disk with the image bytes, and make room again."""
    report = Report()
    settings = ground.settings()
    with (
        _small_disk(ground.new_folder("disk"), megabytes=24) as folder,
        Server() as web,
        installed(folder, program=LIGHT, **settings) as whole,
    ):
        account = Account(whole)
        account.settle(account.submit(serve(web, account, 10, distinct=10, name="before")))
        ballast = folder / "ballast"
        with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
            while True:
                file.write(b"\0" * 4096)
        urls = serve_new(web, account, 10, first=100)
        ids = account.submit(urls)
        upload = account.post("/v1/submissions", files={"image": ("a.png", os.urandom(100_000))})
        account.note(upload)
        time.sleep(3)
        report.figures["upload_answered"] = upload.status_code
        if upload.status_code != 503:
            report.problems.append(f"an upload onto a full disk was answered {upload.status_code}")
        ballast.unlink()
        # Submissions that found no room wait 15 seconds before they are tried again.
        report.limit("recovery_s", account.settle(ids), 15 + 2 * SWEEP + SLACK)
        report.close(account)
    return report


def clock(ground: Ground) -> Report:
    """Set the clock two hours ahead, and back, while pictures are examined."""
    library = _faketime()
    report = Report()
    folder = ground.new_folder("clock")
    setting = folder / "faketime"
    setting.write_text("+0", encoding="ascii")
    fake = {
        "LD_PRELOAD": library,
        "PYTHONPATH": str(CLOCKWORK),
        "FAKETIME_TIMESTAMP_FILE": str(setting),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    with Server() as web, installed(folder, program=LIGHT, **ground.settings(), **fake) as whole:
        account = Account(whole)
        urls = serve(web, account, ground.many(240, 48), distinct=ground.many(120, 24))
        quarter = len(urls) // 4
        for number, jump in enumerate(("+0", "+2h", "+0", "-2h")):
            setting.write_text(jump, encoding="ascii")
            # At once, so that most of them are met by a clock that is not the one they came under.
            account.submit(urls[number * quarter : (number + 1) * quarter])
        setting.write_text("+0", encoding="ascii")
        report.limit("seconds_to_the_end", account.settle(), 60)
        report.close(account)
    return report


def _lock(url: str, seconds: float) -> None:
    """Lock the tables that everything goes through, for so long; this side gives way in a deadlock."""
    with psycopg.connect(url) as connection:
        while True:
            try:
                connection.execute("lock table submissions, images, verdicts in access exclusive mode")
            except psycopg.errors.DeadlockDetected:
                connection.rollback()
            else:
                break
        time.sleep(seconds)


def _probe(account: Account) -> float:
    """Submit one ahead of all others, and give the seconds until its end: whether everything works."""
    url = next(iter(account.expected))
    began = time.monotonic()
    account.settle(account.submit([url], title=str(began), priority="high"))
    return time.monotonic() - began


@contextlib.contextmanager
def _small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    if os.geteuid() != 0:
        raise MissingError("a small disk needs root")
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "kantei-chaos", str(folder)],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        raise MissingError(f"no small disk: {made.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)  # noqa: S607


def _faketime() -> str:
    for path in Path("/usr/lib").glob("*/faketime/libfaketime.so.1"):
        return str(path)
    raise MissingError("libfaketime is not installed (apt-get install libfaketime)", "libfaketime")
