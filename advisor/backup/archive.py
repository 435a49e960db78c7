"""The file of a backup: a tar archive, packed with gzip, that begins with a list of all that is in it.

Whoever reads it trusts nothing: every name, size and kind of file must be as listed, every content as its SHA-256 says,
and no more is read than the list allows.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import tarfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol

import msgspec

from advisor.backup.members import kept
from advisor.errors import BackupError
from index.progress import Progress

FORMAT = 1
PROGRAM = "ticket-advisor"
LISTED = "manifest.json"
HOME = "home/"  # in front of each member's name
MOST_MEMBERS = 50_000
MOST_LISTED = 32 * 1024 * 1024  # bytes of manifest.json
MOST_BESIDE = 4096  # bytes of a member's header and padding
BLOCK = 1024 * 1024
MEGABYTE = 10**6
QUICK = 3  # of gzip's levels: half the time of the usual one, some percent more bytes


@dataclass(frozen=True, slots=True)
class Member:
    """A file in a backup."""

    name: str  # path below the home folder
    size: int  # bytes
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup says of itself."""

    program: str
    format: int
    version: str  # of the program that made it
    made_at: datetime
    migrations: Mapping[str, Mapping[str, tuple[str, ...]]]  # database: set of migrations: those done, in their order
    members: tuple[Member, ...]

    @property
    def size(self) -> int:
        """Bytes of all members, unpacked."""
        return sum(member.size for member in self.members)


class Keep(Protocol):
    """Where the content of a member goes as it is read."""

    def __call__(self, member: Member, /) -> AbstractContextManager[BinaryIO]:
        """A file to write into."""


