"""Rows of a company's labelled file, one after another: CSV, JSON lines and Parquet, also packed with gzip.

What a file is is known by how it begins, not by its name. Nothing is read whole, so that gigabytes pass through.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from itertools import count
from pathlib import Path

from index.progress import Progress, silent
from training.labelled_fields import (
    BadRow,
    LabelledError,
    Objects,
    Rows,
    as_object,
    from_object,
    from_objects,
    keys_of,
    made,
    mended,
    places,
)

PACKED, PARQUET, ZIPPED = b"\x1f\x8b", b"PAR1", b"PK\x03\x04"
LARGEST_CELL = 1 << 17  # characters; beyond it a quotation mark was never closed
LARGEST_LINE = 1 << 24  # characters of one line of JSON
LARGEST_ARRAY = 1 << 28  # bytes of a file that is one JSON array, which must be read whole
STEP = 4096  # rows between two steps of the bar


def raw_rows(path: Path, columns: Mapping[str, str], *, progress: Progress | None = None) -> Rows:
    """The rows of a file in their order; what cannot be read is a BadRow. Raises LabelledError for a whole file."""
    with opened(path) as file:
        start = file.peek(4)[:4] if isinstance(file, io.BufferedReader) else b""
        total = path.stat().st_size
        tell = Told(progress or silent, f"Reading {path.name}", total)
        if start.startswith(ZIPPED):
            raise LabelledError(f"{path} is a zip file or a spreadsheet: save it as CSV with a heading line")
        if start.startswith(PARQUET):
            yield from parquet_rows(path, columns, tell)
        elif start.startswith(PACKED):
            with gzip.open(file) as unpacked:
                rows = text_rows(path, io.BufferedReader(unpacked), columns, tell, file.tell)
                yield from unpacking(path, rows)
        else:
            yield from text_rows(path, file, columns, tell, file.tell)
        tell.end()


class Told:
    """Tells how many bytes were read, every so many rows."""

    def __init__(self, progress: Progress, what: str, total: int) -> None:
        self._progress, self._what, self._total, self._rows = progress, what, max(1, total), 0

    def __call__(self, place: Callable[[], int]) -> None:
        """One row more."""
        self._rows += 1
        if self._rows % STEP == 0:
            self._progress(self._what, min(place(), self._total - 1), self._total)

    def end(self) -> None:
        """All was read."""
        self._progress(self._what, self._total, self._total)


@contextmanager
def opened(path: Path) -> Iterator[io.BufferedReader]:
    """Open a file of bytes."""
    try:
        file = path.open("rb")
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise LabelledError(f"{path} cannot be read ({why}): name a CSV, JSON lines or Parquet file") from error
    with file:
        yield file


def unpacking(path: Path, rows: Rows) -> Rows:
    """The rows of a packed file; raises LabelledError where it is cut short or damaged."""
    try:
        yield from rows
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise LabelledError(
            f"{path} cannot be unpacked ({error}): it is cut short or damaged, copy it again"
        ) from error


def text_rows(
    path: Path, file: io.BufferedReader, columns: Mapping[str, str], tell: Told, place: Callable[[], int]
) -> Rows:
    """The rows of CSV or JSON."""
    start = file.peek(4096)[:4096]
    if start.startswith(PARQUET):
        raise LabelledError(f"{path} is Parquet packed with gzip: unpack it, Parquet is packed inside")
    encoding = encoding_of(start)
    if encoding.startswith("utf-8") and b"\0" in start:
        raise LabelledError(f"{path} is no text: it must be CSV, JSON lines or Parquet")
    errors = "surrogateescape" if encoding.startswith("utf-8") else "replace"
    first = start.decode(encoding, "replace").lstrip("\ufeff \t\r\n")[:1]
    with io.TextIOWrapper(file, encoding=encoding, errors=errors, newline="") as stream:
        if first == "{" and ".csv" not in path.name.lower():
            yield from from_objects(path, json_rows(stream, tell, place), columns)
        elif first == "[" and ".csv" not in path.name.lower():
            yield from from_objects(path, array_rows(path, stream), columns)
        else:
            yield from csv_rows(path, stream, columns, tell, place)


def encoding_of(start: bytes) -> str:
    """UTF-16 by its mark or its zeros, else UTF-8; single rows that are neither are mended later."""
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    evens, odds = start[::2].count(0), start[1::2].count(0)
    if odds > len(start) // 8 and not evens:
        return "utf-16-le"
    if evens > len(start) // 8 and not odds:
        return "utf-16-be"
    return "utf-8-sig"


def csv_rows(
    path: Path, stream: io.TextIOWrapper, columns: Mapping[str, str], tell: Told, place: Callable[[], int]
) -> Rows:
    """The rows of a CSV file, its heading being row 1."""
    csv.field_size_limit(LARGEST_CELL)
    heading_line = stream.readline(LARGEST_CELL)
    while heading_line and not heading_line.strip("\ufeff \t\r\n,;"):
        heading_line = stream.readline(LARGEST_CELL)
    separator, heading = heading_of(heading_line)
    text, topic = (places(path, heading, columns[field], field) for field in ("text", "topic"))
    for number, row in numbered(stream, separator, before=lambda: tell(place)):
        if isinstance(row, BadRow):
            yield row
        elif len(row) < len(heading) or any(cell.strip() for cell in row[len(heading) :]):
            yield BadRow(
                number,
                f"has {len(row)} cells, the heading has {len(heading)}: quote cells that hold {named(separator)}",
            )
        else:
            yield made(number, [row[at] for at in text], [row[at] for at in topic])


def heading_of(line: str) -> tuple[str, list[str]]:
    """The separator that a heading line uses, and its cells."""
    separator = max(",;\t|", key=outside_quotes(line).count)
    cells = next(csv.reader([line.lstrip("\ufeff")], delimiter=separator), [])
    return separator, [mended(cell)[0].strip() for cell in cells]


def numbered(
    stream: io.TextIOWrapper, separator: str, *, before: Callable[[], None] = lambda: None
) -> Iterator[tuple[int, list[str] | BadRow]]:
    """The rows of CSV below its heading, row 1, those without a word left out; `before` is called before each."""
    reader = csv.reader(stream, delimiter=separator, strict=True)
    for number in count(2):
        before()
        try:
            row = next(reader, None)
        except csv.Error as error:
            problem = BadRow(number, f"is no row of CSV ({error}): look for a quotation mark that is not closed")
            yield number, problem
            continue
        if row is None:
            return
        if any(cell.strip() for cell in row):
            yield number, row


def named(separator: str) -> str:
    """A separator in words."""
    return {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}[separator]


def outside_quotes(line: str) -> str:
    """A line without what stands between quotation marks."""
    return "".join(line.split('"')[::2])


def json_rows(stream: io.TextIOWrapper, tell: Told, place: Callable[[], int]) -> Objects:
    """The objects of JSON lines."""
    number = 0
    while line := stream.readline(LARGEST_LINE):
        number += 1
        tell(place)
        if line.strip("\ufeff \t\r\n"):
            yield number, decoded(line, number)


def decoded(line: str, number: int) -> dict[str, object] | BadRow:
    """One object of JSON lines."""
    try:
        row = json.loads(line.lstrip("\ufeff"))
    except (ValueError, RecursionError) as error:
        return BadRow(number, f"is no JSON ({error if isinstance(error, ValueError) else 'nested too deeply'})")
    return as_object(row, number)


def array_rows(path: Path, stream: io.TextIOWrapper) -> Objects:
    """The objects of a file that is one JSON array."""
    text = stream.read(LARGEST_ARRAY)
    if stream.read(1):
        raise LabelledError(f"{path} is one JSON array of over {LARGEST_ARRAY >> 20} MB: write JSON lines instead")
    try:
        content = json.loads(text.lstrip("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise LabelledError(f"{path} is no JSON ({error}): export it again, or write JSON lines") from error
    yield from ((number, as_object(row, number)) for number, row in enumerate(content, 1))


def parquet_rows(path: Path, columns: Mapping[str, str], tell: Told) -> Rows:
    """The rows of a Parquet file, some at a time."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ModuleNotFoundError as error:
        raise LabelledError(
            f"{path} is Parquet, which needs pyarrow: pip install pyarrow, or save it as CSV"
        ) from error
    try:
        table = pyarrow.parquet.ParquetFile(path, memory_map=True)
        fields = keys_of(path, list(table.schema_arrow.names), columns)
        number = 0
        batches = table.iter_batches(batch_size=STEP, columns=sorted({*fields[0], *fields[1]}))
        size, total = path.stat().st_size, max(1, table.metadata.num_rows)
        for batch in batches:
            for row in batch.to_pylist():
                number += 1
                tell(partial(int, size * number // total))
                yield from_object(number, row, fields)
    except (pyarrow.ArrowException, OSError) as error:
        raise LabelledError(f"{path} cannot be read as Parquet ({error}): export it again") from error
