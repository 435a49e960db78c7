"""Recorded tickets: the list, one of them with its thread and advice, and the receipt of the advice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

import msgspec

from advisor.decision.receipt import Receipt, receipt
from advisor.errors import CursorError, RecordsError
from advisor.records import Stored
from advisor.records.queue_filter import Filter, Order, Waits
from advisor.records.queue_rows import Waiting
from advisor.records.thread import ThreadMessage
from advisor.replay import Kept
from advisor.types import Action, Channel, Handled, Moment, SignalKind, Tone
from advisor.wire import to_json
from web.api.finding import Words, stored_ticket
from web.api.operation import Answer, Api, Call, Method, Nothing, Operation, Page, Tag
from web.api.paging import link_to
from web.api.problems import Kind, invalid, not_found
from web.api.shapes import Given
from web.api.tokens import Scope


class TicketFilter(Page, frozen=True):
    """Which tickets are asked for; of the plain texts, an empty one asks for those that have none."""

    order: Order = Order.NEWEST
    waits: Waits = Waits.ALL
    action: Action | None = None
    came_by: Channel | None = None
    topic: Words | None = None
    moment: Moment | None = None
    tone: Tone | None = None
    persona: Words | None = None
    signal: SignalKind | None = None
    unmet: bool | None = None
    unsure: bool | None = None
    queue: Words | None = None
    assignee: Words | None = None
    text: Words = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class TicketPage:
    """A stretch of the tickets, each with its newest advice in short."""

    tickets: tuple[Waiting, ...]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """Who wrote a ticket."""

    key: str  # under which the customer is kept
    name: str | None
    email: str | None
    phone: str | None
    persona: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketShown:
    """A recorded ticket with its thread and newest advice; all text is masked."""

    source: str
    id: str
    subject: str
    text: str
    channel: Channel
    created_at: datetime | None
    status: str | None
    tags: tuple[str, ...]
    customer: Writer
    account: str | None  # key
    messages: tuple[ThreadMessage, ...]
    recommendation: Given
    handled: Handled | None


def list_tickets(call: Call[TicketFilter, None]) -> Answer:
    """The tickets that a filter lets through."""
    asked, api = call.query, call.api
    try:
        page = api.desk.records.queue.page(
            _filter(api, asked), order=asked.order, after=asked.after or None, size=asked.limit
        )
    except CursorError as error:
        raise invalid("after", str(error)) from error
    return Answer(TicketPage(page.rows, page.after), headers=link_to(page.after))


def show_ticket(call: Call[Nothing, None]) -> Answer:
    """One ticket."""
    stored = stored_ticket(call.api, call.path)
    return Answer(_shown(call.api, stored))


def show_receipt(call: Call[Nothing, None]) -> Answer:
    """Why the newest advice of a ticket was given."""
    stored = stored_ticket(call.api, call.path)
    kept, advice = Kept(call.api.desk.records), stored.recommendation
    try:
        experience, promise = kept.experience(advice.experience), kept.promise(advice.promise_id)
    except RecordsError as error:
        raise not_found(str(error)) from error
    return Answer(receipt(stored.evidence, experience, promise, advice))


def _filter(api: Api, asked: TicketFilter) -> Filter:
    names = msgspec.structs.asdict(asked)
    plain = {name: names[name] for name in Filter.__dataclass_fields__ if name not in ("since", "until")}
    return Filter(**plain, since=_midnight(api, asked.since, "since"), until=_midnight(api, asked.until, "until"))


def _midnight(api: Api, day: date | None, field: str) -> datetime | None:
    """The beginning of a day on the clock of the experience file."""
    if day is None:
        return None
    if not 1970 <= day.year <= 2199:
        raise invalid(field, f"{field} must be a day between 1970 and 2199, was: {day}")
    return datetime.combine(day, time(), api.desk.experience.zone)


def _shown(api: Api, stored: Stored) -> TicketShown:
    writer = stored.customer
    return TicketShown(
        source=stored.source,
        id=stored.ticket_id,
        subject=stored.subject,
        text=stored.text,
        channel=stored.channel,
        created_at=stored.created_at,
        status=stored.status,
        tags=stored.tags,
        customer=Writer(
            key=stored.customer_key,
            name=writer.name,
            email=writer.email,
            phone=writer.phone,
            persona=writer.persona,
        ),
        account=stored.account_key,
        messages=tuple(api.desk.records.thread(stored.source, stored.ticket_id)),
        recommendation=msgspec.Raw(to_json(stored.recommendation)),
        handled=stored.handled,
    )


OPERATIONS = (
    Operation(
        name="list_tickets",
        method=Method.GET,
        path="/tickets",
        scope=Scope.READ,
        tag=Tag.TICKETS,
        summary="List recorded tickets",
        about="Days are on the clock of the experience file; `text` are words that must all be there.",
        view=list_tickets,
        query=TicketFilter,
        answer=TicketPage,
    ),
    Operation(
        name="show_ticket",
        method=Method.GET,
        path="/tickets/{source}/{ticket_id}",
        scope=Scope.READ,
        tag=Tag.TICKETS,
        summary="Show a ticket with its thread and newest advice",
        view=show_ticket,
        answer=TicketShown,
        problems=(Kind.NOT_FOUND,),
    ),
    Operation(
        name="show_receipt",
        method=Method.GET,
        path="/tickets/{source}/{ticket_id}/receipt",
        scope=Scope.READ,
        tag=Tag.TICKETS,
        summary="Show the receipt of the newest advice",
        about="The rule that decided, what every other rule says, and the smallest change that would change it.",
        view=show_receipt,
        answer=Receipt,
        problems=(Kind.NOT_FOUND,),
    ),
)
"""What stands in the description under Tickets; what is done with them is in `done.py`."""
