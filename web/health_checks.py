"""Whether each part of the server is well. A check is given what it needs, and says in one sentence what it found.

To add a part: a function that gives `Told`, and its line in `checks`.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from time import perf_counter

from advisor.decision.drift import bound
from advisor.decision.experience import Experience
from advisor.decision.policy import costs_of
from advisor.errors import EXPECTED
from advisor.experience_in_force import experience_in_force
from advisor.records import Records
from advisor.settings import Settings
from advisor.types import Promise, PromiseState
from index.store import Store
from web.desk import Desk
from web.events_out.subscribers import Subscribers
from web.inbox import Inbox
from web.inbox_jobs import DELIVERIES, State

PATIENCE = 2.0  # seconds to wait for another writer
LITTLE = 10**9  # bytes left on the disk: look after it
TOO_LITTLE = 10**8
LONG_WAIT = timedelta(minutes=5)


class Condition(StrEnum):
    """How a part is; the server as a whole is as its worst part."""

    OK = "ok"
    WARNING = "warning"  # it serves, and somebody should look at it
    ILL = "ill"  # it cannot do its work


@dataclass(frozen=True, slots=True)
class Told:
    """What a check found."""

    condition: Condition
    sentence: str


@dataclass(frozen=True, slots=True)
class Part:
    """A part, and what its check found."""

    name: str
    told: Told
    ms: float


Check = Callable[[], Told]


def checks(desk: Desk, inbox: Inbox) -> dict[str, Check]:
    """All parts of a desk, by name."""
    settings, records = desk.settings, desk.records
    told = Subscribers.open(settings)
    return {
        "records": lambda: writable(settings.records),
        "knowledge": lambda: knowledge(settings),
        "models": lambda: models(desk),
        "experience": lambda: experience(settings, records, trouble=desk.running.trouble),
        "promise": lambda: promise(records.promises.in_force(), desk.experience),
        "inbox": lambda: jobs(inbox, now=datetime.now(UTC)),
        "subscribers": lambda: subscribers(told, now=datetime.now(UTC)),
        "disk": lambda: disk(settings.home),
    }


def look(parts: Mapping[str, Check]) -> list[Part]:
    """Make the checks, one after the other; what a check cannot find out makes its part ill."""
    return [_looked(name, check) for name, check in parts.items()]


def whole(parts: list[Part]) -> Condition:
    """How the server is as a whole."""
    order = list(Condition)
    return max((part.told.condition for part in parts), key=order.index, default=Condition.OK)


def writable(path: Path) -> Told:
    """Whether the database of records can be written to."""
    if not path.is_file():
        return Told(Condition.ILL, f"{path} is not there: run advisor init")
    with closing(sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)) as database:
        try:
            database.execute("begin immediate")
            database.execute("rollback")
        except sqlite3.Error as error:
            busy = getattr(error, "sqlite_errorname", "") == "SQLITE_BUSY"
            cure = "another program has been writing to it" if busy else "see advisor doctor, or restore a backup"
            return Told(Condition.ILL, f"{path} cannot be written ({error}): {cure}")
    return Told(Condition.OK, f"{path} can be written")


def knowledge(settings: Settings) -> Told:
    """Whether the knowledge base opens, and how much is in it."""
    path = settings.knowledge.knowledge_db
    if not path.is_file():
        return Told(
            Condition.WARNING, f"{path} is not there, every ticket goes to a person: run advisor kb import PATH"
        )
    store = Store.open(settings.knowledge)
    articles = sum(store.counted("source").values())
    if not articles:
        return Told(Condition.WARNING, "no articles, so every ticket goes to a person: run advisor kb import PATH")
    return Told(Condition.OK, f"{articles} articles, generation {store.generation}")


def models(desk: Desk) -> Told:
    """Which encoder and heads are loaded; what could not be loaded stands in `experience` or here as trouble."""
    from advisor.reading.evidence import Reader

    reader = desk.advisor.reader
    named = reader.fingerprint if isinstance(reader, Reader) else type(reader).__name__
    return Told(Condition.OK, f"encoder and heads are loaded, fingerprint {named}")


def experience(settings: Settings, records: Records, *, trouble: str | None) -> Told:
    """Which experience file is in force, and why not the installation's own; `trouble`: a change that was not taken."""
    found, _, warning = experience_in_force(settings, records)
    if warning is not None:
        return Told(Condition.WARNING, warning)
    if trouble is not None:
        return Told(Condition.WARNING, f"a change is not in force: {trouble}")
    return Told(Condition.OK, f"in force, fingerprint {found.fingerprint}")


def promise(kept: Promise | None, in_force: Experience) -> Told:
    """How the promise stands; one that was withdrawn, or rests on other costs, should be looked at."""
    if kept is None:
        return Told(Condition.OK, "not yet: the shipped threshold serves")
    if bound(kept, costs_of(in_force)) != kept:
        return Told(Condition.WARNING, "set aside, for the costs were changed since: run advisor promise --certify")
    if kept.state is PromiseState.WITHDRAWN:
        return Told(Condition.WARNING, "withdrawn: see advisor promise for what the outcomes showed")
    return Told(Condition.OK, f"{kept.state}, fingerprint {kept.fingerprint}")


def jobs(inbox: Inbox, *, now: datetime) -> Told:
    """Whether what helpdesks sent is worked on, and whether anything was set aside."""
    waiting, since = inbox.waiting(DELIVERIES), inbox.waiting_since(DELIVERIES)
    aside = sum(by_state.get(State.SET_ASIDE, 0) for by_state in inbox.counts().values())
    if since is not None and now - since > LONG_WAIT:
        minutes = int((now - since).total_seconds() // 60)
        return Told(Condition.WARNING, f"{waiting} deliveries wait, one for {minutes} minutes: does advisor work run?")
    if aside:
        return Told(Condition.WARNING, f"{aside} set aside: see the deliveries page, or advisor deliveries")
    return Told(Condition.OK, f"{waiting} deliveries wait")


def subscribers(told: Subscribers, *, now: datetime) -> Told:
    """Whether those who are told of our events take them."""
    every = told.every(now=now)
    off = [one.name for one in every if one.off is not None]
    if off:
        cure = "see advisor subscribers list, then advisor subscribers switch-on NAME"
        return Told(Condition.WARNING, f"switched off, for nothing was taken: {', '.join(off)}: {cure}")
    failing = [one.name for one in every if one.failing_since is not None]
    return Told(
        Condition.OK, f"{len(every)} are told" + (f", of them failing: {', '.join(failing)}" if failing else "")
    )


def disk(home: Path) -> Told:
    """How much room is left where the home folder lies."""
    free = shutil.disk_usage(home).free
    said = f"{free / 10**9:.1f} GB left on the disk of {home}"
    if free < TOO_LITTLE:
        return Told(Condition.ILL, f"{said}: make room now, or nothing can be stored")
    return Told(Condition.WARNING if free < LITTLE else Condition.OK, said)


def _looked(name: str, check: Check) -> Part:
    began = perf_counter()
    try:
        told = check()
    except (*EXPECTED, OSError, sqlite3.Error) as error:
        told = Told(Condition.ILL, str(error))
    return Part(name, told, round((perf_counter() - began) * 1000, 1))
