"""Tickets out of a stream of bytes: one JSON object, an array of them, or JSON lines, told apart by themselves.

JSON lines are read line by line, however many there are. A row that cannot be taken comes as a TicketError in its
place, and the others go on.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from datetime import UTC, tzinfo
from itertools import chain, count
from typing import Any, BinaryIO

import msgspec

from advisor.errors import TicketError
from advisor.types import Ticket
from advisor.wire.ticket import ticket_from

Line = tuple[int, bytes]  # number from 1, text
LONGEST_LINE = 128 * 2**20  # bytes; what never ends must not fill the memory
MOST_LINES = 100_000  # of one object written over many lines
UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read_tickets(stream: BinaryIO, *, name: str, zone: tzinfo = UTC) -> Iterator[Ticket | TicketError]:
    """Give the tickets of a stream in their order, a TicketError in the place of each bad row."""
    try:
        for row, came in _rows(_lines(stream, name), name):
            yield came if isinstance(came, TicketError) else _taken(came, row, zone)
    except TicketError as error:
        yield error  # of a line that ends the reading


def _taken(came: object, row: str, zone: tzinfo) -> Ticket | TicketError:
    try:
        return ticket_from(came, row=row, zone=zone)
    except TicketError as error:
        return error


def _lines(stream: BinaryIO, name: str) -> Iterator[Line]:
    """The lines that are not blank; raises TicketError for one that no file of tickets has."""
    for number in count(1):
        line = stream.readline(LONGEST_LINE + 1)
        if len(line) > LONGEST_LINE:
            most = f"{LONGEST_LINE // 2**20} MB"
            raise TicketError(f"{name}, line {number}: a line must not be over {most}: give one ticket a line")
        if not line:
            return
        if line.strip():
            yield number, line


def _rows(written: Iterator[Line], name: str) -> Iterator[tuple[str, object]]:
    """Each row's name, and what stands in it: decoded JSON, or the TicketError that says why not."""
    first = next(written, None)
    if first is None:
        return
    number, line = first
    if line.startswith(UTF16):
        yield name, TicketError(f"{name}: the text must be UTF-8, was UTF-16: save it as UTF-8")
        return
    line = line.removeprefix(codecs.BOM_UTF8)
    lines = chain([(number, line)] if line.strip() else [], written)
    if line.lstrip().startswith(b"["):
        yield from _array(lines, name)
    elif _is_whole(line) or not _goes_on(line):
        yield from _json_lines(lines, name)
    else:
        yield from _objects(lines, name)


def _json_lines(lines: Iterator[Line], name: str) -> Iterator[tuple[str, object]]:
    for number, line in lines:
        yield f"{name}, line {number}", _decoded([(number, line)], name)


def _array(lines: Iterator[Line], name: str) -> Iterator[tuple[str, object]]:
    """The items of one array, which is read whole; where it is none, its lines speak for themselves."""
    kept = list(lines)
    came = _decoded(kept, name)
    if isinstance(came, list):
        yield from ((f"{name}, item {number}", item) for number, item in enumerate(came, 1))
    elif any(_is_object(line) for _, line in kept):
        yield from _json_lines(iter(kept), name)
    else:
        yield name, came


def _objects(lines: Iterator[Line], name: str) -> Iterator[tuple[str, object]]:
    """Objects over many lines, one after the other; where one never ends, its lines speak for themselves."""
    for start in lines:
        block = _until_closed(start, lines)
        came = _decoded(block, name)
        if isinstance(came, TicketError) and any(_is_object(line) for _, line in block[1:]):
            yield from _json_lines(chain(block, lines), name)
            return
        yield f"{name}, line {start[0]}", came


def _until_closed(start: Line, lines: Iterator[Line]) -> list[Line]:
    """The lines from here to the one that closes the object, or all there are."""
    block, scan = [start], _Depth()
    scan.read(start[1])
    while scan.open and len(block) < MOST_LINES:
        line = next(lines, None)
        if line is None:
            break
        block.append(line)
        scan.read(line[1])
    return block


class _Depth:
    """How many brackets are open, those in strings aside."""

    def __init__(self) -> None:
        self.depth = 0
        self.in_string = False

    @property
    def open(self) -> bool:
        """Whether the object goes on behind what was read."""
        return self.depth > 0 or self.in_string

    def read(self, line: bytes) -> None:
        """Follow one more line."""
        escaped = False
        for sign in line:
            if self.in_string:
                self.in_string = escaped or sign != 0x22
                escaped = sign == 0x5C and not escaped
            elif sign == 0x22:
                self.in_string = True
            else:
                self.depth += (sign in b"{[") - (sign in b"}]")


def _goes_on(line: bytes) -> bool:
    """Whether a line leaves a bracket open, and no string: strings end where their line ends."""
    scan = _Depth()
    scan.read(line)
    return scan.depth > 0 and not scan.in_string


def _is_whole(line: bytes) -> bool:
    return not isinstance(_decoded([(1, line)], ""), TicketError)


def _is_object(line: bytes) -> bool:
    return isinstance(_decoded([(1, line)], ""), dict)


def _decoded(lines: list[Line], name: str) -> object:
    """Decode JSON; control characters in strings and halves of emoji, both against its rules, are let pass."""
    text = b"".join(line for _, line in lines)
    first = lines[0][0]
    try:
        return msgspec.json.decode(text)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return _leniently(text, lines, name, first)


def _leniently(text: bytes, lines: list[Line], name: str, first: int) -> object:
    try:
        return json.loads(text.decode("utf-8"), strict=False, parse_constant=_refuse)
    except UnicodeDecodeError as error:
        at = lines[text.count(b"\n", 0, error.start)][0]
        cure = "save the file as UTF-8"
        return TicketError(f"{name}, line {at}: the text must be UTF-8, was: byte 0x{text[error.start]:02x}: {cure}")
    except json.JSONDecodeError as error:
        at = lines[min(error.lineno, len(lines)) - 1][0]
        where = f"column {error.colno}" if error.pos < len(text.rstrip()) else "at its end"
        said = error.msg[:1].lower() + error.msg[1:]
        return TicketError(f"{name}, line {at}: not valid JSON ({said}, {where}): mend this line or take it out")
    except RecursionError:
        return TicketError(f"{name}, line {first}: the ticket is nested too deeply: send it flatter")
    except ValueError as error:
        return TicketError(f"{name}, line {first}: not valid JSON ({error}): mend this line or take it out")


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is no number")
