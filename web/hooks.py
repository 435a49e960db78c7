"""The doors of this installation: which helpdesk knocks where, and with which secrets.

Secrets are kept in plain, beside what they let in: who verifies a signature must be able to read them, and a key
beside the file would keep nobody out who can read the file. They are shown once, when they are made.
"""

from __future__ import annotations

import base64
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlite_utils

from advisor.errors import AdvisorError
from advisor.records.tables import RecordsFile, moment_of
from advisor.settings import Settings
from web.helpdesks import HELPDESKS
from web.helpdesks.model import Hook, Kind
from web.tables import open_file, stamp
from web.verifier import is_secret

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
TAKEN = frozenset({"local", "demo", "question"})  # sources of tickets that come otherwise
OLD_SECRET = timedelta(days=1)  # that a secret is good after another came
SECRET_BYTES = 32
LONGEST_SECRET = 500  # characters
REFUSALS_KEPT = timedelta(days=30)


class HookError(AdvisorError):
    """A hook that is not there, or that cannot be so."""


@dataclass(frozen=True, slots=True)
class HookShown:
    """A hook as it is listed, without its secrets."""

    hook: Hook
    made: datetime
    old_until: datetime | None  # until when the secret before is good, too
    has_credentials: bool


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why deliveries of a hook were not taken, and how often."""

    hook: str
    why: str
    count: int
    last: datetime


class Hooks:
    """The hooks of an installation, safe to use from many threads."""

    def __init__(self, file: RecordsFile, fields: Mapping[str, Mapping[str, str]]) -> None:
        """`fields`: the [map.NAME] tables of the settings."""
        self.file = file
        self._fields = fields

    @classmethod
    def open(cls, settings: Settings) -> Hooks:
        """Those of the settings' home folder."""
        return cls(open_file(settings.records), settings.map)

    def add(self, name: str, kind: Kind, *, secret: str, now: datetime) -> None:
        """Open a door. HookError for a name that is taken or is none, or a secret that the helpdesk cannot have."""
        self.check_name(name)
        check_secret(kind, secret)
        with self.file.errors_named(), self.file.writing() as tables:
            sql = (
                "insert or ignore into hooks (name, kind, made, address, user, options) values (?, ?, ?, '', '', '{}')"
            )
            if tables.execute(sql, [name, kind.value, stamp(now)]).rowcount == 0:
                raise _taken(name)
            _keep_secret(tables, name, secret, now)

    def check_name(self, name: str) -> None:
        """HookError where no new hook can have this name."""
        if NAME.fullmatch(name) is None:
            rule = (
                "the name of a hook must be up to 40 small letters, digits, - and _, beginning with a letter or digit"
            )
            raise HookError(f"{rule}, was: {name!r}")
        if name in TAKEN:
            raise HookError(f"{name} is where other tickets come from: choose another name for the hook")
        with self.file.errors_named():
            if self.file.tables.execute("select 1 from hooks where name = ?", [name]).fetchone() is not None:
                raise _taken(name)

    def find(self, name: str, *, now: datetime) -> Hook | None:
        """The hook with the secrets that are good now; None where there is none of this name."""
        with self.file.errors_named():
            row = self.file.tables.execute(f"select {_COLUMNS} from hooks where name = ?", [name]).fetchone()
            return self._hook(row, now) if row is not None else None

    def named(self, name: str, *, now: datetime) -> Hook:
        """The hook of this name; HookError that lists those that there are."""
        found = self.find(name, now=now)
        if found is None:
            there = ", ".join(one.hook.name for one in self.every(now=now)) or "none"
            raise HookError(f"there is no hook {name}: there is {there}; advisor hooks add KIND makes one")
        return found

    def every(self, *, now: datetime) -> list[HookShown]:
        """All hooks, by name."""
        with self.file.errors_named():
            rows = self.file.tables.execute(f"select {_COLUMNS}, made, credentials from hooks order by name").fetchall()
            sql = "select hook, max(until) from hook_secrets where until >= ? group by hook"
            old = dict(self.file.tables.execute(sql, [stamp(now)]).fetchall())
            return [
                HookShown(
                    self._hook(row[:5], now),
                    datetime.fromisoformat(row[5]),
                    moment_of(old.get(row[0])),
                    row[6] is not None,
                )
                for row in rows
            ]

    def rotate(self, name: str, *, secret: str, now: datetime) -> datetime:
        """Take another secret; the one before stays good until the time that this gives."""
        hook = self.named(name, now=now)
        check_secret(hook.kind, secret)
        until = now + OLD_SECRET
        with self.file.errors_named(), self.file.writing() as tables:
            tables.execute("delete from hook_secrets where hook = ? and until < ?", [name, stamp(now)])
            sql = "update hook_secrets set until = ? where hook = ? and until is null"
            tables.execute(sql, [stamp(until), name])
            _keep_secret(tables, name, secret, now)
        return until

    def remove(self, name: str, *, now: datetime) -> None:
        """Close a door; its tickets stay."""
        self.named(name, now=now)
        with self.file.errors_named(), self.file.writing() as tables:
            for sql in (
                "delete from hooks where name = ?",
                "delete from hook_secrets where hook = ?",
                "delete from hook_refusals where hook = ?",
            ):
                tables.execute(sql, [name])

    def change(
        self,
        name: str,
        *,
        now: datetime,
        address: str | None = None,
        user: str | None = None,
        options: Mapping[str, str] | None = None,
        credentials: str | None = None,
    ) -> None:
        """Say how a helpdesk's API is reached, and as whom; None leaves a thing as it is, `options` are added."""
        hook = self.named(name, now=now)
        merged = json.dumps({**hook.options, **(options or {})}, ensure_ascii=False)
        known = {"address": address, "user": user, "options": merged, "credentials": credentials}
        with self.file.errors_named(), self.file.writing() as tables:
            for column, value in known.items():
                if value is not None:
                    tables.execute(f"update hooks set {column} = ? where name = ?", [value, name])

    def credentials(self, name: str) -> str | None:
        """The token or key of the helpdesk's API; None = nothing is written back there."""
        with self.file.errors_named():
            row = self.file.tables.execute("select credentials from hooks where name = ?", [name]).fetchone()
        return str(row[0]) if row is not None and row[0] is not None else None

    def note_refusal(self, name: str, why: str, *, count: int, now: datetime) -> None:
        """Keep that so many deliveries were refused, for the page where somebody looks for them."""
        with self.file.errors_named(), self.file.writing() as tables:
            tables.execute("delete from hook_refusals where last < ?", [stamp(now - REFUSALS_KEPT)])
            sql = (
                "insert into hook_refusals (hook, why, count, last) values (?, ?, ?, ?) on conflict (hook, why) "
                "do update set count = count + excluded.count, last = excluded.last"
            )
            tables.execute(sql, [name, why, count, stamp(now)])

    def refusals(self) -> list[Refusal]:
        """What was refused lately, the newest first."""
        with self.file.errors_named():
            rows = self.file.tables.execute(
                "select hook, why, count, last from hook_refusals order by last desc limit 20"
            ).fetchall()
        return [Refusal(hook, why, count, datetime.fromisoformat(last)) for hook, why, count, last in rows]

    def _hook(self, row: tuple[Any, ...], now: datetime) -> Hook:
        name, kind, address, user, options = row
        sql = "select secret from hook_secrets where hook = ? and (until is null or until >= ?) order by id desc"
        good = self.file.tables.execute(sql, [name, stamp(now)]).fetchall()
        return Hook(
            name=name,
            kind=Kind(kind),
            secrets=tuple(secret for (secret,) in good),
            address=address,
            user=user,
            fields=self._fields.get(name, {}),
            options=json.loads(options),
        )


