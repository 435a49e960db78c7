"""Which files of a home folder a backup holds: what a store owns and this program cannot make again."""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path, PurePosixPath

from advisor.home_lock import LOCK
from advisor.registry import IN_USE, Kind
from advisor.stores import stores

MADE_AGAIN = ("cache.db*", "index/*", "archives/*", LOCK, "*.db-wal", "*.db-shm", "*.db-journal")
TRAINED = frozenset({*(kind.value for kind in Kind), "heads", IN_USE})
"""Under `models/`; what else lies there is the sentence model, which is made again from its package."""
LONGEST = 400  # characters of a name


def kept(name: str) -> bool:
    """Whether the file of this name, below the home folder, is part of a backup; none with a trick in it is."""
    parts = name.split("/")
    if not _plain(name, parts) or any(fnmatchcase(name, pattern) for pattern in MADE_AGAIN):
        return False
    if parts[0] == "models" and (len(parts) < 2 or parts[1] not in TRAINED):
        return False
    return any(fnmatchcase(name, pattern) for pattern in _owned())


def is_database(name: str) -> bool:
    """Whether a file is a database."""
    return name.endswith(".db")


def names_in(home: Path) -> list[str]:
    """The files of a home folder that a backup holds, in the order in which they must be copied.

    Which models are in use goes before the models: a version is never changed, so all that is named is then there.
    """
    found = [path.relative_to(home).as_posix() for path in (*_plain_files(home), *_plain_files(home / "models"))]
    return sorted({name for name in found if kept(name)}, key=lambda name: (name != f"models/{IN_USE}", name))


@cache
def _owned() -> tuple[str, ...]:
    return tuple(pattern for store in stores() for pattern in store.files)


def _plain_files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]  # goes into no link, so `models` is named itself


def _plain(name: str, parts: list[str]) -> bool:
    """Relative, of visible names only, and without anything that a file system could understand otherwise."""
    usual = name.isprintable() and not set(name) & set('\\:*?"<>|') and len(name) <= LONGEST
    return usual and str(PurePosixPath(name)) == name and all(part and not part.startswith(".") for part in parts)
