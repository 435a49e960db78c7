"""Results as files: JSON lines, CSV or Parquet by the ending of the name; the same rows give the same bytes.

The columns are the fields of `Row` in their order. In CSV nothing is an empty cell, lists are joined by a blank (one
inside an item is written `%20`), and a text that a spreadsheet would take for a formula has an apostrophe in front,
which reading takes away again. Parquet keeps times in UTC.
"""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, get_args, get_type_hints

import msgspec

from advisor.archive.result import Row
from advisor.errors import ResultError

if TYPE_CHECKING:
    import pyarrow

ENDINGS = (".jsonl", ".jsonl.gz", ".json", ".json.gz", ".csv", ".csv.gz", ".parquet")
CURE = "score its archive again with this version"
GROUP = 50_000  # rows of a row group of Parquet; all but the last are full, so that batches do not show in the bytes
BATCH = 5_000  # rows read from Parquet at once
PRESSED = 5  # of 1 fast to 9 small
FORMULA = ("=", "+", "-", "@", "\t", "\r", "'")
"""Beginnings of a text that are written with an apostrophe in front."""

_json = msgspec.json.Encoder()


class ResultWriter(Protocol):
    """Takes the rows of a result in their order; the file is whole once it is closed."""

    def write(self, rows: Sequence[Row], /) -> None:
        """Add rows."""

    def write_lines(self, lines: bytes, /) -> None:
        """Add rows as `encoded` gives them."""

    def close(self) -> None:
        """Write what is waiting."""


def encoded(rows: Sequence[Row]) -> bytes:
    """Rows as JSON lines, each with its line end."""
    return _json.encode_lines(rows)


def ending_of(path: Path) -> str:
    """The ending that says how a result is written; ResultError for any other."""
    name = path.name.lower()
    found = [ending for ending in ENDINGS if name.endswith(ending)]
    if not found:
        raise ResultError(f"the name of a result must end in one of {', '.join(ENDINGS)}, was: {path.name}")
    return found[0]


def open_writer(path: Path, ending: str) -> ResultWriter:
    """A writer into a file of any name, in the way that the ending says; a file that is there is replaced."""
    if ending not in ENDINGS:
        raise ResultError(f"a result must be written as one of {', '.join(ENDINGS)}, was: {ending}")
    if ending == ".parquet":
        return _ParquetWriter(path)
    return _CsvWriter(path, ending) if ending.startswith(".csv") else _LinesWriter(path, ending)


def read_result(path: Path) -> Iterator[Row]:
    """The rows of a result, one after the other; further columns are passed over.

    Raises ResultError, with the row, where the file is cut, is no result, or lacks a column.
    """
    ending = ending_of(path)
    if ending == ".parquet":
        return _parquet_rows(path)
    return _csv_rows(path, ending) if ending.startswith(".csv") else _line_rows(path, ending)


class _LinesWriter:
    """Writes JSON lines."""

    def __init__(self, path: Path, ending: str) -> None:
        self._opened = ExitStack()
        self._file = _opened_to_write(path, ending, self._opened)

    def write(self, rows: Sequence[Row], /) -> None:
        self.write_lines(encoded(rows))

    def write_lines(self, lines: bytes, /) -> None:
        self._file.write(lines)

    def close(self) -> None:
        self._opened.close()


class _CsvWriter:
    """Writes CSV as RFC 4180 says, in UTF-8."""

    def __init__(self, path: Path, ending: str) -> None:
        self._opened = ExitStack()
        file = _opened_to_write(path, ending, self._opened)
        text = self._opened.enter_context(io.TextIOWrapper(file, encoding="utf-8", newline=""))
        self._table = csv.writer(text)
        self._table.writerow(_columns())

    def write(self, rows: Sequence[Row], /) -> None:
        columns = [(attrgetter(name), kind.cell) for name, kind in _columns().items()]
        self._table.writerows([cell(value(row)) for value, cell in columns] for row in rows)

    def write_lines(self, lines: bytes, /) -> None:
        self.write(_decoded(lines))

    def close(self) -> None:
        self._opened.close()


class _ParquetWriter:
    """Writes Parquet in row groups of one size."""

    def __init__(self, path: Path) -> None:
        from pyarrow.parquet import ParquetWriter

        self._schema = _schema()
        self._file = ParquetWriter(path, self._schema, compression="zstd")
        self._waiting: list[Row] = []

    def write(self, rows: Sequence[Row], /) -> None:
        self._waiting += rows
        while len(self._waiting) >= GROUP:
            self._write_group(self._waiting[:GROUP])
            del self._waiting[:GROUP]

    def write_lines(self, lines: bytes, /) -> None:
        self.write(_decoded(lines))

    def close(self) -> None:
        if self._waiting:
            self._write_group(self._waiting)
            self._waiting.clear()
        self._file.close()

    def _write_group(self, rows: Sequence[Row]) -> None:
        import pyarrow

        arrays = [pyarrow.array([getattr(row, one.name) for row in rows], one.type) for one in self._schema]
        self._file.write_table(pyarrow.Table.from_arrays(arrays, schema=self._schema), row_group_size=GROUP)


def _line_rows(path: Path, ending: str) -> Iterator[Row]:
    decode = msgspec.json.Decoder(Row).decode
    with _opened_to_read(path, ending) as file:
        for number, line in enumerate(file, start=1):
            try:
                row = decode(line)
            except (msgspec.MsgspecError, UnicodeDecodeError) as error:
                raise _no_row(path, number, error) from error
            yield row


