"""A folder for the files of a run: on this machine, or at any address that fsspec knows."""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
import weakref
from bisect import bisect_right
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from advisor.archive.survey import put_whole
from advisor.errors import ArchiveError

Span = tuple[int, int]  # first byte, and the one behind the last
Told = Callable[[int], None]  # bytes that went on their way since the last call
CHUNK = 4 * 2**20  # bytes sent between two calls
GAP = 64 * 2**10  # bytes that are read along rather than asked for apart
BLOCK = 8 * 2**20  # bytes asked for at once, where no single span is longer


class Folder(Protocol):
    """Files by name, each there whole or not at all."""

    def read(self, name: str, /) -> bytes | None:
        """A file's content; None where there is none."""

    def write(self, name: str, content: bytes, /) -> None:
        """Put a file in place."""

    def names(self) -> set[str]:
        """The files there are."""

    def size(self, name: str, /) -> int | None:
        """A file's size in bytes; None where there is none."""

    def spans(self, name: str, spans: Sequence[Span], /) -> list[bytes]:
        """Stretches of a file, which do not overlap, in the order asked for."""

    def here(self, name: str, /) -> Path:
        """A file as one of this machine."""

    def put(self, name: str, file: Path, /, *, told: Told) -> None:
        """Copy a file of this machine into the folder."""

    def remove(self, name: str, /) -> None:
        """Let a file go, where there is one."""


class LocalFolder:
    """A folder of this machine."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir(parents=True, exist_ok=True)

    def __str__(self) -> str:
        return str(self.path)

    def read(self, name: str, /) -> bytes | None:
        """A file's content; None where there is none."""
        try:
            return (self.path / name).read_bytes()
        except FileNotFoundError:
            return None

    def write(self, name: str, content: bytes, /) -> None:
        """Put a file in place, on the disk before it is there."""
        put_whole(self.path / name, content)

    def names(self) -> set[str]:
        """The files there are."""
        return {entry.name for entry in os.scandir(self.path)}

    def size(self, name: str, /) -> int | None:
        """A file's size in bytes; None where there is none."""
        path = self.path / name
        return path.stat().st_size if path.is_file() else None

    def spans(self, name: str, spans: Sequence[Span], /) -> list[bytes]:
        """Stretches of a file, in the order asked for."""
        with (self.path / name).open("rb") as file:
            return [_span(file, start, end) for start, end in spans]

    def here(self, name: str, /) -> Path:
        """The file itself."""
        return self.path / name

    def put(self, name: str, file: Path, /, *, told: Told) -> None:
        """Copy a file of this machine into the folder, whole or not at all."""
        waiting = self.path / f".{name}.{secrets.token_hex(4)}"
        try:
            with file.open("rb") as source, waiting.open("wb") as target:
                _copy(source, target, told)
                target.flush()
                os.fsync(target.fileno())
            os.replace(waiting, self.path / name)
        finally:
            waiting.unlink(missing_ok=True)

    def remove(self, name: str, /) -> None:
        """Let a file go, where there is one."""
        (self.path / name).unlink(missing_ok=True)


