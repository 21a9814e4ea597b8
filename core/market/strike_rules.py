"""Strikes against sellers, and the measure that they suggest to a client, who alone may act."""

from dataclasses import dataclass
from enum import StrEnum


class Measure(StrEnum):
    """What a client may want to do next about a seller: a suggestion, never an act."""

    NONE = "none"
    WARNING = "warning"
    LAST_WARNING = "last_warning"
    ACCOUNT_REVIEW = "account_review"


@dataclass(frozen=True, slots=True)
class StrikeRules:
    """How many strikes suggest that a person at the client looks at the account, and how long each counts."""

    limit: int = 3  # 0 to keep no strikes
    days: int = 180


def next_measure(strikes: int, rules: StrikeRules) -> Measure:
    """The measure that so many strikes suggest."""
    if strikes == 0 or rules.limit == 0:
        return Measure.NONE
    if strikes >= rules.limit:
        return Measure.ACCOUNT_REVIEW
    return Measure.LAST_WARNING if strikes == rules.limit - 1 else Measure.WARNING
