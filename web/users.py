"""Who may sign in, and as what. Whatever changes what a user may do ends that user's sessions at once."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlite_utils

from advisor.errors import AdvisorError
from advisor.records.tables import RecordsFile
from web.passwords import Passwords, weakness
from web.tables import stamp

NAME = re.compile(r"[\w.@+-]{1,64}")
COLUMNS = "name, role, created, disabled, changed_password"


class Role(StrEnum):
    """What a user may do; each may do all that those before it may."""

    READ_ONLY = "read_only"
    AGENT = "agent"
    LEAD = "lead"
    ADMIN = "admin"

    def covers(self, least: Role) -> bool:
        """Whether this role may do what needs at least the other one."""
        order = list(Role)
        return order.index(self) >= order.index(least)


@dataclass(frozen=True, slots=True)
class User:
    """One of the staff."""

    name: str
    role: Role
    created: datetime
    disabled: datetime | None = None
    changed_password: datetime | None = None  # None = has no password: signs in by a link only


class Users:
    """The users of an installation."""

    def __init__(self, file: RecordsFile, passwords: Passwords, now: Callable[[], datetime]) -> None:
        self._file = file
        self._passwords = passwords
        self._now = now

    def add(self, name: str, role: Role, *, password: str | None = None) -> User:
        """A new user; without a password for one who signs in by a link first. AdvisorError where either is unfit."""
        name = fit_name(name)
        at = stamp(self._now())
        stored = None if password is None else self._hash(name, password)
        row = [name, role.value, stored, at, at if stored else None]
        sql = "insert or ignore into users (name, role, password, created, changed_password) values (?, ?, ?, ?, ?)"
        with self._file.errors_named(), self._file.writing() as tables:
            if tables.execute(sql, row).rowcount == 0:
                raise AdvisorError(f"there is a user {name} already: choose another name, or advisor users role {name}")
        return self.get(name)

    def find(self, name: str) -> User | None:
        """The user of this name, in any case of its letters."""
        with self._file.errors_named():
            sql = f"select {COLUMNS} from users where name = ?"
            row = self._file.tables.execute(sql, [plain_name(name)]).fetchone()
        return user_of(row) if row else None

    def get(self, name: str) -> User:
        """The user of this name; AdvisorError where there is none."""
        user = self.find(name)
        if user is None:
            raise AdvisorError(f"there is no user {name}: advisor users list names all")
        return user

    def every(self) -> list[User]:
        """All users by name, those who are disabled, too."""
        with self._file.errors_named():
            rows = self._file.tables.execute(f"select {COLUMNS} from users order by name").fetchall()
        return [user_of(row) for row in rows]

    def verified(self, name: str, password: str) -> User | None:
        """The user whose name and password these are; whatever is wrong with them, it takes as long to say so."""
        with self._file.errors_named():
            sql = "select password from users where name = ? and disabled is null"
            row = self._file.tables.execute(sql, [plain_name(name)]).fetchone()
        stored = row[0] if row else None
        if not self._passwords.fits(password, stored) or stored is None:
            return None
        user = self.get(name)
        if self._passwords.outdated(stored):
            again = self._passwords.hashed(password)
            with self._file.errors_named(), self._file.writing() as tables:
                sql = "update users set password = ? where name = ? and password = ?"
                tables.execute(sql, [again, user.name, stored])
        return user

    def set_role(self, name: str, role: Role) -> User:
        """Give a user another role; ends the sessions."""
        return self._changed(name, "role = :value", role.value, why="role changed")

    def set_password(self, name: str, password: str, *, keep: str | None = None) -> User:
        """Give a user a password; ends the sessions but that of hash `keep`. AdvisorError where it is unfit."""
        stored = self._hash(self.get(name).name, password)
        change = "password = :value, changed_password = :at"
        return self._changed(name, change, stored, why="password changed", keep=keep)

    def disable(self, name: str) -> User:
        """Let a user sign in no more; ends the sessions and links."""
        return self._changed(name, "disabled = coalesce(disabled, :value)", stamp(self._now()), why="disabled")

    def enable(self, name: str) -> User:
        """Let a user sign in again."""
        return self._changed(name, "disabled = :value", None, why="enabled")

    def _changed(self, name: str, change: str, value: str | None, *, why: str, keep: str | None = None) -> User:
        user, at = self.get(name), stamp(self._now())
        with self._file.errors_named(), self._file.writing() as tables:
            tables.execute(
                f"update users set {change} where name = :name", {"value": value, "at": at, "name": user.name}
            )
            end_sessions(tables, user.name, at=at, why=why, keep=keep)
            tables.execute("update sign_in_links set used = coalesce(used, ?) where user = ?", [at, user.name])
        return self.get(name)

    def _hash(self, name: str, password: str) -> str:
        weak = weakness(password, name=name)
        if weak is not None:
            raise AdvisorError(weak)
        return self._passwords.hashed(password)


def end_sessions(tables: sqlite_utils.Database, name: str, *, at: str, why: str, keep: str | None = None) -> int:
    """End a user's open sessions but that of hash `keep`; gives how many there were."""
    sql = "update sessions set ended = ?, ended_why = ? where user = ? and ended is null and hash is not ?"
    ended: int = tables.execute(sql, [at, why, name, keep]).rowcount
    return ended


def plain_name(typed: str) -> str:
    """A name as it is stored, whatever the case of its letters."""
    return unicodedata.normalize("NFKC", typed).strip().casefold()


def fit_name(typed: str) -> str:
    """A name as it is stored; AdvisorError where it is none."""
    name = plain_name(typed)
    if NAME.fullmatch(name) is None:
        raise AdvisorError(
            f"a name must have 1 to 64 letters, digits or signs of . _ @ + -, was: {typed!r}: "
            "use a short one such as mary"
        )
    return name


def user_of(row: tuple[Any, ...]) -> User:
    """A user from the columns of COLUMNS."""
    name, role, created, disabled, changed = row
    return User(name, Role(role), datetime.fromisoformat(created), _moment(disabled), _moment(changed))


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
