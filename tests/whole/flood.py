"""Flood a marketplace's inbox while everything falls over, and count what is lost.

    python -m tests.whole.flood [--listings N] [--seconds S] [--classifier real|blank] [--seed N]

Starts a Kantei with a PostgreSQL and a Redis of its own, and posts listings of three pictures each
through the hook, each until it is answered. First undisturbed: a second client submits single pictures
before the flood and during it, and their times are compared. Then, for so many seconds, the receiver of
call backs is down, slow, answers 500, 302 and 410 and hangs up, while the worker and its children are
killed, Redis is emptied and PostgreSQL restarted. In the end the receiver is well again. Every image
must have one verdict, and every event must have arrived. Prints a JSON object; ends with 0 only then.
"""

import argparse
import contextlib
import json
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import requests
from sqlalchemy.exc import SQLAlchemyError
from standardwebhooks import Webhook

from core.clock import now
from core.settings.settings import read_settings
from kantei.roots.joining import open_database
from kantei_client import Kantei
from store.outbox.endpoints import enable_endpoint, list_endpoints
from tests.chaos.killing import kill
from tests.whole.flood_account import count_left, count_rows, is_whole, spread_of
from tests.whole.installation import LIGHT, Installation, installed
from tests.whole.moody import Mood, Moody
from tests.whole.own_servers import OwnServers, own_servers

IMAGES = 3
SENDERS = 8  # connections of the marketplace at a time
SINGLES = 10  # single pictures of the other client, before and during the flood
APART = 6.0  # seconds between two of them: it sends one now and then, and floods nobody
ROUNDS = 3  # of all acts
CALLS = 2  # that meet the receiver in each mood, at the least
BAD_MOODS = (Mood.DOWN, Mood.SLOW, Mood.ERROR, Mood.AWAY, Mood.HANGS_UP, Mood.GONE)
ACTS = ("child", "worker", "broker", "fast", "child", "immediate")  # in this order
MET = 15.0  # seconds in which a mood is met, also on a machine that is busy
PATIENCE = 3600.0  # seconds without anything being examined or heard after which it is over


@dataclass
class Flood:
    """One run: the Kantei, its servers, the marketplace, and what was counted."""

    whole: Installation
    servers: OwnServers
    moody: Moody
    client_id: str
    secret: str
    listings: int
    seconds: float
    chance: random.Random
    singles: int
    rounds: int
    calls: int
    spread: float
    patience: float
    acts: Counter[str] = field(default_factory=Counter)
    sent_again: int = 0
    answers: list[float] = field(default_factory=list)

    def left(self) -> int:
        """Count the pictures that are not examined yet, of all that were and will be sent."""
        return count_left(self.whole.environ, self.client_id, self.listings * IMAGES)


