"""Carries noted events into the inbox, a few of each subscriber at a time, and tells them from there.

In the inbox stands which event it is, never what it says. What waits for a subscriber that does not answer stays where
it was noted: now and then another one is tried, until one is taken. So one that is down costs little and holds up
nobody else, and an event that its subscriber cannot take holds up no other.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

import sqlite_utils

from advisor.records.tables import RecordsFile, Row
from web.events_out.bodies import body_of
from web.events_out.events import EventType, Noted
from web.events_out.signing import signed
from web.events_out.subscribers import Subscriber, Subscribers, note_failed, note_told, switch_off
from web.inbox import Inbox, add_in, on_the_disk
from web.inbox_jobs import About, Job, New
from web.outgoing import Answer
from web.outgoing_errors import OutgoingError
from web.tables import now as this_moment
from web.tables import stamp

log = logging.getLogger(__name__)
QUEUE = "events_out"
AT_ONCE = 50  # events of a subscriber in the inbox
KEPT = timedelta(days=30)  # that an event is remembered, told or not
GIVEN_UP = timedelta(days=5)  # without one event that was taken: then a subscriber is switched off
SURE_TRIES = 3  # of one event, before that; one bad moment after a quiet week is no reason
LEAST_PAUSE, MOST_PAUSE = timedelta(seconds=5), timedelta(hours=1)  # before another event is tried where one failed
GONE = 410  # the subscriber wants nothing more
AGENT = "TicketAdvisor (+webhooks)"


class Sends(Protocol):
    """Sends one request; OutgoingError where it came to nothing."""

    def send(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Answer:
        """The answer, whatever its status."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a subscriber has not taken an event."""

    error: str
    retry_after: float | None = None  # seconds
    is_gone: bool = False


class Pump:
    """Takes noted events to the inbox and tells subscribers what stands there; safe to use from many threads."""

    def __init__(
        self, subscribers: Subscribers, inbox: Inbox, outgoing: Sends, *, now: Callable[[], datetime] = this_moment
    ) -> None:
        self._file: RecordsFile = subscribers.file
        self._subscribers = subscribers
        self._inbox = inbox
        self._outgoing = outgoing
        self._now = now

    def fill(self) -> int:
        """Take to the inbox what waits and may go; gives how many events."""
        now = self._now()
        with self._file.errors_named():
            sql = "select 1 from events_out where taken is null limit 1"
            if self._file.tables.execute(sql).fetchone() is None:
                return 0  # looked for without the lock of the writers
            with on_the_disk(self._file.tables, patience=30.0):
                live = [one for one in self._subscribers.every(now=now) if one.off is None]
                taken = sum(_fill_one(self._file.tables, one, now) for one in live)
        if taken:
            self._inbox.added.set()
        return taken

    def work(self, job: Job) -> None:
        """Tell a subscriber the event of a job, and end the job by what came of it."""
        event, now = noted_of(json.loads(job.payload)), self._now()
        subscriber = self._subscribers.find(event.subscriber, now=now)
        if subscriber is None:
            self._inbox.done(job, result=f"not told: {event.subscriber} is no subscriber any more", now=now)
            return
        if subscriber.off is not None:
            self._put_back(job, event, now, until=f"{event.subscriber} is switched on")
            return
        if job.tries == 1 and _came_before(job, subscriber) and _rests(subscriber, now):
            self._put_back(job, event, now, until=f"{event.subscriber} answers again")
            return
        body = body_of(self._file.tables, event, with_text=subscriber.with_text, now=now)
        if body is None:
            self._inbox.done(job, result="not told: what it was about was erased", now=now, also=_ended(event, now))
            return
        refusal = tell(self._outgoing, subscriber, event.id, body, now=now)
        if refusal is None:
            self._told(job, event)
        else:
            self._failed(job, subscriber, refusal)

    def trim(self) -> int:
        """Forget events of long ago, told or not; gives how many."""
        with self._file.errors_named(), self._file.writing() as tables:
            gone = tables.execute("delete from events_out where at < ?", [stamp(self._now() - KEPT)])
            return int(gone.rowcount)

    def _told(self, job: Job, event: Noted) -> None:
        now = self._now()

        def also(tables: sqlite_utils.Database) -> None:
            note_told(tables, event.subscriber, now=now)
            _ended(event, now)(tables)

        self._inbox.done(job, result=f"told {event.subscriber}: {event.type}", now=now, also=also)

    def _put_back(self, job: Job, event: Noted, now: datetime, *, until: str) -> None:
        """Let an event wait where it was noted."""

        def also(tables: sqlite_utils.Database) -> None:
            wait_again(tables, "id = ?", [event.id])

        self._inbox.done(job, result=f"waits until {until}", now=now, also=also)

    def _failed(self, job: Job, subscriber: Subscriber, refusal: Refusal) -> None:
        now = self._now()
        since = subscriber.failing_since or now
        is_over = now - since >= GIVEN_UP and job.tries >= SURE_TRIES
        with self._file.errors_named(), self._file.writing() as tables:
            note_failed(tables, subscriber.name, refusal.error, now=now)
            if refusal.is_gone or is_over:
                why = f"nothing was taken since {since:%Y-%m-%d %H:%M} UTC" if is_over else "it said that it is gone"
                switch_off(tables, subscriber.name, f"{why}: {refusal.error}", now=now)
        if refusal.is_gone or is_over:
            log.error("switched off a subscriber: %s", subscriber.name)
        self._inbox.failed(job, refusal.error, now=now, retry_after=refusal.retry_after)


