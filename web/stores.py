"""What this room keeps under the home folder: staff, never customers, so that no customer is found here."""

from __future__ import annotations

from advisor.stores import Impersonal

USERS = Impersonal(
    "users",
    files=("web.key", ".web.key*"),
    tables={"advisor.db": ("users", "sessions", "sign_in_failures", "sign_in_links", "saved_views", "web_migrations")},
)
