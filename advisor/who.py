"""Who is at this machine, for what is kept with a name beside it."""

from __future__ import annotations

from getpass import getuser


def somebody() -> str:
    """The name of the user of this process; "somebody" where the system knows none."""
    try:
        return getuser()
    except (OSError, KeyError):
        return "somebody"
