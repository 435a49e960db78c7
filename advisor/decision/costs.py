"""Rule 10: an article is given if and only if it is sure enough for what a wrong one would cost.

`needed = max(1 − human_cost / wrong_cost, promise)`: a person costs `human_cost`; an article costs nothing where it
helps and `wrong_cost`, the later contact included, where it does not. At that p both cost the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from advisor.decision.case import WISHED, Case
from advisor.types import PromiseState, Tone


@dataclass(frozen=True, slots=True, kw_only=True)
class CostBar:
    """What p_resolve must reach by rule 10, and all that it is made of; costs in the currency of the file."""

    human: float  # the cheapest person whom this customer accepts
    wrong: float  # an article that does not help: the five below, times `times`
    moment: float
    severity: float
    tones: tuple[tuple[Tone, float], ...]
    revenue: float
    times: float  # the persona's
    by_cost: float  # 1 − human / wrong, 0 to 1
    promised: float  # 0 to 1
    needed: float  # the higher of the two


def cost_bar(case: Case) -> CostBar:
    """The threshold of rule 10 with its parts."""
    human, wrong = human_cost(case), wrong_cost(case)
    return CostBar(
        human=human,
        wrong=wrong,
        moment=_moment_cost(case),
        severity=_severity_cost(case),
        tones=tuple((tone, amount) for tone, amount in _tone_costs(case) if amount),
        revenue=_revenue_cost(case),
        times=case.persona.wrong_cost_times if case.persona is not None else 1.0,
        by_cost=min(1.0, max(0.0, 1.0 - human / wrong)),
        promised=promised_threshold(case),
        needed=needed_by_cost(case),
    )


def needed_by_cost(case: Case) -> float:
    """What p_resolve must reach, 0 to 1."""
    return min(1.0, max(0.0, 1.0 - human_cost(case) / wrong_cost(case), promised_threshold(case)))


def human_cost(case: Case) -> float:
    """The cost of the cheapest person whom this customer accepts, above 0 where there is one.

    The channel that a customer wants does not count against them: the dearer it is, the likelier an article would
    otherwise be for exactly those who asked for something else. Where nothing but it is left, it counts as free.
    """
    offers = case.experience.offers
    costs = [offers[way].cost for way in case.person_ways if WISHED.get(way) not in case.will.wanted]
    times = case.persona.human_cost_times if case.persona is not None else 1.0
    return min(costs, default=0.0) * times


def wrong_cost(case: Case) -> float:
    """The cost of an article that does not help, the later contact included; above 0."""
    cost = _moment_cost(case) + _severity_cost(case)
    cost += sum(amount for _, amount in _tone_costs(case))
    cost += _revenue_cost(case)
    return cost * (case.persona.wrong_cost_times if case.persona is not None else 1.0)


def _moment_cost(case: Case) -> float:
    """The moment's own figure as far as the moment is sure, and for the rest that of a moment which names none."""
    base, sure = case.experience.wrong_cost.base, min(1.0, max(0.0, case.evidence.moment.probability))
    return base + (case.ideal.wrong_cost - base) * sure


def _severity_cost(case: Case) -> float:
    return case.experience.wrong_cost.per_severity * case.evidence.severity


def _tone_costs(case: Case) -> Iterator[tuple[Tone, float]]:
    """What each tone of the file adds, by how sure it is."""
    return ((tone, amount * case.heard.get(tone, 0.0)) for tone, amount in case.experience.wrong_cost.tones.items())


def _revenue_cost(case: Case) -> float:
    return case.experience.wrong_cost.revenue_share * max(0.0, case.evidence.account.monthly_revenue or 0.0)


def promised_threshold(case: Case) -> float:
    """The least probability that keeps the promise.

    While it is not certified the file's shipped threshold serves; while it is withdrawn the stricter of that and the
    last one; the threshold of a moment goes before the general one.
    """
    shipped = case.experience.promise.shipped_threshold
    if case.promise.state is PromiseState.NOT_YET:
        return shipped
    last = dict(case.promise.thresholds).get(case.ideal.moment, case.promise.threshold)
    return last if case.promise.state is PromiseState.KEPT else max(shipped, last)


def cost_may_decide(case: Case) -> bool:
    """Whether an article may be given by cost at all in the state of the promise."""
    kept = case.promise.state is PromiseState.KEPT
    return case.article_possible and (kept or not case.experience.self_service.only_when_promised)
