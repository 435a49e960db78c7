"""What is no archive of tickets is refused with a sentence that says what came, the rule and the cure."""

from __future__ import annotations

import os
from datetime import UTC
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from archive_samples import csv_of, jsonl_of, rows_of

from advisor.archive.formats import BadRow, DateOrder, Dates, Format, Row, recognise, ticket_of
from advisor.archive.formats.dates import iso, looks_dated, order_of
from advisor.archive.formats.values import OrderBy
from advisor.errors import AdvisorError, ArchiveError
from advisor.types import Ticket


def written(folder: Path, content: bytes, *, name: str = "archive") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "archive must hold tickets, and is empty: export it again"),
        (b"\xef\xbb\xbf \r\n ", "archive must hold tickets, and is empty: export it again"),
        (
            b"\x89\xfe\0\1",
            "archive: an archive must be text, Parquet or packed by gzip, bz2, xz, zstd or zip, was: binary",
        ),
        (b"7z\xbc\xaf'\x1c\0\4", "archive must hold tickets, was: a 7z file: unpack it first"),
        (b"\xd0\xcf\x11\xe0\0", "archive must hold tickets, was: an old office or Outlook file: save it as CSV UTF-8"),
        (b"x" * 257 + b"ustar\0", "archive must hold tickets, was: a tar file: unpack it first"),
        (b"<html><body>x", "archive must hold tickets, was: HTML or XML: export the tickets as CSV or JSON"),
        (
            b"hello",
            "archive is of no known format: name it with --format (csv, jsonl, json, parquet, mbox, eml, zendesk",
        ),
        (
            b"hello world\nand more",
            "archive: a column must hold the ticket's words (body, subject, messages), there are: ",
        ),
        (
            b"1;maya@brook.example;Hello\n",
            "archive: the first line must name the columns, was: 'maya@brook.example': write a heading above it",
        ),
        (
            b"I cannot log in any more since you sent me that code\tlogin\n",
            "archive: the first line must name the columns, was: 'I cannot log in any more",
        ),
        (b"a," * 9_999 + b"\n", "archive: a table must not have over 2,000 columns, has 10,000: leave some out"),
        (b"price,amount\n1,2\n", "archive: a column must hold the ticket's words"),
        (
            b'[{"price": 5}]',
            "archive: a column must hold the ticket's words (body, subject, messages), there are: price",
        ),
        (b"\x1f\x8b\x08", "archive: the file must be whole, and ends early: copy or export it again"),
    ],
)
def test_what_is_no_archive_is_refused(tmp_path: Path, content: bytes, sentence: str) -> None:
    with pytest.raises(ArchiveError) as told:
        recognise(written(tmp_path, content))
    assert str(told.value).startswith(sentence)
    assert isinstance(told.value, AdvisorError)


def test_what_is_not_there_or_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="nothing does not exist: check the path"):
        recognise(tmp_path / "nothing")
    with pytest.raises(ArchiveError, match=r"is a folder, and must hold mails as \.eml files, holds none: name a file"):
        recognise(tmp_path)
    with pytest.raises(ArchiveError, match="is a folder, and csv is read from a file: name the file"):
        recognise(tmp_path, format=Format.CSV)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ArchiveError, match="pipe must be a file or a folder, and is neither: copy it into a file"):
        recognise(tmp_path / "pipe")


def test_a_map_is_checked(tmp_path: Path) -> None:
    table = written(tmp_path, csv_of([{"id": "1", "text": "x"}]))
    with pytest.raises(
        ArchiveError, match="a map must name a field of a ticket, was: 'bodyy': fields are id, subject, "
    ):
        recognise(table, mapping={"bodyy": "text"})
    with pytest.raises(ArchiveError, match=r"archive: no column is called 'words' \(for body\): columns are id, text"):
        recognise(table, mapping={"body": "words"})
    with pytest.raises(ArchiveError, match="a column must hold the ticket's words"):
        recognise(table, mapping={"body": ""})
    export = written(tmp_path, jsonl_of([{"id": 1, "submitter_id": 5}]), name="export")
    with pytest.raises(ArchiveError, match="export: a map is for tables, was given for zendesk: leave it out"):
        recognise(export, mapping={"body": "text"})


