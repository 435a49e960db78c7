"""A customer in the records: found, taken out whole, or given out whole."""

from __future__ import annotations

import json
from dataclasses import dataclass

import sqlite_utils

from advisor.records.rows import IN_TICKET, OF_CUSTOMER, digits
from advisor.records.tables import OF_TICKET, RecordsFile, Row


@dataclass(frozen=True, slots=True)
class Found:
    """A customer of whom something is stored."""

    source: str
    id: str  # the customer's own, or made of the address, the number or the ticket
    name: str | None
    email: str | None
    phone: str | None
    tickets: int


def find(file: RecordsFile, who: str) -> list[Found]:
    """The customers that this id, address, number or name belongs to, in any writing of it."""
    plain = who.strip().casefold()
    number = digits(who) if len(digits(who)) >= 5 else None
    with file.errors_named():
        rows = file.tables.execute(
            "select source, id, name, email, phone, (select count(*) from tickets as t where t.source = c.source "
            "and t.customer = c.id) from customers as c order by source, id"
        ).fetchall()
    return [found for found in (Found(*row) for row in rows) if _is(found, plain, number)]


def _is(found: Found, plain: str, number: str | None) -> bool:
    names = {name.casefold() for name in (found.id, found.name, found.email) if name}
    return plain in names or (number is not None and found.phone is not None and digits(found.phone) == number)


def erase(file: RecordsFile, found: Found) -> int:
    """Take a customer out of every table, and out of the file's free pages; gives the number of tickets."""
    tables = file.tables
    with file.errors_named():
        tables.execute("pragma secure_delete = on")
        with file.writing():
            tickets = _tickets(tables, found)
            for ticket in tickets:
                for table in OF_TICKET:
                    tables.execute(f"delete from {table} where source = ? and ticket_id = ?", [found.source, ticket])
                _erase_wishes(tables, found.source, IN_TICKET, ticket)
            erase_without_tickets(tables, found.source, found.id)
        tables.execute("pragma wal_checkpoint(truncate)")
    return len(tickets)


def erase_without_tickets(tables: sqlite_utils.Database, source: str, id: str) -> None:
    """Take out a customer who has no ticket any more, as one does who turns out to be another."""
    sql = "select 1 from tickets where source = ? and customer = ?"
    if tables.execute(sql, [source, id]).fetchone() is None:
        _erase_wishes(tables, source, OF_CUSTOMER, id)
        tables.execute("delete from customers where source = ? and id = ?", [source, id])


def export(file: RecordsFile, found: Found) -> bytes:
    """All that is stored of a customer, as one JSON object: its tables with their rows."""
    with file.errors_named():
        tables = file.tables
        rows = {"customers": _rows(tables, "customers", "source = ? and id = ?", [found.source, found.id])}
        rows["wishes"] = _wishes(tables, found.source, OF_CUSTOMER, found.id)
        rows |= {table: [] for table in OF_TICKET}
        for ticket in _tickets(tables, found):
            for table in OF_TICKET:
                rows[table] += _rows(tables, table, "source = ? and ticket_id = ?", [found.source, ticket])
            rows["wishes"] += _wishes(tables, found.source, IN_TICKET, ticket)
    return json.dumps(rows, ensure_ascii=False, indent=2).encode()


def _tickets(tables: sqlite_utils.Database, found: Found) -> list[str]:
    sql = "select ticket_id from tickets where source = ? and customer = ? order by ticket_id"
    return [str(row[0]) for row in tables.execute(sql, [found.source, found.id])]


def _rows(tables: sqlite_utils.Database, table: str, where: str, values: list[str]) -> list[Row]:
    return list(tables.table(table).rows_where(where, values))


def _wishes(tables: sqlite_utils.Database, source: str, kind: str, owner: str) -> list[Row]:
    return _rows(tables, "wishes", "source = ? and kind = ? and owner = ?", [source, kind, owner])


def _erase_wishes(tables: sqlite_utils.Database, source: str, kind: str, owner: str) -> None:
    tables.execute("delete from wishes where source = ? and kind = ? and owner = ?", [source, kind, owner])
