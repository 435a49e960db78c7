"""A row of the queue in the words that a page shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from advisor.decision.experience import Experience
from advisor.decision.wording import instant
from advisor.records.queue_rows import Waiting
from advisor.types import Action, Channel
from web.view import way

CAME = {
    Channel.EMAIL: "e-mail",
    Channel.CHAT: "chat",
    Channel.PHONE: "phone",
    Channel.PORTAL: "portal",
    Channel.SOCIAL: "social network",
}
SOON = timedelta(hours=1)
RENEWS_SOON = timedelta(days=60)
_UNITS = (("d", 86_400), ("h", 3_600), ("min", 60))


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRow:
    """A waiting ticket as it is shown."""

    id: int
    source: str
    ticket_id: str
    subject: str
    who: str  # customer
    is_article: bool
    advice: str  # `an article`, `a person, by phone`
    why: str
    came_by: str
    age: str  # `3 h`
    came: str  # in full
    tone: str | None
    topic: str
    moment: str
    due: str  # `in 2 h`, `2 h late`, `no time`
    due_full: str
    is_late: bool
    is_soon: bool
    flags: tuple[str, ...]  # `wish unmet`, `unsure`, signals: what asks for a second look
    account: tuple[str, ...]  # `200 licences`, `renews in 12 d`
    assignee: str | None
    status: str | None


def row_of(one: Waiting, experience: Experience, now: datetime) -> QueueRow:
    """A row as it is shown at a time."""
    left = one.respond_by - now if one.respond_by is not None and one.is_open else None
    return QueueRow(
        id=one.id,
        source=one.source,
        ticket_id=one.ticket_id,
        subject=one.subject or "(no subject)",
        who=one.customer_name or "customer not known",
        is_article=one.action is Action.SELF_SERVICE,
        advice=_advice(one),
        why=one.why,
        came_by=CAME[one.came_by],
        age=span_words(now - one.came_at),
        came=instant(one.came_at.astimezone(experience.zone)),
        tone=one.tone,
        topic=one.topic or "topic not known",
        moment=one.moment.replace("_", " "),
        due=_due(one, left),
        due_full=instant(one.respond_by.astimezone(experience.zone)) if one.respond_by else "",
        is_late=left is not None and left < timedelta(),
        is_soon=left is not None and timedelta() <= left < SOON,
        flags=tuple(_flags(one)),
        account=tuple(_account(one, now, experience)),
        assignee=one.assignee,
        status=one.status,
    )


def span_words(span: timedelta) -> str:
    """`12 d`, `3 h`, `5 min`, `now`; of a negative span the same as of its length."""
    seconds = abs(span.total_seconds())
    return next((f"{seconds // size:,.0f} {unit}" for unit, size in _UNITS if seconds >= size), "now")


def _advice(one: Waiting) -> str:
    if one.action is Action.SELF_SERVICE:
        return "an article"
    return f"a person, {way(one.channel)}" if one.channel else "a person, no way left"


def _due(one: Waiting, left: timedelta | None) -> str:
    if not one.is_open:
        return "done"
    if left is None:
        return "at once" if one.action is Action.SELF_SERVICE else "no time"
    return f"{span_words(left)} late" if left < timedelta() else f"in {span_words(left)}"


def _flags(one: Waiting) -> Iterator[str]:
    if one.unmet:
        yield "wish unmet"
    yield from (signal.replace("_", " ") for signal in one.signals)
    if one.unsure:
        yield "unsure"


def _account(one: Waiting, now: datetime, experience: Experience) -> Iterator[str]:
    if one.plan:
        yield one.plan
    if one.licences is not None:
        yield f"{one.licences:,} licences"
    if one.monthly_revenue is not None:
        yield f"{one.monthly_revenue:,.0f} {experience.currency} a month"
    if one.renews_on is not None:
        left = one.renews_on - now.astimezone(experience.zone).date()
        if timedelta() <= left <= RENEWS_SOON:
            yield f"renews in {left.days} d"
    if one.manager:
        yield f"manager {one.manager}"
