"""Which column is which field: by the heading's names, checked against the first rows; the rest by the rows alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from advisor.archive.formats.cells import has_words, looks_like, words
from advisor.archive.formats.fields import FIELDS, WORDS_OF, Kind
from advisor.errors import ArchiveError

Samples = Sequence[Mapping[str, object]]  # the first rows, by column
Mapped = dict[str, str]  # field of the wire -> column


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split(", "))


CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
FILLING = _words("ticket, case, issue, incident, request, support, conversation, complaint, consumer, helpdesk")
"""Words in front of a name that say nothing more."""

LEAST: dict[Kind, float] = {Kind.CHANNEL: 0.5, Kind.NAME: 0.9, Kind.NESTED: 1.0}
"""Share of the values that must look like what the field holds."""

MOSTLY = 0.6  # the same for all others
UNIQUE = 0.9  # share of different values among ids
OTHER_TEXTS = _words("answer, reply, response, resolution, solution, note, notes, explanation, explain, agent, cause")
OTHER_DATES = _words(
    "purchase, birth, birthday, dob, due, renewal, renew, updated, update, modified, changed, closed, resolved, "
    "solved, end, ended, expiry, expires, expiration, start, first, last, sla, deadline, resolution, response, "
    "reply, replied, answered"
)
OTHER_PEOPLE = _words("agent, assignee, owner, staff, responder, to, cc, bcc, manager, recipient, group")


def mapping_of(columns: Sequence[str], samples: Samples, asked: Mapping[str, str], *, name: str) -> Mapped:
    """The map that was asked for, filled up with guesses. Raises ArchiveError where it cannot be, or gives no text."""
    wanted = {field: _column(field, column, columns, name) for field, column in asked.items()}
    taken = {column for column in wanted.values() if column}
    guesses = {field: column for field, column in guess(columns, samples).items() if column not in taken}
    found = {field: column for field, column in {**guesses, **wanted}.items() if column}
    if not any(field in found for field in WORDS_OF):
        rule = f"a column must hold the ticket's words ({', '.join(WORDS_OF)})"
        raise ArchiveError(f"{name}: {rule}, there are: {_listed(columns)}: name it with --map body=COLUMN")
    return {field: found[field] for field in FIELDS if field in found}


def guess(columns: Sequence[str], samples: Samples) -> Mapped:
    """The likeliest map of columns to fields; what is not plain is left out."""
    values = {column: _values(column, samples) for column in columns}
    found = _by_name(values, lambda column: (CAMEL.sub(" ", column),), only_wire=True)
    found |= _by_name(values, _names, found=found)
    found |= _by_values(values, found)
    return {field: found[field] for field in FIELDS if field in found}


def _column(field: str, column: str, columns: Sequence[str], name: str) -> str:
    """The column that was asked for, as it is written there; "" drops a guess."""
    if field not in FIELDS:
        raise ArchiveError(f"a map must name a field of a ticket, was: {field!r}: fields are {', '.join(FIELDS)}")
    alike = [one for one in columns if one == column] or [one for one in columns if words(one) == words(column)]
    if column and not alike:
        raise ArchiveError(f"{name}: no column is called {column!r} (for {field}): columns are {_listed(columns)}")
    return alike[0] if column else ""


def _by_name(
    values: Mapping[str, list[object]],
    names: Callable[[str], Iterable[str]],
    *,
    found: Mapping[str, str] | None = None,
    only_wire: bool = False,
) -> Mapped:
    """Fields by the names of columns, the surest name of each first; `only_wire`: by the names of the wire."""
    called = {column: [words(name) for name in names(column)] for column in values}
    mapped = dict(found or {})
    for field, known in sorted(FIELDS.items(), key=lambda pair: pair[1].kind is not Kind.NESTED):
        for name in (words(field),) if only_wire else known.names:
            free = (column for column in values if name in called[column] and column not in mapped.values())
            column = next((one for one in free if _is_wire(field, one) or _plausible(field, values[one])), None)
            if column is not None and field not in mapped and not _within(field, mapped):
                mapped[field] = column
    return mapped


def _within(field: str, mapped: Mapping[str, str]) -> bool:
    """Whether the object that a field is part of comes whole."""
    return "." in field and field.partition(".")[0] in mapped


def _names(column: str) -> list[str]:
    """A column's name, and what remains without the filling in front of it."""
    parts = words(CAMEL.sub(" ", column)).split()
    names = [" ".join(parts)]
    while len(parts) > 1 and parts[0] in FILLING:
        parts = parts[1:]
        names.append(" ".join(parts))
    return names


def _is_wire(field: str, column: str) -> bool:
    """Whether a column bears the very name of the wire: then its values are for the wire to refuse, if any."""
    return field == column and field != "source" and FIELDS[field].kind is not Kind.NESTED


def _plausible(field: str, values: list[object]) -> bool:
    """Whether the first values of a column can be those of a field; of an empty one, nothing is known against it."""
    if not values:
        return True
    if field == "id" and len(set(map(str, values))) < UNIQUE * len(values):
        return False
    if field == "source" and _share(values, lambda one: looks_like(Kind.CHANNEL, one)) >= LEAST[Kind.CHANNEL]:
        return False  # the way that tickets came, which some call their source
    kind = FIELDS[field].kind
    if kind is Kind.TEXT:
        others = (Kind.NUMBER, Kind.DATE, Kind.EMAIL)
        return _share(values, lambda one: isinstance(one, str) and not any(looks_like(k, one) for k in others)) > 0.5
    return _share(values, lambda one: looks_like(kind, one)) >= LEAST.get(kind, MOSTLY)


def _by_values(values: Mapping[str, list[object]], found: Mapping[str, str]) -> Mapped:
    """The words, the date and the address by what stands in columns that no name told."""
    free = {column: came for column, came in values.items() if column not in found.values() and came}
    more: Mapped = {}
    texts = [one for one in _unlike(free, OTHER_TEXTS) if _share(free[one], has_words) >= MOSTLY]
    if len(values) > 1 and texts and not found.keys() & {"body", "messages"}:
        more["body"] = max(texts, key=lambda column: _mean_length(free[column]))
    dates = [one for one in _unlike(free, OTHER_DATES) if _share(free[one], _plainly_dated) >= MOSTLY]
    if dates and "created_at" not in found:
        more["created_at"] = dates[0]
    people = [one for one in _unlike(free, OTHER_PEOPLE) if _share(free[one], _is_address) >= MOSTLY]
    if people and not found.keys() & {"customer", "customer.email"}:
        more["customer.email"] = people[0]
    return more


def _unlike(columns: Iterable[str], others: frozenset[str]) -> list[str]:
    return [column for column in columns if not others & set(words(CAMEL.sub(" ", column)).split())]


def _plainly_dated(value: object) -> bool:
    return looks_like(Kind.DATE, value) and not str(value).strip().isdecimal() and not isinstance(value, int | float)


def _is_address(value: object) -> bool:
    return looks_like(Kind.EMAIL, value)


def _share(values: list[object], holds: Callable[[object], bool]) -> float:
    return sum(map(holds, values)) / len(values)


def _mean_length(values: list[object]) -> float:
    return sum(len(str(value)) for value in values) / len(values)


def _values(column: str, samples: Samples) -> list[object]:
    """What stands in a column, the empty cells left out."""
    cells = (sample.get(column) for sample in samples)
    return [cell for cell in cells if cell is not None and not (isinstance(cell, str) and not cell.strip())]


def _listed(columns: Sequence[str]) -> str:
    shown = ", ".join(columns[:40])
    return f"{shown} and {len(columns) - 40} more" if len(columns) > 40 else shown or "none"
