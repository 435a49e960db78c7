"""Make a backup: copy, list, pack, read back, and only then give it its name."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from advisor.backup import archive, databases
from advisor.backup.archive import FORMAT, PROGRAM, Manifest, Member
from advisor.backup.members import is_database, names_in
from advisor.cli import program_version
from advisor.errors import BackupError
from advisor.home_lock import runs
from advisor.registry import sha256, sync
from index.progress import Progress, silent

ENDINGS = (".tar.gz", ".tgz")


def back_up(home: Path, path: Path, *, replace: bool = False, progress: Progress = silent) -> Manifest:
    """Write a backup of a home folder, which may be in use, and read it back.

    BackupError where there is nothing to back up, something is damaged, or `path` cannot be written; what stood under
    `path` before then stands there still. `replace`: an older file of that name gives way.
    """
    _check_target(path, replace=replace)
    names = names_in(home)
    if not any(is_database(name) for name in names):
        raise BackupError(f"{home} holds no installation: name its folder with --home, or make one with advisor init")
    with _errors_named(path), _beside(path) as folder:
        _clear(path)
        for name in names:
            _copy(home / name, folder / name, progress=progress)
        manifest = Manifest(
            program=PROGRAM,
            format=FORMAT,
            version=program_version(),
            made_at=datetime.now(UTC).replace(microsecond=0),
            migrations={name: databases.migrations(folder / name) for name in names if is_database(name)},
            members=tuple(_member(folder, name) for name in names if (folder / name).is_file()),
        )
        _write(path, manifest, folder, progress=progress)
    return manifest


def _write(path: Path, manifest: Manifest, folder: Path, *, progress: Progress) -> None:
    handle, name = tempfile.mkstemp(prefix=_prefix(path), dir=path.parent)  # only this user may read it
    written = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            archive.write(file, manifest, folder, progress=progress)
        sync(written)
        if archive.read(written, progress=progress) != manifest:
            raise BackupError(f"{path} does not read as it was written: see whether the disk is sound, and try again")
        os.replace(written, path)
        sync(path.parent)
    finally:
        written.unlink(missing_ok=True)


def _copy(source: Path, target: Path, *, progress: Progress) -> None:
    """Copy a file as it stands at one moment; one that has gone meanwhile is left out."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if is_database(source.name):
        databases.copy(source, target, progress=progress)
        databases.check(target, source.name)
        return
    try:
        shutil.copyfile(source, target)
    except FileNotFoundError:
        target.unlink(missing_ok=True)


def _member(folder: Path, name: str) -> Member:
    return Member(name, (folder / name).stat().st_size, sha256(folder / name))


def _check_target(path: Path, *, replace: bool) -> None:
    if not path.name.endswith(ENDINGS):
        raise BackupError(f"a backup must end in {' or '.join(ENDINGS)}, was: {path.name}")
    if not path.parent.is_dir():
        raise BackupError(f"the folder of a backup must be there, was: {path.parent}: make it, or choose another")
    if path.is_dir():
        raise BackupError(f"a backup must be a file, {path} is a folder: choose another name")
    if path.exists() and not replace:
        raise BackupError(f"{path} is there already: choose another name, or say --force to replace it")


def _prefix(path: Path) -> str:
    """Begins the names of what is unfinished: it tells which process makes it."""
    return f".{path.name}-{os.getpid()}-"


def _clear(path: Path) -> None:
    """Take away what a backup of this name that was killed has left, for it holds personal data."""
    unfinished = re.compile(rf"\.{re.escape(path.name)}-(\d+)-\w+")
    for left in path.parent.iterdir():
        named = unfinished.fullmatch(left.name)
        if named is None or runs(int(named[1])):
            continue
        if left.is_dir():
            shutil.rmtree(left, ignore_errors=True)
        else:
            left.unlink(missing_ok=True)


@contextmanager
def _beside(path: Path) -> Iterator[Path]:
    """A folder for the copies, on the disk that the backup goes to; only this user may look into it."""
    folder = Path(tempfile.mkdtemp(prefix=_prefix(path), dir=path.parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _errors_named(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise BackupError(
            f"{error.filename or path} cannot be used ({error.strerror}): make room, or see who may use it"
        ) from error
