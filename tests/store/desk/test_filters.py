"""Every filter of the queue finds what a plain reckoning over all rows finds."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import islice

import pytest
from sqlalchemy import insert

from core.declarations import Contradiction, Declared
from core.title_languages import TitleLanguage
from core.vocabulary import Finding, Grade, Source, State
from store.base.database import Database
from store.clients.clients import NewClient
from store.desk import queue_filter
from store.desk.queue_filter import AGAINST, QueueFilter, Sort, Tab, Viewer
from store.desk.review_queue import list_digests
from store.tables.case_tables import Image
from store.tables.marketplace_tables import Listing
from store.tables.review_states import ReviewState
from store.tables.submission_tables import Submission
from store.tables.ways import ANY_WAY, ways_of
from tests.clients import make_client

AT = datetime(2026, 11, 20, tzinfo=UTC)
VIEWER = Viewer("0" * 32, AT)
CASES, FILTERS = 120, 150
SELLERS = ("Fox", "Owl", None)


@dataclass(frozen=True, slots=True)
class Came:
    """What a submission of the made-up set is like."""

    client_id: str
    source: Source
    declared: Declared
    language: TitleLanguage
    listing_id: str | None
    seller: str | None


@dataclass(frozen=True, slots=True)
class Made:
    """An image of the made-up set, with its submissions."""

    sha256: str
    review: ReviewState
    finding: Finding
    grade: Grade
    score: float
    risk: float
    created_at: datetime
    near_waiting: int
    came: list[Came]


@pytest.mark.slow
@pytest.mark.parametrize("sizes", [(1000, 1000), (0, 1000), (0, 0)], ids=["small", "great", "giant"])
def test_every_filter_finds_what_a_plain_reckoning_finds(
    database: Database, shop: NewClient, monkeypatch: pytest.MonkeyPatch, sizes: tuple[int, int]
) -> None:
    monkeypatch.setattr(queue_filter, "GREAT_SELLER", sizes[0])
    monkeypatch.setattr(queue_filter, "GIANT_SELLER", sizes[1])
    clients = [shop.client.id, make_client(database, name="Other").client.id]
    chance = random.Random(sum(sizes))
    made = [_make(chance, number, clients) for number in range(CASES)]
    _store(database, made, chance)
    with database.reading() as session:
        found_any = 0
        for wanted in islice(_filters(chance, clients), FILTERS):
            expected = _reckon(made, wanted)
            assert list_digests(session, wanted, VIEWER, limit=CASES) == expected, wanted
            found_any += bool(expected)
    assert FILTERS / 3 < found_any < FILTERS


def _make(chance: random.Random, number: int, clients: list[str]) -> Made:
    listing = chance.randrange(12)
    came = []
    for turn in range(chance.choice([1, 1, 2, 3])):
        is_offered = turn == 0 and chance.random() < 0.7
        came.append(
            Came(
                clients[listing % 2] if is_offered else chance.choice(clients),
                Source.MARKETPLACE if is_offered else chance.choice([Source.API, Source.CLI]),
                chance.choice([Declared.HUMAN, Declared.AI, Declared.UNKNOWN]),
                chance.choice([TitleLanguage.JAPANESE, TitleLanguage.OTHER]),
                f"L{listing}" if is_offered else None,
                SELLERS[listing % 3] if is_offered else None,
            )
        )
    return Made(
        f"{chance.getrandbits(256):064x}",
        chance.choice([ReviewState.OPEN, ReviewState.OPEN, ReviewState.ESCALATED, ReviewState.CLOSED]),
        chance.choice(list(Finding)),
        chance.choice([Grade.HINT, Grade.HINT, Grade.PROOF]),
        chance.randrange(11) / 10,  # so that some are the same
        chance.randrange(11) / 10,
        AT - timedelta(days=chance.randrange(9), minutes=number),
        chance.randrange(3),
        came,
    )


def _store(database: Database, made: list[Made], chance: random.Random) -> None:
    with database.writing() as session:
        session.execute(
            insert(Image),
            [
                {
                    "sha256": one.sha256,
                    "width": 1,
                    "height": 1,
                    "format": "png",
                    "bytes": 1,
                    "review": one.review,
                    "finding": one.finding,
                    "grade": one.grade,
                    "score": one.score,
                    "risk": one.risk,
                    "created_at": one.created_at,
                    "near_waiting": one.near_waiting,
                    "ways": _ways(one, chance),
                }
                for one in made
            ],
        )
        offers = {(came.client_id, came.listing_id): came.seller for one in made for came in one.came}
        listings = [
            {"client_id": client_id, "listing_id": listing_id, "seller": seller}
            for (client_id, listing_id), seller in offers.items()
            if listing_id
        ]
        session.execute(insert(Listing), listings)
        session.execute(
            insert(Submission),
            [
                {
                    "client_id": came.client_id,
                    "source": came.source,
                    "declared": came.declared,
                    "language": came.language,
                    "listing_id": came.listing_id,
                    "state": State.EXAMINED,
                    "image_sha256": one.sha256,
                }
                for one in made
                for came in one.came
            ],
        )


def _ways(one: Made, chance: random.Random) -> int:
    """What may stand on the image: exactly its ways, one more that was purged since, or all."""
    known = 0
    for came in one.came:
        known |= ways_of(came.source, came.language, came.client_id)
    gone = ways_of(Source.UPLOAD, TitleLanguage.JAPANESE, "f" * 32)
    return chance.choice([known, known, known | gone, ANY_WAY])


def _filters(chance: random.Random, clients: list[str]) -> Iterator[QueueFilter]:
    """Filters without end: of few fields, by themselves and within a rule."""
    fields = {
        "finding": [*Finding],
        "grade": [Grade.HINT, Grade.PROOF],
        "days": [3, 6],
        "source": [Source.MARKETPLACE, Source.API, Source.CLI, Source.UPLOAD],
        "declared": [Declared.HUMAN, Declared.AI],
        "contradiction": [*AGAINST],
        "client_id": [*clients, "f" * 32],
        "listing_id": ["L1", "L4"],
        "seller": ["Fox", "Owl", "Nobody"],
        "language": [TitleLanguage.JAPANESE, TitleLanguage.KOREAN],
        "score_from": [0.2, 0.5],
        "score_to": [0.6, 0.9],
    }

    def some() -> QueueFilter:
        chosen = chance.sample(sorted(fields), chance.choice([0, 1, 1, 2, 3]))
        return QueueFilter(**{name: chance.choice(fields[name]) for name in chosen})

    while True:
        wanted = replace(
            some(),
            tab=chance.choice([Tab.OPEN, Tab.OPEN, Tab.ESCALATED, Tab.ALL]),
            sort=chance.choice(list(Sort)),
            thresholds=(0.35, 0.9),
        )
        yield wanted if chance.random() < 0.5 else replace(wanted, queue_id="a" * 32, rule=some())


def _reckon(made: list[Made], wanted: QueueFilter) -> list[str]:
    """What a filter lets through, in its order, one image after the other."""
    asked = [wanted] if wanted.rule is None else [wanted, wanted.rule]
    passing = [
        one
        for one in made
        if (wanted.tab is Tab.ALL or one.review.value == wanted.tab.value)
        and all(_passes(one, each) for each in asked)
    ]
    places = {
        Sort.RISK: lambda one: (one.risk, one.sha256),
        Sort.OLDEST: lambda one: (one.created_at, one.sha256),
        Sort.NEWEST: lambda one: (one.created_at, one.sha256),
        Sort.COPIES: lambda one: (one.near_waiting, one.risk, one.sha256),
        Sort.MIXED: lambda one: one.sha256,
    }
    if wanted.sort is Sort.DOUBT:
        return [one.sha256 for one in sorted(passing, key=_doubt)]
    falls = wanted.sort in {Sort.RISK, Sort.NEWEST, Sort.COPIES}
    return [one.sha256 for one in sorted(passing, key=places[wanted.sort], reverse=falls)]


def _doubt(one: Made) -> tuple[float, tuple[bool, bool], int]:
    """The distance to the nearest of the thresholds 0.35 and 0.9; of equals the lower stretch comes first."""
    nearest = 0.35 if one.score < 0.625 else 0.9
    falls = one.score < nearest
    digest = int(one.sha256, 16)
    stretch = (nearest > 0.5, not falls)
    return (abs(one.score - nearest), stretch, -digest if falls else digest)


def _passes(one: Made, wanted: QueueFilter) -> bool:
    of_image = (
        wanted.finding in {None, one.finding},
        wanted.grade in {None, one.grade},
        wanted.days is None or one.created_at <= AT - timedelta(days=wanted.days),
        wanted.score_from is None or one.score >= wanted.score_from,
        wanted.score_to is None or one.score <= wanted.score_to,
        wanted.contradiction is None or one.finding is AGAINST[wanted.contradiction][1],
    )
    return all(of_image) and any(_fits(came, wanted) for came in one.came)


def _fits(came: Came, wanted: QueueFilter) -> bool:
    against = AGAINST[wanted.contradiction][0] if wanted.contradiction in AGAINST else None
    return (
        wanted.client_id in {None, came.client_id}
        and wanted.source in {None, came.source}
        and wanted.declared in {None, came.declared}
        and against in {None, came.declared}
        and wanted.language in {None, came.language}
        and wanted.listing_id in {None, came.listing_id}
        and wanted.seller in {None, came.seller}
    )


def test_contradictions_are_all_reckoned_with() -> None:
    assert set(AGAINST) == set(Contradiction) - {Contradiction.NONE}
