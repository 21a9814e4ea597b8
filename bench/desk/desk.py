"""How quickly the moderators' desk answers with a hundred thousand cases.

    python -m bench.desk.desk --database postgresql+psycopg://user@host/empty [--cases 100000] [--rounds 40]

Fills an empty database with cases, listings of sellers, decisions, claims and failures, then asks a desk
in this process for the queue in every order, under every single filter, on every tab, in named queues and in
groups, and decides case after case. Prints p50 and p95 of the server's own time in milliseconds and how many
queries each page took; ends with 1 where one page did not always ask equally often. Database and desk share
the machine.
"""

import argparse
import gc
import random
import re
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from flask.testing import FlaskClient
from sqlalchemy import event

from api.app import create_app
from api.http.parts import ApiParts
from api.review.frame.cookies import cookie_name
from bench.desk.desk_cases import CLIENTS, MODERATORS, SELLERS, fill, name_queues
from bench.table import percentile, say
from core.broker.bell import BellListener
from core.broker.queue import CelerySender, make_celery
from core.clock import now
from kantei.roots.api_parts import read_facts
from kantei.roots.migrate import migrate
from store.base.database import Database
from store.bytes.blobs import FolderBlobs
from store.people.sessions import start_login
from store.tables.people_tables import Moderator

# Named queues by what their rules ask, from much to almost nothing.
QUEUES: dict[str, dict[str, str]] = {
    "all": {},
    "one marketplace": {"source": "marketplace", "client": CLIENTS[3], "finding": "flagged"},
    "Japanese, doubtful": {"language": "ja", "finding": "uncertain", "from": "0.5", "to": "0.8"},
    "a great seller": {"seller": "seller-0", "finding": "flagged"},
    "hardly any": {"client": CLIENTS[7], "language": "ko", "source": "cli", "from": "0.6"},
}
SECRET_KEY = "a secret of this bench, long enough to be one"  # noqa: S105  # it guards invented cases


def main() -> None:
    """Fill, measure, print."""
    parser = argparse.ArgumentParser(description="Measure how quickly the moderators' desk answers.")
    parser.add_argument("--database", required=True, help="an empty database, or one that this filled")
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=40, help="times that each page is asked for")
    given = parser.parse_args()
    database = Database(given.database)
    migrate(database)
    started = time.perf_counter()
    if fill(database, given.cases):
        say(f"{given.cases:,} cases in {time.perf_counter() - started:.0f} s")
    with TemporaryDirectory() as folder:
        desk = Desk(database, Path(folder))
        gc.freeze()  # as the server does
        is_constant = measure(desk, given.rounds)
    database.close()
    sys.exit(0 if is_constant else 1)


