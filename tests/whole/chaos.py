"""Kill everything at random and count what is lost: `script/chaos [--submissions N] [--kills N] [--servers]`.

While submissions are accepted and examined, children of the worker, the worker, the API and the
sweeper are killed, and the broker is emptied. In the end every accepted submission must be final, and
every image must have exactly one verdict. Prints a JSON object; ends with 0 only if nothing was lost.
"""

import argparse
import contextlib
import json
import os
import random
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

import requests
from sqlalchemy import func, select

from core.settings import read_settings
from kantei.parts import open_database
from store.tables import Submission, Verdict
from tests.servers import Asked, Reply, Server
from tests.whole.broker import empty_broker
from tests.whole.installation import Installation, installed
from tests.whole.pictures import draw

BATCH = 50
SERVERS = {
    "KANTEI_DATABASE_URL": "postgresql://postgres@127.0.0.1:5432/kantei_chaos",
    "KANTEI_BROKER_URL": "redis://127.0.0.1:6379/6",
}
ACTS = ("child", "child", "child", "worker", "worker", "sweep", "api", "broker")


def main() -> None:
    """Run once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--submissions", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument(
        "--servers", action="store_true", help="PostgreSQL and Redis instead of embedded defaults"
    )
    arguments = parser.parse_args()
    settings = SERVERS if arguments.servers else {}
    with (
        tempfile.TemporaryDirectory() as folder,
        Server() as web,
        installed(Path(folder), **settings) as whole,
    ):
        report = torment(whole, web, arguments.submissions, arguments.kills, arguments.seed)
    print(json.dumps(report, indent=1))  # noqa: T201  # the report
    sys.exit(0 if report["lost"] == 0 and report["images_without_exactly_one_verdict"] == 0 else 1)


def torment(whole: Installation, web: Server, submissions: int, kills: int, seed: int) -> dict[str, object]:
    """Submit while killing; give what came of it."""
    chance = random.Random(seed)  # the same kills for the same seed
    urls = [web.view(f"/{number}.png", _slowly) for number in range(submissions)]
    done = threading.Event()
    acts: Counter[str] = Counter()

    def kill_at_random() -> None:
        for _ in range(kills):
            if done.wait(chance.uniform(0.3, 2.0)):
                return
            act = chance.choice(ACTS)
            acts[act] += 1
            _act(whole, act, chance)

    killer = threading.Thread(target=kill_at_random)
    began = time.monotonic()
    killer.start()
    ids: list[str] = []
    refused = 0
    for at in range(0, submissions, BATCH):
        accepted, tries = _submit_until_accepted(whole, urls[at : at + BATCH])
        ids += accepted
        refused += tries
    killer.join()
    states = Counter(found["state"] for found in _settle(whole, ids))
    done.set()
    return {
        "seed": seed,
        "accepted": len(ids),
        "batches_tried_again": refused,
        "kills": dict(acts),
        "states": dict(states),
        "lost": len(ids) - states["examined"] - states["failed"],
        "images_without_exactly_one_verdict": _doubled(whole, ids),
        "seconds": round(time.monotonic() - began, 1),
    }


def _slowly(asked: Asked) -> Reply:
    time.sleep(0.02)
    return Reply(draw(int(asked.target.rsplit("/", 1)[1].split(".")[0]), size=(160, 120)))


def _act(whole: Installation, act: str, chance: random.Random) -> None:
    if act == "broker":
        empty_broker(whole)
        return
    kill(whole, act, chance)


def kill(whole: Installation, act: str, chance: random.Random) -> None:
    """Kill a part, or one of the worker's children."""
    part = "worker" if act == "child" else act
    with contextlib.suppress(ValueError, ProcessLookupError, IndexError):
        main, *children = whole.children(part)
        os.kill(chance.choice(children) if act == "child" else main, signal.SIGKILL)


def _submit_until_accepted(whole: Installation, urls: list[str]) -> tuple[list[str], int]:
    """Submit as a client would: the same key again until there is an answer."""
    key = f"chaos-{urls[0]}"
    body = {"submissions": [{"image_url": url} for url in urls]}
    for tries in range(200):
        with contextlib.suppress(requests.RequestException):
            answer = requests.post(
                f"{whole.address}/v1/submissions/batch",
                json=body,
                headers={"Authorization": f"Bearer {whole.key}", "Idempotency-Key": key},
                timeout=30,
            )
            if answer.ok:
                return [result["submission"]["id"] for result in answer.json()["results"]], tries
        time.sleep(0.3)
    raise RuntimeError("the API did not come back")


def _settle(whole: Installation, ids: list[str]) -> list[dict[str, str]]:
    """Read the rows themselves: what counts is what is stored, whatever the API is going through."""
    database = open_database(read_settings(whole.environ))
    deadline = time.monotonic() + 300
    while True:
        with database.reading() as session:
            rows = dict(session.execute(select(Submission.id, Submission.state)).all())
        found = [{"id": i, "state": rows[i].value if i in rows else "missing"} for i in ids]
        if all(item["state"] in {"examined", "failed"} for item in found) or time.monotonic() > deadline:
            database.close()
            return found
        time.sleep(0.5)


def _doubled(whole: Installation, ids: list[str]) -> int:
    database = open_database(read_settings(whole.environ))
    with database.reading() as session:
        images = set(
            session.scalars(select(Submission.image_sha256).where(Submission.image_sha256.is_not(None)))
        )
        counts = dict(
            session.execute(select(Verdict.image_sha256, func.count()).group_by(Verdict.image_sha256)).all()
        )
    database.close()
    return sum(counts.get(image, 0) != 1 for image in images)


if __name__ == "__main__":
    main()
