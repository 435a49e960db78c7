"""The first advice of a ticket; the newest one is another where the customer wrote again after an article was sent."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from advisor.records.tables import RecordsFile
from advisor.types import Action, Evidence, Recommendation
from advisor.wire import evidence_from_json


@dataclass(frozen=True, slots=True)
class Sent:
    """An advice, and what was known when it was given."""

    evidence: Evidence
    recommendation: Recommendation  # without the id and revision of its record


def first_advice(file: RecordsFile, source: str, ticket_id: str, *, action: Action | None = None) -> Sent | None:
    """The first advice for a ticket, or the first of this action; None where there never was one."""
    sql = (
        "select e.json, r.json from recommendations as r join evidence as e using (source, ticket_id, revision) "
        "where source = ? and ticket_id = ? and (? is null or r.action = ?) order by revision limit 1"
    )
    wanted = action.value if action is not None else None
    with file.errors_named():
        row = file.tables.execute(sql, [source, ticket_id, wanted, wanted]).fetchone()
    if row is None:
        return None
    return Sent(evidence_from_json(row[0]), msgspec.json.decode(row[1], type=Recommendation))


def advices(file: RecordsFile, source: str, ticket_id: str) -> list[Sent]:
    """All advices for a ticket, the first one first."""
    sql = (
        "select e.json, r.json from recommendations as r join evidence as e using (source, ticket_id, revision) "
        "where source = ? and ticket_id = ? order by revision"
    )
    with file.errors_named():
        rows = file.tables.execute(sql, [source, ticket_id]).fetchall()
    return [
        Sent(evidence_from_json(evidence), msgspec.json.decode(advice, type=Recommendation))
        for evidence, advice in rows
    ]
