"""Events told again by hand, and what waits of a subscriber told at once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from web.events_out.pump import QUEUE, under_way, wait_again
from web.events_out.subscribers import Subscriber, Subscribers
from web.inbox import Inbox
from web.inbox_jobs import State

_NOT_UNDER_WAY = (
    "not exists (select 1 from inbox as i where i.queue = 'events_out' and "
    "i.grp = events_out.subscriber || ' ' || events_out.id and i.state in ('waiting', 'working'))"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A subscriber, and how many events stand how, as plain values for a page or a list."""

    subscriber: Subscriber
    waiting: int  # noted, and not told yet; those under way included
    set_aside: int  # failed too often
    told: int  # of the last 30 days


def standings(subscribers: Subscribers, *, now: datetime) -> list[Standing]:
    """All subscribers with what they were told and what waits."""
    return [_standing(subscribers, one) for one in subscribers.every(now=now)]


def _standing(subscribers: Subscribers, one: Subscriber) -> Standing:
    tables = subscribers.file.tables
    with subscribers.file.errors_named():
        sql = (
            "select count(*) filter (where taken is null), count(*) filter (where ended is not null) "
            "from events_out where subscriber = ?"
        )
        waiting, told = tables.execute(sql, [one.name]).fetchone()
        (aside,) = tables.execute(_COUNT, [QUEUE, f"{one.name} ", f"{one.name}!", State.SET_ASIDE.value]).fetchone()
        return Standing(subscriber=one, waiting=waiting + under_way(tables, one.name), set_aside=aside, told=told)


_COUNT = "select count(*) from inbox where queue = ? and key > ? and key < ? and state = ?"


def replay(subscribers: Subscribers, name: str, *, ids: Collection[str] = (), since: datetime | None = None) -> int:
    """Let events be told again, those with these ids or all since then; gives how many. What is under way stays so."""
    tests, values = ["subscriber = ?", _NOT_UNDER_WAY], [name]
    if ids:
        tests, values = [*tests, f"id in ({', '.join('?' * len(ids))})"], [*values, *ids]
    if since is not None:
        tests, values = [*tests, "julianday(at) >= julianday(?)"], [*values, since.isoformat()]
    with subscribers.file.errors_named(), subscribers.file.writing() as tables:
        return wait_again(tables, " and ".join(tests), list(values))


def replay_set_aside(subscribers: Subscribers, name: str) -> int:
    """Let all events be told again that failed too often; gives how many."""
    aside = (
        "exists (select 1 from inbox as i where i.queue = 'events_out' and i.state = 'set_aside' and "
        "i.key = events_out.subscriber || ' ' || events_out.id || ' ' || events_out.round)"
    )
    with subscribers.file.errors_named(), subscribers.file.writing() as tables:
        return wait_again(tables, f"subscriber = ? and {_NOT_UNDER_WAY} and {aside}", [name])


def hurry(subscribers: Subscribers, inbox: Inbox, name: str, *, now: datetime) -> None:
    """Try at once what waits for its next attempt."""
    sql = "select id from inbox where queue = ? and grp > ? and grp < ? and state = 'waiting'"
    with subscribers.file.errors_named():
        rows = subscribers.file.tables.execute(sql, [QUEUE, f"{name} ", f"{name}!"]).fetchall()
    for (id,) in rows:
        inbox.replay(id, now=now)
