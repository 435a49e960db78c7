"""Places in lists, as a client carries them from page to page without looking into them."""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from typing import TypeVar
from urllib.parse import quote, urlencode

import msgspec
from flask import request

from web.api.problems import invalid

One = TypeVar("One")
Parts = TypeVar("Parts")


def cursor_of(*parts: str | int) -> str:
    """The place behind what these parts name."""
    return urlsafe_b64encode(msgspec.json.encode(parts)).decode().rstrip("=")


def place_in(cursor: str | None, kind: type[Parts]) -> Parts | None:
    """What a cursor names, None for the beginning; ProblemError where this program did not give it out."""
    if cursor is None:
        return None
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        return msgspec.json.decode(urlsafe_b64decode(padded), type=kind)
    except (msgspec.MsgspecError, UnicodeError, RecursionError, binascii.Error) as error:
        raise invalid("after", "after must be the `next` of the page before, was another text") from error


def split(found: Sequence[One], limit: int) -> tuple[tuple[One, ...], One | None]:
    """A page of `limit`, and its last one where more follow; `found` holds one more than the page where there is."""
    page = tuple(found[:limit])
    return page, page[-1] if len(found) > limit and page else None


def link_to(cursor: str | None) -> Mapping[str, str]:
    """The header Link of a page that another one follows."""
    if cursor is None:
        return {}
    asked = [(name, value) for name, value in request.args.items(multi=True) if name != "after"]
    address = quote(request.path)
    return {"Link": f'<{address}?{urlencode([*asked, ("after", cursor)])}>; rel="next"'}
