"""A result is read as it was written, in every format, and a file that is none is refused."""

from __future__ import annotations

import csv
import gzip
import json
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from result_builders import TUESDAY, row, written

from advisor.archive.result import Row
from advisor.archive.result_file import ENDINGS, encoded, ending_of, open_writer, read_result
from advisor.errors import ResultError

WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
LISTS = st.lists(WORDS, max_size=3).map(tuple)
TIMES = st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2090, 1, 1), timezones=st.just(UTC))
SHARES = st.floats(0, 1)
ROWS = st.builds(
    row,
    WORDS,
    row=st.integers(1, 10**9),
    source=WORDS,
    created_at=TIMES,
    persona=WORDS | st.none(),
    channel=st.sampled_from(["email", "phone", None]),
    respond_by=TIMES | st.none(),
    why=WORDS,
    p_resolve=SHARES,
    needed=SHARES,
    articles=LISTS,
    topic_known=st.booleans(),
    severity=st.floats(0, 4),
    signals=LISTS,
    wishes=LISTS,
)
MANY = tuple(row(f"t-{number}", row=number, wishes=("phone:refuses", "email:wants")) for number in range(1, 1001))


@pytest.mark.parametrize("ending", ENDINGS)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(rows=st.lists(ROWS, max_size=4))
def test_what_is_read_is_what_was_written(ending: str, tmp_path: Path, rows: list[Row]) -> None:
    path = tmp_path / f"result{ending}"
    assert list(read_result(written(path, *rows))) == rows


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_same_rows_give_the_same_bytes_whatever_their_batches_and_names(ending: str, tmp_path: Path) -> None:
    first, second = tmp_path / f"first{ending}", tmp_path / "second.part"
    written(first, *MANY)
    with closing(open_writer(second, ending)) as writer:
        for start in range(0, len(MANY), 7):
            writer.write_lines(encoded(MANY[start : start + 7]))
    assert second.read_bytes() == first.read_bytes()


def test_groups_of_parquet_are_full_whatever_the_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pyarrow.parquet import ParquetFile

    monkeypatch.setattr("advisor.archive.result_file.GROUP", 300)
    path = tmp_path / "result.parquet"
    with closing(open_writer(path, ".parquet")) as writer:
        writer.write(MANY[:450])
        writer.write(MANY[450:])
    kept = ParquetFile(path).metadata
    assert [kept.row_group(number).num_rows for number in range(kept.num_row_groups)] == [300, 300, 300, 100]
    assert list(read_result(path)) == list(MANY)


def test_csv_is_as_a_spreadsheet_reads_it(tmp_path: Path) -> None:
    told = row("=cmd", wishes=("phone:refuses", "email:wants"), articles=("a b", "c"), persona=None)
    path = written(tmp_path / "result.csv", told)
    with path.open(encoding="utf-8", newline="") as file:
        (found,) = csv.DictReader(file)
    assert list(found)[:4] == ["row", "source", "ticket_id", "created_at"]
    shown = {name: found[name] for name in ("ticket_id", "created_at", "persona", "topic_known", "wishes", "articles")}
    assert shown == {
        "ticket_id": "'=cmd",
        "created_at": "2026-03-03T10:00:00+00:00",
        "persona": "",
        "topic_known": "true",
        "wishes": "phone:refuses email:wants",
        "articles": "a%20b c",
    }
    assert list(read_result(path)) == [told]


def test_a_time_of_another_zone_stays_the_same_moment(tmp_path: Path) -> None:
    told = row(created_at=TUESDAY.astimezone(timezone(timedelta(hours=2))))
    assert [one.created_at for one in read_result(written(tmp_path / "r.parquet", told))] == [TUESDAY]
    text = written(tmp_path / "r.jsonl", told).read_text(encoding="utf-8")
    assert json.loads(text)["created_at"] == "2026-03-03T12:00:00+02:00"


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_result_without_rows_is_one(ending: str, tmp_path: Path) -> None:
    assert list(read_result(written(tmp_path / f"result{ending}"))) == []


