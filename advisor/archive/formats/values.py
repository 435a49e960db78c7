"""What the reading of archives speaks of: the archive, its rows, and how much of a file is believed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol

MOST_COLUMNS = 2_000  # of a table
HEAD = 2**20  # bytes of the beginning, unpacked, by which an archive is recognised


class Format(StrEnum):
    """How tickets are written down."""

    CSV = "csv"
    JSONL = "jsonl"
    JSON = "json"  # an array, objects one after the other, or an object with a list `tickets`
    PARQUET = "parquet"
    MBOX = "mbox"
    EML = "eml"  # one message, or a folder or zip of them
    ZENDESK = "zendesk"
    FRESHDESK = "freshdesk"


class Compression(StrEnum):
    """How the file is packed; known by its first bytes, whatever it is called."""

    NONE = "none"
    GZIP = "gzip"
    BZ2 = "bz2"
    XZ = "xz"
    ZSTD = "zstd"


class Layout(StrEnum):
    """How JSON objects stand in their file."""

    LINES = "lines"  # one a line
    VALUES = "values"  # one after the other, over many lines
    ARRAY = "array"
    PAGES = "pages"  # in the list `tickets` of an object, or of several such objects


class DateOrder(StrEnum):
    """What stands first in a date such as 03/04/2025."""

    DAY_FIRST = "day_first"
    MONTH_FIRST = "month_first"


class OrderBy(StrEnum):
    """Why dates are read as they are."""

    UNUSED = "unused"  # no date of the first rows is written with numbers alone
    NOTHING = "nothing"  # no row tells
    VALUE = "value"  # of the first rows
    ASKED = "asked"


@dataclass(frozen=True, slots=True)
class Dates:
    """How dates written with numbers alone are read, and why."""

    order: DateOrder = DateOrder.DAY_FIRST
    by: OrderBy = OrderBy.UNUSED
    example: str | None = None  # a date of the first rows; by VALUE the one that tells


@dataclass(frozen=True, slots=True)
class Archive:
    """An archive that was recognised, and not yet read."""

    path: Path
    format: Format
    compression: Compression = Compression.NONE
    columns: tuple[str, ...] = ()  # of tables and plain objects, as they stand there
    mapping: Mapping[str, str] = field(default_factory=dict)  # wire field -> column, of the same
    member: str | None = None  # the file inside a zip; "" = all messages of a zip; None = no zip
    layout: Layout | None = None  # of JSON
    encoding: str = "utf-8"  # "utf-8" | "cp1252" | "utf-16"; both first are read alike, line by line
    separator: str = ","  # of CSV
    escape: str | None = None  # of quotation marks inside quoted cells; None = they are doubled
    dates: Dates = Dates()


@dataclass(frozen=True, slots=True)
class Row:
    """A ticket in the wire form, not yet checked."""

    number: int  # place in the archive, from 1, every record counted, good or bad
    where: str  # "tickets.csv, line 7", "mail.mbox, message 12", "inbox/a.eml"
    fields: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class BadRow:
    """A record that cannot be taken."""

    number: int  # as in Row
    where: str
    reason: str  # the rule, what came, the cure

    def __str__(self) -> str:
        return f"{self.where}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Refused:
    """What stands in the place of fields that cannot be taken."""

    reason: str


Record = tuple[str, dict[str, object] | Refused]  # where it stands, what it holds


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much of a file is believed; what is over is refused before it fills the memory."""

    record: int = 16 * 2**20  # bytes of one record, and characters of one field
    held: int = 256 * 2**20  # bytes held at once where a format cannot be read piece by piece
    files: int = 1_000_000  # in a zip or a folder
    unpacked: int = 200 * 10**9  # bytes, in all
    ratio: int = 200  # unpacked bytes for one packed byte …
    ratio_from: int = 100 * 2**20  # … from so many unpacked bytes on


class Bytes(Protocol):
    """Where bytes come from, in order."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes; none at the end only."""


class Meter:
    """How far the reading is, in bytes of the file on disk; a file that is read twice counts twice."""

    def __init__(self, total: int = 0) -> None:
        self.done = 0
        self.total = total


def megabytes(size: int) -> str:
    """`16 MB`."""
    return f"{size / 2**20:,.0f} MB" if size >= 2**20 else f"{size:,} bytes"
