"""What the answer head says of a labelled ticket, read as any ticket is."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from advisor.reading.answers import AnswerHead
from advisor.reading.language import Lexicon
from advisor.reading.matter import expanded, matter_of
from advisor.reading.pairs import CANDIDATES, Passages, pair_features, question_of
from advisor.reading.terms import rare_words
from advisor.reading.text import read_document
from advisor.records import Records
from advisor.registry import Kind, Registry
from advisor.types import Ticket
from index.encoder import Encoder
from index.knowledge import KnowledgeBase
from training.answer_labels import AnswerLabel


class TicketScorer:
    """Finds the article that would be offered first, and its log-odds as shipped."""

    def __init__(
        self,
        head: AnswerHead,
        lexicon: Lexicon,
        encoder: Encoder,
        knowledge: KnowledgeBase,
        records: Records | None,
        *,
        masked: bool = True,
    ) -> None:
        self.head = head
        self._lexicon = lexicon
        self._encoder = encoder
        self._knowledge = knowledge
        self._passages = Passages(knowledge, encoder, head.axes)
        self._records = records
        self._masked = masked

    @classmethod
    def load(
        cls,
        folder: Path,
        registry: Registry,
        encoder: Encoder,
        knowledge: KnowledgeBase,
        records: Records,
        *,
        masked: bool,
    ) -> TicketScorer:
        """Take the heads of a folder, with the recalibration in use."""
        version = registry.in_use(Kind.ANSWERS)
        own = None if version is None else version.folder
        head = AnswerHead.load(folder, encoder=encoder.fingerprint, recalibration=own)
        return cls(head, Lexicon.load(folder / "lexicon.json"), encoder, knowledge, records, masked=masked)

    def __call__(self, label: AnswerLabel, /) -> tuple[str, str, float] | str:
        """The text, the first article's id and its log-odds; else why the label cannot be used."""
        if self._knowledge.article(label.article) is None:
            return f"is about the article {label.article}, which is not in the knowledge base"
        text = self._text(label)
        if not text.strip():
            return (
                f"names the ticket {label.ticket_id}, whose text is not in the records"
                if not label.texts
                else ("has no text once quoted mail and signature are left out")
            )
        read = self._encoder.encode([text], tokens=True)
        matches = self._knowledge.search(text, k=CANDIDATES, vector=read.sentences)
        if not matches:
            return "finds no article at all"
        question = question_of(text, read.sentences[0], read.tokens[0], self._passages)
        features = pair_features(question, matches, self._knowledge, self._passages)
        scores = self.head.rank(features)
        first = matches[int(np.argmax(scores))].article.id
        return text, first, self.head.log_odds(features, scores, rare_words(text))

    def _text(self, label: AnswerLabel) -> str:
        """What the reader of tickets would read."""
        if label.texts:
            *subjects, body = label.texts
            ticket = Ticket(id=f"row {label.number}", subject="\n".join(subjects), body=body)
            return matter_of(read_document(ticket, self._lexicon, masked=self._masked)).text
        stored = self._records.last(label.ticket_id) if self._records is not None else None
        return "" if stored is None else " ".join(expanded(stored.text).split())
