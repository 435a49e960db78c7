"""What the encoder reads of a ticket, in one pass for all readers, and where the ticket's words stand in it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from advisor.types import Document, Span

ABBREVIATIONS = {
    "pw": "password", "pwd": "password", "pword": "password", "passwd": "password", "acct": "account", "acc": "account",
    "2fa": "two-factor authentication", "mfa": "multi-factor authentication", "otp": "one-time security code",
    "msg": "message", "num": "number", "u": "you", "ur": "your", "auth": "authentication", "addr": "address",
    "info": "information", "appt": "appointment", "dob": "date of birth", "ssn": "social security number",
    "sub": "subscription", "sms": "text message", "sso": "single sign-on", "pic": "photo", "pics": "photos",
}  # fmt: skip
CHANGED = re.compile(rf"(?i)\s+|\b(?:{'|'.join(ABBREVIATIONS)})\b")


@dataclass(frozen=True, slots=True)
class Stretch:
    """Words that stand in the matter as they stand in the document."""

    start: int  # in Document.text
    end: int
    at: int  # in Matter.text


@dataclass(frozen=True, slots=True)
class Matter:
    """The text that is encoded: abbreviations written out, white space joined to single blanks."""

    text: str
    stretches: tuple[Stretch, ...]  # by `start`
    sections: tuple[Span, ...]  # of `text`: the subject with the newest message, then each older one

    def origin(self, place: int) -> int:
        """The place in the document of a place here; of what was written out, where it begins there."""
        before = max((one for one in self.stretches if one.at <= place), key=lambda one: one.at, default=None)
        if before is None:
            return self.stretches[0].start if self.stretches else 0
        return min(before.start + place - before.at, before.end)


def matter_of(document: Document) -> Matter:
    """Subject, newest words of the customer, first message, then the others from the newest on."""
    newest = list(reversed(document.messages))
    ordered = newest if len(newest) < 3 else [newest[0], newest[-1], *newest[1:-1]]
    text = ""
    stretches: list[Stretch] = []
    sections: list[Span] = []
    for span in (document.subject, *ordered):
        start = len(text) + bool(text)
        if span.end > span.start:
            text = add(document.text, span, f"{text} " if text else "", stretches)
        if span is not document.subject and len(text) > start:
            sections.append(Span(start if sections else 0, len(text)))
    whole = tuple(sections) or (Span(0, len(text)),)
    return Matter(text, tuple(sorted(stretches, key=lambda one: one.start)), whole)


def add(source: str, span: Span, text: str, stretches: list[Stretch]) -> str:
    """Write a stretch of the document behind what is there already."""
    start = span.start
    for found in CHANGED.finditer(source, span.start, span.end):
        written = " " if found[0].isspace() else ABBREVIATIONS[found[0].lower()]
        if written == found[0]:
            continue
        if found.start() > start:
            stretches.append(Stretch(start, found.start(), len(text)))
        text += source[start : found.start()] + written
        start = found.end()
    if span.end > start:
        stretches.append(Stretch(start, span.end, len(text)))
    return text + source[start : span.end]


def expanded(text: str) -> str:
    """A text with the abbreviations of tickets written out, so that the encoder knows them."""
    return CHANGED.sub(lambda found: ABBREVIATIONS.get(found[0].lower(), found[0]), text)
