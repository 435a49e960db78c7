"""Figures that carry their counts and their interval, so that none is shown without what it is a figure of.

All intervals are of 95 %. Shares: Wilson (1927). Differences of two shares: Newcombe (1998), his method 10, made of
their Wilson intervals. Medians and other quantiles: order statistics, with exact binomial chances (Conover 1999,
section 3.2), which supposes nothing of the shape. Means: normal. The net promoter score: adjusted Wald, with three
imagined answers of which half are passive (Rocks 2016).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import floor, sqrt
from typing import Self

from advisor.decision.binomial import at_most
from advisor.decision.whatif import NORMAL, share

OUTSIDE = 0.025  # on either side
ENOUGH = 10  # of each time, below which no change is called clear
IMAGINED = (0.75, 1.5, 0.75)  # promoters, passives, detractors


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many, with Wilson's 95 % interval (Wilson 1927)."""

    count: int
    of: int
    share: float | None  # 0 to 1; None = of nothing
    low: float  # 0 to 1
    high: float  # 0 to 1

    @classmethod
    def of_counts(cls, count: int, of: int) -> Self:
        """ValueError unless the count is from 0 to what it is a share of."""
        if not 0 <= count <= of:
            raise ValueError(f"a share must be of 0 to {of}, was of: {count}")
        found = share(count, of)
        return cls(count, of, found.value if of else None, found.low, found.high)


@dataclass(frozen=True, slots=True)
class Difference:
    """By how much a share is larger now than it was before."""

    value: float | None  # -1 to 1; None = one of the two is of nothing
    low: float  # -1 to 1
    high: float  # -1 to 1
    of: int  # the smaller of the two denominators

    @classmethod
    def between(cls, now: Share, before: Share) -> Self:
        """Newcombe's interval (1998), method 10."""
        if now.share is None or before.share is None:
            return cls(None, -1.0, 1.0, 0)
        value = now.share - before.share
        down = sqrt((now.share - now.low) ** 2 + (before.high - before.share) ** 2)
        up = sqrt((now.high - now.share) ** 2 + (before.share - before.low) ** 2)
        return cls(value, max(-1.0, value - down), min(1.0, value + up), min(now.of, before.of))

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves no change out, and rests on more than a handful."""
        return self.of >= ENOUGH and not self.low <= 0.0 <= self.high


@dataclass(frozen=True, slots=True)
class Quantile:
    """The value below which a part of all values lies, with its order-statistic interval."""

    value: float | None  # None = of nothing
    low: float | None  # None = too few values for a lower end
    high: float | None  # None = too few values for an upper end
    of: int  # values

    @classmethod
    def at(cls, part: float, values: Sequence[float]) -> Self:
        """`values` sorted, the smallest first; between two of them it is the straight line (Hyndman and Fan's 7th)."""
        n = len(values)
        if not n:
            return cls(None, None, None, 0)
        place = part * (n - 1)
        under = floor(place)
        above = values[min(under + 1, n - 1)]
        value = values[under] + (place - under) * (above - values[under])
        below = _first(n, lambda rank: at_most(rank, n, part) > OUTSIDE)  # ranks counted from 0
        over = _first(n, lambda rank: at_most(rank, n, part) >= 1.0 - OUTSIDE)
        low = values[below - 1] if below else None
        return cls(value, low, values[over] if over < n else None, n)


def _first(n: int, holds: Callable[[int], bool]) -> int:
    """The first of 0 to n for which something holds that then goes on to hold."""
    low, high = 0, n
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return low


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean with its normal interval."""

    value: float | None  # None = of nothing
    low: float | None  # None = of fewer than two
    high: float | None
    of: int  # values

    @classmethod
    def of_values(cls, values: Sequence[float]) -> Self:
        """The mean of these."""
        n = len(values)
        if not n:
            return cls(None, None, None, 0)
        value = sum(values) / n
        if n < 2:
            return cls(value, None, None, n)
        half = NORMAL * sqrt(sum((one - value) ** 2 for one in values) / (n - 1) / n)
        return cls(value, value - half, value + half, n)


@dataclass(frozen=True, slots=True)
class Score:
    """A net promoter score: the share of promoters less that of detractors, in points from -100 to 100."""

    value: float | None  # None = of nothing
    low: float
    high: float
    of: int  # answers

    @classmethod
    def of_counts(cls, *, promoters: int, passives: int, detractors: int) -> Self:
        """Rocks's interval (2016)."""
        n = promoters + passives + detractors
        if not n:
            return cls(None, -100.0, 100.0, 0)
        for_it, neutral, against = (
            count + more for count, more in zip((promoters, passives, detractors), IMAGINED, strict=True)
        )
        whole = for_it + neutral + against
        middle = (for_it - against) / whole
        half = NORMAL * sqrt(((for_it + against) / whole - middle**2) / whole)
        score = 100.0 * (promoters - detractors) / n
        return cls(score, max(-100.0, 100.0 * (middle - half)), min(100.0, 100.0 * (middle + half)), n)
