"""`Advisor`: read a ticket, decide, record. The one class that a reader of the library needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

from advisor.decision.decide import decide
from advisor.decision.experience import Experience
from advisor.types import Document, Evidence, History, Promise, Read, Recommendation, Ticket

BATCH = 64
"""Tickets read together; neither their advice nor its bytes depend on it."""

Key = tuple[str, str, str]  # source, kind, name


@dataclass(frozen=True, slots=True)
class Advice:
    """A ticket's whole way: what came, what was read, what is recommended."""

    ticket: Ticket
    document: Document
    evidence: Evidence
    recommendation: Recommendation


class TicketReader(Protocol):
    """Reads tickets, each with what is remembered of it."""

    def read(self, tickets: list[tuple[Ticket, History]], /) -> list[Read]:
        """Read tickets; the results stand in the order of the tickets."""


class Recorder(Protocol):
    """Remembers advices, and what was offered, said and known before."""

    def history(self, ticket: Ticket, /) -> History:
        """Articles offered before in the same thread, and what is on file for who writes."""

    def save(self, advices: list[Advice], /) -> list[Advice]:
        """Store advices; they come back with the id and revision of their recommendation."""


class Advisor:
    """Advises, for each ticket, whether an article or a person serves this customer best."""

    def __init__(self, reader: TicketReader, recorder: Recorder, experience: Experience, promise: Promise) -> None:
        self.reader = reader
        self.recorder = recorder
        self.experience = experience
        self.promise = promise

    def advise(self, ticket: Ticket, *, record: bool = True) -> Advice:
        """Advise one ticket."""
        return next(self.advise_many([ticket], record=record))

    def advise_many(self, tickets: Iterable[Ticket], *, record: bool = True) -> Iterator[Advice]:
        """Advise tickets in their order; later ones know what was advised to, and said by, the earlier ones."""
        waiting = iter(tickets)
        while batch := list(islice(waiting, BATCH)):
            for part in apart(batch) if record else [batch]:
                yield from self._advise(part, record=record)

    def _advise(self, tickets: list[Ticket], *, record: bool) -> list[Advice]:
        reads = self.reader.read([(ticket, self.recorder.history(ticket)) for ticket in tickets])
        advices = [
            Advice(ticket, read.document, read.evidence, decide(read.evidence, self.experience, self.promise))
            for ticket, read in zip(tickets, reads, strict=True)
        ]
        return self.recorder.save(advices) if record else advices


def apart(tickets: list[Ticket]) -> Iterator[list[Ticket]]:
    """Split a batch so that no thread, customer or account stands twice in one part.

    A later ticket must see what the earlier one was advised, and what it has left on file.
    """
    part: list[Ticket] = []
    keys: set[Key] = set()
    for ticket in tickets:
        kin = kin_of(ticket)
        if kin & keys:
            yield part
            part, keys = [], set()
        part.append(ticket)
        keys |= kin
    if part:
        yield part


def kin_of(ticket: Ticket) -> set[Key]:
    """What a ticket shares with others that may have a say in its advice."""
    customer, account = ticket.customer, ticket.account
    shared = {
        "ticket": ticket.id,
        "customer": customer.id or customer.email or customer.phone,
        "account": account.id or account.name,
    }
    return {(ticket.source, kind, name.casefold()) for kind, name in shared.items() if name}
