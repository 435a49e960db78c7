"""Compliance over small archives that can be counted by hand."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from decision_builders import COMPANY, COMPANY_FILE, TUESDAY, failure, on_file, refuses, wants
from hypothesis import given, settings
from hypothesis import strategies as st
from insight_builders import DAY, HOUR, article, keep, opened, person

from advisor.decision.experience import Experience
from advisor.insight.compliance import By, Compliance, Group, compliance
from advisor.insight.honour import Honour
from advisor.insight.intervals import Share
from advisor.records import Records
from advisor.types import Cause, Channel, Handled, Moment, Prediction, Wish, WishChannel, WishSource

BILLING, RENEWAL = Prediction(Moment.BILLING, 0.9), Prediction(Moment.RENEWAL, 0.9)
TRAINING = Prediction(Moment.TRAINING, 0.9)


@pytest.fixture
def records(tmp_path: Path) -> Records:
    return opened(tmp_path)


def counted(records: Records, by: By = By.MOMENT, **options: Any) -> Compliance:
    return compliance(records, COMPANY, by=by, **options)


def test_a_share_has_numerator_denominator_and_wilsons_interval() -> None:
    found = Share.of_counts(8, 10)
    assert found.share == 0.8
    assert (round(found.low, 4), round(found.high, 4)) == (0.4902, 0.9433)  # Wilson 1927, by hand
    assert Share.of_counts(0, 0) == Share(0, 0, None, 0.0, 1.0)
    with pytest.raises(ValueError, match="a share must be of 0 to 3, was of: 4"):
        Share.of_counts(4, 3)


def test_only_tickets_with_a_stated_wish_are_counted_and_the_unknown_stand_apart(records: Records) -> None:
    keep(records, "t-1", wants("phone"), handled=person("phone"))
    keep(records, "t-2", wants("phone"), handled=person("email"))
    keep(records, "t-3", wants("phone"))  # nothing is known of what was done
    keep(records, "t-4", handled=article())  # no wish
    keep(records, "t-5", handled=person(), persona="busy_owner")  # a persona states nothing
    keep(records, "t-6", on_file(refuses("phone")), handled=person("chat"))
    found = counted(records)
    assert (found.tickets, found.all.tickets) == (6, 4)
    assert found.all == Group(honoured=2, by_later_choice=0, breached=1, unknown=1)
    assert found.all.share == Share.of_counts(2, 3)


def test_a_later_choice_is_counted_as_honoured_and_shown_apart(records: Records) -> None:
    keep(records, "t-1", wants("self_service"), wants("phone", 40, order=2), p=0.1, handled=person("phone"))
    assert counted(records).all == Group(honoured=1, by_later_choice=1)


def test_our_own_advice_counts_for_nothing(records: Records) -> None:
    keep(records, "t-1", wants("phone"))
    stored = records.last("t-1")
    assert stored is not None
    assert stored.recommendation.channel is Channel.PHONE
    assert counted(records).all == Group(unknown=1)


def test_a_breach_says_what_was_missed_in_whose_words_and_why(records: Records) -> None:
    keep(records, "t-1", wants("phone"), refuses("self_service", 40), handled=article("email", by="Bo"), moment=BILLING)
    (breach,) = counted(records).breaches
    assert (breach.ticket_id, breach.moment, breach.at) == ("t-1", "billing", TUESDAY)
    assert breach.refused == (WishChannel.SELF_SERVICE,)
    assert breach.unmet == (WishChannel.PHONE,)
    assert breach.quote == "no self_service"
    assert (breach.cause, breach.told, breach.done.by) == (Cause.OVERRIDDEN, False, "Bo")


def test_causes_are_those_told_and_else_those_derived(records: Records) -> None:
    keep(records, "t-1", wants("phone"), handled=person("email", reason=Cause.NO_PERSON_FREE))
    keep(records, "t-2", wants("phone"), handled=person("email"))
    keep(records, "t-3", wants("self_service"), handled=person("email"), p=0.1)
    found = counted(records)
    assert found.causes == Counter({Cause.NO_PERSON_FREE: 1, Cause.OVERRIDDEN: 1, Cause.POLICY: 1})
    assert {one.ticket_id: one.told for one in found.breaches} == {"t-1": True, "t-2": False, "t-3": False}


@pytest.mark.parametrize(
    ("by", "groups"),
    [
        (By.MOMENT, {"billing": 1, "technical_support": 1}),
        (By.PERSONA, {"busy_owner": 1, "not known": 1}),
        (By.CHANNEL, {"email": 1, "chat": 1}),
        (By.ACCOUNT, {"A-1": 1, "not known": 1}),
        (By.MONTH, {"2026-03": 1, "2026-04": 1}),
    ],
)
def test_groups_add_up_to_all(records: Records, by: By, groups: dict[str, int]) -> None:
    keep(
        records,
        "t-1",
        wants("phone"),
        handled=person("phone"),
        moment=BILLING,
        persona="busy_owner",
        account="A-1",
    )
    # in London it is April already
    at = datetime.fromisoformat("2026-03-31T23:30:00+00:00")
    keep(records, "t-2", wants("phone"), handled=person("email"), came_by=Channel.CHAT, at=at, customer="c-2")
    found = counted(records, by)
    assert {name: group.tickets for name, group in found.groups.items()} == groups
    assert sum(group.honoured for group in found.groups.values()) == found.all.honoured == 1


def test_since_and_until_leave_out_what_came_before_and_after(records: Records) -> None:
    for day in range(3):
        keep(records, f"t-{day}", wants("phone"), handled=person("phone"), at=TUESDAY + day * DAY)
    assert counted(records, since=TUESDAY + DAY).all.honoured == 2
    assert counted(records, since=TUESDAY + DAY, until=TUESDAY + 2 * DAY).all.honoured == 1


def test_words_that_came_after_the_answer_bind_nobody_before_them(records: Records) -> None:
    keep(records, "t-1", handled=article(at=TUESDAY + HOUR), at=TUESDAY)
    keep(records, "t-1", wants("phone"), handled=article(at=TUESDAY + HOUR), at=TUESDAY + DAY)
    assert counted(records).all.tickets == 0
    keep(records, "t-2", handled=article(), at=TUESDAY)
    keep(records, "t-2", wants("phone"), handled=article(), at=TUESDAY, failures=(failure("reset"),))
    assert counted(records).all.tickets == 0
    keep(records, "t-3", at=TUESDAY)
    keep(records, "t-3", wants("phone"), handled=person(at=TUESDAY + HOUR), at=TUESDAY)
    assert counted(records).all == Group(breached=1)  # they wrote again before the answer


def test_a_ticket_is_judged_by_the_file_that_was_in_use(records: Records) -> None:
    text = COMPANY_FILE.read_text(encoding="utf-8").replace("floor = 0.4", "floor = 0.8")
    stricter = Experience.parse(text, name="stricter.toml")
    records.keep_experience(COMPANY.fingerprint, COMPANY_FILE.read_text(encoding="utf-8"))
    wishes = wants("self_service"), wants("phone", 40, order=2)
    keep(records, "t-1", *wishes, p=0.6, handled=person("phone"))
    assert compliance(records, stricter).all == Group(breached=1)  # an article was to be had by the file then


def test_the_ideal_is_held_against_what_was_done_moment_by_moment(records: Records) -> None:
    in_time, late = TUESDAY + 3 * HOUR, TUESDAY + 5 * HOUR  # 4 h are promised, 1 h at renewal
    keep(records, "t-1", handled=person("email", at=in_time))
    keep(records, "t-2", handled=person("email", at=late))
    keep(records, "t-3", handled=person("chat", at=in_time))
    keep(records, "t-4", handled=article("email"))  # not known when
    keep(records, "t-5", handled=article("email", at=TUESDAY), moment=RENEWAL)
    keep(records, "t-6", handled=person("portal", at=in_time), moment=TRAINING)
    found = counted(records).gaps
    support = found["technical_support"]
    assert (support.tickets, support.channel.share) == (4, Share.of_counts(3, 4))
    assert support.in_time.share == Share.of_counts(2, 3)
    assert support.all.share == Share.of_counts(1, 3)
    assert support.person.share.of == 0  # an article is allowed there
    assert found["renewal"].person.share == found["renewal"].all.share == Share.of_counts(0, 1)
    assert found["training"].all.share == Share.of_counts(1, 1)


def test_a_wish_goes_before_the_ideal(records: Records) -> None:
    keep(records, "t-1", wants("chat"), handled=person("chat", at=TUESDAY))
    keep(records, "t-2", wants("self_service"), handled=article("email", at=TUESDAY), moment=RENEWAL)
    found = counted(records).gaps
    assert found["technical_support"].channel.share.of == 0
    assert found["technical_support"].all.share == Share.of_counts(1, 1)
    assert found["renewal"].person.share.of == 0


def test_the_promised_time_runs_in_the_opening_hours_and_the_first_reply_goes_first(records: Records) -> None:
    friday = datetime.fromisoformat("2026-03-06T17:00:00+00:00")  # closes at 18:00; 3 of the 4 hours are on Monday
    monday = datetime.fromisoformat("2026-03-09T11:00:00+00:00")
    keep(records, "t-1", at=friday, handled=person("email", at=monday))
    keep(records, "t-2", at=friday, handled=person("email", at=monday + timedelta(minutes=1)), customer="c-2")
    reply = {"first_reply_at": friday + HOUR}
    keep(records, "t-3", at=friday, handled=person("email", at=monday + DAY), customer="c-3", facts=reply)
    assert counted(records).gaps["technical_support"].in_time.share == Share.of_counts(2, 3)


def test_what_came_in_public_is_answered_in_private_and_a_call_by_an_article_in_writing(records: Records) -> None:
    keep(records, "t-1", came_by=Channel.SOCIAL, handled=person("email"))
    keep(records, "t-2", came_by=Channel.SOCIAL, handled=person("social"))
    keep(records, "t-3", came_by=Channel.PHONE, handled=article("email"))
    keep(records, "t-4", came_by=Channel.PHONE, handled=person("email"))
    assert counted(records).gaps["technical_support"].channel.share == Share.of_counts(2, 4)


DONE = st.none() | st.builds(
    Handled,
    action=st.sampled_from([None, *(one.action for one in (article(), person()))]),
    channel=st.sampled_from(Channel),
)
WISHES = st.lists(
    st.sampled_from([wants("phone"), refuses("phone", 60), wants("self_service", 20), refuses("self_service", 80)]),
    max_size=3,
    unique=True,
)


@settings(deadline=None, database=None, max_examples=30)
@given(st.lists(st.tuples(WISHES, DONE), max_size=8))
def test_honoured_breached_and_unknown_are_all_and_one_more_unknown_changes_no_share(
    tmp_path_factory: pytest.TempPathFactory, tickets: list[tuple[list[Wish], Handled | None]]
) -> None:
    records = opened(tmp_path_factory.mktemp("law"))
    for place, (wishes, handled) in enumerate(tickets):
        keep(records, f"t-{place}", *wishes, handled=handled, customer=f"c-{place}")
    before = counted(records).all
    stated = sum(bool(wishes) for wishes, _ in tickets)
    assert before.honoured + before.breached + before.unknown == before.tickets == stated
    assert 0 <= before.by_later_choice <= before.honoured <= before.share.of
    keep(records, "unknown", wants("phone"), customer="c-99")
    after = counted(records).all
    assert after.share == before.share
    assert after.unknown == before.unknown + 1


def test_a_group_counts_every_honour_once() -> None:
    group = Group()
    for honour in Honour:
        group.count(honour)
    assert group == Group(honoured=2, by_later_choice=1, breached=1, unknown=1)


def test_a_wish_of_the_account_is_stated_too(records: Records) -> None:
    filed = replace(on_file(refuses("phone"), account=True), source=WishSource.ACCOUNT)
    keep(records, "t-1", filed, handled=person("phone"))
    assert counted(records).all == Group(breached=1)
