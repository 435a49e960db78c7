"""Which tickets of the queue are asked for, in which order and from which place on, and the SQL that tests them."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import msgspec

from advisor.errors import CursorError
from advisor.records.queued import utc_text
from advisor.types import Action, Channel, Moment, SignalKind, Tone

MOST_WORDS = 20  # of a search
LONGEST_WORD = 100  # characters
SHORTEST_BEGINNING = 4  # characters before a *; shorter ones begin too many words
LARGEST = 2**63 - 1

Value = str | int | float


class Waits(StrEnum):
    """Whether a ticket waits for an answer."""

    WAITING = "waiting"
    DONE = "done"
    ALL = "all"


class Order(StrEnum):
    """What comes first."""

    RESPOND_BY = "respond_by"  # what must be answered soonest; what has no time comes last
    NEWEST = "newest"
    OLDEST = "oldest"
    SEVERITY = "severity"  # the gravest; of equally grave ones the newest


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which tickets are asked for; None = any. Of the plain texts, "" asks for those that have none."""

    action: Action | None = None
    came_by: Channel | None = None
    topic: str | None = None
    moment: Moment | None = None
    tone: Tone | None = None  # the likeliest one
    persona: str | None = None
    signal: SignalKind | None = None
    unmet: bool | None = None  # whether a wish in force is not met
    unsure: bool | None = None
    queue: str | None = None
    assignee: str | None = None
    waits: Waits = Waits.WAITING
    text: str = ""  # words that must all be there; the last one, of four letters or more, may end in *
    since: datetime | None = None  # came then or later
    until: datetime | None = None  # came before


@dataclass(frozen=True, slots=True)
class Test:
    """One condition, and the query that gives the ids of all rows that meet it."""

    sql: str  # on a row of queue
    values: tuple[Value, ...]
    ids: str  # begins "select …"; its first value is the column open, where `of_open`
    of_open: bool = True


@dataclass(frozen=True, slots=True)
class Walk:
    """How an order runs through the rows: by these columns, along this index."""

    columns: tuple[str, ...]  # the last one is the id
    along: str
    newest_first: bool  # descending


WALKS = {
    Order.RESPOND_BY: Walk(("respond_by", "id"), "queue_by_respond", False),
    Order.NEWEST: Walk(("came_at", "id"), "queue_by_came", True),
    Order.OLDEST: Walk(("came_at", "id"), "queue_by_came", False),
    Order.SEVERITY: Walk(("severity", "came_at", "id"), "queue_by_severity", True),
}
_KINDS: dict[str, type | tuple[type, ...]] = {"respond_by": str, "came_at": str, "severity": (float, int), "id": int}


def open_values(waits: Waits) -> tuple[int, ...]:
    """The values of the column `open` that are asked for."""
    return {Waits.WAITING: (1,), Waits.DONE: (0,), Waits.ALL: (1, 0)}[waits]


def tests_of(wanted: Filter) -> list[Test]:
    """The conditions of a filter, but for whether a ticket waits."""
    return [*_equal(wanted), *_signal(wanted.signal), *_came(wanted), *_words(wanted.text)]


def _equal(wanted: Filter) -> Iterator[Test]:
    for column in ("action", "came_by", "topic", "moment", "tone", "persona", "unmet", "unsure", "queue", "assignee"):
        value: str | bool | None = getattr(wanted, column)
        if value is None:
            continue
        ids = f"select id as one from queue indexed by queue_of_{column} where open = ? and {column}"
        if value == "":
            yield Test(f"{column} is null", (), f"{ids} is null")
        else:
            plain = int(value) if isinstance(value, bool) else str(value)
            yield Test(f"{column} = ?", (plain,), f"{ids} = ?")


def _signal(kind: SignalKind | None) -> Iterator[Test]:
    if kind is not None:
        ids = (
            "select other.id as one from queue_signals as s cross join queue as other using (source, ticket_id) "
            "where other.open = ? and s.kind = ?"
        )
        yield Test("instr(signals, ' ' || ? || ' ')", (kind.value,), ids)


def _came(wanted: Filter) -> Iterator[Test]:
    parts = [("came_at >= ?", wanted.since), ("came_at < ?", wanted.until)]
    given = [(sql, utc_text(day)) for sql, day in parts if day is not None]
    if given:
        sql = " and ".join(part for part, _ in given)
        values = tuple(day for _, day in given)
        yield Test(sql, values, f"select id as one from queue indexed by queue_by_came where open = ? and {sql}")


def _words(text: str) -> Iterator[Test]:
    if text.strip():
        ids = "select rowid as one from queue_text where queue_text match ?"
        # the plus keeps SQLite from asking for the words row by row
        yield Test(f"+id in ({ids})", (match_of(text),), ids, of_open=False)


def match_of(text: str) -> str:
    """The search for all words of a text, each taken literally; one without letters and digits is passed over."""
    plain = re.sub(r"[\x00-\x1f\x7f]", " ", text).encode("utf-8", "replace").decode()
    words = [word[:LONGEST_WORD] for word in plain.split() if any(sign.isalnum() for sign in word)][:MOST_WORDS]
    quoted = ['"' + word.rstrip("*").replace('"', '""') + '"' for word in words]
    if not quoted:
        return '""'
    begins = words[-1].endswith("*") and len(words[-1]) > SHORTEST_BEGINNING
    return " ".join(quoted) + ("*" if begins else "")


def cursor_of(order: Order, key: tuple[Value, ...]) -> str:
    """The place of a row in an order, as a short text to give back later."""
    return base64.urlsafe_b64encode(msgspec.json.encode([order.value, *key])).decode().rstrip("=")


def key_of(cursor: str, order: Order) -> tuple[Value, ...]:
    """The place that a cursor names; CursorError where it is none of this order."""
    try:
        content = base64.b64decode(cursor.encode() + b"=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        came = msgspec.json.decode(content, type=list[Value])
    except (binascii.Error, msgspec.MsgspecError, UnicodeError, ValueError) as error:
        raise CursorError(_bad(cursor)) from error
    columns = WALKS[order].columns
    fits = len(came) == len(columns) + 1 and came[0] == order.value
    if not fits or not all(_fits(column, value) for column, value in zip(columns, came[1:], strict=True)):
        raise CursorError(_bad(cursor))
    return tuple(came[1:])


def _fits(column: str, value: Value) -> bool:
    kind = isinstance(value, _KINDS[column]) and not isinstance(value, bool)
    return kind and (not isinstance(value, int) or -LARGEST <= value <= LARGEST)


def _bad(cursor: str) -> str:
    return f"a place in the queue must be one that the queue gave out in this order, was: {cursor[:40]!r}: start anew"
