"""Dates as exports write them, brought to ISO 8601; in which order day and month stand is told by the first rows."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime

from advisor.archive.formats.values import DateOrder, Dates, OrderBy
from advisor.errors import ArchiveError

ISO = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d(?::?\d\d)?)?)?")
TIME = (
    r"(?:[T,]?\s*(?:at\s+)?(?P<hour>\d\d?)[:.](?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,]\d+)?)?"
    r"\s*(?P<half>[AaPp]\.?[Mm]\.?|Uhr)?)?"
)
ZONE = r"(?:\s*\(?(?P<zone>Z|[+-]\d\d(?::?\d\d)?|[A-Z]{2,4})\)?)?"
WEEKDAY = r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*\.?,?\s+)?"
MONTH = r"(?P<month>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?"
DAY = r"(?P<day>\d\d?)(?:st|nd|rd|th)?"
NUMBERS = re.compile(rf"(?P<a>\d{{1,4}})(?P<sign>[./-])(?P<b>\d\d?)(?P=sign)(?P<c>\d{{4}}|\d\d)\s*{TIME}{ZONE}")
WORDS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{WEEKDAY}{DAY}[\s./-]*{MONTH}[\s,./-]*(?P<year>\d{{4}}|\d\d)\s*{TIME}{ZONE}",
        rf"{WEEKDAY}{MONTH}\s*{DAY},?\s+(?P<year>\d{{4}})\s*{TIME}{ZONE}",
        rf"{WEEKDAY}{MONTH}\s+{DAY}\s+{TIME}{ZONE}\s+(?P<year>\d{{4}})",
    )
)
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
ZONES = {"UTC": 0, "GMT": 0, "Z": 0, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6}
ZONES |= {"PST": -8, "PDT": -7, "BST": 1, "CET": 1, "CEST": 2}
SECONDS = (10**8, 10**10)  # 1973 to 2286; also as a thousand or a million times as many
LONGEST = 60  # characters; a longer text is no date, and would be long looked at
UNTOLD = Dates()
CENTURY = 70  # years of two digits from here on are of the last century


def iso(came: object, *, dates: Dates = UNTOLD) -> object:
    """A date as ISO 8601, anything else as it is. Raises ArchiveError for day and month the other way round."""
    if isinstance(came, str):
        text = came.strip()
        if len(text) > LONGEST:
            return came
        return text if ISO.fullmatch(text) else _written(text, dates.order) or came
    if isinstance(came, date):  # and a moment, which is one
        return came.isoformat()
    if isinstance(came, int | float) and not isinstance(came, bool):
        return _since_1970(came) or came
    return came


def looks_dated(came: object) -> bool:
    """Whether a value can be read as a date, whatever the order."""
    return any(_is_iso(came, order) for order in DateOrder)


def order_of(values: Iterable[object]) -> Dates:
    """The order that values tell: the first in which a number is over 12; else AM or PM behind `/` tells the month."""
    texts = (value.strip() for value in values if isinstance(value, str) and len(value) <= LONGEST)
    found = [match for text in texts if (match := NUMBERS.fullmatch(text)) is not None]
    found = [match for match in found if match["sign"] != "." and len(match["a"]) < 3]
    for match in found:
        if int(match["a"]) > 12:
            return Dates(DateOrder.DAY_FIRST, OrderBy.VALUE, match[0])
        if int(match["b"]) > 12:
            return Dates(DateOrder.MONTH_FIRST, OrderBy.VALUE, match[0])
    half = next(
        (match for match in found if match["half"] and match["half"][0] in "aApP" and match["sign"] == "/"), None
    )
    if half is not None:
        return Dates(DateOrder.MONTH_FIRST, OrderBy.VALUE, half[0])
    return Dates(by=OrderBy.NOTHING, example=found[0][0]) if found else Dates()


def _is_iso(came: object, order: DateOrder) -> bool:
    try:
        fit = iso(came, dates=Dates(order))
    except ArchiveError:
        return False
    return isinstance(fit, str) and ISO.fullmatch(fit) is not None


def _written(text: str, order: DateOrder) -> str | None:
    if text.isdecimal():
        return _since_1970(int(text)) if len(text) < 20 else None
    if (match := NUMBERS.fullmatch(text)) is not None:
        return _of_numbers(match, order)
    match = next((found for words in WORDS if (found := words.fullmatch(text)) is not None), None)
    if match is None:
        return None
    return _put_together(_year(match["year"]), MONTHS.index(match["month"].lower()) + 1, int(match["day"]), match)


def _of_numbers(match: re.Match[str], order: DateOrder) -> str | None:
    first, second, third = match["a"], int(match["b"]), match["c"]
    if len(first) == 4:
        return _put_together(int(first), second, int(third), match)
    day_first = match["sign"] == "." or order is DateOrder.DAY_FIRST
    day, month = (int(first), second) if day_first else (second, int(first))
    if match["sign"] != "." and month > 12 and _put_together(_year(third), day, month, match) is not None:
        other = DateOrder.MONTH_FIRST if day_first else DateOrder.DAY_FIRST
        read = order.replace("_", " ")
        raise ArchiveError(
            f"dates are read {read} here, was: {match[0]}: mend it, or ask for {other.replace('_', ' ')}"
        )
    return _put_together(_year(third), month, day, match)


def _put_together(year: int, month: int, day: int, match: re.Match[str]) -> str | None:
    """ISO 8601 with the time and zone of a match; None where there is no such day or zone."""
    try:
        at = datetime(year, month, day, _hour(match), int(match["minute"] or 0), int(match["second"] or 0))
    except ValueError:
        return None
    zone = (match["zone"] or "").upper()
    if match["hour"] is None:
        return at.date().isoformat() if not zone else None
    if zone and zone not in ZONES and zone[0] not in "+-":
        return None
    hours = ZONES.get(zone, 0)
    ending = f"{'-' if hours < 0 else '+'}{abs(hours):02}:00" if zone in ZONES else zone
    return at.isoformat() + ending


def _hour(match: re.Match[str]) -> int:
    hour, half = int(match["hour"] or 0), (match["half"] or "").lower()
    if half in ("", "uhr"):
        return hour
    if not 1 <= hour <= 12:
        raise ValueError(hour)
    return hour % 12 + (12 if half[0] == "p" else 0)


def _year(text: str) -> int:
    return int(text) if len(text) == 4 else int(text) + (1900 if int(text) >= CENTURY else 2000)


def _since_1970(count: float) -> str | None:
    for parts in (1, 1_000, 1_000_000):
        if SECONDS[0] <= count / parts < SECONDS[1]:
            return datetime.fromtimestamp(count / parts, UTC).isoformat()
    return None
