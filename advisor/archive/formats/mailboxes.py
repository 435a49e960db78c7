"""Where mails are kept: an mbox, plain or packed, and .eml files in a folder or a zip.

Each is gone through once for the header lines alone; then single mails are read where they lie. Of a packed mbox, in
which nothing can be found again but by unpacking, all mails are read a second time in their order.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Protocol

from advisor.archive.formats.opening import opened, read_up_to
from advisor.archive.formats.packing import FAULTS, Source, fault
from advisor.archive.formats.values import Archive, Bytes, Compression, Format, Limits, Meter
from advisor.archive.formats.zips import Zip, open_zip
from advisor.errors import ArchiveError

HEAD = 2**16  # bytes of a mail in which its header lines stand
BLOCK = 2**20  # bytes
LINE = 1000  # bytes; within them the line that begins a mail, and the name of its first header, must stand
BEGINS = re.compile(rb"From [^\r\n]{0,300}\d\d:\d\d[^\r\n]{0,100}\r?\n(?=>?[!-9;-~]{1,76}:)")
EML = ".eml"


class Mailbox(Protocol):
    """Mails by their place, from 0, each of which is read where it lies."""

    def heads(self) -> Iterator[bytes]:
        """The header lines of each mail, in order; must be gone through before anything else."""

    def where(self, number: int) -> str:
        """What a mail is called."""

    def read(self, number: int) -> bytes:
        """A mail; of a longer one than a record may be, so much and a byte."""


@contextmanager
def open_mailbox(archive: Archive, meter: Meter, limits: Limits) -> Iterator[Mailbox | PackedMbox]:
    """The mails of an archive."""
    with ExitStack() as stack:
        if archive.path.is_dir():
            yield Folder(archive.path, eml_files(archive.path, limits), meter, limits)
        elif archive.member == "":
            yield MailZip(archive.path, stack.enter_context(open_zip(archive.path, limits)), meter, limits)
        elif archive.format is Format.EML:
            yield SingleMail(archive, meter, limits)
        elif archive.compression is Compression.NONE and archive.member is None:
            yield Mbox(archive.path, stack.enter_context(archive.path.open("rb", buffering=0)), meter, limits)
        else:
            yield PackedMbox(archive, meter, limits)


def eml_files(folder: Path, limits: Limits) -> tuple[Path, ...]:
    """The .eml files below a folder, by name; raises ArchiveError for links, which may lead anywhere."""
    found: list[Path] = []
    for file in folder.rglob("*"):
        if file.suffix.lower() != EML:
            continue
        if file.is_symlink():
            raise ArchiveError(f"{folder} must hold files, was: {file.relative_to(folder)}, a link: copy what it means")
        if file.is_file():
            found.append(file)
        if len(found) > limits.files:
            raise ArchiveError(f"{folder} must not hold over {limits.files:,} mails, holds more: split it")
    return tuple(sorted(found))


def begins_mailbox(head: bytes) -> bool:
    """Whether a file begins as an mbox does."""
    return BEGINS.match(head) is not None


def mails_of(stream: Bytes, *, keep: int) -> Iterator[tuple[int, int, bytes]]:
    """Each mail of an mbox: the byte at which it begins, the one at which it ends, and its first `keep` bytes."""
    text, base, at = b"\n\n", -2, 2  # what is looked at; where it begins; up to where it is done
    start, kept, ended = -1, bytearray(), False
    while not ended:
        block = stream.read(BLOCK)
        ended = not block
        text += block
        safe = len(text) if ended else len(text) - LINE
        for line, end in _beginnings(text, at, safe):
            if start >= 0:
                kept += text[at : min(line, at + keep - len(kept))]
                yield start, base + line, bytes(kept)
            start, at = base + end, end
            kept.clear()
        done = max(at, safe)
        kept += text[at : min(done, at + keep - len(kept))]
        cut = max(done - 3, 0)
        text, base, at = text[cut:], base + cut, done - cut
    if start >= 0:
        yield start, base + at, bytes(kept)


def _beginnings(text: bytes, at: int, safe: int) -> Iterator[tuple[int, int]]:
    """Where lines begin and end that begin a mail, behind an empty line, before `safe`."""
    place = text.find(b"\nFrom ", max(at - 1, 0))
    while 0 <= place < safe - 1:
        match = BEGINS.match(text, place + 1)
        if match is not None and text[max(place - 2, 0) : place].endswith((b"\n", b"\n\r")):
            yield match.start(), match.end()
        place = text.find(b"\nFrom ", match.end() - 1 if match is not None else place + 1)


class Mbox:
    """An mbox that is not packed: mails are found again by the bytes at which they begin."""

    def __init__(self, path: Path, file: BinaryIO, meter: Meter, limits: Limits) -> None:
        self._name = path.name
        self._file = file
        self._size = path.stat().st_size
        self._meter = meter
        self._limits = limits
        self._starts = array("q")
        self._ends = array("q")
        meter.total = 2 * self._size

    def heads(self) -> Iterator[bytes]:
        """See Mailbox."""
        for start, end, head in mails_of(Source(self._file, self._meter, self._size), keep=HEAD):
            self._starts.append(start)
            self._ends.append(end)
            yield head

    def where(self, number: int) -> str:
        """See Mailbox."""
        return f"{self._name}, message {number + 1}"

    def read(self, number: int) -> bytes:
        """See Mailbox."""
        length = self._ends[number] - self._starts[number]
        self._file.seek(self._starts[number])
        self._meter.done += length
        return self._file.read(min(length, self._limits.record + 1))


class PackedMbox:
    """An mbox that is unpacked twice, as it is read."""

    def __init__(self, archive: Archive, meter: Meter, limits: Limits) -> None:
        self._archive = archive
        self._meter = meter
        self._limits = limits

    def heads(self) -> Iterator[bytes]:
        """See Mailbox."""
        with opened(self._archive, self._meter, self._limits) as stream, suppress(ArchiveError):
            self._meter.total *= 2  # where it breaks off, the second reading says so, after the mails before
            yield from (head for _, _, head in mails_of(stream, keep=HEAD))

    def where(self, number: int) -> str:
        """See Mailbox."""
        return f"{self._archive.path.name}, message {number + 1}"

    def read_all(self) -> Iterator[bytes]:
        """All mails in their order, each as far as a mailbox that is not packed would read it."""
        with opened(self._archive, self._meter, self._limits) as stream:
            yield from (mail for _, _, mail in mails_of(stream, keep=self._limits.record + 1))


class SingleMail:
    """One .eml file, which may be packed."""

    def __init__(self, archive: Archive, meter: Meter, limits: Limits) -> None:
        self._archive = archive
        self._meter = meter
        self._limits = limits

    def heads(self) -> Iterator[bytes]:
        """See Mailbox."""
        with opened(self._archive, Meter(), self._limits) as stream:
            yield read_up_to(stream, HEAD)

    def where(self, number: int) -> str:
        """See Mailbox."""
        return self._archive.path.name

    def read(self, number: int) -> bytes:
        """See Mailbox."""
        with opened(self._archive, self._meter, self._limits) as stream:
            return read_up_to(stream, self._limits.record + 1)


class Folder:
    """A folder of .eml files."""

    def __init__(self, folder: Path, files: tuple[Path, ...], meter: Meter, limits: Limits) -> None:
        self._folder = folder
        self._files = files
        self._meter = meter
        self._limits = limits
        meter.total = sum(file.stat().st_size for file in files)

    def heads(self) -> Iterator[bytes]:
        """See Mailbox."""
        return (self._first(file, HEAD) for file in self._files)

    def where(self, number: int) -> str:
        """See Mailbox."""
        return (Path(self._folder.name) / self._files[number].relative_to(self._folder)).as_posix()

    def read(self, number: int) -> bytes:
        """See Mailbox."""
        self._meter.done += self._files[number].stat().st_size
        return self._first(self._files[number], self._limits.record + 1)

    def _first(self, file: Path, size: int) -> bytes:
        try:
            with file.open("rb") as stream:
                return stream.read(size)
        except OSError as error:
            raise ArchiveError(f"{file} must be readable, and is not ({error.strerror}): check the file") from error


class MailZip:
    """A zip of .eml files."""

    def __init__(self, path: Path, zipped: Zip, meter: Meter, limits: Limits) -> None:
        self._name = path.name
        self._zip = zipped
        self._files = sorted(zipped.files, key=lambda file: file.filename)
        self._meter = meter
        self._limits = limits
        meter.total = sum(file.compress_size for file in self._files)

    def heads(self) -> Iterator[bytes]:
        """See Mailbox."""
        for number in range(len(self._files)):
            yield self._first(number, HEAD, Meter())

    def where(self, number: int) -> str:
        """See Mailbox."""
        return f"{self._name}/{self._files[number].filename}"

    def read(self, number: int) -> bytes:
        """See Mailbox."""
        self._meter.done += self._files[number].compress_size
        return self._first(number, self._limits.record + 1, Meter())

    def _first(self, number: int, size: int, meter: Meter) -> bytes:
        with self._zip.open(self._files[number], meter) as member:
            try:
                return read_up_to(member, size)
            except FAULTS as error:
                raise ArchiveError(f"{self.where(number)}: {fault(error)}") from error
