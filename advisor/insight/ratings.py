"""What customers said when they were asked: satisfaction (CSAT) and how likely they are to recommend (NPS).

Both are of those who answered, and who answers is no chance sample: the response rate stands beside every figure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from advisor.insight.intervals import Mean, Score, Share
from advisor.records.facts import Fact, Scale

PROMOTER, DETRACTOR = 9.0, 6.0  # from, and up to (Reichheld 2003)
LOWEST, HIGHEST = 1.0, 5.0  # of the usual scale
SATISFIED, UNSATISFIED = 4.0, 2.0  # of 1 to 5: from, and up to


@dataclass(frozen=True, slots=True)
class Csat:
    """Satisfaction, on the helpdesk's own scale."""

    answered: Share  # of all tickets
    mean: Mean
    values: tuple[tuple[float, Share], ...]  # each value that was given, the highest first
    satisfied_from: float | None  # None = the scale is not one that we know
    satisfied: Share | None  # of those who answered; None = the same


@dataclass(frozen=True, slots=True)
class Nps:
    """How likely customers are to recommend the company, 0 to 10."""

    answered: Share  # of all tickets
    promoters: Share  # 9 and 10, of those who answered
    passives: Share
    detractors: Share  # 0 to 6
    score: Score


@dataclass(frozen=True, slots=True)
class Ratings:
    """Both."""

    csat: Csat
    nps: Nps


def ratings(facts: Iterable[Fact], scale: Scale) -> Ratings:
    """Count the answers; `scale` is that of all that was ever given."""
    tickets, csat, nps = 0, list[float](), list[float]()
    for fact in facts:
        tickets += 1
        csat += [fact.csat] if fact.csat is not None else []
        nps += [fact.nps] if fact.nps is not None else []
    return Ratings(_csat(csat, tickets, scale), _nps(nps, tickets))


def satisfied_from(scale: Scale) -> float | None:
    """From which value a customer counts as satisfied: 1 on a scale of 0 and 1, 4 on one of 1 to 5."""
    if scale.least is None or scale.most is None:
        return None
    if (scale.least, scale.most) == (0.0, 1.0):
        return 1.0
    return SATISFIED if scale.least >= LOWEST and 1.0 < scale.most <= HIGHEST else None


def is_unsatisfied(csat: float, scale: Scale) -> bool:
    """Whether a value says that somebody is not satisfied; never on a scale that we do not know."""
    least = satisfied_from(scale)
    return least is not None and csat <= (UNSATISFIED if least == SATISFIED else 0.0)


def _csat(values: list[float], tickets: int, scale: Scale) -> Csat:
    counts, least = Counter(values), satisfied_from(scale)
    return Csat(
        answered=Share.of_counts(len(values), tickets),
        mean=Mean.of_values(values),
        values=tuple((value, Share.of_counts(counts[value], len(values))) for value in sorted(counts, reverse=True)),
        satisfied_from=least,
        satisfied=Share.of_counts(sum(one >= least for one in values), len(values)) if least is not None else None,
    )


def _nps(values: list[float], tickets: int) -> Nps:
    n = len(values)
    promoters, detractors = sum(one >= PROMOTER for one in values), sum(one <= DETRACTOR for one in values)
    passives = n - promoters - detractors
    return Nps(
        answered=Share.of_counts(n, tickets),
        promoters=Share.of_counts(promoters, n),
        passives=Share.of_counts(passives, n),
        detractors=Share.of_counts(detractors, n),
        score=Score.of_counts(promoters=promoters, passives=passives, detractors=detractors),
    )
