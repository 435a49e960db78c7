"""Rows of a CSV file by their columns, each with the line it stands on; a bad row comes as a sentence in its place."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from advisor.errors import TicketError

LARGEST_CELL = 1_000_000  # characters
SEPARATORS = ",;\t|"


@dataclass(frozen=True, slots=True)
class Cells:
    """One row; cells without a word are left out."""

    row: str  # "customers.csv, line 7"
    cells: Mapping[str, str]


def read_table(path: Path, *, columns: Mapping[str, bool]) -> Iterator[Cells | TicketError]:
    """The rows below the heading; `columns` says which there are, True for those that must be there.

    Raises TicketError where the file or its heading cannot be read.
    """
    text = _text_of(path)
    csv.field_size_limit(LARGEST_CELL)
    first = text.split("\n", 1)[0]
    separator = max(SEPARATORS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    heading = [name.strip().lower() for name in next(reader, [])]
    _check(path, heading, columns)
    while True:
        where = f"{path.name}, line {reader.line_num + 1}"
        try:
            row = next(reader, None)
        except csv.Error as error:
            yield TicketError(f"{where}: no row of CSV ({error}): look for a quotation mark that is not closed")
            continue
        if row is None:
            return
        if len(row) > len(heading) and any(cell.strip() for cell in row[len(heading) :]):
            yield TicketError(
                f"{where}: has {len(row)} cells, the heading has {len(heading)}: quote cells that hold a {separator!r}"
            )
        elif any(cell.strip() for cell in row):
            cells = {name: cell.strip() for name, cell in zip(heading, row, strict=False) if cell.strip()}
            yield Cells(where, cells)


def _text_of(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise TicketError(f"{path} cannot be read ({error.strerror}): name a CSV file") from error
    except UnicodeDecodeError as error:
        raise TicketError(f"{path.name}: the text must be UTF-8 ({error}): save it as CSV UTF-8") from error


def _check(path: Path, heading: list[str], columns: Mapping[str, bool]) -> None:
    missing = [name for name, needed in columns.items() if needed and name not in heading]
    unknown = [name for name in heading if name not in columns]
    if missing:
        raise TicketError(f"{path.name}: the heading must have {', '.join(missing)}, has: {', '.join(heading)}")
    if unknown:
        known = ", ".join(columns)
        raise TicketError(
            f"{path.name}: unknown columns {', '.join(unknown)}: rename or remove them; known are {known}"
        )
    twice = {name for name in heading if heading.count(name) > 1}
    if twice:
        raise TicketError(f"{path.name}: columns stand twice: {', '.join(sorted(twice))}: remove one of each")
