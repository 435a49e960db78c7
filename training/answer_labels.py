"""What agents said of the articles that were offered: did this one answer the ticket? Read from CSV or JSON lines.

A row names the ticket by its text or by its id in the records, the article that was offered, and yes or no.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.progress import silent
from training.labelled_fields import BadRow, LabelledError, mended
from training.labelled_files import (
    LARGEST_CELL,
    PACKED,
    PARQUET,
    ZIPPED,
    Told,
    encoding_of,
    heading_of,
    json_rows,
    numbered,
    opened,
)

FIELDS = ("text", "ticket_id", "article_id", "answered", "weight")
YES, NO = frozenset({"yes", "y", "true", "1", "1.0"}), frozenset({"no", "n", "false", "0", "0.0"})
SHOWN_PROBLEMS = 1000  # kept by name; the others are counted


@dataclass(frozen=True, slots=True)
class AnswerLabel:
    """One judgement."""

    number: int  # row of a CSV with its heading as row 1, or line of JSON lines
    texts: tuple[str, ...]  # of the ticket, the body last; empty = it is named by its id
    ticket_id: str  # in the records; empty = it is given by its text
    article: str  # that was offered
    answered: bool
    weight: float = 1.0  # above 0, at most 1; below 1 where it is less sure than a person's word


@dataclass(frozen=True, slots=True)
class AnswerLabels:
    """What a file holds."""

    labels: tuple[AnswerLabel, ...]
    read: int  # rows, bad ones among them
    problems: tuple[str, ...]  # rows that cannot be used, the first 1,000
    refused: int  # rows that cannot be used, in all


def parse_fields(given: Sequence[str]) -> dict[str, str]:
    """`text=Subject+Body` and the like as a mapping; raises LabelledError for anything else."""
    found = {field: field for field in FIELDS}
    for one in given:
        field, separator, column = one.partition("=")
        if not separator or field.strip() not in FIELDS or not column.strip():
            raise LabelledError(f"--map must be FIELD=COLUMN with FIELD one of {', '.join(FIELDS)}, was: {one}")
        found[field.strip()] = column.strip()
    return found


def read_answer_labels(path: Path, columns: Mapping[str, str] | None = None) -> AnswerLabels:
    """Read judgements; raises LabelledError where the file cannot be used at all."""
    labels: list[AnswerLabel] = []
    problems: list[str] = []
    refused = 0
    wanted = columns or parse_fields(())
    for row in objects(path, wanted):
        found = row if isinstance(row, BadRow) else judgement(*row, wanted)
        if isinstance(found, AnswerLabel):
            labels.append(found)
            continue
        refused += 1
        if refused <= SHOWN_PROBLEMS:
            problems.append(f"row {found.number} {found.reason}")
    if not labels:
        raise LabelledError(f"{path} holds no row that can be used; {'; '.join(problems[:3]) or 'it is empty'}")
    return AnswerLabels(tuple(labels), len(labels) + refused, tuple(problems), refused)


def objects(path: Path, columns: Mapping[str, str]) -> Iterator[tuple[int, Mapping[str, object]] | BadRow]:
    """The rows of a file as objects."""
    with opened(path) as file:
        start = file.peek(4096)[:4096]
        encoding = encoding_of(start)
        if start.startswith((PACKED, PARQUET, ZIPPED)) or (encoding.startswith("utf-8") and b"\0" in start):
            raise LabelledError(f"{path} is no text: it must be CSV with a heading line, or JSON lines")
        errors = "surrogateescape" if encoding.startswith("utf-8") else "replace"
        stream = io.TextIOWrapper(file, encoding=encoding, errors=errors, newline="")
        if start.decode(encoding, "replace").lstrip("\ufeff \t\r\n").startswith("{"):
            for number, row in json_rows(stream, Told(silent, path.name, 0), lambda: 0):
                yield row if isinstance(row, BadRow) else (number, row)
            return
        yield from cells(path, stream, columns)


def cells(
    path: Path, stream: io.TextIOWrapper, columns: Mapping[str, str]
) -> Iterator[tuple[int, Mapping[str, object]] | BadRow]:
    """The rows of CSV."""
    csv.field_size_limit(LARGEST_CELL)
    line = stream.readline(LARGEST_CELL)
    separator, heading = heading_of(line)
    check_heading(path, heading, columns)
    for number, row in numbered(stream, separator):
        if isinstance(row, BadRow):
            yield row
        elif len(row) > len(heading):
            yield BadRow(number, f"has {len(row)} cells, the heading has {len(heading)}: quote cells with separators")
        else:
            yield number, dict(zip(heading, row, strict=False))


def check_heading(path: Path, heading: Sequence[str], columns: Mapping[str, str]) -> None:
    """See that the columns are there; raises LabelledError that names those that are."""
    text, ticket = columns["text"].split("+"), columns["ticket_id"]
    missing = [columns[field] for field in ("article_id", "answered") if columns[field] not in heading]
    if ticket not in heading and not all(one.strip() in heading for one in text):
        missing.append(f"{columns['text']} or {ticket}")
    if missing:
        raise LabelledError(
            f"{path} has no column {', no column '.join(missing)}; its columns are: {', '.join(heading) or 'none'}. "
            "Say which ones they are: --map FIELD=COLUMN"
        )


def judgement(number: int, row: Mapping[str, object], columns: Mapping[str, str]) -> AnswerLabel | BadRow:
    """A row as a judgement."""

    def cell(column: str) -> str:
        return text_of(row.get(column))

    texts = tuple(one for column in columns["text"].split("+") if (one := cell(column.strip())))
    ticket, article = cell(columns["ticket_id"]), cell(columns["article_id"])
    said, weight = cell(columns["answered"]).lower(), weight_of(cell(columns["weight"]))
    if not texts and not ticket:
        return BadRow(number, f"has neither {columns['text']} nor {columns['ticket_id']}")
    if not article:
        return BadRow(number, f"has no {columns['article_id']}: name the article that was offered")
    if said not in YES | NO:
        return BadRow(number, f"{columns['answered']} must be yes or no, was: {said[:40]!r}")
    if weight is None:
        return BadRow(number, f"{columns['weight']} must be above 0 and at most 1, was: {cell(columns['weight'])[:40]}")
    return AnswerLabel(number, texts, ticket, article, said in YES, weight)


def text_of(value: object) -> str:
    """A cell as text; true and false of JSON as such, lists and objects as nothing."""
    if value is None or not isinstance(value, str | int | float):
        return ""
    return mended(str(value))[0].strip()


def weight_of(cell: str) -> float | None:
    """A weight; 1 where there is none, None where it is no weight."""
    try:
        weight = float(cell or 1)
    except ValueError:
        return None
    return weight if math.isfinite(weight) and 0 < weight <= 1 else None
