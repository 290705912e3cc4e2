"""How sure a share is."""

from __future__ import annotations

import math

Z = 1.959963984540054  # of a normal distribution, 95 % two-sided

Interval = tuple[float, float]


def wilson(passed: float, n: int) -> Interval:
    """Give the 95 % interval of a share; all there is where n is 0.

    Source   Wilson, JASA 22 (1927), 209-212
    """
    if n == 0:
        return (0.0, 1.0)
    share, spread = passed / n, Z * Z / n
    middle = (share + spread / 2) / (1 + spread)
    half = Z * math.sqrt(share * (1 - share) / n + spread / (4 * n)) / (1 + spread)
    return (middle - half if passed else 0.0, middle + half if passed < n else 1.0)
