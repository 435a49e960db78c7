"""The laws of the decision, each over arbitrary evidence; the slow twin at the end tries each of them 2,000 times."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, timedelta
from itertools import takewhile
from random import Random

import msgspec
import pytest
from decision_builders import COMPANY, TUESDAY, advise, on_file, refuses, wants
from decision_strategies import ANY, CALM, EVIDENCE, PROMISES, SHARES, TEXT, UNREAD, WISHES
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advisor.decision.case import Case
from advisor.decision.experience import Experience
from advisor.decision.outline import outline
from advisor.decision.rules import RULES
from advisor.decision.whatif import Told, Way, try_out
from advisor.decision.willingness import passed_over, willingness_in_force
from advisor.types import (
    SAFETY,
    Action,
    Channel,
    Evidence,
    Failure,
    Promise,
    Readability,
    ReasonCode,
    Recommendation,
    Signal,
    SignalKind,
    Stance,
    Whose,
    Wish,
    WishChannel,
)

LAST = 100_000  # later than any other word of a ticket
ORDER = (  # the order is a law itself, so it stands here a second time
    "not_to_be_read",
    "safety",
    "already_failed",
    "two_matters",
    "asks_for_person",
    "wants_self_service",
    "only_self_service_left",
    "asks_for_person_on_file",
    "never_deflect",
    "refuses_self_service",
    "wants_self_service_on_file",
    "persona_default",
    "cost",
)
LIVE = (WishChannel.PERSON, WishChannel.PHONE, WishChannel.CHAT)

THOROUGH: dict[str, Callable[[], None]] = {}
Law = Callable[..., None]


def law(*strategies: st.SearchStrategy[object]) -> Callable[[Law], Callable[[], None]]:
    """The check as a quick test, and 2,000 examples of it for the slow one."""

    def both(check: Law) -> Callable[[], None]:
        quiet = [HealthCheck.too_slow]
        thorough = settings(max_examples=2000, deadline=None, database=None, suppress_health_check=quiet)
        quick = settings(max_examples=100, deadline=None, database=None, suppress_health_check=quiet)
        THOROUGH[check.__name__] = thorough(given(*strategies)(check))
        return quick(given(*strategies)(check))

    return both


def _goes_against(advice: Recommendation, refused: WishChannel) -> bool:
    if refused is WishChannel.SELF_SERVICE:
        return advice.action is Action.SELF_SERVICE
    if refused is WishChannel.PERSON:
        return advice.action is Action.LIVE_HUMAN and advice.channel in (Channel.PHONE, Channel.CHAT)
    return str(advice.channel) == str(refused)


@law(ANY, st.sampled_from(WishChannel), PROMISES)
def test_a_refusal_as_the_last_word_of_a_ticket_is_never_overridden(
    told: Evidence, channel: WishChannel, promise: Promise
) -> None:
    told = replace(told, wishes=(*told.wishes, refuses(channel, LAST)))
    assert not _goes_against(advise(told, promise=promise), channel)


@law(ANY, st.sampled_from(WishChannel))
def test_a_refusal_on_file_is_never_overridden_by_anything_but_a_wish(told: Evidence, channel: WishChannel) -> None:
    told = replace(told, wishes=(on_file(refuses(channel)),))
    assert not _goes_against(advise(told), channel)


@law(ANY)
def test_no_refusal_in_force_is_ever_overridden(told: Evidence) -> None:
    advice = advise(told)
    refused = [wish.channel for wish in advice.wishes if wish.stance is Stance.REFUSES]
    wanted = [wish.channel for wish in advice.wishes if wish.stance is Stance.WANTS]
    for channel in refused:
        if channel is not WishChannel.PERSON or advice.channel not in [str(want) for want in wanted]:
            assert not _goes_against(advice, channel)


@law(ANY, st.sampled_from(LIVE), PROMISES)
def test_who_asks_for_a_person_in_the_ticket_gets_one(told: Evidence, channel: WishChannel, promise: Promise) -> None:
    told = replace(told, wishes=(*told.wishes, wants(channel, LAST)))
    assert advise(told, promise=promise).action is Action.LIVE_HUMAN


@law(ANY, st.sampled_from(LIVE), st.booleans())
def test_who_asks_for_a_person_on_file_gets_one(told: Evidence, channel: WishChannel, account: bool) -> None:
    told = replace(
        told,
        wishes=(on_file(wants(channel), account=account), on_file(wants("self_service", order=2), account=account)),
    )
    assert advise(told).action is Action.LIVE_HUMAN


def _dearer_mistakes(times: float, added: float) -> Experience:
    moments = {m: replace(ideal, wrong_cost=ideal.wrong_cost * times) for m, ideal in COMPANY.moments.items()}
    tones = {tone: cost + added for tone, cost in COMPANY.wrong_cost.tones.items()}
    wrong = replace(COMPANY.wrong_cost, per_severity=COMPANY.wrong_cost.per_severity + added, tones=tones)
    return replace(COMPANY, moments=moments, wrong_cost=wrong)


@law(ANY, st.floats(1, 5), st.floats(0, 50), PROMISES)
def test_a_dearer_mistake_never_adds_a_deflection(told: Evidence, times: float, added: float, promise: Promise) -> None:
    before = advise(told, promise=promise).action
    after = advise(told, experience=_dearer_mistakes(times, added), promise=promise).action
    assert (before, after) != (Action.LIVE_HUMAN, Action.SELF_SERVICE)


@law(ANY, SHARES, PROMISES)
def test_a_better_article_never_removes_a_deflection(told: Evidence, better: float, promise: Promise) -> None:
    before = advise(told, promise=promise).action
    after = advise(replace(told, p_resolve=max(told.p_resolve, better)), promise=promise).action
    assert (before, after) != (Action.SELF_SERVICE, Action.LIVE_HUMAN)


@law(ANY, st.sampled_from(UNREAD))
def test_what_cannot_be_read_never_gets_self_service(told: Evidence, readability: Readability) -> None:
    assert advise(replace(told, readability=readability)).action is Action.LIVE_HUMAN


@law(ANY, st.sampled_from(sorted(SAFETY)), SHARES)
def test_a_safety_signal_never_gets_self_service(told: Evidence, kind: SignalKind, probability: float) -> None:
    told = replace(told, signals=(*told.signals, Signal(kind, probability, None)))
    assert advise(told).action is Action.LIVE_HUMAN


@law(ANY, st.sampled_from([None, "reset", "unknown"]))
def test_what_failed_once_is_never_offered_again(told: Evidence, article_id: str | None) -> None:
    advice = advise(replace(told, failures=(Failure(article_id, None),)))
    assert advice.action is Action.LIVE_HUMAN
    assert article_id not in [offered.id for offered in advice.articles]


def _at_cost(channel: Channel, cost: float) -> Experience:
    return replace(COMPANY, offers={**COMPANY.offers, channel: replace(COMPANY.offers[channel], cost=cost)})


@law(ANY, st.sampled_from([Channel.PHONE, Channel.CHAT, Channel.EMAIL]), st.floats(0, 100), PROMISES)
def test_a_dearer_channel_never_makes_a_deflection_likelier_for_those_who_want_it(
    told: Evidence, channel: Channel, more: float, promise: Promise
) -> None:
    told = replace(told, wishes=(*told.wishes, wants(channel, LAST)))
    cheap, dearer = _at_cost(channel, 0.5), _at_cost(channel, 0.5 + more)
    before = advise(told, experience=cheap, promise=promise).action
    after = advise(told, experience=dearer, promise=promise).action
    assert (before, after) != (Action.LIVE_HUMAN, Action.SELF_SERVICE)


@law(ANY, PROMISES)
def test_the_same_input_gives_the_same_bytes(told: Evidence, promise: Promise) -> None:
    first = msgspec.json.encode(advise(told, promise=promise))
    stored = msgspec.json.decode(msgspec.json.encode(told), type=Evidence)
    assert msgspec.json.encode(advise(stored, promise=promise)) == first


@law(ANY, st.randoms(use_true_random=False))
def test_the_order_in_which_wishes_are_listed_changes_nothing(told: Evidence, random: Random) -> None:
    shuffled = list(told.wishes)
    random.shuffle(shuffled)
    assert advise(replace(told, wishes=tuple(shuffled))) == advise(told)


@law(ANY, WISHES, st.integers(0, 10_000))
def test_an_expired_wish_never_counts(told: Evidence, wish: Wish, seconds: int) -> None:
    expired = replace(wish, expires=told.at - timedelta(seconds=seconds))
    assert advise(replace(told, wishes=(*told.wishes, expired))) == advise(told)


@law(ANY, WISHES)
def test_the_wish_of_another_author_never_counts(told: Evidence, wish: Wish) -> None:
    others = replace(wish, author="somebody else")
    assert advise(replace(told, wishes=(*told.wishes, others))) == advise(told)


@law(ANY, WISHES)
def test_a_wish_about_a_colleague_never_counts(told: Evidence, wish: Wish) -> None:
    others = replace(wish, whose=Whose.COLLEAGUE)
    assert advise(replace(told, wishes=(*told.wishes, others))) == advise(told)


@law(ANY)
def test_a_wish_is_either_in_force_or_passed_over_for_a_reason(told: Evidence) -> None:
    in_force = advise(told).wishes
    passed = [one.wish for one in passed_over(told, zone=COMPANY.zone)]
    assert set(in_force).isdisjoint(passed)
    assert set(told.wishes) == {*in_force, *passed}


@law(ANY, PROMISES)
def test_the_deciding_rule_alone_gives_the_same_action(told: Evidence, promise: Promise) -> None:
    found = outline(told, COMPANY, promise)
    (rule,) = (rule for rule in RULES if rule.__name__ == found.rule)
    verdict = rule(Case.of(told, COMPANY, promise))
    assert verdict is not None
    assert verdict.action is advise(told, promise=promise).action


@law(ANY, PROMISES)
def test_the_rules_before_the_deciding_one_say_nothing(told: Evidence, promise: Promise) -> None:
    found = outline(told, COMPANY, promise)
    case = Case.of(told, COMPANY, promise)
    before = takewhile(lambda name: name != found.rule, ORDER)
    alone = {rule.__name__: rule(case) for rule in RULES}
    assert [name for name in before if alone[name] is not None] == []


@law(ANY, PROMISES)
def test_the_outline_says_what_the_advice_says(told: Evidence, promise: Promise) -> None:
    found, advice = outline(told, COMPANY, promise), advise(told, promise=promise)
    assert (found.action, found.channel, found.queue) == (advice.action, advice.channel, advice.queue)
    assert (found.reason, found.needed, found.unmet) == (advice.reasons[0], advice.needed, advice.unmet)


@law(ANY, PROMISES, SHARES, SHARES, st.floats(0.2, 5))
def test_another_file_never_overrides_a_refusal_in_force(
    told: Evidence, promise: Promise, floor: float, shipped: float, times: float
) -> None:
    other = replace(
        _dearer_mistakes(times, 0.0),
        self_service=replace(COMPANY.self_service, floor=floor),
        promise=replace(COMPANY.promise, shipped_threshold=shipped),
    )
    tally = try_out([Told(told, Way(Action.LIVE_HUMAN, None), "tier1", "")], other, promise)
    assert (tally.all.tickets, tally.overridden) == (1, 0)
    after = outline(told, other, promise)
    for refused in willingness_in_force(told, zone=other.zone).refused - {WishChannel.CHAT}:
        assert str(after.channel) != refused
        assert refused is not WishChannel.SELF_SERVICE or after.action is Action.LIVE_HUMAN


@law(CALM | EVIDENCE)
def test_an_incident_gives_an_article_only_to_who_asks_for_one_in_the_ticket(told: Evidence) -> None:
    told = replace(told, incident_match=("slow",), at=TUESDAY)
    advice = advise(told)
    if advice.action is Action.SELF_SERVICE:
        assert advice.reasons[0].code is ReasonCode.WANTS_SELF_SERVICE


@law(ANY)
def test_nobody_is_called_unasked(told: Evidence) -> None:
    advice = advise(told)
    asked = told.came_by is Channel.PHONE or any(
        wish.stance is Stance.WANTS and wish.channel in (WishChannel.PHONE, WishChannel.PERSON)
        for wish in advice.wishes
    )
    assert asked or advice.channel is not Channel.PHONE


@law(ANY)
def test_an_article_is_never_sent_by_phone_and_nothing_is_answered_in_public(told: Evidence) -> None:
    advice = advise(told)
    assert advice.channel is not Channel.SOCIAL
    assert advice.action is Action.LIVE_HUMAN or advice.channel in (Channel.EMAIL, Channel.PORTAL, Channel.CHAT)


@law(ANY, PROMISES)
def test_a_reason_is_always_given_and_its_quote_is_literally_in_the_stored_text(
    told: Evidence, promise: Promise
) -> None:
    quotes = [wish.quote for wish in told.wishes] + [signal.quote for signal in told.signals]
    quotes += [failure.quote for failure in told.failures] + [told.two_matters]
    read = {TEXT[quote.start : quote.end] for quote in quotes if quote is not None}
    advice = advise(told, promise=promise)
    assert advice.reasons
    assert all(reason.text for reason in advice.reasons)
    assert {reason.quote for reason in advice.reasons} <= {None, *read}
    assert all(reason.quote in TEXT for reason in advice.reasons if reason.quote is not None)


@law(ANY, PROMISES)
def test_self_service_has_an_article_that_reaches_what_was_needed(told: Evidence, promise: Promise) -> None:
    advice = advise(told, promise=promise)
    assert 0.0 <= advice.needed <= 1.0
    if advice.action is Action.SELF_SERVICE:
        assert advice.p_resolve >= advice.needed
        assert advice.articles[0].id == told.candidates[0].id
        assert "a person will answer you" in advice.reply


@law(ANY)
def test_only_where_no_channel_is_left_is_there_none(told: Evidence) -> None:
    advice = advise(told)
    codes = [reason.code for reason in advice.reasons]
    assert (advice.channel is None) == (ReasonCode.NO_CHANNEL_LEFT in codes)
    assert advice.channel is not None or advice.unmet


@law(ANY)
def test_a_promise_to_answer_is_never_before_the_ticket(told: Evidence) -> None:
    advice = advise(told)
    answered_by_person = advice.action is Action.LIVE_HUMAN and advice.channel is not None
    assert (advice.respond_by is not None) == answered_by_person
    assert advice.respond_by is None or advice.respond_by.astimezone(UTC) > told.at


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(THOROUGH))
def test_every_law_holds_for_two_thousand_tickets(name: str) -> None:
    THOROUGH[name]()
