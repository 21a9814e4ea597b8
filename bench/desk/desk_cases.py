"""A desk full of invented cases: images, verdicts, listings of sellers, decisions, claims, failures."""

import random
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from core.clock import now
from core.sayings.codes import Reason
from core.sayings.saying import say
from core.sayings.stored import saying_json
from core.vocabulary import FailureCode, Finding, Grade, Label, Outcome, Role, Scheme, Source, State
from store.base.database import Database
from store.base.table import Table
from store.queues.named_queues import add_queue, list_queues, set_members
from store.tables.appeal_tables import Appeal
from store.tables.case_tables import Decision, Image, Verdict
from store.tables.client_tables import Client
from store.tables.marketplace_tables import Listing
from store.tables.people_tables import Moderator
from store.tables.review_states import ReviewState
from store.tables.review_tables import CaseClaim
from store.tables.submission_tables import Submission

CLIENTS = [f"{number:032x}" for number in range(1, 51)]
MODERATORS = [f"{number:032x}" for number in range(1001, 1021)]
LISTINGS = 20_000
SELLERS = 2_000
DAYS = 60
STEP = 2_000
COPIES = 5  # near copies of a family; every second case is in one
LOOKS = 1_000  # around which the looks of all cases lie
SOURCES = [Source.MARKETPLACE] * 12 + [Source.API] * 5 + [Source.UPLOAD] * 2 + [Source.CLI]
CLEAR_BELOW, FLAGGED_FROM = 0.35, 0.9


def fill(database: Database, cases: int) -> bool:
    """Fill an empty database; tell whether it was empty."""
    with database.writing() as session:
        if session.scalar(select(Image.sha256).limit(1)) is not None:
            return False
        _people(session)
    for start in range(0, cases, STEP):
        numbers = range(start, min(start + STEP, cases))
        with database.writing() as session:
            rows: dict[type[Table], list[dict[str, Any]]] = {}
            for number in numbers:
                for table, row in _case(random.Random(number), number, now()):  # noqa: S311  # invented cases
                    rows.setdefault(table, []).append(row)
            for table in (Image, Verdict, Submission, Decision, CaseClaim, Appeal):
                if table in rows:
                    session.execute(insert(table), rows[table])
    if not database.is_sqlite:
        with database.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(text("vacuum analyze"))
    return True


