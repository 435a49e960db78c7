"""The tables of this room and their migrations; other rooms keep theirs in the same file."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlite_utils
from sqlite_utils.migrations import Migrations

from advisor.errors import RecordsError
from index.database import Database

Row = dict[str, Any]
"""One row of a table by its columns, as SQLite gives it."""

OF_TICKET = ("tickets", "evidence", "recommendations", "offered", "handled")
"""Tables with the columns `source` and `ticket_id`; `wishes` has them too, under `owner`."""

migrations = Migrations("advisor records")
migrations.migrations_table = "records_migrations"


class RecordsFile(Database):
    """advisor.db: a connection a thread, write-ahead log, write locks taken at once."""

    @contextmanager
    def errors_named(self) -> Iterator[None]:
        """Say which file it was when SQLite or the file system refuses."""
        try:
            yield
        except (sqlite3.DatabaseError, OSError) as error:
            raise RecordsError(
                f"{self.path} cannot be used ({error}): check that it is a database, "
                "that its folder may be written and that no other program holds it"
            ) from error


def open_file(path: Path) -> RecordsFile:
    """Open the database, made where it is missing, with its tables up to date."""
    return RecordsFile(path, migrations)


@migrations()
def tickets_and_who_wrote_them(tables: sqlite_utils.Database) -> None:
    """A customer's name, address and number stand in `customers` and nowhere else."""
    ticket: dict[str, type] = dict.fromkeys(
        ("source", "ticket_id", "customer", "account", "subject", "text", "language", "readability", "channel"), str
    )
    ticket |= dict.fromkeys(("created_at", "status", "priority", "tags", "assignee", "first_reply_at"), str)
    tables.create_table("tickets", ticket | {"solved_at": str, "csat": float}, pk=("source", "ticket_id"))
    tables.table("tickets").create_index(["ticket_id"])
    tables.table("tickets").create_index(["source", "customer"])
    person = dict.fromkeys(("source", "id", "name", "email", "phone", "persona"), str)
    tables.create_table("customers", person, pk=("source", "id"))
    company: dict[str, type] = dict.fromkeys(("source", "id", "name", "renews_on", "plan", "manager"), str)
    company |= {"licences": int, "monthly_revenue": float, "usage": float}
    tables.create_table("accounts", company, pk=("source", "id"))
    wish: dict[str, type] = dict.fromkeys(
        ("id", "source", "kind", "owner", "channel", "stance", "moment", "topic"), str
    )
    wish |= {"rank": int, "probability": float, "since": str, "expires": str, "author": str, "quote": str}
    tables.create_table("wishes", wish, pk="id")
    tables.table("wishes").create_index(["source", "kind", "owner"])
    done = dict.fromkeys(("source", "ticket_id", "action", "channel", "handled_by", "at"), str)
    tables.create_table("handled", done, pk=("source", "ticket_id"))


@migrations()
def what_was_read_and_advised(tables: sqlite_utils.Database) -> None:
    """Evidence and recommendations are kept whole, as JSON, with the columns that are asked for beside it."""
    key: dict[str, type] = {"source": str, "ticket_id": str, "revision": int}
    whole = key | {"schema": int, "at": str, "json": str, "written": str}
    tables.create_table("evidence", whole, pk=("source", "ticket_id", "revision"))
    advice = {"id": str} | key | dict.fromkeys(("at", "action", "channel", "reason", "topic", "moment", "queue"), str)
    advice |= dict.fromkeys(("respond_by", "models", "knowledge", "experience", "promise_id", "promise"), str)
    advice |= {"p_resolve": float, "needed": float, "json": str}
    tables.create_table("recommendations", advice, pk="id")
    tables.table("recommendations").create_index(["source", "ticket_id", "revision"], unique=True)
    for column in ("at", "action", "channel", "reason", "topic", "moment", "queue", "ticket_id"):
        tables.table("recommendations").create_index([column])
    tables.create_table(
        "offered", key | {"place": int, "article": str}, pk=("source", "ticket_id", "revision", "place")
    )
    tables.create_table("articles", {"id": str, "title": str, "address": str}, pk="id")
    tables.table("articles").create_index(["address"])
    tables.create_table("experiences", {"fingerprint": str, "text": str}, pk="fingerprint")