class Steps:
    """Counts bytes for a bar of megabytes."""

    def __init__(self, progress: Progress, what: str, size: int) -> None:
        self._progress = progress
        self._what = what
        self._total = size // MEGABYTE + 1
        self._done = 0

    def add(self, size: int) -> None:
        """So many bytes more."""
        self._done += size
        self._progress(self._what, min(self._done // MEGABYTE, self._total - 1), self._total)

    def end(self) -> None:
        """All is done."""
        self._progress(self._what, self._total, self._total)


def write(file: BinaryIO, manifest: Manifest, folder: Path, *, progress: Progress) -> None:
    """Pack the members, which lie in `folder` under their names."""
    steps = Steps(progress, "Packing, MB", manifest.size)
    listed = msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n"
    at = int(manifest.made_at.timestamp())
    with (
        gzip.GzipFile(filename="", fileobj=file, mode="wb", compresslevel=QUICK, mtime=at) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.GNU_FORMAT) as archive,
    ):
        archive.addfile(_header(LISTED, len(listed), at), io.BytesIO(listed))
        for member in manifest.members:
            with (folder / member.name).open("rb") as content:
                archive.addfile(_header(HOME + member.name, member.size, at), content)
            steps.add(member.size)
    steps.end()


def read(
    path: Path,
    *,
    progress: Progress,
    fits: Callable[[Manifest], None] = lambda manifest: None,
    keep: Keep = lambda member: nullcontext(io.BytesIO()),
) -> Manifest:
    """Read a backup to its end and check all of it; BackupError where anything is not as it was made.

    `fits` is asked once the list is read and may refuse; `keep` says where each content goes, and by itself keeps none.
    """
    with _errors_named(path), _Bounded(path) as packed, tarfile.open(fileobj=packed, mode="r:") as archive:
        manifest = _manifest(archive, path)
        packed.allow(manifest.size + MOST_BESIDE * (len(manifest.members) + 4))
        fits(manifest)
        steps = Steps(progress, "Checking, MB", manifest.size)
        for member, content in _contents(archive, manifest, path):
            with keep(member) as kept_in:
                _copy(member, content, kept_in, path, steps)
        if archive.next() is not None:
            raise BackupError(_changed(path, "it holds more than it lists"))
        while packed.read(tarfile.BLOCKSIZE):  # to the end, where gzip compares its checksum
            continue
    steps.end()
    return manifest


def _manifest(archive: tarfile.TarFile, path: Path) -> Manifest:
    """The list in front; BackupError where there is none that this program can read."""
    foreign = f"{path} is no backup of this program: it must be a file that advisor backup wrote"
    first = archive.next()
    if first is None or first.name != LISTED or not _is_plain(first) or first.size > MOST_LISTED:
        raise BackupError(foreign)
    content = archive.extractfile(first)
    listed = content.read() if content is not None else b""
    try:
        told = msgspec.json.decode(listed, type=dict[str, msgspec.Raw])
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BackupError(f"{foreign} ({LISTED}: {error})") from error
    program, version = (bytes(told.get(name, b"?")).decode("utf-8", "replace") for name in ("program", "format"))
    if program != f'"{PROGRAM}"':
        raise BackupError(foreign)
    if version != str(FORMAT):
        raise BackupError(
            f"{path} has format {version[:20]}, this program reads {FORMAT}: restore with the program that made it"
        )
    try:
        manifest = msgspec.json.decode(listed, type=Manifest)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BackupError(_changed(path, f"{LISTED}: {error}")) from error
    _refuse_tricks(manifest, path)
    return manifest


def _refuse_tricks(manifest: Manifest, path: Path) -> None:
    names = [member.name for member in manifest.members]
    if len(names) > MOST_MEMBERS:
        raise BackupError(f"a backup may hold {MOST_MEMBERS} files, {path} lists {len(names)}: it is not restored")
    if len({name.casefold() for name in names}) != len(names):
        raise BackupError(_changed(path, "it lists a file twice"))
    for member in manifest.members:
        if member.size < 0 or not kept(member.name):
            raise BackupError(_changed(path, f"it lists {member.name!r}, which is no file of a home folder"))


def _contents(archive: tarfile.TarFile, manifest: Manifest, path: Path) -> Iterator[tuple[Member, BinaryIO]]:
    """The members with their contents, each where it is listed and as long as listed."""
    for member in manifest.members:
        header = archive.next()
        if header is None:
            raise BackupError(_changed(path, f"{member.name} is missing"))
        content = archive.extractfile(header) if _is_plain(header) else None
        if content is None or header.name != HOME + member.name or header.size != member.size:
            raise BackupError(_changed(path, f"{member.name} is listed where {header.name!r} stands"))
        yield member, content  # type: ignore[misc]  # typeshed: IO[bytes]


def _copy(member: Member, content: BinaryIO, into: BinaryIO, path: Path, steps: Steps) -> None:
    hashed = hashlib.sha256()
    while block := content.read(BLOCK):
        hashed.update(block)
        _put(block, into)
        steps.add(len(block))
    if hashed.hexdigest() != member.sha256:
        raise BackupError(_changed(path, f"the SHA-256 of {member.name} is another than the one it lists"))


def _put(block: bytes, into: BinaryIO) -> None:
    try:
        into.write(block)
    except OSError as error:
        raise BackupError(
            f"the restored files cannot be written ({error.strerror}): make room, then try again"
        ) from error


class _Bounded(gzip.GzipFile):
    """Unpacks no more than is allowed, neither at once nor in all, whatever a header asks for."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, mode="rb")
        self._path = path
        self._left = MOST_LISTED + MOST_BESIDE

    def allow(self, size: int) -> None:
        """Let so many bytes be read from here on."""
        self._left = size

    def read(self, size: int | None = -1) -> bytes:
        """Read some bytes; BackupError where that is more than is left."""
        asked = self._left + 1 if size is None or size < 0 else size
        if asked > self._left:
            raise BackupError(_changed(self._path, "it holds more than it lists"))
        found = super().read(asked)
        self._left -= len(found)
        return found


@contextmanager
def _errors_named(path: Path) -> Iterator[None]:
    try:
        yield
    except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile, RecursionError) as error:
        raise BackupError(
            f"{path} cannot be read to its end ({error}): it was cut short, changed, or is no backup; take another one"
        ) from error
    except OSError as error:
        raise BackupError(f"{path} cannot be read ({error.strerror or error}): check that it is there") from error


def _header(name: str, size: int, at: int) -> tarfile.TarInfo:
    header = tarfile.TarInfo(name)
    header.size, header.mtime, header.mode = size, at, 0o600
    return header


def _is_plain(header: tarfile.TarInfo) -> bool:
    return header.type in (tarfile.REGTYPE, tarfile.AREGTYPE)


def _changed(path: Path, what: str) -> str:
    return f"{path} was changed or damaged since it was made ({what}): take another backup; nothing was restored"
