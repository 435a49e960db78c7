"""What stands beside action and channel: reasons, queue, who is told, until when, articles, the draft."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from decision_builders import (
    COMPANY,
    SUNDAY,
    TUESDAY,
    advise,
    article,
    evidence,
    failure,
    on_file,
    refuses,
    signal,
    wants,
)

from advisor.types import (
    Account,
    Action,
    Channel,
    Evidence,
    Failure,
    Prediction,
    Promise,
    Quote,
    Readability,
    Reason,
    ReasonCode,
    Recommendation,
    SignalKind,
    Topic,
)

MANY = (article("a", score=0.9), article("b", score=0.3), article("c", score=0.21), article("d", score=0.2))


def _remarks(told: Evidence) -> list[tuple[str, str]]:
    return [(reason.code, reason.text) for reason in advise(told).reasons[1:]]


def test_a_stated_refusal_is_never_overridden() -> None:
    advice = advise(evidence(refuses("self_service"), p=1.0))
    assert advice.reasons == (
        Reason(ReasonCode.REFUSES, "The customer does not want an article: “no self_service”.", "no self_service"),
    )
    assert advice.needed == 1.0


def test_who_asks_for_a_call_is_told_so_in_their_words() -> None:
    reason = advise(evidence(wants("phone", 12))).reasons[0]
    assert reason == Reason(
        ReasonCode.ASKS_FOR_PERSON, "The customer asks for a call: “please ring me”.", "please ring me"
    )


def test_a_wish_on_file_says_whose_it_is() -> None:
    assert advise(evidence(on_file(wants("phone")))).reasons[0].text == (
        "The customer's wish is a call (on file for the customer)."
    )
    assert advise(evidence(on_file(wants("chat"), account=True))).reasons[0].text == (
        "The customer's wish is a chat (on file for the account)."
    )


def test_figures_are_no_chance_until_there_are_outcomes() -> None:
    assert advise(evidence(p=0.82)).reasons[0].text == (
        "Article fit 0.82, estimated on other companies' data; 0.75 was needed."
    )
    assert advise(evidence(p=0.82, estimated=False)).reasons[0].text == (
        "The chance that the article resolves this is 0.82; 0.75 was needed."
    )
    assert advise(evidence(p=0.7499)).reasons[0].text == (
        "Article fit 0.7499, estimated on other companies' data; 0.7500 was needed."
    )


def test_nothing_that_fits_is_said_so_and_counts_as_nothing() -> None:
    advice = advise(evidence(candidates=(), p=0.9))
    assert advice.reasons == (Reason(ReasonCode.COST, "No article in the knowledge base fits."),)
    assert advice.p_resolve == 0.0
    assert advice.articles == ()


def test_an_article_that_is_not_good_enough_leads_to_the_second_choice_and_says_why() -> None:
    advice = advise(evidence(wants("self_service"), wants("phone", 40, order=2), p=0.1))
    assert [reason.code for reason in advice.reasons] == [ReasonCode.ASKS_FOR_PERSON, ReasonCode.NOTHING_ANSWERS]
    assert advice.reasons[1].text == (
        "The customer asks for an article: “just send me an article”. None fits well enough. "
        "Article fit 0.10, estimated on other companies' data; 0.40 was needed."
    )
    assert advice.needed == 0.4
    assert advice.unmet == ("self_service",)


def test_refusals_that_removed_a_way_are_remarked_upon_with_their_words() -> None:
    told = evidence(refuses("phone", 7), refuses("chat", 30))
    assert advise(told).reasons[1:] == (
        Reason(ReasonCode.REFUSES, "The customer does not want a chat: “no chat”.", "no chat"),
        Reason(ReasonCode.REFUSES, "The customer does not want a call: “no phone”.", "no phone"),
    )


def test_a_call_without_a_number_is_remarked_upon_and_the_draft_asks_for_it() -> None:
    advice = advise(evidence(wants("phone"), has_phone=False))
    assert advice.reasons[1] == Reason(ReasonCode.NO_PHONE_NUMBER, "No phone number is known: the reply asks for it.")
    assert "On which number can we reach you?" in advice.reply
    assert "number" not in advise(evidence(wants("phone"))).reply


def test_a_channel_that_is_not_offered_is_unmet_and_remarked_upon() -> None:
    told = evidence(wants("phone"), account=Account(plan="free"))
    assert advise(told).unmet == ("phone",)
    assert _remarks(told) == [("channel_not_offered", "We do not offer a call to this customer: the wish stays unmet.")]


def test_a_second_way_that_was_not_needed_is_not_unmet() -> None:
    assert advise(evidence(wants("chat"), wants("phone", 30, order=2))).unmet == ()
    no_chat = replace(COMPANY, offers={c: o for c, o in COMPANY.offers.items() if c is not Channel.CHAT})
    advice = advise(evidence(wants("chat"), wants("phone", 30, order=2)), experience=no_chat)
    assert (advice.channel, advice.unmet) == (Channel.PHONE, ("chat",))


def test_who_wants_a_human_and_leaves_nothing_but_the_phone_has_asked_for_a_call() -> None:
    no_portal = replace(COMPANY, offers={c: o for c, o in COMPANY.offers.items() if c is not Channel.PORTAL})
    refusals = (refuses("email", 30), refuses("chat", 50))
    assert advise(evidence(wants("person"), *refusals), experience=no_portal).channel is Channel.PHONE
    assert advise(evidence(*refusals, p=0.1), experience=no_portal).channel is None


def test_a_wanted_article_that_no_way_is_left_for_gives_way_to_a_person_in_writing() -> None:
    no_portal = replace(COMPANY, offers={c: o for c, o in COMPANY.offers.items() if c is not Channel.PORTAL})
    advice = advise(evidence(wants("self_service"), refuses("email", 40)), experience=no_portal)
    assert (advice.action, advice.channel, advice.unmet) == (Action.LIVE_HUMAN, Channel.CHAT, ("self_service",))
    assert advice.reasons[0].code is ReasonCode.NOTHING_ANSWERS


def test_where_no_channel_is_left_the_lead_has_it_and_everything_said_is_unmet() -> None:
    advice = advise(evidence(refuses("self_service"), refuses("person", 20), refuses("email", 40)))
    assert (advice.queue, advice.respond_by) == ("lead", None)
    assert advice.unmet == ("self_service", "email", "person")
    assert advice.reasons[0].text == "The customer's refusals leave no way by which a person may answer."
    assert "Which way may we use?" in advice.reply


def test_safety_keeps_its_queue_where_no_channel_is_left() -> None:
    advice = advise(evidence(refuses("person"), refuses("email", 20), signals=(signal("fraud_or_security"),)))
    assert (advice.queue, advice.channel) == ("security", None)
    assert [reason.code for reason in advice.reasons[:2]] == [ReasonCode.SAFETY, ReasonCode.NO_CHANNEL_LEFT]


def test_the_gravest_signal_decides_whatever_the_order() -> None:
    signals = (signal("data_request", probability=0.99), signal("danger_to_person", probability=0.5))
    for told in (evidence(signals=signals), evidence(signals=signals[::-1])):
        assert advise(told).queue == "lead"
        assert advise(told).reasons[0].text == "This may be a danger to a person: “grave”. A person answers, always."


def test_what_came_in_public_is_answered_in_private() -> None:
    told = evidence(came_by=Channel.SOCIAL, p=0.1)
    assert _remarks(told) == [("answered_in_private", "The ticket came in public: it is answered in private.")]
    assert "in private" in advise(told).reply


def test_closed_hours_never_turn_a_person_into_an_article() -> None:
    advice = advise(evidence(wants("phone"), at=SUNDAY))
    assert advice.respond_by == datetime(2026, 3, 9, 14, 0, tzinfo=UTC)
    assert advice.reasons[1] == Reason(
        ReasonCode.OUT_OF_HOURS,
        "Nobody answers by phone at this hour: the answer is due by Monday 9 March 2026, 14:00 (GMT).",
    )
    assert "will call you by Monday 9 March 2026, 14:00 (GMT)." in advice.reply


def test_an_article_needs_no_hours() -> None:
    advice = advise(evidence(at=SUNDAY))
    assert (advice.respond_by, len(advice.reasons)) == (None, 1)


@pytest.mark.parametrize(
    ("told", "queue"),
    [
        (evidence(), "tier1"),
        (evidence(readability=Readability.EMPTY), "tier1"),
        (evidence(topic=Topic("Integrations", 0.9, True)), "tier2"),
        (evidence(topic=Topic("Integrations", 0.9, False)), "tier1"),
        (evidence(topic=Topic("Integrations", 0.9, True), account=Account(plan="premium")), "premium"),
        (evidence(signals=(signal("minor"),), account=Account(plan="premium")), "privacy"),
        (evidence(signals=(signal("outage"),), account=Account(plan="premium")), "tier2"),
        (evidence(signals=(signal("cancellation"),)), "success"),
        (evidence(moment=Prediction("renewal", 0.9)), "success"),
        (evidence(account=Account(renews_on=date(2026, 4, 2))), "success"),
        (evidence(account=Account(renews_on=date(2026, 4, 3))), "tier1"),
        (evidence(failures=(failure(), failure("other"))), "success"),
        (evidence(failures=(failure(),)), "tier1"),
        (evidence(signals=(signal("fraud_or_security"), signal("cancellation"))), "security"),
    ],
)
def test_the_queue_is_the_matters(told: Evidence, queue: str) -> None:
    assert advise(told).queue == queue


@pytest.mark.parametrize(
    ("account", "told"),
    [
        (Account(licences=50, manager="Ada"), ()),
        (Account(licences=51, manager="Ada"), ("Ada",)),
        (Account(licences=51), ("success",)),
        (Account(manager="Ada"), ()),
    ],
)
def test_more_licences_than_the_limit_tell_the_manager(account: Account, told: tuple[str, ...]) -> None:
    assert advise(evidence(account=account)).notify == told


def test_the_account_is_named_among_the_reasons() -> None:
    account = Account(licences=120, manager="Ada", renews_on=date(2026, 3, 25))
    assert _remarks(evidence(account=account)) == [
        ("account", "The account renews on 2026-03-25: our customer success team answers."),
        ("account", "The account has 120 licences, more than 50: Ada is told."),
    ]


@pytest.mark.parametrize(
    ("told", "due"),
    [
        (evidence(wants("person")), "2026-03-03T14:00:00+00:00"),
        (evidence(wants("person"), account=Account(plan="premium")), "2026-03-03T11:00:00+00:00"),
        (evidence(wants("person"), moment=Prediction("sign_up", 0.9)), "2026-03-03T12:00:00+00:00"),
    ],
)
def test_a_plans_promised_time_goes_before_the_moments(told: Evidence, due: str) -> None:
    until = advise(told).respond_by
    assert until is not None
    assert until.isoformat() == due


@pytest.mark.parametrize(
    ("told", "articles"),
    [
        (evidence(candidates=MANY), ["a", "b", "c"]),
        (evidence(wants("phone"), candidates=MANY), ["a", "b", "c"]),
        (evidence(wants("phone"), candidates=MANY[2:]), ["c", "d"]),
        (evidence(wants("phone"), candidates=(article("low", score=0.19),)), []),
        (
            evidence(wants("phone"), wants("self_service", 30, order=2), candidates=(article("low", score=0.1),)),
            ["low"],
        ),
        (evidence(wants("self_service"), signals=(signal("minor"),), candidates=(article("low", score=0.1),)), ["low"]),
        (evidence(two_matters=Quote(0, 4, "also"), candidates=(article("low", score=0.1),)), ["low"]),
        (evidence(failures=(Failure("a", None),), candidates=MANY), ["b", "c", "d"]),
    ],
)
def test_an_agent_sees_the_articles_that_may_help_or_that_were_wanted(told: Evidence, articles: list[str]) -> None:
    assert [offered.id for offered in advise(told).articles] == articles


def test_only_the_wishes_in_force_are_shown() -> None:
    phone, refused, old = wants("phone", 40), refuses("self_service"), on_file(refuses("phone"))
    assert advise(evidence(old, phone, refused)).wishes == (refused, phone)


def test_everything_known_goes_into_the_advice() -> None:
    told = evidence(models="m", knowledge="k", source="desk", severity=1.5, signals=(signal(SignalKind.VULNERABLE),))
    advice = advise(told, promise=Promise(fingerprint="p-7"))
    assert isinstance(advice, Recommendation)
    assert (advice.at, advice.ticket_id, advice.source) == (TUESDAY, "t-1", "desk")
    assert (advice.models, advice.knowledge, advice.promise_id) == ("m", "k", "p-7")
    assert (advice.experience, advice.severity, advice.signals) == (COMPANY.fingerprint, 1.5, told.signals)