def tell(outgoing: Sends, subscriber: Subscriber, id: str, body: bytes, *, now: datetime) -> Refusal | None:
    """Send a message, signed now; None where it was taken."""
    headers = {"content-type": "application/json", "user-agent": AGENT, "accept": "*/*"}
    headers |= signed(id, body, at=now, by=subscriber.secrets)
    try:
        answer = outgoing.send("POST", subscriber.url, headers=headers, body=body)
    except OutgoingError as error:
        return Refusal(str(error))
    if answer.is_good:
        return None
    said = f"answered {answer.status}: {answer.shown()}".rstrip(": ")
    return Refusal(said, retry_after=answer.retry_after(now), is_gone=answer.status == GONE)


def under_way(tables: sqlite_utils.Database, name: str) -> int:
    """How many events of a subscriber are in the inbox and not told yet."""
    sql = "select count(*) from inbox where queue = ? and grp > ? and grp < ? and state in ('waiting', 'working')"
    (count,) = tables.execute(sql, [QUEUE, f"{name} ", f"{name}!"]).fetchone()  # "!" is the sign after the blank
    return int(count)


def wait_again(tables: sqlite_utils.Database, where: str, values: list[Any]) -> int:
    """Let events wait as if they had never been in the inbox, under the next key; gives how many."""
    sql = f"update events_out set taken = null, ended = null, round = round + 1 where taken is not null and {where}"
    return int(tables.execute(sql, values).rowcount)


def noted_of(row: Row) -> Noted:
    """An event of its row, or of the payload of its job."""
    names = ("id", "subscriber", "source", "ticket_id", "record", "round")
    plain = {name: row[name] for name in names}
    return Noted(**plain, type=EventType(row["type"]), at=datetime.fromisoformat(row["at"]))


def _fill_one(tables: sqlite_utils.Database, subscriber: Subscriber, now: datetime) -> int:
    room = _room(subscriber, under_way(tables, subscriber.name), now)
    if room <= 0:
        return 0
    sql = "select * from events_out where subscriber = ? and taken is null order by number limit ?"
    rows = list(tables.query(sql, [subscriber.name, room]))
    for row in rows:
        add_in(tables, [_job_of(tables, noted_of(row), row["at"])], now=now)
        tables.execute("update events_out set taken = ? where number = ?", [stamp(now), row["number"]])
    return len(rows)


def _room(subscriber: Subscriber, busy: int, now: datetime) -> int:
    """How many events may follow those under way; while it fails, one now and then."""
    if _rests(subscriber, now):
        return 0
    return AT_ONCE - busy if subscriber.failing_since is None else min(AT_ONCE - busy, 1)


def _came_before(job: Job, subscriber: Subscriber) -> bool:
    """Whether a job was in the inbox before its subscriber failed; one that came later is to try it."""
    return subscriber.failing_since is not None and job.added <= subscriber.failing_since


def _rests(subscriber: Subscriber, now: datetime) -> bool:
    """Whether a subscriber failed so lately that no further event is tried: for half the time that it has failed."""
    if subscriber.failing_since is None or subscriber.failed is None:
        return False
    pause = min(max((now - subscriber.failing_since) / 2, LEAST_PAUSE), MOST_PAUSE)
    return now - subscriber.failed < pause


def _job_of(tables: sqlite_utils.Database, event: Noted, at: str) -> New:
    """A job that says which event it is; by itself in its group, for events may come in any order."""
    names = ("id", "subscriber", "type", "source", "ticket_id", "record", "round")
    payload = json.dumps({name: getattr(event, name) for name in names} | {"at": at}).encode()
    name = f"{event.subscriber} {event.id}"
    about = About(source=event.source, ticket_id=event.ticket_id, customer=_customer(tables, event))
    return New(QUEUE, f"{name} {event.round}", name, payload, about=about)


def _customer(tables: sqlite_utils.Database, event: Noted) -> str | None:
    key: list[str | None]
    if event.type is EventType.WISH_RECORDED:
        sql, key = "select owner from filed where id = ? and kind = 'customer'", [event.record]
    else:
        sql, key = "select customer from tickets where source = ? and ticket_id = ?", [event.source, event.ticket_id]
    row = tables.execute(sql, key).fetchone()
    return str(row[0]) if row is not None and row[0] is not None else None


def _ended(event: Noted, now: datetime) -> Callable[[sqlite_utils.Database], None]:
    def also(tables: sqlite_utils.Database) -> None:
        tables.execute("update events_out set ended = ? where id = ?", [stamp(now), event.id])

    return also
