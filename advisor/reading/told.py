"""What a ticket's words tell, whatever any head makes of them: language, wishes, signals, what was tried."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import msgspec

from advisor.reading.failures import FailureWords, failure_words
from advisor.reading.look import Look
from advisor.reading.matter import Matter
from advisor.reading.signals import read_signals
from advisor.reading.wishes import read_wishes, second_matter
from advisor.types import Document, Message, Quote, Readability, Signal, Ticket, Wish

VERSION = 1  # raise it when wishes, signals, masking or what else stands here are read otherwise


NOTHING_TRIED = FailureWords(None, None, helped=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Plain values, small enough to be kept by the hash of the ticket's text."""

    readability: Readability
    language: str
    has_phone: bool
    wishes: tuple[Wish, ...]
    signals: tuple[Signal, ...] = ()
    two_matters: Quote | None = None
    failure: FailureWords = NOTHING_TRIED
    cut: int = 0  # word pieces that the encoder did not read
    text: bytes = b""  # names what the encoder reads
    matter: str = ""  # what the encoder reads, masked


UNREAD = Told(readability=Readability.EMPTY, language="und", has_phone=False, wishes=())


def tell(document: Document, matter: Matter, thread: Sequence[Message], look: Look | None) -> Told:
    """Read the words of a ticket; without a look, which only a readable one has, the close reader has no say."""
    wishes = read_wishes(document, matter, look.said if look is not None else ())
    told = Told(
        readability=document.readability,
        language=document.language,
        has_phone=document.phone is not None,
        wishes=wishes,
        text=text_key(matter),
        matter=matter.text,
    )
    if look is None:
        return told
    return replace(
        told,
        signals=read_signals(document, matter, look.said),
        two_matters=second_matter(document, wishes),
        failure=failure_words(document, thread),
        cut=look.cut,
    )


def key_of(ticket: Ticket, reader: str) -> bytes:
    """Names what the words of a ticket are read from, and by what: equal keys, equal readings."""
    thread = [(message.sender, message.body, message.author) for message in ticket.messages]
    names: tuple[str | None, ...] = ()
    if any(author is not None for _, _, author in thread):
        names = (ticket.customer.id, ticket.customer.name, ticket.customer.email)
    return hashed_of((reader, ticket.subject, ticket.body, thread, names))


def text_key(matter: Matter) -> bytes:
    """Names a text as it is encoded."""
    return hashed_of((matter.text, [(part.start, part.end) for part in matter.sections]))


def look_key(text: bytes, looker: str) -> bytes:
    """Names the look of a text by a looker."""
    return hashed_of((looker, text))


def hashed_of(of: object) -> bytes:
    """The SHA-256 of plain values."""
    return hashlib.sha256(msgspec.msgpack.encode(of)).digest()
