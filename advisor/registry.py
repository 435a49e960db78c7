"""The models trained in this installation, by kind and version; which is in use, and the way back.

A version is a folder `models/<kind>/<number>-<date>/`. It is made under a temporary name and renamed, so it is there
whole or not at all; `manifest.json` in it holds the SHA-256 of its files, `about.json` how it came to be.
`models/in_use.json` names the version in use of each kind, after those before it. It is replaced in one step, and only
once everything that it names is safely on the disk: whatever fails meanwhile, the model in use stays.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path

import msgspec

from advisor.errors import ModelError
from advisor.reading.heads import MANIFEST, SHIPPED
from advisor.settings import Settings

ABOUT = "about.json"
IN_USE = "in_use.json"
FORMAT = 1
LONGEST_HISTORY = 100  # versions remembered of each kind
NAME = re.compile(r"(\d{4,})-\d{4}-\d{2}-\d{2}")
UNFINISHED = ".new-"


class Kind(StrEnum):
    """What is trained in an installation."""

    DEFAULTS = "defaults"  # the heads that are also shipped
    TOPICS = "topics"
    ANSWERS = "answers"
    ENCODER = "encoder"


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """How a version came to be."""

    source: str  # name of the file it was trained on
    rows: int  # that it was trained on
    encoder: str  # fingerprint of the encoder it was made for
    figures: Mapping[str, float] = field(default_factory=dict)  # measured when it was made
    made: str = ""  # ISO 8601 with zone; set by the registry
    kind: str = ""  # set by the registry
    version: str = ""  # set by the registry
    format: int = FORMAT


@dataclass(frozen=True, slots=True)
class Version:
    """A trained model on the disk."""

    kind: Kind
    name: str  # running number and date, as 0003-2026-11-23
    folder: Path

    @property
    def number(self) -> int:
        """The running number."""
        return number_of(self.name)

    @property
    def fingerprint(self) -> str:
        """Names all files of the version together."""
        return hashlib.sha256((self.folder / MANIFEST).read_bytes()).hexdigest()[:16]

    def about(self) -> About:
        """How it came to be; raises ModelError where that file was changed or is of another version."""
        return read_about(self.folder)

    def check(self) -> None:
        """Compare every file with its SHA-256; raises ModelError with the name of the first that is not as made."""
        for name, expected in read_manifest(self.folder).items():
            path = self.folder / name
            if not path.is_file():
                raise ModelError(f"the model file {path} is missing: {cure(self.kind)}")
            if sha256(path) != expected:
                raise ModelError(
                    f"the model file {path} was changed (its SHA-256 is not the one in {MANIFEST}): {cure(self.kind)}"
                )


class Registry:
    """The trained models under one folder, `models` in the home folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def add(self, kind: Kind, fill: Callable[[Path], None], about: About, *, now: datetime | None = None) -> Version:
        """Keep a new version: `fill` writes its files into an empty folder; it is not in use yet.

        Raises ModelError where it cannot be written; nothing is left of it then.
        """
        at = now or datetime.now().astimezone()
        with self._locked(), said_by_name(self.folder):
            home = self.folder / kind
            home.mkdir(exist_ok=True)
            for left in home.glob(f"{UNFINISHED}*"):  # of a program that was killed: nobody else writes now
                shutil.rmtree(left, ignore_errors=True)
            made = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=home))
            try:
                fill(made)
                # a number is never given twice: in_use.json would name another model than was meant
                names = [*(version.name for version in self._of(kind)), *self._history().get(kind, ())]
                number = max((number_of(one) for one in names), default=0) + 1
                name = f"{number:04}-{at.date().isoformat()}"
                described = replace(about, made=at.isoformat(timespec="seconds"), kind=kind.value, version=name)
                (made / ABOUT).write_bytes(msgspec.json.format(msgspec.json.encode(described), indent=1) + b"\n")
                write_whole_manifest(made)
                made.chmod(0o755)
                made.rename(home / name)
                sync(home)
            finally:
                shutil.rmtree(made, ignore_errors=True)  # where it was not renamed
        return Version(kind, name, home / name)

    def use(self, kind: Kind, version: str) -> Version:
        """Take a version into use, by its name or number; raises ModelError where it is not there or not as made."""
        found = self.find(kind, version)
        found.check()
        with self._locked(), said_by_name(self.folder):
            history = self._history()
            past = history.get(kind, ())
            if not past or past[-1] != found.name:
                self._write(history | {kind.value: (*past, found.name)[-LONGEST_HISTORY:]})
        return found

    def undo(self, kind: Kind) -> Version | None:
        """Go back to what was in use before; None where that is no trained model, but what is shipped."""
        with self._locked(), said_by_name(self.folder):
            history = self._history()
            past = list(history.get(kind, ()))
            if not past:
                raise ModelError(f"there is nothing to undo: no trained model of the kind {kind} is in use")
            past.pop()
            while past and not is_whole(self.folder / kind / past[-1]):
                past.pop()
            self._write(history | {kind.value: tuple(past)})
        return Version(kind, past[-1], self.folder / kind / past[-1]) if past else None

    def in_use(self, kind: Kind) -> Version | None:
        """The version in use; None where none is. Raises ModelError where it was removed."""
        past = self._history().get(kind, ())
        if not past:
            return None
        found = Version(kind, past[-1], self.folder / kind / past[-1])
        if not is_whole(found.folder):
            raise ModelError(f"{self.folder / IN_USE} names {kind} {found.name}, which is not there: {cure(kind)}")
        return found

    def past(self, kind: Kind) -> list[Version]:
        """What is in use and what was before it, the latest first; what was removed meanwhile is left out."""
        found = [Version(kind, name, self.folder / kind / name) for name in reversed(self._history().get(kind, ()))]
        return [version for version in found if is_whole(version.folder)]

    def versions(self, kind: Kind | None = None) -> list[Version]:
        """All versions, or those of one kind, the oldest first."""
        return [version for one in ([kind] if kind else Kind) for version in self._of(one)]

    def find(self, kind: Kind, version: str) -> Version:
        """A version by its name or its number; raises ModelError that names those that are there."""
        there = self._of(kind)
        for one in there:
            if version == one.name or (version.isdecimal() and int(version) == one.number):
                return one
        names = ", ".join(one.name for one in there[-10:]) or "none"
        raise ModelError(f"there is no version {version} of {kind}; there are: {names} (advisor train list)")

    def _of(self, kind: Kind) -> list[Version]:
        home = self.folder / kind
        names = [path.name for path in home.iterdir()] if home.is_dir() else []
        whole = [name for name in names if NAME.fullmatch(name) and is_whole(home / name)]
        return sorted((Version(kind, name, home / name) for name in whole), key=lambda one: (one.number, one.name))

    def _history(self) -> dict[str, tuple[str, ...]]:
        """The names in use of each kind, the last one now."""
        path = self.folder / IN_USE
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            return {}
        try:
            read = msgspec.json.decode(content, type=_InUse)
        except msgspec.MsgspecError as error:
            raise ModelError(
                f"{path} cannot be read ({error}): delete it, then say advisor train use KIND VERSION"
            ) from error
        if read.format != FORMAT:
            raise ModelError(f"{path} has format {read.format}, this program reads {FORMAT}: install the newer program")
        wrong = [name for past in read.kinds.values() for name in past if not NAME.fullmatch(name)]
        if wrong:
            raise ModelError(
                f"{path} names {wrong[0]!r}, which is no version: delete it, then advisor train use KIND VERSION"
            )
        return read.kinds

    def _write(self, history: Mapping[str, tuple[str, ...]]) -> None:
        """Replace in_use.json in one step."""
        content = json.dumps(
            {"format": FORMAT, "kinds": {kind: past for kind, past in history.items() if past}}, indent=1
        )
        handle, name = tempfile.mkstemp(prefix=UNFINISHED, dir=self.folder)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(content + "\n")
                file.flush()
                os.fsync(file.fileno())
            Path(name).chmod(0o644)
            os.replace(name, self.folder / IN_USE)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        sync(self.folder)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One writer at a time; the lock falls with the program that holds it."""
        with said_by_name(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.folder / ".lock", os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)


class _InUse(msgspec.Struct):
    """What in_use.json holds."""

    format: int
    kinds: dict[str, tuple[str, ...]]


def cure(kind: str) -> str:
    """What to do about a version that is not as it was made."""
    return f"say advisor train undo {kind}, or train it again"


def number_of(name: str) -> int:
    """The running number in the name of a version."""
    return int(name.split("-")[0])


def is_whole(folder: Path) -> bool:
    """Tell whether a version's folder was finished."""
    return (folder / MANIFEST).is_file() and (folder / ABOUT).is_file()


