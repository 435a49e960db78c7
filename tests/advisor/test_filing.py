"""Wishes on file: said once, again, for good, about others, contradicted, sent by a helpdesk, ended by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from advisor_builders import NOW, an_advisor, records_in

from advisor.advise import Advice, Advisor
from advisor.errors import RecordsError
from advisor.records import FiledWish, Records, SaidBy, Standing, State
from advisor.types import (
    Account,
    Customer,
    History,
    Moment,
    Prediction,
    Promise,
    Quote,
    Read,
    Stance,
    Ticket,
    Topic,
    Whose,
    Wish,
    WishChannel,
    WishSource,
)

PHONE, CHAT, PERSON, EMAIL, ARTICLE = (
    WishChannel.PHONE,
    WishChannel.CHAT,
    WishChannel.PERSON,
    WishChannel.EMAIL,
    WishChannel.SELF_SERVICE,
)
WANTS, REFUSES = Stance.WANTS, Stance.REFUSES
ANN = Customer(id="c-1", name="Ann Lee")
ACME = Account(id="a-1", name="Acme")
DAY = timedelta(days=1)


@pytest.fixture
def records(tmp_path: Path) -> Records:
    return records_in(tmp_path)


def say(
    records: Records,
    number: int,
    *wishes: Wish,
    days: int = 0,
    topic: str | None = "Invoices",
    moment: Moment = Moment.BILLING,
    ticket: Ticket | None = None,
) -> Advice:
    """A ticket of Ann's, so many days later, that says these wishes."""
    came = ticket or Ticket(id=f"t-{number}", body="words", customer=ANN, account=ACME)
    came = replace(came, created_at=NOW + days * DAY)

    class Says:
        def read(self, tickets: list[tuple[Ticket, History]], /) -> list[Read]:
            reads = an_advisor(records).reader.read(tickets)
            return [
                Read(
                    one.document,
                    replace(
                        one.evidence,
                        wishes=(*wishes, *came.customer.wishes, *came.account.wishes, *history.wishes),
                        topic=Topic(topic, 0.9, topic is not None),
                        moment=Prediction(moment, 0.9),
                    ),
                )
                for one, (_, history) in zip(reads, tickets, strict=True)
            ]

    return Advisor(Says(), records, an_advisor(records).experience, Promise()).advise(came)


def said(channel: WishChannel, stance: Stance = WANTS, *, lasting: bool = False, whose: Whose = Whose.SELF) -> Wish:
    return Wish(channel=channel, stance=stance, quote=Quote(0, 5, "words"), lasting=lasting, whose=whose)


def of_ann(records: Records) -> list[FiledWish]:
    return records.filing.of("local", WishSource.CUSTOMER, "c-1")


def of_acme(records: Records) -> list[FiledWish]:
    return records.filing.of("local", WishSource.ACCOUNT, "a-1")


def in_force(records: Records, *, days: int) -> set[tuple[str, str]]:
    at = NOW + days * DAY
    later = Ticket(id="later", body="x", customer=ANN, account=ACME, created_at=at)
    return {(wish.channel.value, wish.stance.value) for wish in records.history(later).wishes}


def test_a_wish_said_once_holds_for_its_matter_and_thirty_days(records: Records) -> None:
    say(records, 1, said(PHONE))
    (filed,) = of_ann(records)
    assert (filed.standing, filed.topic, filed.moment) == (Standing.ONCE, "Invoices", None)
    assert (filed.said_by, filed.said_in, filed.quote) == (SaidBy.TICKET, "t-1", "words")
    assert (filed.since, filed.until) == (NOW, NOW + 30 * DAY)
    assert in_force(records, days=29) == {("phone", "wants")}
    assert in_force(records, days=30) == set()


def test_without_a_known_topic_the_matter_is_the_moment(records: Records) -> None:
    say(records, 1, said(PHONE), topic=None)
    assert [(one.topic, one.moment) for one in of_ann(records)] == [(None, Moment.BILLING)]


