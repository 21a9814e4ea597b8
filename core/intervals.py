"""Confidence intervals of shares."""

import math

Z = 1.959963984540054  # two-sided 95%


def wilson_interval(part: int, total: int) -> tuple[float, float]:
    """The 95% interval of `part` of `total` (Wilson 1927), each end 0 to 1; all of it where `total` is 0."""
    if not total:
        return 0.0, 1.0
    share = part / total
    middle = share + Z * Z / (2 * total)
    reach = Z * math.sqrt(share * (1 - share) / total + Z * Z / (4 * total * total))
    low, high = ((middle + side * reach) / (1 + Z * Z / total) for side in (-1, 1))
    # At the very ends rounding would leave the share a hair outside its own interval.
    return max(0.0, min(low, share)), min(1.0, max(high, share))
