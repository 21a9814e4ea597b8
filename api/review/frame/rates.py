"""Rates with their intervals."""

from dataclasses import dataclass

from core.intervals import wilson_interval


@dataclass(frozen=True, slots=True)
class Rate:
    """A share of a count, with its 95% interval; all None where nothing was counted."""

    part: int
    total: int

    @property
    def value(self) -> float | None:
        """The share, 0 to 1."""
        return self.part / self.total if self.total else None

    @property
    def low(self) -> float | None:
        """The lower end of the interval."""
        return wilson_interval(self.part, self.total)[0] if self.total else None

    @property
    def high(self) -> float | None:
        """The upper end of the interval."""
        return wilson_interval(self.part, self.total)[1] if self.total else None
