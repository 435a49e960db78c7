"""One row of a result: what would have been advised for a ticket of an archive, in columns that a table can hold.

No word of the customer stands in it, the quoted words of `why` aside: a result may be passed on where the archive may
not.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One advice; every name is a column."""

    row: int  # place in the archive, from 1
    source: str
    ticket_id: str
    created_at: datetime  # aware; the time that the decision went by
    language: str  # ISO 639-1, or "und"
    came_by: str  # a Channel
    persona: str | None
    action: str  # an Action: self_service or live_human
    channel: str | None  # how the answer reaches the customer; None = no way is left
    queue: str
    respond_by: datetime | None
    reason: str  # the code of the deciding one
    rule: str  # the rule that gave the verdict, as `advisor why` names it
    why: str  # a sentence
    p_resolve: float  # 0 to 1
    needed: float  # 0 to 1; what p_resolve had to reach
    articles: tuple[str, ...]  # ids of those offered, best first
    candidate: str | None  # id of the best one found, offered or not
    topic: str | None
    topic_known: bool
    moment: str
    moment_probability: float
    tone: str | None  # the likeliest; None where nothing could be read
    severity: float  # 0 none to 4 critical
    signals: tuple[str, ...]
    wishes: tuple[str, ...]  # in force, such as "phone:refuses", narrowest first
    unmet: tuple[str, ...]  # channels wished for that the advice does not meet
    handled_action: str | None  # what was really done, where the archive says so
    handled_channel: str | None
    experience: str  # fingerprints
    promise_id: str
    models: str
    knowledge: str
