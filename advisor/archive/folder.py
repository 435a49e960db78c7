"""A folder for the files of a run: on this machine, or at any address that fsspec knows."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Protocol

from advisor.archive.survey import put_whole
from advisor.errors import ArchiveError


class Folder(Protocol):
    """Files by name, each there whole or not at all."""

    def read(self, name: str, /) -> bytes | None:
        """A file's content; None where there is none."""

    def write(self, name: str, content: bytes, /) -> None:
        """Put a file in place."""

    def names(self) -> set[str]:
        """The files there are."""


class LocalFolder:
    """A folder of this machine."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir(parents=True, exist_ok=True)

    def __str__(self) -> str:
        return str(self.path)

    def read(self, name: str, /) -> bytes | None:
        """A file's content; None where there is none."""
        try:
            return (self.path / name).read_bytes()
        except FileNotFoundError:
            return None

    def write(self, name: str, content: bytes, /) -> None:
        """Put a file in place, on the disk before it is there."""
        put_whole(self.path / name, content)

    def names(self) -> set[str]:
        """The files there are."""
        return {entry.name for entry in os.scandir(self.path)}


class AddressFolder:
    """A folder at an address such as s3://bucket/folder; stores that put whole files in place, as these do."""

    def __init__(self, address: str) -> None:
        try:
            import fsspec
        except ModuleNotFoundError as error:
            raise ArchiveError(f"{address} needs fsspec, which is missing: install ticket-advisor[scale]") from error
        self.address = address.rstrip("/")
        self._files: Any
        self._files, self._root = fsspec.core.url_to_fs(self.address)
        self._files.makedirs(self._root, exist_ok=True)

    def __str__(self) -> str:
        return self.address

    def read(self, name: str, /) -> bytes | None:
        """A file's content; None where there is none."""
        try:
            content: bytes = self._files.cat_file(f"{self._root}/{name}")
        except FileNotFoundError:
            return None
        return content

    def write(self, name: str, content: bytes, /) -> None:
        """Put a file in place; under another name first where the store is a file system."""
        waiting = f"{self._root}/.{name}.{os.getpid()}"
        self._files.pipe_file(waiting, content)
        self._files.mv(waiting, f"{self._root}/{name}")

    def names(self) -> set[str]:
        """The files there are."""
        return {str(path).rsplit("/", 1)[-1] for path in self._files.ls(self._root, detail=False)}


def folder_at(address: str) -> Folder:
    """The folder at a path or an address."""
    return AddressFolder(address) if "://" in address else LocalFolder(Path(address))