def _csv_rows(path: Path, ending: str) -> Iterator[Row]:
    with _opened_to_read(path, ending) as file:
        table = csv.reader(_whole_lines(file), strict=True)
        heading = _cells(path, table, 0) or []
        _check_columns(path, heading)
        columns = [(heading.index(name), name, kind.value) for name, kind in _columns().items()]
        number = 1
        while (cells := _cells(path, table, number)) is not None:
            try:
                row = Row(**{name: value(cells[place]) for place, name, value in columns})
            except (ValueError, IndexError) as error:
                raise _no_row(path, number, error) from error
            yield row
            number += 1


def _parquet_rows(path: Path) -> Iterator[Row]:
    import pyarrow
    from pyarrow.parquet import ParquetFile

    with path.open("rb") as file:
        number = 1
        try:
            opened = ParquetFile(file)
            _check_columns(path, opened.schema_arrow.names)
            for batch in opened.iter_batches(BATCH, columns=list(_columns())):
                table = pyarrow.Table.from_batches([batch]).select(list(_columns())).cast(_schema())
                yield from _rows_of({name: table[name].to_pylist() for name in table.column_names})
                number += len(table)
        except (pyarrow.ArrowException, OSError, ValueError) as error:
            raise _no_row(path, number, error) from error


def _rows_of(columns: dict[str, list[Any]]) -> Iterator[Row]:
    for values in zip(*columns.values(), strict=True):
        cells: Iterator[Any] = (tuple(value) if isinstance(value, list) else value for value in values)
        yield Row(**dict(zip(columns, cells, strict=True)))


def _cells(path: Path, table: Iterator[list[str]], number: int) -> list[str] | None:
    """The next row of CSV; None after the last."""
    try:
        return next(table, None)
    except (csv.Error, ValueError) as error:
        raise _no_row(path, number, error) from error


def _whole_lines(file: Iterable[bytes]) -> Iterator[str]:
    """The lines of a text; ValueError where the last one has no end, for it may be half a row."""
    mark = "\ufeff"  # that some programs put in front
    for line in file:
        if not line.endswith(b"\n"):
            raise ValueError("the file ends within a line")
        yield line.decode().removeprefix(mark)
        mark = ""


def _check_columns(path: Path, heading: Sequence[str]) -> None:
    missing = [name for name in _columns() if name not in heading]
    if missing:
        raise ResultError(f"{path}: a result must have the columns {', '.join(missing)}, which this lacks: {CURE}")


def _no_row(path: Path, number: int, error: Exception) -> ResultError:
    return ResultError(f"{path}, row {number:,}: is no row of a result or is cut ({error}): {CURE}")


def _decoded(lines: bytes) -> list[Row]:
    return msgspec.json.Decoder(Row).decode_lines(lines)


def _opened_to_write(path: Path, ending: str, opened: ExitStack) -> io.BufferedWriter:
    """The file; zipped without a name and a time, which would make the same rows differ."""
    file = opened.enter_context(path.open("wb"))
    if not ending.endswith(".gz"):
        return file
    return opened.enter_context(io.BufferedWriter(gzip.GzipFile("", "wb", PRESSED, file, mtime=0)))


@contextmanager
def _opened_to_read(path: Path, ending: str) -> Iterator[Iterable[bytes]]:
    """The file, unzipped; ResultError where that fails."""
    with path.open("rb") as file:
        if not ending.endswith(".gz"):
            yield file
            return
        try:
            with gzip.GzipFile(fileobj=file) as unzipped:
                yield unzipped
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise ResultError(f"{path}: cannot be unzipped or is cut ({error}): {CURE}") from error


@dataclass(frozen=True, slots=True)
class _Kind:
    """How the values of a column are written as cells of CSV, and read."""

    cell: Callable[[Any], str]
    value: Callable[[str], Any]
    arrow: str  # its type in Parquet


@cache
def _columns() -> dict[str, _Kind]:
    """The columns in their order."""
    return {name: _KINDS[kind] for name, kind in get_type_hints(Row).items()}


@cache
def _schema() -> pyarrow.Schema:
    """The columns of Parquet."""
    import pyarrow

    kinds = {"list": pyarrow.list_(pyarrow.string()), "time": pyarrow.timestamp("us", tz="UTC")}
    return pyarrow.schema(
        pyarrow.field(name, kinds.get(_KINDS[hint].arrow, _KINDS[hint].arrow), nullable=type(None) in get_args(hint))
        for name, hint in get_type_hints(Row).items()
    )


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text


def _plain(cell: str) -> str:
    return cell[1:] if cell.startswith("'") else cell


def _joined(items: tuple[str, ...]) -> str:
    return _harmless(" ".join(item.replace("%", "%25").replace(" ", "%20") for item in items))


def _parted(cell: str) -> tuple[str, ...]:
    return tuple(item.replace("%20", " ").replace("%25", "%") for item in _plain(cell).split(" ") if item)


def _moment(cell: str) -> datetime:
    at = datetime.fromisoformat(cell)
    if at.tzinfo is None:
        raise ValueError(f"a time must have its zone, was: {cell}")
    return at


def _truth(cell: str) -> bool:
    if cell not in ("true", "false"):
        raise ValueError(f"must be true or false, was: {cell}")
    return cell == "true"


_KINDS: dict[object, _Kind] = {
    str: _Kind(_harmless, _plain, "string"),
    str | None: _Kind(lambda text: _harmless(text or ""), lambda cell: _plain(cell) or None, "string"),
    int: _Kind(str, int, "int64"),
    float: _Kind(repr, float, "float64"),
    bool: _Kind(lambda is_so: str(is_so).lower(), _truth, "bool"),
    datetime: _Kind(datetime.isoformat, _moment, "time"),
    datetime | None: _Kind(
        lambda at: at.isoformat() if at is not None else "", lambda cell: _moment(cell) if cell else None, "time"
    ),
    tuple[str, ...]: _Kind(_joined, _parted, "list"),
}
