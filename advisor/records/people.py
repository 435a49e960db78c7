"""Customers and accounts as they are imported or looked up, with their wishes on file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlite_utils

from advisor.records.customers import account_of
from advisor.records.filed import SaidBy, of_owner, row_of
from advisor.records.filing import from_elsewhere, settle
from advisor.records.rows import account_key, account_row, customer_key, customer_row
from advisor.records.tables import RecordsFile, learn, put
from advisor.records.words import learn_customer
from advisor.types import Account, Customer, Ticket, WishSource


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A customer or an account, as the records know them."""

    source: str
    key: str
    customer: Customer | None = None  # None = this is an account
    account: Account | None = None  # of the customer, or the account itself


@dataclass(slots=True)
class Imported:
    """What an import did."""

    new: int = 0
    known: int = 0
    wishes: int = 0
    stayed: int = 0  # wishes that an agent has ended or changed, and that an import leaves as they are


class People:
    """Who writes and who pays."""

    def __init__(self, file: RecordsFile) -> None:
        self.file = file

    def customers(self, id: str, *, source: str | None = None) -> list[Known]:
        """The customers with this id, one a source."""
        sql = "select source, id, name, email, phone, persona, account from customers where id = ?"
        with self.file.errors_named():
            rows = self.file.tables.execute(f"{sql} order by source", [id]).fetchall()
            return [self._customer(row) for row in rows if source in (None, row[0])]

    def accounts(self, id: str, *, source: str | None = None) -> list[Known]:
        """The accounts with this id, one a source."""
        with self.file.errors_named():
            sql = "select source from accounts where id = ? order by source"
            sources = [row[0] for row in self.file.tables.execute(sql, [id]).fetchall()]
            return [
                Known(source=one, key=id, account=account_of(self.file.tables, one, id))
                for one in sources
                if source in (None, one)
            ]

    def keep(self, tickets: Iterable[Ticket], *, kind: WishSource, by: str | None, at: datetime) -> Imported:
        """Take over customers (or accounts) and their wishes, each as part of a ticket that holds nothing else."""
        done = Imported()
        with self.file.errors_named(), self.file.writing() as tables:
            for ticket in tickets:
                _keep(tables, ticket, kind, by, at, done)
        return done

    def _customer(self, row: Sequence[str | None]) -> Known:
        source, key, name, email, phone, persona, account = row
        customer = Customer(id=key, name=name, email=email, phone=phone, persona=persona)
        of = account_of(self.file.tables, str(source), account)
        return Known(source=str(source), key=str(key), customer=customer, account=of)


def _keep(
    tables: sqlite_utils.Database, ticket: Ticket, kind: WishSource, by: str | None, at: datetime, done: Imported
) -> None:
    of_customer = kind is WishSource.CUSTOMER
    key = customer_key(ticket) if of_customer else account_key(ticket.account)
    if key is None:
        return
    table, row = ("customers", customer_row(ticket)) if of_customer else ("accounts", account_row(ticket))
    known = tables.execute(f"select 1 from {table} where source = ? and id = ?", [ticket.source, key]).fetchone()
    if of_customer:
        learn_customer(tables, row)
    else:
        learn(tables, table, row)
    done.known, done.new = done.known + bool(known), done.new + (not known)
    wishes = ticket.customer.wishes if of_customer else ticket.account.wishes
    before = {one.id: one for one in of_owner(tables, ticket.source, kind, key)}
    owner = (ticket.source, kind, key)
    for filed in (from_elsewhere(owner, wish, said_by=SaidBy.IMPORT) for wish in wishes):
        known_wish = before.get(filed.id)
        if known_wish is not None and known_wish.by_hand:
            done.stayed += 1
            continue
        put(tables, "filed", row_of(replace(filed, filed_by=by, changed_by=by, changed_at=at)))
        done.wishes += 1
    settle(tables, owner)
