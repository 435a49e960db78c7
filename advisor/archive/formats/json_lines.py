"""JSON lines, one object a line; and how a line of JSON is read at all."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import msgspec

from advisor.archive.formats.lines import lines_of, text_of
from advisor.archive.formats.values import Bytes, Limits, Record, Refused, megabytes
from advisor.wire.errors import shown

UTF8_MARK = b"\xef\xbb\xbf"
TOO_DEEP = Refused("JSON must not be nested so deeply: write it flatter")


def read_lines(name: str, stream: Bytes, limits: Limits) -> Iterator[Record]:
    """The objects of the lines that are not blank."""
    decode = msgspec.json.Decoder().decode
    for number, line in enumerate(lines_of(stream, longest=limits.record), 1):
        if line is None:
            yield f"{name}, line {number}", too_long(limits)
            continue
        try:
            came: object = decode(line)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            bare = line.removeprefix(UTF8_MARK) if number == 1 else line
            if not bare.strip():
                continue
            came = decoded(bare)
        yield f"{name}, line {number}", came if isinstance(came, dict) else refused(came)


def decoded(line: bytes) -> object:
    """One JSON value, or what is wrong with it; what is not UTF-8, and control characters in texts, are let pass."""
    try:
        return json.loads(text_of(line), strict=False, parse_constant=no_number)
    except json.JSONDecodeError as error:
        return Refused(broken(error.msg, error.pos if error.pos < len(error.doc.rstrip()) else None))
    except RecursionError:
        return TOO_DEEP
    except ValueError as error:
        return Refused(f"not valid JSON ({error}): mend this record or take it out")


def broken(said: str, place: int | None) -> str:
    """What is wrong with JSON at a place, from 0, or at its end, as a sentence."""
    said = said[:1].lower() + said[1:]
    where = f"character {place + 1}" if place is not None else "at its end"
    return f"not valid JSON ({said}, {where}): mend this record or take it out"


def refused(came: object) -> Refused:
    """What stands in the place of something that is no object."""
    return came if isinstance(came, Refused) else Refused(f"a ticket must be a JSON object, was: {shown(came)}")


def too_long(limits: Limits) -> Refused:
    """What stands in the place of a record that no memory should be filled with."""
    return Refused(f"a record must not be over {megabytes(limits.record)}: take out what is no text")


def no_number(constant: str) -> Any:
    """NaN and its like, which JSON does not know."""
    raise ValueError(f"{constant} is no number")
