"""Packed archives: the same rows, whatever packs them; damage, bombs and tricks told in a sentence."""

from __future__ import annotations

import gzip
import io
import lzma
import stat
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Any

import pytest
from archive_samples import PACK, csv_of, jsonl_of, parquet_of, rows_of, zip_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advisor.archive.formats import BadRow, Compression, Format, Limits, Reading, Row, read_rows, recognise
from advisor.errors import ArchiveError

PACKED = [kind for kind in Compression if kind is not Compression.NONE]
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0\r", exclude_categories=["Cs"]), max_size=30)
EARLY = "the file must be whole, and ends early: copy or export it again"
ROWS = [{"id": f"T{number}", "body": f"my camera number {number}"} for number in range(3000)]


def written(folder: Path, content: bytes, *, name: str = "archive") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def fields(reading: Reading) -> list[Mapping[str, Any]]:
    return [row.fields for row in reading if isinstance(row, Row)]


@pytest.mark.parametrize("compression", Compression)
@pytest.mark.parametrize("write", [csv_of, jsonl_of, parquet_of])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=10, deadline=None)
@given(bodies=st.lists(TEXTS, min_size=1, max_size=4))
def test_what_is_written_packed_or_not_is_read_back(
    tmp_path: Path, compression: Compression, write: Any, bodies: list[str]
) -> None:
    rows = [{"id": f"T{place}", "body": body} for place, body in enumerate(bodies)]
    archive = recognise(written(tmp_path, PACK[compression](write(rows)), name="archive.dat"))
    assert archive.compression is compression
    assert archive.format is {csv_of: Format.CSV, jsonl_of: Format.JSONL, parquet_of: Format.PARQUET}[write]
    reading = read_rows(archive)
    assert fields(reading) == rows
    assert reading.whole
    assert reading.done == reading.total == archive.path.stat().st_size


@pytest.mark.parametrize("compression", PACKED)
def test_two_packed_files_one_behind_the_other_are_one(tmp_path: Path, compression: Compression) -> None:
    pack = PACK[compression]
    archive = recognise(written(tmp_path, pack(jsonl_of(ROWS[:2])) + pack(jsonl_of(ROWS[2:4]))))
    assert fields(read_rows(archive)) == ROWS[:4]


@pytest.mark.parametrize("compression", PACKED)
def test_of_a_file_that_ends_early_the_rows_before_are_given(tmp_path: Path, compression: Compression) -> None:
    noise = Random(5)
    content = jsonl_of([{"id": noise.randbytes(20).hex(), "body": noise.randbytes(20).hex()} for _ in range(9000)])
    packed = PACK[compression](content)
    reading = read_rows(recognise(written(tmp_path, packed[:-2000])))
    *good, last = reading
    assert last == BadRow(len(good) + 1, "archive", EARLY)
    assert not reading.whole
    whole = list(read_rows(recognise(written(tmp_path, content))))
    assert len(good) > 1000
    assert good == whole[: len(good)]


def test_of_a_damaged_file_the_rows_before_are_given(tmp_path: Path) -> None:
    packed = bytearray(gzip.compress(jsonl_of(ROWS)))
    packed[-6] ^= 0xFF
    *good, last = read_rows(recognise(written(tmp_path, bytes(packed))))
    assert [row.fields for row in good if isinstance(row, Row)] == ROWS
    assert last.number == 3001
    assert isinstance(last, BadRow)
    assert last.reason.startswith("the file must be whole, and is damaged here (CRC check failed")


def test_one_file_in_a_zip_is_read_without_being_unpacked(tmp_path: Path) -> None:
    files = {"export/": b"", "export/tickets.csv": csv_of(ROWS), "__MACOSX/._tickets.csv": b"x", ".DS_Store": b"x"}
    archive = recognise(written(tmp_path, zip_of(files)))
    assert (archive.format, archive.member) == (Format.CSV, "export/tickets.csv")
    reading = read_rows(archive)
    assert fields(reading) == ROWS
    assert 0 < reading.done == reading.total < archive.path.stat().st_size
    assert [file.name for file in tmp_path.iterdir()] == ["archive"]


@pytest.mark.parametrize("compression", PACKED)
def test_a_packed_file_in_a_zip_is_unpacked_twice(tmp_path: Path, compression: Compression) -> None:
    archive = recognise(written(tmp_path, zip_of({"a.dat": PACK[compression](jsonl_of(ROWS))})))
    assert fields(read_rows(archive)) == ROWS


