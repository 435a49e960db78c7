"""What an archive is: told by its first bytes and rows, whatever the file is called."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import replace
from itertools import islice
from pathlib import Path

from advisor.archive.formats import json_kind, parquet
from advisor.archive.formats.cells import looks_like
from advisor.archive.formats.dates import order_of
from advisor.archive.formats.fields import FIELDS, Kind
from advisor.archive.formats.guess import Samples, mapping_of
from advisor.archive.formats.json_lines import UTF8_MARK
from advisor.archive.formats.mailboxes import EML, begins_mailbox, eml_files
from advisor.archive.formats.opening import head_of
from advisor.archive.formats.packing import UTF16, Recoded
from advisor.archive.formats.shape import columns_of, value_at
from advisor.archive.formats.tables import SEPARATORS, dialect_of, first_rows, heading_of
from advisor.archive.formats.values import HEAD, MOST_COLUMNS, Archive, DateOrder, Dates, Format, Limits, OrderBy
from advisor.archive.formats.zips import ZIP, open_zip
from advisor.errors import ArchiveError
from advisor.wire.errors import shown

SAMPLE = 1000  # rows by which columns are guessed
DEFAULT = Limits()
TABLES = (Format.CSV, Format.PARQUET, Format.JSONL, Format.JSON)
"""Formats whose columns can be mapped."""

FOREIGN = {
    b"7z\xbc\xaf": "a 7z file: unpack it first",
    b"Rar!": "a RAR file: unpack it first",
    b"\x04\x22\x4d\x18": "an LZ4 file: unpack it first",
    b"\xd0\xcf\x11\xe0": "an old office or Outlook file: save it as CSV UTF-8, or the mails as .eml",
    b"!BDN": "an Outlook store: export the mails as .eml or mbox",
    b"%PDF": "a PDF: export the tickets as CSV or JSON",
    b"<": "HTML or XML: export the tickets as CSV or JSON",
}
"""Beginnings of files that are often taken for archives of tickets."""

HEADER = re.compile(rb"(?:[!-9;-~]{1,76}:[^\n]*\n(?:[ \t][^\n]*\n)*){2}")
MAIL = re.compile(rb"^(?:from|to|subject|received|return-path|message-id|delivered-to|mime-version|date):", re.I | re.M)
MOST_ZEROS = 200  # one in so many bytes of a text; some exports leave one behind here and there
MOST_WORDS = 10  # of a column's name; a longer cell of a heading is a row's


def recognise(
    path: Path,
    *,
    format: Format | None = None,
    mapping: Mapping[str, str] | None = None,
    dates: DateOrder | None = None,
    limits: Limits = DEFAULT,
) -> Archive:
    """Tell what an archive is; a format that is asked for is believed.

    `mapping`: fields of a ticket, each with the column it stands in, over what is guessed; "" drops a guess. Raises
    ArchiveError where there is nothing to read, nothing that could be tickets, or what no archive has.
    """
    try:
        return _recognised(path, format, mapping or {}, dates, limits)
    except ArchiveError as error:
        raise _naming(path, error) from error
    except OSError as error:
        raise ArchiveError(f"{path} must be readable, and is not ({error.strerror}): check the file") from error


def _recognised(
    path: Path, format: Format | None, mapping: Mapping[str, str], dates: DateOrder | None, limits: Limits
) -> Archive:
    archive = _found(path, format, limits)
    if mapping and archive.format not in TABLES:
        raise ArchiveError(f"{path.name}: a map is for tables, was given for {archive.format}: leave it out")
    if archive.format not in TABLES:
        return archive
    columns, samples = _sample(archive, limits)
    found = mapping_of(columns, samples, mapping, name=path.name) if columns else {}
    return replace(archive, columns=columns, mapping=found, dates=_dates(dates, found, samples))


def _naming(path: Path, error: ArchiveError) -> ArchiveError:
    """The error with the archive's name in front."""
    said = str(error)
    return error if said.startswith((path.name, str(path), "a map")) else ArchiveError(f"{path.name}: {said}")


def _found(path: Path, format: Format | None, limits: Limits) -> Archive:
    if not path.exists():
        raise ArchiveError(f"{path} does not exist: check the path")
    if path.is_dir():
        return _folder(path, format, limits)
    if not path.is_file():
        raise ArchiveError(f"{path} must be a file or a folder, and is neither: copy it into a file")
    member = _member(path, limits)
    if member == "":
        return Archive(path, Format.EML, member=member)
    compression, head = head_of(path, member, HEAD, limits)
    return _by_head(Archive(path, format or Format.CSV, compression, member=member), head, format)


def _folder(path: Path, format: Format | None, limits: Limits) -> Archive:
    if format not in (None, Format.EML):
        raise ArchiveError(f"{path} is a folder, and {format} is read from a file: name the file")
    if not eml_files(path, limits):
        raise ArchiveError(f"{path} is a folder, and must hold mails as {EML} files, holds none: name a file")
    return Archive(path, Format.EML)