def test_further_columns_are_passed_over(tmp_path: Path) -> None:
    lines = tmp_path / "r.jsonl"
    lines.write_bytes(encoded([row()]).replace(b"{", b'{"mood":"fine",', 1))
    table = tmp_path / "r.csv"
    text = written(table, row()).read_text(encoding="utf-8")
    table.write_text("".join(f"fine,{line}\n" for line in text.splitlines()), encoding="utf-8")
    assert list(read_result(lines)) == list(read_result(table)) == [row()]


@pytest.mark.parametrize("ending", [".jsonl", ".jsonl.gz", ".csv", ".csv.gz", ".parquet"])
def test_a_result_that_is_cut_is_refused(ending: str, tmp_path: Path) -> None:
    path = written(tmp_path / f"result{ending}", *MANY)
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(ResultError, match=r"result\.\S+ .*is cut \(.+\): score its archive again"):
        list(read_result(path))


@pytest.mark.parametrize("ending", [".jsonl", ".csv"])
def test_the_row_that_is_cut_is_named(ending: str, tmp_path: Path) -> None:
    path = written(tmp_path / f"result{ending}", *MANY)
    path.write_bytes(path.read_bytes()[:-9])
    found = read_result(path)
    assert [next(found).row for _ in range(999)] == list(range(1, 1000))
    with pytest.raises(ResultError, match="row 1,000: is no row of a result or is cut"):
        next(found)


@pytest.mark.parametrize(
    ("name", "written_there", "said"),
    [
        ("r.jsonl", b'{"ticket_id": "t-1"}\n', "row 1: .*missing required field `row`"),
        ("r.jsonl", b"ticket,advice\n", "row 1: is no row"),
        ("r.jsonl", b"\xff\xfe\n", "row 1: is no row"),
        ("r.csv", b"ticket,advice\nt-1,article\n", "must have the columns row, source, ticket_id, .*: score its"),
        ("r.csv", b"", "must have the columns row"),
        ("r.csv", b"\xff\xfe", "row 0: is no row"),
        ("r.jsonl.gz", b"no zip", r"cannot be unzipped or is cut \(Not a gzipped file"),
        ("r.parquet", b"PAR1 and nothing more", "row 1: is no row"),
        ("r.xlsx", b"", r"must end in one of \.jsonl, .*, was: r\.xlsx"),
    ],
)
def test_a_file_that_is_no_result_is_refused(name: str, written_there: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(written_there)
    with pytest.raises(ResultError, match=said):
        list(read_result(path))


@pytest.mark.parametrize(
    ("column", "cell"),
    [("p_resolve", "high"), ("topic_known", "yes"), ("created_at", "2026-03-03T10:00:00"), ("row", "")],
)
def test_a_cell_of_another_kind_is_refused(column: str, cell: str, tmp_path: Path) -> None:
    path = written(tmp_path / "r.csv", row())
    heading, cells = csv.reader(path.read_text(encoding="utf-8").splitlines())
    cells[heading.index(column)] = cell
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([heading, cells])
    with pytest.raises(ResultError, match=r"r\.csv, row 1: is no row of a result"):
        list(read_result(path))


def test_a_table_of_other_columns_or_with_gaps_is_refused(tmp_path: Path) -> None:
    import pyarrow
    from pyarrow.parquet import read_table, write_table

    path = written(tmp_path / "r.parquet", row())
    whole = read_table(path)
    write_table(whole.drop_columns(["moment"]), path)
    with pytest.raises(ResultError, match="must have the columns moment, which this lacks"):
        list(read_result(path))
    gap = pyarrow.array([None], pyarrow.string())
    write_table(whole.drop_columns(["moment"]).append_column("moment", gap), path)
    with pytest.raises(ResultError, match="row 1: is no row of a result"):
        list(read_result(path))


def test_a_result_is_written_in_a_known_way_only(tmp_path: Path) -> None:
    with pytest.raises(ResultError, match=r"must be written as one of .*, was: \.txt"):
        open_writer(tmp_path / "r", ".txt")
    assert ending_of(Path("Result.CSV.GZ")) == ".csv.gz"


def test_gzip_keeps_no_name_and_no_time(tmp_path: Path) -> None:
    packed: Any = written(tmp_path / "r.jsonl.gz", row()).read_bytes()
    assert packed[3:8] == b"\0\0\0\0\0"  # no flags, so no name, and no time
    assert gzip.decompress(packed) == encoded([row()])
