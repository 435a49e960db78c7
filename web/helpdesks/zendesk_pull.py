"""Zendesk's incremental export by cursor: the tickets that changed, then the comments of each.

Documented: the export (`after_cursor`, `end_of_stream`, side-loads, deleted tickets with the status "deleted") and the
list of comments with its users, whose `role` tells who is an agent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlencode

from advisor.types import Message, Sender, Ticket
from web.helpdesks.building import first_done
from web.helpdesks.cursors import Cursor, cursor_of, first_waiting, told
from web.helpdesks.model import Call, Event, Hook, Pulled, TicketCame, TicketDeleted
from web.helpdesks.reading import Part, payload_of
from web.helpdesks.zendesk_api import path_of
from web.helpdesks.zendesk_ticket import ticket_of

A_PAGE = 100
KEPT = ("id", "subject", "description", "status", "priority", "tags", "created_at", "updated_at")
MACHINES = frozenset({"rule", "system", "trigger", "automation", "answer_bot", "bot"})  # ways by which programs write
STAFF = frozenset({"agent", "admin", "owner"})
NOBODY = Part({})


def pull(hook: Hook, cursor: str) -> Call:
    """The comments of the ticket that waits, else the next page of tickets."""
    at = cursor_of(cursor)
    ticket = first_waiting(at)
    if ticket is not None:
        return Call(method="GET", path=f"{path_of(ticket.part('ticket').id('id'))}/comments.json?include=users")
    asked: dict[str, object] = {"per_page": A_PAGE, "include": "users,organizations"}
    asked |= {"cursor": at.page} if at.page else {"start_time": int(at.since.timestamp())}
    return Call(method="GET", path=f"/api/v2/incremental/tickets/cursor.json?{urlencode(asked)}")


def pulled(hook: Hook, answer: bytes, *, cursor: str) -> Pulled:
    """What a page tells: deleted tickets at once, others with their comments. Raises PayloadError."""
    page, at = payload_of(answer), cursor_of(cursor)
    ticket = first_waiting(at)
    if ticket is not None:
        return told(at, lambda: _thread(hook, ticket, page))
    return _listed(hook, page, at)


def _listed(hook: Hook, page: Part, at: Cursor) -> Pulled:
    users = {one.known("id"): one for one in page.parts("users")}
    companies = {one.known("id"): one for one in page.parts("organizations")}
    tickets = page.parts("tickets")
    gone = tuple(TicketDeleted(hook.name, one.id("id")) for one in tickets if one.known("status") == "deleted")
    kept = tuple(_kept(one, users, companies) for one in tickets if one.known("status") != "deleted")
    after = replace(
        at,
        page=page.known("after_cursor") or at.page,
        over=page.flag("end_of_stream") is not False or not tickets,
        waiting=kept,
    )
    return Pulled(events=gone, cursor=after.text(), more=after.more)


def _kept(part: Part, users: Mapping[str | None, Part], companies: Mapping[str | None, Part]) -> Mapping[str, object]:
    """A ticket of the export in the form of our template."""
    requester = users.get(part.known("requester_id"), NOBODY)
    company = companies.get(part.known("organization_id"), NOBODY)
    assignee = users.get(part.known("assignee_id"), NOBODY).known("name")
    ticket = {name: part.came.get(name) for name in KEPT} | {
        "id": part.id("id"),
        "via": part.part("via").known("channel"),
        "rating": part.part("satisfaction_rating").known("score"),
        "assignee": assignee or part.known("assignee_id"),
        "requester": {**requester.came, "id": part.known("requester_id")},
        "organization": {
            **company.part("organization_fields").came,
            **company.came,
            "id": part.known("organization_id"),
        },
    }
    return {"ticket": ticket}


def _thread(hook: Hook, payload: Part, page: Part) -> Event:
    """The ticket with all its public comments; the first of them is its body."""
    ticket = ticket_of(hook, payload)
    users = {one.known("id"): one for one in page.parts("users")}
    said = [_message(one, users, ticket) for one in page.parts("comments") if one.flag("public") is not False]
    first = said[0] if said else None
    if first is None or first.sender is not Sender.CUSTOMER:
        return TicketCame(ticket=first_done(hook, replace(ticket, body="", messages=tuple(said))), whole=True)
    return TicketCame(ticket=first_done(hook, replace(ticket, body=first.body, messages=tuple(said[1:]))), whole=True)


def _message(part: Part, users: Mapping[str | None, Part], ticket: Ticket) -> Message:
    author = part.known("author_id")
    user = users.get(author, NOBODY)
    sender = _sender(part, author, user, ticket)
    own = author is None or author == ticket.customer.id
    name = None if own else user.known("name") or author
    body = part.text("plain_body", "body", "html_body")
    return Message(sender=sender, body=body, author=name, at=part.time("created_at"))


def _sender(part: Part, author: str | None, user: Part, ticket: Ticket) -> Sender:
    if author == "-1" or part.part("via").known("channel") in MACHINES:
        return Sender.SYSTEM
    if author is None or author == ticket.customer.id:
        return Sender.CUSTOMER
    return Sender.AGENT if user.known("role") in STAFF else Sender.CUSTOMER
