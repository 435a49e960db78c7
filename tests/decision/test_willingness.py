"""Which of all wishes are in force."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from decision_builders import COMPANY, TUESDAY, evidence, on_file, refuses, wants

from advisor.decision.willingness import Willingness, willingness_in_force
from advisor.types import Moment, Prediction, Topic, Wish, WishChannel

PHONE, CHAT, PERSON = WishChannel.PHONE, WishChannel.CHAT, WishChannel.PERSON
BILLING = Prediction(Moment.BILLING, 0.9)


def _in_force(*wishes: Wish) -> Willingness:
    told = evidence(*wishes, moment=BILLING, topic=Topic("Invoices", 0.9, True))
    return willingness_in_force(told, zone=COMPANY.zone)


def test_the_first_choice_is_the_tickets_then_the_customers_then_the_accounts() -> None:
    ticket, customer, account = wants("chat", order=3), on_file(wants("person")), on_file(wants("phone"), account=True)
    assert _in_force(account, customer, ticket).asks == (ticket, customer, account)


def test_the_stated_order_goes_before_the_place_in_the_text() -> None:
    first, second = wants("self_service", 0), wants("phone", 80, order=2)
    assert _in_force(second, first).asks == (first, second)


def test_of_two_first_choices_the_later_words_rule() -> None:
    earlier, later = wants("self_service", 0), wants("phone", 80)
    assert _in_force(earlier, later).asks == (later, earlier)


def test_of_two_wishes_that_differ_in_their_order_alone_the_first_choice_is_kept() -> None:
    first, second = on_file(wants("phone")), on_file(wants("phone", order=2))
    assert _in_force(second, first).asks == (first,)
    assert _in_force(first, second).asks == (first,)


def test_a_wish_for_moment_and_topic_is_narrower_than_one_for_either() -> None:
    both = on_file(wants("phone"), moment=Moment.BILLING, topic="invoices")
    one = on_file(refuses("phone"), moment=Moment.BILLING, since=TUESDAY)
    assert _in_force(one, both).asks == (both,)


def test_a_refusal_of_any_person_refuses_calls_and_chats_but_no_e_mail() -> None:
    refusal = refuses("person")
    will = _in_force(refusal)
    assert will.refused == {PERSON, PHONE, CHAT}
    assert will.refusals == (refusal,)


def test_a_call_that_is_asked_for_with_a_higher_rank_survives_a_refusal_of_any_person() -> None:
    call = wants("phone")
    will = _in_force(on_file(refuses("person")), call)
    assert will.refused == {PERSON, CHAT}
    assert will.asks == (call,)


def test_a_wish_for_a_person_takes_back_an_older_refusal_of_any_person_whole() -> None:
    human = wants("person", 50)
    assert _in_force(refuses("person"), human).refused == frozenset()


def test_an_e_mail_that_is_wanted_asks_for_nobody() -> None:
    written = wants("email")
    will = _in_force(written)
    assert (will.asks, will.ways, will.in_force) == ((), (written,), (written,))


def test_a_time_without_an_offset_is_on_the_files_clock() -> None:
    summer = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)  # one o'clock in London
    expires = datetime(2026, 7, 1, 13, 0, 1)
    told = evidence(on_file(wants("phone"), expires=expires), at=summer)
    assert willingness_in_force(told, zone=COMPANY.zone).wanted == {PHONE}
    later = evidence(on_file(wants("phone"), expires=expires), at=summer + timedelta(seconds=1))
    assert willingness_in_force(later, zone=COMPANY.zone).wanted == frozenset()
