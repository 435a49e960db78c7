"""The secret key of this installation's cookies and form tokens, made once."""

from __future__ import annotations

import os
import secrets
import tempfile
from pathlib import Path

from advisor.errors import AdvisorError

LENGTH = 32  # bytes


def secret_key(home: Path) -> bytes:
    """The key in web.key, which only its owner may read; made where there is none. AdvisorError where it is unfit."""
    path = home / "web.key"
    if not path.exists():
        _make(path)
    key = path.read_bytes()
    if len(key) != LENGTH:
        raise AdvisorError(
            f"{path} must hold {LENGTH} bytes, held: {len(key)}: delete it to have a new one; everybody signs in again"
        )
    if path.stat().st_mode & 0o077:
        raise AdvisorError(f"{path} must be readable by its owner only: chmod 600 {path}")
    return key


def _make(path: Path) -> None:
    """Put a whole file there at once, and only where none is, for two programs may start together."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".web.key")  # readable by its owner only
    made = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(LENGTH))
        os.link(made, path)
    except FileExistsError:
        return  # the other program was first: its key is as good
    finally:
        made.unlink()
