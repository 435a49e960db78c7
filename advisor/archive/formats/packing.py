"""Unpacking as it is read, never to disk: gzip, bz2, xz and zstd, known by their first bytes, with a look at the ratio.

Whatever a damaged file gives before its fault is given; the fault is raised where it stands.
"""

from __future__ import annotations

import bz2
import codecs
import gzip
import lzma
import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import Any, BinaryIO, Protocol, cast

from advisor.archive.formats.values import Bytes, Compression, Limits, Meter, megabytes
from advisor.errors import ArchiveError

MAGIC = {
    b"\x1f\x8b": Compression.GZIP,
    b"BZh": Compression.BZ2,
    b"\xfd7zXZ\x00": Compression.XZ,
    b"\x28\xb5\x2f\xfd": Compression.ZSTD,
}
UNPACK_IT = "unpack it yourself and name what comes out"
XZ_MEMORY = 256 * 2**20  # bytes; what a file may ask for to be unpacked
CHUNK = 2**16  # packed bytes read at once
CRUMB = 512  # near the end of a zstd file, so that little is lost where it breaks off
FAULTS = (
    OSError,
    EOFError,
    ValueError,
    OverflowError,
    NotImplementedError,
    struct.error,
    zlib.error,
    lzma.LZMAError,
    zipfile.BadZipFile,
)
"""What the libraries raise for files that are damaged."""


class Counted(Protocol):
    """Packed bytes, of which is known how many there are and were read."""

    size: int
    done: int

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes; none at the end only."""


class Source:
    """A file on disk; what is read is counted."""

    def __init__(self, file: BinaryIO, meter: Meter, size: int) -> None:
        self.file = file
        self.meter = meter
        self.size = size  # bytes
        self.done = 0

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes."""
        block = self.file.read(size)
        self.done += len(block)
        self.meter.done += len(block)
        return block


class Unpacked:
    """What was unpacked, within the limits; raises ArchiveError at a fault, after all that came before it."""

    def __init__(self, inner: Bytes, packed: Counted, limits: Limits) -> None:
        self._inner = inner
        self._packed = packed
        self._limits = limits
        self._given = 0

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes."""
        try:
            block = self._inner.read(size)
        except FAULTS as error:
            raise ArchiveError(fault(error)) from error
        self._given += len(block)
        if self._given > self._limits.ratio_from:
            check_ratio(self._given, self._packed.done, self._limits)
        return block


def compression_of(head: bytes) -> Compression:
    """Tell how a file is packed by its first bytes."""
    return next((kind for magic, kind in MAGIC.items() if head.startswith(magic)), Compression.NONE)


def unpacking(packed: Counted, compression: Compression, limits: Limits) -> Bytes:
    """The bytes of a file as they were before they were packed."""
    if compression is Compression.NONE:
        return Unpacked(packed, packed, limits)
    return Unpacked(_UNPACK[compression](packed), packed, limits)


def check_ratio(unpacked: int, packed: int, limits: Limits, *, cure: str = UNPACK_IT) -> None:
    """Refuse what is unpacked to more than any archive of tickets would be."""
    if unpacked > limits.unpacked:
        raise ArchiveError(f"an archive must not be over {megabytes(limits.unpacked)} unpacked, is more: split it")
    if unpacked > limits.ratio_from and unpacked > limits.ratio * max(packed, 1):
        came = f"{megabytes(unpacked)} came out of {megabytes(packed)}"
        raise ArchiveError(f"a byte must not unpack to over {limits.ratio}, as in a zip bomb: {came}: {cure}")


def fault(error: Exception) -> str:
    """What is wrong with a packed file, as a sentence."""
    if isinstance(error, EOFError) or "runcated" in str(error):
        return "the file must be whole, and ends early: copy or export it again"
    said = str(error).splitlines()[0] if str(error) else type(error).__name__
    return f"the file must be whole, and is damaged here ({said}): copy or export it again"


class _Step(Protocol):
    """A decompressor of the standard library."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, packed: bytes, /, max_length: int) -> bytes: ...


class _Stepwise:
    """Unpacks one stream after the other, as several may stand in one file."""

    def __init__(self, packed: Counted, start: Callable[[], _Step]) -> None:
        self._packed = packed
        self._start = start
        self._step = start()
        self._rest = b""

    def read(self, size: int, /) -> bytes:
        while not self._step.eof or self._next_stream():
            if self._step.needs_input and not self._rest:
                self._rest = self._packed.read(CHUNK)
                if not self._rest:
                    raise EOFError
            block = self._step.decompress(self._rest, size)
            self._rest = b""
            if block:
                return block
        return b""

    def _next_stream(self) -> bool:
        """Begin the next stream, behind what only fills up the file; False where there is none."""
        self._rest = self._step.unused_data.lstrip(b"\0") or self._packed.read(CHUNK).lstrip(b"\0")
        if self._rest:
            self._step = self._start()
        return bool(self._rest)


class _Gzip:
    """The standard library's, one step a read: what came before a fault is given."""

    def __init__(self, packed: Counted) -> None:
        self._file = gzip.GzipFile(fileobj=cast(BinaryIO, packed), mode="rb")

    def read(self, size: int, /) -> bytes:
        return self._file.read1(size)


class _Crumbs:
    """The file as pyarrow reads it; its last bytes come in crumbs."""

    closed = False
    mode = "rb"

    def __init__(self, packed: Counted) -> None:
        self._packed = packed
        self.at_end = False

    def read(self, size: int = -1, /) -> bytes:
        near = self._packed.size - self._packed.done < 2 * CHUNK
        block = self._packed.read(CRUMB if near else min(size, CHUNK))
        self.at_end = not block
        return block

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False

    def close(self) -> None:
        """Whoever opened the file closes it."""


class _Zstd:
    """pyarrow's; where the file breaks off, a read loses what it had, so the last ones ask for one byte."""

    def __init__(self, packed: Counted) -> None:
        import pyarrow

        self._crumbs = _Crumbs(packed)
        self._stream: Any = pyarrow.CompressedInputStream(self._crumbs, "zstd")

    def read(self, size: int, /) -> bytes:
        block: bytes = self._stream.read(1 if self._crumbs.at_end else min(size, CHUNK))
        return block


def _bz2(packed: Counted) -> Bytes:
    return _Stepwise(packed, bz2.BZ2Decompressor)


def _xz(packed: Counted) -> Bytes:
    return _Stepwise(packed, lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=XZ_MEMORY))


_UNPACK: dict[Compression, Callable[[Counted], Bytes]] = {
    Compression.GZIP: _Gzip,
    Compression.BZ2: _bz2,
    Compression.XZ: _xz,
    Compression.ZSTD: _Zstd,
}


class Recoded:
    """UTF-16 with its mark as UTF-8."""

    def __init__(self, inner: Bytes) -> None:
        self._inner = inner
        self._decoder = codecs.getincrementaldecoder("utf-16")("replace")

    def read(self, size: int, /) -> bytes:
        """At most about `size` bytes."""
        while block := self._inner.read(size):
            if text := self._decoder.decode(block):
                return text.encode("utf-8", "replace")
        return self._decoder.decode(b"", final=True).encode("utf-8", "replace")


UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
