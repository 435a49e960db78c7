"""The receipt: what decided, what every rule says alone, and the smallest change that gives another advice."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import msgspec
import pytest
from decision_builders import COMPANY, TUESDAY, advise, evidence, failure, on_file, refuses, signal, wants
from decision_strategies import ANY, PROMISES
from hypothesis import HealthCheck, given, settings

from advisor.decision.case import Case
from advisor.decision.changes import Change, single_changes
from advisor.decision.outline import outline
from advisor.decision.receipt import NUMBER, Receipt, receipt
from advisor.decision.rules import RULES
from advisor.decision.willingness import Why
from advisor.types import (
    Account,
    Action,
    Channel,
    Evidence,
    Moment,
    Prediction,
    Promise,
    Readability,
    Topic,
    Whose,
    Wish,
)

SURE = Prediction("technical_support", 1.0)


def _receipt(told: Evidence, promise: Promise | None = None) -> Receipt:
    promise = promise or Promise()
    return receipt(told, COMPANY, promise, advise(told, promise=promise))


def _other(told: Evidence) -> tuple[str, str, str | None, float] | None:
    """The smallest change that gives another action: words, rule, channel, size."""
    found = _receipt(told).other_action
    return (found.text, found.rule, found.channel, round(found.size, 4)) if found is not None else None


def _other_channel(told: Evidence) -> tuple[str, str | None] | None:
    found = _receipt(told).other_channel
    return (found.text, found.channel) if found is not None else None


@pytest.mark.parametrize(
    ("told", "smallest"),
    [
        (evidence(p=0.75, moment=SURE), ("if the article's fit were 0.74 instead of 0.75", "cost", "email", 0.01)),
        (evidence(p=0.74), ("if the article's fit were 0.75 instead of 0.74", "cost", "email", 0.01)),
        (evidence(p=0.7499), ("if the article's fit were 0.7500 instead of 0.7499", "cost", "email", 0.0001)),
        (evidence(wants("phone")), ("without the words “please ring me”", "cost", "email", 1.0)),
        (evidence(wants("phone", probability=0.6)), ("without the words “please ring me”", "cost", "email", 0.6)),
        (
            evidence(on_file(wants("phone"))),
            ("without the wish for a call on file for the customer", "cost", "email", 1.0),
        ),
        (evidence(refuses("self_service")), ("without the words “no self_service”", "cost", "email", 1.0)),
        (
            evidence(signals=(signal("minor", probability=0.2),)),
            ("without the sign of a minor", "cost", "email", 0.2),
        ),
        (
            evidence(signals=(signal("minor", probability=0.2), signal("data_loss", probability=0.5))),
            ("without any safety signal", "cost", "email", 0.7),
        ),
        (evidence(failures=(failure("other"),)), ("if nothing had been tried before", "cost", "email", 1.0)),
        (
            evidence(readability=Readability.UNREADABLE),
            ("if the ticket could be read", "cost", "email", 1.0),
        ),
        (
            evidence(tones=(Prediction("angry", 0.65),)),
            ("if the tone angry were 0.59 instead of 0.65", "cost", "email", 0.06),
        ),
        (
            evidence(moment=Prediction("renewal", 0.9)),
            ("if the sureness of the moment (renewal) were 0.37 instead of 0.90", "cost", "email", 0.53),
        ),
        (
            evidence(topic=Topic("Refunds", 0.8, True)),
            ("if the topic were not known to be Refunds", "cost", "email", 0.8),
        ),
        (
            evidence(account=Account(renews_on=date(2026, 3, 10))),
            ("if the account's renewal were not near", "cost", "email", 1.0),
        ),
        (
            evidence(incident_match=("slow",)),
            ("if the incident slow were over", "cost", "email", 1.0),
        ),
        (
            evidence(wants("self_service"), p=0.41),
            ("if the article's fit were 0.39 instead of 0.41", "wants_self_service", "email", 0.02),
        ),
        (evidence(refuses("self_service", 10), signals=(signal("minor"),)), None),
    ],
)
def test_the_smallest_change_that_gives_another_action_is_found(
    told: Evidence, smallest: tuple[str, str, str | None, float] | None
) -> None:
    assert _other(told) == smallest


@pytest.mark.parametrize(
    ("told", "smallest"),
    [
        (evidence(wants("phone", probability=0.6)), ("without the words “please ring me”", "email")),
        (evidence(p=0.1, moment=SURE), ("if the moment were onboarding instead of technical support", "chat")),
        (
            evidence(p=0.1, moment=Prediction("sign_up", 1.0), came_by=Channel.PHONE),
            ("if the article's fit were 0.75 instead of 0.10", "email"),
        ),
        (
            evidence(p=0.1, moment=Prediction("onboarding", 0.4)),
            ("if the moment were sign up instead of onboarding", "email"),
        ),
        (evidence(refuses("email", probability=0.7), p=0.1, moment=SURE), ("without the words “no email”", "email")),
        (
            evidence(on_file(wants("phone"), expires=TUESDAY - timedelta(days=1))),
            ("if the wish for a call on file for the customer had not expired", "phone"),
        ),
    ],
)
def test_the_smallest_change_that_gives_another_channel_is_found(
    told: Evidence, smallest: tuple[str, str | None]
) -> None:
    assert _other_channel(told) == smallest


def test_words_that_nobody_said_are_the_largest_change() -> None:
    told = evidence(wants("phone"), candidates=(), p=0.0)
    assert _other(told) is None
    assert _other(evidence(wants("phone"), p=0.5)) == (
        "if the customer asked for an article in this ticket",
        "wants_self_service",
        "email",
        2.0,
    )


@settings(max_examples=40, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
@given(ANY, PROMISES)
def test_no_smaller_single_change_gives_another_action_or_channel(told: Evidence, promise: Promise) -> None:
    found, now = _receipt(told, promise), outline(told, COMPANY, promise)
    every: list[Change] = [change for kind in single_changes(Case.of(told, COMPANY, promise)) for change in kind]
    then = [(change, outline(change.evidence, COMPANY, promise)) for change in every]
    actions = [change.size for change, other in then if other.action is not now.action]
    channels = [change.size for change, other in then if other.channel is not now.channel]
    assert (found.other_action and found.other_action.size) == min(actions, default=None)
    assert (found.other_channel and found.other_channel.size) == min(channels, default=None)


def test_every_rule_says_what_it_would_have_said_alone() -> None:
    told = evidence(wants("phone"), signals=(signal("cancellation"),), persona="busy_owner", p=0.9)
    said = {one.rule: (one.decided, one.action, one.text) for one in _receipt(told).said}
    assert list(said) == list(NUMBER) == [rule.__name__ for rule in RULES]
    assert [rule for rule, (decided, _, _) in said.items() if decided] == ["asks_for_person"]
    assert said["safety"] == (False, None, "No safety signal was found.")
    assert said["wants_self_service"] == (False, None, "Not in this ticket. A person comes first.")
    assert said["never_deflect"] == (
        False,
        Action.LIVE_HUMAN,
        "This may be a cancellation: “grave”. A person answers by our own rule.",
    )
    assert said["persona_default"][1] is Action.LIVE_HUMAN
    assert said["cost"] == (
        False,
        Action.SELF_SERVICE,
        "Article fit 0.90, estimated on other companies' data; 0.75 was needed.",
    )


@pytest.mark.parametrize(
    ("told", "text"),
    [
        (evidence(), "A person may still answer: by e-mail, chat, the portal."),
        (evidence(refuses("person"), refuses("email", 9), candidates=()), "No article may be given either."),
        (
            evidence(refuses("person"), refuses("email", 9), incident_match=("slow",)),
            "While an incident is open, only who asks for an article gets one.",
        ),
        (
            evidence(on_file(wants("person")), refuses("phone"), refuses("chat"), refuses("email", 9)),
            "A person is asked for.",
        ),
    ],
)
def test_a_rule_that_does_not_apply_says_why(told: Evidence, text: str) -> None:
    said = {one.rule: one for one in _receipt(told).said}
    assert (said["only_self_service_left"].action, said["only_self_service_left"].text) == (None, text)


def test_the_cost_bar_is_shown_with_all_its_parts() -> None:
    told = evidence(
        severity=2.0,
        tones=(Prediction("frustrated", 0.5), Prediction("angry", 0.1)),
        account=Account(monthly_revenue=1000.0),
        persona="hands_on",
    )
    bar = _receipt(told).bar
    assert (bar.moment, bar.severity, bar.tones, bar.revenue, bar.times) == (
        20.0,
        10.0,
        (("frustrated", 5.0),),
        10.0,
        0.5,
    )
    assert (bar.wrong, bar.human) == (22.5, 5.0)
    assert (bar.by_cost, bar.promised, bar.needed) == (1 - 5 / 22.5, 0.5, 1 - 5 / 22.5)


def test_wishes_that_were_passed_over_are_shown_with_the_reason_and_the_stronger_one() -> None:
    said, other = wants("phone", 40), on_file(wants("phone"))
    account, expired = on_file(refuses("phone"), account=True), on_file(wants("chat"), expires=TUESDAY)
    theirs, colleagues = wants("chat", author="Bob"), wants("chat", 60, whose=Whose.COLLEAGUE)
    moment, topic = on_file(wants("email"), moment=Moment.BILLING), on_file(wants("email"), topic="invoices")
    found = _receipt(evidence(said, other, account, expired, theirs, colleagues, moment, topic))
    assert found.in_force == (said,)
    assert [(one.wish, one.why, one.by) for one in found.passed] == [
        (other, Why.SOURCE, said),
        (account, Why.SOURCE, said),
        (expired, Why.EXPIRED, None),
        (theirs, Why.ANOTHER_AUTHOR, None),
        (colleagues, Why.COLLEAGUE, None),
        (moment, Why.OTHER_MOMENT, None),
        (topic, Why.OTHER_TOPIC, None),
    ]


@pytest.mark.parametrize(
    ("weaker", "stronger", "why"),
    [
        (wants("phone", 5), refuses("phone", 50), Why.NEWER),
        (
            on_file(wants("phone"), since=TUESDAY - timedelta(days=9)),
            on_file(refuses("phone"), since=TUESDAY),
            Why.NEWER,
        ),
        (on_file(wants("phone")), on_file(refuses("phone")), Why.REFUSAL),
        (on_file(wants("phone")), on_file(refuses("person")), Why.REFUSAL),
        (on_file(refuses("phone")), on_file(wants("phone"), moment=Moment.BILLING), Why.NARROWER),
        (on_file(wants("phone", order=2)), on_file(wants("phone")), Why.SAID_AGAIN),
    ],
)
def test_the_stronger_of_two_wishes_is_named_with_what_makes_it_so(weaker: Wish, stronger: Wish, why: Why) -> None:
    for wishes in ((weaker, stronger), (stronger, weaker)):
        (passed,) = _receipt(evidence(*wishes, moment=Prediction("billing", 0.9))).passed
        assert (passed.wish, passed.why, passed.by) == (weaker, why, stronger)


def test_a_receipt_names_files_and_models_and_can_be_written_as_json() -> None:
    told = evidence(wants("phone"), models="m", knowledge="k")
    found = _receipt(told, Promise(fingerprint="p-7"))
    assert (found.experience, found.promise_id, found.models, found.knowledge) == (COMPANY.fingerprint, "p-7", "m", "k")
    assert (found.rule, found.reason.quote, found.channel) == ("asks_for_person", "please ring me", Channel.PHONE)
    assert msgspec.json.decode(msgspec.json.encode(found), type=Receipt) == found


def test_an_advice_that_leaves_no_channel_names_rule_and_reason() -> None:
    told = evidence(refuses("self_service"), refuses("person", 20), refuses("email", 40))
    found = _receipt(told)
    assert (found.rule, found.reason.code) == ("refuses_self_service", "no_channel_left")
    changed = replace(told, wishes=told.wishes[1:])
    assert outline(changed, COMPANY, Promise()).action is Action.SELF_SERVICE
