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


@dataclass(frozen=True, slots=True)
class Offer:
    """The article that an advice would send."""

    source: str
    ticket_id: str
    article: str | None  # id of the first one; None where none was offered
    title: str | None


def offer_of(file: RecordsFile, advice: str) -> Offer | None:
    """What an advice offered, by the id of the recommendation; None where it is not recorded (any more)."""
    sql = (
        "select r.source, r.ticket_id, o.article, a.title from recommendations as r "
        "left join offered as o on (o.source, o.ticket_id, o.revision) = (r.source, r.ticket_id, r.revision) "
        "left join articles as a on a.id = o.article where r.id = ? order by o.place limit 1"
    )
    with file.errors_named():
        row = file.tables.execute(sql, [advice]).fetchone()
    return Offer(*row) if row is not None else None
