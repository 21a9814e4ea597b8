"""The queue's filters and positions, read from and written to an address.

An address counts scores out of a hundred, as the pages do (`from_points`, `to_points`). The rule of a named
queue is kept from 0 to 1 (`from`, `to`). Both are read, because addresses of earlier versions were written
like rules.
"""

import math
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar

from flask import request

from api.review.frame.days import exact_moment
from core.declarations import Contradiction, Declared
from core.ids import is_id, is_sha256
from core.sayings.score_text import read_points, typed_points
from core.title_languages import TitleLanguage
from core.vocabulary import Finding, Grade, Source, Thresholds
from store.desk.queue_filter import AGAINST, Assigned, Claimed, QueueFilter, Sort, Tab
from store.desk.review_queue import Position

MOST_COPIES = 2**31  # what the database can count
NO_THRESHOLDS = (0.5,)  # where no classifier says better
# What the rule of a named queue may not ask: what depends on who looks, and how.
NOT_IN_RULES = frozenset({"queue", "tab", "sort", "claimed", "assigned"})

Word = TypeVar("Word", bound=StrEnum)


def read_wanted(values: Mapping[str, str], *, thresholds: tuple[float, ...] = NO_THRESHOLDS) -> QueueFilter:
    """Read what is wanted; what cannot be read is as if it were not there."""
    client_id, queue_id = values.get("client", ""), values.get("queue", "")
    against = _word(Contradiction, values.get("contradiction"))
    return QueueFilter(
        tab=_word(Tab, values.get("tab")) or Tab.OPEN,
        sort=_word(Sort, values.get("sort")) or Sort.RISK,
        finding=_word(Finding, values.get("finding")),
        grade=_word(Grade, values.get("grade")),
        claimed=_word(Claimed, values.get("claimed")),
        assigned=_word(Assigned, values.get("assigned")),
        days=_days(values.get("days")),
        source=_word(Source, values.get("source")),
        declared=_word(Declared, values.get("declared")),
        contradiction=against if against in AGAINST else None,
        client_id=client_id if is_id(client_id) else None,
        listing_id=_text(values.get("listing")),
        seller=_text(values.get("seller")),
        language=_word(TitleLanguage, values.get("language")),
        score_from=_score(values, "from"),
        score_to=_score(values, "to"),
        thresholds=thresholds,
        queue_id=queue_id if is_id(queue_id) else None,
    )


def scores_of(thresholds: Thresholds | None) -> tuple[float, ...]:
    """The thresholds for the order by doubt: scores where a small change alters the finding."""
    return (thresholds.clear_below, thresholds.flagged_from) if thresholds else NO_THRESHOLDS


def write_wanted(wanted: QueueFilter) -> dict[str, Any]:
    """Write what is wanted for an address, leaving out what goes without saying."""
    low, high = wanted.score_from, wanted.score_to
    return _write(
        wanted,
        from_points=None if low is None else typed_points(low),
        to_points=None if high is None else typed_points(high),
    )


def write_rule(wanted: QueueFilter) -> dict[str, str]:
    """Write what is wanted as the rule of a named queue."""
    low, high = wanted.score_from, wanted.score_to
    scores = {"from": None if low is None else f"{low:g}", "to": None if high is None else f"{high:g}"}
    return {name: value for name, value in _write(wanted, **scores).items() if name not in NOT_IN_RULES}


def _write(wanted: QueueFilter, **scores: str | None) -> dict[str, str]:
    pairs = {
        "queue": wanted.queue_id,
        "tab": wanted.tab if wanted.tab is not Tab.OPEN else None,
        "sort": wanted.sort if wanted.sort is not Sort.RISK else None,
        "finding": wanted.finding,
        "grade": wanted.grade,
        "claimed": wanted.claimed,
        "assigned": wanted.assigned,
        "days": wanted.days,
        "source": wanted.source,
        "declared": wanted.declared,
        "contradiction": wanted.contradiction,
        "client": wanted.client_id,
        "listing": wanted.listing_id,
        "seller": wanted.seller,
        "language": wanted.language,
        **scores,
    }
    return {name: str(value) for name, value in pairs.items() if value is not None}


def asked_address() -> dict[str, Any]:
    """The queue parameters of this request, for links back to the same queue."""
    return write_wanted(read_wanted(request.args))


def read_position(text: str | None) -> Position | None:
    """Read a place in the queue."""
    try:
        risk, score, moment, copies, sha256 = (text or "").split("~")
        numbers, created_at = (float(risk), float(score)), exact_moment(moment)
        near_waiting = int(copies)
    except ValueError:
        return None
    if created_at is None or not math.isfinite(sum(numbers)) or not is_sha256(sha256):
        return None
    return Position(*numbers, created_at, near_waiting, sha256) if 0 <= near_waiting < MOST_COPIES else None


def write_position(position: Position) -> str:
    """Write a place in the queue."""
    at = position.created_at.isoformat()
    return f"{position.risk!r}~{position.score!r}~{at}~{position.near_waiting}~{position.sha256}"


def _word(kind: type[Word], text: str | None) -> Word | None:
    try:
        return kind(text) if text else None
    except ValueError:
        return None


def _text(text: str | None) -> str | None:
    return (text or "").replace("\x00", "").strip()[:255] or None


def _days(text: str | None) -> int | None:
    good = text and text.isascii() and text.isdigit() and len(text) <= 4
    return int(text) or None if text and good else None


def _score(values: Mapping[str, str], name: str) -> float | None:
    if f"{name}_points" in values:
        return read_points(values[f"{name}_points"])
    try:
        value = float(values.get(name, ""))
    except ValueError:
        return None
    return value if 0.0 <= value <= 1.0 else None
