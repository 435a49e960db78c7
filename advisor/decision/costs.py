"""Rule 10: an article is given if and only if it is sure enough for what a wrong one would cost.

`needed = max(1 − human_cost / wrong_cost, promise)`: a person costs `human_cost`; an article costs nothing where it
helps and `wrong_cost`, the later contact included, where it does not. At that p both cost the same.
"""

from __future__ import annotations

from advisor.decision.case import WISHED, Case
from advisor.types import Evidence, PromiseState, Tone


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
    rules, evidence = case.experience.wrong_cost, case.evidence
    cost = case.ideal.wrong_cost + rules.per_severity * evidence.severity
    cost += sum(amount * _probability(evidence, tone) for tone, amount in rules.tones.items())
    cost += rules.revenue_share * max(0.0, evidence.account.monthly_revenue or 0.0)
    return cost * (case.persona.wrong_cost_times if case.persona is not None else 1.0)


def _probability(evidence: Evidence, tone: Tone) -> float:
    return next((heard.probability for heard in evidence.tones if heard.label == tone), 0.0)


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
