"""Runs all readers over tickets and makes Evidence of what they found; the only file that knows them all.

Four steps, each kept by what it depends on: the encoder looks at the text, the words are read, the heads read the look,
and articles are searched. What was kept is not done again; what comes out is the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import msgspec

from advisor.reading.answering import Answering, Answers, Sparing
from advisor.reading.answers import AnswerHead
from advisor.reading.close import CloseReader
from advisor.reading.failures import failures_of
from advisor.reading.feeling import Feeling
from advisor.reading.heads import Head, hashes, load_head
from advisor.reading.language import Lexicon
from advisor.reading.look import VERSION as LOOKS
from advisor.reading.look import Looker, packed, unpacked
from advisor.reading.memory import Kind, Memory, Nothing
from advisor.reading.readings import HeadReader, Ideals, Linear, Readings
from advisor.reading.text import other_messages
from advisor.reading.told import VERSION as WORDS
from advisor.reading.told import Told, hashed_of, key_of, look_key, tell
from advisor.reading.topics import TopicHead
from advisor.reading.work import Work, notices
from advisor.types import (
    Evidence,
    History,
    Read,
    Readability,
    Ticket,
)
from index.encoder import Encoder
from index.knowledge import KnowledgeBase

PIECES = ("feeling.npz", "close.onnx", "close.json", "answers_ranker.npz")  # files that read word pieces
WORD_FILES = ("lexicon.json",)
SPARED = "-unsearched"  # ends the models of evidence for which no article was searched
Value = TypeVar("Value", Told, Readings, Answers)


@dataclass(frozen=True, slots=True)
class Heads:
    """All model files, loaded."""

    lexicon: Lexicon
    feeling: Feeling
    tones: Head
    severity: Head
    moments: Head
    failures: Head
    close: CloseReader
    answers: AnswerHead
    fingerprint: str
    topics: TopicHead | None = None  # of the company's own topics; without it the categories of articles vote
    files: Mapping[str, str] = field(default_factory=dict)  # name: SHA-256

    def named(self, files: Sequence[str]) -> str:
        """Names some of the files by what is in them."""
        return " ".join(self.files.get(name, "") for name in files)

    @classmethod
    def load(
        cls, folder: Path, *, encoder: str, fingerprint: str, recalibration: Path | None = None, threads: int = 0
    ) -> Heads:
        """Load the heads of a folder for an encoder, and an installation's recalibration of the answer head."""
        tones, severity, moments, failures = (
            load_head(name, folder, encoder=encoder) for name in ("tones", "severity", "moments", "failures")
        )
        return cls(
            Lexicon.load(folder / "lexicon.json"),
            Feeling.load(folder),
            tones,
            severity,
            moments,
            failures,
            CloseReader.load(folder, encoder=encoder, threads=threads),
            AnswerHead.load(folder, encoder=encoder, recalibration=recalibration),
            fingerprint,
            files=hashes(folder),
        )


