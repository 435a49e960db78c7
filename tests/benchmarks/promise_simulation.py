"""Does the promise hold? Invented installations of which the truth is known, run month by month.

python tests/benchmarks/promise_simulation.py [INSTALLATIONS]    1,000 of them take some minutes on one core

Each installation has a population of tickets: how sure its article is, what its own costs ask for, its moment, and the
true chance that the article is wrong. Every month tickets come, those that the promise in force lets through are sent,
their outcomes are logged, and there is a look. What a look certifies decides what is sent, and so logged, from then on.
A third of the installations are easy (half of these have much traffic and need a higher threshold than the shipped
one), a third have 5.5 % wrong at every threshold, a third are tiny. Half of each third look every month, as soon as
anything at all could be certified. The others are patient: they look first when the older half of their outcomes says
that a look would likely certify three quarters of what may be hoped for, which is what `advisor promise` advises.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from statistics import median

import numpy as np
from numpy.typing import NDArray

from advisor.decision.binomial import least_clean
from advisor.decision.budget import certify_trials, look_error, prospect
from advisor.decision.drift import FALSE_WITHDRAWALS, watch
from advisor.decision.ideals import PromiseTerms
from advisor.decision.policy import Trial, Way
from advisor.types import Moment, Promise, PromiseState

TERMS = PromiseTerms(share=0.05, confidence=0.95, shipped_threshold=0.3)
START = datetime(2026, 1, 1, tzinfo=UTC)
MONTHS = 12
POPULATION = 20_000  # kinds of tickets, of which each comes with the same chance
MOMENTS = (Moment.TECHNICAL_SUPPORT, Moment.BILLING, Moment.TRAINING)
BARS = (0.1, 0.35, 0.5)

Figures = NDArray[np.float64]


class Kind(StrEnum):
    """What an installation is like."""

    EASY = "easy"
    LARGE = "large"  # easy, too, but only above a threshold that must be found
    HARD = "hard"  # 5.5 % wrong at every threshold
    TINY = "tiny"


@dataclass(frozen=True, slots=True)
class World:
    """The truth about an installation."""

    kind: Kind
    monthly: int  # tickets that come by cost
    p: Figures  # (POPULATION,) all four
    bar: Figures
    moment: NDArray[np.int64]  # places in MOMENTS
    risk: Figures  # that the article is wrong

    def sent(self, promise: Promise) -> NDArray[np.bool_]:
        """The tickets that are sent by this promise."""
        general = TERMS.shipped_threshold if promise.state is PromiseState.NOT_YET else promise.threshold
        own = dict(promise.thresholds)
        asked = np.array([own.get(moment, general) for moment in MOMENTS])[self.moment]
        return np.asarray(self.p >= np.maximum(self.bar, asked), np.bool_)

    def share(self, promise: Promise) -> float:
        """The true share of wrong ones among them."""
        return float(self.risk[self.sent(promise)].mean())

    def coverage(self, promise: Promise) -> float:
        """How many are sent, of those that are by the shipped threshold."""
        return float(self.sent(promise).sum() / self.sent(Promise()).sum())

    def oracle(self) -> float:
        """The coverage of the lowest single threshold that keeps the promise; 0 where none does."""
        sent = self.sent(Promise())
        falling = np.argsort(-self.p[sent])
        shares = np.cumsum(self.risk[sent][falling]) / np.arange(1, len(falling) + 1)
        kept = np.flatnonzero(shares <= TERMS.share)
        return float((kept[-1] + 1) / len(falling)) if len(kept) else 0.0


@dataclass(frozen=True, slots=True)
class Lived:
    """What became of an installation in its first year."""

    kind: Kind
    patient: bool
    looks: int
    certified: int  # looks that certified
    false: bool  # at least one of them a policy with more than the promised share
    by_moment: bool  # at least one of them thresholds of moments
    coverage: float  # at the end of the year; 0 = nothing certified
    oracle: float


def worlds(count: int, seed: int) -> Iterator[World]:
    """A third each."""
    rng = np.random.default_rng(seed)
    for number in range(count):
        easy = Kind.LARGE if number % 2 else Kind.EASY
        yield _world((easy, Kind.HARD, Kind.TINY)[number // 2 % 3], rng)


def _world(kind: Kind, rng: np.random.Generator) -> World:
    p = 0.1 + 0.9 * rng.beta(2.0, 1.5, POPULATION)
    bar = rng.choice(BARS, POPULATION)
    moment = rng.choice(len(MOMENTS), POPULATION, p=[0.6, 0.3, 0.1])
    uneven = rng.uniform(0.5, 1.5, len(MOMENTS))[moment]
    shape = uneven * (1.0 - p) ** rng.uniform(0.8, 2.0) + 0.01
    sent = p >= np.maximum(bar, TERMS.shipped_threshold)
    if kind is Kind.HARD:
        return World(kind, int(rng.integers(30, 900)), p, bar, moment, np.full(POPULATION, 0.055))
    low, high, least, most = {
        Kind.EASY: (0.01, 0.03, 250, 700),
        Kind.LARGE: (0.055, 0.08, 3000, 8000),
        Kind.TINY: (0.01, 0.15, 2, 30),
    }[kind]
    risk = np.clip(shape * rng.uniform(low, high) / shape[sent].mean(), 0.0, 1.0)
    return World(kind, int(rng.integers(least, most)), p, bar, moment, risk)


def live(world: World, *, patient: bool, rng: np.random.Generator, months: int = MONTHS) -> Lived:
    """A look each month from the first at which something may be certified."""
    least = 2 * least_clean(TERMS.share, look_error(TERMS, 1) / 2)
    promise, log, look, certified, false, by_moment = Promise(), list[Trial](), 0, 0, False, False
    for month in range(months):
        log += _month(world, promise, month, rng)
        if len(log) < least or (patient and not look and not prospect(log, TERMS, look=1).is_good):
            continue
        look += 1
        found, _ = certify_trials(log, TERMS, look=look, before=promise, standing=True, experience="invented")
        if found is not promise:
            certified += 1
            false |= world.share(found) > TERMS.share
            by_moment |= bool(found.thresholds)
        promise = found
    coverage = world.coverage(promise) if certified else 0.0
    return Lived(world.kind, patient, look, certified, false, by_moment, coverage, world.oracle())


def _month(world: World, promise: Promise, month: int, rng: np.random.Generator) -> Iterator[Trial]:
    """What is sent and logged in a month, in the order in which it came."""
    came = rng.integers(0, POPULATION, world.monthly)
    wrong = rng.random(world.monthly) < world.risk[came]
    sent = world.sent(promise)[came]
    general = TERMS.shipped_threshold if promise.state is PromiseState.NOT_YET else promise.threshold
    own = dict(promise.thresholds)
    for place in np.flatnonzero(sent).tolist():
        kind = came[place]
        moment, bar = MOMENTS[world.moment[kind]], float(world.bar[kind])
        needed = max(bar, own.get(moment, general))
        at = START + timedelta(days=30.0 * (month + place / world.monthly))
        yield Trial(
            at=at,
            closes=at + timedelta(days=14),
            p=float(world.p[kind]),
            bar=bar,
            moment=moment,
            wrong=bool(wrong[place]),
            way=Way.BY_COST,
            cover=needed if needed > bar else 0.0,
            under=promise.fingerprint,
        )


def simulated(count: int, *, seed: int = 1, months: int = MONTHS) -> list[Lived]:
    """Installations in their first year."""
    rng = np.random.default_rng(seed + 1)
    return [
        live(world, patient=number % 12 >= 6, rng=rng, months=months)
        for number, world in enumerate(worlds(count, seed))
    ]


@dataclass(frozen=True, slots=True)
class Drifted:
    """How a bet ended on outcomes that turn from one share of wrong ones to another."""

    early: bool  # withdrawn before the turn
    outcomes: int | None  # that came after the turn and closed before it was withdrawn; None = not withdrawn
    days: float | None  # from the turn to the withdrawal, the window of the last outcome included


def drifting(
    count: int, *, quiet: int, before: float, after: float, a_day: float = 20.0, length: int = 2000, seed: int = 1
) -> Iterator[Drifted]:
    """Outcomes whose windows close 14 days after they are sent, or up to 7 days after an answer that came late."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        total = quiet + length
        sent = np.cumsum(rng.exponential(1.0 / a_day, total))
        closes = sent + 14.0 + rng.uniform(0.0, 7.0, total)
        wrong = rng.random(total) < np.where(np.arange(total) < quiet, before, after)
        turn = sent[quiet] if quiet < total else np.inf
        outcomes = [(START + timedelta(days=day), bool(bad)) for day, bad in zip(closes.tolist(), wrong, strict=True)]
        at = watch(outcomes, share=TERMS.share).withdrawn_at
        if at is None:
            yield Drifted(False, None, None)
            continue
        day = (at - START) / timedelta(days=1)
        known = int(((closes <= day + 1e-9) & (sent >= turn)).sum())
        yield Drifted(known == 0, known, day - turn)


