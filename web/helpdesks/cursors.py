"""Where a pull stands: a list of changed tickets, page by page, and those of it whose messages are still to come."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec

from web.helpdesks.model import Event, NotForUs, Pulled
from web.helpdesks.reading import Part, PayloadError, moment_of, payload_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """A cursor taken apart; written, it is JSON."""

    since: datetime  # aware; changes from then on are asked for
    newest: datetime | None = None  # the newest change seen in this round
    page: str = ""  # where the list goes on, as the helpdesk has it; empty = at its beginning
    over: bool = False  # whether the list has come to its end
    waiting: tuple[Mapping[str, object], ...] = ()  # tickets, whose messages are asked for next, the first first

    @property
    def more(self) -> bool:
        """Whether there is something to ask for at once."""
        return bool(self.waiting) or not self.over

    def text(self) -> str:
        """This place, to be kept; where all is told, the next round begins with the newest change seen."""
        if self.more:
            return msgspec.json.encode(self).decode()
        since = max(self.since, self.newest or self.since)
        return msgspec.json.encode(Cursor(since=since, page=self.page)).decode()

    def saw(self, at: datetime | None) -> Cursor:
        """This place, when a change of that time was seen."""
        return self if at is None else replace(self, newest=max(at, self.newest or at))


def cursor_of(text: str) -> Cursor:
    """A place that was kept, or the beginning: an aware time in ISO 8601. Raises PayloadError."""
    if not text.startswith("{"):
        since = moment_of(text)
        if since is None:
            raise PayloadError(f"a pull must begin at a time such as 2026-03-01T09:30:00Z, was: {text[:60]!r}")
        return Cursor(since=since)
    part = payload_of(text.encode("utf-8", "replace"))
    since = part.time("since")
    if since is None:
        raise PayloadError("a pull's cursor must say since when, does not: begin again with --since")
    return Cursor(
        since=since,
        newest=part.time("newest"),
        page=part.text("page"),
        over=part.flag("over") or False,
        waiting=tuple(one.came for one in part.parts("waiting")),
    )


def first_waiting(cursor: Cursor) -> Part | None:
    """The ticket whose messages are asked for now; None = the list is."""
    return Part(cursor.waiting[0]) if cursor.waiting else None


def told(cursor: Cursor, thread: Callable[[], Event]) -> Pulled:
    """What the messages of the waiting ticket tell; one that cannot be read is named and left, so that others come."""
    try:
        event = thread()
    except PayloadError as error:
        event = NotForUs(f"it cannot be read: {error}")
    after = replace(cursor, waiting=cursor.waiting[1:])
    return Pulled(events=(event,), cursor=after.text(), more=after.more)
