"""Walking the JSON that helpdesks send: what came is checked where it is read, and nothing in it is believed.

An id or a text of another type than it must be is refused with its place. What is nice to know (a time, a rating, a
flag) counts as not known where it cannot be read, so that no ticket is lost for it.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import NoReturn

import msgspec

from advisor.errors import AdvisorError
from advisor.wire.errors import shown

LONGEST_ID = 200  # characters
LONGEST_PART = 80  # characters
LARGEST_COUNT = 1_000_000_000
YEARS = (1970, 2199)
MILLISECONDS_FROM = 1e11  # a number of this size or more counts milliseconds: as seconds it would be the year 5138
LONE = re.compile("[\ud800-\udfff\x00]")  # what can be neither stored nor printed
NUMBER = re.compile(r"[-+]?\d{1,15}(?:\.\d{1,9})?")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
YES = frozenset({"true", "yes", "1"})
NO = frozenset({"false", "no", "0"})


class PayloadError(AdvisorError, ValueError):
    """A delivery that is no JSON, or not of the shape that its helpdesk sends."""


@dataclass(frozen=True, slots=True)
class Part:
    """An object of a payload, and where it stands; what is missing, and null, is nothing."""

    came: Mapping[str, object]
    place: str = ""  # "ticket.requester"; empty = the whole payload

    def part(self, *names: str) -> Part:
        """The object below these names; an empty one where there is none. PayloadError where something else stands."""
        at = self
        for name in names:
            inner = at.came.get(name)
            if inner is not None and not isinstance(inner, dict):
                raise at.wrong(name, "an object")
            at = Part(inner or {}, at.named(name))
        return at

    def parts(self, name: str) -> tuple[Part, ...]:
        """The objects of a list; none where there is no list. PayloadError where something else stands."""
        listed = self.came.get(name)
        if listed is None:
            return ()
        if not isinstance(listed, list):
            raise self.wrong(name, "a list")
        return tuple(
            Part(self._object(one, name, number), f"{self.named(name)}[{number}]") for number, one in _some(listed)
        )

    def text(self, *names: str) -> str:
        """The first of these that is there, as text, numbers too. PayloadError where it is something else."""
        for name in names:
            came = self.came.get(name)
            if isinstance(came, dict | list | bool):
                raise self.wrong(name, "text")
            if came is not None and (written := written_out(came)).strip():
                return written
        return ""

    def id(self, *names: str) -> str:
        """The first of these that is there, as an id. PayloadError where none is, or it is longer than ids are."""
        found = self.text(*names).strip()
        if not found:
            raise PayloadError(f"{' or '.join(map(self.named, names))} must be an id, was missing")
        if len(found) > LONGEST_ID:
            raise PayloadError(f"{self.named(names[0])} must have at most {LONGEST_ID} characters, had {len(found):,}")
        return found

    def known(self, *names: str) -> str | None:
        """The first of these that is text or a number, without blanks around it; None where none is."""
        found = (plain(self.came.get(name)) for name in names)
        return next((one for one in found if one), None)

    def time(self, *names: str) -> datetime | None:
        """The first of these that is a time, aware; None where none is."""
        found = (moment_of(self.came.get(name)) for name in names)
        return next((one for one in found if one), None)

    def number(self, *names: str) -> float | None:
        """The first of these that is a number, be it written as text; None where none is."""
        found = (number_of(self.came.get(name)) for name in names)
        return next((one for one in found if one is not None), None)

    def flag(self, name: str) -> bool | None:
        """Whether something is so; None where it is not said."""
        came = self.came.get(name)
        if isinstance(came, bool):
            return came
        word = plain(came)
        said = word.casefold() if word else ""
        return True if said in YES else False if said in NO else None

    def texts(self, name: str) -> tuple[str, ...] | None:
        """The words of a list, or of a text that separates them by commas or blanks; None where it is neither."""
        came = self.came.get(name)
        if isinstance(came, str):
            came = came.replace(",", " ").split()
        if not isinstance(came, list):
            return None
        return tuple(dict.fromkeys(word for one in came if (word := plain(one))))

    def has(self, name: str) -> bool:
        """Whether something stands under a name."""
        return self.came.get(name) is not None

    def named(self, name: str) -> str:
        """`ticket.id`, as messages name a place."""
        return f"{self.place}.{name}" if self.place else name

    def wrong(self, name: str, rule: str) -> PayloadError:
        """`ticket.id must be text, was: an object`."""
        return PayloadError(f"{self.named(name)} must be {rule}, was: {shown(self.came.get(name))}")

    def _object(self, came: object, name: str, number: int) -> Mapping[str, object]:
        if not isinstance(came, dict):
            raise PayloadError(f"{self.named(name)}[{number}] must be an object, was: {shown(came)}")
        return came


def payload_of(body: bytes) -> Part:
    """The object that a delivery holds. Raises PayloadError."""
    came = decoded(body)
    if not isinstance(came, dict):
        raise PayloadError(f"a delivery must be a JSON object, was: {shown(came)}")
    return Part(came)


def listed_in(body: bytes) -> tuple[Part, ...]:
    """The objects of a list that a delivery holds. Raises PayloadError."""
    came = decoded(body)
    if not isinstance(came, list):
        raise PayloadError(f"a delivery must be a JSON list, was: {shown(came)}")
    return Part({"events": came}).parts("events")


def decoded(body: bytes) -> object:
    """JSON, also with line breaks or half an emoji in its texts, as templates make it. Raises PayloadError."""
    try:
        return msgspec.json.decode(body)
    except RecursionError as error:
        raise PayloadError("the delivery is nested too deeply: send it flatter") from error
    except (msgspec.MsgspecError, ValueError) as error:
        return _leniently(body, str(error))


def _leniently(body: bytes, fault: str) -> object:
    try:
        came: object = json.loads(body.decode("utf-8-sig"), strict=False, parse_constant=_refused)
    except RecursionError as error:
        raise PayloadError("the delivery is nested too deeply: send it flatter") from error
    except ValueError as error:
        raise PayloadError(f"the delivery must be JSON in UTF-8, is not: {fault}") from error
    return came


def _refused(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")


def written_out(came: object) -> str:
    """A text that can be stored, or a number in its shortest writing; nothing of anything else."""
    if isinstance(came, str):
        return LONE.sub("\ufffd", came)
    if isinstance(came, bool) or not isinstance(came, int | float):
        return ""
    return f"{came:.15g}" if isinstance(came, float) else _whole(came)


def _whole(came: int) -> str:
    return str(came) if came.bit_length() <= 512 else ""  # longer ones are no ids, and Python refuses to write them


def named_by(*parts: str | None) -> str:
    """What a delivery is known by, of its parts; long ones by their digest."""
    return ":".join(
        part if len(part) <= LONGEST_PART else digest_of(part.encode()) for part in (p or "" for p in parts)
    )


def digest_of(body: bytes) -> str:
    """What stands for a text or a body in a name."""
    return hashlib.sha256(body).hexdigest()[:32]


def plain(came: object) -> str | None:
    """A text or number without blanks around it; None for anything else, and for nothing."""
    return written_out(came).strip() or None


def number_of(came: object) -> float | None:
    """A number, be it written as text such as `1,200`; None for anything else."""
    if isinstance(came, bool):
        return None
    if isinstance(came, str):
        bare = came.strip().replace(",", "").replace(" ", "")
        return float(bare) if NUMBER.fullmatch(bare) else None
    if isinstance(came, int):
        return float(came) if came.bit_length() <= 64 else None
    return came if isinstance(came, float) and math.isfinite(came) else None


def moment_of(came: object) -> datetime | None:
    """A time, aware: ISO 8601 (without a zone: UTC), or seconds or milliseconds since 1970; None for anything else."""
    number = number_of(came)
    if number is not None:
        seconds = number / 1000 if number >= MILLISECONDS_FROM else number
        return EPOCH + timedelta(seconds=seconds) if 0 < seconds < 7_258_118_400 else None
    if not isinstance(came, str):
        return None
    try:
        at = datetime.fromisoformat(came.strip().removesuffix(" UTC"))
        aware = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
        return aware.astimezone(UTC) if YEARS[0] <= aware.year <= YEARS[1] else None
    except (ValueError, OverflowError):
        return None


def day_of(came: object) -> date | None:
    """A day such as 2026-03-01, or that of a time; None for anything else."""
    at = moment_of(came)
    return at.date() if at is not None else None


def _some(listed: list[object]) -> list[tuple[int, object]]:
    return [(number, one) for number, one in enumerate(listed) if one is not None]