def test_parquet_in_a_zip_is_held_within_a_limit(tmp_path: Path) -> None:
    archive = recognise(written(tmp_path, zip_of({"a.parquet": parquet_of(ROWS)})))
    assert fields(read_rows(archive)) == ROWS
    [last] = read_rows(archive, limits=Limits(held=1000))
    assert last == BadRow(
        1,
        "archive",
        "a packed Parquet file must not be over 1,000 bytes: unpack it first, as Parquet is packed in itself",
    )


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (["../tickets.csv"], "names must stay inside the zip, was: '../tickets.csv'"),
        (["a/../../x.csv"], "names must stay inside the zip"),
        (["/etc/passwd"], "names must stay inside the zip"),
        (["C:/x.csv"], "names must stay inside the zip"),
        (["..\\x.csv"], "names must stay inside the zip"),
        (["a.csv", "b.csv"], "a zip must hold one file, or .eml files alone, was: a.csv, b.csv: zip one alone"),
        (["a.csv", "b.eml"], "a zip must hold one file"),
        ([], "a zip must hold one file, or .eml files alone, was: nothing"),
        (["[Content_Types].xml", "xl/x.xml"], "a table must be CSV or Parquet, was: an office file: save it as CSV"),
    ],
)
def test_a_zip_with_what_no_archive_has_is_refused(tmp_path: Path, names: list[str], sentence: str) -> None:
    with pytest.raises(ArchiveError, match=f"archive.*: .*{sentence[:30]}") as told:
        recognise(written(tmp_path, zip_of(dict.fromkeys(names, b"id,body\n1,x\n"))))
    assert sentence in str(told.value)


def test_links_passwords_and_strange_methods_in_a_zip_are_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("tickets.csv")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(ArchiveError, match=r"a zip must hold files, was: 'tickets\.csv', a link"):
        recognise(written(tmp_path, packed.getvalue()))
    with pytest.raises(ArchiveError, match=r"a zip must be packed by deflate, 'a\.csv' is packed by method 12"):
        recognise(written(tmp_path, zip_of({"a.csv": b"x"}, method=zipfile.ZIP_BZIP2)))
    locked = bytearray(zip_of({"a.csv": b"id,body\n1,x\n"}))
    locked[locked.find(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(ArchiveError, match=r"a zip must have no password, 'a\.csv' has one"):
        recognise(written(tmp_path, bytes(locked)))


def test_a_zip_that_is_not_whole_is_refused(tmp_path: Path) -> None:
    whole = zip_of({"a.csv": csv_of(ROWS)})
    with pytest.raises(ArchiveError, match="archive: the zip must be whole, and ends early: copy or export it again"):
        recognise(written(tmp_path, whole[:-100]))


def test_a_zip_of_more_files_than_any_archive_is_refused_by_its_end_alone(tmp_path: Path) -> None:
    path = written(tmp_path, zip_of({f"{number}.eml": b"x" for number in range(11)}))
    with pytest.raises(ArchiveError, match="a zip must not hold over 10 files, was: 11 of them: split it"):
        recognise(path, limits=Limits(files=10))


@pytest.mark.parametrize("compression", PACKED)
def test_a_bomb_is_refused_by_its_ratio(tmp_path: Path, compression: Compression) -> None:
    content = b"id,body\n1,first\n" + b"2,aaaaaaaa\n" * 400_000
    archive = recognise(written(tmp_path, PACK[compression](content)))
    *rows, last = read_rows(archive, limits=Limits(ratio=100, ratio_from=2**20))
    assert rows[0] == Row(1, "archive, line 2", {"id": "1", "body": "first"})
    assert isinstance(last, BadRow)
    assert last.reason.startswith("a byte must not unpack to over 100, as in a zip bomb: ")
    assert last.reason.endswith(": unpack it yourself and name what comes out")


def test_a_bomb_in_a_zip_is_refused_before_it_is_opened(tmp_path: Path) -> None:
    path = written(tmp_path, zip_of({"a.csv": b"id,body\n" + b"2,aaaaaaaa\n" * 400_000}))
    with pytest.raises(ArchiveError, match="archive: a byte must not unpack to over 100, as in a zip bomb: 4 MB came"):
        recognise(path, limits=Limits(ratio=100, ratio_from=2**20))


def test_what_unpacks_to_more_than_any_archive_is_refused(tmp_path: Path) -> None:
    archive = recognise(written(tmp_path, gzip.compress(csv_of(ROWS))))
    *_, last = read_rows(archive, limits=Limits(ratio_from=1000, unpacked=50_000))
    assert isinstance(last, BadRow)
    assert last.reason == "an archive must not be over 50,000 bytes unpacked, is more: split it"


def test_xz_may_not_ask_for_more_memory_than_is_sensible(tmp_path: Path) -> None:
    filters = [{"id": lzma.FILTER_LZMA2, "dict_size": 2**16}]
    packed = bytearray(lzma.compress(b"id,body\n1,x\n", lzma.FORMAT_XZ, filters=filters))
    size, place = 4 * (packed[12] + 1), packed.find(b"\x21\x01", 12) + 2
    packed[place] = 37  # a dictionary of 3 GB
    packed[8 + size : 12 + size] = zlib.crc32(packed[12 : 8 + size]).to_bytes(4, "little")
    with pytest.raises(ArchiveError, match=r"is damaged here \(Memory usage limit exceeded\)"):
        recognise(written(tmp_path, bytes(packed)))


def test_progress_is_told_in_bytes_of_the_file(tmp_path: Path) -> None:
    archive = recognise(written(tmp_path, csv_of(ROWS * 30)))
    reading = read_rows(archive)
    steps = [reading.done for _ in reading]
    assert steps == sorted(steps)
    assert 0 < steps[0] < steps[-1] == reading.total == archive.path.stat().st_size
    assert rows_of(archive)[0].number == 1
