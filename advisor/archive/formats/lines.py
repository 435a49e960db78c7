"""Lines of a stream, however long one of them is; and their text, whatever they were saved as."""

from __future__ import annotations

import codecs
from collections.abc import Iterator

from advisor.archive.formats.values import Bytes

BLOCK = 2**18  # bytes
FALLBACK = "advisor.cp1252"  # what is not UTF-8 is read as Windows-1252, byte by byte


def text_of(line: bytes) -> str:
    """UTF-8, and what is not is read as Windows-1252."""
    return line.decode("utf-8", FALLBACK)


def lines_of(stream: Bytes, *, longest: int) -> Iterator[bytes | None]:
    """The lines with their ends; None in the place of one of over `longest` bytes, which is passed over."""
    rest, passed = b"", False  # of a line that goes on; whether its beginning was thrown away
    while block := stream.read(BLOCK):
        *lines, rest = _cut(rest + block)
        for line in lines:
            yield None if passed or len(line) > longest else line
            passed = False
        if len(rest) > longest:
            rest, passed = rest[-1:] if rest.endswith(b"\r") else b"", True
    if rest or passed:
        yield None if passed else rest


def _cut(text: bytes) -> list[bytes]:
    """The lines, the last of them unfinished, be it empty; an end of two signs is never cut."""
    lines = text.splitlines(keepends=True)
    return lines if lines and not lines[-1].endswith(b"\n") else [*lines, b""]


def _as_windows(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    wrong = error.object[error.start : error.end]
    return "".join(_letter(sign) for sign in wrong), error.end


def _letter(sign: int) -> str:
    try:
        return bytes([sign]).decode("cp1252")
    except UnicodeDecodeError:
        return chr(sign)  # the five that Windows-1252 leaves free are what they are in Latin-1


codecs.register_error(FALLBACK, _as_windows)
