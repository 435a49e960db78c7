"""How SQLite finds a page: never by reading the whole table, and never by sorting many rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import combinations

import pytest
from advisor_builders import NOW
from queue_builders import records_at

from advisor.records import Records, queue
from advisor.records.queue import Column
from advisor.records.queue_filter import WALKS, Filter, Order, Waits, cursor_of
from advisor.types import Action, Channel, Moment, SignalKind, Tone

SINGLE: dict[str, object] = {
    "action": Action.SELF_SERVICE, "came_by": Channel.PHONE, "topic": "Invoices", "moment": Moment.BILLING,
    "tone": Tone.ANGRY, "persona": "admin", "signal": SignalKind.OUTAGE, "unmet": True, "unsure": False,
    "queue": "tier1", "assignee": "", "text": "printer", "since": NOW, "until": NOW, "waits": Waits.ALL,
}  # fmt: skip
SINGLES = [Filter(), *(replace(Filter(), **{name: value}) for name, value in SINGLE.items())]  # type: ignore[arg-type]
PAIRS = [replace(Filter(), **dict(pair)) for pair in combinations(SINGLE.items(), 2)]  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Records:
    return records_at(tmp_path_factory.mktemp("plans"))


def plans(records: Records, ask: Callable[[], object]) -> list[str]:
    """How every query that is made would be run."""
    connection, made = records.file.tables.conn, list[str]()
    connection.set_trace_callback(made.append)
    ask()
    connection.set_trace_callback(None)
    asked = [
        sql
        for sql in dict.fromkeys(made)
        if sql.startswith(("select", "with")) and not sql.startswith("select max(id)")
    ]
    assert asked
    return [str(row[3]) for sql in asked for row in connection.execute(f"explain query plan {sql}")]


def is_scan(step: str) -> bool:
    """Whether a step of a plan reads all rows of the queue; one of a subquery's rows is none."""
    return step.startswith("SCAN") and step.split()[1] in ("queue", "q", "other", "s", "t", "c", "queue_signals")


@pytest.mark.parametrize("rare", [queue.RARE, -1])  # nothing is rare: every page is a walk
@pytest.mark.parametrize("order", Order)
def test_no_filter_and_no_pair_of_filters_scans_the_table(
    records: Records, order: Order, rare: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = records.queue  # an empty queue: the plans rest on no statistics
    monkeypatch.setattr(queue, "RARE", rare)
    for wanted in [*SINGLES, *PAIRS]:
        steps = plans(records, lambda wanted=wanted: place.page(wanted, order=order))  # type: ignore[misc]
        assert [step for step in steps if is_scan(step)] == [], wanted
        if rare < 0:
            assert [step for step in steps if "ORDER BY" in step] == [], wanted
            assert any(f"USING COVERING INDEX {WALKS[order].along}" in step for step in steps), (wanted, steps)


@pytest.mark.parametrize("rare", [queue.RARE, -1])
def test_counts_choices_and_what_is_new_scan_nothing_either(
    records: Records, rare: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "RARE", rare)
    for wanted in [*SINGLES, *PAIRS]:
        for ask in (records.queue.counts, lambda wanted: records.queue.newer_than(5, wanted)):
            steps = plans(records, lambda ask=ask, wanted=wanted: ask(wanted))  # type: ignore[misc]
            assert [step for step in steps if is_scan(step)] == [], wanted
    for column in Column:
        steps = plans(records, lambda column=column: records.queue.choices(column))  # type: ignore[misc]
        assert [step for step in steps if is_scan(step)] == [], column


def test_a_page_deep_in_the_queue_begins_at_its_place(records: Records) -> None:
    for order in Order:
        key = tuple(0 if column == "id" else 0.5 if column == "severity" else "" for column in WALKS[order].columns)
        after = cursor_of(order, key)
        steps = plans(records, lambda order=order, after=after: records.queue.page(order=order, after=after))  # type: ignore[misc]
        first = WALKS[order].columns[0]  # and further ones, where SQLite can
        assert any(f"{WALKS[order].along} (open=? AND {first}" in step.replace("AND (", "AND ") for step in steps), (
            steps
        )
