"""Deliveries of helpdesks, of the samples in this folder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from web.helpdesks import HELPDESKS
from web.helpdesks.model import Delivery, Event, Hook, Kind

SAMPLES = Path(__file__).parent / "samples"
CAME = datetime(2026, 3, 1, 9, 31, tzinfo=UTC)


def at(text: str) -> datetime:
    """`2026-03-01T09:30:00`, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def sample(name: str) -> Any:
    """One payload as its vendor documents it; changed freely by tests."""
    return json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))


def a_hook(
    kind: Kind,
    *,
    user: str = "",
    fields: Mapping[str, str] | None = None,
    options: Mapping[str, str] | None = None,
) -> Hook:
    """A hook that has the name of its kind."""
    return Hook(name=kind.value, kind=kind, secrets=("s",), user=user, fields=fields or {}, options=options or {})


def delivered(payload: object, headers: Mapping[str, str] | None = None) -> Delivery:
    """A payload as it comes."""
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return Delivery(headers or {}, body, CAME)


def events(hook: Hook, payload: object, headers: Mapping[str, str] | None = None) -> list[Event]:
    """What a payload tells."""
    return list(HELPDESKS[hook.kind].parse(hook, delivered(payload, headers)))


def event(hook: Hook, payload: object, headers: Mapping[str, str] | None = None) -> Event:
    """The one event that a payload tells."""
    (only,) = events(hook, payload, headers)
    return only


def delivery_id(hook: Hook, payload: object, headers: Mapping[str, str] | None = None) -> str | None:
    """By what the delivery is known."""
    return HELPDESKS[hook.kind].delivery_id(delivered(payload, headers))
