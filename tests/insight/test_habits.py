"""What customers do suggests what they wish; nothing else does."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from advisor_builders import COMPANY, NOW, an_advisor, records_in

from advisor.insight.habits import habits
from advisor.records import FiledWish, Records
from advisor.types import (
    Action,
    Channel,
    Customer,
    Handled,
    Outcome,
    OutcomeKind,
    Stance,
    Ticket,
    WishChannel,
)

DAY = timedelta(days=1)
LATER = NOW + 400 * DAY
ARTICLE = Handled(action=Action.SELF_SERVICE, channel=Channel.EMAIL)


@pytest.fixture
def records(tmp_path: Path) -> Records:
    return records_in(tmp_path)


def came(records: Records, number: int, *, outcome: OutcomeKind | None = None, by: Channel = Channel.EMAIL) -> None:
    """The customer's ticket of this number, one every thirty days."""
    at = NOW + number * 30 * DAY
    ticket = Ticket(
        id=f"t-{number}", body="My password is gone.", channel=by, created_at=at, customer=Customer(id="C-1")
    )
    an_advisor(records).advise(replace(ticket, handled=ARTICLE if outcome is not None else None))
    if outcome is not None:
        records.outcomes.add([Outcome(ticket_id=ticket.id, kind=outcome, at=at + DAY)], by="import")


def suggested(records: Records, now: datetime = LATER) -> list[tuple[str, str, str | None]]:
    return [(one.channel.value, one.stance.value, one.evidence) for one in habits(records, COMPANY, now)]


def test_articles_that_did_not_help_suggest_that_none_is_wanted(records: Records) -> None:
    for number, kind in enumerate([OutcomeKind.CONTRADICTED] * 2 + [OutcomeKind.CONFIRMED, OutcomeKind.CONTRADICTED]):
        came(records, number, outcome=kind)
    assert suggested(records) == [("self_service", "refuses", "3 of the last 4 articles did not help (t-0, t-1, t-3)")]
    assert suggested(records, NOW + 70 * DAY) == [], "two are not enough"


def test_articles_that_helped_suggest_that_they_are_wanted_unless_one_did_not(records: Records) -> None:
    for number in range(3):
        came(records, number, outcome=OutcomeKind.CONFIRMED)
    assert suggested(records) == [("self_service", "wants", "3 of the last 3 articles helped (t-0, t-1, t-2)")]
    came(records, 3, outcome=OutcomeKind.CONTRADICTED)
    assert suggested(records) == []


def test_silence_suggests_nothing(records: Records) -> None:
    for number in range(4):
        came(records, number, outcome=OutcomeKind.ABANDONED)
    assert suggested(records) == []


def test_who_keeps_calling_may_want_calls(records: Records) -> None:
    for number, by in enumerate([Channel.EMAIL, Channel.PHONE, Channel.PHONE, Channel.EMAIL, Channel.PHONE]):
        came(records, number, by=by)
    assert suggested(records) == [("phone", "wants", "3 of the last 4 tickets came by phone (t-1, t-2, t-4)")]


def test_what_is_on_file_already_or_was_put_aside_is_not_suggested(records: Records) -> None:
    for number in range(3):
        came(records, number, by=Channel.PHONE)
    wish = FiledWish(owner="C-1", channel=WishChannel.PHONE, stance=Stance.REFUSES, since=NOW)
    filed = records.filing.put(wish, by="Bo", at=NOW)
    assert suggested(records) == []
    records.filing.end(filed, by="Bo", at=NOW + DAY, why="mistake")
    assert suggested(records) == []


def test_a_suggestion_decides_nothing(records: Records) -> None:
    for number in range(3):
        came(records, number, by=Channel.PHONE)
    for one in habits(records, COMPANY, LATER):
        records.filing.put(one, by=None, at=LATER)
    next_one = Ticket(id="t-9", body="x", created_at=LATER + DAY, customer=Customer(id="C-1"))
    assert records.history(next_one).wishes == ()
    assert [one.channel for one in records.filing.suggested(LATER + DAY)] == [WishChannel.PHONE]
