"""How far each hook was pulled: the cursor of its helpdesk, in advisor.db.

Between two pages a cursor may hold tickets whose messages are still to be asked for; once a pull has come to its end it
holds none.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlite_utils
from sqlite_utils.migrations import Migrations

from advisor.errors import AdvisorError
from advisor.records import Found
from advisor.records.tables import RecordsFile, moment_of
from web.tables import open_file as open_web
from web.tables import stamp

migrations = Migrations("advisor pull")
migrations.migrations_table = "pull_migrations"
LONGEST_ERROR = 300  # characters that are kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """How far a hook was pulled."""

    hook: str
    cursor: str
    since: str  # where the round under way began, ISO 8601
    at: datetime  # of the newest page
    is_over: bool  # whether the newest round came to its end
    taken: int  # jobs that pulling has put into the inbox so far
    error: str | None  # why the newest page did not come; None = it came


class Places:
    """The places of an installation."""

    def __init__(self, file: RecordsFile) -> None:
        self.file = file

    def find(self, hook: str) -> Place | None:
        """How far a hook was pulled; None = it never was."""
        with self.file.errors_named():
            row = next(iter(self.file.tables.table("pulls").rows_where("hook = ?", [hook])), None)
        if row is None:
            return None
        plain = {name: row[name] for name in ("hook", "cursor", "since", "taken", "error")}
        return Place(**plain, at=moment_of(row["at"]) or datetime.min, is_over=bool(row["is_over"]))

    def begin(self, hook: str, since: datetime, *, now: datetime) -> None:
        """Let the next pull of a hook begin at a time."""
        text = since.isoformat()
        sql = (
            "insert into pulls (hook, cursor, since, at, is_over, taken) values (?, ?, ?, ?, 0, 0) on conflict (hook) "
            "do update set cursor = excluded.cursor, since = excluded.since, at = excluded.at, is_over = 0"
        )
        with self.file.errors_named(), self.file.writing() as tables:
            tables.execute(sql, [hook, text, text, stamp(now)])

    def note_error(self, hook: str, error: str, *, now: datetime) -> None:
        """Keep why a page did not come."""
        sql = "update pulls set error = ?, at = ? where hook = ?"
        with self.file.errors_named(), self.file.writing() as tables:
            tables.execute(sql, [error[:LONGEST_ERROR], stamp(now), hook])


def move_in(
    tables: sqlite_utils.Database, hook: str, *, before: str, after: str, more: bool, taken: int, now: datetime
) -> None:
    """Go on to the next page, inside somebody's transaction; AdvisorError where somebody else did so meanwhile."""
    since = "since" if more else "?"  # a round that is over: the next one begins now
    sql = (
        f"update pulls set cursor = ?, since = {since}, at = ?, is_over = ?, taken = taken + ?, error = null "
        "where hook = ? and cursor = ?"
    )
    values = [after, *([] if more else [stamp(now)]), stamp(now), int(not more), taken, hook, before]
    if tables.execute(sql, values).rowcount == 0:
        raise AdvisorError(f"another program pulls {hook} at the same time: nothing of this page was taken twice")


def open_file(path: Path) -> RecordsFile:
    """Open advisor.db, made where it is missing, with the table of this part up to date."""
    open_web(path)  # the inbox and the hooks
    return RecordsFile(path, migrations)


@migrations()
def how_far_each_hook_was_pulled(tables: sqlite_utils.Database) -> None:
    """One row a hook."""
    tables.execute(
        "create table pulls (hook text primary key, cursor text not null, since text not null, at text not null, "
        "is_over integer not null, taken integer not null, error text)"
    )


class PullStore:
    """Tickets may wait in a cursor between two pages; nobody can be found there, and all go with anybody."""

    name = "pulls"
    tables: Mapping[str, Collection[str]] = {"advisor.db": ("pulls", "pull_migrations")}
    files: Collection[str] = ()

    def find(self, home: Path, who: str) -> list[Found]:
        """Nobody."""
        return []

    def export(self, home: Path, found: Found) -> Mapping[str, object]:
        """Nothing: what waits here is asked for again, and then in the inbox."""
        return {}

    def erase(self, home: Path, found: Found) -> int:
        """Let rounds that are under way begin again; gives how many."""
        path = home / "advisor.db"
        if not path.is_file():
            return 0
        file = open_file(path)
        with file.errors_named():
            file.tables.execute("pragma secure_delete = on")
            with file.writing() as tables:
                gone = tables.execute("update pulls set cursor = since where is_over = 0 and cursor is not since")
            file.tables.execute("pragma wal_checkpoint(truncate)")
        return int(gone.rowcount)


STORE = PullStore()
