"""The bet against the promise: fair while it is kept, soon won once it is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from random import Random

import pytest

from advisor.decision.drift import MEMORIES, Watch, watch, watched, withdrawn
from advisor.decision.policy import Trial, Way
from advisor.types import Moment, Promise, PromiseState

START = datetime(2026, 1, 1, tzinfo=UTC)
KEPT = Promise(state=PromiseState.KEPT, threshold=0.6, thresholds=((Moment.BILLING, 0.4),), fingerprint="f")


def told(wrong: list[bool]) -> list[tuple[datetime, bool]]:
    return [(START + timedelta(hours=number), one) for number, one in enumerate(wrong)]


def drawn(rng: Random, count: int, share: float) -> list[bool]:
    return [rng.random() < share for _ in range(count)]


def test_nothing_is_bet_before_a_wrong_outcome_was_seen() -> None:
    assert watch([], share=0.05) == Watch(n=0, wrong=0, wealth=1.0, most=1.0, withdrawn_at=None)
    assert watch(told([False] * 500), share=0.05).wealth == 1.0
    assert watch(told([True]), share=0.05).wealth == 1.0


def test_the_second_bet_is_on_what_each_bettor_has_seen() -> None:
    def multiplied(memory: float, wrong: bool) -> float:
        kept: float = 0.5 ** (1 / memory)
        q = max(0.05, (memory * 0.03 * kept + 1) / (memory * kept + 1))
        return q / 0.05 if wrong else (1 - q) / 0.95

    for wrong in (True, False):
        expected = sum(multiplied(memory, wrong) for memory in MEMORIES) / 3
        assert watch(told([True, wrong]), share=0.05).wealth == pytest.approx(expected)


@pytest.mark.parametrize("share", [0.05, 0.3])
def test_the_bet_is_fair_at_the_promised_share(share: float) -> None:
    mean = 0.0
    for wrong in product([False, True], repeat=10):
        chance = share ** sum(wrong) * (1 - share) ** (10 - sum(wrong))
        mean += chance * watch(told(list(wrong)), share=share).wealth
    assert mean == pytest.approx(1.0)


def test_the_promise_is_falsely_withdrawn_in_less_than_one_case_of_twenty() -> None:
    rng = Random(4)
    lost = sum(watch(told(drawn(rng, 1500, 0.05)), share=0.05).withdrawn_at is not None for _ in range(200))
    assert lost <= 10


@pytest.mark.parametrize("quiet", [0, 2000])
def test_a_drift_to_twice_the_share_is_found_as_soon_after_a_long_quiet_time(quiet: int) -> None:
    rng, delays = Random(7), []
    for _ in range(40):
        found = watch(told(drawn(rng, quiet, 0.03) + drawn(rng, 1500, 0.10)), share=0.05)
        assert found.withdrawn_at is not None
        assert found.withdrawn_at == START + timedelta(hours=found.n - 1)
        delays.append(found.n - quiet)
    assert 100 <= sorted(delays)[20] <= 350
    assert min(delays) > 0


def test_outcomes_count_in_the_order_in_which_their_windows_close() -> None:
    rng = Random(1)
    outcomes = told(drawn(rng, 300, 0.08))
    in_order = watch(outcomes, share=0.05)
    contradictions_first = sorted(outcomes, key=lambda one: not one[1])
    assert watch(contradictions_first, share=0.05) == in_order


def test_windows_that_close_together_keep_the_order_given_whatever_their_outcome() -> None:
    together = [(START, True), (START, False), (START, True), (START, False)]
    apart = told([True, False, True, False])
    assert watch(together, share=0.05).wealth == watch(apart, share=0.05).wealth


def test_the_bet_ends_when_it_is_won() -> None:
    found = watch(told([True] * 50), share=0.05)
    assert found.wealth >= 20.0
    assert found.n < 20
    assert found.withdrawn_at == START + timedelta(hours=found.n - 1)


def test_the_bet_is_about_what_the_promise_has_sent_since_it_was_certified() -> None:
    plain = Trial(
        at=START,
        closes=START + timedelta(days=14),
        p=0.7,
        bar=0.2,
        moment=Moment.TECHNICAL_SUPPORT,
        wrong=True,
        way=Way.BY_COST,
        cover=0.6,
        under="u",
    )
    trials = [
        plain,
        replace(plain, closes=START + timedelta(days=1)),
        replace(plain, p=0.5),
        replace(plain, p=0.5, moment=Moment.BILLING, wrong=False),
        replace(plain, way=Way.AUDITED),
    ]
    closes = START + timedelta(days=14)
    assert watched(trials, KEPT, since=START + timedelta(days=7)) == [(closes, True), (closes, False)]


def test_a_lost_promise_keeps_its_thresholds_under_another_fingerprint() -> None:
    lost = withdrawn(KEPT)
    assert (lost.state, lost.threshold, lost.thresholds) == (PromiseState.WITHDRAWN, 0.6, KEPT.thresholds)
    assert lost.fingerprint != KEPT.fingerprint
    assert withdrawn(KEPT) == lost
    with pytest.raises(ValueError, match="only a promise that is kept can be withdrawn, was: withdrawn"):
        withdrawn(lost)
