"""Whose JSON it is, and how its objects stand in the file."""

from __future__ import annotations

import io
import re
from dataclasses import replace

from advisor.archive.formats.freshdesk import is_freshdesk
from advisor.archive.formats.json_lines import UTF8_MARK, decoded
from advisor.archive.formats.objects import records_of
from advisor.archive.formats.people import Fields
from advisor.archive.formats.values import Archive, Format, Layout, Limits
from advisor.archive.formats.zendesk import PEOPLE, TICKETS, is_zendesk
from advisor.errors import ArchiveError

JSON = (Format.JSON, Format.JSONL, Format.ZENDESK, Format.FRESHDESK)
LOOKED_AT = 20  # objects, and lines
PAGE = frozenset((*TICKETS, *PEOPLE, "groups", "count", "next_page", "previous_page", "after_url", "end_time"))
"""Names with which a page of an export begins."""

FIRST_NAME = re.compile(rb'\s*\{\s*"([^"\\]{1,40})"\s*:')


def with_layout(archive: Archive, head: bytes, *, asked: Format | None) -> Archive:
    """The archive with its layout, and the format that its objects tell, unless one was asked for."""
    layout = layout_of(head)
    archive = replace(archive, layout=layout)
    if asked is not None:
        return archive
    records = first_objects(head, archive, Limits(), most=LOOKED_AT)
    told = _helpdesk(records) if records or layout is not Layout.PAGES else Format.ZENDESK  # its people stand first
    return replace(archive, format=told or (Format.JSONL if layout is Layout.LINES else Format.JSON))


def layout_of(head: bytes) -> Layout:
    """How objects stand in a file that begins so."""
    text = head.removeprefix(UTF8_MARK).lstrip()
    if text.startswith(b"["):
        return Layout.ARRAY
    first = FIRST_NAME.match(text)
    if first is not None and first[1].decode("latin-1") in PAGE:
        return Layout.PAGES
    lines = [line for line in text.splitlines()[: LOOKED_AT + 1] if line.strip()]
    whole = decoded(lines[0])
    if isinstance(whole, dict) or len(lines) == 1:
        return Layout.PAGES if isinstance(whole, dict) and _is_page(whole) else Layout.LINES
    if _goes_on(lines[0]):
        return Layout.PAGES if _is_page(decoded(text)) else Layout.VALUES
    return Layout.LINES


def first_objects(head: bytes, archive: Archive, limits: Limits, *, most: int) -> list[Fields]:
    """The first objects of a beginning, as they stand there; what is cut off or broken is left out."""
    found: list[Fields] = []
    try:
        for _, came in records_of("", archive.layout or Layout.LINES, io.BytesIO(head), limits):
            found += [came] if isinstance(came, dict) else []
            if len(found) >= most:
                break
    except ArchiveError:
        return found  # where the beginning ends
    return found


def _helpdesk(records: list[Fields]) -> Format | None:
    if any(is_freshdesk(record) for record in records):
        return Format.FRESHDESK
    return Format.ZENDESK if any(is_zendesk(record) for record in records) else None


def _is_page(whole: object) -> bool:
    return isinstance(whole, dict) and isinstance(whole.get("tickets"), list)


def _goes_on(line: bytes) -> bool:
    """Whether a line leaves a bracket open and no text: texts end where their line ends."""
    outside = re.sub(rb'"(?:[^"\\]|\\.)*"', b"", line)
    if b'"' in outside:
        return False
    return sum(outside.count(sign) for sign in (b"{", b"[")) > sum(outside.count(sign) for sign in (b"}", b"]"))