def test_a_wish_said_again_stands_for_a_year_and_then_is_a_suggestion(records: Records) -> None:
    say(records, 1, said(PHONE))
    say(records, 2, said(PHONE), days=60, topic="Sign-in")
    newest, first = of_ann(records)
    assert (newest.standing, newest.topic, newest.until) == (Standing.STANDING, None, NOW + 425 * DAY)
    assert first.standing is Standing.ONCE
    assert in_force(records, days=424) == {("phone", "wants")}
    assert newest.state(NOW + 425 * DAY) is State.SUGGESTED
    assert newest in records.filing.suggested(NOW + 425 * DAY)
    assert first.state(NOW + 425 * DAY) is State.EXPIRED


def test_a_wish_said_again_after_more_than_a_year_is_said_once(records: Records) -> None:
    say(records, 1, said(PHONE))
    say(records, 2, said(PHONE), days=366)
    assert [one.standing for one in of_ann(records)] == [Standing.ONCE, Standing.ONCE]


def test_the_same_ticket_twice_says_it_once(records: Records) -> None:
    say(records, 1, said(PHONE))
    say(records, 1, said(PHONE), said(CHAT))
    assert {one.standing for one in of_ann(records)} == {Standing.ONCE}
    assert {one.channel for one in of_ann(records)} == {PHONE, CHAT}


def test_a_wish_said_for_good_stands_at_once_and_everywhere(records: Records) -> None:
    say(records, 1, said(PHONE, REFUSES, lasting=True))
    (filed,) = of_ann(records)
    assert (filed.standing, filed.topic, filed.moment, filed.until) == (Standing.STANDING, None, None, NOW + 365 * DAY)


def test_words_about_a_colleague_bind_nobody_and_are_suggested_to_the_account(records: Records) -> None:
    say(records, 1, said(PHONE, REFUSES, whose=Whose.COLLEAGUE))
    assert of_ann(records) == []
    (suggested,) = of_acme(records)
    assert suggested.state(NOW + DAY) is State.SUGGESTED
    assert suggested.evidence == "said in ticket t-1 about a colleague"
    assert in_force(records, days=1) == set()


def test_words_for_the_whole_firm_are_the_writers_own_and_a_suggestion_to_the_account(records: Records) -> None:
    say(records, 1, said(PHONE, REFUSES, lasting=True, whose=Whose.FIRM))
    assert [one.standing for one in of_ann(records)] == [Standing.STANDING]
    assert [(one.standing, one.evidence) for one in of_acme(records)] == [
        (Standing.SUGGESTED, "said in ticket t-1 for the whole firm")
    ]
    assert in_force(records, days=1) == {("phone", "refuses")}


def test_a_contradiction_keeps_both_and_the_newer_one_rules(records: Records) -> None:
    say(records, 1, said(PHONE))
    say(records, 2, said(PHONE, REFUSES, lasting=True), days=3, topic="Sign-in")
    newer, older = of_ann(records)
    assert older.state(NOW + 2 * DAY) is State.IN_FORCE
    assert older.state(NOW + 3 * DAY) is State.ENDED
    assert older.ended_why == "newer words in ticket t-2"
    assert newer.state(NOW + 4 * DAY) is State.IN_FORCE
    assert in_force(records, days=4) == {("phone", "refuses")}
    assert in_force(records, days=2) == {("phone", "wants")}, "an older ticket, read later, sees what held then"


def test_the_order_in_which_tickets_are_read_changes_nothing(tmp_path: Path) -> None:
    forth, back = records_in(tmp_path / "forth"), records_in(tmp_path / "back")
    say(forth, 1, said(PHONE))
    say(forth, 2, said(PHONE, REFUSES, lasting=True), days=3)
    say(back, 2, said(PHONE, REFUSES, lasting=True), days=3)
    say(back, 1, said(PHONE))
    assert of_ann(forth) == of_ann(back)


