"""Links that sign one user in, once and within 15 minutes: the first admin, the demo, who forgot the password."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from advisor.errors import AdvisorError
from advisor.records.tables import RecordsFile
from web.sessions import TOKEN_BYTES, hash_of
from web.tables import stamp
from web.users import User, Users

LASTS = timedelta(minutes=15)


class SignInLinks:
    """The sign-in links of an installation."""

    def __init__(self, file: RecordsFile, users: Users, now: Callable[[], datetime]) -> None:
        self._file = file
        self._users = users
        self._now = now

    def make(self, name: str) -> str:
        """A token for a link; earlier ones of this user serve no more. AdvisorError where the user is disabled."""
        user = self._users.get(name)
        if user.disabled is not None:
            raise AdvisorError(f"the user {user.name} is disabled: advisor users enable {user.name} comes first")
        token, now = secrets.token_urlsafe(TOKEN_BYTES), self._now()
        with self._file.errors_named(), self._file.writing() as tables:
            tables.execute("delete from sign_in_links where user = ?", [user.name])
            row = [hash_of(token), user.name, stamp(now), stamp(now + LASTS)]
            tables.execute("insert into sign_in_links (hash, user, made, until) values (?, ?, ?, ?)", row)
        return token

    def look(self, token: str) -> User | None:
        """Whom a link would sign in; it is not used up by looking."""
        sql = "select user from sign_in_links where hash = ? and used is null and until > ?"
        with self._file.errors_named():
            row = self._file.tables.execute(sql, [hash_of(token), stamp(self._now())]).fetchone()
        user = self._users.find(row[0]) if row else None
        return user if user is not None and user.disabled is None else None

    def use(self, token: str) -> User | None:
        """Whom a link signs in, this once; None where it was used, is too old, or never was."""
        user = self.look(token)
        now = stamp(self._now())
        sql = "update sign_in_links set used = ? where hash = ? and used is null and until > ?"
        with self._file.errors_named(), self._file.writing() as tables:
            taken: int = tables.execute(sql, [now, hash_of(token), now]).rowcount
        return user if taken == 1 else None
