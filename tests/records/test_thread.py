"""The thread of a ticket: whose words stand where, masked, in their order."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from advisor_builders import NOW
from queue_builders import advised, records_at, saved

from advisor.reading.heads import SHIPPED
from advisor.reading.language import Lexicon
from advisor.reading.text import other_messages, read_document
from advisor.records import Records
from advisor.types import Message, Sender, Span, Ticket

HOUR = timedelta(hours=1)
TALK = Ticket(
    id="t-1",
    subject="Printer",
    body="It burns.",
    created_at=NOW,
    messages=(
        Message(sender=Sender.SYSTEM, body="Ticket opened.", at=NOW),
        Message(
            sender=Sender.AGENT,
            author="Bo",
            at=NOW + HOUR,
            body="<p>Dear Ann,</p><p>call me on +1 202 555 0143.</p><blockquote>It burns.</blockquote>",
        ),
        Message(sender=Sender.CUSTOMER, body="It still burns.\n\nOn Monday Bo wrote:\n> Dear Ann", at=NOW + 2 * HOUR),
        Message(sender=Sender.AGENT, body="<br>"),
        Message(sender=Sender.AGENT, author="Cy", body="Then throw it away."),
    ),
)


@pytest.fixture
def records(tmp_path: Path) -> Records:
    return records_at(tmp_path)


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return Lexicon.load(SHIPPED / "lexicon.json")


def keep(records: Records, ticket: Ticket, lexicon: Lexicon, *, masked: bool = True) -> None:
    document = replace(read_document(ticket, lexicon, masked=masked), others=other_messages(ticket, masked=masked))
    records.save([replace(advised(ticket), document=document)])


def test_customer_and_others_stand_in_the_order_in_which_they_wrote(records: Records, lexicon: Lexicon) -> None:
    keep(records, TALK, lexicon)
    thread = records.thread("local", "t-1")
    assert [(one.number, one.sender.value, one.author, one.at, one.text) for one in thread] == [
        (0, "customer", None, NOW, "It burns."),
        (1, "system", None, NOW, "Ticket opened."),
        (2, "agent", "Bo", NOW + HOUR, "Dear Ann,\n\ncall me on [PHONE]."),
        (3, "customer", None, NOW + 2 * HOUR, "It still burns."),
        (4, "agent", "Cy", None, "Then throw it away."),
    ]


def test_the_customers_words_are_stretches_of_the_stored_text(records: Records, lexicon: Lexicon) -> None:
    keep(records, TALK, lexicon)
    stored = records.last("t-1")
    assert stored is not None
    spans = [one.span for one in records.thread("local", "t-1")]
    assert [stored.text[span.start : span.end] if span else None for span in spans] == [
        "It burns.", None, None, "It still burns.", None,
    ]  # fmt: skip
    kept = records.file.tables.execute("select text from messages where sender = 'customer'").fetchall()
    assert kept == [(None,), (None,)]  # and are kept once


def test_a_colleagues_message_names_its_author_and_nothing_is_masked_unless_asked(
    records: Records, lexicon: Lexicon
) -> None:
    other = Message(sender=Sender.CUSTOMER, author="Dee", body="Mine burns, too.")
    known = replace(TALK.customer, id="c-1", name="Ann")
    keep(records, replace(TALK, customer=known, messages=(*TALK.messages, other)), lexicon, masked=False)
    thread = records.thread("local", "t-1")
    assert (thread[-1].author, thread[-1].text) == ("Dee", "Mine burns, too.")
    assert "+1 202 555 0143" in thread[2].text


def test_a_thread_that_comes_again_takes_the_place_of_the_old_one(records: Records, lexicon: Lexicon) -> None:
    keep(records, TALK, lexicon)
    keep(records, replace(TALK, messages=TALK.messages[:1]), lexicon)
    assert [one.text for one in records.thread("local", "t-1")] == ["It burns.", "Ticket opened."]


def test_agents_alone_and_nobody_at_all(records: Records, lexicon: Lexicon) -> None:
    keep(records, replace(TALK, body="", messages=TALK.messages[1:2]), lexicon)
    assert [one.sender for one in records.thread("local", "t-1")] == [Sender.AGENT]
    assert records.thread("local", "t-2") == []


def test_of_a_ticket_from_before_all_text_under_the_subject_is_one_message(records: Records) -> None:
    saved(records, "t-1", facts={"subject": "Printer"}, body="It burns.\n\nIt still burns.")
    records.file.tables.execute("delete from messages")
    (one,) = records.thread("local", "t-1")
    assert (one.text, one.span, one.at) == ("It burns.\n\nIt still burns.", Span(9, 35), NOW)
    saved(records, "t-2", facts={"subject": "Printer"}, body="")
    records.file.tables.execute("delete from messages")
    assert [one.text for one in records.thread("local", "t-2")] == [""]
