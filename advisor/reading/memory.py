"""What was once read is not read again: looks, words, readings and answers, by hashes of the text and of the reader.

The tables stand in cache.db and may be deleted at any time. What they hold is masked, and nothing in it says whose
words they are; who is forgotten takes all of it along.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Protocol

import sqlite_utils
from sqlite_utils.migrations import Migrations

from index.database import Database

QUESTIONS = 500  # keys in one query
FILLED = 0.7  # of the limit, that the newest rows may fill once it was passed


class Kind(StrEnum):
    """What is kept; each has its table."""

    LOOKS = "looks"
    TOLD = "told"
    READINGS = "readings"
    ANSWERS = "answers"
    PASSAGES = "passages"
    VECTORS = "vectors"


class Memory(Protocol):
    """Keeps bytes by key."""

    def find(self, kind: Kind, keys: Sequence[bytes], /) -> dict[bytes, bytes]:
        """Those of these keys that are there."""

    def keep(self, kind: Kind, rows: Mapping[bytes, bytes], /) -> None:
        """Put rows in; what is there already stays."""


class Nothing:
    """Keeps nothing: what a single ticket is read with."""

    def find(self, kind: Kind, keys: Sequence[bytes], /) -> dict[bytes, bytes]:
        """None of them."""
        return {}

    def keep(self, kind: Kind, rows: Mapping[bytes, bytes], /) -> None:
        """Let them go."""


migrations = Migrations("reading cache")
migrations.migrations_table = "reading_migrations"


@migrations()
def one_table_a_kind(tables: sqlite_utils.Database) -> None:
    """Rows are never changed, and go in the order in which they came."""
    for kind in Kind:
        tables.execute(f'create table "{kind}" (key blob primary key, content blob not null)')


@migrations()
def vectors_of_tickets(tables: sqlite_utils.Database) -> None:
    """Where the tables were made before there was this kind."""
    tables.execute(f'create table if not exists "{Kind.VECTORS}" (key blob primary key, content blob not null)')


class Cache:
    """A `Memory` in cache.db, safe to use from many processes; a full disk or a damaged file costs time, not rows."""

    def __init__(self, database: Database, *, limit: int) -> None:
        """Take the database and the size in bytes that it must not pass for long."""
        self._database = database
        self._limit = limit

    @classmethod
    def open(cls, path: Path, *, limit: int) -> Cache:
        """Open the cache, made where it is missing."""
        return cls(Database(path, migrations), limit=limit)

    def find(self, kind: Kind, keys: Sequence[bytes], /) -> dict[bytes, bytes]:
        """Those of these keys that are there; none where the file cannot be read."""
        found: dict[bytes, bytes] = {}
        try:
            for start in range(0, len(keys), QUESTIONS):
                some = keys[start : start + QUESTIONS]
                marks = ", ".join("?" * len(some))
                rows = self._database.tables.execute(f'select key, content from "{kind}" where key in ({marks})', some)
                found.update(rows.fetchall())
        except sqlite3.DatabaseError:
            return {}
        return found

    def keep(self, kind: Kind, rows: Mapping[bytes, bytes], /) -> None:
        """Put rows in; past the limit the oldest go, and where the disk is full none come."""
        if not rows:
            return
        try:
            with self._database.writing() as tables:
                tables.conn.executemany(f'insert or ignore into "{kind}" values (?, ?)', rows.items())
        except sqlite3.DatabaseError:
            return

    def trim(self) -> None:
        """Drop the oldest rows where the limit is passed; called between runs, since it takes a while."""
        with self._database.errors_named():
            self._database.tables.conn.execute("pragma wal_checkpoint(truncate)")
            size = self._database.path.stat().st_size
            if size <= self._limit:
                return
            with self._database.writing() as tables:
                for kind in Kind:
                    newest = tables.execute(f'select max(rowid) from "{kind}"').fetchone()[0] or 0
                    oldest = tables.execute(f'select min(rowid) from "{kind}"').fetchone()[0] or 0
                    kept = int((newest - oldest + 1) * FILLED * self._limit / size)
                    tables.execute(f'delete from "{kind}" where rowid <= ?', [newest - kept])
            self._shrink()

    def clear(self) -> int:
        """Forget everything; gives the number of rows that went."""
        with self._database.errors_named():
            with self._database.writing() as tables:
                gone = sum(tables.execute(f'delete from "{kind}"').rowcount for kind in Kind)
            self._shrink()
        return gone

    def _shrink(self) -> None:
        """Give the room of deleted rows back to the disk; the log is written over, too."""
        self._database.tables.conn.execute("vacuum")
        self._database.tables.conn.execute("pragma wal_checkpoint(truncate)")
