"""A ticket on its way through the readers, and the evidence that comes of what they found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import TypeVar

from advisor.reading.answering import NO_ANSWERS, Answers
from advisor.reading.language import Lexicon
from advisor.reading.look import Look
from advisor.reading.matter import Matter, matter_of
from advisor.reading.readings import NO_READINGS, Readings
from advisor.reading.text import read_document
from advisor.reading.told import UNREAD, Told, tell, text_key
from advisor.types import Account, Customer, Document, Evidence, Failure, History, Notice, Readability, Ticket, Wish
from index.knowledge import KnowledgeBase

NOTHING_KNOWN = History()
Known = TypeVar("Known", Customer, Account)


@dataclass(slots=True, eq=False)
class Work:
    """A ticket on its way; what is already kept is never made."""

    ticket: Ticket
    history: History
    lexicon: Lexicon
    masked: bool
    key: bytes = b""
    look: Look | None = None
    told: Told = UNREAD
    read: Readings = NO_READINGS
    answers: Answers = NO_ANSWERS
    spared: bool = False  # no article was searched for, since none would change the advice
    failures: tuple[Failure, ...] = ()
    _taken_apart: tuple[Document, Matter] | None = None

    @property
    def document(self) -> Document:
        """The ticket taken apart."""
        return self._parts()[0]

    @property
    def matter(self) -> Matter:
        """What is encoded of it."""
        return self._parts()[1]

    @property
    def text(self) -> bytes:
        """Names what is encoded of it; a ticket whose words are kept is not taken apart for it."""
        return self.told.text or text_key(self.matter)

    @property
    def failed(self) -> set[str]:
        """Ids of articles that are not offered again."""
        return {failure.article for failure in self.failures if failure.article is not None}

    def tell(self) -> Told:
        """Read the words, once there is a look."""
        return tell(self.document, self.matter, self.ticket.messages, self.look)

    def evidence(self, now: datetime, noticed: tuple[Notice, ...]) -> Evidence:
        """All that was found, with what is known from elsewhere."""
        told, base = self.told, base_evidence(self.ticket, self.told, now, history=self.history)
        if told.readability is not Readability.READABLE:
            return base
        return replace(
            base,
            topic=self.read.topic,
            two_matters=told.two_matters,
            signals=told.signals,
            failures=self.failures,
            tones=self.read.tones,
            severity=self.read.severity,
            moment=self.read.moment,
            incident_match=self.read.incidents,
            notices=noticed,
            tokens_cut=told.cut,
            candidates=self.answers.candidates,
            p_resolve=self.answers.p_resolve,
        )

    def _parts(self) -> tuple[Document, Matter]:
        if self._taken_apart is None:
            document = read_document(self.ticket, self.lexicon, masked=self.masked)
            self._taken_apart = document, matter_of(document)
        return self._taken_apart


def base_evidence(ticket: Ticket, told: Told, now: datetime, *, history: History = NOTHING_KNOWN) -> Evidence:
    """The words of a ticket, and what is known besides: its own facts first, what it lacks from the history."""
    account = filled(replace(ticket.account, wishes=()), history.account)
    customer = filled(ticket.customer, history.customer)
    return Evidence(
        ticket_id=ticket.id,
        source=ticket.source,
        at=ticket.created_at or now,
        came_by=ticket.channel,
        readability=told.readability,
        language=told.language,
        wishes=(*told.wishes, *on_file(ticket, history)),
        has_phone=bool(customer.phone or told.has_phone),
        persona=customer.persona,
        account=account,
    )


def notices(
    matching: Sequence[str], articles: Sequence[tuple[str, str]], knowledge: KnowledgeBase
) -> tuple[Notice, ...]:
    """The articles of matching incidents; one that the knowledge base does not have is left out."""
    found = ((incident, knowledge.article(id)) for incident, id in articles if incident in matching)
    return tuple(
        Notice(incident=incident, article=article.id, title=article.title, url=article.url)
        for incident, article in found
        if article is not None
    )


def on_file(ticket: Ticket, history: History) -> tuple[Wish, ...]:
    """The wishes that came with the ticket, of the customer and of the account, then those that were on file."""
    return (*ticket.customer.wishes, *ticket.account.wishes, *history.wishes)


def filled(own: Known, known: Known) -> Known:
    """The ticket's own facts; each that it lacks as it is known otherwise."""
    lacking = {field.name: getattr(known, field.name) for field in fields(own) if getattr(own, field.name) is None}
    return replace(own, **lacking)
