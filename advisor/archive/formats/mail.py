"""One mail: who, when, and what was said; attachments are left where they are."""

from __future__ import annotations

import email
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import parseaddr, parsedate_to_datetime

from advisor.archive.formats.lines import text_of
from advisor.wire.ticket import YEARS

HEADER = re.compile(
    rb"^(message-id|in-reply-to|references)[ \t]*:((?:[^\n]*)(?:\n[ \t][^\n]*)*)", re.IGNORECASE | re.MULTILINE
)
ID = re.compile(rb"<([^<>\s]{1,500})>")
ESCAPED = re.compile(rb"^>(>*From )", re.MULTILINE)  # as mailboxes keep a line that would begin a mail
ENCODED = re.compile(r"=\?[^?]{1,60}\?[bqBQ]\?")
TEXTS = ("text/plain", "text/html")
DEEPEST = 30  # parts inside of parts


@dataclass(frozen=True, slots=True)
class Head:
    """What joins a mail to others."""

    id: str | None
    related: tuple[str, ...]  # ids of mails that it answers


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail that was read."""

    id: str | None
    subject: str
    name: str | None  # of the writer
    address: str | None  # of the writer, in lower case
    at: str | None  # ISO 8601; None = no date, or none that can be
    body: str  # text, or HTML where there is no text
    automatic: bool  # written by a program

    @property
    def writer(self) -> str | None:
        """What tells one writer from another."""
        return self.address or self.name


def head_of(head: bytes) -> Head:
    """The ids in the header lines of a mail; of many, the first and the last, which join a thread."""
    found: dict[bytes, list[str]] = {}
    for match in HEADER.finditer(head):
        ids = [one.decode("latin-1") for one in ID.findall(match[2])]
        found.setdefault(match[1].lower(), ids)
    own = next(iter(found.get(b"message-id", ())), None)
    related = [*found.get(b"references", ())[:1], *found.get(b"references", ())[-1:], *found.get(b"in-reply-to", ())]
    return Head(own, tuple(dict.fromkeys(related)))


def read_mail(written: bytes, *, mailbox: bool, cut: bool = False) -> Mail | None:
    """Read a mail; `mailbox`: as it stands in one, with the lines that begin with From marked.

    None where it was `cut` within its text, and not within what is attached behind it.
    """
    message = email.message_from_bytes(ESCAPED.sub(rb"\1", written) if mailbox else written)
    if cut and _ends_in_text(message):
        return None
    headers = _headers(message)
    name, address = parseaddr(headers.get("from", ""))
    return Mail(
        id=head_of(written.partition(b"\n\n")[0].partition(b"\r\n\r\n")[0] + b"\n").id,
        subject=_words(headers.get("subject", "")),
        name=_words(name) or None,
        address=address.lower() if "@" in address else None,
        at=_date(headers.get("date", "")),
        body=_body(message),
        automatic=_automatic(headers),
    )


def _ends_in_text(message: Message) -> bool:
    """Whether the last part is one whose words count."""
    *_, last = message.walk()
    return last.get_content_type() in TEXTS and not _attached(last)


def _headers(message: Message) -> dict[str, str]:
    """The first header of each name, what is not ASCII decoded."""
    found: dict[str, str] = {}
    for name, value in message.raw_items():
        found.setdefault(name.lower(), text_of(str(value).encode("utf-8", "surrogateescape")))
    return found


def _words(header: str) -> str:
    """A header with its encoded words decoded, on one line."""
    line = " ".join(header.split())
    if ENCODED.search(line) is None:
        return line
    try:
        parts = decode_header(line)
    except (HeaderParseError, ValueError):
        return line
    return " ".join("".join(_decoded(part, charset) for part, charset in parts).split())


def _decoded(part: bytes | str, charset: str | None) -> str:
    """Text of a charset; of one that is not known, or does not fit, UTF-8 or Windows-1252."""
    if isinstance(part, str):
        return part
    try:
        return part.decode(charset or "utf-8")
    except (LookupError, UnicodeDecodeError, ValueError):
        return text_of(part)


def _date(header: str) -> str | None:
    try:
        at = parsedate_to_datetime(header)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if not YEARS[0] <= at.year <= YEARS[1]:
        return None
    return (at if at.tzinfo is not None else at.replace(tzinfo=UTC)).isoformat()


def _automatic(headers: dict[str, str]) -> bool:
    """Whether a program says that it wrote the mail."""
    said = headers.get("auto-submitted", "no").strip().lower()
    bulk = headers.get("precedence", "").strip().lower() in ("bulk", "auto_reply", "junk")
    return not said.startswith("no") or bulk or "x-autoreply" in headers or "x-autorespond" in headers


def _body(message: Message) -> str:
    """The text of a mail; where it has none, its HTML."""
    parts = list(_parts(message, 0))
    texts = [text for kind, text in parts if kind == "text/plain" and text.strip()]
    html = (text for kind, text in parts if kind == "text/html" and text.strip())
    return ("\n".join(texts) or next(html, "")).strip()


def _parts(message: Message, depth: int) -> Iterator[tuple[str, str]]:
    """Kind and text of each part that is shown, attachments and mails inside of mails left out."""
    kind = message.get_content_type()
    if kind.startswith("multipart/") and message.is_multipart() and depth < DEEPEST:
        for part in message.get_payload():
            if isinstance(part, Message):
                yield from _parts(part, depth + 1)
    elif kind in TEXTS and not _attached(message):
        yield kind, _text(message)


def _attached(part: Message) -> bool:
    return str(part.get("Content-Disposition", "")).lstrip().lower().startswith("attachment")


def _text(part: Message) -> str:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    try:
        charset = part.get_content_charset()
    except (LookupError, ValueError, UnicodeError):
        charset = None
    return _decoded(payload, charset).replace("\r\n", "\n")
