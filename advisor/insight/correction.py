"""What compliance would be if the reader missed no wish, and how many it misses: from blind labels of drawn tickets.

The corrected figure is a difference estimator (Särndal, Swensson and Wretman 1992, section 6.3): to what was counted on
all tickets with the reader's wishes, H honoured of D known, is added what the labels change on the drawn ones,

    (H + Σ w (h* − h)) / (D + Σ w (d* − d)),

where h, d are 0 or 1 by the reader's wishes and h*, d* by the label's, both judged against what was really done with
that ticket: a missed wish that was honoured all the same raises the figure, one that was not lowers it, and a wish that
was heard and never said is taken out. The weights w are those of the draw, scaled in each stratum to the tickets that
are counted now. A perfect reader changes nothing. Recall is the weighted share of the labelled wishes that the reader
heard, channel and stance.

Intervals of 95 % by bootstrap over the drawn tickets, stratum by stratum, seeded. Each round may draw two imagined
tickets beside the real ones, one that the label changes and one that it does not (as Agresti and Coull 1998 add to a
share). Otherwise ten labels without a miss would pass for certainty; n labels without one leave room for about 3/n, and
so they do here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from advisor.insight.intervals import Share

HEARD, NOT_HEARD = "heard", "not_heard"
STRATA = (HEARD, NOT_HEARD)
ENOUGH = 30  # labels of a stratum, below which the figures are called rough
ENOUGH_WISHES = 10  # labelled wishes, below which the recall is
ROUNDS = 2_000
IN_WORDS = {HEARD: "the reader heard a wish", NOT_HEARD: "the reader heard none"}
CHANGED = {
    HEARD: ((1, 0, 1, 0), (-1, 0, 1, 0)),  # a wish that was heard as another one, honoured or not
    NOT_HEARD: ((1, 1, 1, 0), (0, 1, 1, 0)),  # a missed wish, honoured or not
}
UNCHANGED = {HEARD: (0, 0, 1, 1), NOT_HEARD: (0, 0, 0, 0)}
"""Imagined tickets: changes of honoured and of known, labelled wishes, those heard."""

Sums = NDArray[np.float64]  # (..., 4): weighted sums of such rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A labelled ticket: what the label changes."""

    stratum: str  # as the reader reads it now
    weight: float  # of the draw; above 0
    honoured: int  # −1 to 1; by the label, less by the reader
    known: int  # −1 to 1; the same
    said: int  # wishes that the label holds
    heard: int  # of them, by the reader

    @property
    def figures(self) -> tuple[int, int, int, int]:
        """What is summed."""
        return self.honoured, self.known, self.said, self.heard


@dataclass(slots=True)
class Population:
    """The tickets that a draw stands for."""

    heard: int = 0
    not_heard: int = 0

    def count(self, *, heard: bool) -> None:
        """Take in one ticket."""
        self.heard += heard
        self.not_heard += not heard

    def of(self, stratum: str) -> int:
        """The tickets of one stratum."""
        return self.heard if stratum == HEARD else self.not_heard


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A figure with its 95 % interval."""

    value: float  # 0 to 1
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """What the labels say of the reader, and of compliance."""

    labels: Mapping[str, int]  # by stratum
    wishes: int  # that the labels hold
    recall: Estimate | None  # of the reader; None = the labels hold no wish
    share: Estimate | None  # compliance; None = of nothing
    too_few: tuple[str, ...]  # where there are too few labels, in words


def corrected(counted: Share, population: Population, drawn: Iterable[Drawn], *, seed: int) -> Corrected:
    """Recall and corrected share, with intervals."""
    strata: dict[str, list[Drawn]] = {stratum: [] for stratum in STRATA}
    for one in drawn:
        strata[one.stratum].append(one)
    sums = sum((_sums(ones, population.of(stratum)) for stratum, ones in strata.items() if ones), np.zeros(4))
    rounds = _rounds(strata, population, seed)
    return Corrected(
        labels={stratum: len(ones) for stratum, ones in strata.items()},
        wishes=sum(one.said for ones in strata.values() for one in ones),
        recall=_estimate(_recall(sums), _recall(rounds)),
        share=_estimate(_share(counted, sums), _share(counted, rounds)),
        too_few=tuple(_too_few(strata, population)),
    )


def _sums(ones: Sequence[Drawn], tickets: int) -> Sums:
    """The weighted sums of one stratum; the weights add up to its tickets."""
    weights = np.array([one.weight for one in ones], np.float64)
    figures = np.array([one.figures for one in ones], np.float64)
    return np.asarray(weights @ figures * (tickets / weights.sum()))


def _rounds(strata: Mapping[str, Sequence[Drawn]], population: Population, seed: int) -> Sums:
    """The sums of each round of the bootstrap, (ROUNDS, 4)."""
    rng = np.random.default_rng(seed)
    total = np.zeros((ROUNDS, 4))
    for stratum, ones in strata.items():
        if not ones:
            continue
        weights = np.array([one.weight for one in ones], np.float64)
        weights = np.append(weights, [weights.mean()] * 2)
        drawn = rng.multinomial(len(weights), np.full(len(weights), 1 / len(weights)), ROUNDS) * weights
        drawn *= (population.of(stratum) / drawn.sum(1))[:, None]
        total += drawn[:, :-1] @ np.array([*(one.figures for one in ones), UNCHANGED[stratum]], np.float64)
        kinds = np.array(CHANGED[stratum], np.float64)
        total += drawn[:, -1:] * kinds[rng.integers(len(kinds), size=ROUNDS)]
    return total


def _share(counted: Share, sums: Sums) -> NDArray[np.float64]:
    """The corrected share; nan where it is one of nothing."""
    known = np.maximum(counted.of + sums[..., 1], 0.0)
    honoured = np.clip(counted.count + sums[..., 0], 0.0, known)
    return np.divide(honoured, known, out=np.full_like(known, np.nan), where=known > 0)


def _recall(sums: Sums) -> NDArray[np.float64]:
    """The wishes that were heard, of those that were said; nan where none was."""
    said, heard = sums[..., 2], sums[..., 3]
    return np.divide(heard, said, out=np.full_like(said, np.nan), where=said > 0)


def _estimate(value: NDArray[np.float64], rounds: NDArray[np.float64]) -> Estimate | None:
    if np.isnan(value):
        return None
    low, high = np.nanpercentile(rounds, [2.5, 97.5])
    return Estimate(value=float(value), low=float(min(low, value)), high=float(max(high, value)))


def _too_few(strata: Mapping[str, Sequence[Drawn]], population: Population) -> Iterator[str]:
    for stratum, ones in strata.items():
        enough = min(ENOUGH, population.of(stratum))
        if len(ones) < enough:
            yield f"{len(ones)} labels where {IN_WORDS[stratum]}, of at least {enough}"
    wishes = sum(one.said for ones in strata.values() for one in ones)
    if wishes < ENOUGH_WISHES:
        yield f"{wishes} labelled wishes, of at least {ENOUGH_WISHES}"
