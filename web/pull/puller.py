"""Asks a helpdesk for what changed, page by page, and puts it into the inbox that webhooks fill, too.

A page and the cursor behind it are stored in one transaction: after a crash the pull goes on where it was, and nothing
is taken twice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec

from advisor.errors import AdvisorError
from advisor.records.rows import customer_key
from advisor.settings import Settings
from web.helpdesks import PULLING, WRITING, PayloadError
from web.helpdesks.cursors import cursor_of, first_waiting
from web.helpdesks.model import Event, Hook, NotForUs, Pulled, TicketCame, TicketChanged, TicketDeleted
from web.hooks import Hooks
from web.inbox import add_in, on_the_disk
from web.inbox_jobs import DELIVERIES, About, New
from web.outgoing import Outgoing
from web.pull.asking import Asking, GoneError
from web.pull.came import PULLED, key_of, payload_of
from web.pull.places import Places, move_in, open_file
from web.tables import now as this_moment

CURE = "advisor hooks credentials {name} says how it is reached"


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a pull has come."""

    pages: int = 0
    tickets: int = 0  # that came, whole or as changes
    deleted: int = 0
    ignored: int = 0  # not for us
    new: int = 0  # that were put into the inbox; the others had been pulled before
    is_over: bool = False

    def after(self, page: Pulled, *, new: int) -> Progress:
        """The same after one more page."""
        deleted = sum(isinstance(one, TicketDeleted) for one in page.events)
        ignored = sum(isinstance(one, NotForUs) for one in page.events)
        return replace(
            self,
            pages=self.pages + 1,
            tickets=self.tickets + len(page.events) - deleted - ignored,
            deleted=self.deleted + deleted,
            ignored=self.ignored + ignored,
            new=self.new + new,
            is_over=not page.more,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Says:
    """Whom a pull tells how it goes on."""

    page: Callable[[Progress, tuple[Event, ...]], None] = lambda progress, events: None
    waits: Callable[[float, str], None] = lambda seconds, why: None


class Puller:
    """Pulls hooks, one page after the other."""

    def __init__(
        self,
        places: Places,
        outgoing: Outgoing,
        credentials: Callable[[str], str | None],
        *,
        sleep: Callable[[float], bool],
        now: Callable[[], datetime] = this_moment,
        says: Says = Says(),
    ) -> None:
        """`sleep` waits for so many seconds, and gives True where the pull is to stop; `credentials` are by hook."""
        self.places = places
        self._outgoing = outgoing
        self._credentials = credentials
        self._sleep = sleep
        self._now = now
        self._says = says

    @classmethod
    def open(cls, settings: Settings, *, sleep: Callable[[float], bool], says: Says = Says()) -> Puller:
        """The puller of an installation."""
        places = Places(open_file(settings.records))
        outgoing = Outgoing(allowed=settings.allowed_hosts)
        return cls(places, outgoing, Hooks.open(settings).credentials, sleep=sleep, says=says)

    def pull(self, hook: Hook, *, since: datetime | None = None, pages: int | None = None) -> Progress:
        """Take all that changed since the last pull, or since then; `pages` stops it after so many.

        AdvisorError where the helpdesk does not answer as it should; what came until then is kept.
        """
        asking = self._asking(hook)
        if since is not None:
            self.places.begin(hook.name, since, now=self._now())
        progress = Progress()
        while not progress.is_over and (pages is None or progress.pages < pages):
            cursor = self._cursor(hook)
            try:
                page = _page(hook, cursor, asking)
            except AdvisorError as error:
                self.places.note_error(hook.name, str(error), now=self._now())
                raise
            progress = progress.after(page, new=self._keep(hook, cursor, page))
            self._says.page(progress, page.events)
        return progress

    def look(self, hook: Hook, *, since: datetime | None = None, pages: int | None = None) -> Progress:
        """The same, and nothing is kept: neither what came nor how far it went."""
        asking = self._asking(hook)
        cursor = since.isoformat() if since is not None else self._cursor(hook)
        progress = Progress()
        while not progress.is_over and (pages is None or progress.pages < pages):
            page = _page(hook, cursor, asking)
            cursor, progress = page.cursor, progress.after(page, new=0)
            self._says.page(progress, page.events)
        return progress

    def _cursor(self, hook: Hook) -> str:
        place = self.places.find(hook.name)
        if place is None:
            raise AdvisorError(f"{hook.name} was never pulled: say with --since from when on, such as 2026-01-01")
        return place.cursor

    def _asking(self, hook: Hook) -> Asking:
        if hook.kind not in PULLING:
            raise AdvisorError(f"{hook.kind} cannot be pulled, only {', '.join(PULLING)}: it must send webhooks")
        credentials = self._credentials(hook.name)
        if not hook.address or credentials is None:
            lacks = "credentials" if hook.address else "address of its API"
            raise AdvisorError(f"the hook {hook.name} has no {lacks}: {CURE.format(name=hook.name)}")
        authorised = WRITING[hook.kind].authorised(hook, credentials)
        return Asking(self._outgoing, hook, authorised, sleep=self._sleep, waits=self._says.waits, now=self._now)

    def _keep(self, hook: Hook, cursor: str, page: Pulled) -> int:
        """Put a page into the inbox, and go on behind it; gives how much of it was new there."""
        now, file = self._now(), self.places.file
        with file.errors_named(), on_the_disk(file.tables, patience=30.0):
            new = sum(add_in(file.tables, [job_of(hook, event)], now=now) for event in page.events)
            move_in(file.tables, hook.name, before=cursor, after=page.cursor, more=page.more, taken=new, now=now)
        return new


def _page(hook: Hook, cursor: str, asking: Asking) -> Pulled:
    """The next page; one ticket that is gone, or that cannot be read, is left out and holds up no other."""
    desk = PULLING[hook.kind]
    try:
        answer = asking.ask(desk.pull(hook, cursor))
    except GoneError as error:
        without = _without_first(cursor, f"{error}")
        if without is None:
            raise
        return without
    try:
        return desk.pulled(hook, answer, cursor=cursor)
    except PayloadError as error:
        without = _without_first(cursor, f"it cannot be read: {error}") if _is_json(answer) else None
        if without is None:
            raise AdvisorError(f"{hook.name} answered something else than what was asked for: {error}") from error
        return without


def _without_first(cursor: str, why: str) -> Pulled | None:
    """A page that leaves out the ticket whose messages were asked for; None where a list was."""
    at = cursor_of(cursor)
    waiting = first_waiting(at)
    if waiting is None:
        return None
    after = replace(at, waiting=at.waiting[1:])
    part = waiting if waiting.has("id") else waiting.part("ticket")
    because = f"ticket {part.known('id')} was left out: {why}"
    return Pulled(events=(NotForUs(because),), cursor=after.text(), more=after.more)


def _is_json(answer: bytes) -> bool:
    try:
        msgspec.json.decode(answer)
    except msgspec.DecodeError:
        return False
    return True


def job_of(hook: Hook, event: Event) -> New:
    """An event as a job, in line with the webhooks of the same ticket."""
    id = ticket_id_of(event)
    customer = customer_key(event.ticket) if isinstance(event, TicketCame) else None
    return New(
        DELIVERIES,
        key_of(hook.name, event),
        f"{hook.name} {id or ''}",
        payload_of(event),
        {PULLED: "1"},
        about=About(source=hook.name, ticket_id=id, customer=customer),
        ignored=event.because if isinstance(event, NotForUs) else None,
    )


def ticket_id_of(event: Event) -> str | None:
    """The ticket that an event is of; None = of none."""
    if isinstance(event, TicketCame):
        return event.ticket.id
    return event.ticket_id if isinstance(event, TicketChanged | TicketDeleted) else None
