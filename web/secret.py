"""The key that this installation signs with: links, and what forms carry; made once, readable by its owner alone."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

NAME = "web.key"
BYTES = 32


def secret_of(home: Path) -> bytes:
    """The key of a home folder, (32,) bytes, made where it is missing; two programs that make it at once get the same.

    Who deletes the file ends all sessions, and makes all links that were sent useless.
    """
    path = home / NAME
    if not path.is_file():
        _make(path)
    return path.read_bytes()


def _make(path: Path) -> None:
    """Write it under another name, then give it its own, which fails where another program was first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f"{NAME}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(BYTES))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(new, path)
    except FileExistsError:
        return
    finally:
        new.unlink()
