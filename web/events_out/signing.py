"""Signs by Standard Webhooks: HMAC-SHA256 over id, time and body, with every secret that is good now."""

from __future__ import annotations

import hmac
import secrets
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Iterable
from datetime import datetime

from advisor.errors import AdvisorError

PREFIX = "whsec_"
LENGTH = 32  # bytes of a new secret
SHORTEST, LONGEST = 24, 64  # bytes, as the standard has it


def new_secret() -> str:
    """A secret that nobody can guess, as subscribers are given it."""
    return PREFIX + b64encode(secrets.token_bytes(LENGTH)).decode()


def key_of(secret: str) -> bytes:
    """The bytes that a secret stands for; AdvisorError where it is none."""
    rule = f"a secret must be {PREFIX} and {SHORTEST} to {LONGEST} bytes in base64"
    cure = "leave it out to have one made"
    if not secret.startswith(PREFIX):
        raise AdvisorError(f"{rule}, and this one does not begin so: {cure}")
    try:
        key = b64decode(secret.removeprefix(PREFIX), validate=True)
    except (Base64Error, ValueError) as error:
        raise AdvisorError(f"{rule}, and this one is no base64: {cure}") from error
    if not SHORTEST <= len(key) <= LONGEST:
        raise AdvisorError(f"{rule}, and this one has {len(key)}: {cure}")
    return key


def signed(id: str, body: bytes, *, at: datetime, by: Iterable[str]) -> dict[str, str]:
    """The headers of a message: its id, the time of this attempt in seconds, and a signature a secret."""
    time = str(int(at.timestamp()))
    content = b".".join((id.encode(), time.encode(), body))
    signatures = (b64encode(hmac.digest(key_of(secret), content, "sha256")).decode() for secret in by)
    return {
        "webhook-id": id,
        "webhook-timestamp": time,
        "webhook-signature": " ".join(f"v1,{signature}" for signature in signatures),
    }
