"""One run at a time on one output and on one archive; a lock goes with the process that held it, however it ends."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from advisor.errors import ArchiveError


@contextmanager
def locked(path: Path, *, refusal: str) -> Iterator[None]:
    """Hold a lock file; raises ArchiveError with `refusal` where another process holds it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        try:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ArchiveError(refusal) from error
        os.utime(path)
        yield
