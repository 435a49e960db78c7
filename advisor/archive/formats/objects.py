"""Tickets out of JSON, however its objects stand in the file and whosever they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial

from advisor.archive.formats import freshdesk, zendesk
from advisor.archive.formats.json_lines import read_lines, refused
from advisor.archive.formats.json_stream import JsonStream
from advisor.archive.formats.opening import opened
from advisor.archive.formats.people import Person, person_of, word
from advisor.archive.formats.shape import Fields, ObjectShape
from advisor.archive.formats.values import Archive, Bytes, Format, Layout, Limits, Meter, Record, Refused
from advisor.errors import ArchiveError

LONGEST_NAME = 200  # characters of what an export calls a person


Make = Callable[[Fields], Fields | Refused]  # fields of the wire out of one object


def read_objects(archive: Archive, meter: Meter, limits: Limits) -> Iterator[Record]:
    """The tickets of a JSON archive."""
    make = _maker(archive, meter, limits)
    with opened(archive, meter, limits) as stream:
        for where, came in records_of(archive.path.name, archive.layout or Layout.LINES, stream, limits):
            yield where, came if isinstance(came, Refused) else make(came)


def records_of(name: str, layout: Layout, stream: Bytes, limits: Limits) -> Iterator[Record]:
    """The objects of a stream, each as it stands there."""
    if layout is Layout.LINES:
        yield from read_lines(name, stream, limits)
        return
    whole = JsonStream(stream, limits)
    ways = {Layout.ARRAY: whole.array, Layout.VALUES: whole.values}
    items = (item for _, item in whole.pages(*zendesk.TICKETS)) if layout is Layout.PAGES else ways[layout]()
    for number, came in enumerate(items, 1):
        yield f"{name}, item {number}", came if isinstance(came, dict) else refused(came)


def _maker(archive: Archive, meter: Meter, limits: Limits) -> Make:
    if archive.format is Format.FRESHDESK:
        return freshdesk.fields_of
    if archive.format is not Format.ZENDESK:
        return ObjectShape(archive).fields
    people: dict[str, Person] = {}
    companies: dict[str, str] = {}
    if archive.layout is Layout.PAGES:
        _meet(archive, meter, limits, people, companies)
    return partial(_of_zendesk, people=people, companies=companies)


def _of_zendesk(record: Fields, /, *, people: dict[str, Person], companies: dict[str, str]) -> Fields:
    return zendesk.fields_of(record, people, companies)


def _meet(archive: Archive, meter: Meter, limits: Limits, people: dict[str, Person], companies: dict[str, str]) -> None:
    """Read whom the pages list, which may stand behind the tickets; the archive is read twice for it."""
    with opened(archive, meter, limits) as stream, suppress(ArchiveError):  # which the second reading will meet, too
        meter.total *= 2
        for key, came in JsonStream(stream, limits).pages(*zendesk.PEOPLE):
            one = person_of(came)
            if one.id is None:
                continue
            if key == "organizations" and isinstance(came, dict):
                companies[one.id] = (word(came, "name") or "")[:LONGEST_NAME]
            elif key == "users":
                people[one.id] = one
