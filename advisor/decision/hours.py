"""When a channel is open, and until when somebody who writes now has an answer.

Hours are on the wall clock of the file's zone; the time between opening and closing is counted in instants, so that
the night in which the clock changes costs nobody an hour.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from itertools import pairwise

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_A_DAY = 24 * 60
_STRETCH = re.compile(r"(\w{3})(?:-(\w{3}))? (\d\d):([0-5]\d)-(\d\d):([0-5]\d)")


@dataclass(frozen=True, slots=True)
class Stretch:
    """From opening to closing, as it was written."""

    opens: int  # minutes since Monday 00:00
    closes: int  # minutes since Monday 00:00; above opens
    text: str  # "mon-fri 08:00-18:00"


@dataclass(frozen=True, slots=True)
class Hours:
    """The opening hours of one channel."""

    stretches: tuple[Stretch, ...]  # earliest first, none overlaps another, at least one

    def is_open(self, at: datetime, *, zone: tzinfo) -> bool:
        """Whether somebody answers at this instant."""
        local = at.astimezone(zone)
        minute = local.weekday() * _A_DAY + local.hour * 60 + local.minute
        return any(stretch.opens <= minute < stretch.closes for stretch in self.stretches)

    def due(self, at: datetime, promised: timedelta, *, zone: tzinfo) -> datetime:
        """The end of the promised time, which runs only while the channel is open; in the file's zone."""
        left = promised
        begin = now = at.astimezone(UTC)
        for opens, closes in self._from(at.astimezone(zone)):
            begin = max(now, opens)
            if begin + left <= closes and begin < closes:
                break
            left -= max(closes - begin, timedelta())
        return (begin + left).astimezone(zone)

    def _from(self, local: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The opening and closing instants of this week and of every following one, without end."""
        midnight = datetime(local.year, local.month, local.day)
        monday = midnight - timedelta(days=local.weekday())
        while True:
            yield from week_of(self.stretches, monday, local.tzinfo)
            monday += timedelta(days=7)


@lru_cache(maxsize=2048)
def week_of(
    stretches: tuple[Stretch, ...], monday: datetime, zone: tzinfo | None
) -> tuple[tuple[datetime, datetime], ...]:
    """The opening and closing instants of a week; kept, since the tickets of an archive share their weeks."""
    opened = []
    for stretch in stretches:
        opens = monday + timedelta(minutes=stretch.opens)
        closes = monday + timedelta(minutes=stretch.closes)
        opened.append((opens.replace(tzinfo=zone).astimezone(UTC), closes.replace(tzinfo=zone).astimezone(UTC)))
    return tuple(opened)


def stretches_of(text: str) -> tuple[Stretch, ...]:
    """`mon-fri 08:00-18:00` as one stretch a day; empty where it cannot be read that way."""
    match = _STRETCH.fullmatch(text.strip().lower())
    if match is None:
        return ()
    first, last = match[1], match[2] or match[1]
    opens, closes = int(match[3]) * 60 + int(match[4]), int(match[5]) * 60 + int(match[6])
    if first not in DAYS or last not in DAYS or not opens < closes <= _A_DAY:
        return ()
    start = DAYS.index(first)
    days = (DAYS.index(last) - start) % 7 + 1
    offsets = ((start + day) % 7 * _A_DAY for day in range(days))
    return tuple(Stretch(offset + opens, offset + closes, text) for offset in offsets)


def overlap_in(stretches: Sequence[Stretch]) -> tuple[Stretch, Stretch] | None:
    """The first two that overlap, of stretches sorted by opening."""
    for earlier, later in pairwise(stretches):
        if later.opens < earlier.closes:
            return earlier, later
    return None
