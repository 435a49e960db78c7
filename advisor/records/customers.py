"""A customer in the records: found, known, taken out whole, or given out whole."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from time import sleep

import sqlite_utils

from advisor.errors import RecordsError
from advisor.records.rows import MADE_UP, account_key, customer_key, digits
from advisor.records.tables import OF_TICKET, RecordsFile, Row
from advisor.records.words import forget_words, tidy_words
from advisor.types import Account, Customer, Ticket

PATIENCE = 25  # times a fifth of a second
OF_CUSTOMER = "source = ? and kind = 'customer' and owner = ?"


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
                _erase_rows(tables, found.source, ticket)
            erase_without_tickets(tables, found.source, found.id)
            tidy_words(tables)
        _truncate(tables, file)
    return len(tickets)


def _erase_rows(tables: sqlite_utils.Database, source: str, ticket: str) -> None:
    forget_words(tables, source, ticket)
    for table in OF_TICKET:
        tables.execute(f"delete from {table} where source = ? and ticket_id = ?", [source, ticket])
    for table in ("filed", "filed_changes"):
        tables.execute(f"delete from {table} where source = ? and said_in = ?", [source, ticket])
    tables.execute("update outcomes set related = null where source = ? and related = ?", [source, ticket])


def erase_ticket_in(tables: sqlite_utils.Database, source: str, ticket: str) -> bool:
    """Erase one ticket inside somebody's transaction, and its customer where it was the only one; False for none.

    What it said stands in the file's free pages, and its words in the search, until `tidy`.
    """
    sql = "select customer from tickets where source = ? and ticket_id = ?"
    row = tables.execute(sql, [source, ticket]).fetchone()
    if row is None:
        return False
    _erase_rows(tables, source, ticket)
    erase_without_tickets(tables, source, row[0])
    return True


def tidy(file: RecordsFile) -> None:
    """Let nothing of erased tickets stand in the search or in the write-ahead log. Some 2 s for 500,000 tickets."""
    with file.errors_named():
        with file.writing() as tables:
            tidy_words(tables)
        _truncate(file.tables, file)


def _truncate(tables: sqlite_utils.Database, file: RecordsFile) -> None:
    """Empty the write-ahead log, in which what was erased still stands; RecordsError while another program reads."""
    for _ in range(PATIENCE):
        if tables.execute("pragma wal_checkpoint(truncate)").fetchone()[0] == 0:
            return
        sleep(0.2)
    raise RecordsError(
        f"the rows are erased, but another program holds {file.path} open, so that their bytes stay in it: "
        "stop that program and run the command again"
    )


def forget_made_up(tables: sqlite_utils.Database, source: str, id: str) -> None:
    """Take out one who was known by an address, a number or a ticket alone and turns out to be another."""
    if id.startswith(MADE_UP):
        erase_without_tickets(tables, source, id)


def erase_without_tickets(tables: sqlite_utils.Database, source: str, id: str) -> None:
    """Take out a customer who has no ticket any more."""
    sql = "select 1 from tickets where source = ? and customer = ?"
    if tables.execute(sql, [source, id]).fetchone() is None:
        for table in ("filed", "filed_changes"):
            tables.execute(f"delete from {table} where {OF_CUSTOMER}", [source, id])
        tables.execute("delete from customers where source = ? and id = ?", [source, id])


def export(file: RecordsFile, found: Found) -> dict[str, list[Row]]:
    """All that is stored of a customer: the tables with their rows."""
    with file.errors_named():
        tables = file.tables
        rows = {"customers": _rows(tables, "customers", "source = ? and id = ?", [found.source, found.id])}
        for table in ("filed", "filed_changes"):
            rows[table] = _rows(tables, table, OF_CUSTOMER, [found.source, found.id])
        rows |= {table: [] for table in OF_TICKET}
        for ticket in _tickets(tables, found):
            for table in OF_TICKET:
                rows[table] += _rows(tables, table, "source = ? and ticket_id = ?", [found.source, ticket])
            said = "source = ? and said_in = ? and kind = 'account'"
            for table in ("filed", "filed_changes"):
                rows[table] += _rows(tables, table, said, [found.source, ticket])
    return rows


def _tickets(tables: sqlite_utils.Database, found: Found) -> list[str]:
    sql = "select ticket_id from tickets where source = ? and customer = ? order by ticket_id"
    return [str(row[0]) for row in tables.execute(sql, [found.source, found.id])]


def _rows(tables: sqlite_utils.Database, table: str, where: str, values: list[str]) -> list[Row]:
    return list(tables.table(table).rows_where(where, values))


def with_its_customer(tables: sqlite_utils.Database, ticket: Ticket) -> Ticket:
    """The ticket; where it comes again without a customer, with the one that it had before."""
    if not customer_key(ticket).startswith(MADE_UP[0]):
        return ticket
    sql = "select customer from tickets where source = ? and ticket_id = ?"
    row = tables.execute(sql, [ticket.source, ticket.id]).fetchone()
    if row is None or row[0].startswith(MADE_UP):
        return ticket
    return replace(ticket, customer=replace(ticket.customer, id=row[0]))


def known_of(tables: sqlite_utils.Database, ticket: Ticket) -> tuple[Customer, Account]:
    """What the records know of who wrote a ticket and of who pays, beside the ticket itself."""
    sql = "select name, email, phone, persona, account from customers where source = ? and id = ?"
    row = tables.execute(sql, [ticket.source, customer_key(ticket)]).fetchone()
    customer, account = (
        (Customer(name=row[0], email=row[1], phone=row[2], persona=row[3]), row[4]) if row else (Customer(), None)
    )
    return customer, account_of(tables, ticket.source, account_key(ticket.account) or account)


def account_of(tables: sqlite_utils.Database, source: str, key: str | None) -> Account:
    """What is known of an account; nothing where it is not there."""
    if key is None:
        return Account()
    row = next(iter(tables.table("accounts").rows_where("source = ? and id = ?", [source, key])), None)
    if row is None:
        return Account()
    facts = {name: row[name] for name in ("name", "licences", "monthly_revenue", "plan", "manager", "usage")}
    renews_on = date.fromisoformat(row["renews_on"]) if row["renews_on"] else None
    return Account(id=None if key.startswith("name:") else key, renews_on=renews_on, **facts)
