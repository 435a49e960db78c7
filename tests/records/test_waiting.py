"""Which tickets wait, as things are done and become of them; and what an agent said was done, taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from advisor_builders import NOW
from queue_builders import PLAIN, advised, records_at, saved

from advisor.errors import RecordsError
from advisor.records import Records
from advisor.types import (
    Action,
    Channel,
    Handled,
    Message,
    OtherMessage,
    Outcome,
    OutcomeKind,
    Sender,
    Ticket,
)

HOUR = timedelta(hours=1)
CALLED = Handled(action=Action.LIVE_HUMAN, channel=Channel.PHONE, by="Bo", at=NOW + HOUR)
MAILED = replace(CALLED, channel=Channel.EMAIL, by="Cy", at=NOW + 2 * HOUR)


@pytest.fixture
def records(tmp_path: Path) -> Records:
    return records_at(tmp_path)


def waits(records: Records, id: str = "t-1") -> bool:
    row = records.queue.get("local", id)
    assert row is not None
    return row.is_open


def told(kind: OutcomeKind, hours: int, *, how: str = "link", related: str | None = None) -> Outcome:
    return Outcome(ticket_id="t-1", kind=kind, at=NOW + hours * HOUR, by="the customer", how=how, related=related)


def talked(records: Records, *talk: tuple[Sender, datetime | None], status: str | None = None) -> None:
    """Save a ticket with messages after the first one, as the reader would take it apart."""
    messages = tuple(Message(sender=sender, body=f"word {place}", at=at) for place, (sender, at) in enumerate(talk))
    ticket: Ticket = replace(PLAIN, id="t-1", messages=messages, status=status)
    advice = advised(ticket)
    others = []
    spans, times = list(advice.document.messages), [PLAIN.created_at]
    for message in messages:
        if message.sender is Sender.CUSTOMER:
            spans.append(spans[0])
            times.append(message.at)
        else:
            other = OtherMessage(sender=message.sender, author=None, at=message.at, text=message.body, after=len(spans))
            others.append(other)
    document = replace(
        advice.document,
        messages=tuple(spans),
        authors=(None,) * len(spans),
        times=tuple(times),
        others=tuple(others),
    )
    records.save([replace(advice, document=document)])


@pytest.mark.parametrize(
    ("status", "expected"),
    [(None, True), ("new", True), ("Pending", True), ("solved", False), (" Closed ", False), ("resolved", False)],
)
def test_a_ticket_waits_until_its_status_says_otherwise(records: Records, status: str, expected: bool) -> None:
    saved(records, "t-1", facts={"status": status})
    assert waits(records) is expected


def test_a_ticket_waits_until_something_was_done(records: Records) -> None:
    saved(records, "t-1")
    records.outcomes.keep_handled("local", "t-1", Handled(by="Bo"), told_by="agent")
    assert waits(records)
    records.outcomes.keep_handled("local", "t-1", CALLED, told_by="agent")
    assert not waits(records)
    saved(records, "t-2", facts={"handled": CALLED})
    assert not waits(records, "t-2")


def test_a_customer_who_writes_after_the_answer_waits_again(records: Records) -> None:
    talked(records, (Sender.AGENT, NOW + HOUR))
    assert not waits(records)
    talked(records, (Sender.AGENT, NOW + HOUR), (Sender.CUSTOMER, NOW + 2 * HOUR))
    assert waits(records)
    talked(records, (Sender.AGENT, None), (Sender.CUSTOMER, None))
    assert waits(records)
    talked(records, (Sender.AGENT, NOW + HOUR), (Sender.CUSTOMER, NOW + 2 * HOUR), (Sender.AGENT, NOW + 3 * HOUR))
    assert not waits(records)
    talked(records, (Sender.AGENT, NOW + HOUR), (Sender.CUSTOMER, NOW + 2 * HOUR), status="solved")
    assert not waits(records)


def test_an_agents_word_counts_for_what_was_written_before_it(records: Records) -> None:
    talked(records, (Sender.AGENT, NOW + HOUR), (Sender.CUSTOMER, NOW + 2 * HOUR))
    records.outcomes.keep_handled("local", "t-1", replace(CALLED, at=NOW + 3 * HOUR), told_by="agent")
    assert not waits(records)
    records.outcomes.keep_handled("local", "t-1", replace(CALLED, at=NOW + HOUR), told_by="agent")
    assert waits(records)


def test_who_says_that_it_helped_waits_no_more_and_who_wants_a_person_waits_again(records: Records) -> None:
    saved(records, "t-1")
    helped = told(OutcomeKind.CONFIRMED, 1)
    records.outcomes.add([helped], by="x")
    assert not waits(records)
    records.outcomes.remove(helped)
    assert waits(records)
    sent = Handled(action=Action.SELF_SERVICE, channel=Channel.EMAIL, by="Bo", at=NOW + HOUR)
    records.outcomes.keep_handled("local", "t-1", sent, told_by="agent")
    assert not waits(records)
    records.outcomes.add([told(OutcomeKind.HANDED_ON, 2)], by="x")
    assert waits(records)
    records.outcomes.keep_handled("local", "t-1", replace(CALLED, at=NOW + 3 * HOUR), told_by="agent")
    assert not waits(records)


def test_what_is_imported_or_is_another_ticket_brings_none_back(records: Records) -> None:
    saved(records, "t-2")
    saved(records, "t-1", facts={"handled": CALLED})
    records.outcomes.add([told(OutcomeKind.CONTRADICTED, 3, how="import")], by="x")
    records.outcomes.add([told(OutcomeKind.CONTRADICTED, 3, related="t-2")], by="x")
    assert not waits(records)


def test_what_an_agent_said_was_done_is_taken_back_step_by_step(records: Records) -> None:
    saved(records, "t-1")
    for handled in (CALLED, MAILED):
        records.outcomes.keep_handled("local", "t-1", handled, told_by="agent")
    assert records.outcomes.undo_handled("local", "t-1", by="Bo") == CALLED
    assert not waits(records)
    assert records.outcomes.undo_handled("local", "t-1", by="Bo") is None
    assert waits(records)
    with pytest.raises(RecordsError, match="nothing is known"):
        records.outcomes.undo_handled("local", "t-1", by="Bo")
    rows = records.file.tables.execute("select replaced_by, undone_by from handled_before order by id").fetchall()
    assert rows == [("Bo", "Bo"), ("Cy", "Bo")]


def test_what_the_helpdesk_told_comes_back_and_is_not_an_agents_to_take_back(records: Records) -> None:
    saved(records, "t-1", facts={"handled": CALLED})
    records.outcomes.keep_handled("local", "t-1", MAILED, told_by="agent")
    assert records.outcomes.undo_handled("local", "t-1", by="Bo") == CALLED
    with pytest.raises(RecordsError, match="it was told by: ticket"):
        records.outcomes.undo_handled("local", "t-1", by="Bo")


def test_the_same_word_twice_is_one_step(records: Records) -> None:
    saved(records, "t-1")
    for _ in range(2):
        records.outcomes.keep_handled("local", "t-1", CALLED, told_by="agent")
    assert records.outcomes.undo_handled("local", "t-1", by="Bo") is None