class Reader:
    """Reads tickets: one encoder pass each, then words, heads and search."""

    def __init__(
        self,
        encoder: Encoder,
        knowledge: KnowledgeBase,
        heads: Heads,
        ideals: Ideals,
        *,
        masked: bool = True,
        memory: Memory | None = None,
        sparing: Sparing | None = None,
    ) -> None:
        """Take ready parts; `sparing` None: articles are searched for every readable ticket."""
        self._encoder = encoder
        self.knowledge = knowledge
        self._heads = heads
        self._masked = masked
        self._memory = memory or Nothing()
        self._sparing = sparing
        self._clock: Callable[[], datetime] = lambda: datetime.now(UTC)
        self._looker = Looker(encoder, heads.feeling, heads.close, heads.answers.axes)
        linear = Linear(heads.tones, heads.severity, heads.moments, heads.failures, heads.topics)
        self._head_reader = HeadReader(linear, encoder, ideals)
        self._answering = Answering(knowledge, encoder, heads.answers, self._memory)
        self._ideals = ideals

    def read(self, tickets: list[tuple[Ticket, History]], /) -> list[Read]:
        """Read tickets; the results stand in their order."""
        works = [Work(ticket, history, self._heads.lexicon, self._masked) for ticket, history in tickets]
        found = self._evidence(works)
        return [
            Read(replace(work.document, others=other_messages(work.ticket, masked=self._masked)), evidence)
            for work, evidence in zip(works, found, strict=True)
        ]

    def evidence(self, tickets: Sequence[tuple[Ticket, History]], /) -> list[Evidence]:
        """The evidence alone; a ticket whose words are kept is not taken apart again."""
        return self._evidence([Work(ticket, history, self._heads.lexicon, self._masked) for ticket, history in tickets])

    @property
    def fingerprint(self) -> str:
        """Names the heads and the encoder."""
        return f"{self._heads.fingerprint}-{self._encoder.fingerprint[:12]}"

    @cached_property
    def prints(self) -> Prints:
        """Names what each step depends on."""
        looks = f"{LOOKS} {self._encoder.fingerprint} {self._encoder.branch} {self._heads.named(PIECES)}"
        words = f"{WORDS} {looks} {self._heads.named(WORD_FILES)} {self._masked}"
        one = self._ideals
        ideals = hashed_of((list(one.examples), list(one.incidents), list(one.incident_articles))).hex()
        return Prints(looks, words, f"{looks} {self._heads.fingerprint} {ideals}", f"{looks} {self._heads.fingerprint}")

    def _evidence(self, works: Sequence[Work]) -> list[Evidence]:
        told = self._told(works)
        for work in works:
            work.told = told[work.key]
        readable = [work for work in works if work.told.readability is Readability.READABLE]
        self._read(readable)
        self._answer(readable)
        incidents = self._ideals.incident_articles
        return [
            replace(
                work.evidence(self._clock(), notices(work.read.incidents, incidents, self.knowledge)),
                models=f"{self.fingerprint}{SPARED if work.spared else ''}",
                knowledge=self.knowledge.fingerprint,
            )
            for work in works
        ]

    def _told(self, works: Sequence[Work]) -> dict[bytes, Told]:
        for work in works:
            work.key = key_of(work.ticket, self.prints.words)
        told = self._found(Kind.TOLD, {work.key for work in works}, _TOLD)
        missing = {work.key: work for work in works if work.key not in told}
        self._look([one for one in missing.values() if one.document.readability is Readability.READABLE])
        fresh = {
            key: tell(work.document, work.matter, work.ticket.messages, work.look) for key, work in missing.items()
        }
        return told | self._kept(Kind.TOLD, fresh)

    def _look(self, works: Sequence[Work]) -> None:
        """Let works that have none have their look, each text looked at once."""
        lacking = [work for work in works if work.look is None]
        keys = [look_key(work.text, self.prints.looks) for work in lacking]
        looks = {key: unpacked(content) for key, content in self._memory.find(Kind.LOOKS, list(set(keys))).items()}
        missing = {key: work.matter for key, work in zip(keys, lacking, strict=True) if key not in looks}
        fresh = dict(zip(missing, self._looker.look(list(missing.values())), strict=True)) if missing else {}
        self._memory.keep(Kind.LOOKS, {key: packed(look) for key, look in fresh.items()})
        looks |= fresh
        for key, work in zip(keys, lacking, strict=True):
            work.look = looks[key]

    def _read(self, works: Sequence[Work]) -> None:
        keys = [hashed_of((self.prints.readings, work.told.text)) for work in works]
        read = self._found(Kind.READINGS, set(keys), _READINGS)
        missing = {key: work for key, work in zip(keys, works, strict=True) if key not in read}
        self._look(list(missing.values()))
        looks = [work.look for work in missing.values() if work.look is not None]
        fresh = self._head_reader.read(looks, [work.told.matter for work in missing.values()])
        read |= self._kept(Kind.READINGS, dict(zip(missing, fresh, strict=True)))
        for key, work in zip(keys, works, strict=True):
            work.read = read[key]

    def _answer(self, works: Sequence[Work]) -> None:
        state = (self.prints.answers, self.knowledge.fingerprint)
        for work in works:
            work.failures = failures_of(work.told.failure, work.history, heard=work.read.failed)
        works = self._searched(works)
        keys = [hashed_of((state, work.told.text, sorted(work.failed))) for work in works]
        answers = self._found(Kind.ANSWERS, set(keys), _ANSWERS)
        missing = {key: work for key, work in zip(keys, works, strict=True) if key not in answers}
        self._look(list(missing.values()))
        fresh = {
            key: self._answering.answer(work.look.question(work.told.matter), failed=work.failed)
            for key, work in missing.items()
            if work.look is not None
        }
        answers |= self._kept(Kind.ANSWERS, fresh)
        for key, work in zip(keys, works, strict=True):
            work.answers = answers[key]
            if self._heads.topics is None:
                work.read = replace(work.read, topic=answers[key].voted)

    def _searched(self, works: Sequence[Work]) -> Sequence[Work]:
        """Those for which articles are searched; the others are marked."""
        if self._sparing is None:
            return works
        self._look(works)
        for work in works:
            assert work.look is not None, "_look gives every work one"
            question = work.look.question(work.told.matter)
            work.spared = self._sparing.spares(work.evidence(self._clock(), ()), question, self.knowledge)
        return [work for work in works if not work.spared]

    def _found(self, kind: Kind, keys: set[bytes], decoder: msgspec.msgpack.Decoder[Value]) -> dict[bytes, Value]:
        return {key: decoder.decode(content) for key, content in self._memory.find(kind, list(keys)).items()}

    def _kept(self, kind: Kind, fresh: dict[bytes, Value]) -> dict[bytes, Value]:
        self._memory.keep(kind, {key: msgspec.msgpack.encode(value) for key, value in fresh.items()})
        return fresh


@dataclass(frozen=True, slots=True)
class Prints:
    """Fingerprints of the steps of reading; what is kept under one is good as long as it stays the same."""

    looks: str
    words: str
    readings: str
    answers: str  # besides the state of the knowledge base


_TOLD = msgspec.msgpack.Decoder(Told)
_READINGS = msgspec.msgpack.Decoder(Readings)
_ANSWERS = msgspec.msgpack.Decoder(Answers)
