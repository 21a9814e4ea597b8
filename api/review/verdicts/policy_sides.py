"""The figures of the policy page: what thresholds would have made of the last days, side by side."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from api.review.frame.rates import Rate
from core.vocabulary import Finding, Thresholds
from store.tables.policy_tables import PolicyChange, PolicyVersion
from store.verdicts.policy_preview import Preview, Tally, preview_thresholds
from store.verdicts.shadow_verdicts import Observed


@dataclass(frozen=True, slots=True)
class Side:
    """What some thresholds make of the window, with the rates at which people overturned it."""

    name: str
    thresholds: Thresholds
    preview: Preview

    @property
    def flagged(self) -> Tally:
        """The flagged images."""
        return self.preview.findings[Finding.FLAGGED]

    @property
    def clear(self) -> Tally:
        """The clear images."""
        return self.preview.findings[Finding.CLEAR]

    @property
    def accused(self) -> Rate:
        """The share of decided flagged images that a moderator decided human."""
        return Rate(self.flagged.human, self.flagged.decided)

    @property
    def missed(self) -> Rate:
        """The share of decided clear images that a moderator decided AI."""
        return Rate(self.clear.ai, self.clear.decided)


@dataclass(frozen=True, slots=True)
class Pending:
    """A proposal with what it would have made of what came in since, never acted on."""

    change: PolicyChange
    is_stale: bool
    observed: Side


def thresholds_of(row: PolicyVersion | PolicyChange) -> Thresholds:
    """The thresholds of a version or of a proposal."""
    return Thresholds(row.clear_below, row.flagged_from)


def make_side(session: Session, name: str, thresholds: Thresholds, model: str, since: datetime) -> Side:
    """Count what some thresholds make of the images since a moment."""
    return Side(name, thresholds, preview_thresholds(session, model, thresholds, since=since))


@dataclass(frozen=True, slots=True)
class Compared:
    """An observed model beside the live one, on the images that both have judged."""

    observed: Observed
    live_accused: Rate
    accused: Rate
    live_right: Rate
    right: Rate


def compare(observed: Observed) -> Compared:
    """Put an observed model beside the live one."""
    live, other = observed.by_live(Finding.FLAGGED), observed.by_observed(Finding.FLAGGED)
    return Compared(
        observed,
        Rate(live.human, live.decided),
        Rate(other.human, other.decided),
        _right(live, observed.by_live(Finding.CLEAR)),
        _right(other, observed.by_observed(Finding.CLEAR)),
    )


def _right(flagged: Tally, clear: Tally) -> Rate:
    """Count how often a finding that is one agreed with the decision."""
    return Rate(flagged.ai + clear.human, flagged.decided + clear.decided)