def test_a_narrow_wish_ends_no_general_one(records: Records) -> None:
    say(records, 1, said(PHONE, REFUSES, lasting=True))
    say(records, 2, said(PHONE), days=3)
    assert in_force(records, days=4) == {("phone", "refuses"), ("phone", "wants")}


def test_a_refusal_of_any_person_ends_a_wish_for_a_call_and_a_call_wanted_ends_such_a_refusal(
    records: Records,
) -> None:
    say(records, 1, said(PHONE, lasting=True))
    say(records, 2, said(PERSON, REFUSES, lasting=True), days=1)
    assert in_force(records, days=2) == {("person", "refuses")}
    say(records, 3, said(CHAT, lasting=True), days=5)
    assert in_force(records, days=6) == {("chat", "wants")}


def test_a_wish_for_a_person_leaves_a_refusal_of_calls(records: Records) -> None:
    say(records, 1, said(PHONE, REFUSES, lasting=True))
    say(records, 2, said(PERSON, lasting=True), days=1)
    assert in_force(records, days=2) == {("phone", "refuses"), ("person", "wants")}


def test_what_a_thread_no_longer_says_is_not_on_file(records: Records) -> None:
    say(records, 1, said(PHONE))
    say(records, 1, said(PHONE, REFUSES))
    assert [(one.channel, one.stance) for one in of_ann(records)] == [(PHONE, REFUSES)]


def test_a_ticket_does_not_hear_its_own_words_from_the_file(records: Records) -> None:
    advice = say(records, 1, said(PHONE))
    again = records.history(advice.ticket)
    assert again.wishes == ()


def test_who_is_not_known_has_nothing_on_file(records: Records) -> None:
    say(records, 1, said(PHONE), ticket=Ticket(id="t-1", body="words"))
    assert records.counts()["filed"] == 0


def test_wishes_sent_by_a_helpdesk_replace_those_sent_before_and_stay_where_none_come(records: Records) -> None:
    mails = Wish(channel=EMAIL, stance=WANTS, source=WishSource.CUSTOMER)
    calls = Wish(channel=PHONE, stance=WANTS, source=WishSource.CUSTOMER)
    ticket = Ticket(id="t-1", body="words", customer=replace(ANN, wishes=(mails, calls)))
    say(records, 1, ticket=ticket)
    assert in_force(records, days=1) == {("email", "wants"), ("phone", "wants")}
    say(records, 2, days=2)
    assert in_force(records, days=3) == {("email", "wants"), ("phone", "wants")}
    say(records, 3, days=4, ticket=replace(ticket, id="t-3", customer=replace(ANN, wishes=(mails,))))
    assert in_force(records, days=5) == {("email", "wants")}
    ended = [one for one in of_ann(records) if one.channel is PHONE]
    assert [(one.state(NOW + 5 * DAY), one.ended_why) for one in ended] == [(State.ENDED, "the helpdesk sent others")]


def test_wishes_that_come_with_a_ticket_are_not_doubled_from_the_file(records: Records) -> None:
    mails = Wish(channel=EMAIL, stance=WANTS, source=WishSource.CUSTOMER)
    ticket = Ticket(id="t-1", body="words", customer=replace(ANN, wishes=(mails,)), created_at=NOW)
    say(records, 1, ticket=ticket)
    assert records.history(replace(ticket, id="t-2")).wishes == ()


def test_an_agent_puts_a_wish_on_file_ends_it_and_takes_the_end_back(records: Records) -> None:
    wish = FiledWish(owner="c-1", channel=PHONE, stance=WANTS, moment=Moment.BILLING, since=NOW)
    filed = records.filing.put(wish, by="Bo", at=NOW)
    assert in_force(records, days=1) == {("phone", "wants")}
    records.filing.end(records.filing.get(filed.id[:6]), by="Bo", at=NOW + 2 * DAY, why="asked by mail")
    assert in_force(records, days=3) == set()
    assert in_force(records, days=1) == {("phone", "wants")}
    records.filing.restore(records.filing.get(filed.id), by="Cy", at=NOW + 4 * DAY)
    assert in_force(records, days=3) == {("phone", "wants")}