def test_a_format_that_is_asked_for_is_believed(tmp_path: Path) -> None:
    path = written(tmp_path, jsonl_of([{"id": 1, "submitter_id": 5, "subject": "x"}]))
    assert recognise(path).format is Format.ZENDESK
    archive = recognise(path, format=Format.JSONL)
    assert [row.fields for row in rows_of(archive) if isinstance(row, Row)] == [
        {"id": 1, "submitter_id": 5, "subject": "x"}
    ]


def test_a_row_becomes_a_ticket_or_a_bad_row(tmp_path: Path) -> None:
    path = written(tmp_path, b"id,body,created_at,channel\n1,x,2025-03-14 09:30,email\n2,y,soon,pigeon\n")
    good, bad = rows_of(recognise(path))
    assert isinstance(good, Row)
    assert isinstance(bad, Row)
    ticket = ticket_of(good, ZoneInfo("Europe/Berlin"))
    assert isinstance(ticket, Ticket)
    assert ticket.created_at is not None
    assert (ticket.id, ticket.body, ticket.created_at.isoformat()) == ("1", "x", "2025-03-14T09:30:00+01:00")
    came = ticket_of(bad, UTC)
    rule = "created_at must be a date such as 2026-03-01 or 2026-03-01T09:30:00Z, was: 'soon'"
    assert came == BadRow(2, "archive, line 3", rule)
    assert str(came) == f"archive, line 3: {rule}"


@pytest.mark.parametrize(
    ("came", "read"),
    [
        ("2025-03-14", "2025-03-14"),
        ("2025-03-14 09:30:00 UTC", "2025-03-14T09:30:00+00:00"),
        ("2025-03-14 09:30 +0100", "2025-03-14T09:30:00+0100"),
        ("2025/03/14 09:30", "2025-03-14T09:30:00"),
        ("14.03.2025", "2025-03-14"),
        ("3.4.25, 9:05 Uhr", "2025-04-03T09:05:00"),
        ("03/04/2025 09:30", "2025-04-03T09:30:00"),
        ("3/4/25 9:05 PM", "2025-04-03T21:05:00"),
        ("12/11/2025 12:00 am", "2025-11-12T00:00:00"),
        ("14 Mar 2025 09:30", "2025-03-14T09:30:00"),
        ("14/Mar/25 9:30 AM", "2025-03-14T09:30:00"),
        ("Friday, March 14th, 2025 at 9:30 AM", "2025-03-14T09:30:00"),
        ("Fri, 14 Mar 2025 09:30:00 GMT", "2025-03-14T09:30:00+00:00"),
        ("Fri Mar 14 09:30:00 +0000 2025", "2025-03-14T09:30:00+0000"),
        ("Mar 14, 2025 9:30 AM PDT", "2025-03-14T09:30:00-07:00"),
        ("1741944600", "2025-03-14T09:30:00+00:00"),
        (1741944600123, "2025-03-14T09:30:00.123000+00:00"),
        (1741944600.5, "2025-03-14T09:30:00.500000+00:00"),
        ("31/02/2025", "31/02/2025"),
        ("13:30 AM 2025", "13:30 AM 2025"),
        ("Mar 14, 2025 9:30 AM XYZ", "Mar 14, 2025 9:30 AM XYZ"),
        ("12345", "12345"),
        ("1/1/2025" + " " * 100_000 + "x", "1/1/2025" + " " * 100_000 + "x"),
        (float("inf"), float("inf")),
        (True, True),
    ],
)
def test_dates_are_read_as_exports_write_them(came: object, read: object) -> None:
    assert iso(came) == read


def test_the_order_of_day_and_month_is_told_by_the_rows() -> None:
    day, month = DateOrder.DAY_FIRST, DateOrder.MONTH_FIRST
    assert order_of(["03/04/2025", "14/03/2025"]) == Dates(day, OrderBy.VALUE, "14/03/2025")
    assert order_of(["3-4-25", "3-14-25", 5, None]) == Dates(month, OrderBy.VALUE, "3-14-25")
    assert order_of(["03/04/2025", "03/05/2025 9:30 PM"]) == Dates(month, OrderBy.VALUE, "03/05/2025 9:30 PM")
    assert order_of(["03/04/2025"]) == Dates(day, OrderBy.NOTHING, "03/04/2025")
    assert order_of(["2025-03-14", "14.03.2025"]) == Dates(day, OrderBy.UNUSED, None)
    assert looks_dated("14/03/2025")
    assert looks_dated("03/14/2025")
    assert not looks_dated("May I ask")
