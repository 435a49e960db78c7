"""Puts wishes on file, ends them, and takes either back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import sqlite_utils

from advisor.advise import Advice
from advisor.errors import RecordsError
from advisor.records.filed import (
    FiledWish,
    SaidBy,
    Standing,
    State,
    filed_from,
    named,
    of_owner,
    row_of,
    said_again,
    said_in,
    settled,
)
from advisor.records.rows import account_key, customer_key
from advisor.records.tables import RecordsFile, put
from advisor.types import Ticket, Wish, WishSource

REPLACED = "the helpdesk sent others"
Owner = tuple[str, WishSource, str]  # source, kind, key


def file_ticket(tables: sqlite_utils.Database, advice: Advice) -> None:
    """Put on file what a ticket says, and what came with it as on file elsewhere; what it no longer says is ended."""
    said = said_in(advice.ticket, advice.evidence)
    before = [
        filed_from(row)
        for row in tables.table("filed").rows_where(
            "source = ? and said_in = ? and said_by = 'ticket'", [advice.ticket.source, advice.ticket.id]
        )
    ]
    owners = {_owner(one) for one in (*said, *before)}
    now = {one.id for one in said}
    for one in before:
        if one.id not in now and not one.by_hand:
            tables.execute("delete from filed where id = ?", [one.id])
    for one in said:
        known = next((other for other in before if other.id == one.id), None)
        if known is None or not known.by_hand:
            put(tables, "filed", row_of(said_again(one, of_owner(tables, *_owner(one)))))
    owners |= _file_helpdesk(tables, advice.ticket, advice.evidence.at)
    for owner in owners:
        settle(tables, owner)


def _file_helpdesk(tables: sqlite_utils.Database, ticket: Ticket, at: datetime) -> set[Owner]:
    """Wishes that came with a ticket take the place of those that came so before; where none came, those stay.

    What was chosen in the ticket is said in it, and is filed as such.
    """
    came: list[tuple[Owner, Sequence[Wish]]] = [
        ((ticket.source, WishSource.CUSTOMER, customer_key(ticket)), _elsewhere(ticket.customer.wishes))
    ]
    account = account_key(ticket.account)
    if account is not None:
        came.append(((ticket.source, WishSource.ACCOUNT, account), _elsewhere(ticket.account.wishes)))
    changed = set()
    for owner, wishes in came:
        if wishes:
            changed.add(owner)
            _replace_helpdesk(tables, owner, wishes, at)
    return changed


def _elsewhere(wishes: Sequence[Wish]) -> list[Wish]:
    """Those that were on file elsewhere."""
    return [wish for wish in wishes if wish.source is not WishSource.TICKET]


def _replace_helpdesk(tables: sqlite_utils.Database, owner: Owner, wishes: Sequence[Wish], at: datetime) -> None:
    """Take over what a helpdesk sends, unless a later ticket has told more; what an agent has ended stays ended."""
    before = {one.id: one for one in of_owner(tables, *owner) if one.said_by is SaidBy.HELPDESK}
    if any(one.changed_at is not None and one.changed_at > at for one in before.values()):
        return
    by = SaidBy.HELPDESK.value
    came = [from_elsewhere(owner, wish, said_by=SaidBy.HELPDESK) for wish in wishes if wish.author is None]
    sent = {one.id: replace(one, changed_at=at) for one in came}
    for one in before.values():
        if one.id not in sent and one.ended_at is None:
            put(tables, "filed", row_of(ended(one, by=by, at=at, why=REPLACED)))
    for one in sent.values():
        known = before.get(one.id)
        if known is None or not known.by_hand:
            put(tables, "filed", row_of(one))


def ended(one: FiledWish, *, by: str, at: datetime, why: str) -> FiledWish:
    """A wish that somebody has ended."""
    return replace(one, ended_at=at, ended_until=None, ended_by=by, ended_why=why, changed_by=by, changed_at=at)


def restored(one: FiledWish, *, by: str, at: datetime) -> FiledWish:
    """A wish whose end somebody has taken back."""
    return replace(one, ended_at=None, ended_until=None, ended_by=None, ended_why=None, changed_by=by, changed_at=at)


def confirmed(one: FiledWish, *, by: str, at: datetime, until: datetime | None) -> FiledWish:
    """A suggestion that somebody has made a standing wish."""
    return replace(one, standing=Standing.STANDING, since=at, until=until, changed_by=by, changed_at=at)


def from_elsewhere(owner: Owner, wish: Wish, *, said_by: SaidBy) -> FiledWish:
    """A wish that was on file elsewhere, as it is filed here."""
    source, kind, key = owner
    return named(
        FiledWish(
            source=source,
            kind=kind,
            owner=key,
            channel=wish.channel,
            stance=wish.stance,
            order=wish.order,
            moment=wish.moment,
            topic=wish.topic,
            since=wish.since,
            until=wish.expires,
            said_by=said_by,
        )
    )


def settle(tables: sqlite_utils.Database, owner: Owner) -> None:
    """Let newer words of an owner end the older ones that they take back."""
    filed = of_owner(tables, *owner)
    for before, after in zip(filed, settled(filed), strict=True):
        if before != after:
            put(tables, "filed", row_of(after))


def in_force(tables: sqlite_utils.Database, ticket: Ticket, account: str | None, at: datetime) -> tuple[Wish, ...]:
    """The wishes on file that may count for a ticket that came then; what this ticket said itself is left out."""
    kept = of_owner(tables, ticket.source, WishSource.CUSTOMER, customer_key(ticket))
    if account is not None:
        kept += of_owner(tables, ticket.source, WishSource.ACCOUNT, account)
    return counting(kept, ticket, at)


def counting(kept: Sequence[FiledWish], ticket: Ticket, at: datetime) -> tuple[Wish, ...]:
    """Of the wishes on file for who writes and who pays, those that count for a ticket that came then."""
    sent = {
        WishSource.CUSTOMER: bool(_elsewhere(ticket.customer.wishes)),
        WishSource.ACCOUNT: bool(_elsewhere(ticket.account.wishes)),
    }
    return tuple(
        one.wish()
        for one in kept
        if one.state(at) is State.IN_FORCE
        and not (one.said_by is SaidBy.TICKET and one.said_in == ticket.id)
        and not (one.said_by is SaidBy.HELPDESK and sent[one.kind])
    )


def _owner(one: FiledWish) -> Owner:
    return one.source, one.kind, one.owner


class Filing:
    """The wishes on file, as agents and imports see and change them."""

    def __init__(self, file: RecordsFile) -> None:
        self.file = file

    def of(self, source: str, kind: WishSource, owner: str) -> list[FiledWish]:
        """All that is on file for a customer or an account, ended ones too; the newest first."""
        with self.file.errors_named():
            return of_owner(self.file.tables, source, kind, owner)

    def suggested(self, at: datetime) -> list[FiledWish]:
        """All suggestions that wait for an agent: words about others, what was learnt, standing wishes that ran out."""
        with self.file.errors_named():
            rows = list(self.file.tables.table("filed").rows_where(order_by="since desc, id"))
        return [one for one in map(filed_from, rows) if one.state(at) is State.SUGGESTED]

    def get(self, id: str) -> FiledWish:
        """The wish of an id, or of the beginning of one that fits no other; RecordsError where there is none."""
        with self.file.errors_named():
            rows = list(self.file.tables.table("filed").rows_where("substr(id, 1, ?) = ?", [len(id), id]))
        if len(rows) != 1:
            came = "several wishes" if rows else "no wish"
            raise RecordsError(f"{came} on file under the id {id!r}: advisor customers show CUSTOMER lists the ids")
        return filed_from(rows[0])

    def put(self, wish: FiledWish, *, by: str | None, at: datetime) -> FiledWish:
        """Put a wish on file."""
        filed = replace(wish, filed_by=by, changed_by=by, changed_at=at)
        row = row_of(filed)
        with self.file.errors_named(), self.file.writing() as tables:
            put(tables, "filed", row)
            settle(tables, _owner(filed))
        return replace(filed, id=row["id"])

    def end(self, wish: FiledWish, *, by: str, at: datetime, why: str) -> None:
        """Let a wish count no more; it stays on file with who ended it and why."""
        self._changed(ended(wish, by=by, at=at, why=why))

    def restore(self, wish: FiledWish, *, by: str, at: datetime) -> None:
        """Take an end back."""
        self._changed(restored(wish, by=by, at=at))

    def confirm(self, wish: FiledWish, *, by: str, at: datetime, until: datetime | None) -> None:
        """Make a suggestion a standing wish."""
        self._changed(confirmed(wish, by=by, at=at, until=until))

    def _changed(self, wish: FiledWish) -> None:
        with self.file.errors_named(), self.file.writing() as tables:
            put(tables, "filed", row_of(replace(wish, by_hand=True)))
            settle(tables, _owner(wish))
