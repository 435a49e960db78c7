"""`POST /hooks/<name>`: where helpdesks knock. What is let in is on the disk before it is answered.

Whatever comes is answered by a status that tells the sender what to do: 2xx it is kept, was kept before, or is not for
us; 4xx it will never be taken so; 503 come again. Nothing that can come gives a 500.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from threading import Lock
from time import monotonic

import msgspec
from flask import Blueprint, Response, current_app, request
from werkzeug.exceptions import ClientDisconnected, HTTPException, RequestEntityTooLarge

from advisor.errors import EXPECTED
from advisor.records.rows import customer_key
from web.helpdesks import HELPDESKS, PayloadError
from web.helpdesks.model import Delivery, Event, Hook, NotForUs, Signing, TicketCame
from web.hooks import Hooks
from web.inbox import Inbox
from web.inbox_jobs import DELIVERIES, About, BusyError, New
from web.taking import EVENT
from web.verifier import Came, RefusedError, id_of, verify

log = logging.getLogger(__name__)
MOST_BYTES = 4 * 1024 * 1024
"""Of one delivery: the mail of 2 MB that somebody pasted a picture into must not be lost for its size."""

COME_AGAIN = 5  # seconds
MOST_WAITING = 100_000  # deliveries; more are asked to come again
MOST_EVENTS = 1_000  # of one delivery
COUNTED_FOR = 2.0  # seconds that a count of what waits is believed
NOTED_FOR = 1.0  # seconds in which refusals are noted once
KEPT_HEADERS = ("content-type", "user-agent", "webhook-", "svix-", "x-")
LEFT_OUT = ("x-forwarded-", "x-real-ip")
LONGEST_HEADER = 300  # characters
TOO_LARGE = f"it is larger than the {MOST_BYTES // 1024**2} MB that a delivery may have"


class Door:
    """Takes deliveries of all hooks; safe to use from many threads."""

    def __init__(self, hooks: Hooks, inbox: Inbox, *, address: Callable[[], str], now: Callable[[], datetime]) -> None:
        """`address`: under which helpdesks know this program, which some of them sign."""
        self._hooks = hooks
        self._inbox = inbox
        self._address = address
        self._now = now
        self._noting = Lock()
        self._refusals: Counter[tuple[str, str]] = Counter()
        self._noted_at = 0.0
        self._full = (0.0, False)

    def take(self, hook: Hook, came: Came) -> Response:
        """The answer to a delivery."""
        now, signing = self._now(), HELPDESKS[hook.kind].SIGNING
        try:
            verify(signing, hook.secrets, came, now=now)
        except RefusedError as error:
            return self.refuse(hook.name, HTTPStatus.UNAUTHORIZED, error.why.value)
        challenge = came.headers.get(signing.challenge_header) if signing.challenge_header else None
        if challenge is not None:
            return answer(HTTPStatus.OK, challenge=challenge)
        if self._is_full():
            return come_again("too much waits here")
        delivery = Delivery(kept_headers(signing, came.headers), came.body, now)
        try:
            events = _parsed(hook, delivery)
        except PayloadError as error:
            return self.refuse(hook.name, HTTPStatus.BAD_REQUEST, str(error))
        jobs = jobs_of(hook, key_of(hook, came.headers, delivery), delivery, events)
        if not self._inbox.add_all(jobs, now=now):
            return answer(HTTPStatus.OK, status="duplicate")
        if all(job.ignored is not None for job in jobs):
            return answer(HTTPStatus.OK, status="ignored", reason=jobs[0].ignored)
        return answer(HTTPStatus.ACCEPTED, status="accepted")

    def refuse(self, hook: str, status: HTTPStatus, why: str) -> Response:
        """Say no, and note it for the page where somebody looks who wonders why nothing comes."""
        with self._noting:
            self._refusals[hook, f"{status.value}: {why}"[:LONGEST_HEADER]] += 1
            if monotonic() - self._noted_at >= NOTED_FOR:
                self._note()
        return answer(status, error=why)

    def _note(self) -> None:
        """Write what was refused, once in a while, for whoever floods the door must not occupy the disk."""
        self._noted_at = monotonic()
        noted, self._refusals = self._refusals, Counter()
        for (hook, why), count in noted.items():
            try:
                self._hooks.note_refusal(hook, why, count=count, now=self._now())
            except EXPECTED:
                log.warning("refusals of hooks could not be noted")
                return

    def _is_full(self) -> bool:
        at, full = self._full
        if monotonic() - at > COUNTED_FOR:
            full = self._inbox.waiting(DELIVERIES) >= MOST_WAITING
            self._full = monotonic(), full
        return full

    def url(self, name: str) -> str:
        """The address of a hook as its helpdesk knows it, with the query that came."""
        base = self._address().rstrip("/") or request.host_url.rstrip("/")
        query = request.query_string.decode("ascii", "replace")
        return f"{base}/hooks/{name}{'?' if query else ''}{query}"


def page(door: Door, hooks: Hooks, inbox: Inbox, *, now: Callable[[], datetime]) -> Blueprint:
    """`/hooks/<name>`."""
    pages = Blueprint("doors", __name__)

    @pages.post("/hooks/<name>")
    def knock(name: str) -> Response:
        try:
            with inbox.doorway.passing():
                return let_in(name)
        except RequestEntityTooLarge:
            return door.refuse(name, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, TOO_LARGE)
        except (ClientDisconnected, UnicodeError):
            return answer(HTTPStatus.BAD_REQUEST, error="the request did not come whole")
        except BusyError:
            return come_again("others are being stored")
        except HTTPException:
            raise
        except Exception:  # the sender keeps it, and we look into the log
            incident = secrets.token_hex(4)
            current_app.logger.exception("incident %s", incident)
            return come_again(f"it failed on our side, incident {incident}")

    def let_in(name: str) -> Response:
        hook = hooks.find(name, now=now())
        if hook is None:
            return answer(HTTPStatus.NOT_FOUND, error="there is no such hook: look at the address again")
        request.max_content_length = MOST_BYTES
        body = request.get_data(cache=False, parse_form_data=False)
        headers = {header.lower(): value for header, value in request.headers.items()}
        return door.take(hook, Came("POST", door.url(name), headers, body))

    return pages


def key_of(hook: Hook, headers: Mapping[str, str], delivery: Delivery) -> str:
    """By what a delivery is known when it comes again: its id, or else all that it says."""
    helpdesk = HELPDESKS[hook.kind]
    id = id_of(helpdesk.SIGNING, headers) or helpdesk.delivery_id(delivery)
    return f"{hook.name} {id or f'sha256 {hashlib.sha256(delivery.body).hexdigest()}'}"


def jobs_of(hook: Hook, key: str, delivery: Delivery, events: Sequence[Event]) -> list[New]:
    """A job for each event; what is not for us is kept to be shown, where nothing else is in the delivery."""
    numbered = [(number, event) for number, event in enumerate(events) if not isinstance(event, NotForUs)]
    if not numbered:
        because = events[0].because if isinstance(events[0], NotForUs) else ""
        about = About(source=hook.name)
        return [New(DELIVERIES, key, f"{hook.name} ", delivery.body, delivery.headers, about, because)]
    jobs = []
    for place, (number, event) in enumerate(numbered):
        ticket_id, customer = _about(event)
        own_key = key if place == 0 else f"{key} {place}"
        headers = {**delivery.headers, EVENT: str(number)}
        about = About(source=hook.name, ticket_id=ticket_id, customer=customer)
        jobs.append(New(DELIVERIES, own_key, f"{hook.name} {ticket_id}", delivery.body, headers, about))
    return jobs


def kept_headers(signing: Signing, headers: Mapping[str, str]) -> dict[str, str]:
    """Those that say something of the delivery, without what proves it and who carried it."""
    secret = {signing.header, signing.alternatives.get(signing.header, signing.header)}
    return {
        name: value[:LONGEST_HEADER]
        for name, value in headers.items()
        if name.startswith(KEPT_HEADERS) and not name.startswith(LEFT_OUT) and name not in secret
    }


def answer(code: HTTPStatus, /, **said: str | None) -> Response:
    """A small JSON object."""
    return Response(msgspec.json.encode(said), code.value, content_type="application/json")


def come_again(why: str) -> Response:
    """503 with Retry-After: the sender keeps what it has."""
    response = answer(HTTPStatus.SERVICE_UNAVAILABLE, error=f"{why}: come again in {COME_AGAIN} s")
    response.headers["Retry-After"] = str(COME_AGAIN)
    return response


def _parsed(hook: Hook, delivery: Delivery) -> Sequence[Event]:
    events = HELPDESKS[hook.kind].parse(hook, delivery)
    if not 0 < len(events) <= MOST_EVENTS:
        raise PayloadError(f"a delivery must hold 1 to {MOST_EVENTS:,} events, held: {len(events):,}")
    return events


def _about(event: Event) -> tuple[str | None, str | None]:
    if isinstance(event, NotForUs):
        return None, None
    if isinstance(event, TicketCame):
        return event.ticket.id, customer_key(event.ticket)
    return event.ticket_id, None
