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
from advisor.archive.formats.values import Archive, Compression, Limits, Meter, Record, Refused, megabytes
from advisor.errors import ArchiveError

MAGIC = b"PAR1"
BATCH = 256  # rows that are decoded at once, at most
BATCH_SIZE = 16 * 2**20  # bytes that they may have, by the file's own word
BUFFER = 2**20  # bytes of a column that are read at once
SAMPLE = 200  # rows


def read_parquet(archive: Archive, meter: Meter, limits: Limits) -> Iterator[Record]:
    """The rows of a Parquet file."""
    shape = ObjectShape(archive)
    with _parquet(archive, meter, limits) as file:
        for number, row in enumerate(_rows(file, archive, meter, limits), 1):
            where = f"{archive.path.name}, row {number}"
            yield where, row if isinstance(row, Refused) else shape.fields(row)


def sample_of(archive: Archive, limits: Limits) -> tuple[tuple[str, ...], list[Fields]]:
    """The columns, with those inside of structs, and the first rows."""
    meter = Meter()
    with _parquet(archive, meter, limits) as file:
        columns = [name for field in file.schema_arrow for name in _named(field)]
        rows: list[Fields] = []
        for batch in file.iter_batches(batch_size=_batch_size(file), use_threads=False):
            rows += [row for row in _objects(batch, limits) if isinstance(row, dict)]
            if len(rows) >= SAMPLE:
                break
    return tuple(columns), [_flat(row) for row in rows[:SAMPLE]]


@contextmanager
def _parquet(archive: Archive, meter: Meter, limits: Limits) -> Iterator[Any]:
    """The file, open; one that is packed is held whole, as its end must be read first."""
    import pyarrow
    import pyarrow.parquet

    if archive.compression is Compression.NONE and archive.member is None:
        meter.total = archive.path.stat().st_size
        source: Any = pyarrow.OSFile(str(archive.path))
    else:
        source = pyarrow.BufferReader(_whole(archive, limits))
        meter.total = archive.path.stat().st_size
    with source:
        try:
            file = pyarrow.parquet.ParquetFile(source, buffer_size=BUFFER, pre_buffer=False)
        except (pyarrow.ArrowException, OSError, ValueError) as error:
            raise ArchiveError(f"{archive.path.name}: {_damaged(error)}") from error
        yield file


def _whole(archive: Archive, limits: Limits) -> bytes:
    with opened(archive, Meter(), limits) as stream:
        whole = read_whole(stream, limits.held)
    if whole is None:
        rule = f"a packed Parquet file must not be over {megabytes(limits.held)}"
        raise ArchiveError(f"{archive.path.name}: {rule}: unpack it first, as Parquet is packed in itself")
    return whole


def _rows(file: Any, archive: Archive, meter: Meter, limits: Limits) -> Iterator[Fields | Refused]:
    wanted = sorted({_top(column, file) for column in archive.mapping.values()})
    for one in archive.mapping.values():
        if _top(one, file) not in file.schema_arrow.names:
            there = ", ".join(file.schema_arrow.names)
            raise ArchiveError(f"the column {one} must be there, and is not: columns are {there}")
    given, unpacked, all_rows = 0, 0, max(file.metadata.num_rows, 1)
    for batch in _batches(file, wanted):
        yield from _objects(batch, limits)
        given += batch.num_rows
        unpacked += batch.nbytes
        meter.done = meter.total * given // all_rows
        check_ratio(unpacked, max(meter.done, 1), limits)


def _batches(file: Any, wanted: list[str]) -> Iterator[Any]:
    import pyarrow

    size = _batch_size(file)
    for group in range(file.num_row_groups):
        try:
            yield from file.iter_batches(size, row_groups=[group], columns=wanted, use_threads=False)
        except (pyarrow.ArrowException, OSError, ValueError) as error:
            raise ArchiveError(_damaged(error)) from error


def _batch_size(file: Any) -> int:
    """Rows to decode at once, by the mean size of the largest group's rows."""
    groups = [file.metadata.row_group(place) for place in range(file.metadata.num_row_groups)]
    largest = max((group.total_byte_size / max(group.num_rows, 1) for group in groups), default=1.0)
    return max(1, min(BATCH, int(BATCH_SIZE / max(largest, 1))))


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


def _top(column: str, file: Any) -> str:
    """The column to be read for one that may be inside a struct."""
    return column if column in file.schema_arrow.names else column.partition(".")[0]


def _damaged(error: Exception) -> str:
    said = str(error).splitlines()[0] if str(error) else type(error).__name__
    return f"the Parquet file must be whole, and is damaged ({said[:200]}): copy or export it again"
