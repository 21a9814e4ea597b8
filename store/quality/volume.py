"""Volume and waiting time, by source and by model version."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.vocabulary import Finding, Source, State
from store.quality.settled import SettledCase
from store.quality.stats import JudgedCount
from store.tables.case_tables import Verdict
from store.tables.submission_tables import Submission


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


def volume_by_source(
    session: Session,
    since: datetime,
    cases: Iterable[SettledCase],
    sources: Mapping[str | None, Mapping[Source, datetime]],
) -> list[Volume]:
    """Count submissions by source; times run from the first submission of a decided image by that way."""
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
    for case in cases:
        for source, came in sources.get(case.sha256, {}).items():
            if came <= case.first_ruling:
                found[source.value].times.append(case.first_ruling - came)
    return found.sorted()


def volume_by_model(judged: Iterable[JudgedCount], cases: Iterable[SettledCase]) -> list[Volume]:
    """Count verdicts by model version; times run from the arrival of a decided image."""
    found = _Found()
    for one in judged:
        findings = found[one.model].findings
        findings[one.finding] = findings.get(one.finding, 0) + one.count
    for case in cases:
        found[case.model].times.append(case.first_ruling - case.came)
    return found.sorted()


class _Found(dict[str, Volume]):
    def __missing__(self, key: str) -> Volume:
        self[key] = Volume(key)
        return self[key]

    def sorted(self) -> list[Volume]:
        """The volumes, largest first, with times in order."""
        for volume in self.values():
            volume.times.sort()
        return sorted(self.values(), key=lambda one: (-one.count, one.key))
