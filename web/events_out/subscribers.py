"""Who is told of our events: where, of what, and with which secret.

A secret is signed with, so it must be readable, and stands in plain in advisor.db: a key to hide it by would lie beside
it, in the same backup. Who reads that file reads the tickets, too; with the secret they can feign our events, no more.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import sqlite_utils

from advisor.errors import AdvisorError
from advisor.records.tables import RecordsFile, Row, moment_of
from advisor.settings import Settings
from web.events_out.events import EventType
from web.events_out.signing import key_of, new_secret
from web.events_out.tables import open_file
from web.outgoing_errors import RefusedError
from web.tables import stamp
from web.vetting import is_named, vet_host

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
OTHER_SIGNS = re.compile(r"[^A-Za-z0-9._-]+")
OLD_SECRET = timedelta(days=1)  # that it goes on signing beside the new one
LONGEST_URL = 2_000
LONGEST_ERROR = 300  # characters that are kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """A program that is told of events."""

    name: str
    url: str
    events: frozenset[EventType]
    with_text: bool  # whether customers' words are told, too
    secrets: tuple[str, ...] = field(repr=False)  # that sign now, the newest first
    added: datetime
    added_by: str | None
    told: datetime | None = None  # when it last took an event; None = never
    failing_since: datetime | None = None  # None = the last event was taken, or there was none
    failed: datetime | None = None  # when it last failed
    error: str | None = None  # of the last failure
    off: datetime | None = None  # None = it is told; else since when it is not
    off_why: str | None = None


class Subscribers:
    """The subscribers of an installation."""

    def __init__(self, file: RecordsFile, *, allowed: Collection[str] = ()) -> None:
        """`allowed`: hosts that settings.toml names."""
        self.file = file
        self._allowed = allowed

    @classmethod
    def open(cls, settings: Settings) -> Subscribers:
        """The subscribers of an installation."""
        return cls(open_file(settings.records), allowed=settings.allowed_hosts)

    def add(
        self,
        url: str,
        events: Collection[EventType],
        *,
        now: datetime,
        by: str | None,
        name: str | None = None,
        with_text: bool = False,
        secret: str | None = None,
    ) -> Subscriber:
        """A new subscriber, told of what happens from now on; named after its host, and given a secret, where none is.

        AdvisorError where the address, the name or the secret is unfit, or the name is taken.
        """
        host = _check_url(url, self._allowed)
        if not events:
            raise AdvisorError(f"a subscriber must be told of something: name some of {', '.join(EventType)}")
        chosen = name or OTHER_SIGNS.sub("-", host).strip("-.")[:64]
        if NAME.fullmatch(chosen) is None:
            rule = "the name of a subscriber must be 1 to 64 letters, digits or signs of . _ -"
            raise AdvisorError(f"{rule}, was: {chosen!r}: give another one with --name")
        if secret is not None:
            key_of(secret)
        told_of = f" {' '.join(sorted(events))} "
        row = [chosen, url, told_of, int(with_text), secret or new_secret(), stamp(now), by]
        sql = (
            "insert or ignore into subscribers (name, url, events, with_text, secret, added, added_by) "
            "values (?, ?, ?, ?, ?, ?, ?)"
        )
        with self.file.errors_named(), self.file.writing() as tables:
            if tables.execute(sql, row).rowcount == 0:
                raise AdvisorError(f"there is a subscriber {chosen} already: choose another name with --name")
        return self.get(chosen, now=now)

    def get(self, name: str, *, now: datetime) -> Subscriber:
        """The subscriber of this name; AdvisorError where there is none."""
        found = self.find(name, now=now)
        if found is None:
            raise AdvisorError(f"there is no subscriber {name}: advisor subscribers list names all")
        return found

    def find(self, name: str, *, now: datetime) -> Subscriber | None:
        """The subscriber of this name, with the secrets that sign now; None where there is none."""
        with self.file.errors_named():
            return next(iter(_some(self.file.tables, "name = ?", [name], now)), None)

    def every(self, *, now: datetime) -> list[Subscriber]:
        """All subscribers by name."""
        with self.file.errors_named():
            return _some(self.file.tables, "1", [], now)

    def rotate(self, name: str, *, now: datetime, secret: str | None = None) -> Subscriber:
        """Give a subscriber another secret; the old one signs beside it for a day."""
        before = self.get(name, now=now)
        if secret is not None:
            key_of(secret)
        new = [secret or new_secret(), before.secrets[0], stamp(now + OLD_SECRET), name]
        self._change("secret = ?, old_secret = ?, old_until = ?", new)
        return self.get(name, now=now)

    def remove(self, name: str, *, now: datetime) -> Subscriber:
        """Tell a subscriber nothing any more, and forget it and what it was to be told; gives what it was."""
        before = self.get(name, now=now)
        with self.file.errors_named(), self.file.writing() as tables:
            tables.execute("delete from subscribers where name = ?", [name])
            tables.execute("delete from events_out where subscriber = ?", [name])
        return before

    def switch_on(self, name: str, *, now: datetime) -> Subscriber:
        """Go on telling a subscriber that was switched off, as if nothing had failed."""
        self.get(name, now=now)
        self._change("off = null, off_why = null, failing_since = null, error = null", [name])
        return self.get(name, now=now)

    def _change(self, changes: str, values: list[Any]) -> None:
        with self.file.errors_named(), self.file.writing() as tables:
            tables.execute(f"update subscribers set {changes} where name = ?", values)


def note_told(tables: sqlite_utils.Database, name: str, *, now: datetime) -> None:
    """Remember, inside somebody's transaction, that a subscriber has taken an event."""
    sql = "update subscribers set told = ?, failing_since = null, error = null where name = ?"
    tables.execute(sql, [stamp(now), name])


