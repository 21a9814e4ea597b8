"""Processes are killed at random while submissions are accepted and examined."""

import contextlib
import os
import random
import signal
import socket
import threading
import time
from collections import Counter
from pathlib import Path

from tests.chaos.account import Account
from tests.chaos.ground import Ground
from tests.chaos.report import Report
from tests.chaos.web import picture, serve, serve_new
from tests.servers import Reply, Server, Talk
from tests.whole.installation import Installation, installed

ACTS = ("child", "child", "child", "worker", "express", "sweep", "api")


def kills(ground: Ground) -> Report:
    """Kill children, workers, API and sweeper while submissions come in."""
    return _kills(ground, ground.settings())


def kills_embedded(ground: Ground) -> Report:
    """Do the same on SQLite and the folder of messages."""
    return _kills(ground, {"KANTEI_FETCH_TIMEOUT": "2", "KANTEI_RATE_LIMIT": "1000000"})


def _kills(ground: Ground, settings: dict[str, str]) -> Report:
    report, chance = Report(), random.Random(ground.seed)  # the same kills for the same seed
    count, kills_wanted = ground.many(1000, 60), ground.many(20, 5)
    acts: Counter[str] = Counter()
    with Server() as web, installed(ground.new_folder("kills"), **settings) as whole:
        account = Account(whole)
        urls = serve(web, account, count, distinct=ground.many(100, 20))

        def kill_at_random() -> None:
            for _ in range(kills_wanted):
                time.sleep(chance.uniform(0.2, 1.5))
                act = chance.choice(ACTS)
                deadline = time.monotonic() + 60
                while not kill(whole, act, chance):  # what died before is being started anew
                    if time.monotonic() > deadline:
                        report.problems.append(f"no {act} to kill in 60 s")
                        return
                    time.sleep(0.1)
                acts[act] += 1

        killer = threading.Thread(target=kill_at_random)
        killer.start()
        for at in range(0, count, 50):
            account.submit(urls[at : at + 50])
            time.sleep(chance.uniform(0, 1.0) * kills_wanted * 50 / count)
        killer.join()
        report.close(account)
    report.figures["killed"] = dict(acts)
    return report


def kill(whole: Installation, act: str, chance: random.Random) -> int:
    """Kill a part, or one of the worker's children; give 0 where it was dead already."""
    part = "worker" if act == "child" else act
    with contextlib.suppress(ValueError, ProcessLookupError, IndexError):
        main, *children = whole.children(part)
        os.kill(chance.choice(children) if act == "child" else main, signal.SIGKILL)
        return 1
    return 0


def poison(ground: Ground) -> Report:
    """Serve a picture that kills its worker at each try, among good ones; time the good ones."""
    report = Report()
    count = ground.many(60, 16)
    with Server() as web, installed(ground.new_folder("poison"), **ground.settings()) as whole:
        account = Account(whole)

        def deadly(talk: Talk) -> None:
            child = _process_behind(talk.socket, whole)
            talk.send(Reply(picture(9999)).written())
            if child is not None:
                os.kill(child, signal.SIGKILL)

        bad = account.expect(web.script("/poison.png", deadly), "crashed_worker")
        account.settle(account.submit(serve_new(web, account, 4, first=1000)))  # warm
        alone = account.settle(account.submit(serve_new(web, account, count, first=2000)))
        account.submit([bad])
        beside = account.settle(account.submit(serve_new(web, account, count, first=3000)))
        report.figures |= {"alone_s": round(alone, 2), "beside_poison_s": round(beside, 2)}
        report.limit("times_normal", beside / alone, 2.0)
        report.close(account)
    return report


def _process_behind(talk: socket.socket, whole: Installation) -> int | None:
    """Find the worker's child at the other end of a connection (proc(5), net/tcp)."""
    port = talk.getpeername()[1]
    for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]:
        words = line.split()
        if int(words[1].split(":")[1], 16) == port:
            inode = f"socket:[{words[9]}]"
            with contextlib.suppress(ValueError):
                for child in (*whole.children("worker"), *whole.children("express")):
                    with contextlib.suppress(OSError):
                        for file in Path(f"/proc/{child}/fd").iterdir():
                            if str(file.readlink()) == inode:
                                return child
    return None