class AddressFolder:
    """A folder at an address such as s3://bucket/folder; stores that put whole files in place, as these do."""

    def __init__(self, address: str, *, copies: Path | None = None) -> None:
        """`copies`: the folder of this machine for copies of files; they go with this object."""
        try:
            import fsspec
        except ModuleNotFoundError as error:
            raise ArchiveError(f"{address} needs fsspec, which is missing: install ticket-advisor[scale]") from error
        self.address = address.rstrip("/")
        self._copies = copies
        self._copied: Path | None = None
        self._files: Any
        try:
            self._files, self._root = fsspec.core.url_to_fs(self.address)
        except (ValueError, ImportError) as error:
            raise ArchiveError(f"{address} cannot be reached ({error}): choose another, or install that") from error
        self._files.makedirs(self._root, exist_ok=True)

    def __str__(self) -> str:
        return self.address

    def read(self, name: str, /) -> bytes | None:
        """A file's content; None where there is none."""
        try:
            content: bytes = self._files.cat_file(f"{self._root}/{name}")
        except FileNotFoundError:
            return None
        return content

    def write(self, name: str, content: bytes, /) -> None:
        """Put a file in place; under another name first where the store is a file system."""
        waiting = f"{self._root}/.{name}.{secrets.token_hex(4)}"
        self._files.pipe_file(waiting, content)
        self._files.mv(waiting, f"{self._root}/{name}")

    def names(self) -> set[str]:
        """The files there are."""
        self._files.invalidate_cache()
        return {str(path).rsplit("/", 1)[-1] for path in self._files.ls(self._root, detail=False)}

    def size(self, name: str, /) -> int | None:
        """A file's size in bytes; None where there is none."""
        self._files.invalidate_cache()
        try:
            size: int = self._files.size(f"{self._root}/{name}")
        except FileNotFoundError:
            return None
        return size

    def spans(self, name: str, spans: Sequence[Span], /) -> list[bytes]:
        """Stretches of a file, in the order asked for; those that lie close together are read at once."""
        blocks = joined(spans)
        firsts, ends = [first for first, _ in blocks], [end for _, end in blocks]
        read = self._files.cat_ranges([f"{self._root}/{name}"] * len(blocks), firsts, ends, on_error="raise")
        found = []
        for start, end in spans:
            block = bisect_right(firsts, start) - 1
            found.append(read[block][start - firsts[block] : end - firsts[block]])
        return found

    def here(self, name: str, /) -> Path:
        """A copy of the file, made once."""
        if self._copied is None:
            self._copied = temporary(self, self._copies)
        copy = self._copied / name
        if not copy.exists():
            self._files.get_file(f"{self._root}/{name}", str(copy))
        return copy

    def put(self, name: str, file: Path, /, *, told: Told) -> None:
        """Copy a file of this machine; a store of whole files has it whole, a file system may hold a beginning."""
        with file.open("rb") as source, self._files.open(f"{self._root}/{name}", "wb") as target:
            _copy(source, target, told)

    def remove(self, name: str, /) -> None:
        """Let a file go, where there is one."""
        try:
            self._files.rm_file(f"{self._root}/{name}")
        except FileNotFoundError:
            return


def folder_at(address: str, *, copies: Path | None = None) -> Folder:
    """The folder at a path or an address; `copies`: where copies of what lies at an address may be made."""
    return AddressFolder(address, copies=copies) if is_address(address) else LocalFolder(Path(address))


def is_address(place: str) -> bool:
    """Whether a place is an address rather than a path."""
    return "://" in place


def placed(place: str) -> str:
    """A place as other machines may call it: an address as it is, a path from the root."""
    return place.rstrip("/") if is_address(place) else str(Path(place).resolve())


def joined(spans: Sequence[Span]) -> list[Span]:
    """Blocks to read, ascending, each span within one: close ones are joined, as long as a block stays small."""
    blocks: list[Span] = []
    for start, end in sorted(spans):
        if blocks and start <= blocks[-1][1] + GAP and end - blocks[-1][0] <= BLOCK:
            blocks[-1] = (blocks[-1][0], end)
        else:
            blocks.append((start, end))
    return blocks


def temporary(owner: object, inside: Path | None) -> Path:
    """A folder of this machine that goes with its owner, or with the process."""
    folder = tempfile.mkdtemp(prefix="ticket-advisor-", dir=inside)
    weakref.finalize(owner, shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


def _copy(source: BinaryIO, target: BinaryIO, told: Told) -> None:
    while chunk := source.read(CHUNK):
        target.write(chunk)
        told(len(chunk))


def _span(file: BinaryIO, start: int, end: int) -> bytes:
    file.seek(start)
    return file.read(end - start)
