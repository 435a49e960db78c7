"""What was done and what became of it, in a CSV file: one ticket a row, either or both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from advisor.errors import TicketError
from advisor.types import Action, Cause, Channel, Handled, Outcome, OutcomeKind
from advisor.wire.errors import NAMED, one_of, wrong
from advisor.wire.table import Cells, read_table

OUTCOME = ("kind", "at", "by", "article", "related", "note")
HANDLED = ("handled_action", "handled_channel", "handled_by", "handled_at", "handled_reason")
EXAMPLE = """\
ticket_id,source,kind,at,by,article,related,note,handled_action,handled_channel,handled_by,handled_at,handled_reason
4711,zendesk,confirmed,2026-03-02T11:05:00+00:00,Ann Lee,,,Clicked: this answered my question,,,,,
4712,zendesk,contradicted,2026-03-03 09:10,Bo Ray,billing/refunds,4730,Came back the next day,,,,,
4713,zendesk,would_answer,2026-03-03,Cy (agent),billing/download-invoices,,,live_human,email,Cy,2026-03-02 10:40,
4714,zendesk,,,,,,,self_service,email,Di,2026-03-02 12:00,no_person_free
"""
Kind = TypeVar("Kind", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Told:
    """One row: a ticket with what was done, what became of it, or both."""

    row: str  # "outcomes.csv, line 7"
    source: str
    ticket_id: str
    outcome: Outcome | None
    handled: Handled | None
    zone_taken: bool  # a time had no offset, and was read on the clock of the experience file


def read_outcomes(path: Path, *, source: str, zone: tzinfo) -> Iterator[Told | TicketError]:
    """Each row, or the sentence why it cannot be read; `source` is of rows that name none.

    Raises TicketError where the file or its heading cannot be read at all.
    """
    columns = {"ticket_id": True} | dict.fromkeys(("source", *OUTCOME, *HANDLED), False)
    for row in read_table(path, columns=columns):
        yield row if isinstance(row, TicketError) else _taken(row, source, zone)


def time_of(text: str, *, zone: tzinfo, row: str, column: str) -> datetime:
    """A time with its offset, or on the clock of `zone`; TicketError for another text."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise wrong(row, column, NAMED[datetime], text) from None
    return at if at.tzinfo is not None else at.replace(tzinfo=zone)


def _taken(row: Cells, source: str, zone: tzinfo) -> Told | TicketError:
    try:
        return _told(row.row, row.cells, source, zone)
    except TicketError as error:
        return error


def _told(row: str, cells: Mapping[str, str], source: str, zone: tzinfo) -> Told:
    if "ticket_id" not in cells:
        raise TicketError(f"{row}: ticket_id is missing: it must be the id of a recorded ticket")
    source, ticket_id = cells.get("source", source), cells["ticket_id"]
    times = [cells[column] for column in ("at", "handled_at") if column in cells]
    told = Told(
        row=row,
        source=source,
        ticket_id=ticket_id,
        outcome=_outcome(row, cells, source, ticket_id, zone),
        handled=_handled(row, cells, zone),
        zone_taken=any(datetime.fromisoformat(text).tzinfo is None for text in times if _is_time(text)),
    )
    if told.outcome is None and told.handled is None:
        raise TicketError(
            f"{row}: tells neither what was done nor what became of it: fill kind and at, or handled_action"
        )
    return told


def _outcome(row: str, cells: Mapping[str, str], source: str, ticket_id: str, zone: tzinfo) -> Outcome | None:
    if not any(column in cells for column in OUTCOME):
        return None
    for column in ("kind", "at"):
        if column not in cells:
            raise TicketError(f"{row}: {column} is missing: an outcome needs its kind and its time")
    return Outcome(
        source=source,
        ticket_id=ticket_id,
        kind=_member(OutcomeKind, cells["kind"], row, "kind"),
        at=time_of(cells["at"], zone=zone, row=row, column="at"),
        how="import",
        **{column: cells[column] for column in ("by", "article", "related", "note") if column in cells},
    )


def _handled(row: str, cells: Mapping[str, str], zone: tzinfo) -> Handled | None:
    found = {column.removeprefix("handled_"): cells[column] for column in HANDLED if column in cells}
    if not found:
        return None
    if "action" not in found and "channel" not in found:
        raise TicketError(f"{row}: handled_action is missing: what was done must name an action or a channel")
    return Handled(
        action=_member(Action, found["action"], row, "handled_action") if "action" in found else None,
        channel=_member(Channel, found["channel"], row, "handled_channel") if "channel" in found else None,
        by=found.get("by"),
        at=time_of(found["at"], zone=zone, row=row, column="handled_at") if "at" in found else None,
        reason=_member(Cause, found["reason"], row, "handled_reason") if "reason" in found else None,
    )


def _member(kind: type[Kind], text: str, row: str, column: str) -> Kind:
    try:
        return kind(text)
    except ValueError:
        raise wrong(row, column, one_of(kind), text) from None


def _is_time(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
