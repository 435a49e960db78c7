"""Who takes part in a helpdesk's tickets, and safe ways into its objects, whatever stands in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Fields = dict[str, object]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody an export names."""

    id: str | None = None
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    role: str | None = None  # as the helpdesk calls it
    company: str | None = None  # id of the organisation


NOBODY = Person()


def person_of(came: object) -> Person:
    """A person of an object such as `requester`; nobody of anything else."""
    if not isinstance(came, dict):
        return NOBODY
    company = word(came, "organization_id") or word(came, "company_id")
    phone = word(came, "phone") or word(came, "mobile")
    return Person(word(came, "id"), word(came, "name"), word(came, "email"), phone, word(came, "role"), company)


def customer_of(person: Person) -> Fields:
    """The customer as the wire has one."""
    known = {"id": person.id, "name": person.name, "email": person.email, "phone": person.phone}
    return {name: value for name, value in known.items() if value is not None}


def known_as(person: Person, *, otherwise: str | None) -> str | None:
    """What a person is called in a thread."""
    return person.email or person.name or person.id or otherwise


def word(came: Mapping[str, object], name: str) -> str | None:
    """A short text or number of an object as text; None where there is none."""
    value = came.get(name)
    if isinstance(value, str):
        return value.strip() or None
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def inner(came: Mapping[str, object], name: str) -> Fields:
    """An object inside an object; an empty one where there is none."""
    value = came.get(name)
    return value if isinstance(value, dict) else {}


def listed(came: Mapping[str, object], name: str) -> list[Fields]:
    """The objects of a list inside an object."""
    value = came.get(name)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def filled(fields: Mapping[str, object]) -> Fields:
    """The fields that say something."""
    return {name: value for name, value in fields.items() if value not in (None, "", [], {})}
