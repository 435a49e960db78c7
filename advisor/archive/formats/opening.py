"""Opening an archive: the file itself or the one in a zip, unpacked, as UTF-8 or nearly so."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from advisor.archive.formats.packing import Counted, Recoded, Source, Unpacked, compression_of, unpacking
from advisor.archive.formats.values import Archive, Bytes, Compression, Limits, Meter
from advisor.archive.formats.zips import open_zip
from advisor.errors import ArchiveError


@contextmanager
def opened(archive: Archive, meter: Meter, limits: Limits) -> Iterator[Bytes]:
    """The bytes of an archive, with what is packed unpacked."""
    with packed(archive.path, archive.member, meter, limits) as source:
        stream = unpacking(source, archive.compression, limits)
        yield Recoded(stream) if archive.encoding == "utf-16" else stream


@contextmanager
def packed(path: Path, member: str | None, meter: Meter, limits: Limits) -> Iterator[Counted]:
    """The bytes as they stand in a file, or in the file of a zip; `meter` learns how many there are."""
    if member is None:
        with path.open("rb", buffering=0) as file:
            size = path.stat().st_size
            meter.total = meter.total or size
            yield Source(file, meter, size)
        return
    with open_zip(path, limits) as zipped:
        found = next((file for file in zipped.files if file.filename == member), None)
        if found is None:
            raise ArchiveError(f"{path.name} must hold {member}, and does no longer: recognise the archive again")
        meter.total = meter.total or found.compress_size
        with zipped.open(found, meter) as source:
            yield source


def head_of(path: Path, member: str | None, size: int, limits: Limits) -> tuple[Compression, bytes]:
    """How a file is packed, and at least `size` bytes of its beginning, unpacked; fewer where it ends or breaks off."""
    with packed(path, member, Meter(), limits) as source:
        compression = compression_of(Unpacked(source, source, limits).read(8))
    with packed(path, member, Meter(), limits) as source:
        return compression, read_up_to(unpacking(source, compression, limits), size)


def read_up_to(stream: Bytes, size: int) -> bytes:
    """The next `size` bytes or a little more; fewer where the stream ends or breaks off."""
    parts: list[bytes] = []
    try:
        while sum(map(len, parts)) < size and (block := stream.read(2**16)):
            parts.append(block)
    except ArchiveError:
        if not parts:
            raise
    return b"".join(parts)


def read_whole(stream: Bytes, most: int) -> bytes | None:
    """All bytes; None where there are more than that."""
    parts = []
    given = 0
    while given <= most and (block := stream.read(2**20)):
        parts.append(block)
        given += len(block)
    return b"".join(parts) if given <= most else None
