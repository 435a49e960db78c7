"""One verifier for all helpdesks: how each of them signs is a row of its table, `Signing`.

Nothing that comes in is trusted before: headers are text of any kind, the body is any bytes. Every secret is tried on
every signature, and compared in the same time whatever they are.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from web.helpdesks.model import Clock, Encoding, Signing

MOST_SIGNATURES = 20  # of one header
LONGEST_ID = 200  # characters
DIGESTS = {"sha1": hashlib.sha1, "sha256": hashlib.sha256}
FIELD = re.compile(rb"\{(id|timestamp|body|method|url)\}")
NUMBER = re.compile(r"\d{1,14}", re.ASCII)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Refused(StrEnum):
    """Why a delivery is not taken; said to whom sends it, and on the deliveries page."""

    NO_SIGNATURE = "the header with the signature is missing"
    NO_TIME = "the header with the time is missing, or is no time"
    NO_ID = "the header with the id is missing, or is no id"
    MALFORMED = "the header with the signature is malformed"
    OLD = "it was signed too long ago: send it again, or set the clock of the sender or of this server"
    FUTURE = "it was signed in the future: set the clock of the sender or of this server"
    WRONG = "the signature does not fit: check the secret, and that nothing between changes the body or the address"


class RefusedError(Exception):
    """A delivery that is not proven to come from its helpdesk."""

    def __init__(self, why: Refused) -> None:
        super().__init__(why.value)
        self.why = why


@dataclass(frozen=True, slots=True)
class Came:
    """A request as it came."""

    method: str
    url: str  # as the sender knows it
    headers: Mapping[str, str]  # names in small letters
    body: bytes


def verify(signing: Signing, secrets: Sequence[str], came: Came, *, now: datetime) -> None:
    """Raise RefusedError unless the request was signed with one of the secrets, and lately."""
    header = header_of(signing, signing.header, came.headers)
    if header is None:
        raise RefusedError(Refused.NO_SIGNATURE)
    given = list(_signatures(signing, header))
    if not given:
        raise RefusedError(Refused.MALFORMED)
    timestamp = _timestamp(signing, came.headers)
    expected = _expected(signing, secrets, came, timestamp)
    fits = [hmac.compare_digest(one, other) for one in expected for other in given]
    if not any(fits):
        raise RefusedError(Refused.WRONG)
    _check_time(signing, timestamp, now)


def sign(signing: Signing, secret: str, came: Came, *, id: str, now: datetime) -> dict[str, str]:
    """The headers that a helpdesk would add to this request, by which it is verified."""
    added = {}
    if signing.time_header:
        added[signing.time_header] = _written(signing.clock, now)
    if signing.id_header:
        added[signing.id_header] = id
    whole = Came(came.method, came.url, {**came.headers, **added}, came.body)
    (signature,) = _expected(signing, [secret], whole, added.get(signing.time_header, ""))
    return {**added, signing.header: signing.prefix + signature.decode()}


def header_of(signing: Signing, name: str, headers: Mapping[str, str]) -> str | None:
    """A header under its own name, or the other name that it may have; None where there is neither, or it is empty."""
    found = headers.get(name) or headers.get(signing.alternatives.get(name, ""))
    return found.strip() or None if found else None


def id_of(signing: Signing, headers: Mapping[str, str]) -> str | None:
    """The id that a header gives a delivery; None where none does."""
    found = header_of(signing, signing.id_header, headers) if signing.id_header else None
    return found if found is not None and _is_id(found) else None


def is_secret(signing: Signing, secret: str) -> bool:
    """Whether a secret can be one of this helpdesk."""
    return bool(secret.strip()) and _key(signing, secret) is not None


def _is_id(text: str) -> bool:
    return len(text) <= LONGEST_ID and text.isascii() and text.isprintable()


def _signatures(signing: Signing, header: str) -> Iterable[bytes]:
    """Those of the header that have the prefix, as they are compared."""
    if not header.isascii():
        return
    for one in header.split()[:MOST_SIGNATURES] if signing.several else [header]:
        if one.startswith(signing.prefix) and len(one) > len(signing.prefix):
            bare = one[len(signing.prefix) :]
            is_hex = signing.digest != "" and signing.encoding is Encoding.HEX
            yield (bare.lower() if is_hex else bare).encode()


def _expected(signing: Signing, secrets: Sequence[str], came: Came, timestamp: str) -> list[bytes]:
    """What the signature must be, one a secret."""
    keys = [key for secret in secrets if (key := _key(signing, secret)) is not None]
    if signing.digest == "":
        return keys
    content = _content(signing, came, timestamp)
    digests = [hmac.new(key, content, DIGESTS[signing.digest]).digest() for key in keys]
    if signing.encoding is Encoding.HEX:
        return [digest.hex().encode() for digest in digests]
    return [base64.b64encode(digest) for digest in digests]


def _content(signing: Signing, came: Came, timestamp: str) -> bytes:
    needs_id = "{id}" in signing.content
    id = header_of(signing, signing.id_header, came.headers) if needs_id else ""
    if id is None or not _is_id(id):
        raise RefusedError(Refused.NO_ID)
    values = {b"id": id.encode(), b"timestamp": timestamp.encode(), b"body": came.body}
    values |= {b"method": came.method.encode(), b"url": came.url.encode()}
    return FIELD.sub(lambda found: values[found[1]], signing.content.encode())


def _key(signing: Signing, secret: str) -> bytes | None:
    """The bytes that sign; None where the secret is none of this helpdesk."""
    if signing.digest == "" and not secret.isascii():
        return None  # a header holds ASCII only
    if not signing.secret_prefix or not secret.startswith(signing.secret_prefix):
        return secret.encode() if not signing.secret_prefix else None
    try:
        return base64.b64decode(secret.removeprefix(signing.secret_prefix), validate=True) or None
    except binascii.Error:
        return None


def _timestamp(signing: Signing, headers: Mapping[str, str]) -> str:
    """The time as it stands in its header; empty where this helpdesk signs none."""
    if not signing.time_header:
        return ""
    found = header_of(signing, signing.time_header, headers)
    if found is None or not found.isascii() or _moment(signing.clock, found) is None:
        raise RefusedError(Refused.NO_TIME)
    return found


def _check_time(signing: Signing, timestamp: str, now: datetime) -> None:
    at = _moment(signing.clock, timestamp) if timestamp else None
    if at is None:
        return
    tolerance = timedelta(seconds=signing.tolerance)
    if now - at > tolerance:
        raise RefusedError(Refused.OLD)
    if at - now > tolerance:
        raise RefusedError(Refused.FUTURE)


def _moment(clock: Clock, text: str) -> datetime | None:
    """The time of a header; None where it is none."""
    try:
        if clock is Clock.ISO:
            at = datetime.fromisoformat(text)
            return (at if at.tzinfo is not None else at.replace(tzinfo=UTC)).astimezone(UTC)
        if NUMBER.fullmatch(text) is None:
            return None
        return EPOCH + timedelta(seconds=int(text) / (1000 if clock is Clock.MILLISECONDS else 1))
    except (ValueError, OverflowError):
        return None


def _written(clock: Clock, now: datetime) -> str:
    if clock is Clock.ISO:
        return now.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return str(int(now.timestamp() * (1000 if clock is Clock.MILLISECONDS else 1)))