def main() -> None:
    """Run once."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--listings", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=300.0, help="how long everything falls over")
    parser.add_argument("--classifier", choices=["real", "blank"], default="real")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--singles", type=int, default=SINGLES, help="pictures of the other client")
    given = parser.parse_args()
    report = run(
        given.listings,
        given.seconds,
        is_light=given.classifier == "blank",
        seed=given.seed,
        singles=given.singles,
    )
    print(json.dumps(report, indent=1))  # noqa: T201  # the report
    sys.exit(0 if is_whole(report) else 1)


def run(
    listings: int,
    seconds: float,
    *,
    is_light: bool,
    seed: int,
    slow: float = 16.0,
    singles: int = SINGLES,
    rounds: int = ROUNDS,
    calls: int = CALLS,
    spread: float = 0.0,
    patience: float = PATIENCE,
    **more: str,
) -> dict[str, object]:
    """Flood once, the listings spread over so many seconds; give what came of it.

    `more` are settings. Errors: MissingError.
    """
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        servers = stack.enter_context(own_servers(folder))
        servers.postgresql.new_database("kantei")
        moody = stack.enter_context(Moody(slow=slow))
        whole = stack.enter_context(
            installed(
                folder / "data",
                program=LIGHT if is_light else "kantei",
                KANTEI_DATABASE_URL=servers.postgresql.url("kantei"),
                KANTEI_BROKER_URL=servers.redis.url(0),
                **{"KANTEI_RATE_LIMIT": "1000000", **more},
            )
        )
        command = ["client", "add", "Market", "--source", "marketplace", "--callback-url"]
        made = json.loads(whole.kantei(*command, f"{moody.address}/hook", "--json"))
        moody.secret = made["webhook_secret"]
        chance = random.Random(seed)  # the same kills for the same seed
        flood = Flood(
            whole,
            servers,
            moody,
            made["id"],
            moody.secret,
            listings,
            seconds,
            chance,
            singles,
            rounds,
            calls,
            spread,
            patience,
        )
        return {"seed": seed, "listings": listings, **_run(flood)}


def _run(flood: Flood) -> dict[str, object]:
    began = time.monotonic()
    alone = [_single(flood, f"alone-{number}") for number in range(flood.singles)]
    with ThreadPoolExecutor(SENDERS) as pool:
        sending = [pool.submit(_tell, flood, number) for number in range(flood.listings)]
        amid: list[float] = []
        while len(amid) < flood.singles and flood.left():
            amid.append(_single(flood, f"amid-{len(amid)}"))
        waiting = flood.left()
        _disturb(flood)
        for one in sending:
            one.result()
    _settle(flood)
    return {
        "seconds": round(time.monotonic() - began, 1),
        "single_alone_s": spread_of(alone),
        "single_amid_s": spread_of(amid),
        "waiting_when_the_singles_were_done": waiting,
        "acts": dict(flood.acts),
        "deliveries_sent_again": flood.sent_again,
        "hook_p99_s": round(sorted(flood.answers)[int(len(flood.answers) * 0.99)], 3),
        "calls_by_mood": dict(flood.moody.calls),
        "events_heard_twice": sum(count > 1 for count in flood.moody.heard.values()),
        "forged": flood.moody.forged,
        **count_rows(flood.whole.environ, flood.client_id, flood.moody.heard),
    }


def _tell(flood: Flood, number: int) -> None:
    """Send one listing as a marketplace would: until it is answered."""
    time.sleep(flood.spread * SENDERS / flood.listings)
    for tries in range(1000):
        at = datetime.now(UTC)
        images = [
            {"url": f"{flood.moody.address}/{number}-{image}.png", "id": str(image)}
            for image in range(IMAGES)
        ]
        data = {"listing_id": f"L-{number}", "title": "A drawing", "images": images}
        body = json.dumps({"type": "listing.created", "timestamp": at.isoformat(), "data": data})
        headers = {
            "webhook-id": f"msg_{number}",
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": Webhook(flood.secret).sign(f"msg_{number}", at, body),
        }
        address = f"{flood.whole.address}/v1/hooks/{flood.client_id}"
        asked = time.monotonic()
        with contextlib.suppress(requests.RequestException):
            if requests.post(address, body.encode(), headers=headers, timeout=30).ok:
                flood.answers.append(time.monotonic() - asked)
                flood.sent_again += tries
                return
        time.sleep(0.5)
    raise RuntimeError("the inbox did not come back")


def _single(flood: Flood, name: str) -> float:
    """Submit one picture as the other client; give the seconds until it is examined."""
    with Kantei(flood.whole.address, flood.whole.key) as kantei:
        began = time.monotonic()
        kantei.wait(kantei.submit(image_url=f"{flood.moody.address}/{name}.png")["id"])
        took = time.monotonic() - began
    time.sleep(APART if flood.singles > 1 else 0)
    return took


def _disturb(flood: Flood) -> None:
    """Let the receiver go through its moods while everything is killed in turn."""
    share = flood.seconds / len(BAD_MOODS)

    def act() -> None:
        for name in ACTS * flood.rounds:
            time.sleep(flood.chance.uniform(0.6, 1.0) * flood.seconds / (len(ACTS) * flood.rounds))
            flood.acts[name] += 1
            if name == "broker":
                flood.servers.redis.empty()
            elif name in {"fast", "immediate"}:
                flood.servers.postgresql.restart(name)
            else:
                kill(flood.whole, name, flood.chance)

    acting = threading.Thread(target=act)
    acting.start()
    for mood in BAD_MOODS:
        until = time.monotonic() + share
        flood.moody.mood = mood
        _enable(flood)  # at once, and not when the rest is over that the mood before has earned
        _wait(partial(_has_called, flood, mood), max(until, time.monotonic() + MET))
        if share > MET:  # well in between, where there is time for it
            flood.moody.mood = Mood.WELL
            _enable(flood)
            heard = len(flood.moody.heard)
            _wait(partial(_has_heard, flood, heard + flood.calls), until)
        time.sleep(max(0.0, until - time.monotonic()))
    flood.moody.mood = Mood.WELL
    acting.join()
    _enable(flood)


def _has_called(flood: Flood, mood: Mood) -> bool:
    return flood.moody.calls[mood] >= flood.calls


def _has_heard(flood: Flood, count: int) -> bool:
    return len(flood.moody.heard) > count


def _enable(flood: Flood) -> None:
    """Have the receiver called again, as soon as the database is there to be told."""
    database = open_database(read_settings(flood.whole.environ))
    for _ in range(120):
        with contextlib.suppress(SQLAlchemyError), database.writing() as session:
            for endpoint in list_endpoints(session, flood.client_id):
                enable_endpoint(session, endpoint.id, now())
            break
        time.sleep(0.5)
    database.close()


def _wait(is_enough: Callable[[], bool], until: float) -> None:
    """Wait until it is enough, or the time is over."""
    while not is_enough() and time.monotonic() < until:
        time.sleep(0.05)


def _settle(flood: Flood) -> None:
    """Wait until everything is examined and heard, or nothing moves any more."""
    seen, until = (-1, -1), time.monotonic() + flood.patience
    while time.monotonic() < until:
        stand = (
            flood.left(),
            len(flood.moody.heard),
        )
        if stand[0] == 0 and stand[1] >= flood.listings * IMAGES:
            return
        if stand != seen:
            seen, until = stand, time.monotonic() + flood.patience
        time.sleep(1)


if __name__ == "__main__":
    main()
