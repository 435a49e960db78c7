"""Parts of a report for the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from textwrap import wrap

from advisor.desk.report_cells import Grid, ReportPart, table_of
from advisor.desk.show import says

WIDTH = 120  # characters of a line
WIDEST = 60  # of a column
NARROWEST = 18  # of the column that gives way


def report_text(title: str, about: str, parts: Iterable[ReportPart], notes: Iterable[str]) -> str:
    """All of it."""
    lines = [says(title, most=WIDTH), says(about, most=WIDTH)]
    for part in parts:
        lines += ["", says(part.title, most=WIDTH)]
        lines += [f"  {line}" for said in part.lines for line in wrap(says(said, most=2000), WIDTH - 2)]
        lines += _table(part.grid) if part.grid is not None else []
    lines += ["", *(line for note in notes for line in wrap(note, WIDTH))]
    return "\n".join(lines)


def _table(grid: Grid) -> Iterator[str]:
    """Columns; where they would cut words by half, each row as a block."""
    table = table_of(grid)
    every = [[says(cell, most=2000) for cell in row] for row in (table.head, *table.rows)]
    natural = [max(len(row[place]) for row in every) for place in range(len(table.head))]
    widths = [min(WIDEST, width) for width in natural]
    while sum(widths) + 2 * len(widths) > WIDTH and (widest := _widest_words(widths, table.figures)) is not None:
        widths[widest] -= 1
    if any(2 * width < full for width, full in zip(widths, natural, strict=True)):
        yield from _blocks(every)
        return
    for row in every:
        cells = (
            f"{says(cell, most=width):>{width}}" if place in table.figures else f"{says(cell, most=width):<{width}}"
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield f"  {'  '.join(cells)}".rstrip()


def _blocks(every: list[list[str]]) -> Iterator[str]:
    (_, *names), *rows = every
    for first, *cells in rows:
        yield f"  {first}"
        for name, cell in zip(names, cells, strict=True):
            yield from (
                f"      {part}" for part in wrap(f"{name}: {cell}", WIDTH - 6, subsequent_indent=" " * len(f"{name}: "))
            )


def _widest_words(widths: list[int], figures: frozenset[int]) -> int | None:
    """The column of words that gives way next; figures are never cut."""
    words = [place for place, width in enumerate(widths) if place not in figures and width > NARROWEST]
    return max(words, key=lambda place: widths[place], default=None)
