"""Conversations and messages of Chatwoot, as webhooks and the API have them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from advisor.types import Channel, Customer, Message, Sender, Ticket
from web.helpdesks.building import SOLVED, channel_of, customer_of, is_own
from web.helpdesks.model import Hook
from web.helpdesks.reading import Part

WAYS: Mapping[str, Channel] = {
    "channel::email": Channel.EMAIL,
    "channel::webwidget": Channel.CHAT,
    "channel::api": Channel.CHAT,
    "channel::whatsapp": Channel.CHAT,
    "channel::sms": Channel.CHAT,
    "channel::twiliosms": Channel.CHAT,
    "channel::telegram": Channel.CHAT,
    "channel::line": Channel.CHAT,
    "channel::voice": Channel.PHONE,
    "channel::facebookpage": Channel.SOCIAL,
    "channel::instagram": Channel.SOCIAL,
    "channel::twitterprofile": Channel.SOCIAL,
    "channel::tiktok": Channel.SOCIAL,
}
TYPES: Mapping[str, str] = {"0": "incoming", "1": "outgoing", "2": "activity", "3": "template"}
"""Webhooks name the types of messages, the API numbers them."""


@dataclass(frozen=True, slots=True)
class Said:
    """A message, and whether the customer wrote it."""

    message: Message
    by_customer: bool


def conversation_of(hook: Hook, part: Part) -> Ticket:
    """A conversation without what anybody wrote; its id is the number that people see."""
    meta = part.part("meta")
    status = part.known("status")
    at = part.time("last_activity_at", "timestamp", "updated_at")
    assignee = meta.part("assignee")
    return Ticket(
        id=part.id("id"),
        source=hook.name,
        subject=part.part("additional_attributes").text("mail_subject"),
        channel=channel_of(part.known("channel") or meta.known("channel"), WAYS, otherwise=Channel.CHAT),
        created_at=part.time("created_at"),
        status=status,
        priority=part.known("priority"),
        tags=part.texts("labels") or (),
        assignee=assignee.known("available_name", "name", "email"),
        solved_at=at if status in SOLVED else None,
        customer=customer_of(meta.part("sender"), phone="phone_number"),
    )


def not_taken(hook: Hook, part: Part) -> str | None:
    """Why a message is not for us; None = it is."""
    kind, sender = type_of(part), part.part("sender")
    if part.flag("private"):
        return "a private note"
    if kind == "activity":
        return "a remark of Chatwoot's own"
    if part.part("content_attributes").flag("deleted"):
        return "a message that was deleted"
    if kind == "incoming":
        return None if part.text("content").strip() else "a message without text, such as a picture"
    by_person = kind == "outgoing" and sender.known("type") in {None, "user"} and sender.known("id") is not None
    if not by_person:
        return "a bot's message"
    if is_own(hook, sender.known("id"), sender.known("email")):
        return "our own change"
    return None if part.text("content").strip() else "a message without text, such as a picture"


def message_of(part: Part, customer: Customer) -> Said:
    """A message that is for us."""
    sender = part.part("sender")
    incoming = type_of(part) == "incoming"
    own = incoming and sender.known("id") in {None, customer.id}
    author = None if own else sender.known("name", "email")
    by = Sender.CUSTOMER if incoming else Sender.AGENT
    at = part.time("created_at")
    at = at.replace(microsecond=0) if at is not None else None  # webhooks tell more digits than the API
    return Said(Message(sender=by, body=part.text("content"), author=author, at=at), incoming)


def type_of(part: Part) -> str:
    """`incoming`, `outgoing`, `activity` or `template`."""
    word = part.known("message_type") or ""
    return TYPES.get(word, word)
