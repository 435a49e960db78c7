"""Shares that carry their counts, so that none is shown without what it is a share of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from advisor.decision.whatif import share


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
