"""Databases while they are written to: copied as they stood at one moment, checked, and asked for their migrations."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from advisor.backup.archive import MEGABYTE
from advisor.errors import BackupError
from index.progress import Progress

PAGES = 2048  # copied at once
SHOWN = 3  # findings that are named


def copy(source: Path, target: Path, *, progress: Progress) -> None:
    """Copy a database as it stands now, whoever writes to it meanwhile."""
    with _errors_named(source), _opened(_uri(source, "rw")) as one, _opened(_uri(target, "rwc")) as other:
        # an open read transaction keeps the copy to one moment, so that it need not begin anew at each write
        one.execute("begin")
        page = one.execute("pragma page_size").fetchone()[0]
        one.execute("select count(*) from sqlite_master").fetchone()

        def tell(status: int, remaining: int, total: int) -> None:
            done = (total - remaining) * page // MEGABYTE
            progress(f"Copying {source.name}, MB", done + (not remaining), total * page // MEGABYTE + 1)

        one.backup(other, pages=PAGES, progress=tell)


def check(path: Path, name: str) -> None:
    """Let SQLite look at all of a database that nobody uses; BackupError with its findings."""
    with _errors_named(path, name), _opened(_uri(path, "ro") + "&immutable=1") as database:
        found = [str(row[0]) for row in database.execute(f"pragma integrity_check({SHOWN})")]
        broken = database.execute("pragma foreign_key_check").fetchmany(SHOWN)
    found = [] if found == ["ok"] else found
    found += [f"a row of {table} refers to a row of {parent} that is not there" for table, _, parent, _ in broken]
    if found:
        raise BackupError(f"the database {name} is damaged: {'; '.join(found[:SHOWN])}; take an older backup")


def migrations(path: Path) -> dict[str, tuple[str, ...]]:
    """What was done to a database's tables, in order, by set of migrations."""
    done: dict[str, list[str]] = {}
    with _errors_named(path), _opened(_uri(path, "ro") + "&immutable=1") as database:
        tables = [row[0] for row in database.execute("select name from sqlite_master where name like '%migrations'")]
        for table in tables:
            for group, name in database.execute(f'select migration_set, name from "{table}" order by rowid'):
                done.setdefault(group, []).append(name)
    return {group: tuple(names) for group, names in sorted(done.items())}


@contextmanager
def _opened(uri: str) -> Iterator[sqlite3.Connection]:
    database = sqlite3.connect(uri, uri=True, timeout=30.0, isolation_level=None)
    try:
        yield database
    finally:
        database.close()


@contextmanager
def _errors_named(path: Path, name: str = "") -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise BackupError(
            f"{name or path} cannot be used ({error}): check that it is a database and that there is room on the disk"
        ) from error


def _uri(path: Path, mode: str) -> str:
    return f"file:{quote(str(path.absolute()))}?mode={mode}"