def test_what_an_agent_ended_is_not_brought_back_by_reading_the_ticket_again(records: Records) -> None:
    say(records, 1, said(PHONE))
    records.filing.end(of_ann(records)[0], by="Bo", at=NOW + DAY, why="misread")
    say(records, 1, said(PHONE))
    assert in_force(records, days=2) == set()


def test_a_wish_that_was_misread_gives_the_older_one_back(records: Records) -> None:
    say(records, 1, said(PHONE, lasting=True))
    say(records, 2, said(PHONE, REFUSES, lasting=True), days=1)
    records.filing.end(of_ann(records)[0], by="Bo", at=NOW + DAY, why="misread")
    assert in_force(records, days=2) == {("phone", "wants")}


def test_a_suggestion_counts_once_an_agent_has_confirmed_it(records: Records) -> None:
    say(records, 1, said(PHONE, REFUSES, whose=Whose.COLLEAGUE))
    records.filing.confirm(of_acme(records)[0], by="Bo", at=NOW + 2 * DAY, until=None)
    assert in_force(records, days=1) == set()
    assert in_force(records, days=3) == {("phone", "refuses")}


def test_an_id_that_fits_none_or_several_is_one_sentence(records: Records) -> None:
    with pytest.raises(RecordsError, match="no wish on file under the id 'zz': advisor customers show"):
        records.filing.get("zz")
    say(records, 1, said(PHONE), said(CHAT))
    with pytest.raises(RecordsError, match="several wishes on file under the id ''"):
        records.filing.get("")


def test_a_number_and_a_persona_on_file_are_known_to_the_next_ticket(records: Records) -> None:
    full = replace(ANN, phone="+1 555 0100", persona="hands_on")
    say(records, 1, ticket=Ticket(id="t-1", body="words", customer=full, account=replace(ACME, licences=80)))
    known = records.history(Ticket(id="t-2", body="x", customer=Customer(id="c-1"), created_at=datetime.now(UTC)))
    assert (known.customer.phone, known.customer.persona) == ("+1 555 0100", "hands_on")
    assert (known.account.id, known.account.licences) == ("a-1", 80)


def test_what_one_ticket_says_counts_for_the_next_of_the_same_batch(records: Records) -> None:
    tickets = [
        Ticket(id=f"t-{number}", body=body, customer=ANN, created_at=NOW + number * DAY)
        for number, body in enumerate(["My invoice: call me", "My password is gone."])
    ]
    advices = list(an_advisor(records).advise_many(tickets))
    assert [wish.source for wish in advices[1].evidence.wishes] == [WishSource.CUSTOMER]
    alone = records_in(records.file.path.parent / "alone")
    one_by_one = [an_advisor(alone).advise(ticket) for ticket in tickets]
    assert [one.recommendation for one in advices] == [one.recommendation for one in one_by_one]


def test_a_ticket_that_comes_again_without_its_customer_keeps_them_and_their_wishes(records: Records) -> None:
    say(records, 1, said(PHONE, REFUSES, lasting=True))
    say(records, 1, said(PHONE, REFUSES, lasting=True), ticket=Ticket(id="t-1", body="Other words."))
    assert [one.id for one in records.find("c-1")] == ["c-1"]
    assert in_force(records, days=1) == {("phone", "refuses")}


def test_a_customer_on_file_stays_where_their_only_ticket_turns_out_to_be_anothers(records: Records) -> None:
    wish = FiledWish(owner="c-1", channel=PHONE, stance=WANTS, since=NOW)
    say(records, 1)
    records.filing.put(wish, by="Bo", at=NOW)
    say(records, 1, ticket=Ticket(id="t-1", body="words", customer=Customer(id="c-2")))
    assert in_force(records, days=1) == {("phone", "wants")}


