"""What a threshold would have done: one replay of a ticket tells it for all thresholds at once.

A policy is a threshold t, used as `Promise(state=KEPT, threshold=t)` with today's experience file. It gives an article
by cost to a ticket if and only if `p ≥ max(bar, t)`, the bar being what the ticket's own costs ask for; `decide` itself
is the measure of this, over arbitrary tickets, in the tests. A ticket that today's file would not give an article by
cost at any threshold belongs to no policy.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import msgspec

from advisor.decision.case import Case
from advisor.decision.costs import needed_by_cost
from advisor.decision.experience import Experience
from advisor.decision.rules import first_verdict
from advisor.types import Action, Evidence, Moment, Promise, PromiseState, ReasonCode

BY_COST = frozenset({ReasonCode.COST, ReasonCode.PERSONA})
"""The rules that weigh costs; the others give an article because it was wished."""

_LARGEST = Promise(state=PromiseState.KEPT, threshold=0.0)
"""The policy that holds every other."""


class Way(StrEnum):
    """Why it is known whether an article helps with a ticket."""

    BY_COST = "by_cost"  # it was sent by cost
    AUDITED = "audited"  # an agent said so of a ticket that a person answered
    PILOTED = "piloted"  # it was sent by lot, however little it was trusted


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A ticket of which it is known whether the article was wrong."""

    at: datetime  # aware; when the ticket came
    closes: datetime  # aware; when its window closed
    evidence: Evidence
    wrong: bool
    matter: str  # customer and matter; the first of each counts
    way: Way
    needed_then: float  # 0 to 1; what p_resolve had to reach when it was sent
    under: str = ""  # fingerprints of the file and the promise by which it was sent


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """The same ticket under today's file: the policy of threshold t gives it an article iff p ≥ max(bar, t)."""

    at: datetime
    closes: datetime
    p: float  # 0 to 1; at least the bar
    bar: float  # 0 to 1; by today's costs
    moment: Moment
    wrong: bool
    way: Way
    cover: float  # 0 to 1; the log holds tickets such as this one from here on
    under: str

    def is_sent(self, threshold: float) -> bool:
        """Whether the policy of this threshold gives it an article."""
        return self.p >= max(self.bar, threshold)


def replayed(outcome: Labelled, experience: Experience) -> Trial | None:
    """The ticket under today's file; None where it belongs to no policy.

    What was sent by cost stands in the log because p reached `needed_then`. Where today's bar is lower, tickets such as
    this one, but less sure, would be sent now and never were: nothing is known of them, and below `needed_then` no
    threshold can be tried. An audit or a pilot takes tickets however sure they are, and covers all.
    """
    case = Case.of(outcome.evidence, experience, _LARGEST)
    verdict = first_verdict(case)
    if verdict.action is not Action.SELF_SERVICE or verdict.reason.code not in BY_COST:
        return None
    bar = needed_by_cost(case)
    unseen = outcome.way is Way.BY_COST and outcome.needed_then > bar
    return Trial(
        at=outcome.at,
        closes=outcome.closes,
        p=case.p_resolve,
        bar=bar,
        moment=case.ideal.moment,
        wrong=outcome.wrong,
        way=outcome.way,
        cover=outcome.needed_then if unseen else 0.0,
        under=outcome.under if outcome.way is Way.BY_COST else outcome.way,
    )


def costs_of(experience: Experience) -> str:
    """Fingerprint of all in the file that settles which articles are given by cost, and when one counts as wrong.

    Incidents, hours, queues, texts and examples are no part of it: to open an incident must not touch a promise.
    """
    rests_on = {
        "contacts": {channel.value: offer.cost for channel, offer in experience.offers.items()},
        "wrong": experience.wrong_cost,
        "moments": {
            moment.value: (ideal.wrong_cost, ideal.never_deflect, ideal.tones)
            for moment, ideal in experience.moments.items()
        },
        "self_service": (experience.self_service.floor, experience.self_service.only_when_promised),
        "personas": {
            name: (one.prefers, one.wrong_cost_times, one.human_cost_times) for name, one in experience.personas.items()
        },
        "plans": {name: plan.channels for name, plan in experience.plans.items()},
        "promise": experience.promise,
        "never_deflect": experience.never_deflect,
        "signals": {kind.value: rule.never_deflect for kind, rule in experience.signals.items()},
        "outcomes": experience.outcomes,
    }
    return hashlib.sha256(msgspec.json.encode(rests_on, order="sorted")).hexdigest()[:16]


def trials_of(outcomes: Iterable[Labelled], experience: Experience) -> list[Trial]:
    """The first ticket of each customer and matter, as today's file sees it, the oldest first."""
    first: dict[str, Labelled] = {}
    for outcome in sorted(outcomes, key=lambda one: (one.at, one.matter)):
        first.setdefault(outcome.matter, outcome)
    replays = (replayed(outcome, experience) for outcome in first.values())
    return [trial for trial in replays if trial is not None]
