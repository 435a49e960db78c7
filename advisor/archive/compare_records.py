"""Two times in the records as two results: the advice in force at the one, and at the other, ticket by ticket.

The records do not keep when an advice was written. An advice counts from the time of its ticket, or from when its
experience file or its promise next came into use, whichever is later, and never from before the revision that it
replaces. Where only models, articles or the text have changed, the newer advice counts from as early as the older one;
the word `first` reaches that one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import groupby, zip_longest
from operator import itemgetter
from typing import Any

import msgspec

from advisor.archive.compare_given import Given, Pair, way_of
from advisor.decision.drift import OTHER_COSTS
from advisor.decision.whatif import Way
from advisor.errors import ResultError
from advisor.records import Records
from advisor.records.tables import moment_of
from advisor.types import Recommendation

REVISIONS = (
    "select r.source, r.ticket_id, r.at, r.experience, r.promise_id, r.json, c.persona, h.action, h.channel "
    "from recommendations as r join tickets as t using (source, ticket_id) "
    "left join customers as c on c.source = t.source and c.id = t.customer "
    "left join handled as h on h.source = r.source and h.ticket_id = r.ticket_id "
    "order by r.source, r.ticket_id, r.revision"
)


class Ever(StrEnum):
    """Times that need no clock."""

    FIRST = "first"  # each ticket's first advice
    NOW = "now"  # its newest


When = datetime | Ever


class Periods:
    """When files or promises were in use, by their fingerprints."""

    def __init__(self, starts: Iterable[tuple[str, datetime]]) -> None:
        """Take fingerprints with the times from which they were in use, the oldest first."""
        began = list(starts)
        ended = [at for _, at in began[1:]]
        self._of: dict[str, list[tuple[datetime, datetime | None]]] = defaultdict(list)
        for (fingerprint, at), end in zip_longest(began, ended):
            self._of[fingerprint].append((at, end))

    def next_use(self, fingerprint: str, after: datetime) -> datetime:
        """The first moment, from one on, at which it was in use; that moment itself where nothing is known."""
        uses = (max(start, after) for start, end in self._of.get(fingerprint, ()) if end is None or end > after)
        return next(uses, after)


@dataclass(frozen=True, slots=True)
class _Uses:
    """What says from when an advice counts."""

    experiences: Periods
    promises: Periods

    @classmethod
    def of(cls, records: Records) -> _Uses:
        experiences = [(use.fingerprint, use.at) for use in reversed(records.experience_uses())]
        with records.file.errors_named():
            promises = records.file.tables.execute("select fingerprint, at from promises order by id").fetchall()
        return cls(Periods(experiences), Periods((name, _moment(at)) for name, at in promises))


def in_force(records: Records, old: When, new: When) -> Iterator[Pair]:
    """The advices that were in force at two times, by the tickets' keys; None = the ticket had none by then.

    Raises ResultError unless the old time is before the new one.
    """
    if _order(old) >= _order(new):
        raise ResultError(f"OLD must be before NEW, was: {old} and {new}: give the earlier time first")
    return _pairs(records, old, new)


def _pairs(records: Records, old: When, new: When) -> Iterator[Pair]:
    uses = _Uses.of(records)
    decoder = msgspec.json.Decoder(Recommendation)
    with records.file.errors_named():
        rows = records.file.tables.execute(REVISIONS)
        for _, revisions in groupby(rows, key=itemgetter(0, 1)):
            dated = _dated(list(revisions), uses)
            before, after = _at(dated, old), _at(dated, new)
            if after is not None:
                given = _given(after, decoder)
                yield (None if before is None else given if before is after else _given(before, decoder)), given


Revision = tuple[Any, ...]  # the columns of REVISIONS


def _dated(revisions: list[Revision], uses: _Uses) -> list[tuple[datetime, Revision]]:
    """Revisions with the time from which each counts."""
    dated = list[tuple[datetime, Revision]]()
    for revision in revisions:
        _, _, written, experience, promise, *_ = revision
        at = max(_moment(written), dated[-1][0]) if dated else _moment(written)
        at = uses.experiences.next_use(experience, at)
        at = uses.promises.next_use(promise.removesuffix(OTHER_COSTS), at)
        dated.append((at, revision))
    return dated


def _at(dated: list[tuple[datetime, Revision]], when: When) -> Revision | None:
    """The revision in force; None before the first."""
    if when is Ever.FIRST:
        return dated[0][1]
    if when is Ever.NOW:
        return dated[-1][1]
    return next((revision for at, revision in reversed(dated) if at <= when), None)


def _given(revision: Revision, decoder: msgspec.json.Decoder[Recommendation]) -> Given:
    source, ticket_id, _, _, _, text, persona, action, channel = revision
    advice = decoder.decode(text)
    return Given(
        source=source,
        ticket_id=ticket_id,
        moment=str(advice.moment.label),
        topic=advice.topic.label if advice.topic.known else None,
        persona=persona,
        way=Way(advice.action, advice.channel),
        queue=advice.queue,
        reason=advice.reasons[0].code.value,
        why=advice.reasons[0].text,
        p_resolve=advice.p_resolve,
        needed=advice.needed,
        wishes=tuple(f"{wish.channel}:{wish.stance}" for wish in advice.wishes),
        unmet=advice.unmet,
        done=way_of(action, channel or None) if action else None,
        experience=advice.experience,
        promise_id=advice.promise_id,
        models=advice.models,
        knowledge=advice.knowledge,
    )


def _order(when: When) -> tuple[int, float]:
    if isinstance(when, Ever):
        return (0, 0.0) if when is Ever.FIRST else (2, 0.0)
    return 1, when.timestamp()


def _moment(text: str) -> datetime:
    at = moment_of(text)
    if at is None:
        raise ResultError(f"an advice in the records has no time, was: {text!r}: advise its ticket again")
    return at
