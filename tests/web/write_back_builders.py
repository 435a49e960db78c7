"""A desk whose advices are written back to an imitated helpdesk, at a clock that one moves by hand."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from web_builders import recording_desk
from writing import MARKERS, NOON, Subject, outgoing

from advisor.settings import Mode
from advisor.types import Customer, Ticket
from web.desk import Desk
from web.hooks import Hooks
from web.inbox import Inbox
from web.inbox_jobs import State
from web.write_back import QUEUE, WriteBack
from web.write_back.writer import Writer

ASKS_LINK = "How do I see my jobs in my calendar? Just send me the link."
ASKS_CALL = "Please call me, I do not want to read anything."
PLAIN = "It does not work."


@dataclass(slots=True)
class Office:
    """The desk, and what stands between it and the helpdesk."""

    desk: Desk
    hooks: Hooks
    inbox: Inbox
    now: datetime = NOON
    write_back: WriteBack = field(init=False)

    def __post_init__(self) -> None:
        writer = Writer(outgoing(), MARKERS, now=self.clock)
        settings, records = self.desk.settings, self.desk.records
        self.write_back = WriteBack(settings, records, self.hooks, self.inbox, writer, now=self.clock)

    def clock(self) -> datetime:
        """The time that it is."""
        return self.now

    def restarted(self) -> Office:
        """The same desk after its program was started anew."""
        return Office(self.desk, self.hooks, self.inbox, self.now)

    def advise(self, source: str, body: str, *, id: str = "35", status: str = "open") -> int:
        """Advise a ticket as a delivery does; gives the revision."""
        ticket = Ticket(id=id, source=source, body=body, created_at=NOON, status=status, customer=Customer(id="c1"))
        advice = self.desk.advise(ticket)
        hook = self.hooks.named(source, now=self.now)
        with self.inbox.file.writing() as tables:
            self.write_back.listen(tables, hook, advice)
        return advice.recommendation.revision

    def work(self) -> list[str]:
        """Work off what is due; gives how each job ended, or what is wrong with it."""
        before = {one.id for one in self.inbox.find(queue=QUEUE, state=State.WAITING)}
        self.write_back.work_all(worker="test/1/1")
        rows = (self.inbox.get(id) for id in sorted(before))
        return [row.result or row.error or "" for row in rows if row is not None]

    def later(self, **time: float) -> None:
        """Let time pass."""
        self.now += timedelta(**time)


def office(subject: Subject, *, mode: Mode = Mode.ADVISE, home: Path | None = None, address: str = "") -> Office:
    """A desk with a hook to the helpdesk."""
    at = recording_desk(mode=mode, address=address, home=home)
    hooks, hook = Hooks.open(at.settings), subject.hook
    hooks.add(hook.name, hook.kind, secret=hook.secrets[0], now=NOON)
    hooks.change(
        hook.name, now=NOON, address=hook.address, user=hook.user, options=hook.options, credentials=subject.credentials
    )
    return Office(at, hooks, Inbox(hooks.file, chance=lambda: 0.0))


def in_shadow(at: Office) -> Office:
    """The same desk in shadow mode."""
    settings = replace(at.desk.settings, mode=Mode.SHADOW)
    return Office(Desk(settings, at.desk.records, at.desk.running), at.hooks, at.inbox, at.now)
