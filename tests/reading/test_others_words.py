"""What agents and systems wrote is read for people: masked, and placed among the customer's messages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from advisor.advise import Advisor
from advisor.types import Message, Sender, Ticket

NOW = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


def test_reading_gives_others_words_and_when_the_customer_wrote(demo_advisor: Advisor) -> None:
    talk = (
        Message(sender=Sender.SYSTEM, body="Ticket opened."),
        Message(sender=Sender.AGENT, author="Bo", at=NOW, body="<p>Call me on +1 202 555 0143.</p><br>"),
        Message(sender=Sender.CUSTOMER, body="It still burns.", at=LATER),
        Message(sender=Sender.AGENT, body="<br>"),
    )
    ticket = Ticket(id="t-1", subject="Printer", body="It burns.", created_at=NOW, messages=talk)
    document = demo_advisor.advise(ticket, record=False).document
    assert [(one.sender.value, one.author, one.at, one.after, one.text) for one in document.others] == [
        ("system", None, None, 1, "Ticket opened."),
        ("agent", "Bo", NOW, 1, "Call me on [PHONE]."),
        ("agent", None, None, 2, ""),
    ]
    assert document.times == (NOW, LATER)
