"""The only file that reads Parquet: a few rows at a time, and of the columns only those that are mapped.

Cells are as Python has them, objects for columns of structs. A damaged page ends the reading, after the rows before it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from advisor.archive.formats.opening import opened, read_whole
from advisor.archive.formats.packing import check_ratio
from advisor.archive.formats.shape import Fields, ObjectShape
from advisor.archive.formats.values import MOST_COLUMNS, Archive, Compression, Limits, Meter, Record, Refused, megabytes
from advisor.errors import ArchiveError

MAGIC = b"PAR1"
BATCH = 256  # rows that are decoded at once, at most
BATCH_SIZE = 16 * 2**20  # bytes that they may have, by the file's own word
BUFFER = 2**20  # bytes of a column that are read at once
SAMPLE = 200  # rows


def read_parquet(archive: Archive, meter: Meter, limits: Limits) -> Iterator[Record]:
    """The rows of a Parquet file."""
    shape = ObjectShape(archive)
    with _open(archive, limits) as table:
        meter.total = archive.path.stat().st_size
        for number, row in enumerate(_rows(table, archive, meter, limits), 1):
            where = f"{archive.path.name}, row {number}"
            yield where, row if isinstance(row, Refused) else shape.fields(row)


def sample_of(archive: Archive, limits: Limits) -> tuple[tuple[str, ...], list[Fields]]:
    """The columns, with those inside of structs, and the first rows."""
    with _open(archive, limits) as table:
        columns = table.columns()
        if len(columns) > MOST_COLUMNS:
            raise ArchiveError(
                f"a table must not have over {MOST_COLUMNS:,} columns, has {len(columns):,}: leave some out"
            )
        rows: list[Fields] = []
        size = 0
        for batch in table.batches(table.names):
            rows += [row for row in _objects(batch, limits) if isinstance(row, dict)]
            size += batch.nbytes
            if len(rows) >= SAMPLE or size > BATCH_SIZE:
                break
    return columns, [_flat(row) for row in rows[:SAMPLE]]


class _Table:
    """An open Parquet file."""

    def __init__(self, source: Any) -> None:
        import pyarrow.parquet

        self._file: Any = pyarrow.parquet.ParquetFile(source, buffer_size=BUFFER, pre_buffer=False)
        self._schema = self._file.schema_arrow
        texts = [field.name for field in self._schema if _is_text(field.type)]
        self._kept: Any = pyarrow.parquet.ParquetFile(source, read_dictionary=texts, pre_buffer=False)
        self.names: list[str] = self._schema.names
        self.rows: int = self._file.metadata.num_rows

    def columns(self) -> tuple[str, ...]:
        """The names of the columns, with those inside of structs."""
        return tuple(name for field in self._schema for name in _named(field))

    def top(self, column: str) -> str:
        """The column to be read for one that may be inside a struct."""
        return column if column in self.names else column.partition(".")[0]

    def batches(self, wanted: list[str]) -> Iterator[Any]:
        """Some rows at a time. Raises ArchiveError where the file is damaged."""
        import pyarrow

        for group in range(self._file.num_row_groups):
            try:
                size = self._batch_size(group, wanted)
                yield from self._file.iter_batches(size, row_groups=[group], columns=wanted, use_threads=False)
            except (pyarrow.ArrowException, OSError, ValueError) as error:
                raise ArchiveError(_damaged(error)) from error

    def _batch_size(self, group: int, wanted: list[str]) -> int:
        """Rows to decode at once: by their mean size, and fewer where a dictionary holds a giant text.

        A dictionary keeps a text once for many rows, and each row that is decoded has it whole.
        """
        told = self._file.metadata.row_group(group)
        rows = int(BATCH_SIZE / max(told.total_byte_size / max(told.num_rows, 1), 1))
        return max(1, min(BATCH, rows, BATCH_SIZE // self._longest_kept(group, wanted)))

    def _longest_kept(self, group: int, wanted: list[str]) -> int:
        """Bytes of the longest text in the dictionaries of a group, which come with its first row; 1 without any."""
        import pyarrow.compute

        first = next(self._kept.iter_batches(1, row_groups=[group], columns=wanted, use_threads=False), None)
        columns = first.columns if first is not None else ()
        kept = (one.dictionary for one in columns if pyarrow.types.is_dictionary(one.type))
        lengths = (pyarrow.compute.binary_length(one) for one in kept if _is_text(one.type))
        return max((pyarrow.compute.max(one).as_py() or 1 for one in lengths), default=1)


@contextmanager
def _open(archive: Archive, limits: Limits) -> Iterator[_Table]:
    """The file, open; one that is packed is held whole, as its end must be read first."""
    import pyarrow

    plain = archive.compression is Compression.NONE and archive.member is None
    source = pyarrow.OSFile(str(archive.path)) if plain else pyarrow.BufferReader(_whole(archive, limits))
    with source:
        try:
            table = _Table(source)
        except (pyarrow.ArrowException, OSError, ValueError) as error:
            raise ArchiveError(f"{archive.path.name}: {_damaged(error)}") from error
        yield table


def _whole(archive: Archive, limits: Limits) -> bytes:
    with opened(archive, Meter(), limits) as stream:
        whole = read_whole(stream, limits.held)
    if whole is None:
        rule = f"a packed Parquet file must not be over {megabytes(limits.held)}"
        raise ArchiveError(f"{archive.path.name}: {rule}: unpack it first, as Parquet is packed in itself")
    return whole


def _rows(table: _Table, archive: Archive, meter: Meter, limits: Limits) -> Iterator[Fields | Refused]:
    wanted = sorted({table.top(column) for column in archive.mapping.values()})
    gone = next((column for column in wanted if column not in table.names), None)
    if gone is not None:
        there = ", ".join(table.names)
        raise ArchiveError(f"the column {gone} must be there, and is not: columns are {there}")
    given, unpacked = 0, 0
    for batch in table.batches(wanted):
        yield from _objects(batch, limits)
        given += batch.num_rows
        unpacked += batch.nbytes
        meter.done = meter.total * given // max(table.rows, 1)
        check_ratio(unpacked, meter.done, limits, cure="write its rows as CSV or JSON lines")


def _objects(batch: Any, limits: Limits) -> Iterator[Fields | Refused]:
    import pyarrow

    readable = pyarrow.schema([field.with_type(_readable(field.type)) for field in batch.schema])
    try:
        rows = pyarrow.Table.from_batches([batch]).cast(readable, safe=False).to_pylist()
    except (pyarrow.ArrowException, ValueError, OverflowError):
        yield from (_alone(batch.slice(place, 1)) for place in range(batch.num_rows))
        return
    for row in rows:
        yield _checked(row, limits)


def _alone(row: Any) -> Fields | Refused:
    """A row of a batch in which some value is none that Python knows."""
    try:
        [fields] = row.to_pylist()
    except (ValueError, OverflowError, ArithmeticError) as error:
        return Refused(f"a row must have values that can be read ({error}): mend or leave out this row")
    return {name: _plain(value) for name, value in fields.items()}


def _checked(row: Fields, limits: Limits) -> Fields | Refused:
    for name, value in row.items():
        kind = type(value)
        if kind is str and len(value) > limits.record:  # type: ignore[arg-type]
            return Refused(f"{name} must not be over {megabytes(limits.record)}: cut it")
        if kind is not str and value is not None:
            row[name] = _plain(value)
    return row


def _plain(value: object) -> object:
    """A value as JSON would have it."""
    if isinstance(value, dict):
        return {str(name): _plain(one) for name, one in value.items() if one is not None}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return str(value) if isinstance(value, timedelta) else value


def _readable(kind: Any) -> Any:
    """The same type with times no finer than Python's."""
    import pyarrow

    if pyarrow.types.is_timestamp(kind) and kind.unit == "ns":
        return pyarrow.timestamp("us", kind.tz)
    if pyarrow.types.is_struct(kind):
        return pyarrow.struct([field.with_type(_readable(field.type)) for field in kind])
    if pyarrow.types.is_list(kind):
        return pyarrow.list_(_readable(kind.value_type))
    return kind


def _named(field: Any) -> list[str]:
    import pyarrow

    inside = [f"{field.name}.{one.name}" for one in field.type] if pyarrow.types.is_struct(field.type) else []
    return [field.name, *inside]


def _flat(row: Fields) -> Fields:
    """A row with the values inside of its objects beside them."""
    inside = {
        f"{top}.{name}": one for top, value in row.items() if isinstance(value, dict) for name, one in value.items()
    }
    return {**row, **inside}


def _is_text(kind: Any) -> bool:
    import pyarrow

    of = pyarrow.types
    return bool(of.is_string(kind) or of.is_large_string(kind) or of.is_binary(kind) or of.is_large_binary(kind))


def _damaged(error: Exception) -> str:
    said = str(error).splitlines()[0] if str(error) else type(error).__name__
    return f"the Parquet file must be whole, and is damaged ({said[:200]}): copy or export it again"
