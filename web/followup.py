"""Asks a random share of those who were sent an article and have said nothing since: silence is not success.

Who is drawn rests on the installation's key and the advice alone: the same ones each time, and nobody can tell which.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from advisor.decision.experience import Experience
from advisor.insight.ledger import State, ledger
from advisor.records import Records
from advisor.types import Recommendation
from web.links import Answer, Links

SILENT = (State.OPEN, State.ASSUMED)


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """A customer who is to be asked, and the words to ask with."""

    source: str
    ticket_id: str
    customer: str | None  # name
    email: str | None
    given: datetime  # when the article was sent
    text: str


def follow_ups(
    records: Records,
    experience: Experience,
    links: Links,
    key: bytes,
    *,
    share: float,
    after: timedelta,
    until: timedelta,
    now: datetime,
) -> Iterator[FollowUp]:
    """Those drawn of all who were sent an article between `until` and `after` ago and are silent since."""
    for entry in ledger(records, experience, now):
        if entry.state not in SILENT or not after <= now - entry.given <= until:
            continue
        past = entry.past
        stored = records.last(past.ticket_id, source=past.source)
        if stored is None or not is_drawn(key, stored.recommendation.id, share=share):
            continue
        yield FollowUp(
            source=past.source,
            ticket_id=past.ticket_id,
            customer=stored.customer.name,
            email=stored.customer.email,
            given=entry.given,
            text=question(links, stored.recommendation, subject=stored.subject),
        )


def is_drawn(key: bytes, advice: str, *, share: float) -> bool:
    """Whether an advice is among the share that is asked; a larger share asks all of a smaller one, and more."""
    drawn = int.from_bytes(hmac.digest(key, f"follow up {advice}".encode(), hashlib.sha256)[:8], "big")
    return drawn < share * 2**64


def question(links: Links, given: Recommendation, *, subject: str) -> str:
    """What the customer is asked, in plain text."""
    matter = f"about “{subject}”" if subject else "lately"
    title = given.articles[0].title if given.articles else "an article"
    return (
        f"Hello,\n\nyou wrote to us {matter}, and we sent you “{title}”. Did that help?\n\n"
        f"That helped: {links.link(given.id, Answer.HELPED)}\n"
        f"I want a person: {links.link(given.id, Answer.PERSON)}\n\n"
        "Kind regards,\nYour support team"
    )
