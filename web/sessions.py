"""Who is signed in, kept on the server: a browser holds a random token, the database its hash.

Flask-Login is left out: it keeps who is signed in in the cookie, so that nothing could be ended here, and what it
gives beside that is one before_request function.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from advisor.records.tables import RecordsFile
from web.tables import stamp
from web.users import COLUMNS, User, end_sessions, user_of

TOKEN_BYTES = 32
STEP = timedelta(minutes=1)  # how exactly "last seen" is kept, so that not every request writes
KEPT = timedelta(days=30)  # how long a session stays in the table after it is over


class How(StrEnum):
    """By what somebody signed in."""

    PASSWORD = "password"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody signed in, in one browser."""

    hash: str  # of the token
    user: User
    how: How
    started: datetime
    seen: datetime


class Sessions:
    """The sessions of an installation."""

    def __init__(self, file: RecordsFile, now: Callable[[], datetime], *, idle: timedelta, longest: timedelta) -> None:
        """A session is over after `idle` without a request, and after `longest` in any case."""
        self._file = file
        self._now = now
        self.idle = idle
        self.longest = longest

    def start(self, user: User, how: How) -> str:
        """Sign a user in; gives the token, which is kept nowhere."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        now = self._now()
        with self._file.errors_named(), self._file.writing() as tables:
            tables.execute("delete from sessions where seen < ?", [stamp(now - self.longest - KEPT)])
            row = [hash_of(token), user.name, how.value, stamp(now), stamp(now)]
            tables.execute("insert into sessions (hash, user, how, started, seen) values (?, ?, ?, ?, ?)", row)
        return token

    def of(self, token: str, *, touch: bool = True) -> Session | None:
        """The open session of a token; `touch` = this is something that the person did."""
        found = self._open("s.hash = ?", [hash_of(token)])
        if not found:
            return None
        (session,) = found
        if touch and self._now() - session.seen >= STEP:
            with self._file.errors_named(), self._file.writing() as tables:
                tables.execute("update sessions set seen = ? where hash = ?", [stamp(self._now()), session.hash])
        return session

    def of_user(self, name: str) -> list[Session]:
        """A user's open sessions, the newest first."""
        return self._open("s.user = ?", [name])

    def every(self) -> list[Session]:
        """All open sessions, the newest first."""
        return self._open("true", [])

    def end(self, session: Session, *, why: str) -> None:
        """End one session."""
        with self._file.errors_named(), self._file.writing() as tables:
            sql = "update sessions set ended = ?, ended_why = ? where hash = ? and ended is null"
            tables.execute(sql, [stamp(self._now()), why, session.hash])

    def end_all(self, name: str, *, why: str, keep: str | None = None) -> int:
        """End a user's sessions but that of hash `keep`; gives how many there were."""
        with self._file.errors_named(), self._file.writing() as tables:
            return end_sessions(tables, name, at=stamp(self._now()), why=why, keep=keep)

    def _open(self, where: str, values: list[str]) -> list[Session]:
        now = self._now()
        columns = ", ".join(f"u.{column}" for column in COLUMNS.split(", "))
        sql = (
            f"select s.hash, s.how, s.started, s.seen, {columns} from sessions as s join users as u on u.name = s.user "
            f"where {where} and s.ended is null and u.disabled is null and s.seen > ? and s.started > ? "
            "order by s.started desc"
        )
        with self._file.errors_named():
            rows = self._file.tables.execute(sql, [*values, stamp(now - self.idle), stamp(now - self.longest)])
            return [
                Session(row[0], user_of(row[4:]), How(row[1]), *map(datetime.fromisoformat, row[2:4])) for row in rows
            ]


def hash_of(token: str) -> str:
    """What is stored of a token: random enough that a plain hash tells nothing."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
