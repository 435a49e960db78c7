"""Decoded JSON becomes a Ticket; every fault is one sentence that names the row, the field and the cure.

The JSON is first brought into the form of the vocabulary (names, ids as text, dates with a zone, unknown fields
aside), then msgspec makes the frozen values of it.
"""

from __future__ import annotations

import hashlib
import math
import re
from datetime import UTC, date, datetime, tzinfo
from enum import StrEnum
from functools import cache
from types import UnionType
from typing import Any, cast, get_args, get_origin, get_type_hints

import msgspec

from advisor.errors import TicketError
from advisor.types import Account, Customer, Handled, Message, Stance, Ticket, Wish, WishSource
from advisor.wire.errors import NAMED, missing, one_of, shown, wrong

NEEDED = ("body", "subject", "messages")
"""At least one of these must be there, be it empty."""

ON_FILE = {Customer: WishSource.CUSTOMER, Account: WishSource.ACCOUNT}
ON_THE_WIRE = {(Message, "from"): "sender"}
"""Fields that are called otherwise on the wire."""

ONLY: dict[type, frozenset[str]] = {
    Wish: frozenset({"channel", "stance", "order", "moment", "topic", "since", "expires", "author"}),
    Ticket: frozenset(name for name in get_type_hints(Ticket) if name != "extra"),
}
"""Fields that may come, where not all may."""

REQUIRED: dict[type, tuple[str, ...]] = {Message: ("from",), Wish: ("channel", "stance")}
NUMBERED = frozenset({"id", "author", "assignee", "manager", "by", "phone", "plan", "priority", "status", "tags"})
"""Texts that helpdesks also send as numbers."""

BETWEEN: dict[str, tuple[float, float]] = {
    "licences": (0, 1_000_000_000),
    "monthly_revenue": (-1e15, 1e15),
    "usage": (0, 1),
    "order": (1, 1000),
    "csat": (-1e9, 1e9),
    "nps": (0, 10),
}
Path = tuple[str | int, ...]  # names of fields, and places in lists
YEARS = (1970, 2199)
NEVER_FROM = 2200  # an expiry from this year on means never
LARGEST = 2**63
LONE = re.compile("[\ud800-\udfff]")


def ticket_from(obj: object, *, row: str, zone: tzinfo = UTC) -> Ticket:
    """Make a ticket of decoded JSON; dates without a zone are in `zone`. Raises TicketError, `row` in front."""
    try:
        return _ticket_from(_storable(obj), row, zone)
    except RecursionError as error:
        raise TicketError(f"{row}: the ticket is nested too deeply: send it flatter") from error


def _ticket_from(whole: object, row: str, zone: tzinfo) -> Ticket:
    if not isinstance(whole, dict):
        raise TicketError(f"{row}: a ticket must be a JSON object, was: {shown(whole)}")
    if not any(name in whole for name in NEEDED):
        came = ", ".join(sorted(map(str, whole))) or "nothing"
        raise TicketError(f"{row}: a ticket must have at least one of {', '.join(NEEDED)}, came with: {came[:200]}")
    form = _Form(row, zone)
    values = form.filled(whole, Ticket, ())
    values["id"] = str(values.get("id", "")).strip() or content_hash(whole)
    values["extra"] = msgspec.json.encode(form.unknown, order="sorted").decode()
    return msgspec.convert(values, Ticket)


def fields_of(kind: type) -> dict[str, Any]:
    """The fields of a part of a ticket by their names on the wire, each with the type that the vocabulary gives it."""
    return {wire: _hints(kind)[field] for wire, field in _fields(kind).items()}


def content_hash(whole: dict[str, Any]) -> str:
    """The id of a ticket that comes without one: a hash of its content, whatever the order of its fields."""
    return hashlib.sha256(msgspec.json.encode(_without_nulls(whole), order="sorted")).hexdigest()[:16]