def note_failed(tables: sqlite_utils.Database, name: str, error: str, *, now: datetime) -> None:
    """Remember that a subscriber has not taken an event."""
    sql = "update subscribers set failing_since = coalesce(failing_since, ?), failed = ?, error = ? where name = ?"
    tables.execute(sql, [stamp(now), stamp(now), error[:LONGEST_ERROR], name])


def switch_off(tables: sqlite_utils.Database, name: str, why: str, *, now: datetime) -> None:
    """Tell a subscriber nothing until somebody switches it on."""
    sql = "update subscribers set off = ?, off_why = ? where name = ? and off is null"
    tables.execute(sql, [stamp(now), why[:LONGEST_ERROR], name])


def _check_url(url: str, allowed: Collection[str]) -> str:
    """The host of an address that may be told; AdvisorError where it is none. Whoever sends vets it again."""
    rule = "the address of a subscriber must be like https://example.com/hooks"
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError as error:
        raise AdvisorError(f"{rule}, was: {url!r} ({error})") from error
    if not host or len(url) > LONGEST_URL or not url.isascii() or not url.isprintable() or " " in url:
        raise AdvisorError(f"{rule}, was: {url[:LONGEST_URL]!r}")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise AdvisorError(f"{rule}, without name, password and fragment: the signature says who sends")
    if is_named(host, allowed):
        if parts.scheme not in {"http", "https"}:
            raise AdvisorError(f"{rule}, was: {url!r}")
        return host
    if parts.scheme != "https":
        raise RefusedError(
            f"{rule}, was: {url!r}: where {host} is inside your own network, add it to allowed_hosts in settings.toml"
        )
    vet_host(host)
    return host


def _some(tables: sqlite_utils.Database, where: str, values: list[str], now: datetime) -> list[Subscriber]:
    rows = tables.query(f"select * from subscribers where {where} order by name", values)
    return [_subscriber(row, now) for row in rows]


def _subscriber(row: Row, now: datetime) -> Subscriber:
    old_until = moment_of(row["old_until"])
    is_good = row["old_secret"] is not None and old_until is not None and now < old_until
    return Subscriber(
        name=row["name"],
        url=row["url"],
        added_by=row["added_by"],
        told=moment_of(row["told"]),
        failing_since=moment_of(row["failing_since"]),
        failed=moment_of(row["failed"]),
        error=row["error"],
        off=moment_of(row["off"]),
        off_why=row["off_why"],
        events=frozenset(map(EventType, row["events"].split())),
        with_text=bool(row["with_text"]),
        secrets=(row["secret"], row["old_secret"]) if is_good else (row["secret"],),
        added=datetime.fromisoformat(row["added"]),
    )
