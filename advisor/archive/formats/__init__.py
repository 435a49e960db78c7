"""Archives of tickets, read row by row: tables, JSON, Parquet, mailboxes and exports of helpdesks, packed or not."""

from advisor.archive.formats.reading import Reading, read_rows, ticket_of
from advisor.archive.formats.recognise import recognise
from advisor.archive.formats.values import (
    Archive,
    BadRow,
    Compression,
    DateOrder,
    Dates,
    Format,
    Layout,
    Limits,
    Row,
)

__all__ = [
    "Archive",
    "BadRow",
    "Compression",
    "DateOrder",
    "Dates",
    "Format",
    "Layout",
    "Limits",
    "Reading",
    "Row",
    "read_rows",
    "recognise",
    "ticket_of",
]
