"""What stands in a cell, brought to what the wire takes; what cannot be is left for the wire to refuse by its name."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from functools import lru_cache, partial

import msgspec

from advisor.archive.formats.dates import iso, looks_dated
from advisor.archive.formats.fields import Kind
from advisor.archive.formats.spoken import ACTIONS, CHANNELS, RATINGS
from advisor.archive.formats.values import Dates

Convert = Callable[[object], object]  # None = the cell says nothing

EMAIL = re.compile(r"(?:[^<>@\n]{0,200}<)?\s*[^\s@<>,;]{1,64}@[^\s@<>,;]{1,255}\.[^\s@<>,;.]{2,63}\s*>?")
WORD = re.compile(r"[^\W_]+")
WHOLE = re.compile(r"-?\d{1,15}")
THOUSANDS = re.compile(r"-?\d{1,3}(?:,\d{3})+")
FIGURE = re.compile(r"-?\d[\d,. ]{0,30}")
LONGEST_WORD = 60  # characters of a name that are looked at
LONGEST_NAME = 500  # characters; a longer one is a text
LONGEST_ADDRESS = 400
MONEY = " \u00a0$€£¥%"


def converter(kind: Kind, dates: Dates) -> Convert:
    """How the cells of a field are read; raises ArchiveError where one cannot be."""
    if kind is Kind.DATE:
        return partial(dated, dates=dates)
    return _CONVERT[kind]


def words(name: object) -> str:
    """A word or name as the lists here have it: `Phone_Call (inbound)` is `phone call inbound`."""
    return _words(name[:LONGEST_WORD]) if isinstance(name, str) else ""


@lru_cache(maxsize=4096)
def _words(name: str) -> str:
    return " ".join(WORD.findall(name.lower()))


def text(came: object) -> object:
    """Text as it stands."""
    if isinstance(came, bytes):
        return came.decode("utf-8", "replace")
    return _number_as_text(came)


def name(came: object) -> object:
    """A short text without blanks around it; a number of a table that has only numbers with a point becomes whole."""
    if isinstance(came, str):
        return came.strip() or None
    return text(came)


def email(came: object) -> object:
    """An address without the name before it."""
    found = name(came)
    if isinstance(found, str) and found.endswith(">") and "<" in found:
        return found[found.rfind("<") + 1 : -1].strip() or None
    return found


def dated(came: object, *, dates: Dates) -> object:
    """A date as ISO 8601."""
    return iso(came, dates=dates) if not isinstance(came, str) or came.strip() else None


def number(came: object) -> object:
    """A number, of money also; good and bad, as helpdesks rate, are 1 and 0."""
    if not isinstance(came, str):
        return None if isinstance(came, float) and math.isnan(came) else came
    cell = came.strip(MONEY)
    if WHOLE.fullmatch(cell):
        return int(cell)
    if FIGURE.fullmatch(cell):
        return _with_point(cell, came)
    return RATINGS.get(words(cell), came) if cell else None


def share(came: object) -> object:
    """A share of 1, or a percentage."""
    found = number(came)
    percent = isinstance(came, str) and "%" in came
    return found / 100 if percent and isinstance(found, int | float) else found


def channel(came: object) -> object:
    """A way that the wire knows."""
    known = words(came)
    return CHANNELS.get(known, came) if known else None


def action(came: object) -> object:
    """What was done, as the wire calls it."""
    known = words(came)
    return ACTIONS.get(known, came) if known else None


def tags(came: object) -> object:
    """A list, of JSON or of words between commas or semicolons."""
    if not isinstance(came, str):
        return came
    if came.lstrip().startswith("["):
        return nested(came)
    return [tag for part in re.split(r"[,;|]", came) if (tag := part.strip())] or None


def nested(came: object) -> object:
    """An object or list, which in a cell is written as JSON."""
    if not isinstance(came, str):
        return came
    if not came.strip():
        return None
    try:
        return msgspec.json.decode(came)
    except (msgspec.MsgspecError, RecursionError):
        return came


def looks_like(kind: Kind, came: object) -> bool:
    """Whether a value, as it came, is one of this kind."""
    return _LOOKS[kind](came)


def has_words(came: object) -> bool:
    """Whether a value is a text with at least two words that is no date, address or number."""
    if not isinstance(came, str) or len(came.split(None, 2)) < 2:
        return False
    return not (looks_dated(came) or FIGURE.fullmatch(came.strip()) or _is_email(came))


def _is_email(came: object) -> bool:
    return isinstance(came, str) and len(came) < LONGEST_ADDRESS and EMAIL.fullmatch(came.strip()) is not None


def _is_number(came: object) -> bool:
    return isinstance(number(came), int | float | None) and not isinstance(came, bool)


def _is_short(came: object) -> bool:
    return isinstance(came, int | float) or (isinstance(came, str) and len(came) <= LONGEST_NAME)


def _is_nested(came: object) -> bool:
    return isinstance(nested(came), dict | list)


def _number_as_text(came: object) -> object:
    if isinstance(came, float):
        return str(int(came)) if came.is_integer() else None if math.isnan(came) else str(came)
    return str(came) if isinstance(came, int) and not isinstance(came, bool) else came


def _with_point(cell: str, came: str) -> object:
    """A number with signs between its digits: of two kinds the last is the point, one kind by threes is none."""
    figure = cell.replace(" ", "")
    if "," in figure and "." in figure:
        point = max(",.", key=figure.rfind)
        figure = figure.replace("," if point == "." else ".", "").replace(point, ".")
    elif "," in figure:
        figure = figure.replace(",", "" if THOUSANDS.fullmatch(figure) else ".")
    try:
        return float(figure)
    except ValueError:
        return came


_CONVERT: dict[Kind, Convert] = {
    Kind.TEXT: text,
    Kind.NAME: name,
    Kind.EMAIL: email,
    Kind.NUMBER: number,
    Kind.SHARE: share,
    Kind.CHANNEL: channel,
    Kind.ACTION: action,
    Kind.TAGS: tags,
    Kind.NESTED: nested,
}
_LOOKS: dict[Kind, Callable[[object], bool]] = {
    Kind.TEXT: lambda came: isinstance(came, str),
    Kind.NAME: _is_short,
    Kind.EMAIL: _is_email,
    Kind.DATE: looks_dated,
    Kind.NUMBER: _is_number,
    Kind.SHARE: _is_number,
    Kind.CHANNEL: lambda came: words(came) in CHANNELS,
    Kind.ACTION: lambda came: words(came) in ACTIONS,
    Kind.TAGS: lambda came: isinstance(came, str | list),
    Kind.NESTED: _is_nested,
}
