"""Volume and waiting time, by source and by model version."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.vocabulary import Finding, State
from store.quality.times import settled_cases
from store.tables.case_tables import Submission, Verdict


@dataclass(slots=True)
class Volume:
    """What came by one way, or was judged by one model version.

    `failed` and `waiting` (for a worker) are submissions without a verdict; `times` say how long decided
    cases had waited, shortest first.
    """

    key: str
    findings: dict[Finding, int] = field(default_factory=dict)
    failed: int = 0
    waiting: int = 0
    times: list[timedelta] = field(default_factory=list)

    @property
    def count(self) -> int:
        """Count all that came."""
        return sum(self.findings.values()) + self.failed + self.waiting


def volume_by_source(session: Session, since: datetime) -> list[Volume]:
    """Count submissions by source; times run from the first submission of an image by that way."""
    found = _Found()
    rows = session.execute(
        select(Submission.source, Submission.state, Verdict.finding, func.count())
        .outerjoin(Verdict, Verdict.id == Submission.verdict_id)
        .where(Submission.created_at >= since)
        .group_by(Submission.source, Submission.state, Verdict.finding)
    )
    for source, state, finding, count in rows:
        volume = found[source.value]
        if state is State.EXAMINED:
            volume.findings[finding] = volume.findings.get(finding, 0) + count
        elif state is State.FAILED:
            volume.failed += count
        else:
            volume.waiting += count
    settled = settled_cases(since).subquery()
    came = (
        select(Submission.source, settled.c.decided, func.min(Submission.created_at))
        .join(settled, settled.c.sha256 == Submission.image_sha256)
        .where(Submission.created_at <= settled.c.decided)
        .group_by(Submission.source, settled.c.id, settled.c.decided)
    )
    found.add_times((source.value, decided - start) for source, decided, start in session.execute(came))
    return found.sorted()


def volume_by_model(session: Session, since: datetime) -> list[Volume]:
    """Count verdicts by model version; times run from an image's first verdict."""
    found = _Found()
    rows = session.execute(
        select(Verdict.model, Verdict.finding, func.count())
        .where(Verdict.created_at >= since)
        .group_by(Verdict.model, Verdict.finding)
    )
    for model, finding, count in rows:
        found[model].findings[finding] = count
    settled = settled_cases(since).subquery()
    came = select(Verdict.model, settled.c.decided, settled.c.came)
    came = came.join(settled, settled.c.verdict_id == Verdict.id)
    found.add_times((model, decided - start) for model, decided, start in session.execute(came))
    return found.sorted()


class _Found(dict[str, Volume]):
    def __missing__(self, key: str) -> Volume:
        self[key] = Volume(key)
        return self[key]

    def add_times(self, times: Iterable[tuple[str, timedelta]]) -> None:
        for key, time in times:
            self[key].times.append(time)

    def sorted(self) -> list[Volume]:
        """The volumes, largest first, with times in order."""
        for volume in self.values():
            volume.times.sort()
        return sorted(self.values(), key=lambda one: (-one.count, one.key))
