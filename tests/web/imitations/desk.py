"""What every imitation has: tickets, faults that come one a request, and a memory of what was asked."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from threading import Thread
from typing import Any
from urllib.parse import parse_qs
from wsgiref.simple_server import WSGIRequestHandler, make_server

JSON = "application/json; charset=utf-8"
HANGS = 0.15  # seconds; longer than the tests wait


class Fault(StrEnum):
    """What goes wrong with one request."""

    NONE = "none"
    TOO_OFTEN = "429 with Retry-After, nothing done"
    BROKEN = "500, nothing done"
    BROKEN_AFTER = "502, though it was done"
    CONFLICT = "409, for a person has changed the ticket meanwhile"
    HALF = "done, and half an answer"
    HANGS = "done, and the answer comes too late"
    PAGE = "200 with a page, nothing done"
    SILENT = "200 as if done, and nothing changed"


@dataclass(slots=True)
class Entry:
    """What somebody wrote into a ticket."""

    id: int
    body: str
    public: bool
    author: str


@dataclass(slots=True)
class Case:
    """A ticket, or conversation."""

    id: str
    tags: list[str] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    status: str = "open"
    updated: int = 0

    @property
    def notes(self) -> list[str]:
        """The bodies of internal notes."""
        return [one.body for one in self.entries if not one.public]

    @property
    def public(self) -> list[str]:
        """What the customer reads."""
        return [one.body for one in self.entries if one.public]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it came."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]  # names in small letters, dashes for underscores
    body: Any  # of JSON; None = none


class RefusalError(Exception):
    """An answer that is no success."""

    def __init__(self, status: int, body: object) -> None:
        super().__init__(status)
        self.status = status
        self.body = body


Route = Callable[[Any, Asked, re.Match[str]], tuple[int, object]]


class ImitatedDesk:
    """A helpdesk with tickets; `faults` are used up one a request, and the last of them is none."""

    ROUTES: tuple[tuple[str, str, Route], ...] = ()

    def __init__(self) -> None:
        self.cases: dict[str, Case] = {}
        self.faults: list[Fault] = []
        self.asked: list[Asked] = []
        self.on_conflict: Callable[[], None] = lambda: None  # what a person does meanwhile
        self.retry_after = "7"
        self._ids = 100
        self._busy_until = 0.0  # on the monotonic clock

    def rest(self) -> None:
        """Wait until an answer that came too late is over."""
        time.sleep(max(0.0, self._busy_until - time.monotonic()))

    def add(self, id: str, *tags: str, said: str = "How do I do this?") -> Case:
        """A ticket of a customer."""
        case = Case(id, list(tags))
        self.cases[id] = case
        self.write(case, said, public=True, author="customer")
        return case

    def write(self, case: Case, body: str, *, public: bool, author: str) -> Entry:
        """Add something to a ticket."""
        self._ids += 1
        entry = Entry(self._ids, body, public, author)
        case.entries.append(entry)
        case.updated += 1
        return entry

    def set_tags(self, case: Case, tags: Iterable[str]) -> None:
        """Give a ticket these tags and no others."""
        new = list(dict.fromkeys(tags))
        case.updated += new != case.tags
        case.tags = new

    def case(self, id: str) -> Case:
        """A ticket; a 404 where there is none."""
        if id not in self.cases:
            raise RefusalError(404, self.missing())
        return self.cases[id]

    def missing(self) -> object:
        """How it says that there is no such ticket."""
        return {"error": "not found"}

    def check(self, asked: Asked) -> None:
        """Refuse who may not ask."""

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterator[bytes]:
        """Answer one request, as WSGI has it."""
        asked = _asked(environ)
        self.asked.append(asked)
        fault = self.faults.pop(0) if self.faults else Fault.NONE
        status, headers, body = self._answer(asked, fault)
        length = len(body) + (1000 if fault is Fault.HALF else 0)
        head = [("Content-Type", JSON), ("Content-Length", str(length)), *headers]
        if fault is Fault.PAGE:
            head[0] = ("Content-Type", "text/html")
        start_response(f"{status} .", head)
        yield body

    def _answer(self, asked: Asked, fault: Fault) -> tuple[int, list[tuple[str, str]], bytes]:
        if fault is Fault.TOO_OFTEN:
            return 429, [("Retry-After", self.retry_after)], b'{"message": "You have exceeded the limit"}'
        if fault is Fault.BROKEN:
            return 500, [], b"<h1>Sorry</h1>"
        if fault is Fault.PAGE:
            return 200, [], b"<html><title>Down for maintenance</title></html>"
        if fault is Fault.CONFLICT:
            self.on_conflict()
            return 409, [], b'{"error": "conflict"}'
        if fault is Fault.SILENT and asked.method != "GET":
            return self._done_in_vain(asked)
        status, body = self._done(asked)
        if fault is Fault.HANGS:
            self._busy_until = time.monotonic() + HANGS + 0.02
            time.sleep(HANGS)
        return (502, [], b"") if fault is Fault.BROKEN_AFTER else (status, [], body)

    def _done(self, asked: Asked) -> tuple[int, bytes]:
        try:
            self.check(asked)
            status, said = self._routed(asked)
        except RefusalError as refusal:
            status, said = refusal.status, refusal.body
        return status, json.dumps(said).encode()

    def _done_in_vain(self, asked: Asked) -> tuple[int, list[tuple[str, str]], bytes]:
        kept = {
            id: Case(one.id, [*one.tags], [*one.entries], one.status, one.updated) for id, one in self.cases.items()
        }
        status, body = self._done(asked)
        for id, one in kept.items():
            case = self.cases[id]
            case.tags, case.entries, case.updated = one.tags, one.entries, one.updated
        return status, [], body

    def _routed(self, asked: Asked) -> tuple[int, object]:
        for method, pattern, route in self.ROUTES:
            found = re.fullmatch(pattern, asked.path)
            if method == asked.method and found is not None:
                return route(self, asked, found)
        raise RefusalError(404, self.missing())


def needs_object(asked: Asked, status: int = 400) -> dict[str, Any]:
    """The body, where it is a JSON object sent as one."""
    if not asked.headers.get("content-type", "").startswith("application/json"):
        raise RefusalError(415, {"error": "JSON is expected"})
    if not isinstance(asked.body, dict):
        raise RefusalError(status, {"error": "an object is expected"})
    return asked.body


def _asked(environ: dict[str, Any]) -> Asked:
    length = int(environ.get("CONTENT_LENGTH") or 0)
    raw = environ["wsgi.input"].read(length) if length else b""
    headers = {name[5:].lower().replace("_", "-"): str(one) for name, one in environ.items() if name[:5] == "HTTP_"}
    headers["content-type"] = str(environ.get("CONTENT_TYPE", ""))
    body = json.loads(raw) if raw else None
    return Asked(environ["REQUEST_METHOD"], environ["PATH_INFO"], parse_qs(environ["QUERY_STRING"]), headers, body)


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""

    def get_stderr(self) -> Any:
        return _Nowhere()


class _Nowhere:
    def write(self, text: str) -> None:
        """Nothing: a client that has gone is no news."""

    def flush(self) -> None:
        """Nothing."""


@contextmanager
def listening(desk: ImitatedDesk) -> Iterator[str]:
    """The address at which an imitation answers, one request after the other."""
    server = make_server("127.0.0.1", 0, desk, handler_class=_Quiet)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
