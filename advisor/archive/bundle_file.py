"""What reading needs of a home folder, packed into one file that is named by its content, and unpacked elsewhere.

No record, no cache and no setting is in it: records stay where they are, and settings come with the job. The tar is not
compressed, since models and vectors hardly get smaller, and so nothing in it is larger than it looks.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from advisor.errors import ArchiveError
from advisor.registry import IN_USE, Kind, trained_models
from advisor.settings import Settings
from index.bundle import bundle_folder

KNOWLEDGE = "knowledge.db"
PLAIN = (tarfile.REGTYPE, tarfile.AREGTYPE)
CURE = "delete it and run the command again, which makes it anew"


@dataclass(frozen=True, slots=True)
class Packed:
    """A bundle, by what is in it."""

    sha256: str  # of the whole file

    @property
    def name(self) -> str:
        """Of the file."""
        return f"bundle-{self.sha256[:20]}.tar"


def pack(settings: Settings, folder: Path) -> Packed:
    """Put the bundle of a home into a folder of this machine; equal content makes equal bytes.

    The knowledge base is copied as it stands at one moment, whoever writes to it meanwhile.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = files_of(settings)
    with tempfile.TemporaryDirectory(prefix=".bundle-", dir=folder) as waiting:
        if settings.knowledge.knowledge_db.is_file():
            files[KNOWLEDGE] = Path(waiting) / KNOWLEDGE
            _copy_database(settings.knowledge.knowledge_db, files[KNOWLEDGE])
        made = Path(waiting) / "bundle.tar"
        with tarfile.open(made, "w", format=tarfile.GNU_FORMAT) as tar:
            for name in sorted(files):
                _add(tar, name, files[name])
        packed = Packed(_sha256(made))
        os.replace(made, folder / packed.name)
    return packed


def unpack(file: Path, home: Path, *, sha256: str) -> None:
    """Lay out a bundle as a home folder, which must not be there yet.

    Raises ArchiveError where it is not the file that was packed, or holds anything but files below the folder.
    """
    if _sha256(file) != sha256:
        raise ArchiveError(f"{file.name} is not the bundle that was packed (its SHA-256 differs): {CURE}")
    home.mkdir(parents=True)
    try:
        with tarfile.open(file, "r:") as tar:
            for member in tar:
                _lay_out(tar, member, home)
    except (tarfile.TarError, FileExistsError) as error:
        raise ArchiveError(f"{file.name} is no bundle of this program ({error}): {CURE}") from error


def files_of(settings: Settings) -> dict[str, Path]:
    """By their names below the home folder, the files of the models in use and of the vector index."""
    home, models = settings.home, trained_models(settings)
    versions = [version for kind in Kind if (version := models.in_use(kind)) is not None]
    # an encoder may put the topic head in use aside for an earlier one
    versions += models.past(Kind.TOPICS)
    folders = [bundle_folder(settings.knowledge), settings.models, settings.knowledge.vectors]
    files = [file for folder in (*folders, *(one.folder for one in versions)) for file in _below(folder)]
    if (models.folder / IN_USE).is_file():
        files.append(models.folder / IN_USE)
    return {file.relative_to(home).as_posix(): file for file in files}


def _below(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file() and not path.name.startswith((".", "tmp")))


def _add(tar: tarfile.TarFile, name: str, file: Path) -> None:
    """Add a file without its times and owner, which say nothing of what is in it."""
    entry = tarfile.TarInfo(name)
    with file.open("rb") as content:
        entry.size = os.fstat(content.fileno()).st_size
        tar.addfile(entry, content)


def _lay_out(tar: tarfile.TarFile, member: tarfile.TarInfo, home: Path) -> None:
    """Write one file of the bundle, never over another one, never outside."""
    name = PurePosixPath(member.name)
    plain = member.type in PLAIN and not name.is_absolute() and name.parts and ".." not in name.parts
    content: IO[bytes] | None = tar.extractfile(member) if plain else None
    if content is None:
        raise ArchiveError(f"a bundle must hold plain files below the home folder only, was: {member.name!r}: {CURE}")
    target = home / name
    target.parent.mkdir(parents=True, exist_ok=True)
    with content, target.open("xb") as file:
        shutil.copyfileobj(content, file)


def _copy_database(database: Path, copy: Path) -> None:
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)


def _sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
