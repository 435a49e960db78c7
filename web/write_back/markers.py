"""By what a note of ours is known again in a helpdesk: `[advisor-1jq8z0-5f2a9c01-b7d3e842]` at its end.

The first part is when the advice was to be told (seconds, by which newer and older are told apart), the second stands
for what it says, the third proves that this installation wrote it, for anybody may write a sentence in square brackets.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
FORM = re.compile(r"\[advisor-([0-9a-z]{1,9})-([0-9a-f]{8})-([0-9a-f]{8})\]")


@dataclass(frozen=True, slots=True, order=True)
class Marker:
    """One note of ours."""

    when: int  # seconds since 1970
    content: str  # digest of what it says


class Markers:
    """Writes and finds the markers of an installation."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def marker(self, source: str, ticket_id: str, content: str, *, when: datetime) -> Marker:
        """The marker of a note."""
        return Marker(int(when.timestamp()), self._digest("says", source, ticket_id, content))

    def written(self, source: str, ticket_id: str, marker: Marker) -> str:
        """A marker as it stands in a note."""
        return f"[advisor-{_base36(marker.when)}-{marker.content}-{self._proof(source, ticket_id, marker)}]"

    def found(self, source: str, ticket_id: str, notes: Iterable[str]) -> list[Marker]:
        """The markers of this ticket in its notes, the oldest first; made-up ones and other tickets' are left out."""
        said = (one for note in notes for one in FORM.finditer(note))
        found = ((Marker(int(one[1], 36), one[2]), one[3]) for one in said)
        return sorted({one for one, proof in found if hmac.compare_digest(proof, self._proof(source, ticket_id, one))})

    def _proof(self, source: str, ticket_id: str, marker: Marker) -> str:
        return self._digest("wrote", source, ticket_id, str(marker.when), marker.content)

    def _digest(self, *parts: str) -> str:
        content = b"".join(len(part.encode()).to_bytes(4, "big") + part.encode() for part in parts)
        return hmac.new(self._key, b"write-back" + content, hashlib.sha256).hexdigest()[:8]


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, last = divmod(number, 36)
        digits = DIGITS[last] + digits
    return digits or "0"
