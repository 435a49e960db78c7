"""Tries a hook from the door to the advice: a signed sample over a real connection, step by step."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from time import monotonic, sleep
from urllib.parse import urlsplit

from advisor.records import Records
from advisor.records.customers import erase_ticket_in
from advisor.settings import Settings
from web.helpdesks import HELPDESKS
from web.helpdesks.model import Delivery, Hook, TicketCame
from web.inbox import Inbox
from web.inbox_jobs import DELIVERIES, Kept, State
from web.pages.doors import key_of
from web.taking import TEST
from web.verifier import Came, sign

PATIENCE = 20.0  # seconds to wait for the workers
TIMEOUT = 10.0  # seconds to wait for the server


@dataclass(frozen=True, slots=True)
class Step:
    """One step, and whether it went well."""

    good: bool
    says: str


class Trial:
    """A sample on its way through a hook."""

    def __init__(self, settings: Settings, hook: Hook, server: str) -> None:
        self._settings = settings
        self._hook = hook
        self._server = server.rstrip("/")
        self._inbox = Inbox.open(settings)

    def steps(self, *, keep: bool) -> Iterator[Step]:
        """What is done, one after the other, up to the first that fails."""
        hook, now = self._hook, datetime.now(UTC)
        helpdesk = HELPDESKS[hook.kind]
        good = len(hook.secrets)
        yield Step(good > 0, f"hook {hook.name}, {hook.kind}, {good} good secret{'s' if good != 1 else ''}")
        if not good:
            return
        headers, body = helpdesk.sample(hook, now=now)
        plain = {**headers, TEST: "1"}
        events = helpdesk.parse(hook, Delivery(plain, body, now))
        told = ", ".join(type(event).__name__ for event in events)
        yield Step(True, f"a sample of {len(body):,} bytes, which holds: {told}")
        came = Came("POST", self._url(), plain, body)
        signed = sign(helpdesk.SIGNING, hook.secrets[0], came, id=f"test-{secrets.token_hex(8)}", now=now)
        yield Step(True, f"signed: {', '.join(signed)}")
        whole = {**plain, **signed}
        status, said = self._send(whole, body)
        yield Step(status == 202, f"POST {self._server}/hooks/{hook.name}: {status or 'no answer'} {said}".rstrip())
        if status != 202:
            return
        one = self._ended(key_of(hook, whole, Delivery(whole, body, now)))
        yield _worked(one)
        if one is not None and one.state is State.DONE and not keep:
            tickets = {event.ticket.id for event in events if isinstance(event, TicketCame)}
            yield self._erased(tickets)

    def _url(self) -> str:
        base = self._settings.address.rstrip("/") or self._server
        return f"{base}/hooks/{self._hook.name}"

    def _send(self, headers: dict[str, str], body: bytes) -> tuple[int, str]:
        """The status and the words of the answer; 0 where none came."""
        parts = urlsplit(self._server)
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        connection = kind(parts.hostname or "", parts.port, timeout=TIMEOUT)
        try:
            connection.request("POST", f"{parts.path}/hooks/{self._hook.name}", body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read(2_000).decode("utf-8", "replace").strip()
        except (OSError, HTTPException) as error:
            return 0, f"({error}): does advisor serve run there? Name another place with --server"
        finally:
            connection.close()

    def _ended(self, key: str) -> Kept | None:
        """The job once it has ended or failed; as it stands after a while."""
        until = monotonic() + PATIENCE
        while True:
            found = self._inbox.find_key(DELIVERIES, key)
            is_over = found is not None and (found.ended is not None or found.error is not None)
            if is_over or monotonic() > until:
                return found
            sleep(0.1)

    def _erased(self, tickets: set[str]) -> Step:
        records = Records.open(self._settings.records)
        with records.file.errors_named(), records.file.writing() as tables:
            gone = [id for id in sorted(tickets) if erase_ticket_in(tables, self._hook.name, id)]
        return Step(True, f"taken out of the records again: ticket {', '.join(gone) or 'none'}")


def _worked(one: Kept | None) -> Step:
    if one is None:
        return Step(False, "it is not in the inbox: the server works with another home folder than this command")
    if one.state in (State.DONE, State.IGNORED):
        return Step(True, f"delivery {one.id}: {one.result}")
    if one.error is not None:
        return Step(False, f"delivery {one.id} failed: {one.error}")
    return Step(False, f"delivery {one.id} waits: no worker runs; set workers in settings.toml, or start advisor work")
