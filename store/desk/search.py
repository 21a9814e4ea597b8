"""Finding cases by what people know of them: title, address, digest, listing, seller, client, note, appeal.

Parts of words are found by the trigram indexes of migration 0030: pg_trgm on PostgreSQL, FTS5 on SQLite.
Words of one or two letters have no trigram, and a database may have no such index: then the newest
`SCANNED` rows of each table are looked at, and the result says so.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, String, bindparam, column, func, literal_column, select, text
from sqlalchemy import table as named_table
from sqlalchemy.orm import Session

from core.ids import is_id
from store.base.insertion import is_on_sqlite
from store.desk.cases import hide_decisions
from store.desk.review_queue import Origin, find_images, find_origins
from store.tables.appeal_tables import Appeal
from store.tables.case_tables import Decision, Image
from store.tables.client_tables import Client
from store.tables.marketplace_tables import Listing
from store.tables.submission_tables import Submission

SHOWN = 50  # cases of a result
READ = 200  # rows of each table: one image may stand in many of them
SCANNED = 5000  # rows of each table that are looked at where no index helps
LONGEST = 200  # letters of a query
TRIGRAM = 3
INDEXES = {True: "search_rows", False: "ix_search_submissions"}  # what there is on SQLite, and on PostgreSQL

_HEX = re.compile(r"[0-9a-f]{4,64}")
_ROWS = named_table("search_rows", column("id"), column("owner", String))


class FoundIn(StrEnum):
    """Where a searched text was found."""

    DIGEST = "digest"
    SUBMISSION = "submission"
    TITLE = "title"
    LISTING = "listing_id"
    EXTERNAL = "external_id"
    PAGE = "page_url"
    ADDRESS = "image_url"
    SELLER = "seller"
    CLIENT = "client"
    APPEAL = "appeal"
    NOTE = "note"


# The texts that are searched, as the indexes have them: an expression of another order would not use them.
_TEXTS: dict[Any, tuple[str, ...]] = {
    Submission: ("title", "listing_id", "external_id", "page_url", "image_url"),
    Listing: ("title", "seller", "url"),
    Appeal: ("reason",),
    Decision: ("note",),
}
Found = dict[str | None, tuple[FoundIn, str]]
_PLACES = {**{place.value: place for place in FoundIn}, "url": FoundIn.PAGE}


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A case that was found: in which place, and the text that stands there."""

    image: Image
    origin: Origin | None
    place: FoundIn
    text: str


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What was found; `pending` is a submission of this id that has no case yet.

    `is_cut` where there is more, `is_recent_only` where old rows were not looked at.
    """

    hits: list[SearchHit]
    pending: Submission | None
    is_cut: bool
    is_recent_only: bool


def words_of(query: str) -> list[str]:
    """The words of a query, in lower case; a case is found where one text holds all of them."""
    return list(dict.fromkeys(query.replace("\x00", " ")[:LONGEST].lower().split()))


def search(session: Session, query: str, *, blind: Collection[str]) -> SearchResult:
    """Find cases; `blind` are those whose decisions must not be told to who asks."""
    asked = _Asked(session, words_of(query))
    if not asked.words:
        return SearchResult([], None, is_cut=False, is_recent_only=False)
    found: Found = {}
    pending = _by_name(session, asked, found)
    shown = Submission.image_sha256.is_not(None)
    for row in session.scalars(asked.narrow(select(Submission).where(shown), Submission)):
        found.setdefault(row.image_sha256, asked.place_of(row))
    _by_listing(session, asked, found)
    _by_client(session, asked, found)
    for appeal in session.scalars(asked.narrow(select(Appeal).where(Appeal.reason != ""), Appeal)):
        if appeal.image_sha256 not in blind:
            found.setdefault(appeal.image_sha256, (FoundIn.APPEAL, appeal.reason))
    for decision in session.scalars(asked.narrow(select(Decision).where(Decision.note != ""), Decision)):
        # That there is a note at all would tell that the case is decided.
        if decision.image_sha256 not in blind:
            found.setdefault(decision.image_sha256, (FoundIn.NOTE, decision.note))
    sha256s = [sha256 for sha256 in found if sha256][: SHOWN + 1]
    images, origins = find_images(session, sha256s), find_origins(session, sha256s)
    hide_decisions(images.values(), set(blind))
    hits = [
        SearchHit(images[sha256], origins.get(sha256), *found[sha256])
        for sha256 in sha256s
        if sha256 in images and images[sha256].verdict is not None
    ]
    return SearchResult(hits[:SHOWN], pending, len(found) > SHOWN, not asked.is_indexed)


class _Asked:
    """The words of a search, and how this database finds them."""

    def __init__(self, session: Session, words: list[str]) -> None:
        self.words = words
        self._is_on_sqlite = is_on_sqlite(session)
        catalogue, column_name = ("sqlite_master", "name") if self._is_on_sqlite else ("pg_class", "relname")
        known = (
            select(1)
            .select_from(named_table(catalogue))
            .where(column(column_name) == INDEXES[self._is_on_sqlite])
        )
        has_index = session.scalar(known) is not None
        self._long = [word for word in words if len(word) >= TRIGRAM]
        self.is_indexed = has_index and bool(self._long)

    def narrow(self, query: Select[Any], table: Any) -> Select[Any]:
        """Keep of a query over one table the newest rows that hold every word."""
        name, columns = table.__tablename__, _TEXTS[table]
        joined = " || ' ' || ".join(f"coalesce({name}.{one}, '')" for one in columns)
        lowered: ColumnElement[str] = literal_column(f"lower({joined})", String)
        words = self.words
        if not self.is_indexed:
            # One number found along the key: a list of so many would be walked beside the whole table.
            newest = query.with_only_columns(table.id).order_by(table.id.desc()).offset(SCANNED - 1).limit(1)
            query = query.where(table.id >= func.coalesce(newest.correlate(None).scalar_subquery(), ""))
        elif self._is_on_sqlite:
            query = query.where(
                table.id.in_(select(_ROWS.c.owner).where(_ROWS.c.id.in_(self._matching(name))))
            )
            words = [word for word in words if len(word) < TRIGRAM]
        for word in words:
            # Written into the statement: a plan that does not know the word cannot know how rare it is.
            pattern = bindparam(None, f"%{_escaped(word)}%", String, literal_execute=True, unique=True)
            query = query.where(lowered.like(pattern, escape="/"))
        return query.order_by(table.id.desc()).limit(READ)

    def place_of(self, row: Any) -> tuple[FoundIn, str]:
        """Which of a row's texts holds the first word."""
        texts = [(name, getattr(row, name) or "") for name in _TEXTS[type(row)]]
        name, said = next((one for one in texts if self.words[0] in one[1].lower()), texts[0])
        return _PLACES[name], said

    def _matching(self, name: str) -> Any:
        phrases = " AND ".join('"' + word.replace('"', '""') + '"' for word in self._long)
        rows = text(
            f"select rowid from search_{name} where search_{name} match :phrases"  # noqa: S608  # one of four names
            " order by rowid desc limit :read"
        )
        return rows.bindparams(
            bindparam("phrases", phrases, unique=True), bindparam("read", READ, unique=True)
        ).columns(column("rowid"))


