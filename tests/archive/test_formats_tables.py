"""CSV: separators, quotes, encodings, and rows that cost themselves only."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from archive_samples import csv_of, fields_at, rows_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advisor.archive.formats import BadRow, DateOrder, Format, Limits, Row, read_rows, recognise
from advisor.archive.formats.lines import lines_of

CELLS = st.text(
    st.characters(codec="utf-8", exclude_characters="\0\r", exclude_categories=["Cs"]), min_size=1, max_size=30
).filter(lambda text: text.strip() != "")
UNCLOSED = "no row of CSV (unexpected end of data): look for a quotation mark that is not closed or not doubled"


def written(folder: Path, content: bytes | str) -> Path:
    path = folder / "tickets.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


class Slow(io.BytesIO):
    """Gives a few bytes at a time, as a packed file may."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(3)


@given(st.lists(st.sampled_from([b"a", b"bc", b"\n", b"\r\n", b"\r"]), max_size=30))
def test_lines_are_cut_at_their_ends_however_the_bytes_come(parts: list[bytes]) -> None:
    content = b"".join(parts)
    assert list(lines_of(Slow(content), longest=100)) == content.splitlines(keepends=True)
    short = [line if len(line) <= 4 else None for line in content.splitlines(keepends=True)]
    assert list(lines_of(Slow(content), longest=4)) == short


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
@given(bodies=st.lists(CELLS, min_size=1, max_size=5))
def test_what_is_written_as_csv_is_read_back(tmp_path: Path, separator: str, bodies: list[str]) -> None:
    rows = [{"id": f"T{place}", "body": body} for place, body in enumerate(bodies)]
    assert fields_at(written(tmp_path, csv_of(rows, separator=separator))) == rows


def test_each_row_is_called_by_the_line_on_which_it_begins(tmp_path: Path) -> None:
    path = written(tmp_path, 'id,body\r\n1,"two\r\nlines"\r\n\r\n2,one\r\n')
    assert rows_of(recognise(path)) == [
        Row(1, "tickets.csv, line 2", {"id": "1", "body": "two\r\nlines"}),
        Row(2, "tickets.csv, line 5", {"id": "2", "body": "one"}),
    ]


def test_cells_become_fields_of_the_wire(tmp_path: Path) -> None:
    heading = "id,body,created_at,channel,tags,csat,customer.email,account.licences,account.usage,handled.action"
    row = 'T1,Help me please,14.03.2025 09:30,Phone call,"vip, eu",4.5,Maya <m@brook.example>,"1,200",85%,Article'
    assert fields_at(written(tmp_path, f"{heading}\n{row}\n")) == [
        {
            "id": "T1",
            "body": "Help me please",
            "created_at": "2025-03-14T09:30:00",
            "channel": "phone",
            "tags": ["vip", "eu"],
            "csat": 4.5,
            "customer": {"email": "m@brook.example"},
            "account": {"licences": 1200, "usage": 0.85},
            "handled": {"action": "self_service"},
        }
    ]


def test_empty_cells_say_nothing_but_an_empty_text_stays_one(tmp_path: Path) -> None:
    assert fields_at(written(tmp_path, "id,body,priority\n1,,\n2,x, high \n")) == [
        {"id": "1", "body": ""},
        {"id": "2", "body": "x", "priority": "high"},
    ]


def test_a_line_that_is_not_utf8_in_a_file_that_is_counts_as_good(tmp_path: Path) -> None:
    path = written(tmp_path, "\ufeffid,body\n1,café für Zoë\n2,Straße\n".encode() + "3,café\n4,“né”\n".encode("cp1252"))
    archive = recognise(path)
    assert archive.encoding == "utf-8"
    bodies = [row.fields["body"] for row in rows_of(archive) if isinstance(row, Row)]
    assert bodies == ["café für Zoë", "Straße", "café", "“né”"]


def test_windows_1252_and_utf16_are_recognised(tmp_path: Path) -> None:
    text = "id;body\n1;Größe “M”\n2;né\n"
    windows = recognise(written(tmp_path, text.encode("cp1252")))
    assert (windows.encoding, [r.fields["body"] for r in rows_of(windows) if isinstance(r, Row)]) == (
        "cp1252",
        ["Größe “M”", "né"],
    )
    excel = recognise(written(tmp_path, text.replace(";", "\t").encode("utf-16")))
    assert (excel.encoding, excel.separator) == ("utf-16", "\t")
    assert [r.fields for r in rows_of(excel) if isinstance(r, Row)] == [
        {"id": "1", "body": "Größe “M”"},
        {"id": "2", "body": "né"},
    ]


def test_bytes_that_windows_1252_leaves_free_are_read_as_latin_1(tmp_path: Path) -> None:
    assert fields_at(written(tmp_path, b"id,body\n1,a \x81 b\n")) == [{"id": "1", "body": "a \x81 b"}]


