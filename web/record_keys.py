"""Sources and ids in the addresses of pages: whatever they are made of, they stay one piece and come back as they were.

Slashes, blanks, dots alone and all other signs are written as `~2F`: browsers, proxies and servers make something else
of `..`, `//` and `%2F` in a path. An address that was typed or put together elsewhere may hold plain slashes, too.
"""

from __future__ import annotations

import re
from urllib.parse import quote

from flask import Blueprint
from werkzeug.routing import BaseConverter

EMPTY = "~"
_PLAIN = frozenset("-_.@:+")
_ESCAPED = re.compile("(?:~[0-9A-Fa-f]{2})+")


class KeyConverter(BaseConverter):
    """`<key:source>`: a source or an id, as one piece of a path."""

    def to_python(self, value: str) -> str:
        """The id that stands in an address."""
        return decoded(value)

    def to_url(self, value: str) -> str:
        """The piece of an address for an id."""
        return quote(encoded(value), safe="@:+")


class LongKeyConverter(KeyConverter):
    """`<keys:key>`: the same at the end of an address, where plain slashes are taken, too."""

    regex = ".+?"
    part_isolating = False


def encoded(id: str) -> str:
    """An id without any sign that means something in a path."""
    if not id:
        return EMPTY
    if not id.strip("."):
        return "~2E" * len(id)
    return "".join(sign if sign.isalnum() or sign in _PLAIN else _escaped(sign) for sign in id)


def decoded(piece: str) -> str:
    """The id of a piece; what is no escape stays as it is."""
    if piece == EMPTY:
        return ""
    return _ESCAPED.sub(lambda found: bytes.fromhex(found[0].replace("~", "")).decode("utf-8", "replace"), piece)


def take_keys(pages: Blueprint) -> None:
    """Let the routes of a blueprint use `<key:…>` and `<keys:…>`; call it before its first route."""
    pages.record(lambda state: state.app.url_map.converters.update({"key": KeyConverter, "keys": LongKeyConverter}))


def _escaped(sign: str) -> str:
    return "".join(f"~{byte:02X}" for byte in sign.encode("utf-8", "replace"))
