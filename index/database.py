"""SQLite as this room uses it: a connection a thread, write-ahead log, write locks taken at once."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlite_utils
from sqlite_utils.migrations import Migrations

from index.errors import KnowledgeError

_PATIENCE = 30.0  # seconds to wait for another writer


class Database:
    """One database file, opened once in every thread that uses it."""

    def __init__(self, path: Path, migrations: Migrations) -> None:
        """Open the file, made where it is missing, and bring its tables up to date."""
        self.path = path
        self._threads = threading.local()
        with self.errors_named():
            path.parent.mkdir(parents=True, exist_ok=True)
            with self.writing() as tables:
                migrations.apply(tables)

    @property
    def tables(self) -> sqlite_utils.Database:
        """This thread's connection."""
        opened: sqlite_utils.Database | None = getattr(self._threads, "tables", None)
        if opened is None:
            connection = sqlite3.connect(self.path, timeout=_PATIENCE, isolation_level=None)
            connection.execute("pragma journal_mode = wal")
            connection.execute("pragma synchronous = normal")
            opened = self._threads.tables = sqlite_utils.Database(connection)
        return opened

    @contextmanager
    def writing(self) -> Iterator[sqlite_utils.Database]:
        """Hold the write lock for one transaction: all of it is kept, or nothing. Never encode inside."""
        tables = self.tables
        tables.conn.execute("begin immediate")
        try:
            yield tables
        except BaseException:
            tables.conn.execute("rollback")
            raise
        tables.conn.execute("commit")

    @contextmanager
    def errors_named(self) -> Iterator[None]:
        """Say which file it was when SQLite or the file system refuses."""
        try:
            yield
        except (sqlite3.DatabaseError, OSError) as error:
            raise KnowledgeError(
                f"{self.path} cannot be used ({error}): check that it is a database, "
                "that its folder may be written and that no other program holds it"
            ) from error
