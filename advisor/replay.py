"""Decide again from what was stored, with the experience file and promise of then or with others, and compare."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields, replace
from typing import Protocol

import msgspec

from advisor.decision.decide import decide
from advisor.decision.experience import Experience
from advisor.decision.outline import outline
from advisor.errors import RecordsError
from advisor.records import Records, Stored
from advisor.types import CHOSEN, Customer, Evidence, History, Promise, Read, Recommendation, Ticket, WishSource


class TicketReader(Protocol):
    """Reads tickets again."""

    def read(self, tickets: list[tuple[Ticket, History]], /) -> list[Read]:
        """Read tickets; the results stand in the order of the tickets."""


class Kept:
    """The experience files and promises that advices name, each read once."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._experiences: dict[str, Experience] = {}
        self._promises: dict[str, Promise] = {Promise().fingerprint: Promise()}

    def experience(self, fingerprint: str) -> Experience:
        """The file of this fingerprint; RecordsError where it was never kept."""
        if fingerprint not in self._experiences:
            text = self._records.experience(fingerprint)
            if text is None:
                cure = "replay with --experience FILE or --current"
                raise RecordsError(f"the experience file {fingerprint} is not in the records: {cure}")
            self._experiences[fingerprint] = Experience.parse(text, name=f"experience {fingerprint}")
        return self._experiences[fingerprint]

    def promise(self, fingerprint: str) -> Promise:
        """The promise of this fingerprint; RecordsError where it was never kept."""
        if fingerprint not in self._promises:
            found = self._records.promises.by_fingerprint(fingerprint)
            if found is None:
                raise RecordsError(f"the promise {fingerprint} is not in the records: replay with --current")
            self._promises[fingerprint] = found
        return self._promises[fingerprint]


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that differs; both sides as JSON."""

    field: str  # of the recommendation, or of the evidence: "read wishes"
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """An advice beside the one that was stored."""

    source: str
    ticket_id: str
    same: bool  # byte for byte, but for what was meant to differ
    differences: tuple[Difference, ...]
    reason_before: str  # the code of the deciding reason
    reason_after: str
    rule_after: str
    why_before: str  # the sentence
    why_after: str


def replay(
    evidence: Evidence,
    before: Recommendation,
    experience: Experience,
    promise: Promise,
    *,
    with_others: bool = False,
    read_before: Evidence | None = None,
) -> Replayed:
    """Decide again and compare.

    `with_others`: another file or promise was asked for, so that their names and the promise's state say nothing. With
    `read_before`, what was read is compared too.
    """
    after = decide(evidence, experience, promise)
    named = replace(before, id="", revision=0)
    if with_others:
        named = replace(named, experience=after.experience, promise_id=after.promise_id, promise=after.promise)
    differences = _differences(named, after, "")
    if read_before is not None:
        differences = (*_differences(read_before, evidence, "read "), *differences)
    return Replayed(
        source=before.source,
        ticket_id=before.ticket_id,
        same=msgspec.json.encode(named) == msgspec.json.encode(after) and not differences,
        differences=differences,
        reason_before=before.reasons[0].code.value,
        reason_after=after.reasons[0].code.value,
        rule_after=outline(evidence, experience, promise).rule,
        why_before=before.reasons[0].text,
        why_after=after.reasons[0].text,
    )


def read_again(reader: TicketReader, stored: Stored) -> Evidence:
    """Read the stored, masked text with the models of now; what no text tells is taken over.

    The thread is read as one message, for the text does not keep where one ends.
    """
    before = stored.evidence
    filed = {source: tuple(w for w in before.wishes if w.source is source) for source in WishSource}
    chosen = tuple(wish for wish in filed[WishSource.TICKET] if wish.quote == CHOSEN)
    ticket = Ticket(
        id=stored.ticket_id,
        source=stored.source,
        subject=stored.subject,
        body=stored.text.removeprefix(stored.subject).strip(),
        channel=before.came_by,
        created_at=before.at,
        customer=Customer(persona=before.persona, wishes=(*chosen, *filed[WishSource.CUSTOMER])),
        account=replace(before.account, wishes=filed[WishSource.ACCOUNT]),
    )
    offered = tuple(failure.article for failure in before.failures if failure.article is not None)
    (read,) = reader.read([(ticket, History(offered=offered))])
    return replace(read.evidence, has_phone=before.has_phone)


def _differences(
    before: Recommendation | Evidence, after: Recommendation | Evidence, of: str
) -> tuple[Difference, ...]:
    found = []
    for field in fields(before):
        was, now = (msgspec.json.encode(getattr(one, field.name)) for one in (before, after))
        if was != now:
            found.append(Difference(of + field.name, _plain(was), _plain(now)))
    return tuple(found)


def _plain(encoded: bytes) -> str:
    """JSON with the words as they are."""
    return json.dumps(msgspec.json.decode(encoded), ensure_ascii=False)