_COLUMNS = "name, kind, address, user, options"


def _taken(name: str) -> HookError:
    return HookError(f"there is a hook {name} already: choose another --name, or advisor hooks rotate {name}")


def _keep_secret(tables: sqlite_utils.Database, hook: str, secret: str, now: datetime) -> None:
    tables.execute("insert into hook_secrets (hook, secret, made) values (?, ?, ?)", [hook, secret, stamp(now)])


def made_secret(kind: Kind) -> str:
    """A new secret, such as this helpdesk takes."""
    prefix = HELPDESKS[kind].SIGNING.secret_prefix
    made = secrets.token_bytes(SECRET_BYTES)
    return prefix + base64.b64encode(made).decode() if prefix else base64.urlsafe_b64encode(made).decode().rstrip("=")


def check_secret(kind: Kind, secret: str) -> None:
    """HookError where a secret cannot be one of this helpdesk."""
    signing = HELPDESKS[kind].SIGNING
    if len(secret) <= LONGEST_SECRET and secret == secret.strip() and is_secret(signing, secret):
        return
    like = f"must be {signing.secret_prefix} and base64" if signing.secret_prefix else "must be one line of text"
    raise HookError(f"a secret of {kind} {like}, of {LONGEST_SECRET} characters at most: copy it again, whole")
