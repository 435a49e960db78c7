"""A server's parts around one hook a helpdesk, and deliveries as helpdesks sign them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from web_builders import recording_desk, web_app
from werkzeug.test import TestResponse

from advisor.records.tables import OF_TICKET
from web.crew import Crew
from web.desk import Desk
from web.helpdesks import HELPDESKS
from web.helpdesks.model import Hook, Kind
from web.hooks import Hooks, made_secret
from web.inbox import Inbox
from web.inbox_jobs import DELIVERIES, Kept
from web.verifier import Came, sign

ADDRESS = "https://support.example.com"


class HookedApp:
    """An app with a hook of every kind, named like it, and its workers, who work when told."""

    def __init__(self, *, home: Path | None = None, kinds: tuple[Kind, ...] = tuple(Kind), **settings: object) -> None:
        self.desk: Desk = recording_desk(home=home, address=ADDRESS, **settings)
        self.app: Flask = web_app(self.desk)
        self.inbox: Inbox = self.app.extensions["inbox"]
        self.hooks = Hooks.open(self.desk.settings)
        self.crew = Crew.of(self.desk, self.inbox)
        self.client: FlaskClient = self.app.test_client()
        for kind in kinds:
            self.hooks.add(kind.value, kind, secret=made_secret(kind), now=now())

    def hook(self, kind: Kind) -> Hook:
        return self.hooks.named(kind.value, now=now())

    def knock(self, kind: Kind, body: bytes, headers: Mapping[str, str]) -> TestResponse:
        """Send a request to the hook of a kind."""
        return self.client.post(f"/hooks/{kind.value}", data=body, headers=dict(headers))

    def send(
        self, kind: Kind, payload: object, *, id: str = "d-1", secret: str | None = None, at: datetime | None = None
    ) -> TestResponse:
        """Send a payload as its helpdesk would sign it."""
        body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        return self.knock(kind, body, signed(self.hook(kind), body, id=id, secret=secret, at=at))

    def tell(self, type: str, ticket: Mapping[str, object], *, id: str) -> TestResponse:
        """Send an event to the generic hook."""
        return self.send(Kind.STANDARD, {"type": type, "timestamp": "2026-06-09T10:00:00Z", "data": ticket}, id=id)

    def told(self, type: str, ticket: Mapping[str, object], *, id: str) -> Kept:
        """The same, worked off; gives how its job stands then."""
        assert self.tell(type, ticket, id=id).status_code in (200, 202)
        self.crew.work_off()
        found = self.inbox.find_key(DELIVERIES, f"standard {id}")
        assert found is not None
        return found

    def emptied(self) -> HookedApp:
        """The same as if nothing had come yet."""
        with self.inbox.file.writing() as tables:
            for table in (*OF_TICKET, "customers", "accounts", "filed", "filed_changes", "inbox", "queue_text"):
                tables.execute(f"delete from {table}")
        return self

    def jobs(self) -> list[Kept]:
        return self.inbox.find(queue=DELIVERIES)


def signed(
    hook: Hook,
    body: bytes,
    *,
    id: str = "d-1",
    secret: str | None = None,
    at: datetime | None = None,
    headers: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """The headers of a delivery, signed."""
    plain = {"content-type": "application/json", **(headers or {})}
    came = Came("POST", f"{ADDRESS}/hooks/{hook.name}", plain, body)
    signing = HELPDESKS[hook.kind].SIGNING
    return {**plain, **sign(signing, secret or hook.secrets[0], came, id=id, now=at or now())}


def sample(hook: Hook) -> tuple[dict[str, str], bytes]:
    """The helpdesk's own sample: headers and body."""
    return HELPDESKS[hook.kind].sample(hook, now=now())


def now() -> datetime:
    return datetime.now(UTC)


def ago(**time: float) -> datetime:
    return now() - timedelta(**time)


def kinds_with(**facts: object) -> Iterator[Kind]:
    """The kinds whose signing has these facts."""
    for kind in Kind:
        signing = HELPDESKS[kind].SIGNING
        if all(getattr(signing, name) == fact for name, fact in facts.items()):
            yield kind