class _Form:
    """Brings one ticket into the form of the vocabulary; fields it does not know are put aside."""

    def __init__(self, row: str, zone: tzinfo) -> None:
        self.row = row
        self.zone = zone
        self.unknown: dict[str, Any] = {}  # nested as it came; a place in a list is a text such as "0"

    def filled(self, came: object, kind: type, path: Path) -> dict[str, Any]:
        """The values of one object; null counts as absent."""
        if not isinstance(came, dict):
            raise self._wrong(path, "an object", came)
        values: dict[str, Any] = {}
        for name, value in came.items():
            field = _fields(kind).get(name)
            if value is None:
                continue
            if field is None:
                self._put_aside((*path, name), value)
            else:
                values[field] = self.value(value, _hints(kind)[field], (*path, name))
        for name in REQUIRED.get(kind, ()):
            if _fields(kind)[name] not in values:
                rule = _rule(_hints(kind)[_fields(kind)[name]])
                raise missing(self.row, _written((*path, name)), rule)
        return self._completed(values, kind)

    def value(self, came: object, hint: object, path: Path) -> object:
        """One value of the type that the vocabulary gives it."""
        name = next(step for step in reversed(path) if isinstance(step, str))
        kind = plain_kind(hint)
        if get_origin(kind) is tuple:
            return self._listed(came, get_args(kind)[0], path)
        if isinstance(kind, type) and kind in _PARTS:
            return self.filled(came, kind, path)
        if kind is datetime or kind is date:
            return self._dated(came, kind, path)
        if kind is str and name in NUMBERED and isinstance(came, int) and not isinstance(came, bool):
            return str(came)
        if kind is float and isinstance(came, float) and not math.isfinite(came):
            raise self._wrong(path, "a number", came)
        try:
            fit: object = msgspec.convert(came, cast(type, kind))
        except msgspec.ValidationError as error:
            raise self._wrong(path, _rule(kind), came) from error
        least, most = BETWEEN.get(name, (-math.inf, math.inf))
        if isinstance(fit, int | float) and not least <= fit <= most:
            raise self._wrong(path, f"between {least:.16g} and {most:.16g}", came)
        return fit

    def _listed(self, came: object, item: object, path: Path) -> list[object]:
        if not isinstance(came, list):
            raise self._wrong(path, "a list", came)
        return [self.value(one, item, (*path, place)) for place, one in enumerate(came) if one is not None]

    def _dated(self, came: object, kind: type, path: Path) -> object:
        """A moment with its zone, or a day; a day alone is its first moment."""
        if not isinstance(came, str):
            raise self._wrong(path, NAMED[kind], came)
        try:
            at = datetime.fromisoformat(came.strip())
        except ValueError as error:
            raise self._wrong(path, NAMED[kind], came) from error
        if kind is date:
            return at.date()
        if path[-1] == "expires" and at.year >= NEVER_FROM:
            return None
        if not YEARS[0] <= at.year <= YEARS[1]:
            raise self._wrong(path, f"a date between {YEARS[0]} and {YEARS[1]}", came)
        return at if at.tzinfo is not None else at.replace(tzinfo=self.zone)

    def _completed(self, values: dict[str, Any], kind: type) -> dict[str, Any]:
        """What the wire leaves out: an empty message's text, the source of wishes on file, a refusal's order."""
        if kind is Message:
            values.setdefault("body", "")
        if kind is Wish and values["stance"] is Stance.REFUSES:
            values["order"] = 1
        if kind in ON_FILE:
            values["wishes"] = [wish | {"source": ON_FILE[kind]} for wish in values.get("wishes", [])]
        return values

    def _put_aside(self, path: Path, value: object) -> None:
        at = self.unknown
        *way, name = map(str, path)
        for step in way:
            at = at.setdefault(step, {})
        at[name] = value

    def _wrong(self, path: Path, rule: str, came: object) -> TicketError:
        return wrong(self.row, _written(path), rule, came)


_PARTS = frozenset({Customer, Account, Message, Handled, Wish})


def _written(path: Path) -> str:
    """`customer.wishes[0].channel`."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


@cache
def _fields(kind: type) -> dict[str, str]:
    """Names on the wire, each with its name in the vocabulary."""
    named = {field: wire for (owner, wire), field in ON_THE_WIRE.items() if owner is kind}
    return {named.get(field, field): field for field in _hints(kind) if field in ONLY.get(kind, _hints(kind))}


@cache
def plain_kind(hint: Any) -> Any:
    """A type without its `| None`."""
    if isinstance(hint, UnionType):
        return next(kind for kind in get_args(hint) if kind is not type(None))
    return hint


def _rule(kind: Any) -> str:
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return one_of(kind)
    return NAMED[kind]


def _storable(value: object) -> object:
    """Replace what can be neither stored nor printed: half an emoji, as programs that cut texts leave it.

    Whole numbers of over 64 bits, which are ids if anything, become text.
    """
    if isinstance(value, str):
        return LONE.sub("\ufffd", value)
    if isinstance(value, dict):
        return {LONE.sub("\ufffd", str(name)): _storable(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_storable(one) for one in value]
    return str(value) if isinstance(value, int) and not -LARGEST <= value < LARGEST else value


def _without_nulls(value: object) -> object:
    if isinstance(value, dict):
        return {name: _without_nulls(one) for name, one in value.items() if one is not None}
    return [_without_nulls(one) for one in value] if isinstance(value, list) else value
