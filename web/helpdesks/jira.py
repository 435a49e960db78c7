"""Jira Service Management: an issue with its fields, and the comment that was written.

Documented: the signature, the events, the fields of an issue, the changelog. From memory: `jsdPublic` of comments, and
the account type `customer` of people who only have the portal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import msgspec

from advisor.types import Channel, Customer, Message, OutcomeKind, Sender, Ticket
from web.helpdesks.agents_text import AGENTS
from web.helpdesks.building import (
    SOLVED,
    agent_wrote,
    changed,
    customer_wrote,
    email_of,
    is_own,
    mapped,
    new_ticket,
    reopened,
)
from web.helpdesks.model import Delivery, Event, Hook, NotForUs, Signing, TicketDeleted
from web.helpdesks.reading import Part, PayloadError, named_by, payload_of, written_out

SIGNING = Signing(header="x-hub-signature", prefix="sha256=", id_header="x-atlassian-webhook-identifier")
MOST_NODES = 20_000  # of a formatted text
ON_OWN_LINES = frozenset({"paragraph", "heading", "hardBreak", "listItem", "codeBlock", "tableRow"})
SET_UP = (
    """\
1. Settings > System > WebHooks > Create a WebHook. URL: {address}
   Secret: {secret}
   Filter it to the service project (JQL: project = SUP), and tick: Issue created, updated, deleted; Comment created.
2. What you know of customers is found by its path, for example in settings.toml
     [map.NAME] account_name = "issue.fields.customfield_10010.0.name"
3. Tags are called labels here. """
    + AGENTS
)


def delivery_id(delivery: Delivery) -> str | None:
    """Where the header x-atlassian-webhook-identifier is missing: event, issue or comment, and time."""
    try:
        payload = payload_of(delivery.body)
        about = payload.part("comment").known("id") or payload.part("issue").id("id", "key")
    except PayloadError:
        return None
    return named_by(payload.known("webhookEvent"), about, payload.known("timestamp"))


def parse(hook: Hook, delivery: Delivery) -> Sequence[Event]:
    """What an event tells. Raises PayloadError."""
    payload = payload_of(delivery.body)
    kind = payload.text("webhookEvent")
    if not kind:
        raise PayloadError("webhookEvent must name what happened, such as jira:issue_created, was missing")
    take = _TAKEN.get(kind)
    if take is None:
        return [NotForUs(f"{kind[:80]} is no event that is taken here: {', '.join(_TAKEN)} are")]
    if is_own(hook, *_names(payload.part("user")), *_names(payload.part("comment").part("author"))):
        return [NotForUs("our own change")]
    return [take(hook, payload, mapped(hook, payload, _ticket(hook, payload.part("issue"))))]


def sample(hook: Hook, *, now: datetime) -> tuple[dict[str, str], bytes]:
    """An issue for `hooks test`."""
    fields = {
        "summary": "How do I reset my password?",
        "description": "I cannot log in any more. Is there an article that tells how to reset my password?",
        "created": now.isoformat(),
        "reporter": {"accountId": "test", "displayName": "Kim Test", "accountType": "customer"},
    }
    issue = {"id": "1", "key": f"TEST-{now:%Y%m%d%H%M%S}", "fields": fields}
    return {"content-type": "application/json"}, msgspec.json.encode(
        {"webhookEvent": "jira:issue_created", "issue": issue}
    )


def _ticket(hook: Hook, issue: Part) -> Ticket:
    fields = issue.part("fields")
    status = fields.part("status").known("name")
    reporter, assignee = fields.part("reporter"), fields.part("assignee")
    email = email_of(reporter.known("emailAddress"))
    return Ticket(
        id=issue.id("key", "id"),
        source=hook.name,
        subject=fields.text("summary"),
        channel=Channel.PORTAL,
        created_at=fields.time("created"),
        status=status.lower() if status else None,
        priority=fields.part("priority").known("name"),
        tags=fields.texts("labels") or (),
        assignee=assignee.known("displayName", "emailAddress"),
        solved_at=fields.time("resolutiondate"),
        customer=Customer(id=reporter.known("accountId", "key"), name=reporter.known("displayName"), email=email),
    )


def _names(part: Part) -> tuple[str | None, ...]:
    return part.known("accountId"), part.known("emailAddress"), part.known("name")


def _created(hook: Hook, payload: Part, ticket: Ticket) -> Event:
    return new_ticket(ticket, _text(payload.part("issue", "fields"), "description"))


def _updated(hook: Hook, payload: Part, ticket: Ticket) -> Event:
    """A comment comes by itself, too; here only what else changed is read."""
    items = payload.part("changelog").parts("items")
    moves = [(one.known("fromString"), one.known("toString")) for one in items if one.known("field") == "status"]
    again = next((found for before, now in moves if (found := _again(before, now))), None)
    return changed(ticket, tags=ticket.tags, outcome=again)


def _again(before: str | None, now: str | None) -> OutcomeKind | None:
    """Projects name their states as they like: from a solved one to any other is open again."""
    was_solved = before is not None and before.lower() in SOLVED
    is_solved = now is not None and now.lower() in SOLVED
    return reopened(before, "open") if was_solved and not is_solved else None


def _commented(hook: Hook, payload: Part, ticket: Ticket) -> Event:
    comment = payload.part("comment")
    if comment.flag("jsdPublic") is False:
        return NotForUs("a private note")
    author = comment.part("author")
    id = author.known("accountId", "key")
    own = id is not None and id == ticket.customer.id
    by = Sender.CUSTOMER if own or author.known("accountType") == "customer" else Sender.AGENT
    name = None if own else author.known("displayName")
    message = Message(sender=by, body=_text(comment, "body"), author=name, at=comment.time("created"))
    return (
        customer_wrote(ticket, message)
        if by is Sender.CUSTOMER
        else agent_wrote(hook, ticket, message, tags=ticket.tags)
    )


def _deleted(hook: Hook, payload: Part, ticket: Ticket) -> Event:
    return TicketDeleted(hook.name, ticket.id)


def _text(part: Part, name: str) -> str:
    """A text, plain or as a document of nodes (Atlassian Document Format), of which the words are kept."""
    came = part.came.get(name)
    if not isinstance(came, dict):
        return part.text(name)
    words: list[str] = []
    waiting: list[object] = [came]
    for _ in range(MOST_NODES):
        if not waiting:
            break
        node = waiting.pop()
        if isinstance(node, dict):
            words.append(_words(node))
            inner = node.get("content")
            waiting.extend(reversed(inner) if isinstance(inner, list) else ())
    return "".join(words).strip()


def _words(node: Mapping[str, object]) -> str:
    """The words of a node itself; what stands on lines of its own begins one."""
    kind = node.get("type")
    return "\n" if isinstance(kind, str) and kind in ON_OWN_LINES else written_out(node.get("text"))


_TAKEN: Mapping[str, Callable[[Hook, Part, Ticket], Event]] = {
    "jira:issue_created": _created,
    "jira:issue_updated": _updated,
    "jira:issue_deleted": _deleted,
    "comment_created": _commented,
}
