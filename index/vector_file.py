"""The file of the vector index: a line that says what it is, the vectors, and a hash of both at the end.

One file is put in place whole, so that no process meets a line and vectors that do not belong together.
"""

import hashlib
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import msgspec

_FILE = "passages.faiss"
_DIGEST = 32  # bytes


class Kind(StrEnum):
    """How the nearest vectors are found."""

    EXACT = "exact"  # all of them are looked at
    COMPRESSED = "compressed"  # those in the lists nearest to the query, by four bits a number; the best exactly


@dataclass(frozen=True, slots=True)
class Header:
    """What the first line says."""

    fingerprint: str  # of the encoder
    kind: Kind
    trained: int  # passages there were when it was trained; 0: it needs no training


def vector_file(folder: Path) -> Path:
    """Where the file is."""
    return folder / _FILE


def write(folder: Path, header: Header, body: Callable[[Callable[[bytes], None]], None]) -> None:
    """Write the file and put it in place whole; `body` is given what takes its bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:

        def put(some: bytes) -> None:
            digest.update(some)
            file.write(some)

        put(msgspec.json.encode(header) + b"\n")
        body(put)
        file.write(digest.digest())
    os.replace(file.name, vector_file(folder))


def read(folder: Path) -> tuple[Header, memoryview] | None:
    """Read the first line and the vectors; None where the file is missing or damaged."""
    try:
        written = memoryview(vector_file(folder).read_bytes())
    except OSError:
        return None
    if hashlib.sha256(written[:-_DIGEST]).digest() != written[-_DIGEST:]:
        return None
    line, _, _ = bytes(written[:1000]).partition(b"\n")
    try:
        header = msgspec.json.decode(line, type=Header)
    except msgspec.DecodeError:
        return None
    return header, written[len(line) + 1 : -_DIGEST]
