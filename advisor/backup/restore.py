"""Put a backup in the place of a home folder: unpacked and checked beside it, then exchanged in one step.

Whatever ends the program meanwhile, the home folder is the old one or the new one. Beside it lies `HOME.unpacking-…`
(unfinished, and taken away by the next restore) or, for the moment around the exchange, `HOME.restoring-…`.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from packaging.version import InvalidVersion, Version

from advisor.backup import archive, databases
from advisor.backup.archive import Manifest, Member
from advisor.backup.exchange import exchange
from advisor.backup.members import is_database
from advisor.cli import program_version
from advisor.errors import BackupError
from advisor.home_lock import alone
from advisor.records.tables import migrations as of_records
from advisor.registry import sync
from index.progress import Progress, silent
from index.store import migrations as of_articles

UNPACKING = ".unpacking-"
RESTORING = ".restoring-"
BEFORE = ".before-restore-"


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore has done."""

    manifest: Manifest
    home: Path
    before: Path | None  # where the home folder of before lies; None = there was none


def look_into(path: Path, *, progress: Progress = silent) -> Manifest:
    """What a backup holds, all of it checked by its hashes; unpacks nothing."""
    return archive.read(path, fits=_refuse_newer, progress=progress)


def restore(home: Path, path: Path, *, progress: Progress = silent) -> Restored:
    """Put a backup in the place of a home folder and keep that beside it.

    BackupError, and nothing changed, where the backup is not as it was made or of a newer program, or the folder is
    in use.
    """
    home = home.resolve()
    with _errors_named(home):
        home.parent.mkdir(parents=True, exist_ok=True)
        with alone(home):
            if home.exists():  # and so is ours alone
                _clear(home)
            folder = Path(tempfile.mkdtemp(prefix=f"{home.name}{UNPACKING}", dir=home.parent))
            try:
                manifest = _unpack(path, folder, progress=progress)
                _own(folder, like=home)
                _onto_disk(folder)
                return Restored(manifest, home, _swap(folder, home))
            finally:
                shutil.rmtree(folder, ignore_errors=True)  # where it still has this name


def _unpack(path: Path, folder: Path, *, progress: Progress) -> Manifest:
    @contextmanager
    def keep(member: Member) -> Iterator[BinaryIO]:
        target = folder / member.name
        target.parent.mkdir(parents=True, exist_ok=True)
        with open(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            yield file

    def fits(manifest: Manifest) -> None:
        _refuse_newer(manifest)
        room = shutil.disk_usage(folder).free
        if manifest.size > room:
            raise BackupError(
                f"{path} holds {manifest.size:,} bytes, {folder.parent} has room for {room:,}: make room, or restore "
                "into a folder on another disk with --home"
            )

    manifest = archive.read(path, fits=fits, keep=keep, progress=progress)
    for member in manifest.members:
        if is_database(member.name):
            databases.check(folder / member.name, member.name)
    _refuse_unknown_tables(folder, manifest)
    return manifest


def _swap(folder: Path, home: Path) -> Path | None:
    """Give the unpacked folder the home's name; gives where the old one lies."""
    waiting = folder.with_name(folder.name.replace(UNPACKING, RESTORING))
    folder.rename(waiting)
    if not home.exists():
        waiting.rename(home)
        sync(home.parent)
        return None
    try:
        exchange(waiting, home)
    except BackupError:
        waiting.rename(folder)  # to be taken away
        raise
    sync(home.parent)
    before = _free_name(home)
    waiting.rename(before)
    return before


def _free_name(home: Path) -> Path:
    at = datetime.now().astimezone()
    name = f"{home.name}{BEFORE}{at:%Y-%m-%dT%H-%M-%S}"
    numbered = (home.with_name(f"{name}{f'-{number}' if number else ''}") for number in range(10_000))
    return next(path for path in numbered if not path.exists())


def _refuse_newer(manifest: Manifest) -> None:
    """BackupError where the program that made a backup is newer than this one."""
    try:
        newer = Version(manifest.version) > Version(program_version())
    except InvalidVersion as error:
        raise BackupError(f"the backup names no version of this program, but {manifest.version!r}") from error
    if newer:
        raise BackupError(
            f"the backup was made by version {manifest.version}, this is {program_version()}: install that version, or "
            "a newer one, and restore with it"
        )


def _refuse_unknown_tables(folder: Path, manifest: Manifest) -> None:
    """BackupError where tables were changed in a way this program does not know yet, whatever version it says it is."""
    known = {group.name: {one.name for one in group._migrations} for group in (of_records, of_articles)}
    for member in manifest.members:
        if not is_database(member.name):
            continue
        for group, done in databases.migrations(folder / member.name).items():
            unknown = [name for name in done if group in known and name not in known[group]]
            if unknown:
                raise BackupError(
                    f"{member.name} was made by a newer program, this one does not know {unknown[0]!r} ({group}): "
                    f"install version {manifest.version}, or a newer one, and restore with it"
                )


def _clear(home: Path) -> None:
    """Take away what a restore that was killed has left unfinished; nobody else restores now."""
    for left in home.parent.iterdir():
        if left.name.startswith(f"{home.name}{UNPACKING}"):
            shutil.rmtree(left, ignore_errors=True)


def _own(folder: Path, *, like: Path) -> None:
    """Give the restored files to whom the folder of before belonged, where the administrator restores for another."""
    if not like.exists():
        return
    owner = like.stat()
    folder.chmod(owner.st_mode & 0o777)
    if os.geteuid() == 0:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, owner.st_uid, owner.st_gid)


def _onto_disk(folder: Path) -> None:
    for path in (*folder.rglob("*"), folder):
        sync(path)


@contextmanager
def _errors_named(home: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise BackupError(
            f"{error.filename or home} cannot be used ({error.strerror}): make room, or see who may write there; "
            f"{home} is as it was"
        ) from error
