"""Parts of a report as plain values: a table of figures, and how each is written for people, spreadsheets and programs.

Text, page, CSV, JSON and the web all set out the same parts, so that no figure stands in one of them without its
denominator and interval, and in another with them.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, is_dataclass
from typing import Any

from advisor.desk.compliance_page import harmless
from advisor.desk.experience_sheet import Part, Table
from advisor.insight.intervals import Difference, Mean, Quantile, Score, Share

NONE = "—"
Cell = str | int | float | None | Share | Difference | Quantile | Mean | Score
Draw = Callable[[], str]  # gives a picture as SVG


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows of figures under a heading."""

    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]  # as long as the heading; the first cell names the row


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPart:
    """One subject: what is to be said first, its table, and the picture of the same figures."""

    name: str  # short, for files: "outcomes"
    title: str
    lines: tuple[str, ...] = ()
    grid: Grid | None = None
    draw: Draw | None = None


def shown(cell: Cell) -> str:
    """`43 of 56: 76.8 % (64.2 to 85.9)`; points of a hundred for a difference."""
    if cell is None:
        return NONE
    if isinstance(cell, Share):
        return _share(cell)
    if isinstance(cell, Difference):
        return NONE if cell.value is None else f"{_points(cell.value)} ({_points(cell.low)} to {_points(cell.high)})"
    if isinstance(cell, Quantile | Mean):
        return _number(cell)
    if isinstance(cell, Score):
        return NONE if cell.value is None else f"{cell.value:+.0f} ({cell.low:+.0f} to {cell.high:+.0f}) of {cell.of:,}"
    return f"{cell:,}" if isinstance(cell, int) else f"{cell:g}" if isinstance(cell, float) else cell


def part_of(one: ReportPart) -> Part:
    """A part with its cells as words, for the renderers of parts."""
    return Part(title=one.title, lines=one.lines, table=table_of(one.grid) if one.grid is not None else None)


def table_of(grid: Grid) -> Table:
    """The cells as words; a column is one of figures where no cell of it is words."""
    figures = frozenset(
        place for place in range(1, len(grid.head)) if not any(isinstance(row[place], str) for row in grid.rows)
    )
    return Table(grid.head, tuple(tuple(map(shown, row)) for row in grid.rows), figures)


def csv_of(parts: Iterable[ReportPart]) -> str:
    """Every table, one after the other, each under its title; a figure takes a column for each of its numbers."""
    written = io.StringIO()
    table = csv.writer(written, lineterminator="\n")
    first = True
    for one in parts:
        if one.grid is None:
            continue
        if not first:
            table.writerow([])
        first = False
        table.writerow([harmless(one.title)])
        kinds = [_kind(one.grid, place) for place in range(len(one.grid.head))]
        table.writerow(
            [harmless(name) for head, kind in zip(one.grid.head, kinds, strict=True) for name in _names(head, kind)]
        )
        for row in one.grid.rows:
            table.writerow([value for cell, kind in zip(row, kinds, strict=True) for value in _values(cell, kind)])
    return written.getvalue()


def json_of(parts: Iterable[ReportPart]) -> list[dict[str, object]]:
    """The parts with their figures as objects."""
    return [
        {"name": one.name, "title": one.title, "lines": one.lines}
        | ({"head": one.grid.head, "rows": [_row(one.grid.head, row) for row in one.grid.rows]} if one.grid else {})
        for one in parts
    ]


def _share(one: Share) -> str:
    if one.share is None:
        return "0 of 0"
    return f"{one.count:,} of {one.of:,}: {100 * one.share:.1f} % ({100 * one.low:.1f} to {100 * one.high:.1f})"


def _points(value: float) -> str:
    return f"{100 * value:+.1f}"


def _number(one: Quantile | Mean) -> str:
    """`0.7 (0.6 to 0.8) of 87`; a bound that too few values cannot give is left open."""
    if one.value is None:
        return NONE
    low, high = (NONE if end is None else f"{end:.2f}" for end in (one.low, one.high))
    interval = "" if one.low is None and one.high is None else f" ({low} to {high})"
    return f"{one.value:.2f}{interval} of {one.of:,}"


def _kind(grid: Grid, place: int) -> type | None:
    """The kind of figure in a column; None for words and plain numbers."""
    return next((type(row[place]) for row in grid.rows if is_dataclass(row[place])), None)


def _names(head: str, kind: type | None) -> Iterator[str]:
    if kind is None:
        yield head
        return
    yield from (f"{head}: {name}".lstrip(": ") for name in _fields(kind))


def _fields(kind: type) -> Sequence[str]:
    return list(kind.__dataclass_fields__)  # type: ignore[attr-defined]


def _values(cell: Cell, kind: type | None) -> Iterator[object]:
    if kind is not None and is_dataclass(cell):
        yield from ("" if value is None else _rounded(value) for value in asdict(cell).values())
    elif kind is not None:
        rest = _fields(kind)[1:]
        yield from ("" if cell is None else cell, *("" for _ in rest))
    else:
        yield harmless(cell) if isinstance(cell, str) else "" if cell is None else cell


def _rounded(value: Any) -> object:
    return round(value, 4) if isinstance(value, float) else value


def _row(head: Sequence[str], row: Sequence[Cell]) -> dict[str, object]:
    return {name or "of": cell for name, cell in zip(head, row, strict=True)}
