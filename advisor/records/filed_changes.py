"""What agents change of the wishes on file, so that nobody overwrites another's change and each can be taken back.

An agent changes what they saw: a fingerprint of the wishes stands on the page, and a change of any of them meanwhile,
by an agent or by a ticket, refuses theirs. A change is taken back exactly, as long as its wish is as it left it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum

import sqlite_utils

from advisor.errors import RecordsError, StaleWishesError
from advisor.records.filed import STANDING, FiledWish, State, filed_from, of_owner, row_of
from advisor.records.filing import Owner, confirmed, ended, restored, settle
from advisor.records.rows import digest, iso
from advisor.records.tables import RecordsFile, Row, moment_of, put

SHOWN = 20  # changes of an owner


class Change(StrEnum):
    """What is done to a wish."""

    ADD = "add"
    END = "end"
    RESTORE = "restore"  # takes an end back
    CONFIRM = "confirm"  # makes a suggestion count, for a year
    DECLINE = "decline"  # ends a suggestion


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledChange:
    """One change, and what it left."""

    id: int
    what: Change
    wish: FiledWish  # as the change left it
    by: str
    at: datetime
    undone_at: datetime | None = None  # None = it stands
    undone_by: str | None = None


def fingerprint_of(filed: Sequence[FiledWish]) -> str:
    """Names the wishes of an owner as they are stored: it changes whenever one of them does."""
    return digest("filed", *(json.dumps(row_of(one)) for one in sorted(filed, key=lambda one: one.id)))


def possible(wish: FiledWish, at: datetime) -> tuple[Change, ...]:
    """What an agent may do to a wish; what newer words have ended comes back when those are ended."""
    state = wish.state(at)
    if state is State.ENDED:
        return (Change.RESTORE,) if wish.ended_by_person else ()
    if state is State.SUGGESTED:
        return Change.CONFIRM, Change.DECLINE
    return () if state is State.EXPIRED else (Change.END,)


class FiledChanges:
    """Changes the wishes on file for agents."""

    def __init__(self, file: RecordsFile) -> None:
        self.file = file

    def add(self, wish: FiledWish, *, seen: str, by: str, at: datetime) -> FiledChange:
        """Put a wish on file; StaleWishesError where `seen` is not the fingerprint of what is on file for its owner."""
        filed = replace(wish, filed_by=by, changed_by=by, changed_at=at)
        filed = replace(filed, id=str(row_of(filed)["id"]))
        owner = (wish.source, wish.kind, wish.owner)
        with self.file.errors_named(), self.file.writing() as tables:
            _check_seen(of_owner(tables, *owner), seen)
            return _kept(tables, Change.ADD, filed, before=None)

    def change(
        self, what: Change, owner: Owner, id: str, *, seen: str, by: str, at: datetime, why: str = ""
    ) -> FiledChange:
        """End, restore, confirm or decline the wish of this id.

        StaleWishesError where `seen` is not the fingerprint of what is on file, or that can be done to it no more;
        RecordsError where the owner has no such wish.
        """
        with self.file.errors_named(), self.file.writing() as tables:
            filed = of_owner(tables, *owner)
            before = next((one for one in filed if one.id == id), None)
            if before is None:
                raise RecordsError(f"no wish {id!r} is on file for {owner[2]} of {owner[0]}: load the page again")
            _check_seen(filed, seen)
            if what not in possible(before, at):
                raise StaleWishesError(f"the wish is {before.state(at)} now: look at it again")
            after = replace(_CHANGES[what](before, by, at, why), by_hand=True)
            return _kept(tables, what, after, before=before)

    def undo(self, id: int, owner: Owner, *, by: str, at: datetime) -> FiledChange:
        """Take a change back exactly; the change stays, with who did so and when.

        StaleWishesError where its wish is no more as the change left it, RecordsError where there is no such change.
        """
        with self.file.errors_named(), self.file.writing() as tables:
            found = _row(tables, id, owner)
            if found is None:
                raise RecordsError(f"no change {id} of the wishes of {owner[2]} is known: load the page again")
            if found["undone_at"] is not None:
                raise StaleWishesError(f"this was taken back already, by {found['undone_by']}")
            if _stored(tables, found["wish"]) != json.loads(found["after"]):
                raise StaleWishesError("the wish was changed again since, so that this cannot be taken back")
            if found["before"] is None:
                tables.execute("delete from filed where id = ?", [found["wish"]])
            else:
                put(tables, "filed", json.loads(found["before"]))
            settle(tables, owner)
            undone = [iso(at), by, id]
            tables.execute("update filed_changes set undone_at = ?, undone_by = ? where id = ?", undone)
            return _change(found | {"undone_at": iso(at), "undone_by": by})

    def get(self, id: int, owner: Owner) -> FiledChange | None:
        """The change of this id; None where the owner has none."""
        with self.file.errors_named():
            found = _row(self.file.tables, id, owner)
        return _change(found) if found is not None else None

    def of(self, owner: Owner) -> list[FiledChange]:
        """The newest changes, the newest first; those taken back, too."""
        source, kind, key = owner
        where = "source = ? and kind = ? and owner = ?"
        with self.file.errors_named():
            rows = self.file.tables.table("filed_changes").rows_where(
                where, [source, kind.value, key], order_by="id desc", limit=SHOWN
            )
            return [_change(row) for row in rows]


def _check_seen(filed: Sequence[FiledWish], seen: str) -> None:
    if fingerprint_of(filed) != seen:
        raise StaleWishesError("the wishes on file have changed since the page was loaded: look at them again")


_CHANGES: Mapping[Change, Callable[[FiledWish, str, datetime, str], FiledWish]] = {
    Change.END: lambda wish, by, at, why: ended(wish, by=by, at=at, why=why or "ended by hand"),
    Change.RESTORE: lambda wish, by, at, why: restored(wish, by=by, at=at),
    Change.CONFIRM: lambda wish, by, at, why: confirmed(wish, by=by, at=at, until=at + STANDING),
    Change.DECLINE: lambda wish, by, at, why: ended(wish, by=by, at=at, why=why or "the suggestion was declined"),
}


def _kept(tables: sqlite_utils.Database, what: Change, after: FiledWish, *, before: FiledWish | None) -> FiledChange:
    """Store the wish, let newer words end older ones, and keep what stood before."""
    owner = (after.source, after.kind, after.owner)
    put(tables, "filed", row_of(after))
    settle(tables, owner)
    row: Row = {"source": after.source, "kind": after.kind.value, "owner": after.owner, "wish": after.id}
    row |= {"said_in": after.said_in, "what": what.value, "by": after.changed_by, "at": iso(after.changed_at)}
    row["before"] = json.dumps(row_of(before)) if before is not None else None
    row["after"] = json.dumps(_stored(tables, after.id))
    columns, marks = ", ".join(f'"{column}"' for column in row), ", ".join("?" * len(row))
    id = tables.execute(f"insert into filed_changes ({columns}) values ({marks})", list(row.values())).lastrowid
    return _change(row | {"id": id, "undone_at": None, "undone_by": None})


def _stored(tables: sqlite_utils.Database, id: str) -> Row | None:
    return next(iter(tables.table("filed").rows_where("id = ?", [id])), None)


def _row(tables: sqlite_utils.Database, id: int, owner: Owner) -> Row | None:
    source, kind, key = owner
    where = "id = ? and source = ? and kind = ? and owner = ?"
    return next(iter(tables.table("filed_changes").rows_where(where, [id, source, kind.value, key])), None)


def _change(row: Row) -> FiledChange:
    return FiledChange(
        id=row["id"],
        what=Change(row["what"]),
        wish=filed_from(json.loads(row["after"])),
        by=row["by"],
        at=moment_of(row["at"]) or datetime.min.replace(tzinfo=UTC),
        undone_at=moment_of(row["undone_at"]),
        undone_by=row["undone_by"],
    )
