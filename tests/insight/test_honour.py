"""Was what was done what was wished? One ticket at a time, against wishes that are plain to read."""

from __future__ import annotations

from typing import Any

import pytest
from decision_builders import COMPANY, SUNDAY, advise, evidence, on_file, refuses, signal, wants
from decision_strategies import ANY, PROMISES
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from insight_builders import article, person

from advisor.decision.case import Case
from advisor.decision.decide import decide
from advisor.decision.experience import Experience
from advisor.decision.whatif import Way, goes_against_refusal
from advisor.insight.honour import Honour, Judgement, cause_of, is_stated, judged, judged_way
from advisor.types import (
    Account,
    Action,
    Cause,
    Channel,
    Evidence,
    Handled,
    Promise,
    Wish,
    WishChannel,
)

FREE = Experience.default()  # its plan "free" has e-mail and portal only
WRITTEN_ONLY = {"account": Account(plan="free")}
LAW = settings(deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
HONOURED, LATER, BREACHED, UNKNOWN = (
    Honour.HONOURED,
    Honour.BY_LATER_CHOICE,
    Honour.BREACHED,
    Honour.UNKNOWN,
)


def case(*wishes: Wish, experience: Experience = COMPANY, **changes: Any) -> Case:
    return Case.of(evidence(*wishes, **changes), experience, Promise())


def honour(handled: Handled | None, *wishes: Wish, experience: Experience = COMPANY, **changes: Any) -> Honour:
    return judged(case(*wishes, experience=experience, **changes), handled).honour


def test_a_persona_states_nothing() -> None:
    assert not is_stated(case(persona="busy_owner"))
    assert is_stated(case(on_file(wants("phone"), account=True)))


@pytest.mark.parametrize(
    ("refused", "handled", "expected"),
    [
        ("self_service", article(), BREACHED),
        ("self_service", person(), HONOURED),
        ("self_service", Handled(channel=Channel.EMAIL), UNKNOWN),
        ("phone", person("phone"), BREACHED),
        ("phone", person("chat"), HONOURED),
        ("phone", person(None), UNKNOWN),
        ("phone", article(None), HONOURED),  # an article is never phoned
        ("email", person("email"), BREACHED),
        ("email", article("email"), BREACHED),
        ("email", person("portal"), HONOURED),
        ("person", person("phone"), BREACHED),
        ("person", person("chat"), BREACHED),
        ("person", person("email"), HONOURED),  # a written answer stays allowed
        ("person", article("chat"), HONOURED),  # a link in the chat that they opened
        ("chat", article("chat"), BREACHED),
        ("person", person(None), UNKNOWN),
        ("phone", None, UNKNOWN),
        ("phone", Handled(by="Bo"), UNKNOWN),
    ],
)
def test_a_refusal_is_broken_by_what_it_refuses(refused: str, handled: Handled | None, expected: Honour) -> None:
    assert honour(handled, refuses(refused)) is expected


@pytest.mark.parametrize(
    ("wanted", "handled", "expected"),
    [
        ("self_service", article("portal"), HONOURED),
        ("self_service", person(), BREACHED),
        ("person", person("email"), HONOURED),
        ("person", person(None), HONOURED),  # whichever way it was
        ("person", article(), BREACHED),
        ("phone", person("phone"), HONOURED),
        ("phone", person("email"), BREACHED),
        ("phone", article(), BREACHED),
        ("phone", person(None), UNKNOWN),
        ("chat", article("chat"), BREACHED),
        ("email", article("email"), HONOURED),
        ("email", person("email"), HONOURED),
        ("email", article("portal"), BREACHED),
    ],
)
def test_a_want_is_met_by_what_it_wants(wanted: str, handled: Handled, expected: Honour) -> None:
    assert honour(handled, wants(wanted)) is expected


ARTICLE_THEN_CALL = (wants("self_service"), wants("phone", 40, order=2))


def test_a_later_choice_honours_only_where_the_first_was_not_to_be_had() -> None:
    assert honour(article(), *ARTICLE_THEN_CALL) is HONOURED
    assert honour(person("phone"), *ARTICLE_THEN_CALL, p=0.39) is LATER  # the floor is 0.4
    assert honour(person("phone"), *ARTICLE_THEN_CALL, p=0.4) is BREACHED
    assert honour(person("email"), *ARTICLE_THEN_CALL, p=0.39) is BREACHED
    assert honour(person("phone"), *ARTICLE_THEN_CALL, candidates=()) is LATER


def test_a_channel_that_is_not_offered_gives_way_to_the_next_choice() -> None:
    wishes = wants("phone"), wants("email", 40, order=2)
    assert honour(person("email"), *wishes) is BREACHED
    assert honour(person("email"), *wishes, experience=FREE, **WRITTEN_ONLY) is LATER
    assert honour(person("email"), wants("phone"), experience=FREE, **WRITTEN_ONLY) is BREACHED


def test_two_ways_of_one_rank_are_as_good_as_each_other() -> None:
    assert honour(person("phone"), wants("phone"), wants("chat", 40)) is HONOURED
    assert honour(person("chat"), wants("phone"), wants("chat", 40)) is HONOURED
    assert honour(person("email"), wants("phone"), wants("chat", 40)) is BREACHED


def test_an_article_by_mail_must_come_by_mail_and_mail_as_a_second_choice_need_not() -> None:
    assert honour(article("portal"), wants("self_service"), wants("email", 40)) is BREACHED
    assert honour(article("email"), wants("self_service"), wants("email", 40)) is HONOURED
    assert honour(article("portal"), wants("self_service"), wants("email", 40, order=2)) is HONOURED


def test_mail_first_and_a_call_only_otherwise_is_met_by_any_mail() -> None:
    wishes = wants("email"), wants("phone", 40, order=2)
    assert honour(article("email"), *wishes) is HONOURED
    assert honour(person("phone"), *wishes) is BREACHED


def test_a_refusal_that_is_broken_counts_though_every_want_is_met() -> None:
    found = judged(case(wants("phone"), refuses("self_service", 40)), person("phone"))
    assert found == Judgement(HONOURED)
    found = judged(case(wants("email"), refuses("self_service", 40)), article("email"))
    assert found == Judgement(BREACHED, (WishChannel.SELF_SERVICE,), ())


def test_what_was_done_in_public_meets_no_wish_for_a_way() -> None:
    assert honour(person("social"), wants("phone")) is BREACHED
    assert honour(person("social"), wants("person")) is HONOURED


def cause(handled: Handled, *wishes: Wish, experience: Experience = COMPANY, **changes: Any) -> Cause:
    told = evidence(*wishes, **changes)
    found = Case.of(told, experience, Promise())
    judgement = judged(found, handled)
    assert judgement.honour is BREACHED
    return cause_of(found, judgement, handled, advise(told, experience=experience))


def test_the_cause_that_was_told_goes_before_any_other() -> None:
    assert cause(person("email", reason=Cause.NO_PERSON_FREE), wants("phone")) is Cause.NO_PERSON_FREE


def test_the_cause_is_what_the_advice_shows() -> None:
    assert cause(person("email"), wants("phone")) is Cause.OVERRIDDEN
    assert cause(person("email"), wants("phone"), at=SUNDAY) is Cause.OUT_OF_HOURS
    assert cause(person("email"), wants("phone"), experience=FREE, **WRITTEN_ONLY) is Cause.NOT_OFFERED
    assert cause(person("email"), wants("self_service"), signals=(signal("legal_threat"),)) is Cause.POLICY
    assert cause(person("email"), wants("self_service"), p=0.1) is Cause.POLICY
    assert cause(article(), refuses("self_service"), at=SUNDAY) is Cause.OVERRIDDEN


HANDLED = (
    st.builds(Handled, action=st.sampled_from([None, *Action]), channel=st.sampled_from([None, *Channel])) | st.none()
)


@LAW
@given(ANY, PROMISES, st.sampled_from(Action), st.sampled_from(Channel))
def test_breaking_a_refusal_is_the_same_here_and_in_the_decision(
    told: Evidence, promise: Promise, action: Action, channel: Channel
) -> None:
    found, way = Case.of(told, COMPANY, promise), Way(action, channel)
    assert bool(judged_way(found, way).refused) is goes_against_refusal(found, way)


@LAW
@given(ANY)
def test_who_follows_an_advice_that_leaves_nothing_unmet_honours_and_never_breaks_a_refusal(told: Evidence) -> None:
    advice = decide(told, COMPANY, Promise())
    found = judged(Case.of(told, COMPANY, Promise()), Handled(action=advice.action, channel=advice.channel))
    assert found.refused == ()
    if advice.channel is not None and not advice.unmet:
        assert found == Judgement(HONOURED)


@LAW
@given(ANY, HANDLED)
def test_only_a_breach_names_a_refusal_and_plain_honour_nothing_at_all(told: Evidence, handled: Handled | None) -> None:
    found = judged(Case.of(told, COMPANY, Promise()), handled)
    assert found.honour is BREACHED or found.refused == ()
    assert found.honour in (BREACHED, LATER) or found.unmet == ()


@LAW
@given(ANY, st.sampled_from(Action), st.sampled_from(Channel))
def test_knowing_less_of_what_was_done_never_turns_a_judgement_round(
    told: Evidence, action: Action, channel: Channel
) -> None:
    found = Case.of(told, COMPANY, Promise())
    whole = judged(found, Handled(action=action, channel=channel)).honour
    if channel is Channel.SOCIAL or (action is Action.SELF_SERVICE and channel is Channel.PHONE):
        return  # ways that are not thought possible where nothing was told
    for part in (Handled(action=action), Handled(channel=channel)):
        less = judged(found, part).honour
        assert less is UNKNOWN or (less is BREACHED) is (whole is BREACHED)
