"""Zip files, read where they lie: nothing is unpacked to disk; what no archive of tickets holds is refused first."""

from __future__ import annotations

import io
import re
import stat
import struct
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from advisor.archive.formats.packing import FAULTS, check_ratio, fault
from advisor.archive.formats.values import Limits, Meter
from advisor.errors import ArchiveError

ZIP = (b"PK\x03\x04", b"PK\x05\x06")  # the second: without a file in it
READ = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # the standard library unpacks others without bounds
OFFICE = "[Content_Types].xml"  # stands in every file of an office program
LITTER = re.compile(r"(?:^|/)(?:__MACOSX/|\.(?!\.)|Thumbs\.db$|desktop\.ini$)")  # left behind by systems
AWAY = re.compile(r"^[/\\]|^[A-Za-z]:|(?:^|[/\\])\.\.(?:[/\\]|$)")  # leads out of the folder
END = struct.Struct("<4s4H2LH")  # the record at the end of a zip, and its larger form
END64 = struct.Struct("<4sQ2H2L4Q")
LOCATOR = struct.Struct("<4sLQL")  # says where the larger form stands
NAMED = 512  # bytes that one file may take in the list of files


class Counting(io.FileIO):
    """A file that counts what is read of it."""

    done = 0

    def read(self, size: int | None = -1, /) -> bytes:
        """As every file does."""
        block = super().read(-1 if size is None else size) or b""
        self.done += len(block)
        return block


class Member:
    """One file inside a zip; what is read of the zip for it is counted."""

    def __init__(self, file: zipfile.ZipExtFile, packed: Counting, meter: Meter, size: int) -> None:
        self._file = file
        self._packed = packed
        self._meter = meter
        self.size = size  # packed bytes
        self.done = 0

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes."""
        before = self._packed.done
        block = self._file.read1(size)
        self.done += self._packed.done - before
        self._meter.done += self._packed.done - before
        return block


class Zip:
    """An open zip whose list of files was checked."""

    def __init__(self, path: Path, packed: Counting, limits: Limits) -> None:
        self._packed = packed
        check_list(path, packed, limits)
        try:
            self._file = zipfile.ZipFile(packed)
        except FAULTS as error:
            raise ArchiveError(f"{path.name}: {fault(error)}") from error
        self.files = _checked(path, self._file, limits)

    @contextmanager
    def open(self, file: zipfile.ZipInfo, meter: Meter) -> Iterator[Member]:
        """One of the files."""
        try:
            member = cast(zipfile.ZipExtFile, self._file.open(file))
        except FAULTS as error:
            raise ArchiveError(fault(error)) from error
        with member:
            yield Member(member, self._packed, meter, file.compress_size)


@contextmanager
def open_zip(path: Path, limits: Limits) -> Iterator[Zip]:
    """A zip, open for reading; raises ArchiveError for one that is damaged or has what no archive of tickets has."""
    with Counting(path) as packed:
        yield Zip(path, packed, limits)


def check_list(path: Path, packed: io.FileIO, limits: Limits) -> None:
    """Refuse a list of files that would fill the memory before it could be looked at."""
    size = packed.seek(0, io.SEEK_END)
    packed.seek(max(0, size - 2**16 - END.size))
    tail = packed.read() or b""
    place = tail.rfind(b"PK\x05\x06")
    if place < 0 or len(tail) - place < END.size:
        raise ArchiveError(f"{path.name}: the zip must be whole, and ends early: copy or export it again")
    _, _, _, _, count, length, _, _ = END.unpack_from(tail, place)
    if b"PK\x06\x07" in tail[max(0, place - LOCATOR.size) : place]:
        count, length = _large(path, packed, tail[place - LOCATOR.size : place])
    packed.seek(0)
    if count > limits.files or length > limits.files * NAMED:
        most = f"{limits.files:,} files"
        raise ArchiveError(f"{path.name}: a zip must not hold over {most}, was: {count:,} of them: split it")


def _large(path: Path, packed: io.FileIO, locator: bytes) -> tuple[int, int]:
    """How many files there are, and how long their list is, of a zip in the larger form."""
    _, _, offset, _ = LOCATOR.unpack(locator)
    packed.seek(min(offset, 2**62))
    record = packed.read(END64.size) or b""
    if len(record) < END64.size:
        raise ArchiveError(f"{path.name}: the zip must be whole, and is damaged at its end: copy or export it again")
    *_, count, length, _ = END64.unpack(record)
    return count, length


def _checked(path: Path, file: zipfile.ZipFile, limits: Limits) -> tuple[zipfile.ZipInfo, ...]:
    entries = file.infolist()
    if any(entry.filename == OFFICE for entry in entries):
        raise ArchiveError(f"{path.name}: a table must be CSV or Parquet, was: an office file: save it as CSV UTF-8")
    if len(entries) > limits.files:
        most = f"{limits.files:,} files"
        raise ArchiveError(f"{path.name}: a zip must not hold over {most}, was: {len(entries):,} of them: split it")
    for entry in entries:
        _check(path, entry)
    try:
        check_ratio(sum(entry.file_size for entry in entries), path.stat().st_size, limits)
    except ArchiveError as error:
        raise ArchiveError(f"{path.name}: {error}") from error
    return tuple(entry for entry in entries if not entry.is_dir() and not LITTER.search(entry.filename))


def _check(path: Path, entry: zipfile.ZipInfo) -> None:
    named = entry.orig_filename[:80]
    if AWAY.search(entry.orig_filename) or AWAY.search(entry.filename):
        raise ArchiveError(f"{path.name}: names must stay inside the zip, was: {named!r}: zip the file alone")
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise ArchiveError(f"{path.name}: a zip must hold files, was: {named!r}, a link: zip the file that it means")
    if entry.flag_bits & 1:
        raise ArchiveError(f"{path.name}: a zip must have no password, {named!r} has one: unpack it and name the file")
    if entry.compress_type not in READ:
        was = f"{named!r} is packed by method {entry.compress_type}"
        raise ArchiveError(f"{path.name}: a zip must be packed by deflate, {was}: zip it again, or use gzip")
