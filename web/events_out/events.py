"""What is told: the kinds of events, and an event as it was noted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class EventType(StrEnum):
    """Of what a subscriber may be told."""

    ADVICE_CREATED = "advice.created"  # a ticket was advised, or advised differently: each revision
    ADVICE_OVERRIDDEN = "advice.overridden"  # an agent does otherwise
    WISH_RECORDED = "wish.recorded"  # a wish came on file, or what counts of one changed
    OUTCOME_RECORDED = "outcome.recorded"
    PROMISE_WITHDRAWN = "promise.withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """That something happened, for one subscriber; what it was stands in the records."""

    id: str  # the same however often it is sent
    subscriber: str  # name
    type: EventType
    source: str | None  # of the ticket or wish; None = of the whole installation
    ticket_id: str | None
    record: str  # id of the row
    at: datetime  # aware
    round: int  # how often it was taken up again by hand
