"""Parquet: read in pieces, structs as objects, times as ISO 8601; damage ends the reading after what is good."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest
from archive_samples import fields_at, parquet_of, rows_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advisor.archive.formats import BadRow, Format, Limits, Row, read_rows, recognise
from advisor.errors import ArchiveError

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
TICKETS = st.lists(
    st.fixed_dictionaries(
        {
            "id": TEXTS,
            "body": TEXTS,
            "tags": st.lists(TEXTS, min_size=1, max_size=2),
            "customer": st.fixed_dictionaries({"id": TEXTS, "email": TEXTS}),
        }
    ),
    min_size=1,
    max_size=9,
)


def written(folder: Path, content: bytes) -> Path:
    path = folder / "tickets"
    path.write_bytes(content)
    return path


def table(**columns: Any) -> bytes:
    sink = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.table(columns), sink)
    return sink.getvalue()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(tickets=TICKETS, group=st.integers(1, 4))
def test_what_is_written_as_parquet_is_read_back(tmp_path: Path, tickets: list[dict[str, Any]], group: int) -> None:
    archive = recognise(written(tmp_path, parquet_of(tickets, group=group)))
    assert archive.format is Format.PARQUET
    assert [row.fields if isinstance(row, Row) else row for row in rows_of(archive)] == tickets


def test_rows_are_counted_and_progress_reaches_the_end(tmp_path: Path) -> None:
    tickets = [{"id": str(number), "body": "words of it"} for number in range(2500)]
    reading = read_rows(recognise(written(tmp_path, parquet_of(tickets))))
    *_, last = reading
    assert last == Row(2500, "tickets, row 2500", tickets[-1])
    assert reading.done == reading.total > 0
    assert reading.whole


def test_values_of_a_table_become_values_of_the_wire(tmp_path: Path) -> None:
    at = datetime(2025, 3, 14, 9, 30, tzinfo=UTC)
    content = table(
        ticket_id=pyarrow.array([17.0, None]),
        description=["Help me please", "And me"],
        opened=pyarrow.array([at, None], pyarrow.timestamp("ns", "UTC")),
        contact=[{"email": "maya@brook.example", "age": 40}, None],
        mrr=[Decimal("336.50"), None],
        renewal_date=[date(2026, 11, 30), None],
        channel=pyarrow.array(["Web", "Twitter"]).dictionary_encode(),
        noise=[b"\xff", None],
    )
    archive = recognise(written(tmp_path, content))
    assert archive.mapping == {
        "id": "ticket_id",
        "body": "description",
        "created_at": "opened",
        "channel": "channel",
        "customer.email": "contact.email",
        "account.monthly_revenue": "mrr",
        "account.renews_on": "renewal_date",
    }
    assert [row.fields for row in rows_of(archive) if isinstance(row, Row)] == [
        {
            "id": "17",
            "body": "Help me please",
            "created_at": "2025-03-14T09:30:00+00:00",
            "channel": "portal",
            "customer": {"email": "maya@brook.example"},
            "account": {"monthly_revenue": 336.5, "renews_on": "2026-11-30"},
        },
        {"body": "And me", "channel": "social"},
    ]


def test_a_file_of_another_schema_is_refused_with_its_columns(tmp_path: Path) -> None:
    path = written(tmp_path, table(price=[1, 2], amount=[3, 4]))
    rule = r"tickets: a column must hold the ticket's words \(body, subject, messages\), there are: price, amount"
    with pytest.raises(ArchiveError, match=rule):
        recognise(path)
    with pytest.raises(ArchiveError, match=r"no column is called 'Text' \(for body\): columns are price, amount"):
        recognise(path, mapping={"body": "Text"})


def test_a_column_that_is_gone_when_it_is_read_is_named(tmp_path: Path) -> None:
    archive = recognise(written(tmp_path, table(id=["1"], body=["x"])))
    written(tmp_path, table(id=["1"], words=["x"]))
    reason = "the column body must be there, and is not: columns are id, words"
    assert rows_of(archive) == [BadRow(1, "tickets", reason)]


def test_a_field_longer_than_any_may_be_is_refused(tmp_path: Path) -> None:
    archive = recognise(written(tmp_path, table(id=["1", "2"], body=["x" * 5000, "short"])))
    assert rows_of(archive, Limits(record=1000)) == [
        BadRow(1, "tickets, row 1", "body must not be over 1,000 bytes: cut it"),
        Row(2, "tickets, row 2", {"id": "2", "body": "short"}),
    ]


def test_a_giant_text_that_a_dictionary_keeps_once_for_all_rows_does_not_fill_the_memory(tmp_path: Path) -> None:
    giant = pyarrow.DictionaryArray.from_arrays(pyarrow.array([0, 1] * 500, pyarrow.int32()), ["short", "x" * 2**23])
    sink = io.BytesIO()
    columns = {"id": [str(number) for number in range(1000)], "body": giant}
    pyarrow.parquet.write_table(pyarrow.table(columns), sink, dictionary_pagesize_limit=2**30)
    archive = recognise(written(tmp_path, sink.getvalue()))
    before = pyarrow.total_allocated_bytes()
    reading = read_rows(archive, limits=Limits(record=1000, ratio=10**9))
    assert next(reading) == Row(1, "tickets, row 1", {"id": "0", "body": "short"})
    assert next(reading) == BadRow(2, "tickets, row 2", "body must not be over 1,000 bytes: cut it")
    assert pyarrow.total_allocated_bytes() - before < 2**26
    *_, last = read_rows(archive, limits=Limits(record=1000))
    assert isinstance(last, BadRow)
    assert last.reason.startswith("a byte must not unpack to over 200, as in a zip bomb")


def test_a_value_that_cannot_be_read_costs_its_own_row(tmp_path: Path) -> None:
    days = pyarrow.array([10**9, 20_000], pyarrow.int32()).view(pyarrow.date32())
    first, second = fields_at(written(tmp_path, table(id=["1", "2"], body=["a b", "c d"], created=days)))
    assert isinstance(first, str)
    assert first.startswith("a row must have values that can be read (")
    assert second == {"id": "2", "body": "c d", "created_at": "2024-10-04"}


def test_a_file_that_is_not_whole_is_refused(tmp_path: Path) -> None:
    whole = parquet_of([{"id": "1", "body": "x"}])
    with pytest.raises(ArchiveError, match="tickets: the Parquet file must be whole, and is damaged"):
        recognise(written(tmp_path, whole[:-10]))


def test_of_a_damaged_file_the_rows_before_are_given(tmp_path: Path) -> None:
    tickets = [{"id": str(number), "body": f"words {number}"} for number in range(3000)]
    content = bytearray(parquet_of(tickets, group=1000))
    archive = recognise(written(tmp_path, bytes(content)))
    start = pyarrow.parquet.ParquetFile(archive.path).metadata.row_group(2).column(1).data_page_offset
    content[start : start + 400] = b"\xff" * 400
    written(tmp_path, bytes(content))
    reading = read_rows(archive)
    *good, last = reading
    assert [row.fields for row in good if isinstance(row, Row)] == tickets[:2000]
    assert isinstance(last, BadRow)
    assert last.reason.startswith("the Parquet file must be whole, and is damaged (")
    assert not reading.whole
