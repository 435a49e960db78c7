"""Tokens of the programs that use the API: what each may do, and for how long. Of a secret the hash alone is kept."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from advisor.errors import AdvisorError
from advisor.records.tables import RecordsFile
from web.tables import stamp

PREFIX = "ta_"  # by which a secret is known where it was left lying about
SECRET_BYTES = 32
STEP = timedelta(minutes=1)  # how exactly "last used" is kept, so that not every request writes
NAME = re.compile(r"[\w.@+-]{1,64}", re.ASCII)
COLUMNS = "name, scopes, made, made_by, expires, used, revoked, per_minute"


class Scope(StrEnum):
    """What a token may be used for; each is given by itself, none brings another."""

    ADVISE = "advise"  # have tickets advised
    READ = "read"  # see tickets, customers, articles, figures
    WRITE = "write"  # say what was done, what became of it, what a customer wishes
    ADMIN = "admin"  # change the experience file


class Standing(StrEnum):
    """What a token is at a given time."""

    VALID = "valid"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A client of the API."""

    name: str
    scopes: frozenset[Scope]
    made: datetime
    made_by: str | None
    expires: datetime | None = None  # None = never
    used: datetime | None = None  # None = never; else to the minute
    revoked: datetime | None = None
    per_minute: int | None = None  # requests; None = as settings.toml says, 0 = as many as it likes

    def standing(self, at: datetime) -> Standing:
        """What it is at this time."""
        if self.revoked is not None:
            return Standing.REVOKED
        return Standing.EXPIRED if self.expires is not None and self.expires <= at else Standing.VALID


class Tokens:
    """The tokens of an installation."""

    def __init__(self, file: RecordsFile, now: Callable[[], datetime]) -> None:
        self._file = file
        self._now = now

    def add(
        self,
        name: str,
        scopes: Collection[Scope],
        *,
        by: str | None,
        days: int | None = None,
        per_minute: int | None = None,
    ) -> tuple[Token, str]:
        """A new token and its secret, which nobody can show again. AdvisorError where the name is taken or unfit."""
        if not scopes:
            raise AdvisorError(f"a token must have a scope, had none: give it some of {', '.join(Scope)}")
        if NAME.fullmatch(name) is None:
            rule = "the name of a token must be 1 to 64 letters, digits or signs of . _ @ + -"
            raise AdvisorError(f"{rule}, was: {name!r}: name it after the program that uses it, such as zendesk")
        now, secret = self._now(), PREFIX + secrets.token_urlsafe(SECRET_BYTES)
        ends = stamp(now + timedelta(days=days)) if days is not None else None
        row = [name, hash_of(secret), " ".join(sorted(scopes)), stamp(now), by, ends, per_minute]
        sql = (
            "insert or ignore into api_tokens (name, hash, scopes, made, made_by, expires, per_minute) "
            "values (?, ?, ?, ?, ?, ?, ?)"
        )
        with self._file.errors_named(), self._file.writing() as tables:
            if tables.execute(sql, row).rowcount == 0:
                taken = "revoked ones keep theirs, for what was done under it"
                raise AdvisorError(f"there is a token {name} already ({taken}): choose another name")
        return self.get(name), secret

    def of(self, secret: str) -> Token | None:
        """The token of a secret, expired and revoked ones too; None where there is none."""
        wanted = hash_of(secret)
        sql = f"select hash, {COLUMNS} from api_tokens where hash = ?"
        with self._file.errors_named():
            row = self._file.tables.execute(sql, [wanted]).fetchone()
        if row is None or not hmac.compare_digest(row[0], wanted):
            return None
        return _token(row[1:])

    def touch(self, token: Token) -> None:
        """Note that it is used now."""
        now = self._now()
        if token.used is not None and now - token.used < STEP:
            return
        with self._file.errors_named(), self._file.writing() as tables:
            tables.execute("update api_tokens set used = ? where name = ?", [stamp(now), token.name])

    def get(self, name: str) -> Token:
        """The token of this name; AdvisorError where there is none."""
        with self._file.errors_named():
            row = self._file.tables.execute(f"select {COLUMNS} from api_tokens where name = ?", [name]).fetchone()
        if row is None:
            raise AdvisorError(f"there is no token {name}: advisor tokens list names all")
        return _token(row)

    def every(self) -> list[Token]:
        """All tokens by name, expired and revoked ones too."""
        with self._file.errors_named():
            rows = self._file.tables.execute(f"select {COLUMNS} from api_tokens order by name").fetchall()
        return [_token(row) for row in rows]

    def revoke(self, name: str) -> Token:
        """Let a token open nothing from now on."""
        with self._file.errors_named(), self._file.writing() as tables:
            sql = "update api_tokens set revoked = coalesce(revoked, ?) where name = ?"
            tables.execute(sql, [stamp(self._now()), name])
        return self.get(name)


def hash_of(secret: str) -> str:
    """What is stored of a secret: random enough that a plain hash tells nothing."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def _token(row: tuple[Any, ...]) -> Token:
    name, scopes, made, made_by, expires, used, revoked, per_minute = row
    return Token(
        name=name,
        scopes=frozenset(map(Scope, scopes.split())),
        made=datetime.fromisoformat(made),
        made_by=made_by,
        expires=_moment(expires),
        used=_moment(used),
        revoked=_moment(revoked),
        per_minute=per_minute,
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