def table(lived: list[Lived]) -> Iterator[str]:
    """Certifications by kind."""
    yield "kind   looks        n   looks  certify at all  false  by moment  median coverage  of the oracle's"
    for kind in Kind:
        for patient in (False, True):
            rows = [one for one in lived if one.kind is kind and one.patient is patient]
            if not rows:
                continue
            had = sum(one.certified > 0 for one in rows)
            yield (
                f"{kind:<6} {'patient' if patient else 'monthly':<10} {len(rows):>4} "
                f"{sum(one.looks for one in rows):>6} {had:>15} {sum(one.false for one in rows):>6} "
                f"{sum(one.by_moment for one in rows):>10} {median(one.coverage for one in rows):>16.0%} "
                f"{relative(rows):>16.0%}"
            )
    yield f"false certifications: {sum(one.false for one in lived)} of {len(lived)} installations"


def relative(rows: Iterable[Lived]) -> float:
    """Median coverage as a share of the oracle's; 0 where no threshold keeps the promise."""
    return median([one.coverage / one.oracle for one in rows if one.oracle > 0] or [0.0])


def drift_table(count: int) -> Iterator[str]:
    """False withdrawals, and the delay at drifts to 10 %."""
    no_drift: tuple[tuple[str, Callable[[], Iterator[Drifted]]], ...] = (
        ("5 % for 4,000 outcomes", lambda: drifting(count, quiet=0, before=0.05, after=0.05, length=4000)),
        ("3 % for 4,000 outcomes", lambda: drifting(count, quiet=0, before=0.03, after=0.03, length=4000)),
    )
    for name, run in no_drift:
        share = sum(one.outcomes is not None for one in run()) / count
        yield f"no drift, {name}: withdrawn {share:.1%} (at most {FALSE_WITHDRAWALS:.0%} promised)"
    for quiet in (0, 500, 2000):
        found = list(drifting(count, quiet=quiet, before=0.03, after=0.10))
        late = [one for one in found if one.outcomes is not None and one.days is not None and not one.early]
        outcomes, days = median(one.outcomes or 0 for one in late), median(one.days or 0.0 for one in late)
        yield (
            f"3 % for {quiet:,} outcomes, then 10 %: withdrawn {len(late) / count:.1%}, median delay "
            f"{outcomes:.0f} outcomes, {days:.0f} days at 20 a day; too early {sum(one.early for one in found)}"
        )


def main() -> None:
    """Print both tables."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    began = time.perf_counter()
    print("\n".join(table(simulated(count))))
    print("\n".join(drift_table(count)))
    print(f"{time.perf_counter() - began:.0f} seconds")


if __name__ == "__main__":
    main()
