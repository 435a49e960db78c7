"""Records from before there was a queue: it is filled when they are opened."""

from __future__ import annotations

from pathlib import Path

from advisor_builders import NOW
from queue_builders import ACME, HOUR, records_at, saved

from advisor.records.queue_filter import Filter, Order, Waits
from advisor.types import Action, Channel, Customer, Handled, Signal, SignalKind

CALLED = Handled(action=Action.LIVE_HUMAN, channel=Channel.PHONE, by="Bo", at=NOW)


def test_a_file_without_a_queue_gets_the_rows_that_saving_would_have_written(tmp_path: Path) -> None:
    records = records_at(tmp_path)
    outage = (Signal(SignalKind.OUTAGE, 0.9, None),)
    ann = Customer(id="C-1", name="Ann Lee")
    saved(records, "t-1", persona="admin", facts={"account": ACME, "customer": ann}, signals=outage, queue="tier1")
    saved(records, "t-2", at=NOW + HOUR, facts={"handled": CALLED})
    saved(records, "t-1", persona="admin", facts={"account": ACME, "customer": ann}, signals=outage, queue="billing")
    everything = Filter(waits=Waits.ALL)
    before = records.queue.page(everything, order=Order.OLDEST).rows
    with records.file.writing() as tables:
        for table in ("queue", "queue_signals", "queue_text"):
            tables.execute(f"drop table {table}")
        tables.execute("delete from records_migrations where name = 'the_queue'")
    again = records_at(tmp_path)
    rows = again.queue.page(everything, order=Order.OLDEST).rows
    assert [row.ticket_id for row in rows] == [row.ticket_id for row in before]
    assert {row.ticket_id: (row.queue, row.revision, row.is_open) for row in rows} == {
        "t-1": ("billing", 2, True),
        "t-2": (before[[row.ticket_id for row in before].index("t-2")].queue, 1, False),
    }
    (ann_row,) = again.queue.page(Filter(text="ann lee", signal=SignalKind.OUTAGE)).rows
    assert (ann_row.persona, ann_row.licences, ann_row.manager) == ("admin", 51, "Kim")
    ids = {row.ticket_id: row.id for row in rows}
    assert ids == {"t-2": 1, "t-1": 2}  # in the order of the newest advices


def test_records_without_a_ticket_have_an_empty_queue(tmp_path: Path) -> None:
    page = records_at(tmp_path).queue.page()
    assert (page.rows, page.after, page.before, page.newest) == ((), None, None, 0)