class Desk:
    """The review pages over a database, as one moderator sees them, with a count of queries."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database = database
        parts = ApiParts(
            database=database,
            blobs=FolderBlobs(folder),
            sender=CelerySender(make_celery("memory://", folder)),
            listener=BellListener(),
            secret_key=SECRET_KEY,
            max_image_bytes=1_000_000,
            rate_limit=1_000_000,
            facts=read_facts(),
        )
        self.visit: FlaskClient = create_app(parts).test_client()
        with database.writing() as session:
            moderator = session.get_one(Moderator, MODERATORS[0])
            token = start_login(session, moderator.id, now())
            self.named = name_queues(session, QUEUES)
        self.visit.set_cookie(cookie_name(secure=False), token)
        self.queries = 0
        event.listen(database.engine, "before_cursor_execute", self._count)

    def _count(self, _connection: object, _cursor: object, statement: str, *_: object) -> None:
        # The lines in force are asked for every few seconds, and once a minute a login is marked as used,
        # whatever is shown; and SQLite's beginning of a transaction is no question.
        beside = "policy_versions" in statement or statement.startswith(("UPDATE sessions", "BEGIN"))
        self.queries += not beside

    def get(self, path: str) -> tuple[float, int, str]:
        """Ask for a page; give milliseconds, queries and the page."""
        before, started = self.queries, time.perf_counter()
        answer = self.visit.get(path, buffered=True)
        took = (time.perf_counter() - started) * 1000
        if answer.status_code != 200:
            raise RuntimeError(f"{path}: {answer.status_code}")
        return took, self.queries - before, answer.text


def measure(desk: Desk, rounds: int) -> bool:
    """Ask for every page; tell whether each always asked the database equally often."""
    chance = random.Random(5)  # noqa: S311  # which page is asked for is no secret
    pages: dict[str, Callable[[], str]] = {
        "the queue": lambda: "",
        **{f"sort={sort}": _always(f"sort={sort}") for sort in ("oldest", "newest", "doubt", "copies")},
        **{f"tab={tab}": _always(f"tab={tab}") for tab in ("escalated", "appeals", "all")},
        **{f"tab=all sort={sort}": _always(f"tab=all&sort={sort}") for sort in ("oldest", "doubt", "copies")},
        **{f"finding={word}": _always(f"finding={word}") for word in ("flagged", "uncertain", "clear")},
        **{f"grade={word}": _always(f"grade={word}") for word in ("proof", "declared", "hint")},
        **{f"claimed={word}": _always(f"claimed={word}") for word in ("me", "others", "nobody")},
        **{f"source={word}": _always(f"source={word}") for word in ("marketplace", "api", "upload", "cli")},
        **{f"assigned={word}": _always(f"assigned={word}") for word in ("me", "others", "nobody")},
        **{f"language={word}": _always(f"language={word}") for word in ("ja", "ko", "zh")},
        **{f"in “{name}”": _always(f"queue={id_}") for name, id_ in desk.named.items()},
        **{
            f"in “{name}”, {more}": _always(f"queue={id_}&{more}")
            for name, id_ in desk.named.items()
            for more in ("sort=copies", "sort=doubt&declared=unknown", "seller=seller-0", "view=looks")
        },
        "client": lambda: f"client={chance.choice(CLIENTS)}",
        "listing": lambda: f"listing=L{chance.randrange(20_000)}",
        "seller": lambda: f"seller=seller-{chance.randrange(SELLERS)}",
        "seller of thousands": lambda: "seller=seller-0",
        "from=0.9": lambda: "from=0.9",
        "from=0.5 to=0.52": lambda: "from=0.5&to=0.52",
        "days=20": lambda: "days=20",
        "days=59": lambda: "days=59",
        "by seller": lambda: "view=sellers",
        "by listing": lambda: "view=listings",
        "by look": lambda: "view=looks",
        "search, a word of all": lambda: "q=drawing",
        "search, one title": lambda: f"q=number+{chance.randrange(90_000)}",
        "search, an address": lambda: f"q=pictures.example/{chance.randrange(90_000)}.png",
        "search, a seller": lambda: f"q=seller-{chance.randrange(SELLERS)}",
        "search, a seller of thousands": lambda: "q=seller-0",
        "search, a digest": lambda: f"q={chance.getrandbits(32):08x}",
        "search, a client": lambda: "q=client+32",
        "search, an appeal": lambda: "q=drew+this",
        "search, a note": lambda: f"q=fingers+{chance.randrange(90_000)}",
        "search, two letters": lambda: "q=zq",
        "search, nothing": lambda: "q=quicksilver",
    }
    slowest, is_constant = 0.0, True
    for name, query in pages.items():
        times, counts = [], set()
        for _ in range(rounds):
            took, count, _page = desk.get(f"/review?{query()}")
            times.append(took)
            counts.add(count)
        is_constant = is_constant and len(counts) == 1
        slowest = max(slowest, report(name, times, counts))
    say(f"slowest p95 of the queue: {slowest:.1f} ms; equally many queries: {is_constant}")
    report("triage", *_same(desk, "/review/triage", rounds))
    report("statistics of 90 days", *_same(desk, "/review/stats?days=90", rounds))
    report("a case", *_cases(desk, rounds))
    report("decide and next", *_decisions(desk, rounds * 3))
    return is_constant


def _always(query: str) -> Callable[[], str]:
    return lambda: query


def _same(desk: Desk, path: str, rounds: int) -> tuple[list[float], set[int]]:
    found = [desk.get(path) for _ in range(rounds)]
    return [took for took, _, _ in found], {count for _, count, _ in found}


def _cases(desk: Desk, rounds: int) -> tuple[list[float], set[int]]:
    shown = re.findall(r"/review/cases/(\w{64})", desk.get("/review")[2])
    found = [desk.get(f"/review/cases/{sha256}") for sha256 in shown[:rounds]]
    return [took for took, _, _ in found], {count for _, count, _ in found}


def _decisions(desk: Desk, rounds: int) -> tuple[list[float], set[int]]:
    """Decide case after case as the page does: post, claim the case that the answer names, and fetch it."""
    path = next(_links(desk.get("/review?claimed=nobody")[2]))
    times, counts = [], set()
    page = desk.get(path)[2]
    for number in range(rounds):
        form = {name: _hidden(page, name) for name in ("form_token", "verdict_id", "decision_id")}
        form["outcome"] = "human" if number % 3 else "ai"
        before, started = desk.queries, time.perf_counter()
        answer = desk.visit.post(
            f"{path.split('?')[0]}/decision", data=form, headers={"Accept": "application/json"}
        )
        if answer.status_code != 200 or answer.json is None:
            raise RuntimeError(f"{path}: {answer.status_code} {answer.text[:300]}")
        path = answer.json["next"]
        case, _, query = path.partition("?")
        desk.visit.post(f"{case}/claim?{query}", data=form, headers={"Accept": "application/json"})
        page = desk.visit.get(path).text
        times.append((time.perf_counter() - started) * 1000)
        counts.add(desk.queries - before)
    return times, counts


def _links(page: str) -> Iterator[str]:
    for path in re.findall(r'class="card" href="([^"]+)"', page):
        yield path.replace("&amp;", "&")


def _hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    if found is None:
        raise RuntimeError(f"no {name} on the page")
    return found[1]


def report(name: str, times: list[float], counts: set[int]) -> float:
    """Print a line; give the p95."""
    p50, p95 = percentile(times, 0.5), percentile(times, 0.95)
    asked = "-".join(str(edge) for edge in sorted({min(counts), max(counts)}))
    say(f"{name:48} p50 {p50:7.1f} ms   p95 {p95:7.1f} ms   {asked} queries")
    return p95


if __name__ == "__main__":
    main()