def _member(path: Path, limits: Limits) -> str | None:
    """The one file inside a zip, "" for mails; None for a file that is no zip."""
    with path.open("rb") as file:
        if not file.read(4).startswith(ZIP):
            return None
    with open_zip(path, limits) as zipped:
        names = [file.filename for file in zipped.files]
    if names and all(name.lower().endswith(EML) for name in names):
        return ""
    if len(names) != 1:
        came = ", ".join(names[:3]) or "nothing"
        raise ArchiveError(f"{path.name}: a zip must hold one file, or {EML} files alone, was: {came}: zip one alone")
    return names[0]


def _by_head(archive: Archive, head: bytes, format: Format | None) -> Archive:
    """Tell format, text and layout by the beginning of a file."""
    name = archive.path.name
    if head.startswith(UTF16):
        archive, head = replace(archive, encoding="utf-16"), Recoded(io.BytesIO(head)).read(len(head))
    if not head.removeprefix(UTF8_MARK).strip():
        raise ArchiveError(f"{name} must hold tickets, and is empty: export it again")
    told = format or _format_of(head, name)
    archive = replace(archive, format=told)
    if told in json_kind.JSON:
        return json_kind.with_layout(archive, head, asked=format)
    return _table(archive, head) if told is Format.CSV else archive


def _table(archive: Archive, head: bytes) -> Archive:
    """A table with its columns, and how its cells are parted and its letters written."""
    if head.count(b"\0") > len(head) // MOST_ZEROS:
        rule = "an archive must be text, Parquet or packed by gzip, bz2, xz, zstd or zip"
        raise ArchiveError(f"{archive.path.name}: {rule}, was: binary: export the tickets again")
    dialect = dialect_of(head.decode("latin-1"))
    columns = _heading(heading_of(head, dialect), archive.path.name)
    encoding = archive.encoding if archive.encoding == "utf-16" or _is_utf8(head) else "cp1252"
    return replace(archive, columns=columns, separator=dialect.separator, escape=dialect.escape, encoding=encoding)


def _format_of(head: bytes, name: str) -> Format:
    if head.startswith(parquet.MAGIC):
        return Format.PARQUET
    text = head.removeprefix(UTF8_MARK).lstrip()
    foreign = next((what for magic, what in FOREIGN.items() if text.startswith(magic)), None)
    if foreign is not None or b"ustar" in head[257:262]:
        raise ArchiveError(f"{name} must hold tickets, was: {foreign or 'a tar file: unpack it first'}")
    if text[:1] in (b"{", b"["):
        return Format.JSON
    if begins_mailbox(text):
        return Format.MBOX
    if HEADER.match(text) is not None and len(MAIL.findall(text[:10_000])) > 1:
        return Format.EML
    if b"\0" not in head and set(head[:10_000]).isdisjoint(b"\r\n" + SEPARATORS.encode()):
        raise ArchiveError(f"{name} is of no known format: name it with --format ({', '.join(Format)})")
    return Format.CSV


def _heading(columns: tuple[str, ...], name: str) -> tuple[str, ...]:
    if not columns:
        raise ArchiveError(f"{name} must have a heading that names its columns, and has none: write one")
    row = next((column for column in columns if len(column.split()) > MOST_WORDS or _is_value(column)), None)
    if row is not None:
        raise ArchiveError(f"{name}: the first line must name the columns, was: {shown(row)}: write a heading above it")
    return columns


def _is_value(column: str) -> bool:
    """Whether a name of a column is what stands in rows."""
    return looks_like(Kind.EMAIL, column) or (looks_like(Kind.DATE, column) and not column.isdecimal())


def _is_utf8(head: bytes) -> bool:
    """Whether it is, but for a sign that is cut off at its end, or more of its letters are than are not."""
    try:
        head[: head.rfind(b"\n") + 1 or len(head)].decode("utf-8")
    except UnicodeDecodeError:
        lines = head.splitlines()
        good = [line for line in lines if not line.isascii() and _decodes(line)]
        return 2 * len(good) > sum(not line.isascii() for line in lines)
    return True


def _decodes(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _sample(archive: Archive, limits: Limits) -> tuple[tuple[str, ...], Samples]:
    """Names of columns, and the first rows by them."""
    if archive.format is Format.PARQUET:
        return parquet.sample_of(archive, limits)
    _, head = head_of(archive.path, archive.member, HEAD, limits)
    if archive.encoding == "utf-16":
        head = Recoded(io.BytesIO(head)).read(len(head))
    if archive.format is not Format.CSV:
        records = json_kind.first_objects(head, archive, limits, most=SAMPLE)
        columns = tuple(dict.fromkeys(name for record in records for name in columns_of(record)))[:MOST_COLUMNS]
        return columns, [{column: value_at(record, column) for column in columns} for record in records]
    whole = head if len(head) < HEAD else head[: head.rfind(b"\n") + 1]  # without a line that may be cut
    return archive.columns, list(islice(first_rows(archive, whole), SAMPLE))


def _dates(asked: DateOrder | None, mapping: Mapping[str, str], samples: Samples) -> Dates:
    """How dates are read: as was asked for, or as the first rows tell."""
    if asked is not None:
        return Dates(asked, OrderBy.ASKED)
    columns = [column for field, column in mapping.items() if FIELDS[field].kind is Kind.DATE]
    return order_of(sample.get(column) for column in columns for sample in samples)
