"""Hostile tickets through the real advisor: all answered within a minute together, none with an article."""

from __future__ import annotations

import time
from pathlib import Path

from advisor.advise import Advisor
from advisor.types import Action, Ticket

HOSTILE = {
    "empty": "",
    "white space": " \n\t\r\n\u00a0\u2003" * 500,
    "control characters": "".join(map(chr, range(32))) * 200,
    "letters without a space": "a" * 200_000,
    "nested tags": "<div>" * 20_000 + "hello" + "</div>" * 20_000,
    "open tags": "<b>" * 20_000,
    "quote marks": ">" * 100_000,
    "quote marks on lines": ">\n" * 50_000,
    "double quotation marks": '"' * 100_000,
    "single quotation marks": "'" * 100_000,
    "emoji": "😀" * 500,
    "template": "{{7*7}} ${7*7} <%= 7*7 %> #{7*7} {% for x in y %}",
    "SQL": "'; DROP TABLE tickets; -- \" OR 1=1",
    "FTS5": 'NEAR("a" b, 3) AND NOT * OR ^x: {title}: "',
    "shell": "$(touch executed) `touch executed`; touch executed && true | sh",
    "mixed direction": "\u202ehello \u2066مرحبا\u2069 שלום world\u202c",
    "lines": "line\n" * 20_000,
}


def test_hostile_tickets_are_all_answered_by_a_person_within_a_minute(demo_advisor: Advisor) -> None:
    tickets = [Ticket(id=name, source="hostile", body=body) for name, body in HOSTILE.items()]
    tickets += [Ticket(id=f"subject: {name}", source="hostile", subject=body) for name, body in HOSTILE.items()]
    started = time.monotonic()
    advices = list(demo_advisor.advise_many(tickets))
    assert time.monotonic() - started < 60
    assert [advice.ticket.id for advice in advices] == [one.id for one in tickets]
    by_article = [a.ticket.id for a in advices if a.recommendation.action is not Action.LIVE_HUMAN]
    assert by_article == []
    assert not Path("executed").exists()


def test_a_hostile_ticket_does_no_harm_to_what_is_recorded(demo_advisor: Advisor) -> None:
    demo_advisor.advise(Ticket(id="drop", source="hostile", body=HOSTILE["SQL"]))
    again = demo_advisor.advise(Ticket(id="drop", source="hostile", body=HOSTILE["FTS5"]))
    assert again.recommendation.revision == 2


def test_plain_words_by_the_thousand_are_answered_in_bearable_time(demo_advisor: Advisor) -> None:
    started = time.monotonic()
    for number, words in enumerate(("call me ", "The article ", "I read ")):
        demo_advisor.advise(Ticket(id=f"many-{number}", source="hostile", body=words * 20_000))
    assert time.monotonic() - started < 60