def read_about(folder: Path) -> About:
    """Read `about.json`; raises ModelError where it was changed, or written by another version of the program."""
    path = folder / ABOUT
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != read_manifest(folder).get(ABOUT):
        raise ModelError(f"{path} was changed (its SHA-256 is not the one in {MANIFEST}): train this model again")
    try:
        about = msgspec.json.decode(content, type=About)
    except msgspec.MsgspecError as error:
        raise ModelError(f"{path} cannot be read ({error}): train this model again") from error
    if about.format != FORMAT:
        raise ModelError(f"{path} has format {about.format}, this program reads {FORMAT}: train this model again")
    return about


def read_manifest(folder: Path) -> dict[str, str]:
    """SHA-256 by file."""
    path = folder / MANIFEST
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, str])
    except (OSError, msgspec.MsgspecError) as error:
        raise ModelError(f"{path} cannot be read ({error}): train this model again") from error


def write_whole_manifest(folder: Path) -> None:
    """Write down the SHA-256 of every file below a folder, and see that all of them are on the disk."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path != folder / MANIFEST)
    hashes = {path.relative_to(folder).as_posix(): sha256(path) for path in files}
    (folder / MANIFEST).write_text(json.dumps(hashes, indent=1) + "\n", encoding="utf-8")
    for path in (*files, folder / MANIFEST, *{file.parent for file in files}, folder):
        sync(path)


def sha256(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync(path: Path) -> None:
    """See that a file, or the names in a folder, survive a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def said_by_name(folder: Path) -> Iterator[None]:
    """A disk that refuses is said in one sentence."""
    try:
        yield
    except OSError as error:
        raise ModelError(
            f"{error.filename or folder} cannot be written ({error.strerror}): make room, or see who may write there; "
            "the model in use is as it was"
        ) from error


def heads_folder(settings: Settings) -> Path:
    """Where the heads in use lie: the installation's own (`models/heads` is from before versions), else the shipped."""
    trained = trained_models(settings).in_use(Kind.DEFAULTS)
    if trained is not None:
        return trained.folder
    return settings.models if (settings.models / MANIFEST).is_file() else SHIPPED


def trained_models(settings: Settings) -> Registry:
    """The models trained in this installation."""
    return Registry(settings.knowledge.models)
