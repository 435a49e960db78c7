"""The fields that count of a row of a labelled file: which columns they are, and what stands in them."""

from __future__ import annotations

import reprlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from advisor.errors import AdvisorError

DEFAULTS = {"text": "text", "topic": "topic"}
PATIENCE = 1000  # rows of JSON without the columns asked for, before the file is given up
SHOWN_COLUMNS = 30


class LabelledError(AdvisorError):
    """A labelled file that cannot be trained on; its text says the file, the row, the rule and the cure."""


@dataclass(frozen=True, slots=True)
class RawRow:
    """The two fields that count of a row."""

    number: int  # row (CSV with its heading as row 1, Parquet from 1) or line (JSON lines, from 1)
    texts: tuple[str, ...]  # of the columns that make up the text, in their order; empty ones left out
    topic: str
    foreign: bool = False  # True = it was no UTF-8, and read as Windows-1252


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be read, and why."""

    number: int
    reason: str


Rows = Iterator[RawRow | BadRow]
Objects = Iterator[tuple[int, dict[str, object] | BadRow]]  # with their line or row
Keys = tuple[list[str], list[str]]  # of the text and of the topic


def parse_map(given: Sequence[str]) -> dict[str, str]:
    """`text=Subject+Body` and `topic=Group` as a mapping; raises LabelledError for anything else."""
    found = dict(DEFAULTS)
    for one in given:
        field, separator, column = one.partition("=")
        if not separator or field.strip() not in DEFAULTS or not column.strip():
            raise LabelledError(f"--map must be text=COLUMN or topic=COLUMN, as --map text=Subject+Body, was: {one}")
        found[field.strip()] = column.strip()
    return found


def places(path: Path, heading: Sequence[str], wanted: str, field: str) -> list[int]:
    """Where the columns of a field stand; raises LabelledError that names those that are there."""
    found = []
    names = [wanted] if wanted in heading else [one.strip() for one in wanted.split("+")]
    for name in names:
        exact = [at for at, column in enumerate(heading) if column == name]
        near = exact or [at for at, column in enumerate(heading) if column.casefold() == name.casefold()]
        if len(near) == 1:
            found.append(near[0])
            continue
        there = ", ".join(heading[:SHOWN_COLUMNS]) + (" …" if len(heading) > SHOWN_COLUMNS else "") or "none"
        if near:
            raise LabelledError(f"{path}: the column {name} is there {len(near)} times: give them names of their own")
        raise LabelledError(
            f"{path} has no column {name} for the {field}; its columns are: {there}. "
            f"Say which one it is: --map {field}=COLUMN"
        )
    return found


def from_objects(path: Path, objects: Objects, columns: Mapping[str, str]) -> Rows:
    """The rows of objects; the first that has the columns says how they are spelled."""
    fields: Keys | None = None
    refused: list[LabelledError] = []
    for number, row in objects:
        if isinstance(row, BadRow):
            yield row
            continue
        try:
            fields = fields or keys_of(path, list(row), columns)
        except LabelledError as error:
            refused.append(error)
            if len(refused) == PATIENCE:
                raise
            yield BadRow(number, f"has not the columns asked for, but: {', '.join(row) or 'none'}")
            continue
        yield from_object(number, row, fields)
    if fields is None and refused:
        raise refused[0]


def keys_of(path: Path, heading: Sequence[str], columns: Mapping[str, str]) -> Keys:
    """The columns of text and topic, as the file spells them."""
    text, topic = ([heading[at] for at in places(path, heading, columns[one], one)] for one in ("text", "topic"))
    return text, topic


def from_object(number: int, row: Mapping[str, object], fields: Keys) -> RawRow | BadRow:
    """A row of an object: numbers count as text, lists and objects do not."""
    cells: list[list[str]] = [[], []]
    for found, keys in zip(cells, fields, strict=True):
        for key in keys:
            value = row.get(key)
            if value is not None and (isinstance(value, bool) or not isinstance(value, str | int | float)):
                return BadRow(number, f"{key} must be text, was: {reprlib.repr(value)}")
            found.append("" if value is None else str(value))
    return made(number, *cells)


def as_object(row: object, number: int) -> dict[str, object] | BadRow:
    """A value that must be an object."""
    if isinstance(row, dict):
        return row
    return BadRow(number, f"must be a JSON object, was: {reprlib.repr(row)}")


def made(number: int, text: Sequence[str], topic: Sequence[str]) -> RawRow:
    """A row of its cells."""
    texts, topics = [mended(cell) for cell in text], [mended(cell) for cell in topic]
    return RawRow(
        number,
        tuple(cell.strip() for cell, _ in texts if cell.strip()),
        " / ".join(" ".join(cell.split()) for cell, _ in topics if cell.strip()),
        any(foreign for _, foreign in (*texts, *topics)),
    )


def mended(text: str) -> tuple[str, bool]:
    """A text whose bytes were no UTF-8, read as Windows-1252; and whether it was so."""
    if text.isascii() or not any("\udc80" <= sign <= "\udcff" for sign in text):
        return text, False
    try:
        raw = text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # halves of characters, as JSON may hold them
        return text.encode("utf-8", "replace").decode("utf-8"), False
    return raw.decode("cp1252", "replace"), True
