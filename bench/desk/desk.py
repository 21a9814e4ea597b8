"""How quickly the moderators' desk answers with a hundred thousand cases.

    python -m bench.desk.desk --database postgresql+psycopg://user@host/empty [--cases 100000] [--rounds 40]
        [--only PATTERN]

Fills an empty database with cases, listings of sellers, decisions, claims and failures, then asks a desk in
this process for the queue in every order, under every single filter, on every tab, in named queues and in
groups, and decides case after case. A database that it has filled before is measured as it is: some decisions
more each time change nothing. Prints the best, the first, p50 and p95 of the server's own time in
milliseconds, the processor time of desk and database (which other work on the machine hardly changes; of a
database on another machine, none), and how many queries each page took; ends with 1 where one page did not
always ask equally often. `--only` measures what a regular expression finds in the names. Database and desk
share the machine.
"""

import argparse
import gc
import random
import re
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

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
    parser.add_argument("--only", default="", help="a regular expression for the names of what is measured")
    given = parser.parse_args()
    database = Database(given.database)
    migrate(database)
    started = time.perf_counter()
    if fill(database, given.cases):
        say(f"{given.cases:,} cases in {time.perf_counter() - started:.0f} s")
    with TemporaryDirectory() as folder:
        desk = Desk(database, Path(folder))
        gc.freeze()  # as the server does
        is_constant = measure(desk, given.rounds, given.only)
    database.close()
    sys.exit(0 if is_constant else 1)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a page took: milliseconds, those of them on a processor, and queries; and its text."""

    took: float
    processor: float
    queries: int
    text: str


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
        self._servers: set[int] = set()  # processes of the database that work for this desk
        event.listen(database.engine, "checkout", self._note_server)
        event.listen(database.engine, "before_cursor_execute", self._count)

    def _count(self, _connection: object, _cursor: object, statement: str, *_: object) -> None:
        # Every few seconds the lines in force and the sizes of queues are asked for, and once a minute a
        # login is marked as used, whatever is shown; and SQLite's beginning of a transaction is no question.
        beside = "policy_versions" in statement or "counted_queue" in statement
        beside = beside or statement.startswith(("UPDATE sessions", "BEGIN"))
        self.queries += not beside

    def _note_server(self, connection: Any, *_: object) -> None:
        if not self.database.is_sqlite:
            self._servers.add(connection.info.backend_pid)

    def get(self, path: str) -> Answer:
        """Ask for a page."""
        return self.time(lambda: self._text(path))

    def time(self, act: Callable[[], str]) -> Answer:
        """Do something, and take its time."""
        before, worked, started = self.queries, self._processor(), time.perf_counter()
        text = act()
        took = (time.perf_counter() - started) * 1000
        return Answer(took, self._processor() - worked, self.queries - before, text)

    def _text(self, path: str) -> str:
        answer = self.visit.get(path, buffered=True)
        if answer.status_code != 200:
            raise RuntimeError(f"{path}: {answer.status_code}")
        return answer.text

    def _processor(self) -> float:
        """Milliseconds that this process and its servers have had of a processor."""
        known = (Path(f"/proc/{one}/schedstat") for one in self._servers)
        at_servers = sum(int(one.read_text(encoding="ascii").split()[0]) for one in known if one.exists())
        return time.process_time() * 1000 + at_servers / 1e6


def measure(desk: Desk, rounds: int, only: str) -> bool:
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
        if re.search(only, name):
            found = [desk.get(f"/review?{query()}") for _ in range(rounds)]
            is_constant = is_constant and len({one.queries for one in found}) == 1
            slowest = max(slowest, report(name, found))
    say(f"slowest p95 of the queue: {slowest:.1f} ms; equally many queries: {is_constant}")
    more: dict[str, Callable[[], Iterator[Answer]]] = {
        "triage": lambda: (desk.get("/review/triage") for _ in range(rounds)),
        "statistics of 90 days": lambda: (desk.get("/review/stats?days=90") for _ in range(rounds)),
        "a case": lambda: _cases(desk, rounds),
        "decide and next": lambda: _decisions(desk, rounds * 3),
    }
    for name, ask in more.items():
        if re.search(only, name):
            report(name, list(ask()))
    return is_constant


def _always(query: str) -> Callable[[], str]:
    return lambda: query


def _cases(desk: Desk, rounds: int) -> Iterator[Answer]:
    shown = re.findall(r"/review/cases/(\w{64})", desk.get("/review").text)
    return (desk.get(f"/review/cases/{sha256}") for sha256 in shown[:rounds])


def _decisions(desk: Desk, rounds: int) -> Iterator[Answer]:
    """Decide case after case as the page does: post, claim the case that the answer names, and fetch it."""
    path = next(_links(desk.get("/review?claimed=nobody").text))
    page = desk.get(path).text
    for number in range(rounds):
        form = {name: _hidden(page, name) for name in ("form_token", "verdict_id", "decision_id")}
        form["outcome"] = "human" if number % 3 else "ai"
        answer = desk.time(lambda: _decide(desk, path, form))  # noqa: B023  # called at once
        yield answer
        path, _, page = answer.text.partition("\n")


def _decide(desk: Desk, path: str, form: dict[str, str]) -> str:
    """Decide a case; the address of the next one, and after a new line its page."""
    accept = {"Accept": "application/json"}
    answer = desk.visit.post(f"{path.partition('?')[0]}/decision", data=form, headers=accept)
    if answer.status_code != 200 or answer.json is None:
        raise RuntimeError(f"{path}: {answer.status_code} {answer.text[:300]}")
    following = str(answer.json["next"])
    case, _, query = following.partition("?")
    desk.visit.post(f"{case}/claim?{query}", data=form, headers=accept)
    return f"{following}\n{desk.visit.get(following).text}"


def _links(page: str) -> Iterator[str]:
    for path in re.findall(r'class="card" href="([^"]+)"', page):
        yield path.replace("&amp;", "&")


def _hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    if found is None:
        raise RuntimeError(f"no {name} on the page")
    return found[1]


def report(name: str, found: list[Answer]) -> float:
    """Print a line, in milliseconds; give the p95."""
    times, counts = [one.took for one in found], [one.queries for one in found]
    p50, p95 = percentile(times, 0.5), percentile(times, 0.95)
    worked = statistics.median(one.processor for one in found)
    asked = "-".join(str(edge) for edge in sorted({min(counts), max(counts)}))
    few = f"best {min(times):6.1f}   first {times[0]:6.1f}   p50 {p50:6.1f}   p95 {p95:6.1f}"
    say(f"{name:48} {few}   cpu {worked:6.1f} ms   {asked} queries")
    return p95


if __name__ == "__main__":
    main()
