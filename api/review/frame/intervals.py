"""Rates with what is not known about them."""

import math
from dataclasses import dataclass

Z = 1.959964  # two-sided 95 %


@dataclass(frozen=True, slots=True)
class Rate:
    """A share of a count, with its 95 % interval (Wilson 1927); all None where nothing was counted."""

    part: int
    total: int

    @property
    def value(self) -> float | None:
        """Give the share."""
        return self.part / self.total if self.total else None

    @property
    def low(self) -> float | None:
        """Give the lower end of the interval."""
        return self._end(-1)

    @property
    def high(self) -> float | None:
        """Give the upper end of the interval."""
        return self._end(1)

    def _end(self, side: int) -> float | None:
        if not self.total:
            return None
        n, p = self.total, self.part / self.total
        middle = p + Z * Z / (2 * n)
        reach = Z * math.sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
        # At the very ends rounding would leave the share a hair outside its own interval.
        end = (middle + side * reach) / (1 + Z * Z / n)
        return min(1.0, max(0.0, min(end, p) if side < 0 else max(end, p)))
