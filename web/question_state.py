"""What a customer has told so far. It travels in the form, signed, and nowhere else: no cookie, no session."""

from __future__ import annotations

import hashlib
from base64 import b32encode
from dataclasses import dataclass
from datetime import datetime
from secrets import token_urlsafe

import msgspec
from itsdangerous import BadData, SignatureExpired, URLSafeTimedSerializer

from web.question_form import Way

HOURS = 4  # a form can be used
SALT = "question before the ticket"


@dataclass(frozen=True, slots=True)
class Shown:
    """An article that the customer has seen."""

    id: str
    title: str
    url: str | None
    passage: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """All that is known of one question."""

    seed: str  # random; the reference is made of it
    matter: str = ""
    ways: tuple[Way, ...] = ()  # what they are willing to do, the first choice first
    name: str = ""
    email: str = ""
    phone: str = ""
    more: str = ""  # said when a person was asked for
    asked_at: datetime | None = None  # None = nothing is recorded yet
    shown: tuple[Shown, ...] = ()
    person_at: datetime | None = None  # None = no person was asked for by the button

    @property
    def reference(self) -> str:
        """`Q-K3MX-7PLA`: the ticket's id. The same question sent twice has one; another question has another."""
        digest = hashlib.sha256(f"{self.seed}\0{self.matter}".encode("utf-8", "replace")).digest()
        letters = b32encode(digest)[:8].decode()
        return f"Q-{letters[:4]}-{letters[4:]}"

    @property
    def is_reachable(self) -> bool:
        """Whether an answer would arrive."""
        return bool(self.email or self.phone)


@dataclass(frozen=True, slots=True)
class Opened:
    """What stood in a form."""

    told: Told
    expired: bool


def fresh() -> Told:
    """A question of which nothing is told."""
    return Told(seed=token_urlsafe(12))


class Seal:
    """Signs what was told, and reads it again."""

    def __init__(self, key: bytes, *, hours: int = HOURS) -> None:
        self._serializer = URLSafeTimedSerializer(key, salt=SALT)
        self._seconds = hours * 3600

    def close(self, told: Told) -> str:
        """What the form carries."""
        sealed = self._serializer.dumps(msgspec.to_builtins(told))
        return sealed if isinstance(sealed, str) else sealed.decode()

    def open(self, sealed: str) -> Opened | None:
        """What was told, though it be too old to go on with; None where it is not of our making."""
        try:
            content, expired = self._serializer.loads(sealed, max_age=self._seconds), False
        except SignatureExpired as error:
            content, expired = self._serializer.load_payload(error.payload or b""), True
        except (BadData, ValueError):
            return None
        return Opened(msgspec.convert(content, Told), expired)
