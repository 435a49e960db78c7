"""Chatwoot's list of conversations, the latest activity first, then the newest messages of each.

Documented: both lists and their shapes. From memory: `sort_by=last_activity_at_desc`.
"""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode

from advisor.types import Sender, Ticket
from web.helpdesks.building import first_done, mapped
from web.helpdesks.chatwoot_api import path_of
from web.helpdesks.chatwoot_ticket import conversation_of, message_of, not_taken
from web.helpdesks.cursors import Cursor, cursor_of, first_waiting, told
from web.helpdesks.model import Call, Event, Hook, NotForUs, Pulled, TicketCame
from web.helpdesks.reading import Part, payload_of

KEPT = (
    "id",
    "status",
    "priority",
    "labels",
    "channel",
    "created_at",
    "last_activity_at",
    "additional_attributes",
    "meta",
)


def pull(hook: Hook, cursor: str) -> Call:
    """The messages of the conversation that waits, else the next page of conversations."""
    at = cursor_of(cursor)
    waiting = first_waiting(at)
    if waiting is not None:
        return Call(method="GET", path=f"{path_of(hook, waiting.id('id'))}/messages")
    asked = {"status": "all", "assignee_type": "all", "sort_by": "last_activity_at_desc", "page": at.page or "1"}
    return Call(method="GET", path=f"{path_of(hook)}?{urlencode(asked)}")


def pulled(hook: Hook, answer: bytes, *, cursor: str) -> Pulled:
    """What a page tells. Raises PayloadError."""
    page, at = payload_of(answer), cursor_of(cursor)
    waiting = first_waiting(at)
    if waiting is not None:
        return told(at, lambda: _thread(hook, waiting, page))
    return _listed(page, at)


def _listed(page: Part, at: Cursor) -> Pulled:
    """Conversations with an activity since; the list is over where an older one stands in it."""
    listed = page.part("data").parts("payload")
    times = [one.time("last_activity_at", "timestamp") for one in listed]
    fresh = [one for one, when in zip(listed, times, strict=True) if when is None or when >= at.since]
    number = int(at.page) if at.page.isdecimal() else 1
    over = len(fresh) < len(listed) or not listed
    waiting = tuple({name: one.came.get(name) for name in KEPT} | {"id": one.id("id")} for one in fresh)
    after = replace(at, page="" if over else str(number + 1), over=over, waiting=waiting)
    for when in times:
        after = after.saw(when)
    return Pulled(cursor=after.text(), more=after.more)


def _thread(hook: Hook, waiting: Part, page: Part) -> Event:
    """The newest messages; what goes before them, the records know."""
    ticket: Ticket = mapped(hook, Part({"conversation": waiting.came}), conversation_of(hook, waiting))
    said = [message_of(one, ticket.customer) for one in page.parts("payload") if not_taken(hook, one) is None]
    if not said:
        return NotForUs(f"conversation {ticket.id} has no text yet")
    messages = tuple(one.message for one in said)
    if all(one.sender is not Sender.CUSTOMER for one in messages):
        return NotForUs(f"in conversation {ticket.id} only agents have written")
    return TicketCame(ticket=first_done(hook, replace(ticket, messages=messages)))
