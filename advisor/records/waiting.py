"""Whether a ticket waits for an answer: nothing was done yet, or the customer wrote or spoke up again since."""

from __future__ import annotations

from datetime import datetime

import sqlite_utils

from advisor.records.tables import moment_of
from advisor.types import OutcomeKind, Sender

DONE = frozenset({"closed", "deleted", "done", "resolved", "solved", "spam"})
"""States of a ticket on which nobody waits, in small letters."""

MESSAGE = "message"
"""Who told what was done, where it was read from an agent's message; anybody's own word goes before it."""

AGAIN = ("link", "question", "reopened", "said_no_help")
"""How the customer's own word that more is needed is told, in outcomes."""


def waits(tables: sqlite_utils.Database, source: str, ticket_id: str) -> bool:
    """Whether this ticket waits for an answer."""
    key = [source, ticket_id]
    row = tables.execute("select status from tickets where source = ? and ticket_id = ?", key).fetchone()
    if row is None or (row[0] or "").strip().casefold() in DONE:
        return False
    written = _last_written(tables, key)
    if _confirmed_after(tables, key, written[1] if written is not None else None):
        return False
    sql = (
        "select told_by, at from handled where source = ? and ticket_id = ? "
        "and (action is not null or channel is not null)"
    )
    done = tables.execute(sql, key).fetchone()
    if done is None:
        return True
    told_by, at = done[0], moment_of(done[1])
    return _wrote_again(written, told_by, at) or _spoke_up(tables, key, at)


def _last_written(tables: sqlite_utils.Database, key: list[str]) -> tuple[bool, datetime | None] | None:
    """Of the last message of the thread, whether the customer wrote it, and when; None = no thread is kept."""
    sql = "select sender, at from messages where source = ? and ticket_id = ? order by number desc limit 1"
    row = tables.execute(sql, key).fetchone()
    return (row[0] == Sender.CUSTOMER.value, moment_of(row[1])) if row is not None else None


def _wrote_again(written: tuple[bool, datetime | None] | None, told_by: str | None, done: datetime | None) -> bool:
    """Whether the customer wrote after what was done; by the place in the thread where times are not known."""
    if written is None or not written[0]:
        return False
    at = written[1]
    if at is not None and done is not None:
        return at > done
    return told_by == MESSAGE  # it was read from this thread, before its last message


def _confirmed_after(tables: sqlite_utils.Database, key: list[str], written: datetime | None) -> bool:
    """Whether it was said to have helped, after all that the thread holds."""
    sql = f"select at from outcomes where source = ? and ticket_id = ? and kind = '{OutcomeKind.CONFIRMED.value}'"
    times = [moment_of(at) for (at,) in tables.execute(sql, key)]
    newest = max((at for at in times if at is not None), default=None)
    return newest is not None and (written is None or newest >= written) and not _spoke_up(tables, key, newest)


def _spoke_up(tables: sqlite_utils.Database, key: list[str], since: datetime | None) -> bool:
    """Whether the customer said since then, otherwise than by writing, that it did not help or that a person must."""
    kinds = ", ".join(f"'{kind.value}'" for kind in (OutcomeKind.CONTRADICTED, OutcomeKind.HANDED_ON))
    sql = (
        f"select at from outcomes where source = ? and ticket_id = ? and kind in ({kinds}) and related is null "
        f"and how in ({', '.join('?' * len(AGAIN))})"
    )
    times = (moment_of(at) for (at,) in tables.execute(sql, [*key, *AGAIN]))
    return any(since is None or (at is not None and at > since) for at in times)
