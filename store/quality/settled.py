"""The decided cases of a time, each with what it rests on and its moments: figures are counted from them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from core.vocabulary import RULINGS, Finding, Outcome, Source
from store.tables.case_tables import Decision, Image, Verdict, settles
from store.tables.people_tables import Moderator
from store.tables.review_tables import Undo
from store.tables.submission_tables import Submission


@dataclass(frozen=True, slots=True)
class SettledCase:
    """A case whose latest decision settles it: that decision, and the verdict on which it rests.

    `came` is when the image arrived, `first_ruling` when it was first decided, `opened` when the moderator
    opened the case, if that is known, and `settled` when they decided.
    """

    sha256: str
    moderator: str
    outcome: Outcome
    model: str
    finding: Finding
    came: datetime
    first_ruling: datetime
    opened: datetime | None
    settled: datetime


@dataclass(slots=True)
class CaseTimes:
    """Times of decided cases, shortest first.

    `waiting` is from the arrival of an image to its first ruling, `handling` from the moment at which a
    moderator opened the case to their decision, where that moment is known.
    """

    waiting: list[timedelta] = field(default_factory=list)
    handling: list[timedelta] = field(default_factory=list)


def settled_cases(session: Session, since: datetime) -> list[SettledCase]:
    """What was decided since a moment, in one query: each case once, by the decision that stands."""
    earlier = aliased(Decision)
    was_undone = select(1).where(Undo.decision_id == earlier.id).exists()
    # A case that was decided again waited for its first ruling only.
    first = (
        select(func.min(earlier.created_at))
        .where(earlier.image_sha256 == Image.sha256, earlier.outcome.in_(RULINGS), ~was_undone)
        .correlate(Image)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            Image.sha256,
            Moderator.email,
            Decision.outcome,
            Verdict.model,
            Verdict.finding,
            Image.created_at,
            first,
            Decision.opened_at,
            Decision.created_at,
        )
        .select_from(Decision)
        .join(Image, Image.sha256 == Decision.image_sha256)
        .join(Verdict, Verdict.id == Decision.verdict_id)
        .join(Moderator, Moderator.id == Decision.moderator_id)
        .where(Decision.created_at >= since, settles())
    )
    return [SettledCase(*row) for row in rows]


def settled_sources(session: Session, since: datetime) -> Mapping[str | None, Mapping[Source, datetime]]:
    """From where the images decided since a moment came, and when by each way first."""
    settled = (
        select(Decision.image_sha256)
        .join(Image, Image.sha256 == Decision.image_sha256)
        .where(Decision.created_at >= since, settles())
    )
    rows = session.execute(
        select(Submission.image_sha256, Submission.source, func.min(Submission.created_at))
        .where(Submission.image_sha256.in_(settled))
        .group_by(Submission.image_sha256, Submission.source)
    )
    found = defaultdict[str | None, dict[Source, datetime]](dict)
    for sha256, source, came in rows:
        found[sha256][source] = came
    return found


def case_times(cases: Iterable[SettledCase]) -> tuple[CaseTimes, dict[str, CaseTimes]]:
    """The times of decided cases: of all, and by the moderator whose decision stands."""
    everyone, each = CaseTimes(), defaultdict[str, CaseTimes](CaseTimes)
    for case in cases:
        for found in (everyone, each[case.moderator]):
            found.waiting.append(case.first_ruling - case.came)
            if case.opened is not None:
                found.handling.append(case.settled - case.opened)
    for found in (everyone, *each.values()):
        found.waiting.sort()
        found.handling.sort()
    return everyone, dict(each)