def test_quotation_marks_behind_a_backslash_are_told_by_the_first_rows(tmp_path: Path) -> None:
    path = written(tmp_path, 'id,body\n1,"say \\"hi\\", please"\n2,x\n')
    assert fields_at(path) == [{"id": "1", "body": 'say "hi", please'}, {"id": "2", "body": "x"}]
    assert fields_at(written(tmp_path, 'id,body\n1,"in C:\\"\n2,x\n')) == [
        {"id": "1", "body": "in C:\\"},
        {"id": "2", "body": "x"},
    ]


def test_a_row_with_too_many_cells_is_refused_and_one_with_too_few_is_filled(tmp_path: Path) -> None:
    path = written(tmp_path, "id,body,status\n1,a,open,x\n2,b\n3,c,open,\n")
    assert fields_at(path) == [
        "a row must have 3 cells, as the heading has, was: 4: quote cells with ','",
        {"id": "2", "body": "b"},
        {"id": "3", "body": "c", "status": "open"},
    ]


def test_a_quotation_mark_that_is_not_closed_costs_its_own_row(tmp_path: Path) -> None:
    assert fields_at(written(tmp_path, 'id,body\n1,"never closed\n2,two\n3,three\n')) == [
        UNCLOSED,
        {"id": "2", "body": "two"},
        {"id": "3", "body": "three"},
    ]


def test_the_rest_of_a_broken_row_is_no_row(tmp_path: Path) -> None:
    path = written(tmp_path, 'id,body,status\n1,"a stray " mark\non two lines",open\n2,b,open\n3,c\n')
    rows = rows_of(recognise(path))
    assert rows[0] == BadRow(
        1,
        "tickets.csv, line 2",
        "no row of CSV (',' expected after '\"'): look for a quotation mark that is not closed or not doubled",
    )
    assert [row.fields for row in rows[1:] if isinstance(row, Row)] == [
        {"id": "2", "body": "b", "status": "open"},
        {"id": "3", "body": "c"},
    ]


def test_a_row_longer_than_any_may_be_is_refused_and_the_reading_goes_on(tmp_path: Path) -> None:
    lines = [
        "id,body",
        "1,short",
        "2," + "x" * 5000,
        "3,ok",
        '4,"' + "y\n" * 3000 + 'y"',
        "5,ok",
        '6,"' + "z" * 2500,
        "7,ok",
    ]
    archive = recognise(written(tmp_path, "\n".join(lines)))
    rule = "a row must not be over 2,000 bytes or 100,000 lines"
    too_long = f"{rule}: look for a quotation mark that is not closed, or cut the text"
    came = [
        r.fields["id"] if isinstance(r, Row) else (r.where, r.reason) for r in rows_of(archive, Limits(record=2000))
    ]
    assert came == [
        "1",
        ("tickets.csv, line 3", too_long),
        "3",
        ("tickets.csv, line 5", too_long),
        "5",
        ("tickets.csv, line 3007", too_long),
        "7",
    ]


def test_quotation_marks_broken_all_over_end_the_reading_before_they_take_for_ever(tmp_path: Path) -> None:
    archive = recognise(written(tmp_path, "id,body\n1,x\n" + 'x","\n' * 20_000))
    *rows, last = read_rows(archive, limits=Limits(record=10_000))
    assert rows[0] == Row(1, "tickets.csv, line 2", {"id": "1", "body": "x"})
    reason = "the quotation marks must be closed, and too many are not: export the table again"
    assert last == BadRow(len(rows) + 1, "tickets.csv", reason)


def test_columns_without_a_name_or_with_the_same_are_told_apart(tmp_path: Path) -> None:
    archive = recognise(written(tmp_path, "id,body,Labels,Labels,,\n1,x,a,b,c,d\n"))
    assert archive.columns == ("id", "body", "Labels", "Labels (2)", "column 5", "column 6")
    assert [row.fields for row in rows_of(archive) if isinstance(row, Row)] == [{"id": "1", "body": "x", "tags": ["a"]}]


def test_dates_that_contradict_the_order_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "id,body,created_at\n1,x,03/14/2025\n2,y,14/03/2025\n3,z,04/05/2025\n")
    assert fields_at(path) == [
        {"id": "1", "body": "x", "created_at": "2025-03-14"},
        "dates are read month first here, was: 14/03/2025: mend it, or ask for day first",
        {"id": "3", "body": "z", "created_at": "2025-04-05"},
    ]
    asked = recognise(path, dates=DateOrder.DAY_FIRST)
    assert [row.fields["created_at"] for row in rows_of(asked) if isinstance(row, Row)] == ["2025-03-14", "2025-05-04"]


def test_a_map_goes_before_what_would_be_guessed(tmp_path: Path) -> None:
    path = written(tmp_path, "id,body,Customer voice,status\n1,x,y,open\n")
    archive = recognise(path, format=Format.CSV, mapping={"body": "customer voice", "status": ""})
    assert archive.mapping == {"id": "id", "body": "Customer voice"}
    assert [row.fields for row in rows_of(archive) if isinstance(row, Row)] == [{"id": "1", "body": "y"}]
