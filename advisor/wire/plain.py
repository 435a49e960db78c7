"""What commands print with --json: one object, indented."""

from __future__ import annotations

import msgspec


def plain_json(value: object) -> str:
    """Dataclasses, enumerations and times as JSON, indented by two."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
