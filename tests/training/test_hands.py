"""Wishes and signals on invented tickets in the form of those by other hands, which no test opens."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from evaluate_builders import setting

from advisor.reading.language import Lexicon
from advisor.reading.text import read_document
from advisor.reading.told import UNREAD
from advisor.reading.work import base_evidence
from advisor.types import History, Read, Signal, SignalKind, Stance, Ticket, Wish, WishChannel
from training.benchmarks import Setting
from training.benchmarks.hands import FILE, WORST, read_file, read_rows
from training.evaluate import evaluate, met

HANDS = (
    {
        "hand": 1, "text": "Please ring me, otherwise write an e-mail. No more articles!", "group": "phone_wants",
        "positive": True, "signals": [],
        "wishes": [
            {"channel": "phone", "stance": "wants", "order": 1}, {"channel": "email", "stance": "wants", "order": 2},
            {"channel": "self_service", "stance": "refuses", "order": 1},
        ],
    },
    {
        "hand": 2, "text": "My account was hacked and I am twelve.", "group": "fraud", "positive": True, "wishes": [],
        "signals": ["fraud_or_security", "minor"],
    },
    {
        "hand": 3, "text": "The ring on your call button is dead.", "group": "phone_wants", "positive": False,
        "wishes": [], "signals": [],
    },
)  # fmt: skip


class ReadsByWords:
    """A reader that knows a few words: it takes every ring for a call, and orders nothing."""

    def read(self, tickets: list[tuple[Ticket, History]], /) -> list[Read]:
        return [self.one(ticket) for ticket, _ in tickets]

    def one(self, ticket: Ticket) -> Read:
        words = {
            "ring": Wish(channel=WishChannel.PHONE, stance=Stance.WANTS),
            "e-mail": Wish(channel=WishChannel.EMAIL, stance=Stance.WANTS),
            "articles": Wish(channel=WishChannel.SELF_SERVICE, stance=Stance.REFUSES),
        }
        signals = {"hacked": Signal(SignalKind.FRAUD_OR_SECURITY, 0.9, None)}
        document = read_document(ticket, Lexicon(frozenset()))
        evidence = base_evidence(
            ticket,
            replace(UNREAD, readability=document.readability, language=document.language),
            datetime(2026, 3, 2, tzinfo=UTC),
        )
        return Read(
            document,
            replace(
                evidence,
                wishes=tuple(wish for word, wish in words.items() if word in ticket.body),
                signals=tuple(signal for word, signal in signals.items() if word in ticket.body),
            ),
        )


@pytest.fixture
def opened(tmp_path: Path) -> Setting:
    """A setting whose set by other hands is read by a reader that knows a few words."""
    one = setting(tmp_path)
    one.hands.mkdir()
    lines = "".join(json.dumps(row) + "\n" for row in HANDS)
    (one.hands / FILE).write_text(lines, encoding="utf-8")
    one.once("hands", lambda: read_file(one.hands / FILE, ReadsByWords(), one))
    return one


def test_a_row_of_other_hands_is_compared_with_what_was_read(opened: Setting) -> None:
    first, second, third = read_rows(opened)
    assert first.truth == first.said == {"phone wants", "email wants", "self_service refuses"}
    assert (first.hand, first.positive, first.choices) == (1, True, False)
    assert (set(second.truth - second.said), second.choices) == ({"minor"}, True)
    assert (third.hand, third.positive, third.choices, set(third.said)) == (3, False, False, {"phone wants"})


def test_wishes_are_counted_together_by_kind_by_hand_and_as_whole_tickets(opened: Setting) -> None:
    [result] = evaluate(["wishes"], opened)
    told = {figure.name: figure.value for figure in result.figures}
    assert told["person and refusals: recall (1)"] == told["person and refusals: precision (1)"] == 1
    assert told["all kinds: recall (3)"] == 1
    assert told["all kinds: precision (4)"] == told["phone: wants: precision (2)"] * 1.5 == 0.75
    assert told["phone: wants: recall (1)"] == 1
    assert told["all kinds, hand 3: precision (1)"] == 0
    assert "all kinds, hand 2: recall (0)" not in told
    assert told["asks for somebody, by whatever way: precision (2)"] == 0.5
    assert told["all wishes of a ticket right, order included (3)"] == pytest.approx(1 / 3)
    assert told["hard negatives with a wish said that is not there (1)"] == 1
    assert not [name for name in told if name.startswith("chat")]
    assert "3 tickets by 3 other hands, 2 that hold something" in result.protocol


def test_safety_signals_are_counted_together_and_each(opened: Setting) -> None:
    [result] = evaluate(["signals"], opened)
    told = {figure.name: figure.value for figure in result.figures}
    assert told["safety signals: recall (2)"] == 0.5
    assert told["safety signals: precision (1)"] == 1
    assert told["fraud_or_security: recall (1)"] == 1
    assert told["minor: recall (1)"] == 0
    assert told["hard negatives with a safety signal said that is not there (1)"] == 0
    met_by_name = {figure.name: met(figure) for figure in result.figures}
    assert met_by_name["safety signals: recall (2)"] == "no"


def test_every_figure_of_other_hands_has_an_interval_around_it(opened: Setting) -> None:
    for result in evaluate(["wishes", "signals"], opened):
        for figure in result.figures:
            assert (figure.low or 0) <= figure.value <= (figure.high or 1)


def test_what_is_worst_to_miss_is_a_request_for_a_person_and_any_refusal() -> None:
    assert WORST == ("self_service refuses", "email refuses", "chat refuses", "phone refuses", "person wants",
                     "person refuses")  # fmt: skip