def test_a_wish_that_was_not_heard_surely_counts_in_its_ticket_alone(records: Records) -> None:
    advice = say(records, 1, replace(said(PHONE), probability=0.6))
    assert [wish.channel for wish in advice.recommendation.wishes] == [PHONE]
    assert of_ann(records) == []


def test_what_an_agent_has_confirmed_stays_however_often_the_ticket_is_read(records: Records) -> None:
    say(records, 1, said(PHONE, REFUSES, whose=Whose.COLLEAGUE))
    records.filing.confirm(of_acme(records)[0], by="Bo", at=NOW + 2 * DAY, until=None)
    say(records, 1, said(PHONE, REFUSES, whose=Whose.COLLEAGUE))
    assert in_force(records, days=3) == {("phone", "refuses")}
    say(records, 1)
    assert in_force(records, days=3) == {("phone", "refuses")}


def test_newer_words_that_have_run_out_end_nothing_any_more(records: Records) -> None:
    never = FiledWish(owner="c-1", channel=PHONE, stance=REFUSES, since=NOW)
    records.filing.put(never, by="Bo", at=NOW)
    for_now = replace(never, stance=WANTS, since=NOW + DAY, until=NOW + 5 * DAY)
    records.filing.put(for_now, by="Bo", at=NOW + DAY)
    assert in_force(records, days=2) == {("phone", "wants")}
    assert in_force(records, days=6) == {("phone", "refuses")}


def test_a_helpdesk_brings_back_nothing_that_an_agent_ended_and_an_older_ticket_changes_nothing(
    records: Records,
) -> None:
    calls = Wish(channel=PHONE, stance=WANTS, source=WishSource.CUSTOMER)
    mails = Wish(channel=EMAIL, stance=WANTS, source=WishSource.CUSTOMER)
    sent = Ticket(id="t-1", body="words", customer=replace(ANN, wishes=(calls,)))
    say(records, 1, days=10, ticket=sent)
    say(records, 2, days=0, ticket=replace(sent, id="t-2", customer=replace(ANN, wishes=(mails,))))
    assert in_force(records, days=11) == {("phone", "wants")}
    records.filing.end(of_ann(records)[0], by="Bo", at=NOW + 11 * DAY, why="asked")
    say(records, 3, days=12, ticket=replace(sent, id="t-3"))
    assert in_force(records, days=13) == set()


def test_words_of_somebody_else_in_the_thread_are_suggested_without_their_address(records: Records) -> None:
    say(records, 1, replace(said(PHONE, REFUSES), author="bob@colleague.example"))
    (suggested,) = of_acme(records)
    assert suggested.evidence == "said in ticket t-1 by somebody else in the thread"


def test_an_import_changes_nothing_that_an_agent_settled_be_it_the_one_who_imported(records: Records) -> None:
    calls = Wish(channel=PHONE, stance=WANTS, source=WishSource.CUSTOMER, expires=NOW + DAY)
    imported = Ticket(id="", body="", customer=replace(ANN, wishes=(calls,)))
    for _ in range(2):
        records.people.keep([imported], kind=WishSource.CUSTOMER, by="Bo", at=NOW)
        (wish,) = of_ann(records)
        if wish.state(NOW + 2 * DAY) is State.SUGGESTED:
            records.filing.confirm(wish, by="Bo", at=NOW + 2 * DAY, until=None)
    assert in_force(records, days=9) == {("phone", "wants")}


def test_what_was_said_for_good_ends_an_older_wish_for_good_even_after_its_year(records: Records) -> None:
    records.filing.put(FiledWish(owner="c-1", channel=PHONE, stance=WANTS, since=NOW), by="Bo", at=NOW)
    say(records, 1, said(PHONE, REFUSES, lasting=True), days=1)
    assert in_force(records, days=2) == {("phone", "refuses")}
    assert in_force(records, days=400) == set(), "to be asked again, and nobody is called meanwhile"
