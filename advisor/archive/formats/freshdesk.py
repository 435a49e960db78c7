"""Tickets as Freshdesk exports them: as its API lists them, with `conversations`, and as the account's export does.

Private notes are left out. Numbers of ways, priorities and states are the vendor's; the names in the account's export
(`helpdesk_ticket`, `notes`, `…_name`) are from memory and stand in one place, here.
"""

from __future__ import annotations

from collections.abc import Mapping

from advisor.archive.formats.cells import channel
from advisor.archive.formats.people import Fields, Person, customer_of, filled, inner, known_as, listed, person_of, word
from advisor.types import Action, Channel, Sender

WRAPPED = "helpdesk_ticket"  # of the account's export
OUTBOUND = "10"  # a mail that an agent began
WAYS: dict[str, Channel] = {
    "1": Channel.EMAIL,
    "2": Channel.PORTAL,
    "3": Channel.PHONE,
    "4": Channel.PORTAL,
    "5": Channel.SOCIAL,
    "6": Channel.SOCIAL,
    "7": Channel.CHAT,
    "8": Channel.PORTAL,
    "9": Channel.PORTAL,
    "10": Channel.EMAIL,
    "11": Channel.PORTAL,
    "12": Channel.CHAT,
    "13": Channel.CHAT,
}
PRIORITIES = {"1": "low", "2": "medium", "3": "high", "4": "urgent"}
STATES = {"2": "open", "3": "pending", "4": "resolved", "5": "closed", "6": "waiting on customer"}
STATES |= {"7": "waiting on third party"}
ASIDE = ("custom_fields", "custom_field", "type", "group_id", "product_id", "source_name")
"""What is kept as it is beside the wire's own fields."""


def is_freshdesk(record: Mapping[str, object]) -> bool:
    """Tell a ticket of Freshdesk by fields that no other has."""
    told = any(name in record for name in (WRAPPED, "description_text", "conversations"))
    return told or ("responder_id" in record and isinstance(record.get("source"), int))


def fields_of(record: Fields) -> Fields:
    """A ticket in the wire form."""
    one = inner(record, WRAPPED) or record
    customer = _customer(one)
    messages = _messages(one, customer)
    stats = inner(one, "stats")
    return filled(
        {
            **{name: one.get(name) for name in ASIDE},
            "id": word(one, "display_id") or word(one, "id"),
            "source": "freshdesk",
            "subject": word(one, "subject"),
            "body": None if messages else word(one, "description_text") or word(one, "description"),
            "messages": messages,
            "channel": _way(one),
            "created_at": one.get("created_at"),
            "status": _coded(one, "status", STATES),
            "priority": _coded(one, "priority", PRIORITIES),
            "tags": _tags(one),
            "assignee": _assignee(one),
            "first_reply_at": stats.get("first_responded_at"),
            "solved_at": stats.get("resolved_at") or stats.get("closed_at"),
            "customer": customer_of(customer),
            "account": filled({"id": word(one, "company_id"), "name": word(inner(one, "company"), "name")}),
            "handled": _handled(one, messages),
        }
    )


def _customer(one: Fields) -> Person:
    known = person_of(one.get("requester"))
    name = known.name or word(one, "requester_name")
    email = known.email or word(one, "email") or word(inner(one, "requester"), "primary_email")
    return Person(known.id or word(one, "requester_id"), name, email, known.phone or word(one, "phone"))


def _messages(one: Fields, customer: Person) -> list[Fields]:
    """The description and the public messages after it, oldest first; none where the description stands alone."""
    told = [*listed(one, "conversations"), *listed(one, "notes")]
    public = [note for note in told if note.get("private") is not True]
    if not public:
        return []
    public.sort(key=lambda note: str(note.get("created_at") or ""))
    described = word(one, "description_text") or word(one, "description") or ""
    began = Sender.AGENT if word(one, "source") == OUTBOUND else Sender.CUSTOMER
    author = known_as(customer, otherwise=None) if began is Sender.CUSTOMER else _assignee(one)
    first = {"from": began, "body": described, **filled({"author": author, "at": one.get("created_at")})}
    return [first, *(_message(note, customer) for note in public)]


def _message(note: Fields, customer: Person) -> Fields:
    author = word(note, "user_id")
    person = customer if author == customer.id else Person(author, email=word(note, "from_email"))
    return {
        "from": Sender.CUSTOMER if note.get("incoming") is True else Sender.AGENT,
        "body": word(note, "body_text") or word(note, "body") or "",
        **filled({"author": known_as(person, otherwise=None), "at": note.get("created_at")}),
    }


def _handled(one: Fields, messages: list[Fields]) -> Fields:
    """What the first answer of an agent says was done; the description is no answer."""
    answer = next((message for message in messages[1:] if message["from"] is Sender.AGENT), None)
    if answer is None:
        return {}
    known = {"channel": _way(one), "by": answer.get("author"), "at": answer.get("at")}
    return {"action": Action.LIVE_HUMAN, **filled(known)}


def _way(one: Fields) -> Channel | None:
    named = channel(one.get("source_name"))
    return WAYS.get(word(one, "source") or "") or (named if isinstance(named, Channel) else None)


def _coded(one: Fields, name: str, names: Mapping[str, str]) -> str | None:
    """What a number stands for; one of the company's own stays a number."""
    code = word(one, name)
    return word(one, f"{name}_name") or names.get(code or "", code)


def _assignee(one: Fields) -> str | None:
    return word(inner(one, "responder"), "name") or word(one, "responder_name") or word(one, "responder_id")


def _tags(one: Fields) -> object:
    named = [word(tag, "name") for tag in listed(one, "tags")]  # objects in the account's export
    return [tag for tag in named if tag] or one.get("tags")
