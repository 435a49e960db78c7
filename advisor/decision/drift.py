"""A bet against the promise: it is withdrawn once the bet has won twenty times its stake.

Testing by betting (Waudby-Smith and Ramdas, "Estimating means of bounded random variables by betting", JRSS B 2024). As
long as each outcome is wrong with at most the promised share s, whatever came before it, no bet on wrong ones gains on
average: stake 1 on q > s, and a wrong outcome multiplies the wealth by q/s, a right one by (1 − q)/(1 − s). By Ville's
inequality the wealth then ever reaches 20 with a chance of at most 1 in 20, however often and whenever one looks.

Each bet is settled before its outcome is seen. Three bettors with a third of the stake each bet on the share of wrong
ones that they have lately seen, where that lies above s, and not at all where it does not: so quiet years cost them
little, and a change is met with nearly all the stake. There are no restarts, which would spend the error again.

Outcomes count in the order in which their windows close. Contradictions become known before confirmations do; taken as
they arrive, the first days after any day would be all wrong, and the bet would win on a promise that is kept.

What came before a withdrawal is of a time that is over: from then on only tickets that came since may certify, or the
good outcomes from before the drift would certify the broken promise again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from advisor.decision.policy import Trial, Way
from advisor.types import Promise, PromiseState

FALSE_WITHDRAWALS = 0.05
OTHER_COSTS = "-other-costs"
"""The end of the fingerprint of a promise that is set aside."""
MEMORIES = (30.0, 60.0, 120.0)  # outcomes after which what was seen counts half
SURMISED = 0.6  # of the promised share: what a bettor believes before it has seen anything


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """How the bet against a promise stands."""

    n: int  # outcomes that were bet on
    wrong: int
    wealth: float  # now; the stake was 1
    most: float  # that it ever was
    withdrawn_at: datetime | None  # when the window closed by which it was won; None = not won


@dataclass(slots=True)
class _Bettor:
    """Bets on the share of wrong outcomes among the latest."""

    memory: float
    share: float
    seen: float
    wrong: float
    wealth: float = 1.0

    def bet(self, is_wrong: bool) -> None:
        """Settle the bet that was made before this outcome, then learn from it."""
        q = min(max(self.wrong / self.seen, self.share), (1.0 + self.share) / 2.0)
        self.wealth *= q / self.share if is_wrong else (1.0 - q) / (1.0 - self.share)
        kept = 0.5 ** (1.0 / self.memory)
        self.seen, self.wrong = self.seen * kept + 1.0, self.wrong * kept + is_wrong


def watch(outcomes: Iterable[tuple[datetime, bool]], *, share: float) -> Watch:
    """Bet on outcomes (when its window closed, whether wrong) in their order, until the bet is won or they end.

    Those whose windows close at once stay in the order given, which must not depend on whether they are wrong.
    """
    bettors = [_Bettor(memory, share, seen=memory, wrong=memory * share * SURMISED) for memory in MEMORIES]
    n, wrong, wealth, most = 0, 0, 1.0, 1.0
    for closes, is_wrong in sorted(outcomes, key=lambda outcome: outcome[0]):
        for bettor in bettors:
            bettor.bet(is_wrong)
        n, wrong = n + 1, wrong + is_wrong
        wealth = sum(bettor.wealth for bettor in bettors) / len(bettors)
        most = max(most, wealth)
        if wealth >= 1.0 / FALSE_WITHDRAWALS:
            return Watch(n=n, wrong=wrong, wealth=wealth, most=most, withdrawn_at=closes)
    return Watch(n=n, wrong=wrong, wealth=wealth, most=most, withdrawn_at=None)


def watched(trials: Iterable[Trial], promise: Promise, *, since: datetime) -> list[tuple[datetime, bool]]:
    """What the bet is about: sent by cost, and by this promise, with a window that closed after it was certified."""
    own = dict(promise.thresholds)
    return [
        (trial.closes, trial.wrong)
        for trial in trials
        if trial.way is Way.BY_COST and trial.closes > since and trial.is_sent(own.get(trial.moment, promise.threshold))
    ]


def may_certify(trials: Iterable[Trial], *, withdrawn_at: datetime | None) -> tuple[Trial, ...]:
    """The tickets that came since the last withdrawal, all where there was none; no later look uses older ones."""
    return tuple(trial for trial in trials if withdrawn_at is None or trial.at >= withdrawn_at)


def bound(promise: Promise, costs: str) -> Promise:
    """The promise as it serves under these costs: one that is kept by other costs is set aside."""
    if promise.state is not PromiseState.KEPT or promise.costs == costs:
        return promise
    return set_aside(promise)


def set_aside(promise: Promise) -> Promise:
    """As strict as a withdrawn one, and not lost: it serves again with the costs by which it was certified."""
    return replace(promise, state=PromiseState.WITHDRAWN, fingerprint=promise.fingerprint + OTHER_COSTS)


def withdrawn(promise: Promise) -> Promise:
    """The promise after it was lost: its thresholds stay, and the stricter of them and the shipped one serves."""
    if promise.state is not PromiseState.KEPT:
        raise ValueError(f"only a promise that is kept can be withdrawn, was: {promise.state}")
    mark = hashlib.sha256(f"withdrawn {promise.fingerprint}".encode()).hexdigest()[:16]
    return replace(promise, state=PromiseState.WITHDRAWN, fingerprint=mark)
