"""Customers and accounts as a list to choose from: who wrote last, and who fits what is typed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from itertools import islice

from advisor.records.directory_search import Who, search
from advisor.records.tables import OF_TICKET, RecordsFile, moment_of
from advisor.types import WishSource

MOST_LISTED = 500  # of those who wrote last
MOST_WALKED = 20_000  # newest tickets that are looked at for them


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A customer or an account in the list."""

    kind: WishSource
    source: str
    key: str
    name: str | None
    email: str | None = None
    phone: str | None = None
    persona: str | None = None
    account: str | None = None  # of a customer: the key
    account_name: str | None = None
    plan: str | None = None
    tickets: int
    newest: Newest | None  # None = no ticket is recorded


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest ticket of a customer or an account."""

    ticket_id: str
    subject: str  # masked
    came_at: datetime  # UTC
    waits: bool


@dataclass(frozen=True, slots=True)
class ListedPage:
    """Some of them, and how many there are."""

    rows: tuple[Listed, ...]
    total: int
    more: bool  # there are more than `total`, which are not counted


class Directory:
    """Reads the list."""

    def __init__(self, file: RecordsFile) -> None:
        self.file = file

    def recent(self, kind: WishSource, *, start: int = 0, size: int = 25) -> ListedPage:
        """Those who wrote last, the last first; once they are through, those who never wrote. At most 500."""
        with self.file.errors_named():
            order, more = self._recent(kind)
            return self._page(kind, order, more, start, size)

    def matching(self, typed: str, kind: WishSource, *, start: int = 0, size: int = 25) -> ListedPage:
        """Those whose id, name, address or number holds every word that was typed; the nearest first, at most 500."""
        with self.file.errors_named():
            order, more = search(self.file.tables, typed, kind)
            return self._page(kind, order, more, start, size)

    def customers_of(self, source: str, account: str, *, start: int = 0, size: int = 25) -> ListedPage:
        """The customers of an account, who wrote last first."""
        wrote = (
            "select max(q.came_at) from queue as q indexed by queue_of_customer "
            "where q.source = c.source and q.customer = c.id"
        )
        sql = f"select source, id from customers as c where source = ? and account = ? order by ({wrote}) desc, id"
        with self.file.errors_named():
            order = [(str(one), str(id)) for one, id in self.file.tables.execute(sql, [source, account])]
            return self._page(WishSource.CUSTOMER, order, False, start, size)

    def newest(self, who: tuple[str, WishSource, str], *, most: int) -> tuple[int, datetime | None]:
        """How many tickets there are of a customer or an account, and since when the newest `most` came; None = all."""
        source, kind, key = who
        with self.file.errors_named():
            mine = f"from tickets as t where t.source = ? and t.{kind.value} = ?"
            (tickets,) = self.file.tables.execute(f"select count(*) {mine}", [source, key]).fetchone()
            if tickets <= most:
                return tickets, None
            came = "(select q.came_at from queue as q where q.source = t.source and q.ticket_id = t.ticket_id)"
            sql = f"select {came} {mine} order by 1 desc limit 1 offset ?"
            row = self.file.tables.execute(sql, [source, key, most - 1]).fetchone()
        return tickets, moment_of(row[0])

    def stored(self, source: str, customer: str) -> dict[str, int]:
        """How many rows are stored of a customer, by the tables that hold any."""
        mine = "source = ? and ticket_id in (select ticket_id from tickets where source = ? and customer = ?)"
        own = "source = ? and kind = 'customer' and owner = ?"
        with self.file.errors_named():
            counts = {table: self._many(f"{table} where {mine}", [source, source, customer]) for table in OF_TICKET}
            counts |= {
                table: self._many(f"{table} where {own}", [source, customer]) for table in ("filed", "filed_changes")
            }
        return {table: many for table, many in counts.items() if many}

    def _many(self, where: str, values: list[str]) -> int:
        return int(self.file.tables.execute(f"select count(*) from {where}", values).fetchone()[0])

    def _recent(self, kind: WishSource) -> tuple[list[Who], bool]:
        found: dict[Who, None] = {}
        for source, key in islice(self._writers(kind), MOST_WALKED):
            if key is not None:
                found[source, key] = None
            if len(found) > MOST_LISTED:
                return list(found)[:MOST_LISTED], True
        table = f"{kind.value}s"
        quiet = (
            f"select source, id from {table} as k where not exists (select 1 from tickets as t "
            f"where t.source = k.source and t.{kind.value} = k.id) order by source, id limit ?"
        )
        room = MOST_LISTED + 1 - len(found)
        found |= {(str(source), str(key)): None for source, key in self.file.tables.execute(quiet, [room])}
        return list(found)[:MOST_LISTED], len(found) > MOST_LISTED

    def _writers(self, kind: WishSource) -> Iterator[tuple[str, str | None]]:
        """Who wrote each ticket, or whose account it was; the newest ticket first."""
        walks = (
            self.file.tables.execute(
                f"select came_at, id, source, {kind.value} from queue indexed by queue_by_came "
                f"where open = {is_open} order by came_at desc, id desc"
            )
            for is_open in (0, 1)
        )
        for _, _, source, key in merge(*walks, key=lambda row: (row[0], row[1]), reverse=True):
            yield source, key

    def _page(self, kind: WishSource, order: Sequence[Who], more: bool, start: int, size: int) -> ListedPage:
        rows = [self._listed(kind, source, key) for source, key in order[start : start + size]]
        return ListedPage(tuple(row for row in rows if row is not None), len(order), more)

    def _listed(self, kind: WishSource, source: str, key: str) -> Listed | None:
        facts = (
            "c.name, c.email, c.phone, c.persona, c.account, a.name, a.plan from customers as c "
            "left join accounts as a on a.source = c.source and a.id = c.account where c.source = ? and c.id = ?"
            if kind is WishSource.CUSTOMER
            else "name, null, null, null, null, null, plan from accounts where source = ? and id = ?"
        )
        row = self.file.tables.execute(f"select {facts}", [source, key]).fetchone()
        if row is None:
            return None
        count = f"select count(*) from tickets where source = ? and {kind.value} = ?"
        (tickets,) = self.file.tables.execute(count, [source, key]).fetchone()
        names = ("name", "email", "phone", "persona", "account", "account_name", "plan")
        facts_of = dict(zip(names, row, strict=True))
        return Listed(
            kind=kind, source=source, key=key, tickets=tickets, newest=self._newest(kind, source, key), **facts_of
        )

    def _newest(self, kind: WishSource, source: str, key: str) -> Newest | None:
        """The newest ticket; an account's by the tickets' own column, which has an index."""
        sql = (
            "select q.ticket_id, q.subject, q.came_at, q.open from queue as q indexed by queue_of_customer "
            "where q.source = ? and q.customer = ? order by q.came_at desc, q.id desc limit 1"
            if kind is WishSource.CUSTOMER
            else "select q.ticket_id, q.subject, q.came_at, q.open from tickets as t "
            "join queue as q on q.source = t.source and q.ticket_id = t.ticket_id "
            "where t.source = ? and t.account = ? order by q.came_at desc, q.id desc limit 1"
        )
        row = self.file.tables.execute(sql, [source, key]).fetchone()
        at = moment_of(row[2]) if row is not None else None
        return Newest(row[0], row[1] or "", at, bool(row[3])) if at is not None else None
