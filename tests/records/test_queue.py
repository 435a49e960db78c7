"""The queue: what stands in it, in which order, and page by page."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from advisor_builders import NOW
from queue_builders import ACME, HOUR, PLAIN, advised, records_at, saved

from advisor.errors import CursorError
from advisor.records import Records
from advisor.records.queue import Column, Count
from advisor.records.queue_filter import Filter, Order, Waits
from advisor.types import (
    Action,
    Channel,
    Customer,
    Moment,
    Prediction,
    Reason,
    ReasonCode,
    Signal,
    SignalKind,
    Ticket,
    Tone,
    Topic,
    WishChannel,
)


@pytest.fixture
def records(tmp_path: Path) -> Records:
    return records_at(tmp_path)


WAITING = Filter()


def ids(records: Records, wanted: Filter = WAITING, order: Order = Order.RESPOND_BY) -> list[str]:
    return [row.ticket_id for row in records.queue.page(wanted, order=order).rows]


def test_a_row_says_all_that_a_page_shows(records: Records) -> None:
    saved(
        records,
        "t-1",
        persona="admin",
        facts={
            "customer": Customer(id="C-1", name="Ann Lee", email="ann@example.org"),
            "account": replace(ACME, renews_on=date(2026, 4, 1)),
            "channel": Channel.CHAT,
            "assignee": "Bo",
            "priority": "high",
            "status": "new",
        },
        action=Action.LIVE_HUMAN,
        channel=Channel.PHONE,
        queue="tier1",
        notify=("Kim",),
        respond_by=datetime(2026, 3, 3, 13, 30, tzinfo=UTC),
        moment=Prediction(Moment.BILLING, 0.8),
        tones=(Prediction(Tone.WORRIED, 0.7),),
        severity=2.5,
        signals=(Signal(SignalKind.OUTAGE, 0.9, None), Signal(SignalKind.CANCELLATION, 0.8, None)),
        reasons=(Reason(ReasonCode.ASKS_FOR_PERSON, "The customer asks for a call."),),
        unmet=(WishChannel.EMAIL,),
        p_resolve=0.55,
        needed=0.6,
    )
    (row,) = records.queue.page().rows
    assert (row.ticket_id, row.subject, row.customer, row.customer_name) == ("t-1", "Sign-in", "C-1", "Ann Lee")
    assert (row.action, row.channel, row.came_by) == (Action.LIVE_HUMAN, Channel.PHONE, Channel.CHAT)
    assert (row.topic, row.moment, row.tone, row.persona) == ("Account", "billing", "worried", "admin")
    assert (row.reason, row.why, row.rule) == ("asks_for_person", "The customer asks for a call.", "asks_for_person")
    assert (row.unmet, row.unsure, row.is_open, row.revision) == (True, True, True, 1)
    assert (row.queue, row.notify, row.signals) == ("tier1", ("Kim",), ("cancellation", "outage"))
    assert (row.account, row.licences, row.plan, row.manager) == ("acme", 51, "pro", "Kim")
    assert (row.monthly_revenue, row.renews_on) == (990.0, date(2026, 4, 1))
    assert (row.assignee, row.priority, row.status) == ("Bo", "high", "new")
    assert (row.respond_by, row.came_at) == (datetime(2026, 3, 3, 13, 30, tzinfo=UTC), NOW)
    assert (row.severity, row.p_resolve, row.needed) == (2.5, 0.55, 0.6)
    assert records.queue.get("local", "t-1") == row
    assert records.queue.get("local", "t-2") is None


def test_times_of_all_zones_stand_in_one_order(records: Records) -> None:
    east = datetime.fromisoformat("2026-03-03T20:00:00+11:00")  # 09:00 in UTC
    west = datetime.fromisoformat("2026-03-03T02:30:00-08:00")  # 10:30 in UTC
    for id, at in (("west", west), ("east", east), ("here", NOW)):
        saved(records, id, at=at)
    assert ids(records, order=Order.OLDEST) == ["east", "here", "west"]
    assert ids(records, order=Order.NEWEST) == ["west", "here", "east"]


def test_each_order_is_kept_and_what_has_no_time_to_respond_comes_last(records: Records) -> None:
    saved(records, "a", at=NOW, respond_by=None, severity=1.0)
    saved(records, "b", at=NOW + HOUR, respond_by=NOW + 9 * HOUR, severity=3.0)
    saved(records, "c", at=NOW + 2 * HOUR, respond_by=NOW + 3 * HOUR, severity=1.0)
    assert ids(records) == ["c", "b", "a"]
    assert ids(records, order=Order.NEWEST) == ["c", "b", "a"]
    assert ids(records, order=Order.OLDEST) == ["a", "b", "c"]
    assert ids(records, order=Order.SEVERITY) == ["b", "c", "a"]


def test_every_filter_gives_the_tickets_it_names_and_no_other(records: Records) -> None:
    late = NOW + timedelta(days=9)
    other = {"channel": Channel.CHAT, "assignee": "Bo"}
    saved(
        records, "one", at=late, persona="admin", facts=other, action=Action.LIVE_HUMAN, queue="billing",
        topic=Topic("Invoices", 0.9, known=True), moment=Prediction(Moment.BILLING, 0.9),
        tones=(Prediction(Tone.ANGRY, 0.9),), signals=(Signal(SignalKind.OUTAGE, 0.9, None),),
        unmet=(WishChannel.EMAIL,), p_resolve=0.5, needed=0.55,
    )  # fmt: skip
    saved(records, "two", queue="tier1", action=Action.SELF_SERVICE)
    filters = [
        Filter(action=Action.LIVE_HUMAN), Filter(came_by=Channel.CHAT), Filter(topic="Invoices"),
        Filter(moment=Moment.BILLING), Filter(tone=Tone.ANGRY), Filter(persona="admin"),
        Filter(signal=SignalKind.OUTAGE), Filter(unmet=True), Filter(unsure=True), Filter(queue="billing"),
        Filter(assignee="Bo"), Filter(since=late), Filter(text="one", unmet=True),
    ]  # fmt: skip
    saved(records, "closed", at=late, facts={"status": "Solved"})
    for wanted in filters:
        assert ids(records, wanted) == ["one"], wanted
        assert records.queue.counts(wanted) == Count(1, more=False), wanted
    for wanted in (
        Filter(unmet=False),
        Filter(unsure=False),
        Filter(persona=""),
        Filter(assignee=""),
        Filter(until=late),
    ):
        assert ids(records, wanted) == ["two"], wanted


def test_waiting_done_and_all_tickets_are_told_apart(records: Records) -> None:
    saved(records, "a", at=NOW)
    saved(records, "b", at=NOW + HOUR, facts={"status": "closed"})
    saved(records, "c", at=NOW + 2 * HOUR)
    assert ids(records, Filter(), Order.OLDEST) == ["a", "c"]
    assert ids(records, Filter(waits=Waits.DONE), Order.OLDEST) == ["b"]
    assert ids(records, Filter(waits=Waits.ALL), Order.OLDEST) == ["a", "b", "c"]
    assert ids(records, Filter(waits=Waits.ALL), Order.NEWEST) == ["c", "b", "a"]
    assert records.queue.counts(Filter(waits=Waits.ALL)) == Count(3, more=False)


@pytest.mark.parametrize("order", Order)
@pytest.mark.parametrize(
    "wanted", [Filter(), Filter(waits=Waits.ALL), Filter(tone=Tone.NEUTRAL), Filter(text="password")]
)
def test_pages_go_on_and_back_without_a_gap_or_a_double(records: Records, order: Order, wanted: Filter) -> None:
    advices = [
        advised(
            replace(advised_ticket(place), status="closed" if place % 3 == 0 else None),
            severity=float(place % 2),
            respond_by=NOW + (place % 4) * HOUR if place % 5 else None,
        )
        for place in range(11)
    ]
    records.save(advices)
    whole = [row.ticket_id for row in records.queue.page(wanted, order=order, size=200).rows]
    assert len(whole) == (11 if wanted.waits is Waits.ALL else 7)
    pages, after = [], None
    while True:
        page = records.queue.page(wanted, order=order, after=after, size=3)
        pages.append(page)
        if page.after is None:
            break
        after = page.after
    assert [row.ticket_id for page in pages for row in page.rows] == whole
    assert pages[0].before is None
    for earlier, later in pairwise(pages):
        back = records.queue.page(wanted, order=order, before=later.before, size=3)
        assert back.rows == earlier.rows
        assert back.after == earlier.after
    assert records.queue.page(wanted, order=order, before=pages[1].before, size=3).before is None


def advised_ticket(place: int) -> Ticket:
    return replace(PLAIN, id=f"t-{place}", created_at=NOW + (place % 3) * HOUR, customer=Customer(id=f"c-{place}"))


@pytest.mark.parametrize(
    "cursor",
    ["x", "!!!!", "é", "bnVsbA", "W10", "WyJyZXNwb25kX2J5Il0", "WyJyZXNwb25kX2J5IiwxLDJd", "W1tdXQ", "a" * 10_000],
)
def test_a_place_that_the_queue_did_not_give_out_is_refused(records: Records, cursor: str) -> None:
    with pytest.raises(CursorError, match="start anew"):
        records.queue.page(after=cursor)


def test_a_place_of_another_order_is_refused_and_so_are_two_places(records: Records) -> None:
    for id in ("a", "b"):
        saved(records, id)
    after = records.queue.page(order=Order.NEWEST, size=1).after
    assert after is not None
    with pytest.raises(CursorError, match="in this order"):
        records.queue.page(order=Order.OLDEST, after=after)
    with pytest.raises(CursorError, match="give one of after and before"):
        records.queue.page(order=Order.NEWEST, after=after, before=after)


def test_new_tickets_are_counted_since_a_page_was_shown(records: Records) -> None:
    saved(records, "a")
    newest = records.queue.page().newest
    saved(records, "b", at=NOW - 99 * HOUR, queue="billing")  # imported late, and new here all the same
    saved(records, "c", queue="tier1")
    saved(records, "a", body="I forgot my password again.")
    assert records.queue.newer_than(newest) == 2
    assert records.queue.newer_than(newest, Filter(queue="billing")) == 1
    assert records.queue.newer_than(records.queue.page().newest) == 0


def test_choices_are_the_values_that_wait(records: Records) -> None:
    saved(records, "a", queue="tier1", facts={"assignee": "Bo"})
    saved(records, "b", queue="billing")
    saved(records, "c", queue="billing")
    saved(records, "d", queue="renewals", facts={"status": "closed"})
    assert records.queue.choices(Column.QUEUE) == ["billing", "tier1"]
    assert records.queue.choices(Column.QUEUE, waits=Waits.ALL) == ["billing", "renewals", "tier1"]
    assert records.queue.choices(Column.ASSIGNEE) == ["Bo"]
    assert records.queue.choices(Column.PERSONA) == []


def test_a_ticket_advised_again_has_one_row_with_the_newest_advice(records: Records) -> None:
    saved(records, "a", queue="tier1", signals=(Signal(SignalKind.OUTAGE, 0.9, None),))
    before = records.queue.get("local", "a")
    saved(records, "a", queue="billing", facts={"assignee": "Bo"})
    after = records.queue.get("local", "a")
    assert before is not None
    assert after is not None
    assert (before.id, before.revision, after.revision) == (after.id, 1, 2)
    assert (after.queue, after.assignee, after.signals) == ("billing", "Bo", ())
    assert ids(records, Filter(signal=SignalKind.OUTAGE)) == []
    saved(records, "a", queue="billing", facts={"assignee": "Cy"})  # the same advice: no new revision
    again = records.queue.get("local", "a")
    assert again == replace(after, assignee="Cy")
