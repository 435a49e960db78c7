"""The promises that were in force, each look at the outcomes, and the tickets drawn for an audit."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import msgspec

from advisor.decision.drift import OTHER_COSTS, set_aside
from advisor.errors import RecordsError
from advisor.records.rows import digest, iso
from advisor.records.tables import RecordsFile, Row, moment_of, put
from advisor.types import Promise


@dataclass(frozen=True, slots=True)
class Look:
    """One look at the outcomes, which spends error."""

    at: datetime
    scope: str
    promise: str  # fingerprint of what came of it
    report: str  # JSON


class Promises:
    """Every promise is kept as it was, so that an advice can be decided again."""

    def __init__(self, file: RecordsFile) -> None:
        self.file = file

    def in_force(self) -> Promise | None:
        """The newest one; None = none was ever kept, and the shipped one serves."""
        return self._one("select json from promises order by id desc limit 1", [])

    def by_fingerprint(self, fingerprint: str) -> Promise | None:
        """The promise that advices name by its fingerprint, set aside where they say so; None = it was never kept."""
        if fingerprint.endswith(OTHER_COSTS):
            kept = self.by_fingerprint(fingerprint.removesuffix(OTHER_COSTS))
            return set_aside(kept) if kept is not None else None
        sql = "select json from promises where fingerprint = ? order by id desc limit 1"
        return self._one(sql, [fingerprint])

    def last_withdrawal(self) -> datetime | None:
        """When a promise was last withdrawn, whatever was certified or looked at since; None = never."""
        sql = (
            "select at from promises where fingerprint = (select fingerprint from promises where state = 'withdrawn' "
            "order by id desc limit 1) order by id limit 1"
        )
        with self.file.errors_named():
            row = self.file.tables.execute(sql).fetchone()
        return moment_of(row[0]) if row is not None else None

    def keep(self, promise: Promise, *, at: datetime) -> None:
        """Put a promise in force."""
        row = [promise.fingerprint, iso(at), promise.state.value, msgspec.json.encode(promise).decode()]
        with self.file.errors_named(), self.file.writing() as tables:
            tables.execute("insert into promises (fingerprint, at, state, json) values (?, ?, ?, ?)", row)

    def looks(self, scope: str = "all") -> list[Look]:
        """All looks, the oldest first."""
        sql = "select at, scope, promise, report from looks where scope = ? order by id"
        with self.file.errors_named():
            rows = self.file.tables.execute(sql, [scope]).fetchall()
        return [Look(moment_of(at) or datetime.min, name, promise, report) for at, name, promise, report in rows]

    def looked(self, promise: Promise, report: str, *, before: int, at: datetime, scope: str = "all") -> None:
        """Keep a look and put what came of it in force, both or neither.

        `before` = how many looks its error was reckoned after. RecordsError where there are others by now: two looks at
        once would spend the same error twice.
        """
        with self.file.errors_named(), self.file.writing() as tables:
            (there,) = tables.execute("select count(*) from looks where scope = ?", [scope]).fetchone()
            if there != before:
                raise RecordsError(
                    f"a look must be the only one at a time: there were {before} when this one began, and there are "
                    f"{there} now: nothing of this one was kept; see what the other found with advisor promise"
                )
            sql = "insert into looks (at, scope, promise, report) values (?, ?, ?, ?)"
            tables.execute(sql, [iso(at), scope, promise.fingerprint, report])
            row = [promise.fingerprint, iso(at), promise.state.value, msgspec.json.encode(promise).decode()]
            tables.execute("insert into promises (fingerprint, at, state, json) values (?, ?, ?, ?)", row)

    def _one(self, sql: str, values: list[str]) -> Promise | None:
        with self.file.errors_named():
            row = self.file.tables.execute(sql, values).fetchone()
        return msgspec.json.decode(row[0], type=Promise) if row is not None else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """A ticket that was drawn to be labelled blind."""

    id: str
    sample: str  # name of the draw
    source: str
    ticket_id: str
    stratum: str  # "heard" or "not_heard"
    weight: float  # tickets of the archive that this one stands for
    drawn_at: datetime
    label: str | None  # JSON; None = not labelled yet
    by: str | None
    at: datetime | None


class Audits:
    """Drawn tickets and their labels."""

    def __init__(self, file: RecordsFile) -> None:
        self.file = file

    def draw(self, rows: Iterable[tuple[str, str, str, float]], *, sample: str, at: datetime) -> None:
        """Keep a draw: source, ticket, stratum and weight of each ticket, in the order in which they are shown."""
        with self.file.errors_named(), self.file.writing() as tables:
            for place, (source, ticket_id, stratum, weight) in enumerate(rows):
                row: Row = {"id": f"{digest(sample)[:8]}-{place:05}", "sample": sample, "source": source}
                row |= {"ticket_id": ticket_id, "stratum": stratum, "weight": weight, "drawn_at": iso(at)}
                put(tables, "audits", row | {"label": None, "by": None, "at": None})

    def open(self) -> list[Audit]:
        """What is still to be labelled, in the order of the draws."""
        return self._some("label is null")

    def labelled(self) -> list[Audit]:
        """What has been labelled."""
        return self._some("label is not null")

    def label(self, id: str, label: object, *, by: str | None, at: datetime) -> None:
        """Keep the label of a drawn ticket; None takes it back."""
        value = None if label is None else json.dumps(label, ensure_ascii=False)
        with self.file.errors_named(), self.file.writing() as tables:
            done = tables.execute("update audits set label = ?, by = ?, at = ? where id = ?", [value, by, iso(at), id])
        if not done.rowcount:
            raise RecordsError(f"no drawn ticket has the id {id!r}: advisor audit sample draws some")

    def label_first(self, id: str, label: object, *, by: str, at: datetime) -> bool:
        """Keep the label of a drawn ticket that has none; False, and nothing kept, where it has one by now."""
        value = json.dumps(label, ensure_ascii=False)
        sql = "update audits set label = ?, by = ?, at = ? where id = ? and label is null"
        with self.file.errors_named(), self.file.writing() as tables:
            done: int = tables.execute(sql, [value, by, iso(at), id]).rowcount
        return bool(done)

    def take_back(self, *, by: str) -> Audit | None:
        """Take back the newest label of one person; None where they have none."""
        last = "select id from audits where label is not null and by = ? order by julianday(at) desc, id desc limit 1"
        with self.file.errors_named(), self.file.writing() as tables:
            row = tables.execute(last, [by]).fetchone()
            before = None if row is None else _audit(tables.table("audits").get(row[0]))
            if before is not None:
                tables.execute("update audits set label = null, by = null where id = ?", [before.id])
        return before

    def _some(self, where: str) -> list[Audit]:
        with self.file.errors_named():
            rows = list(self.file.tables.table("audits").rows_where(where, order_by="drawn_at, id"))
        return [_audit(row) for row in rows]


def _audit(row: Row) -> Audit:
    words = {name: row[name] for name in ("id", "sample", "source", "ticket_id", "stratum", "weight", "label", "by")}
    return Audit(**words, drawn_at=moment_of(row["drawn_at"]) or datetime.min, at=moment_of(row["at"]))
