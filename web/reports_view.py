"""A report as the pages lay it out: sections of cards, each with its picture, table and lines, drawn once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import partial
from itertools import groupby

from markupsafe import Markup

from advisor.decision.experience import Experience
from advisor.decision.wording import instant
from advisor.desk.compliance_text import newest_first
from advisor.desk.experience_sheet import Table
from advisor.desk.report_cells import ReportPart, table_of
from advisor.desk.report_page import Tile, tiles_of
from advisor.desk.report_parts import NOTES, range_words, report_parts
from advisor.desk.show import UNSEEN
from advisor.insight.ranges import Range
from advisor.insight.report import Report
from advisor.insight.voice import Voice
from web.pictures import in_page, said_by, size_of
from web.report_extras import PEOPLE, extra_parts, with_pictures

Ticket = tuple[str, str]  # source and id
COLUMN, NARROW = 580, 448  # pixels: how wide a column of cards is on a desk, and what a narrow picture is


class Kind(StrEnum):
    """What is counted."""

    REPORT = "report"
    SHADOW = "shadow"


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One subject of a report."""

    name: str
    title: str
    lines: tuple[str, ...]
    table: Table | None
    tickets: tuple[Ticket, ...]  # that the rows are about, where each is about one
    picture: Markup | None
    said: str  # what the picture shows, in a sentence; empty where the picture says it better
    size: tuple[float, float]  # of the picture, in pixels
    is_wide: bool  # takes the whole width

    @property
    def is_people(self) -> bool:
        """Whether it lists customers."""
        return self.name in PEOPLE

    @property
    def is_large(self) -> bool:
        """Whether the picture is wider than a narrow screen."""
        return self.size[0] > NARROW

    @property
    def height(self) -> float:
        """About how high it is in its column, in pixels."""
        wide, high = self.size
        rows = len(self.table.rows) if self.table is not None and self.picture is None else 0
        return (
            120
            + 28 * len(self.lines)
            + high * min(1.0, COLUMN / (wide or COLUMN))
            + rows * (90 if self.is_people else 44)
        )


