"""What was known of what was done, before somebody said otherwise: kept, so that an agent can take a word back."""

from __future__ import annotations

import json
from datetime import datetime

import sqlite_utils

from advisor.errors import RecordsError
from advisor.records.rows import iso
from advisor.records.tables import Row, put

AGENT = "agent"
"""Who told what was done, where an agent said so here."""


def keep_before(tables: sqlite_utils.Database, source: str, ticket_id: str, now: Row, *, at: datetime) -> None:
    """Keep what is known up to now, where what comes in its place is an agent's word or replaces one."""
    before = _known(tables, source, ticket_id)
    if before == now or AGENT not in (now["told_by"], before["told_by"] if before is not None else None):
        return
    row: Row = {"source": source, "ticket_id": ticket_id, "before": json.dumps(before, ensure_ascii=False)}
    row |= {"replaced_at": iso(at), "replaced_by": now["handled_by"]}
    columns, marks = ", ".join(row), ", ".join("?" * len(row))
    tables.execute(f"insert into handled_before ({columns}) values ({marks})", list(row.values()))


def take_back(tables: sqlite_utils.Database, source: str, ticket_id: str, *, by: str, at: datetime) -> None:
    """Put what stood before an agent's word in its place; RecordsError where no agent's word stands."""
    now = _known(tables, source, ticket_id)
    if now is None or now["told_by"] != AGENT:
        came = "nothing is known" if now is None else f"it was told by: {now['told_by']}"
        raise RecordsError(
            f"only what an agent said was done with ticket {ticket_id} of {source} can be taken back, but {came}: "
            "look at the ticket again"
        )
    sql = (
        "select id, before from handled_before where source = ? and ticket_id = ? and undone_at is null "
        "order by id desc limit 1"
    )
    kept = tables.execute(sql, [source, ticket_id]).fetchone()
    before = json.loads(kept[1]) if kept is not None else None
    if kept is not None:
        tables.execute("update handled_before set undone_at = ?, undone_by = ? where id = ?", [iso(at), by, kept[0]])
    if before is None:
        tables.execute("delete from handled where source = ? and ticket_id = ?", [source, ticket_id])
    else:
        put(tables, "handled", before)


def _known(tables: sqlite_utils.Database, source: str, ticket_id: str) -> Row | None:
    return next(iter(tables.table("handled").rows_where("source = ? and ticket_id = ?", [source, ticket_id])), None)
