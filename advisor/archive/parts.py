"""The evidence of a part of an archive, kept: a file that is there whole or not at all, and says what it is."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import msgspec

from advisor.archive.folder import Folder
from advisor.archive.formats import BadRow
from advisor.errors import ArchiveError
from advisor.types import Evidence, Handled


class Entry(msgspec.Struct, frozen=True, array_like=True):
    """A row that was read."""

    row: int
    evidence: Evidence  # without the text of passages, which the knowledge base has
    handled: Handled | None


class Entries(msgspec.Struct, frozen=True, array_like=True):
    """All rows of a part that are asked for, by their place in the archive, and those that were refused."""

    run: str  # fingerprint
    part: int
    good: tuple[Entry, ...]
    refused: tuple[BadRow, ...]


_ENTRIES = msgspec.msgpack.Decoder(Entries)
DIGEST = 32  # bytes in front, of the SHA-256 of the rest


def name_of(part: int) -> str:
    """The file of a part."""
    return f"{part:08}.evidence"


def keep(folder: Folder, entries: Entries) -> None:
    """Write the file of a part."""
    content = msgspec.msgpack.encode(entries)
    folder.write(name_of(entries.part), hashlib.sha256(content).digest() + content)


def kept(folder: Folder, part: int, *, run: str) -> Entries | None:
    """Read the file of a part; None where there is none, or it is damaged or of another run."""
    content = folder.read(name_of(part))
    if content is None or hashlib.sha256(content[DIGEST:]).digest() != content[:DIGEST]:
        return None
    try:
        entries = _ENTRIES.decode(content[DIGEST:])
    except msgspec.MsgspecError:
        return None
    return entries if (entries.run, entries.part) == (run, part) else None


def slim(evidence: Evidence) -> Evidence:
    """Evidence without the text of passages."""
    return replace(evidence, candidates=tuple(replace(one, passage="") for one in evidence.candidates))


def of_folder(folder: Folder, part: int, *, run: str) -> Entries:
    """Read the file of a part that was written before."""
    entries = kept(folder, part, run=run)
    if entries is None:
        raise ArchiveError(f"{folder} has lost part {part}: run the command again, it goes on from what is there")
    return entries
