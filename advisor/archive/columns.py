"""The map of an archive's columns before a person: what was asked for, and what will be read as what."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from advisor.archive.formats import Archive, Compression, DateOrder, Format
from advisor.archive.formats.fields import FIELDS
from advisor.archive.formats.guess import guess, mapping_of
from advisor.archive.formats.tables import NAMED
from advisor.archive.formats.values import OrderBy
from advisor.errors import ArchiveError

__all__ = ["asked", "explain", "guess", "mapping_of"]

CALLED = {
    Format.CSV: "CSV",
    Format.JSONL: "JSON lines",
    Format.JSON: "JSON",
    Format.PARQUET: "Parquet",
    Format.MBOX: "a mailbox, its threads as tickets",
    Format.EML: "mails, their threads as tickets",
    Format.ZENDESK: "a Zendesk export",
    Format.FRESHDESK: "a Freshdesk export",
}
ENCODINGS = {"cp1252": "Windows-1252, as it is not UTF-8", "utf-16": "UTF-16"}
ORDERS = {DateOrder.DAY_FIRST: "day", DateOrder.MONTH_FIRST: "month"}
MOST_NAMED = 20  # columns that are left out, named one by one


def asked(maps: Iterable[str]) -> dict[str, str]:
    """The map that `--map body=Document` asks for; `csat=` drops what would be guessed."""
    mapping: dict[str, str] = {}
    for one in maps:
        field, sign, column = one.partition("=")
        if not sign or not field.strip():
            raise ArchiveError(f"a map must be FIELD=COLUMN, was: {one!r}: write, say, body=Description")
        if field.strip() in mapping:
            raise ArchiveError(f"a field must be mapped once, was: {field.strip()} for the second time: leave one out")
        mapping[field.strip()] = column.strip()
    return mapping


def explain(archive: Archive) -> tuple[str, ...]:
    """What an archive is and how it will be read, a line each: `body <- Document`."""
    lines = [_kind(archive), *(f"{field} <- {column}" for field, column in archive.mapping.items())]
    if any(FIELDS[field].kind == "date" for field in archive.mapping):
        lines += _dates(archive)
    unread = _unread(archive)
    if unread:
        more = f" and {len(unread) - MOST_NAMED} more" if len(unread) > MOST_NAMED else ""
        kept = "kept aside" if archive.format in (Format.JSON, Format.JSONL) else "not read"
        lines.append(f"{kept}: {', '.join(unread[:MOST_NAMED])}{more}")
    return tuple(lines)


def _kind(archive: Archive) -> str:
    parts = [f"{archive.path.name}: {CALLED[archive.format]}"]
    if archive.member:
        parts.append(f"{Path(archive.member).name} in a zip")
    if archive.compression is not Compression.NONE:
        parts.append(f"packed by {archive.compression}")
    if archive.encoding in ENCODINGS:
        parts.append(ENCODINGS[archive.encoding])
    if archive.format is Format.CSV:
        parts.append(f"cells parted by {NAMED.get(archive.separator, archive.separator)}")
    return ", ".join(parts)


def _dates(archive: Archive) -> list[str]:
    """Which of day and month is read first, and why, where it matters."""
    dates = archive.dates
    order = ORDERS[dates.order]
    if dates.by is OrderBy.UNUSED:
        return []
    why = {OrderBy.ASKED: "as asked for", OrderBy.VALUE: f"as {dates.example} tells"}
    return [f"dates: the {order} first, {why.get(dates.by, f'though {dates.example} and others do not tell')}"]


def _unread(archive: Archive) -> list[str]:
    """Columns that no field is read from; those inside of objects are named with them."""
    read = {column for mapped in archive.mapping.values() for column in (mapped, mapped.partition(".")[0])}
    inside = {column for column in archive.columns if column.partition(".")[0] in archive.columns and "." in column}
    return [column for column in archive.columns if column not in read and column not in inside]
