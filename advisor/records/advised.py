"""What was advised, in the few columns that trying another experience file needs: one lean stream over an archive."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from advisor.records.tables import RecordsFile
from advisor.types import Action, Channel, Evidence
from advisor.wire import evidence_from_json

ADVISED = (
    "select e.json, r.action, r.channel, r.queue, t.subject from recommendations as r "
    "join evidence as e using (source, ticket_id, revision) join tickets as t using (source, ticket_id) "
    "where r.rowid > (select max(rowid) from recommendations) * :part / :parts "
    "and r.rowid <= (select max(rowid) from recommendations) * (:part + 1) / :parts "
    "and not exists (select 1 from recommendations as later where later.source = r.source "
    "and later.ticket_id = r.ticket_id and later.revision > r.revision)"
)
SINCE = " and julianday(coalesce(t.created_at, r.at)) >= julianday(:since)"


@dataclass(frozen=True, slots=True)
class Advised:
    """The newest advice of a ticket."""

    evidence: Evidence
    action: Action
    channel: Channel | None
    queue: str
    subject: str  # masked


def advised(file: RecordsFile, *, since: datetime | None = None, part: int = 0, parts: int = 1) -> Iterator[Advised]:
    """The newest advice of every ticket, in no order; `part` of `parts` are disjoint stretches of the archive."""
    values = {"part": part, "parts": parts}
    sql = ADVISED if since is None else ADVISED + SINCE
    with file.errors_named():
        for evidence, action, channel, queue, subject in file.tables.execute(
            sql, values if since is None else values | {"since": since.isoformat()}
        ):
            way = Channel(channel) if channel else None
            yield Advised(evidence_from_json(evidence), Action(action), way, queue, subject)