def _escaped(word: str) -> str:
    return re.sub(r"([/%_])", r"/\1", word)


def _by_name(session: Session, asked: _Asked, found: Found) -> Submission | None:
    """Find a submission by its id, and images by a part of their digest."""
    word = asked.words[0] if len(asked.words) == 1 else ""
    submission = session.get(Submission, word) if is_id(word) else None
    if submission is not None and submission.image_sha256:
        found[submission.image_sha256] = (FoundIn.SUBMISSION, submission.id)
    is_hex = _HEX.fullmatch(word) is not None
    # From its beginning along the key; from within by walking the key alone, which holds no row.
    within = Image.sha256.contains(word) if is_hex else Image.sha256 == "-"
    for condition in (Image.sha256.between(word, word + "g") if is_hex else within, within):
        for sha256 in session.scalars(select(Image.sha256).where(condition).limit(SHOWN)):
            found.setdefault(sha256, (FoundIn.DIGEST, sha256))
    return submission if submission is not None and submission.image_sha256 is None else None


def _by_listing(session: Session, asked: _Asked, found: Found) -> None:
    listings = list(session.scalars(asked.narrow(select(Listing), Listing)))
    offered = {(one.client_id, one.listing_id): one for one in listings[: SHOWN + 1]}
    rows = session.execute(
        select(func.max(Submission.id), Submission.image_sha256, Submission.client_id, Submission.listing_id)
        .where(
            Submission.client_id.in_({client_id for client_id, _ in offered}),
            Submission.listing_id.in_({listing_id for _, listing_id in offered}),
            Submission.image_sha256.is_not(None),
        )
        .group_by(Submission.image_sha256, Submission.client_id, Submission.listing_id)
        .order_by(func.max(Submission.id).desc())
        .limit(READ)
    )
    for _, sha256, client_id, listing_id in rows:
        if listing := offered.get((client_id, listing_id)):
            found.setdefault(sha256, asked.place_of(listing))


def _by_client(session: Session, asked: _Asked, found: Found) -> None:
    named = [func.lower(Client.name).contains(word, autoescape=True) for word in asked.words]
    names = {one.id: one.name for one in session.scalars(select(Client).where(*named).limit(SHOWN))}
    rows = session.execute(
        select(Submission.client_id, Submission.image_sha256)
        .where(Submission.client_id.in_(names), Submission.image_sha256.is_not(None))
        .order_by(Submission.id.desc())
        .limit(READ)
    )
    for client_id, sha256 in rows:
        found.setdefault(sha256, (FoundIn.CLIENT, names[client_id]))
