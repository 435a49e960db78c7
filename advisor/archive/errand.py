"""What a worker of a cluster is sent with, and how it goes about it; nothing here knows Dask.

A worker that reads otherwise than the machine that began the run would mix two results in one, so it is refused.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from advisor.archive.bundle_file import Packed, unpack
from advisor.archive.fingerprint import machine
from advisor.archive.folder import folder_at, is_address, temporary
from advisor.archive.worker import Done, Job, Worker
from advisor.errors import EXPECTED, ArchiveError
from advisor.settings import Settings

if TYPE_CHECKING:
    from advisor.reading.memory import Cache

GUESTS = 2  # runs for which a process keeps its models loaded
CACHE_GB = 1  # of what a worker keeps of texts that may come again; as much as some 30,000 of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """All that goes with each part."""

    job: Job
    work: str  # the folder that all workers reach: a path, or an address
    bundle: Packed | None  # in that folder; None: the home folder is read as it is, or nothing is


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a part was not done, in a sentence."""

    text: str


class Guest(Worker):
    """A worker whose home folder is unpacked from the bundle, once it first has to read."""

    def __init__(self, errand: Errand, *, inside: Path | None) -> None:
        """`inside`: the folder of this machine for what is unpacked and copied; it goes with this object."""
        super().__init__(errand.job, copies=inside)
        self._errand = errand
        self._inside = inside

    def work(self, number: int) -> Done:
        """Do a part, and keep no more of what was read than there is room for."""
        done = super().work(number)
        if self._errand.bundle is not None and done.read:
            self._cache.trim()
        return done

    @cached_property
    def _cache(self) -> Cache:
        from advisor.wiring import cache_of

        return cache_of(self.settings)

    @cached_property
    def settings(self) -> Settings:
        """Of the home folder that was unpacked."""
        bundle = self._errand.bundle
        if bundle is None:
            return replace(self.job.settings, threads=1)
        home = temporary(self, self._inside) / "home"
        folder = folder_at(self._errand.work, copies=self._inside)
        unpack(folder.here(bundle.name), home, sha256=bundle.sha256)
        return replace(self.job.settings, threads=1, home=home, cache_gb=min(CACHE_GB, self.job.settings.cache_gb))


_guests: list[tuple[Errand, Guest]] = []  # of this process, the latest last
_turn = threading.Lock()


def do(errand: Errand, part: int, *, inside: Path | None = None) -> Done | Refused:
    """Do a part in this process, one at a time; what a person must mend comes back as a sentence."""
    with _turn:
        try:
            return _guest(errand, inside).work(part)
        except EXPECTED as error:
            return Refused(str(error))


def leave(errand: Errand) -> None:
    """Let go of all that was loaded and unpacked for a run."""
    _guests[:] = [one for one in _guests if one[0] != errand]


def unfit(errand: Errand) -> list[str]:
    """What keeps this process from taking part, each in some words; nothing where it may."""
    return [*unlike(errand.job.needs, machine()), *_unseen(errand)]


def unlike(needs: Mapping[str, str], here: Mapping[str, str]) -> list[str]:
    """`ONNX Runtime 1.20.0 where 1.31.1 is needed`, for each thing that differs."""
    return [
        f"{name} {mark} where {needs[name]} is needed" for name, mark in here.items() if needs.get(name, mark) != mark
    ]


def _unseen(errand: Errand) -> list[str]:
    """Whether the work folder is out of reach; nothing is made there, since it would be another folder."""
    if not is_address(errand.work) and not Path(errand.work).is_dir():
        return [f"no folder {errand.work}"]
    bundle = errand.bundle
    try:
        there = bundle is None or folder_at(errand.work).size(bundle.name) is not None
    except (*EXPECTED, OSError) as error:
        return [f"no way to {errand.work} ({error})"]
    return [] if there else [f"another folder {errand.work}, in which {bundle and bundle.name} is missing"]


def _guest(errand: Errand, inside: Path | None) -> Guest:
    for known, guest in _guests:
        if known == errand:
            return guest
    if reasons := unfit(errand):
        raise ArchiveError(f"a worker has {', '.join(reasons)}")
    guest = Guest(errand, inside=inside)
    _guests[:] = [*_guests, (errand, guest)][-GUESTS:]
    return guest
