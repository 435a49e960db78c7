"""CSV, read line by line: a row that breaks its quotes costs itself only, and no row fills the memory."""

from __future__ import annotations

import csv
import io
import re
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from advisor.archive.formats.lines import lines_of, text_of
from advisor.archive.formats.shape import CellShape
from advisor.archive.formats.values import MOST_COLUMNS, Archive, Bytes, Limits, Record, Refused, megabytes
from advisor.errors import ArchiveError

SEPARATORS = ",;\t|"
NAMED = {"\t": "tab"}
ESCAPED = re.compile(r'\\"[^,;\t|\r\n]')  # a quotation mark that does not end its cell
MARK = "\ufeff"
MOST_LINES = 100_000  # of a row
SAMPLED = 2**17  # bytes of a row by which columns are guessed; longer ones are left out of that
READ_AGAIN = 8  # times the longest record that lines behind broken quotes may be read again, and once the file besides


@dataclass(frozen=True, slots=True)
class Dialect:
    """How the cells of a table are kept apart."""

    separator: str
    escape: str | None  # before quotation marks in quoted cells; None = they are doubled


def dialect_of(head: str) -> Dialect:
    """Tell the separator by the heading, quoted names left out, and the escape by the rows."""
    heading = head.removeprefix(MARK).split("\n", 1)[0]
    outside = "".join(heading.split('"')[::2])
    escaped = ESCAPED.search(head) is not None and '""' not in head.replace('\\""', "")
    return Dialect(max(SEPARATORS, key=outside.count), "\\" if escaped else None)


def heading_of(head: bytes, dialect: Dialect) -> tuple[str, ...]:
    """The names of the columns, each once, those without a name by their place."""
    lines = [text_of(line) for line in head.splitlines(keepends=True)[:1000]]
    lines[:1] = [line.removeprefix(MARK) for line in lines[:1]]
    try:
        cells: list[str] = next(_reader(iter(lines), dialect), [])
    except csv.Error as error:
        raise ArchiveError(f"the first line must name the columns ({error}): write their names there") from error
    if len(cells) > MOST_COLUMNS:
        raise ArchiveError(f"a table must not have over {MOST_COLUMNS:,} columns, has {len(cells):,}: leave some out")
    names: list[str] = []
    for place, cell in enumerate(cells, 1):
        name = " ".join(cell.split()) or f"column {place}"
        again = next(count for count in range(1, place + 1) if _numbered(name, count) not in names)
        names.append(_numbered(name, again))
    return tuple(names)


def read_table(archive: Archive, stream: Bytes, limits: Limits) -> Iterator[Record]:
    """The rows below the heading."""
    name, shape = archive.path.name, CellShape(archive)
    for line, cells in _cells(archive, stream, limits):
        yield f"{name}, line {line}", cells if isinstance(cells, Refused) else shape.fields(cells)


def first_rows(archive: Archive, head: bytes) -> Iterator[dict[str, object]]:
    """The good rows of a table's beginning, cell by cell."""
    with suppress(ArchiveError):  # which the reading will meet, too
        for _, cells in _cells(archive, io.BytesIO(head), Limits(record=SAMPLED)):
            if not isinstance(cells, Refused):
                yield dict(zip(archive.columns, cells, strict=True))


def _cells(archive: Archive, stream: Bytes, limits: Limits) -> Iterator[tuple[int, list[str] | Refused]]:
    """The line of each row below the heading, and its cells, one a column; rows without a word are left out."""
    rows = _Rows(stream, Dialect(archive.separator, archive.escape), limits)
    rows.next()
    width, whole = len(archive.columns), True
    while (cells := rows.next()) is not None:
        if isinstance(cells, Refused):
            yield rows.line, cells
            whole = False  # what follows is the rest of it, until a row has all its cells
        elif len(cells) == width:
            whole = True
            if any(cells):
                yield rows.line, cells
        else:
            fitted = _fitted(cells, width, archive.separator)
            if isinstance(fitted, Refused) or (fitted and whole):
                yield rows.line, fitted


def _numbered(name: str, count: int) -> str:
    return name if count == 1 else f"{name} ({count})"


def _fitted(cells: list[str], width: int, separator: str) -> list[str] | Refused:
    """A row with too few or too many cells; none where all of them are empty."""
    if not any(cell.strip() for cell in cells):
        return []
    if len(cells) > width and any(cell.strip() for cell in cells[width:]):
        sign = NAMED.get(separator, repr(separator))
        return Refused(f"a row must have {width} cells, as the heading has, was: {len(cells)}: quote cells with {sign}")
    return [*cells[:width], *[""] * (width - len(cells))]


def _reader(lines: Iterator[str], dialect: Dialect) -> Iterator[list[str]]:
    return csv.reader(
        lines,
        delimiter=dialect.separator,
        escapechar=dialect.escape,
        doublequote=dialect.escape is None,
        strict=True,
    )


class _TooLongError(Exception):
    """The row that is being read is longer than any row may be."""


class _Rows:
    """Rows of cells; where one breaks, the lines after its first are read again."""

    def __init__(self, stream: Bytes, dialect: Dialect, limits: Limits) -> None:
        csv.field_size_limit(max(csv.field_size_limit(), limits.record))
        self.line = 0  # on which the row begins that was given last
        self._limits = limits
        self._lines = lines_of(stream, longest=limits.record)
        self._waiting: deque[str | None] = deque()  # lines to be read again
        self._row: list[str | None] = []  # lines of the row that is being read; None = too long a one
        self._size = 0  # characters of it
        self._given = 0  # lines given to the reader, those to be read again taken back
        self._all = 0  # characters read of the stream
        self._again = 0  # characters read again
        self._reader = _reader(self, dialect)

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        """The next line, for the reader."""
        line = self._waiting.popleft() if self._waiting else self._fresh()
        self._given += 1
        self._row.append(line)
        self._size += len(line or "")
        if line is None or self._size > self._limits.record or len(self._row) > MOST_LINES:
            raise _TooLongError
        return line

    def next(self) -> list[str] | Refused | None:
        """The cells of the next row that is not blank, or what is wrong with it; None at the end."""
        while True:
            self.line = self._given + 1
            self._row.clear()
            self._size = 0
            try:
                cells = next(self._reader)
            except StopIteration:
                return None
            except csv.Error as error:
                return self._broken(str(error))
            except _TooLongError:
                return self._too_long()
            if cells:
                return cells

    def _fresh(self) -> str | None:
        line = next(self._lines)
        if line is None:
            return None
        text = text_of(line)
        if not self._all:
            text = text.removeprefix(MARK)
        self._all += len(line)
        return text

    def _too_long(self) -> Refused:
        most = f"{megabytes(self._limits.record)} or {MOST_LINES:,} lines"
        self._broken("")
        return Refused(f"a row must not be over {most}: look for a quotation mark that is not closed, or cut the text")

    def _broken(self, said: str) -> Refused:
        """Take back all lines of the row but its first."""
        again = self._row[1:]
        self._again += sum(len(line or "") for line in again)
        if self._again > READ_AGAIN * self._limits.record + self._all:
            raise ArchiveError("the quotation marks must be closed, and too many are not: export the table again")
        self._waiting.extendleft(reversed(again))
        self._given -= len(again)
        return Refused(f"no row of CSV ({said}): look for a quotation mark that is not closed or not doubled")
