"""The tables of this room in advisor.db, and their migrations."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import sqlite_utils
from sqlite_utils.migrations import Migrations

from advisor.records.tables import RecordsFile

migrations = Migrations("advisor web")
migrations.migrations_table = "web_migrations"


def open_file(path: Path) -> RecordsFile:
    """Open advisor.db, made where it is missing, with the tables of this room up to date."""
    return RecordsFile(path, migrations)


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)


def stamp(at: datetime) -> str:
    """A moment as it is stored: all alike, so that their order is that of their text."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


@migrations()
def staff_and_how_they_sign_in(tables: sqlite_utils.Database) -> None:
    """Users, their sessions, sign-ins that failed, and links that sign in once; no token and no password in plain."""
    user = dict.fromkeys(("name", "role", "password", "created", "disabled", "changed_password"), str)
    tables.create_table("users", user, pk="name", not_null={"name", "role", "created"})
    session = dict.fromkeys(("hash", "user", "how", "started", "seen", "ended", "ended_why"), str)
    tables.create_table("sessions", session, pk="hash", not_null={"hash", "user", "how", "started", "seen"})
    tables.table("sessions").create_index(["user"])
    failed: dict[str, type] = {"who": str, "failures": int, "last": str, "until": str}
    tables.create_table("sign_in_failures", failed, pk="who", not_null={"who", "failures", "last", "until"})
    link = dict.fromkeys(("hash", "user", "made", "until", "used"), str)
    tables.create_table("sign_in_links", link, pk="hash", not_null={"hash", "user", "made", "until"})


@migrations()
def views_of_the_queue(tables: sqlite_utils.Database) -> None:
    """Filters that a user has saved."""
    view = dict.fromkeys(("user", "name", "query"), str)
    tables.create_table("saved_views", view, pk=("user", "name"), not_null={"query"})
