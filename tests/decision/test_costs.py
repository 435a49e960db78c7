"""Rule 10 in figures; company.toml: e-mail and portal 6, chat 5, phone 9, a wrong article 20."""

from __future__ import annotations

from dataclasses import replace

import pytest
from decision_builders import COMPANY, advise, evidence, refuses, wants

from advisor.decision.case import Case
from advisor.decision.costs import human_cost, needed_by_cost, wrong_cost
from advisor.types import Account, Action, Channel, Evidence, Moment, Prediction, Promise, PromiseState, Wish

BILLING = Prediction(Moment.BILLING, 1.0)


def _case(told: Evidence, promise: Promise | None = None) -> Case:
    return Case.of(told, COMPANY, promise or Promise())


@pytest.mark.parametrize(
    ("wishes", "came_by", "cost"),
    [
        ((), Channel.EMAIL, 5.0),
        ((refuses("chat"),), Channel.EMAIL, 6.0),
        ((refuses("chat"), refuses("email", 20)), Channel.EMAIL, 6.0),
        ((refuses("person"),), Channel.EMAIL, 6.0),
        ((wants("email"),), Channel.EMAIL, 5.0),
        ((wants("chat"),), Channel.EMAIL, 6.0),
        ((refuses("person"), refuses("email", 20)), Channel.EMAIL, 0.0),
    ],
)
def test_the_human_cost_is_that_of_the_cheapest_accepted_person(
    wishes: tuple[Wish, ...], came_by: Channel, cost: float
) -> None:
    assert human_cost(_case(evidence(*wishes, came_by=came_by))) == cost


def test_the_wrong_cost_grows_with_moment_severity_tone_and_account() -> None:
    assert wrong_cost(_case(evidence())) == 20.0
    assert wrong_cost(_case(evidence(moment=BILLING))) == 25.0
    assert wrong_cost(_case(evidence(moment=Prediction(Moment.BILLING, 0.5)))) == 22.5, "as far as it is sure"
    assert wrong_cost(_case(evidence(severity=2.0))) == 30.0
    assert wrong_cost(_case(evidence(tones=(Prediction("frustrated", 0.5), Prediction("confused", 0.9))))) == 25.0
    assert wrong_cost(_case(evidence(account=Account(monthly_revenue=1000.0)))) == 30.0
    assert wrong_cost(_case(evidence(persona="hands_on"))) == 10.0


def test_needed_is_one_minus_human_cost_over_wrong_cost() -> None:
    assert needed_by_cost(_case(evidence())) == 0.75
    assert needed_by_cost(_case(evidence(moment=BILLING))) == 0.8
    assert needed_by_cost(_case(evidence(refuses("chat")))) == 0.7


@pytest.mark.parametrize(
    ("promise", "needed"),
    [
        (Promise(state=PromiseState.NOT_YET, threshold=0.9), 0.75),
        (Promise(state=PromiseState.KEPT, threshold=0.9), 0.9),
        (Promise(state=PromiseState.KEPT, threshold=0.1), 0.75),
        (Promise(state=PromiseState.WITHDRAWN, threshold=0.9), 0.9),
        (Promise(state=PromiseState.KEPT, threshold=0.9, thresholds=((Moment.TECHNICAL_SUPPORT, 0.8),)), 0.8),
        (Promise(state=PromiseState.KEPT, threshold=0.9, thresholds=((Moment.BILLING, 0.1),)), 0.9),
    ],
)
def test_the_promise_is_a_second_bar(promise: Promise, needed: float) -> None:
    assert needed_by_cost(_case(evidence(), promise)) == needed


def test_a_withdrawn_promise_takes_the_stricter_of_the_shipped_and_the_last_threshold() -> None:
    cheap = evidence(persona="hands_on")  # by cost alone 0.5
    strict = replace(COMPANY, promise=replace(COMPANY.promise, shipped_threshold=0.6))
    lax = Promise(state=PromiseState.WITHDRAWN, threshold=0.55)
    assert needed_by_cost(Case.of(cheap, strict, lax)) == 0.6
    assert needed_by_cost(Case.of(cheap, strict, replace(lax, threshold=0.7))) == 0.7
    assert needed_by_cost(Case.of(cheap, strict, replace(lax, state=PromiseState.KEPT))) == 0.55
    assert needed_by_cost(Case.of(cheap, strict, replace(lax, state=PromiseState.NOT_YET))) == 0.6


def test_only_when_promised_allows_no_article_by_cost_until_the_promise_is_kept() -> None:
    careful = replace(COMPANY, self_service=replace(COMPANY.self_service, only_when_promised=True))
    sure = evidence(p=0.99)
    for state, action in (
        (PromiseState.NOT_YET, Action.LIVE_HUMAN),
        (PromiseState.WITHDRAWN, Action.LIVE_HUMAN),
        (PromiseState.KEPT, Action.SELF_SERVICE),
    ):
        assert advise(sure, experience=careful, promise=Promise(state=state)).action is action
        persona = replace(sure, persona="hands_on")
        assert advise(persona, experience=careful, promise=Promise(state=state)).action is action
    assert advise(evidence(wants("self_service")), experience=careful).action is Action.SELF_SERVICE
    text = "Articles are given by cost only while the promise is kept, and it is not now."
    assert advise(sure, experience=careful).reasons[0].text == text
