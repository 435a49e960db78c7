"""Tickets as Zendesk exports them: pages of the incremental export, and the account's export with comments.

Private notes are left out: they are no part of what customer and company said to each other. The first public answer of
a person says that a person handled the ticket. Names of fields are those of the vendor's API; in one place, here.
"""

from __future__ import annotations

from collections.abc import Mapping

from advisor.archive.formats.cells import channel, number
from advisor.archive.formats.people import (
    NOBODY,
    Fields,
    Person,
    customer_of,
    filled,
    inner,
    known_as,
    listed,
    person_of,
    word,
)
from advisor.types import Action, Channel, Sender

TICKETS = ("tickets", "results")  # lists of a page that hold tickets
PEOPLE = ("users", "organizations")
EMBEDDED = ("requester", "submitter", "assignee")
MACHINES = frozenset(("rule", "system", "trigger", "automation", "answer_bot", "bot"))  # ways by which programs write
STAFF = frozenset(("agent", "admin", "owner"))
ASIDE = ("custom_fields", "fields", "type", "group_id", "external_id", "ticket_form_id", "brand_id", "via")
"""What is kept as it is beside the wire's own fields."""


def is_zendesk(record: Mapping[str, object]) -> bool:
    """Tell a ticket of Zendesk by fields that no other has."""
    told = any(name in record for name in ("submitter_id", "raw_subject", "ticket_form_id", "satisfaction_rating"))
    return told or "channel" in inner(record, "via") or any("author_id" in one for one in listed(record, "comments"))


def fields_of(record: Fields, people: Mapping[str, Person], companies: Mapping[str, str]) -> Fields:
    """A ticket in the wire form."""
    known = _known(record, people)
    requester = known.get(word(record, "requester_id") or word(inner(record, "requester"), "id") or "", NOBODY)
    messages = _messages(record, known, requester)
    return filled(
        {
            **{name: record.get(name) for name in ASIDE},
            "id": word(record, "id"),
            "source": "zendesk",
            "subject": word(record, "subject") or word(record, "raw_subject"),
            "body": None if messages else word(record, "description"),
            "messages": [message for message, _ in messages],
            "channel": _way(record),
            "created_at": record.get("created_at"),
            "status": word(record, "status"),
            "priority": word(record, "priority"),
            "tags": record.get("tags"),
            "assignee": _assignee(record, known),
            "solved_at": inner(record, "metric_set").get("solved_at"),
            "csat": number(word(inner(record, "satisfaction_rating"), "score") or ""),
            "customer": customer_of(requester),
            "account": _account(record, requester, companies),
            "handled": _handled(record, messages),
        }
    )


def _known(record: Fields, people: Mapping[str, Person]) -> dict[str, Person]:
    """People of the ticket by id: those in it, and those whom the export lists."""
    within = {person.id: person for name in EMBEDDED if (person := person_of(record.get(name))).id}
    ids = [word(record, "requester_id"), word(record, "assignee_id"), word(record, "submitter_id")]
    ids += [word(comment, "author_id") for comment in listed(record, "comments")]
    listed_there = {one: people.get(one, Person(one)) for one in ids if one}
    return listed_there | {one: person for one, person in within.items() if one is not None}


def _messages(record: Fields, known: Mapping[str, Person], requester: Person) -> list[tuple[Fields, Fields]]:
    """The public messages, oldest first, each with the comment that it was."""
    public = [comment for comment in listed(record, "comments") if comment.get("public") is not False]
    public.sort(key=lambda comment: str(comment.get("created_at") or ""))
    first = requester.id or (word(public[0], "author_id") if public else None)
    return [(_message(comment, known, first), comment) for comment in public]


def _message(comment: Fields, known: Mapping[str, Person], customer: str | None) -> Fields:
    author = word(comment, "author_id")
    person = known.get(author or "", NOBODY)
    body = word(comment, "plain_body") or word(comment, "body") or word(comment, "html_body") or ""
    return {
        "from": _sender(comment, author, person, customer),
        "body": body,
        **filled({"author": known_as(person, otherwise=author), "at": comment.get("created_at")}),
    }


def _sender(comment: Fields, author: str | None, person: Person, customer: str | None) -> Sender:
    if author == "-1" or word(inner(comment, "via"), "channel") in MACHINES:
        return Sender.SYSTEM
    if author is None or author == customer:
        return Sender.CUSTOMER
    return Sender.AGENT if person.role is None or person.role in STAFF else Sender.CUSTOMER


def _handled(record: Fields, messages: list[tuple[Fields, Fields]]) -> Fields:
    """What the first answer of a person says was done."""
    answers = ((message, comment) for message, comment in messages if message["from"] is Sender.AGENT)
    message, comment = next(answers, ({}, {}))
    if not message:
        return {}
    way = _way(comment) or _way(record)
    return {
        "action": Action.LIVE_HUMAN,
        **filled({"channel": way, "by": message.get("author"), "at": message.get("at")}),
    }


def _way(came: Fields) -> object:
    """The way a ticket or comment came, where the wire knows it."""
    way = channel(inner(came, "via").get("channel"))
    return way if isinstance(way, Channel) else None


def _assignee(record: Fields, known: Mapping[str, Person]) -> str | None:
    person = known.get(word(record, "assignee_id") or word(inner(record, "assignee"), "id") or "", NOBODY)
    return person.name or person.email or person.id


def _account(record: Fields, requester: Person, companies: Mapping[str, str]) -> Fields:
    organisation = inner(record, "organization")
    own = word(record, "organization_id") or word(organisation, "id") or requester.company
    return filled({"id": own, "name": word(organisation, "name") or companies.get(own or "")})