def name_queues(session: Session, rules: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Add named queues that are not there yet, with every moderator as a member; give their ids by name."""
    known = {queue.name: queue.id for queue in list_queues(session, member_id=None)}
    for name in rules.keys() - known.keys():
        known[name] = add_queue(session, name, rules[name], at=now())
        set_members(session, known[name], MODERATORS)
    return {name: known[name] for name in rules}


def _people(session: Session) -> None:
    session.execute(
        insert(Client),
        [
            {"id": one, "name": f"Client {one[-2:]}", "source": Source.API, "scheme": Scheme.STANDARD}
            for one in CLIENTS
        ],
    )
    session.execute(
        insert(Moderator),
        [
            {
                "id": one,
                "email": f"m{one[-4:]}@example.com",
                "role": Role.LEAD,
                "password_hash": "x",
                "must_change_password": False,
            }
            for one in MODERATORS
        ],
    )
    chance = random.Random(1)  # noqa: S311  # the same
    session.execute(
        insert(Listing),
        [
            {
                "client_id": CLIENTS[number % len(CLIENTS)],
                "listing_id": f"L{number}",
                "title": f"Original drawing number {number}",
                "url": f"https://shop.example/listings/{number}",
                # One in seven is the great seller's, as marketplaces go.
                "seller": "seller-0" if number % 7 == 0 else f"seller-{chance.randrange(1, SELLERS)}",
            }
            for number in range(LISTINGS)
        ],
    )


def _case(chance: random.Random, number: int, at: datetime) -> Iterator[tuple[type[Table], dict[str, Any]]]:
    sha256 = f"{chance.getrandbits(256):064x}"
    score = chance.betavariate(1.2, 0.9)
    grade = chance.choices([Grade.HINT, Grade.DECLARED, Grade.PROOF], [90, 8, 2])[0]
    finding = _finding(score, grade)
    born = at - timedelta(seconds=chance.uniform(0, DAYS * 86_400))
    verdict_id, decision_id = f"{chance.getrandbits(128):032x}", f"{chance.getrandbits(128):032x}"
    fate = chance.random()
    is_decided = finding is not Finding.CLEAR and fate < 0.15
    is_escalated = not is_decided and finding is not Finding.CLEAR and fate < 0.18
    review = ReviewState.NONE if finding is Finding.CLEAR else ReviewState.OPEN
    review = ReviewState.CLOSED if is_decided else ReviewState.ESCALATED if is_escalated else review
    yield (
        Image,
        {
            "sha256": sha256,
            "width": 1024,
            "height": 1536,
            "format": "png",
            "bytes": 1_000_000,
            "created_at": born,
            "review": review,
            "risk": max(score, FLAGGED_FROM) if finding is Finding.FLAGGED else score,
            "score": score,
            "finding": finding,
            "grade": grade,
            "verdict_id": verdict_id,
            "decision_id": decision_id if is_decided or is_escalated else None,
            "look": f"{_look(chance, number):064x}",
            "look_kind": "bench",
            "near_family": f"{number // COPIES:064x}" if number % 2 else sha256,
            "near_waiting": number // COPIES % COPIES if number % 2 else 0,
        },
    )
    yield (
        Verdict,
        {
            "id": verdict_id,
            "image_sha256": sha256,
            "finding": finding,
            "score": score,
            "label": Label.AI if finding is Finding.FLAGGED else None,
            "model": "bench-1",
            "policy": "bench",
            "reasons": [saying_json(say(Reason.PIXELS_CLEAR, score=score))],
            "evidence": [
                {
                    "kind": "pixels",
                    "grade": grade,
                    "label": None,
                    "generator": None,
                    "detail": saying_json(say(Reason.PIXELS_CLEAR, score=score)),
                    "fields": {},
                }
            ],
            "created_at": born,
        },
    )
    client = CLIENTS[number % len(CLIENTS)]
    listing = (number // 5) % LISTINGS
    for turn in range(1 + (number % 10 == 0) + 30 * (number % 997 == 0)):
        is_offered = turn == 0 and number % 3 > 0
        yield (
            Submission,
            {
                "client_id": CLIENTS[listing % len(CLIENTS)] if is_offered else client,
                "source": Source.MARKETPLACE if is_offered else chance.choice(SOURCES),
                "state": State.EXAMINED,
                "image_url": f"https://pictures.example/{number}.png",
                "title": _title(number),
                "listing_id": f"L{listing}" if is_offered else None,
                "created_at": born,
                "examined_at": born,
                "image_sha256": sha256,
                "verdict_id": verdict_id,
                "failure_code": None,
            },
        )
    if number % 200 == 0:
        yield (
            Submission,
            {
                "client_id": client,
                "source": Source.API,
                "state": State.FAILED,
                "image_url": "https://pictures.example/gone.png",
                "title": None,
                "listing_id": None,
                "created_at": born,
                "examined_at": born,
                "image_sha256": None,
                "verdict_id": None,
                "failure_code": FailureCode.GONE,
            },
        )
    moderator = chance.choice(MODERATORS)
    if is_decided or is_escalated:
        outcome = chance.choice([Outcome.AI, Outcome.AI, Outcome.HUMAN])
        yield (
            Decision,
            {
                "id": decision_id,
                "image_sha256": sha256,
                "verdict_id": verdict_id,
                "moderator_id": moderator,
                "outcome": outcome if is_decided else Outcome.ESCALATE,
                "note": f"Six fingers, case {number}." if number % 4 == 0 else "",
                "created_at": born + timedelta(hours=2),
            },
        )
    if number % 500 == 1:
        yield (
            CaseClaim,
            {"image_sha256": sha256, "moderator_id": moderator, "until": at + timedelta(minutes=60)},
        )
    if number % 700 == 2:
        yield (
            Appeal,
            {
                "submission_id": f"{number:032x}",
                "image_sha256": sha256,
                "client_id": client,
                "reason": "I drew this.",
                "created_at": born,
            },
        )


def _title(number: int) -> str:
    """One title in ten is Japanese, one in a thousand Korean."""
    more = " 夜の狐" if number % 10 == 3 else " 여우" if number % 1000 == 7 else ""
    return f"Original drawing number {number}{more}"


def _look(chance: random.Random, number: int) -> int:
    """One of so many looks, of which some 16 of 256 bits are changed."""
    rare = (1 << 256) - 1
    for _ in range(4):
        rare &= chance.getrandbits(256)
    return random.Random(number % LOOKS).getrandbits(256) ^ rare  # noqa: S311  # the same look each time


def _finding(score: float, grade: Grade) -> Finding:
    if score >= FLAGGED_FROM or grade is not Grade.HINT:
        return Finding.FLAGGED
    return Finding.CLEAR if score < CLEAR_BELOW else Finding.UNCERTAIN
