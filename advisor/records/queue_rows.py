"""One row of the queue as a page shows it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from advisor.records.queued import NEVER
from advisor.records.rows import MADE_UP
from advisor.records.tables import moment_of
from advisor.types import Action, Channel

_COLUMNS = (
    "id", "source", "ticket_id", "open", "revision", "action", "channel", "came_by", "topic", "moment", "tone",
    "persona", "severity", "language", "reason", "why", "rule", "unmet", "unsure", "queue", "notify", "signals",
    "account", "licences", "plan", "renews_on", "monthly_revenue", "manager", "respond_by", "came_at", "subject",
    "customer", "assignee", "priority", "status", "p_resolve", "needed",
)  # fmt: skip
WAITING = (
    f"select {', '.join(f'q.{column}' for column in _COLUMNS)}, c.name, c.email from queue as q "
    "left join customers as c on c.source = q.source and c.id = q.customer"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A ticket in the queue with its newest advice."""

    id: int  # of the row; a ticket keeps it, and one that came later has a higher one
    source: str
    ticket_id: str
    is_open: bool  # it waits for an answer
    revision: int  # of the advice
    action: Action
    channel: Channel | None  # how the answer reaches the customer
    came_by: Channel
    topic: str | None  # None = not known
    moment: str
    tone: str | None  # the likeliest; None = not read
    persona: str | None
    severity: float  # 0 to 4
    language: str
    reason: str  # code of the deciding one
    why: str  # its sentence
    rule: str  # its rule, by the name in the decision
    unmet: bool  # a wish in force is not met
    unsure: bool  # p_resolve is near what was needed, the moment unlikely, or the topic not known
    queue: str
    notify: tuple[str, ...]
    signals: tuple[str, ...]  # kinds
    account: str | None  # key; what follows is as the advice saw it, None = not known
    licences: int | None
    plan: str | None
    renews_on: date | None
    monthly_revenue: float | None
    manager: str | None
    respond_by: datetime | None  # UTC; None = nothing was promised
    came_at: datetime  # UTC; when it was advised, where it came without a time
    subject: str  # masked
    customer: str  # key
    customer_name: str | None  # name, else address, else id; None = not known
    assignee: str | None
    priority: str | None
    status: str | None
    p_resolve: float  # 0 to 1
    needed: float  # 0 to 1


def waiting_from(row: tuple[Any, ...]) -> Waiting:
    """The columns of `WAITING` as a value."""
    *columns, name, email = row
    found = dict(zip(_COLUMNS, columns, strict=True))
    key = found["customer"]
    made = {
        "is_open": bool(found.pop("open")),
        "action": Action(found["action"]),
        "channel": Channel(found["channel"]) if found["channel"] else None,
        "came_by": Channel(found["came_by"]),
        "unmet": bool(found["unmet"]),
        "unsure": bool(found["unsure"]),
        "notify": tuple(json.loads(found["notify"])),
        "signals": tuple(found["signals"].split()),
        "renews_on": date.fromisoformat(found["renews_on"]) if found["renews_on"] else None,
        "respond_by": moment_of(found["respond_by"]) if found["respond_by"] != NEVER else None,
        "came_at": moment_of(found["came_at"]) or datetime.min.replace(tzinfo=UTC),
        "customer_name": name or email or (None if key.startswith(MADE_UP) else key),
    }
    return Waiting(**(found | made))
