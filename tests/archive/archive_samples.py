"""Archives that the tests write: tables, JSON, Parquet, mails, exports of helpdesks, and ways to pack them."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import json
import lzma
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet

from advisor.archive.formats import Archive, BadRow, Compression, Limits, Row, read_rows, recognise

Fields = dict[str, Any]


def rows_of(archive: Archive, limits: Limits | None = None) -> list[Row | BadRow]:
    return list(read_rows(archive, limits=limits or Limits()))


def fields_at(path: Path) -> list[Fields | str]:
    """The fields of each row, the reason of each bad one."""
    return [dict(row.fields) if isinstance(row, Row) else row.reason for row in rows_of(recognise(path))]


def csv_of(rows: Sequence[Mapping[str, str]], *, separator: str = ",") -> bytes:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, delimiter=separator)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def jsonl_of(rows: Sequence[object]) -> bytes:
    return b"".join(json.dumps(row, ensure_ascii=False).encode("utf-8", "replace") + b"\n" for row in rows)


def parquet_of(rows: Sequence[Mapping[str, Any]], *, group: int = 1000) -> bytes:
    sink = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist([dict(row) for row in rows]), sink, row_group_size=group)
    return sink.getvalue()


def zstd_of(content: bytes) -> bytes:
    sink = pyarrow.BufferOutputStream()
    with pyarrow.CompressedOutputStream(sink, "zstd") as stream:
        stream.write(content)
    packed: bytes = sink.getvalue().to_pybytes()
    return packed


def zip_of(files: Mapping[str, bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


PACK: dict[Compression, Callable[[bytes], bytes]] = {
    Compression.NONE: bytes,
    Compression.GZIP: gzip.compress,
    Compression.BZ2: bz2.compress,
    Compression.XZ: lzma.compress,
    Compression.ZSTD: zstd_of,
}


def mail(
    sender: str, subject: str, text: str, *, id: str, answers: str | None = None, date: str = "", more: str = ""
) -> bytes:
    """A mail in plain text."""
    lines = [f"From: {sender}", f"Subject: {subject}", f"Message-ID: <{id}>"]
    lines += [f"Date: {date}"] if date else []
    lines += [f"In-Reply-To: <{answers}>", f"References: <{answers}>"] if answers else []
    lines += [more] if more else []
    return ("\n".join(lines) + f"\n\n{text}\n").encode()


def mbox_of(mails: Sequence[bytes]) -> bytes:
    return b"".join(b"From someone@host.example Fri Mar 14 09:30:00 2025\n" + one + b"\n" for one in mails)


MAYA = "Maya Brook <maya@brook.example>"
TOM = "Tom (Support) <tom@fernway.example>"
THREAD = (
    mail(MAYA, "No export", "The export fails.", id="1@x", date="Fri, 14 Mar 2025 09:30:00 +0100"),
    mail("Ines <ines@marlow.example>", "Login", "I cannot log in.", id="2@x", date="Fri, 14 Mar 2025 10:00:00 +0100"),
    mail(TOM, "Re: No export", "Which one?", id="3@x", answers="1@x", date="Fri, 14 Mar 2025 11:00:00 +0100"),
    mail(MAYA, "Re: No export", "All of them.", id="4@x", answers="3@x", date="Fri, 14 Mar 2025 12:00:00 +0100"),
)
"""Four mails, two threads: of Maya, in three mails with an answer by Tom, and of Ines, who waits."""

ZENDESK: list[Fields] = [
    {
        "id": 35436,
        "subject": "Help, my printer is on fire!",
        "raw_subject": "Help, my printer is on fire!",
        "description": "The fire is very colorful.",
        "created_at": "2025-03-14T09:30:00Z",
        "status": "open",
        "priority": "high",
        "tags": ["printer", "fire"],
        "via": {"channel": "web"},
        "requester_id": 20978392,
        "submitter_id": 20978392,
        "assignee_id": 7,
        "organization_id": 509974,
        "satisfaction_rating": {"score": "good"},
        "custom_fields": [{"id": 1, "value": "745"}],
        "comments": [
            {"author_id": 7, "plain_body": "Is it out?", "public": True, "created_at": "2025-03-14T10:00:00Z"},
            {"author_id": 7, "body": "Insured?", "public": False, "created_at": "2025-03-14T09:59:00Z"},
            {
                "author_id": 20978392,
                "plain_body": "The fire is very colorful.",
                "public": True,
                "created_at": "2025-03-14T09:30:00Z",
            },
            {"author_id": -1, "body": "We got it.", "public": True, "created_at": "2025-03-14T09:31:00Z"},
        ],
    },
    {"id": 2, "description": "Where is my invoice?", "via": {"channel": "voice"}, "submitter_id": 9, "requester_id": 9},
]
ZENDESK_USERS: list[Fields] = [
    {"id": 20978392, "name": "Maya Brook", "email": "maya@brook.example", "role": "end-user"},
    {"id": 7, "name": "Tom", "email": "tom@fernway.example", "role": "agent"},
]
FIRE: Fields = {
    "custom_fields": [{"id": 1, "value": "745"}],
    "via": {"channel": "web"},
    "id": "35436",
    "source": "zendesk",
    "subject": "Help, my printer is on fire!",
    "messages": [
        {
            "from": "customer",
            "body": "The fire is very colorful.",
            "author": "maya@brook.example",
            "at": "2025-03-14T09:30:00Z",
        },
        {"from": "system", "body": "We got it.", "author": "-1", "at": "2025-03-14T09:31:00Z"},
        {"from": "agent", "body": "Is it out?", "author": "tom@fernway.example", "at": "2025-03-14T10:00:00Z"},
    ],
    "channel": "portal",
    "created_at": "2025-03-14T09:30:00Z",
    "status": "open",
    "priority": "high",
    "tags": ["printer", "fire"],
    "assignee": "Tom",
    "csat": 1,
    "customer": {"id": "20978392", "name": "Maya Brook", "email": "maya@brook.example"},
    "account": {"id": "509974", "name": "Brook & Sons"},
    "handled": {
        "action": "live_human",
        "channel": "portal",
        "by": "tom@fernway.example",
        "at": "2025-03-14T10:00:00Z",
    },
}
"""The first of these tickets in the wire form."""

FRESHDESK: list[Fields] = [
    {
        "id": 20,
        "subject": "Cannot print",
        "description": "<div>It does not print.</div>",
        "description_text": "It does not print.",
        "source": 3,
        "status": 2,
        "priority": 4,
        "tags": ["printer"],
        "created_at": "2025-03-14T09:30:00Z",
        "requester_id": 5,
        "responder_id": 7,
        "requester": {"id": 5, "name": "Maya", "email": "maya@brook.example", "phone": "+44 7700 900417"},
        "company": {"name": "Brook & Sons"},
        "stats": {"first_responded_at": "2025-03-14T10:00:00Z", "resolved_at": None, "closed_at": None},
        "custom_fields": {"cf_model": "X5"},
        "conversations": [
            {
                "body_text": "Is it plugged in?",
                "incoming": False,
                "private": False,
                "user_id": 7,
                "created_at": "2025-03-14T10:00:00Z",
            },
            {"body_text": "Odd one.", "incoming": False, "private": True, "created_at": "2025-03-14T09:59:00Z"},
            {
                "body_text": "Yes.",
                "incoming": True,
                "private": False,
                "user_id": 5,
                "created_at": "2025-03-14T11:00:00Z",
            },
        ],
    },
    {"id": 21, "description_text": "Hello?", "source": 7, "requester_id": 6, "status": 40, "conversations": []},
]
NOT_PRINTING: Fields = {
    "custom_fields": {"cf_model": "X5"},
    "id": "20",
    "source": "freshdesk",
    "subject": "Cannot print",
    "messages": [
        {
            "from": "customer",
            "body": "It does not print.",
            "author": "maya@brook.example",
            "at": "2025-03-14T09:30:00Z",
        },
        {"from": "agent", "body": "Is it plugged in?", "author": "7", "at": "2025-03-14T10:00:00Z"},
        {"from": "customer", "body": "Yes.", "author": "maya@brook.example", "at": "2025-03-14T11:00:00Z"},
    ],
    "channel": "phone",
    "created_at": "2025-03-14T09:30:00Z",
    "status": "open",
    "priority": "urgent",
    "tags": ["printer"],
    "assignee": "7",
    "first_reply_at": "2025-03-14T10:00:00Z",
    "customer": {"id": "5", "name": "Maya", "email": "maya@brook.example", "phone": "+44 7700 900417"},
    "account": {"name": "Brook & Sons"},
    "handled": {"action": "live_human", "channel": "phone", "by": "7", "at": "2025-03-14T10:00:00Z"},
}
"""The first of these tickets in the wire form."""
