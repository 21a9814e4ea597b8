"""Quotas: how many images a client may submit in a period, and how many callback URLs they may name."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

MOST = 1_000_000_000
# Named by submissions, beside the client's own; each is an endpoint that takes part in the client's turns.
MOST_CALLBACK_URLS = 100


class QuotaPeriod(StrEnum):
    """When a quota resets: at midnight, or on the first of the month, in UTC."""

    DAY = "day"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Quota:
    """So many images in each period."""

    limit: int
    period: QuotaPeriod

    def __str__(self) -> str:
        return f"{self.limit}/{self.period}"

    def key(self, at: datetime) -> str:
        """Name the period that a moment lies in."""
        return at.astimezone(UTC).strftime("%Y-%m-%d" if self.period is QuotaPeriod.DAY else "%Y-%m")

    def begins(self, at: datetime) -> datetime:
        """The first moment of the period that contains a moment."""
        midnight = at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        return midnight if self.period is QuotaPeriod.DAY else midnight.replace(day=1)

    def ends(self, at: datetime) -> datetime:
        """The first moment of the next period."""
        begins = self.begins(at)
        if self.period is QuotaPeriod.DAY:
            return begins + timedelta(days=1)
        return (begins + timedelta(days=32)).replace(day=1)


@dataclass(frozen=True, slots=True)
class QuotaState:
    """What is left of a quota at one moment."""

    quota: Quota
    used: int
    resets_at: datetime

    @property
    def left(self) -> int:
        """How many images may still be submitted in this period."""
        return max(0, self.quota.limit - self.used)


def parse_quota(text: str) -> Quota | None:
    """Read `1000/day`, `30000/month` or `none`. Errors: ValueError, in words for a person."""
    if text.strip() == "none":
        return None
    found = re.fullmatch(r"(\d{1,10})/(day|month)", text.strip())
    if found is None or int(found[1]) > MOST:
        raise ValueError("a quota must be written as 1000/day, 30000/month or none")
    return Quota(int(found[1]), QuotaPeriod(found[2]))
