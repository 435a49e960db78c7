"""Two results met ticket by ticket, in a temporary database on the disk, so that memory does not grow with them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Any

from advisor.archive.compare_given import Given, Pair, way_of, wishes_of
from advisor.errors import ResultError

COLUMNS = (
    "source", "ticket_id", "moment", "topic", "persona", "action", "channel", "queue", "reason", "why", "p_resolve",
    "needed", "wishes", "unmet", "done_action", "done_channel", "experience", "promise_id", "models", "knowledge",
)  # fmt: skip
CACHE = 64  # MiB of the database that are held in memory

Cells = tuple[Any, ...]  # one a column


class Side(StrEnum):
    """Which of the two results."""

    OLD = "old"
    NEW = "new"


class Meeting:
    """Takes in both results, then gives the pairs; of a ticket that stands in a result twice, the last row counts."""

    def __init__(self) -> None:
        self._tables = sqlite3.connect("", isolation_level=None)  # without a name it is on the disk and of this time
        for setting in ("journal_mode = off", "synchronous = off", f"cache_size = -{CACHE * 1024}"):
            self._tables.execute(f"pragma {setting}")
        for side in Side:
            self._tables.execute(f"create table {side} ({', '.join(COLUMNS)})")

    def take(self, side: Side, given: Iterable[Given]) -> int:
        """Take in a whole result; gives the number of rows that a later one of the same ticket replaces."""
        marks = ", ".join("?" * len(COLUMNS))
        with _room_for(self._tables):
            self._tables.execute("begin")
            self._tables.executemany(f"insert into {side} values ({marks})", map(_cells, given))
            repeated = self._drop_repeated(side)
            self._tables.execute("commit")
        return repeated

    def pairs(self) -> Iterator[Pair]:
        """The tickets of the old result by their key, each with its new advice; then those of the new one alone."""
        with _room_for(self._tables):
            both = "select * from old left join new on old.source = new.source and old.ticket_id = new.ticket_id"
            for cells in self._tables.execute(f"{both} order by old.source, old.ticket_id"):
                yield _given(cells[: len(COLUMNS)]), _known(cells[len(COLUMNS) :])
            alone = (
                "select * from new where not exists (select 1 from old where old.source = new.source "
                "and old.ticket_id = new.ticket_id) order by source, ticket_id"
            )
            for cells in self._tables.execute(alone):
                yield None, _given(cells)

    def close(self) -> None:
        """Forget both."""
        self._tables.close()

    def _drop_repeated(self, side: Side) -> int:
        self._tables.execute(f"create index {side}_key on {side} (source, ticket_id)")
        return self._tables.execute(
            f"delete from {side} where exists (select 1 from {side} as later where later.source = {side}.source "
            f"and later.ticket_id = {side}.ticket_id and later.rowid > {side}.rowid)"
        ).rowcount


@contextmanager
def _room_for(tables: sqlite3.Connection) -> Iterator[None]:
    """ResultError where the disk is full."""
    try:
        yield
    except sqlite3.OperationalError as error:
        cure = "make room, or name a folder that has some in TMPDIR"
        raise ResultError(f"the temporary database of the comparison cannot be used ({error}): {cure}") from error


def _cells(one: Given) -> Cells:
    done = (one.done.action, one.done.channel) if one.done is not None else (None, None)
    return (
        one.source, one.ticket_id, one.moment, one.topic, one.persona, one.way.action, one.way.channel, one.queue,
        one.reason, one.why, one.p_resolve, one.needed, "\n".join(one.wishes), "\n".join(one.unmet), *done,
        one.experience, one.promise_id, one.models, one.knowledge,
    )  # fmt: skip


def _known(cells: Cells) -> Given | None:
    """The advice; None where the join has found none."""
    return _given(cells) if cells[0] is not None else None


def _given(cells: Cells) -> Given:
    (
        source, ticket_id, moment, topic, persona, action, channel, queue, reason, why, p_resolve, needed, wishes,
        unmet, done_action, done_channel, experience, promise_id, models, knowledge,
    ) = cells  # fmt: skip
    return Given(
        source=source,
        ticket_id=ticket_id,
        moment=moment,
        topic=topic,
        persona=persona,
        way=way_of(action, channel),
        queue=queue,
        reason=reason,
        why=why,
        p_resolve=p_resolve,
        needed=needed,
        wishes=tuple(wishes.split("\n")) if wishes else (),
        unmet=wishes_of(tuple(unmet.split("\n"))) if unmet else (),
        done=way_of(done_action, done_channel) if done_action is not None else None,
        experience=experience,
        promise_id=promise_id,
        models=models,
        knowledge=knowledge,
    )
