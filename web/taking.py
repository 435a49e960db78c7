"""What is done with a delivery: its event changes the records, in the transaction that ends its job."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import sqlite_utils

from advisor.advise import Advice
from advisor.reading.text import other_messages
from advisor.records.changes import TicketFacts, change_ticket, is_recorded, join_messages, tags_of, tell_done
from advisor.records.customers import erase_ticket_in, tidy
from advisor.records.outcomes import KNOWN, add_outcome_in
from advisor.records.records import save_in
from advisor.records.reviews import override_in
from advisor.types import Action, Outcome, OutcomeKind, Sender, Ticket
from web.desk import Desk
from web.events_out.tables import leave_out
from web.helpdesks import HELPDESKS, PayloadError
from web.helpdesks.answers import reviews_of
from web.helpdesks.model import Delivery, Event, Hook, NotForUs, TicketCame, TicketChanged, TicketDeleted
from web.hooks import Hooks
from web.inbox import Inbox, add_in
from web.inbox_jobs import Job, New
from web.inbox_store import erase_in
from web.joining import joined
from web.pull.came import PULLED, news_of
from web.pull.came import event_of as pulled_event

log = logging.getLogger(__name__)
EVENT = ":event"  # of the headers of a job: which of the events of its delivery it is; no real header begins so
TEST = "x-advisor-test"  # a delivery of advisor hooks test: advised, and told to nobody
UPKEEP = "upkeep"
TIDY_AFTER = timedelta(hours=1)  # deletions are often many, and tidying up takes seconds

Listener = Callable[[sqlite_utils.Database, Hook, Advice], None]
"""Told of an advice in the transaction that keeps it: what it adds to the inbox is kept with it, or not at all."""

Change = Callable[[sqlite_utils.Database], str]
"""Writes what an event changes, and says so."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """Why an event changes nothing."""

    because: str


class Taking:
    """Works on the deliveries of an installation; safe to use from many threads."""

    def __init__(
        self, desk: Desk, hooks: Hooks, inbox: Inbox, *, now: Callable[[], datetime], listeners: Sequence[Listener] = ()
    ) -> None:
        self._desk = desk
        self._hooks = hooks
        self._inbox = inbox
        self._now = now
        self._listeners = listeners

    def work(self, job: Job) -> None:
        """Do what a delivery asks for, and end its job."""
        name, _, _ = job.group.partition(" ")
        hook = self._hooks.find(name, now=self._now())
        if hook is None:
            self._inbox.failed(job, f"there is no hook {name} any more", now=self._now(), for_good=True)
            return
        try:
            event = self._event(hook, job)
        except PayloadError as error:
            self._inbox.failed(job, str(error), now=self._now(), for_good=True)
            return
        change = self._prepared(hook, event, job)
        if isinstance(change, Nothing):
            self._inbox.ignored(job, change.because, now=self._now())
            return
        if isinstance(event, TicketDeleted):
            self._inbox.file.tables.execute("pragma secure_delete = on")
        self._inbox.done(job, result="", now=self._now(), also=change)

    def _event(self, hook: Hook, job: Job) -> Event:
        if PULLED not in job.headers:
            return event_of(hook, job)
        return news_of(self._desk.records, pulled_event(job.payload), masked=self._desk.settings.mask)

    def tidy(self, job: Job) -> None:
        """Let nothing stand in the files of what was deleted."""
        tidy(self._desk.records.file)
        self._inbox.done(job, result="tidied up", now=self._now())

    def _prepared(self, hook: Hook, event: Event, job: Job) -> Change | Nothing:
        """Read what is to be read, outside the transaction; gives what is to be written in it."""
        if isinstance(event, NotForUs):
            return Nothing(event.because)
        if isinstance(event, TicketDeleted):
            return self._deleted(event, job)
        if isinstance(event, TicketChanged):
            if any(message.sender is Sender.CUSTOMER for message in event.messages):
                return self._came(hook, _as_ticket(event), job)
            return self._changed(event, job)
        return self._came(hook, event, job)

    def _came(self, hook: Hook, event: TicketCame, job: Job) -> Change | Nothing:
        """Advise a ticket that came, or in which the customer wrote."""
        masked = self._desk.settings.mask
        ticket = joined(self._desk.records, event, masked=masked)
        if ticket is None:
            return self._facts_only(event, job)
        if ticket.created_at is None:
            ticket = replace(ticket, created_at=job.added)
        before = self._answers(ticket)
        advice = self._desk.advise(ticket, record=False)

        def write(tables: sqlite_utils.Database) -> str:
            (saved,) = save_in(tables, [advice])
            said = self._overridden(tables, event.ticket, before, job)
            if TEST in job.headers:
                leave_out(tables, ticket.source, ticket.id)
            for listener in self._listeners if TEST not in job.headers else ():
                listener(tables, hook, saved)
            given = saved.recommendation
            way = "self-service" if given.action is Action.SELF_SERVICE else "a person"
            return "; ".join([f"ticket {ticket.id}: advised {way} (revision {given.revision})", *said])

        return write

    def _facts_only(self, event: TicketCame, job: Job) -> Change:
        """Take over the facts of a ticket in which nobody wrote anything new."""
        ticket = event.ticket
        names = ("status", "assignee", "solved_at", "csat", "nps")
        facts = {name: getattr(ticket, name) for name in names}
        return self._changed(
            TicketChanged(
                source=ticket.source, ticket_id=ticket.id, tags=ticket.tags or None, handled=ticket.handled, **facts
            ),
            job,
            otherwise="nothing that was not known",
        )

    def _changed(self, event: TicketChanged, job: Job, *, otherwise: str = "nothing changed") -> Change:
        """Take over what became known of a ticket, and what agents wrote in it."""
        ticket = Ticket(id=event.ticket_id, source=event.source, messages=event.messages)
        others = other_messages(ticket, masked=self._desk.settings.mask)
        facts = TicketFacts(
            status=event.status,
            assignee=event.assignee,
            tags=event.tags,
            solved_at=event.solved_at,
            csat=event.csat,
            nps=event.nps,
        )

        def write(tables: sqlite_utils.Database) -> str:
            if not is_recorded(tables, event.source, event.ticket_id):
                return f"ticket {event.ticket_id} is not known here: nothing was changed"
            before = tags_of(tables, event.source, event.ticket_id)
            said = [f"changed {name}" for name in change_ticket(tables, event.source, event.ticket_id, facts)]
            many = join_messages(tables, event.source, event.ticket_id, others)
            said += [f"{many} message{'s' if many != 1 else ''} joined the thread"] if many else []
            done = tell_done(tables, ticket, event.handled)
            said += [f"done: {done.action or done.channel}"] if done is not None else []
            said += self._outcome(tables, event, job)
            if event.tags is not None:
                changed = replace(ticket, tags=event.tags, assignee=event.assignee)
                said += self._overridden(tables, changed, before, job)
            return f"ticket {event.ticket_id}: {'; '.join(said) or otherwise}"

        return write

    def _outcome(self, tables: sqlite_utils.Database, event: TicketChanged, job: Job) -> list[str]:
        if event.outcome is None:
            return []
        how = "reopened" if event.outcome is OutcomeKind.CONTRADICTED else "helpdesk"
        outcome = Outcome(
            source=event.source, ticket_id=event.ticket_id, kind=event.outcome, at=job.added, by=event.source, how=how
        )
        refused = add_outcome_in(tables, outcome, by=event.source, now=job.added)
        if refused and not refused.endswith(KNOWN):
            return [f"no outcome: {refused}"]
        return [f"outcome: {event.outcome}"]

    def _deleted(self, event: TicketDeleted, job: Job) -> Change:
        def write(tables: sqlite_utils.Database) -> str:
            known = erase_ticket_in(tables, event.source, event.ticket_id)
            values = {"source": event.source, "ticket": event.ticket_id, "id": str(job.id)}
            erase_in(tables, "source = :source and ticket_id = :ticket and id != :id", values)
            tables.execute("update inbox set ticket_id = null, customer = null, grp = '' where id = ?", [job.id])
            due = job.added + TIDY_AFTER
            tidying = New(UPKEEP, f"tidy {job.added:%Y-%m-%d %H}", UPKEEP, b"tidy", due=due)
            add_in(tables, [tidying], now=job.added)
            return "a ticket was deleted" if known else "a ticket was deleted that was not known here"

        return write

    def _answers(self, ticket: Ticket) -> tuple[str, ...]:
        """The tags that were known of a ticket before."""
        with self._desk.records.file.errors_named():
            return tags_of(self._desk.records.file.tables, ticket.source, ticket.id)

    def _overridden(
        self, tables: sqlite_utils.Database, ticket: Ticket, before: tuple[str, ...], job: Job
    ) -> list[str]:
        """An agent's answer to our advice, where a tag has newly come that is one."""
        reason = reviews_of(ticket.tags)
        if reason is None or reason is reviews_of(before):
            return []
        by = ticket.assignee or f"an agent in {ticket.source}"
        kept = override_in(tables, ticket.source, ticket.id, reason, by=by, at=job.added)
        return [f"overridden by a tag: {reason}"] if kept else []


def event_of(hook: Hook, job: Job) -> Event:
    """The event of a job, in its delivery's hook, whatever source it says itself. Raises PayloadError."""
    events = HELPDESKS[hook.kind].parse(hook, Delivery(job.headers, job.payload, job.added))
    place = int(job.headers.get(EVENT, "0"))
    if place >= len(events):
        raise PayloadError(f"the delivery has {len(events)} events, event {place + 1} was to be worked on")
    return events[place]


def _as_ticket(event: TicketChanged) -> TicketCame:
    """A change that holds words of the customer, too."""
    ticket = Ticket(
        id=event.ticket_id,
        source=event.source,
        messages=event.messages,
        status=event.status,
        tags=event.tags or (),
        assignee=event.assignee,
        solved_at=event.solved_at,
        csat=event.csat,
        nps=event.nps,
        handled=event.handled,
    )
    return TicketCame(ticket=ticket)
