"""Tickets and articles of Zammad, as webhooks and the API have them."""

from __future__ import annotations

from collections.abc import Mapping

from advisor.types import Account, Channel, Customer, Message, Sender, Ticket
from web.helpdesks.building import SOLVED, channel_of, email_of, is_own, named
from web.helpdesks.model import Hook
from web.helpdesks.reading import Part, plain

WAYS: Mapping[str, Channel] = {
    "note": Channel.PORTAL,
    "facebook feed post": Channel.SOCIAL,
    "facebook feed comment": Channel.SOCIAL,
    "twitter status": Channel.SOCIAL,
    "twitter direct-message": Channel.SOCIAL,
    "telegram personal-message": Channel.CHAT,
    "whatsapp message": Channel.CHAT,
}
CLOSED = frozenset({"merged", "removed"})


def ticket_of(hook: Hook, part: Part) -> Ticket:
    """A ticket without what anybody wrote; its id is that of the API and of the page's address, not its number."""
    customer = _person(part.came.get("customer"))
    organisation = _person(part.came.get("organization"))
    owner = _person(part.came.get("owner"))
    status = _name(part.came.get("state"))
    solved = part.time("close_at", "updated_at") if status in SOLVED else None
    return Ticket(
        id=part.id("id"),
        source=hook.name,
        subject=part.text("title"),
        channel=channel_of(_name(part.came.get("create_article_type")), WAYS),
        created_at=part.time("created_at"),
        status=status,
        priority=_priority(_name(part.came.get("priority"))),
        tags=part.texts("tags") or (),
        assignee=owner_of(owner),
        first_reply_at=part.time("first_response_at"),
        solved_at=solved,
        customer=_customer(customer, part.known("customer_id")),
        account=Account(id=organisation.known("id") or part.known("organization_id"), name=organisation.known("name")),
    )


def not_taken(hook: Hook, article: Part) -> str | None:
    """Why an article is not for us; None = it is."""
    sender = _name(article.came.get("sender"))
    author = _person(article.came.get("created_by"))
    if article.flag("internal"):
        return "an internal note"
    if sender == "System":
        return "a message of the system"
    if is_own(hook, author.known("email"), author.known("login"), author.known("id")):
        return "our own change"
    return None


def message_of(article: Part, ticket: Ticket) -> Message:
    """An article that is for us; agents write down calls in the customer's name."""
    by = Sender.AGENT if _name(article.came.get("sender")) == "Agent" else Sender.CUSTOMER
    return Message(
        sender=by, body=article.text("body"), author=_author(article, by, ticket), at=article.time("created_at")
    )


def owner_of(owner: Part) -> str | None:
    """Who has the ticket; nobody is the user 1, called "-"."""
    name = named(owner.known("firstname"), owner.known("lastname")) or owner.known("email", "login", "name")
    return None if name in {"-", "- "} or owner.known("id") == "1" else name


def _author(article: Part, by: Sender, ticket: Ticket) -> str | None:
    origin = email_of(_name(article.came.get("origin_by"))) or email_of(article.known("from"))
    if by is Sender.CUSTOMER:
        return None if origin is None or origin == ticket.customer.email else origin
    author = _person(article.came.get("created_by"))
    return named(author.known("firstname"), author.known("lastname")) or author.known("email", "login", "name")


def _customer(person: Part, id: str | None) -> Customer:
    name = named(person.known("firstname"), person.known("lastname")) or person.known("name")
    email = email_of(person.known("email") or person.known("login"))
    return Customer(id=person.known("id") or id, name=name, email=email, phone=person.known("phone", "mobile"))


def _person(came: object) -> Part:
    """An object, or what stands for one where lists are expanded: a login or a name."""
    if isinstance(came, dict):
        return Part(came)
    word = plain(came)
    return Part({"login": word, "name": None if word and "@" in word else word})


def _name(came: object) -> str | None:
    """The name of an object that is sent whole, or as its name."""
    return Part(came).known("name") if isinstance(came, dict) else plain(came)


def _priority(word: str | None) -> str | None:
    """`2 normal` is `normal`."""
    return word.lstrip("0123456789 ") or None if word else None
