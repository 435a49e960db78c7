"""The first pass over an archive: every row put where it can be reached, and cut into parts that need each other not.

Rows of people who have to do with one another (the same ticket, customer or account) stand in one part, since earlier
ones have a say in later ones. Which rows make which part depends on the archive alone: who works on them, in which
order and how many at once changes nothing.
"""

from __future__ import annotations

import os
import platform
from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from advisor.archive.formats import BadRow, Row
from advisor.archive.selection import Selection, chosen
from advisor.errors import ArchiveError

if TYPE_CHECKING:
    from advisor.archive.folder import Folder

PART = 256  # rows; what is lost at most when a worker is killed
SPOOL = "tickets"
SUMMARY = "survey.json"
ARRAYS = ("offsets", "order", "groups", "wanted", "starts")
Places = NDArray[np.int64]
KIN = (("customer", "id"), ("customer", "email"), ("customer", "phone"), ("account", "id"), ("account", "name"))


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """What the first pass has found; written last, so that where it stands the pass is whole."""

    rows: int  # good ones, as far as a first look tells
    wanted: int  # of them, those that are asked for
    parts: int
    refused: tuple[BadRow, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """The rows that are worked on together, in the order of the archive."""

    number: int
    rows: list[Row]
    groups: list[int]  # one a row: who has to do with one another
    wanted: list[bool]  # one a row; the others only lie before them


class Survey:
    """A finished first pass, opened to read parts from."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._offsets, self._order, self._groups, self._wanted, self._starts = (
            np.load(folder.here(f"{name}.npy"), mmap_mode="r", allow_pickle=False) for name in ARRAYS
        )

    def part(self, number: int) -> Part:
        """Read a part; raises ArchiveError where the tickets have gone."""
        stretch = slice(int(self._starts[number]), int(self._starts[number + 1]))
        places = self._order[stretch]
        spans = list(zip(self._offsets[places].tolist(), self._offsets[places + 1].tolist(), strict=True))
        try:
            rows = [_ROW.decode(packed) for packed in self._folder.spans(SPOOL, spans)]
        except FileNotFoundError as error:
            raise ArchiveError(
                f"part {number} must be read again, but {self._folder} holds its tickets no longer: delete that "
                "folder and run the command again"
            ) from error
        return Part(number, rows, self._groups[stretch].tolist(), self._wanted[stretch].tolist())


_ROW = msgspec.msgpack.Decoder(Row)


def summary_of(folder: Path) -> Summary | None:
    """The summary of a whole first pass; None where there is none."""
    try:
        return msgspec.json.decode((folder / SUMMARY).read_bytes(), type=Summary)
    except (OSError, msgspec.DecodeError):
        return None


def survey(
    rows: Iterable[Row | BadRow], folder: Path, *, selection: Selection, apart: bool, zone: tzinfo = UTC
) -> Summary:
    """Make the first pass; `apart`: no row has to do with another."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / SUMMARY).unlink(missing_ok=True)
    refused: list[BadRow] = []
    noted = Noted(selection, zone, apart=apart)
    with (folder / SPOOL).open("wb") as spool:
        for row in rows:
            if isinstance(row, BadRow):
                refused.append(row)
            else:
                spool.write(packed := msgspec.msgpack.encode(row))
                noted.add(row.fields, len(packed))
        spool.flush()
        os.fsync(spool.fileno())
    if not noted.count and not refused:
        raise ArchiveError("the archive holds no row: check that it is the right file")
    arrays = noted.arrays()
    for name in ARRAYS:
        np.save(folder / f"{name}.npy", arrays[name])
    summary = Summary(
        rows=noted.count,
        wanted=int(arrays["wanted"].sum()),
        parts=len(arrays["starts"]) - 1,
        refused=tuple(refused),
    )
    put_whole(folder / SUMMARY, msgspec.json.encode(summary))
    return summary


class Noted:
    """What must be remembered of each row, in a few bytes."""

    def __init__(self, selection: Selection, zone: tzinfo, *, apart: bool) -> None:
        self.count = 0
        self._selection = selection
        self._zone = zone
        self._apart = apart
        self._offsets = array("q", [0])
        self._rows = array("q")  # one a name
        self._names = array("q")
        self._strata: dict[tuple[str, ...], int] = {}
        self._stratum = array("q")
        self._late = array("b")

    def add(self, fields: Mapping[str, Any], size: int) -> None:
        """Note one row."""
        if not self._apart:
            for name in names_of(fields):
                self._rows.append(self.count)
                self._names.append(hash(name))
        self._late.append(self._selection.is_late(_time_of(fields, self._zone)))
        stratum = self._selection.stratum(fields)
        self._stratum.append(self._strata.setdefault(stratum, len(self._strata)))
        self._offsets.append(self._offsets[-1] + size)
        self.count += 1

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The arrays of a survey."""
        wanted = chosen(self._selection, np.array(self._late, bool), np.array(self._stratum, np.int64))
        groups = self._groups()
        order, starts = _laid_out(groups, wanted)
        return {
            "offsets": np.array(self._offsets, np.int64),
            "order": order,
            "groups": groups[order],
            "wanted": wanted[order],
            "starts": starts,
        }

    def _groups(self) -> Places:
        """One number a row; rows that share a name, or are joined by others, share it."""
        rows, names = np.array(self._rows, np.int64), np.array(self._names, np.int64)
        _, which, often = np.unique(names, return_inverse=True, return_counts=True)
        shared = often[which] > 1  # a name that stands once joins nothing
        if not shared.any():
            return np.arange(self.count)
        from scipy.sparse import coo_array
        from scipy.sparse.csgraph import connected_components

        _, named = np.unique(which[shared], return_inverse=True)
        size = self.count + int(named.max()) + 1
        ones = np.ones(int(shared.sum()), np.int8)
        graph = coo_array((ones, (rows[shared], self.count + named)), shape=(size, size)).tocsr()
        labels: Places = connected_components(graph, directed=False)[1][: self.count].astype(np.int64)
        return labels


def names_of(fields: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """What ties a row to others; what is no name is passed over, since such a row is refused later."""
    source = str(fields.get("source", "local"))
    if fields.get("id") not in (None, ""):
        yield source, "ticket", str(fields["id"]).strip()
    for owner, field in KIN:
        part = fields.get(owner)
        value = part.get(field) if isinstance(part, Mapping) else None
        if value not in (None, ""):
            yield source, owner, field, str(value).strip().casefold()


def _laid_out(groups: Places, wanted: NDArray[np.bool_]) -> tuple[Places, Places]:
    """The rows of all groups in which any is wanted, group by group, and where each part starts."""
    places = np.arange(len(groups))
    first = np.full(int(groups.max(initial=-1)) + 1, len(groups), np.int64)
    np.minimum.at(first, groups, places)
    asked = np.zeros(len(first), bool)
    np.logical_or.at(asked, groups, wanted)
    kept = places[asked[groups]]
    order: Places = kept[np.lexsort((kept, first[groups[kept]]))]
    ends = np.append(np.flatnonzero(np.diff(groups[order])) + 1, len(order))
    starts = [0]
    while starts[-1] < len(order):
        full = int(np.searchsorted(ends, starts[-1] + PART))
        starts.append(int(ends[min(full, len(ends) - 1)]))
    return order, np.array(starts, np.int64)


def _time_of(fields: Mapping[str, Any], zone: tzinfo) -> datetime | None:
    """When a row came; None where it does not say."""
    came = fields.get("created_at")
    try:
        at = datetime.fromisoformat(str(came).strip())
    except ValueError:
        return None
    return at if at.tzinfo is not None else at.replace(tzinfo=zone)


def put_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all."""
    waiting = path.with_name(f".{path.name}.{platform.node()}.{os.getpid()}")
    try:
        with waiting.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(waiting, path)
    except BaseException:
        waiting.unlink(missing_ok=True)
        raise
