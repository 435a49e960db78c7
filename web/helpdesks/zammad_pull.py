"""Zammad's search for tickets by their last change, oldest first, then the articles of each.

Documented: search with `expand`, `sort_by`, `order_by`, `page` and `per_page`, and the articles of a ticket. From
memory: the range in the query, which needs Zammad's Elasticsearch.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from urllib.parse import urlencode

from advisor.types import Message, Sender
from web.helpdesks.building import first_done, mapped
from web.helpdesks.cursors import Cursor, cursor_of, first_waiting, told
from web.helpdesks.model import Call, Event, Hook, NotForUs, Pulled, TicketCame
from web.helpdesks.reading import Part, decoded, listed_in
from web.helpdesks.zammad_api import API, articles_of
from web.helpdesks.zammad_ticket import message_of, not_taken, ticket_of

A_PAGE = 50
KEPT = (
    *("id", "number", "title", "state", "priority", "tags", "owner", "customer", "customer_id", "organization"),
    *("organization_id", "create_article_type", "created_at", "updated_at", "close_at", "first_response_at"),
)


def pull(hook: Hook, cursor: str) -> Call:
    """The articles of the ticket that waits, else the tickets that changed since."""
    at = cursor_of(cursor)
    waiting = first_waiting(at)
    if waiting is not None:
        return Call(method="GET", path=articles_of(waiting.id("id")))
    since = at.since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    asked = {
        "query": f"updated_at:[{since} TO *]",
        "sort_by": "updated_at",
        "order_by": "asc",
        "expand": "true",
        "per_page": str(A_PAGE),
        "page": at.page or "1",
    }
    return Call(method="GET", path=f"{API}/tickets/search?{urlencode(asked)}")


def pulled(hook: Hook, answer: bytes, *, cursor: str) -> Pulled:
    """What a page tells. Raises PayloadError."""
    at = cursor_of(cursor)
    waiting = first_waiting(at)
    if waiting is not None:
        articles = listed_in(answer)
        return told(at, lambda: _thread(hook, waiting, articles))
    return _listed(hook, answer, at)


def _listed(hook: Hook, answer: bytes, at: Cursor) -> Pulled:
    """The search goes on from the newest change seen: pages would slip where tickets change meanwhile."""
    came = decoded(answer)
    listed = Part(came).parts("tickets") if isinstance(came, dict) else listed_in(answer)
    kept = tuple(_kept(one) for one in listed)
    after = replace(at, waiting=kept, over=len(listed) < A_PAGE)
    for one in listed:
        after = after.saw(one.time("updated_at"))
    newest = after.newest or at.since
    if newest > at.since:
        after = replace(after, since=newest, page="")
    elif not after.over:
        after = replace(after, page=str(int(at.page or "1") + 1 if (at.page or "1").isdecimal() else 2))
    return Pulled(cursor=after.text(), more=after.more)


def _kept(part: Part) -> dict[str, object]:
    """What is read of a ticket, and small fields of the company's own, which its map may name."""
    plain = (int, float, bool)
    own = {name: value for name, value in part.came.items() if isinstance(value, plain)}
    return own | {name: part.came.get(name) for name in KEPT} | {"id": part.id("id")}


def _thread(hook: Hook, waiting: Part, listed: tuple[Part, ...]) -> Event:
    """The ticket with all its articles that are for us; the first of them is its body."""
    ticket = mapped(hook, Part({"ticket": waiting.came}), ticket_of(hook, waiting))
    articles = [one for one in listed if not_taken(hook, one) is None]
    said: list[Message] = [message_of(one, ticket) for one in articles]
    if all(one.sender is not Sender.CUSTOMER for one in said):
        return NotForUs(f"in ticket {ticket.id} no customer has written")
    body = said[0].body if said[0].sender is Sender.CUSTOMER else ""
    messages = tuple(said[1:] if body else said)
    return TicketCame(ticket=first_done(hook, replace(ticket, body=body, messages=messages)), whole=True)
