"""Two folders change places in one step; the only file that calls the C library."""

from __future__ import annotations

import ctypes
import errno
import os
from pathlib import Path

from advisor.errors import BackupError

_HERE = -100  # AT_FDCWD
_EXCHANGE = 2  # RENAME_EXCHANGE, see renameat2(2)


def exchange(one: Path, other: Path) -> None:
    """Let two folders of one file system change their names; BackupError where the system cannot."""
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        raise BackupError(_cannot(other, "this system cannot exchange folders"))
    names = os.fsencode(one), os.fsencode(other)
    if rename(_HERE, names[0], _HERE, names[1], _EXCHANGE) != 0:
        raise BackupError(_cannot(other, os.strerror(ctypes.get_errno() or errno.EINVAL)))


def _cannot(home: Path, why: str) -> str:
    return (
        f"{home} cannot be exchanged for the restored folder in one step ({why}): nothing was changed; restore into a "
        f"new folder instead, as in advisor --home {home}-restored restore, and take that as the home folder"
    )
