"""Who uses a home folder: servers hold a lock on it together, whoever puts another in its place holds it alone.

The lock is `home.lock` in the folder and goes with the process that holds it, however that ends. It is a promise among
programs of this kind; that no other holds a database open is asked of SQLite.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from advisor.errors import BackupError

LOCK = "home.lock"


@contextmanager
def used(home: Path) -> Iterator[None]:
    """Use a home folder, beside others; BackupError where it is being restored."""
    handle = _locked(home, fcntl.LOCK_SH)
    if handle is None:
        raise BackupError(f"{home} is being restored{_said(holders(home))}: start again when that is done")
    try:
        os.write(handle, f"{os.getpid()}\n".encode())
        yield
    finally:
        os.close(handle)


@contextmanager
def alone(home: Path) -> Iterator[None]:
    """Have a home folder for oneself; BackupError that names who uses it. The folder need not exist."""
    if not home.is_dir():
        yield
        return
    handle = _locked(home, fcntl.LOCK_EX)
    if handle is None:
        raise BackupError(f"{home} is in use by a server{_said(holders(home))}: stop it, then try again")
    try:
        os.truncate(handle, 0)
        os.write(handle, f"{os.getpid()}\n".encode())
        _refuse_open_databases(home)
        yield
    finally:
        os.close(handle)


def holders(home: Path) -> list[int]:
    """The process ids of those who said that they use a home folder, and still run."""
    try:
        lines = (home / LOCK).read_text(encoding="ascii", errors="replace").split()
    except OSError:
        return []
    return sorted({int(line) for line in lines if line.isdecimal() and runs(int(line))})


def _locked(home: Path, kind: int) -> int | None:
    """The handle of the lock, held; None where another holds it.

    The folder may have been put in another's place while we waited: then the lock of the one that stands there now is
    taken.
    """
    path = home / LOCK
    home.mkdir(parents=True, exist_ok=True)
    while True:
        handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            _give_to_owner(handle, home)
            fcntl.flock(handle, kind | fcntl.LOCK_NB)
            if path.exists() and os.path.samestat(os.fstat(handle), path.stat()):
                return handle
        except BlockingIOError:
            os.close(handle)
            return None
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)


def _give_to_owner(handle: int, home: Path) -> None:
    """What the administrator makes must be of use to whom the folder belongs."""
    if os.geteuid() == 0:
        owner = home.stat()
        os.fchown(handle, owner.st_uid, owner.st_gid)


def _refuse_open_databases(home: Path) -> None:
    """BackupError where a program has a database open; in SQLite's write-ahead mode every open connection tells."""
    for path in sorted(home.glob("*.db")):
        with suppress(sqlite3.DatabaseError), _opened(path) as database:
            try:
                database.execute("pragma locking_mode = exclusive")
                database.execute("begin exclusive")
                database.execute("rollback")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorname == "SQLITE_BUSY":
                    raise BackupError(
                        f"{path} is in use by another program: let it finish, or stop it, then try again"
                    ) from error


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    database = sqlite3.connect(path, timeout=1.0, isolation_level=None)
    try:
        yield database
    finally:
        database.close()


def runs(process: int) -> bool:
    """Whether there is a process of this number."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _said(processes: list[int]) -> str:
    numbers = ", ".join(str(process) for process in processes)
    return f" (process {numbers})" if numbers else ""
