"""Reports, counted once a range beside the pages and kept; what is erased takes the reports that name it along."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from threading import Lock

from advisor.insight.ranges import Range
from advisor.insight.report import range_of, report
from advisor.insight.seen import seen
from advisor.insight.shadow import shadow
from advisor.insight.voice import Voice, Who
from advisor.records import Records
from web.desk import Desk
from web.errands import PATIENCE, Errands
from web.report_extras import name_of
from web.reports_view import Kind, Sheet, Ticket, report_sheet
from web.shadow_view import shadow_sheet
from web.tables import now

LASTS = timedelta(hours=12)
MOST = 24  # reports that are kept
LISTED = 15  # customers of a list, in the page


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be counted."""

    kind: Kind
    range: Range | None  # None = the four weeks up to the newest ticket
    experience: str  # fingerprint of the file


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a report now."""

    sheet: Sheet | None  # None = not ready
    error: str | None = None  # why it will not be


@dataclass(frozen=True, slots=True)
class Kept:
    """A report, and the tickets and customers that it names by which it can be told that one was erased."""

    sheet: Sheet
    tickets: frozenset[Ticket]
    customers: frozenset[Who]


@dataclass(frozen=True, slots=True)
class Person:
    """A customer on a list."""

    voice: Voice
    name: str  # empty where it is not known


class ReportCounts:
    """Counts what is asked for, one report at a time, and keeps it."""

    def __init__(self, desk: Desk, *, patience: float = PATIENCE, clock: Callable[[], datetime] = now) -> None:
        """`patience` in seconds: so long a page waits for a count that there is none of yet."""
        self._desk = desk
        self._clock = clock
        self._errands = Errands[None](patience=patience)
        self._begun: Asked | None = None
        self._kept: OrderedDict[Asked, Kept] = OrderedDict()
        self._turn = Lock()

    def of(self, kind: Kind, range_: Range | None) -> Standing:
        """The report of these days; begun where there is none that serves."""
        asked = self._asked(kind, range_)
        sheet = self._serving(asked)
        if sheet is not None:
            return Standing(sheet)
        errand = self._errands.do(partial(self._count, asked), of=asked)
        return Standing(self._serving(asked), errand.error if self._begun == asked else None)

    def forget(self, kind: Kind, range_: Range | None) -> None:
        """Let the report be counted anew when it is next asked for."""
        asked = self._asked(kind, range_)
        with self._turn:
            old = self._kept.get(asked)
            for one in [one for one, kept in self._kept.items() if kept is old]:
                del self._kept[one]

    def people(self, sheet: Sheet, name: str) -> list[Person]:
        """The first of a list of customers, by the names that they have now."""
        return list(_people(sheet, name, self._desk.records))

    def _asked(self, kind: Kind, range_: Range | None) -> Asked:
        return Asked(kind, range_, self._desk.experience.fingerprint)

    def _serving(self, asked: Asked) -> Sheet | None:
        kept = self._kept.get(asked)
        if kept is None or self._clock() - kept.sheet.at > LASTS or not stands(kept, self._desk.records):
            return None
        return kept.sheet

    def _count(self, asked: Asked) -> None:
        self._begun = asked
        records, experience, at = self._desk.records, self._desk.experience, self._clock()
        range_ = asked.range or range_of(records, experience) or Range.up_to(at, experience.zone)
        if asked.kind is Kind.SHADOW:
            found = shadow(seen(records, experience, since=range_.starts, until=range_.ends))
            sheet = shadow_sheet(found, range_, at=at)
        else:
            sheet = report_sheet(report(records, experience, range_, now=at), experience)
        kept = Kept(sheet, tickets_of(sheet.mentioned, records), customers_of(sheet, records))
        with self._turn:
            for one in (asked, Asked(asked.kind, range_, asked.experience)):
                self._kept[one] = kept
                self._kept.move_to_end(one)
            while len(self._kept) > MOST:
                self._kept.popitem(last=False)


def is_empty(records: Records) -> bool:
    """Whether no ticket is recorded."""
    with records.file.errors_named():
        return records.file.tables.execute("select 1 from tickets limit 1").fetchone() is None


def stands(kept: Kept, records: Records) -> bool:
    """Whether everything that a report names is still recorded."""
    return kept.tickets == tickets_of(kept.tickets, records) and kept.customers == customers_of(kept.sheet, records)


def tickets_of(tickets: Iterable[Ticket], records: Records) -> frozenset[Ticket]:
    """Those of some tickets that are recorded."""
    sql = "select 1 from tickets where source = ? and ticket_id = ?"
    with records.file.errors_named():
        return frozenset(one for one in tickets if records.file.tables.execute(sql, one).fetchone() is not None)


def customers_of(sheet: Sheet, records: Records) -> frozenset[Who]:
    """Those of the customers that a page lists that are recorded."""
    listed = [voice for voices in sheet.people.values() for voice in voices[:LISTED]]
    return frozenset((one.source, one.customer) for one in listed if name_of(records, one) is not None)


def _people(sheet: Sheet, name: str, records: Records) -> Iterator[Person]:
    for voice in sheet.people[name][:LISTED]:
        called = name_of(records, voice)
        if called is not None:
            yield Person(voice, called)
