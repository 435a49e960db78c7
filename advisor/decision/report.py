"""What a look at the outcomes found, as values that are shown and kept."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from advisor.types import Moment

GOOD = 0.75  # of what may be hoped for


class Arrangement(StrEnum):
    """What was certified as a whole."""

    NONE = "none"
    EVERYWHERE = "everywhere"  # one threshold for all moments
    BY_MOMENT = "by_moment"  # some moments by their own threshold, all the others together by one
    STANDING = "standing"  # the promise from before gives at least as many articles, and stays


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One threshold on the newer half of the outcomes."""

    threshold: float  # 0 to 1
    coverage: float  # 0 to 1; of the tickets that some policy would give an article
    n: int  # tickets that this policy would give one
    wrong: int
    share: float  # 0 to 1; wrong / n
    upper: float  # 0 to 1; the true share lies below, but for an error of `level`, or 0.05 where it was not tried
    p_value: float  # of so few wrong ones, were the true share at the promised one
    level: float  # what the p-value was held against; 0 = not tried: too few, even if none were wrong
    certified: bool
    band: bool  # rests on audits alone, of the tickets between it and the lowest threshold that was ever used


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Thresholds that were tried on all moments, on one, or on the rest."""

    name: str  # "all", a moment, or "rest"
    error: float  # 0 to 1; what this part may spend
    minimum: int  # the smallest n that could be certified, with none wrong
    n: int  # tickets of the newer half
    rows: tuple[Row, ...]  # from the highest threshold to the lowest
    chosen: float | None  # the lowest certified threshold; None = none


@dataclass(frozen=True, slots=True, kw_only=True)
class ByMoment:
    """A moment by the threshold that is in force for it."""

    moment: Moment
    threshold: float
    own: bool  # False = the general one, which promises nothing for this moment alone
    n: int  # tickets that it gives an article
    wrong: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """How many outcomes it takes to certify all that is sent now, were this the true share of wrong ones."""

    true_share: float
    needed: int  # for four looks in five to certify it; half of them are tested
    missing: int


@dataclass(frozen=True, slots=True)
class Prospect:
    """What a look now would likely certify, judged by the older half alone."""

    likely: float  # 0 to 1; of the tickets that some policy would give an article
    hoped: float  # the same, once there are outcomes enough

    @property
    def is_good(self) -> bool:
        """Whether little would be gained by waiting."""
        return self.hoped > 0.0 and self.likely >= GOOD * self.hoped


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All that one look found."""

    look: int  # 1 = the first
    share: float  # promised
    confidence: float  # promised
    error: float  # what this look may spend, all parts together
    outcomes: int  # that belong to some policy, one a customer and matter
    experience: str  # fingerprint of the file by which they were replayed
    arrangement: Arrangement
    parts: tuple[Part, ...]  # all moments together first
    minimum_of_moment: int  # tickets of the newer half from which a moment may have its own threshold
    moments: tuple[ByMoment, ...]
    missing: tuple[Missing, ...]
    prospect: Prospect
