"""The staff of an installation: who they are, who is signed in, and how the door is watched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from advisor.settings import Settings
from web import tables
from web.keys import secret_key
from web.passwords import Passwords
from web.sessions import Sessions
from web.sign_in_links import SignInLinks
from web.throttle import Throttle
from web.users import Role, User, Users


@dataclass(frozen=True, slots=True)
class Staff:
    """All that signing in needs."""

    users: Users
    sessions: Sessions
    links: SignInLinks
    throttle: Throttle
    key: bytes  # of cookies and form tokens
    now: Callable[[], datetime]

    @classmethod
    def open(
        cls, settings: Settings, *, passwords: Passwords | None = None, now: Callable[[], datetime] = tables.now
    ) -> Staff:
        """The staff of a home folder; makes tables and key where there are none."""
        file = tables.open_file(settings.records)
        users = Users(file, passwords or Passwords(), now)
        idle = timedelta(minutes=settings.session_idle_minutes)
        sessions = Sessions(file, now, idle=idle, longest=timedelta(hours=settings.session_hours))
        key = secret_key(settings.home)
        return cls(users, sessions, SignInLinks(file, users, now), Throttle(file, now), key, now)

    @property
    def nobody_can_sign_in(self) -> bool:
        """Whether there is no user with a password, so that only a link leads in."""
        return not any(user.changed_password and not user.disabled for user in self.users.every())

    def first_admin(self, name: str = "admin") -> User:
        """The admin of this name, made without a password where there is none, and let in where that was taken away."""
        user = self.users.find(name) or self.users.add(name, Role.ADMIN)
        if user.role is not Role.ADMIN:
            user = self.users.set_role(name, Role.ADMIN)
        return self.users.enable(name) if user.disabled else user