@dataclass(frozen=True, slots=True)
class Section:
    """Cards that belong together."""

    name: str
    title: str
    cards: tuple[Card, ...]

    @property
    def blocks(self) -> list[tuple[tuple[Card, ...], ...]]:
        """Rows of columns: a wide card by itself, the others in two columns, each below the one that ends first."""
        found: list[tuple[tuple[Card, ...], ...]] = []
        for is_wide, some in groupby(self.cards, lambda card: card.is_wide):
            cards = list(some)
            found += [((card,),) for card in cards] if is_wide else [_columns(cards)]
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A report, counted and drawn."""

    kind: Kind
    range: Range
    at: datetime  # when it was counted, on the clock of the file
    title: str
    about: str
    tickets: int
    tiles: tuple[Tile, ...]
    sections: tuple[Section, ...]
    notes: tuple[str, ...]
    parts: tuple[ReportPart, ...]  # their pictures are drawn already
    people: Mapping[str, tuple[Voice, ...]]  # by the part that lists them, the plainest first

    @property
    def days(self) -> str:
        """`Week 24 of 2026, 8 to 14 June`."""
        return range_words(self.range)

    def part(self, name: str) -> ReportPart | None:
        """The part of this name."""
        return next((one for one in self.parts if one.name == name), None)

    @property
    def mentioned(self) -> frozenset[Ticket]:
        """Tickets that stand in it."""
        return frozenset(one for section in self.sections for card in section.cards for one in card.tickets)


BY = ("by-moment", "by-channel", "by-action")
SECTIONS = {
    Kind.REPORT: (
        ("glance", "At a glance", ("changes", "volumes")),
        ("wished", "What customers wished, and what they got", ("wishes", "ideal", "personas", "unmet")),
        ("became", "What became of articles", ("outcomes", "promise")),
        ("waited", "How long customers waited", ("times", "solved")),
        ("rated", "How customers rated us", ("csat", "nps")),
        ("about", "What they wrote about", ("topics", "topic-trend", *BY, "gaps", "incidents")),
        ("overridden", "What agents made of the advice", ("reasons", "overrides")),
        ("people", "Customers to talk to", ("detractors", "advocates")),
    ),
    Kind.SHADOW: (
        ("agreed", "Agreement", ("agreement", "by-moment", "by-rule")),
        ("wished", "Wishes, and articles that were sent", ("wishes", "missed", "articles")),
        ("read", "Examples", ("examples",)),
    ),
}
"""Sections, and the parts that stand in them in this order; whatever else there is comes last."""

WIDE = frozenset({"unmet", "gaps", "incidents", "examples"})
CAPTIONED = frozenset(
    {"agreement", "changes", "nps", "outcomes", "promise", "solved", "times", "topic-trend", "volumes"}
)
"""Parts whose picture has a sentence that tells more than its longest bar."""


def report_sheet(found: Report, experience: Experience) -> Sheet:
    """A report, drawn."""
    before = "the day before" if found.range.days == 1 else f"the {found.range.days:,} days before"
    at = found.at.astimezone(experience.zone)
    name = "The week in support" if found.range.is_week else "Support"
    breaches = newest_first(found.now.compliance)
    return sheet_of(
        Kind.REPORT,
        found.range,
        [*with_pictures(report_parts(found, experience), found), *extra_parts(found)],
        at=at,
        title=f"{name}: {range_words(found.range)}",
        about=f"Counted {instant(at)}, against {before}.",
        tickets=found.now.volumes.tickets,
        tiles=tiles_of(found),
        notes=NOTES,
        rows={"unmet": [(one.source, one.ticket_id) for one in breaches]},
        people={"detractors": found.voices.detractors, "advocates": found.voices.advocates},
    )


def sheet_of(
    kind: Kind,
    range_: Range,
    parts: Iterable[ReportPart],
    *,
    at: datetime,
    title: str,
    about: str,
    tickets: int,
    tiles: Sequence[Tile],
    notes: Sequence[str],
    rows: Mapping[str, Sequence[Ticket]],
    people: Mapping[str, tuple[Voice, ...]],
) -> Sheet:
    """The parts of a report, drawn and put in their sections; `rows`: the tickets that the rows of a part are about."""
    drawn = tuple(_drawn(one) for one in parts)
    cards = {one.name: _card(one, rows.get(one.name, ())) for one in drawn}
    return Sheet(
        kind=kind,
        range=range_,
        at=at,
        title=title,
        about=about,
        tickets=tickets,
        tiles=tuple(tiles),
        sections=tuple(_sections(cards, kind)),
        notes=tuple(notes),
        parts=drawn,
        people=people,
    )


def _drawn(part: ReportPart) -> ReportPart:
    return part if part.draw is None else replace(part, draw=partial(str, part.draw()))


def _card(part: ReportPart, tickets: Sequence[Ticket]) -> Card:
    svg = part.draw() if part.draw is not None else None
    table = table_of(part.grid) if part.grid is not None else None
    return Card(
        name=part.name,
        title=_seen(part.title),
        lines=tuple(map(_seen, part.lines)),
        table=Table(table.head, tuple(tuple(map(_seen, row)) for row in table.rows), table.figures) if table else None,
        tickets=tuple(tickets[: len(table.rows)]) if table is not None else (),
        picture=Markup(in_page(svg)) if svg is not None else None,
        said=_seen(said_by(svg)) if svg is not None and part.name in CAPTIONED else "",
        size=size_of(svg) if svg is not None else (0.0, 0.0),
        is_wide=part.name in WIDE and table is not None,
    )


def _columns(cards: Sequence[Card]) -> tuple[tuple[Card, ...], ...]:
    """Two columns of about the same height; one where there is but one card."""
    columns: tuple[list[Card], list[Card]] = [], []
    for card in cards:
        min(columns, key=lambda column: sum(one.height for one in column)).append(card)
    return tuple(tuple(column) for column in columns if column)


def _sections(cards: Mapping[str, Card], kind: Kind) -> Iterator[Section]:
    listed = set[str]()
    for name, title, names in SECTIONS[kind]:
        found = tuple(cards[one] for one in names if one in cards)
        listed.update(names)
        if found:
            yield Section(name, title, found)
    rest = tuple(card for name, card in cards.items() if name not in listed)
    if rest:
        yield Section("more", "More", rest)


def _seen(text: str) -> str:
    return UNSEEN.sub("", text)
