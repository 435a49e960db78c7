"""The queue of tickets that wait, page by page; quick at half a million of them.

A page is found in one of two ways. What few tickets have (`RARE` at most) is taken by its own index and sorted. Else
the order's index is walked from the page's place on; it holds every column that is tested, so that even a walk to its
end, because no row meets all conditions, reads no row itself. Which way it is does not rest on statistics: the rows
that meet each condition are counted, up to `RARE`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from heapq import merge
from itertools import islice

from advisor.errors import CursorError
from advisor.records.queue_filter import (
    WALKS,
    Filter,
    Order,
    Test,
    Value,
    Waits,
    Walk,
    cursor_of,
    key_of,
    open_values,
    tests_of,
)
from advisor.records.queue_rows import WAITING, Waiting, waiting_from
from advisor.records.tables import RecordsFile

RARE = 5_000
ALL_WAITING = Filter()
MOST_ROWS = 200  # of a page
MOST_COUNTED = 10_000
MOST_CHOICES = 500
LOOKED_BACK = 20_000  # rows in which new ones are counted

Key = tuple[Value, ...]


class Column(StrEnum):
    """What can be chosen from a list of the values that are there."""

    CAME_BY = "came_by"
    TOPIC = "topic"
    MOMENT = "moment"
    TONE = "tone"
    PERSONA = "persona"
    QUEUE = "queue"
    ASSIGNEE = "assignee"


@dataclass(frozen=True, slots=True)
class QueuePage:
    """Some tickets in their order, and the places from which to go on."""

    rows: tuple[Waiting, ...]
    after: str | None  # where the next page begins; None = this is the last one
    before: str | None  # where the page before ends; None = this is the first one
    newest: int  # to ask `newer_than` by, later


@dataclass(frozen=True, slots=True)
class Count:
    """How many tickets there are."""

    number: int
    more: bool  # there are more than `number`


class Queue:
    """Reads the queue; `Records.save`, outcomes and erasing keep it true."""

    def __init__(self, file: RecordsFile) -> None:
        self.file = file

    def page(
        self,
        wanted: Filter = ALL_WAITING,
        *,
        order: Order = Order.RESPOND_BY,
        after: str | None = None,
        before: str | None = None,
        size: int = 50,
    ) -> QueuePage:
        """The tickets that are asked for, from a place on or up to it; CursorError for a place that is none."""
        if after and before:
            raise CursorError("a page begins after a place or ends before one: give one of after and before")
        size = max(1, min(size, MOST_ROWS))
        place = key_of(after or before or "", order) if after or before else None
        with self.file.errors_named():
            keys = self._keys(wanted, WALKS[order], place, backwards=bool(before), limit=size + 1)
            more, keys = len(keys) > size, keys[:size]
            if before:
                keys.reverse()
            rows = self._rows([int(key[-1]) for key in keys])
            newest = self.file.tables.execute("select max(id) from queue").fetchone()[0] or 0
        on, back = (True, more) if before else (more, bool(after))
        return QueuePage(
            rows,
            after=cursor_of(order, keys[-1]) if keys and on else None,
            before=cursor_of(order, keys[0]) if keys and back else None,
            newest=newest,
        )

    def counts(self, wanted: Filter = ALL_WAITING) -> Count:
        """How many tickets are asked for, counted up to 10,000."""
        limit = MOST_COUNTED + 1
        with self.file.errors_named():
            number = 0
            for is_open in open_values(wanted.waits):
                sql, values = self._matching(wanted, is_open, WALKS[Order.NEWEST])
                counted = f"select count(*) from ({sql} limit ?)"
                number += self.file.tables.execute(counted, [*values, limit - number]).fetchone()[0]
        return Count(min(number, MOST_COUNTED), number > MOST_COUNTED)

    def newer_than(self, newest: int, wanted: Filter = ALL_WAITING) -> int:
        """How many of the tickets asked for came into the queue since a page told its `newest`, of the last 20,000."""
        with self.file.errors_named():
            now = self.file.tables.execute("select max(id) from queue").fetchone()[0] or 0
            start = max(newest, now - LOOKED_BACK)
            values: list[Value] = [start]
            sql = f"id > ? and open in ({', '.join(map(str, open_values(wanted.waits)))})"
            for test in tests_of(wanted):
                sql += f" and {test.sql if test.of_open else f'+id in ({test.ids} and rowid > ?)'}"
                values += test.values if test.of_open else [*test.values, start]
            counted = f"select count(*) from queue not indexed where {sql}"
            return int(self.file.tables.execute(counted, values).fetchone()[0])

    def choices(self, column: Column, *, waits: Waits = Waits.WAITING) -> list[str]:
        """The values that occur, in their order; the first 500 of them."""
        found: set[str] = set()
        with self.file.errors_named():
            for is_open in open_values(waits):
                found.update(self._values(column, is_open))
        return sorted(found)[:MOST_CHOICES]

    def get(self, source: str, ticket_id: str) -> Waiting | None:
        """One ticket's row; None where it is not recorded."""
        with self.file.errors_named():
            sql = "select id from queue where source = ? and ticket_id = ?"
            row = self.file.tables.execute(sql, [source, ticket_id]).fetchone()
            return self._rows([row[0]])[0] if row is not None else None

    def _keys(self, wanted: Filter, walk: Walk, place: Key | None, *, backwards: bool, limit: int) -> list[Key]:
        """The places of the rows of a page, nearest to where it begins first."""
        descending = walk.newest_first is not backwards
        columns, marks = ", ".join(walk.columns), ", ".join("?" * len(walk.columns))
        onward = f" and ({columns}) {'<' if descending else '>'} ({marks})" if place is not None else ""
        order = ", ".join(f"{column}{' desc' if descending else ''}" for column in walk.columns)
        found: list[Iterable[Key]] = []
        for is_open in open_values(wanted.waits):
            sql, values = self._matching(wanted, is_open, walk)
            sql = f"{sql}{onward} order by {order} limit ?"
            found.append(self.file.tables.execute(sql, [*values, *(place or ()), limit]).fetchall())
        return list(islice(merge(*found, reverse=descending), limit))

    def _matching(self, wanted: Filter, is_open: int, walk: Walk) -> tuple[str, list[Value]]:
        """A query for the keys of all rows that are asked for, and its values."""
        columns, tests = ", ".join(walk.columns), tests_of(wanted)
        rare = self._rarest(tests, is_open)
        if rare is None:
            start, values = f"queue indexed by {walk.along}", list[Value]()
        else:
            start, values = f"({rare.ids}) as few cross join queue on queue.id = few.one", _values(rare, is_open)
        others = [test for test in tests if test is not rare]
        met = "".join(f" and {test.sql}" for test in others)
        values += [is_open, *(value for test in others for value in test.values)]
        return f"select {columns} from {start} where open = ?{met}", values

    def _rarest(self, tests: Sequence[Test], is_open: int) -> Test | None:
        """The condition that the fewest rows meet; None where more than `RARE` meet each."""
        found = [(self._many(test, is_open), place) for place, test in enumerate(tests)]
        least = min(found, default=(RARE + 1, 0))
        return tests[least[1]] if least[0] <= RARE else None

    def _many(self, test: Test, is_open: int) -> int:
        sql = f"select count(*) from ({test.ids} limit {RARE + 1})"
        return int(self.file.tables.execute(sql, _values(test, is_open)).fetchone()[0])

    def _rows(self, ids: list[int]) -> tuple[Waiting, ...]:
        """The rows with these ids, in the order of the ids."""
        if not ids:
            return ()
        marks = ", ".join("?" * len(ids))
        rows = self.file.tables.execute(f"{WAITING} where q.id in ({marks})", ids).fetchall()
        by_id = {row.id: row for row in map(waiting_from, rows)}
        return tuple(by_id[id] for id in ids if id in by_id)

    def _values(self, column: Column, is_open: int) -> list[str]:
        """Each value once, found by stepping from one to the next along the index."""
        first = f"select {column} from queue indexed by queue_of_{column} where open = {is_open} and {column} > "
        step = f"order by {column} limit 1"
        sql = (
            f"with recursive one (value) as (select * from ({first} '' {step}) "
            f"union all select ({first} one.value {step}) from one where one.value is not null limit ?) "
            "select value from one where value is not null"
        )
        return [str(row[0]) for row in self.file.tables.execute(sql, [MOST_CHOICES + 1])]


def _values(test: Test, is_open: int) -> list[Value]:
    return [is_open, *test.values] if test.of_open else [*test.values]
