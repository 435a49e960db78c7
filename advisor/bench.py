"""A ticket's way step by step, each step timed by itself: in one thread, nothing recorded.

The steps are the public methods that `Reader` and `Advisor` call, called here one after the other, each with what the
ones before it gave; they come to the same advice. Some have no method of their own, and are what is left of one that
holds them: tokenising is encoding without its kernel, ranking is answering without its search, and what makes a look
beside the two kernels counts to the heads, which read it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from advisor.decision.decide import decide
from advisor.decision.experience import Experience
from advisor.errors import SettingsError
from advisor.reading.answering import Answering
from advisor.reading.close import within
from advisor.reading.evidence import Heads, Reader
from advisor.reading.failures import failures_of
from advisor.reading.look import Looker
from advisor.reading.pairs import CANDIDATES
from advisor.reading.readings import HeadReader, Linear
from advisor.reading.told import key_of
from advisor.reading.work import Work, notices
from advisor.records import Records
from advisor.registry import Kind, trained_models
from advisor.settings import Settings
from advisor.types import Evidence, Promise, Readability, Ticket
from advisor.wire import to_json
from advisor.wiring import Examples, encoder_in_use, experience_of, heads_in_use, open_records, promise_in_use
from index.bundle import Bundle, bundle_folder, load_bundle, with_branch
from index.encoder import WINDOW, Encoder, Tokens
from index.encoder.fast import OUTPUTS, TUNED, session
from index.knowledge import KnowledgeBase
from index.progress import Progress
from index.settings import Precision

Given = TypeVar("Given")
Window = NDArray[np.int64]  # (1, pieces + 2 marks): what the encoder's graph takes


class Step(StrEnum):
    """What is done for a ticket, in the order of its way."""

    FILE = "what is on file"
    WORDS = "words"
    TOKENISING = "tokenising"
    ENCODING = "encoding"
    CLOSE = "close reading"
    HEADS = "features and heads"
    SEARCH = "search"
    RANKING = "ranking"
    DECISION = "decision"
    WRITING = "writing"


class Timed(StrEnum):
    """What is measured; steps are made of these."""

    FILE = "history"
    APART = "ticket taken apart"
    TELL = "words read"
    LOOK = "a whole look"
    ENCODE = "the encoder, kernel and all"
    KERNEL = "the encoder's kernel"
    MARKS = "the close reader's kernel"
    READ = "heads"
    ANSWER = "articles searched and ranked"
    SEARCH = "articles searched"
    EVIDENCE = "evidence put together"
    DECIDE = "decided"
    WRITE = "written"


MADE_OF: dict[Step, tuple[tuple[Timed, ...], tuple[Timed, ...]]] = {
    Step.FILE: ((Timed.FILE,), ()),
    Step.WORDS: ((Timed.APART, Timed.TELL), ()),
    Step.TOKENISING: ((Timed.ENCODE,), (Timed.KERNEL,)),
    Step.ENCODING: ((Timed.KERNEL,), ()),
    Step.CLOSE: ((Timed.MARKS,), ()),
    Step.HEADS: ((Timed.LOOK, Timed.READ), (Timed.ENCODE, Timed.MARKS)),
    Step.SEARCH: ((Timed.SEARCH,), ()),
    Step.RANKING: ((Timed.ANSWER,), (Timed.SEARCH,)),
    Step.DECISION: ((Timed.EVIDENCE, Timed.DECIDE), ()),
    Step.WRITING: ((Timed.WRITE,), ()),
}
"""Of each step, what is added up, and what of that is another's."""


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """All that advises a ticket."""

    records: Records  # only read
    experience: Experience
    promise: Promise
    ideals: Examples
    encoder: Encoder
    bundle: Bundle
    knowledge: KnowledgeBase
    heads: Heads
    masked: bool
    reader: Reader
    looker: Looker
    heads_reader: HeadReader
    answering: Answering

    @classmethod
    def load(cls, settings: Settings, *, progress: Progress | None = None) -> Parts:
        """Load an installation's parts for one thread; SettingsError where its encoder has no kernel of its own."""
        if settings.precision not in (Precision.INT8, Precision.FP32):
            raise SettingsError(
                f"the speed is measured with precision int8 or fp32, was: {settings.precision}: "
                "change it in settings.toml, or set ADVISOR_PRECISION for this command"
            )
        settings = replace(settings, threads=1)
        records = open_records(settings)
        experience = experience_of(settings, records)
        encoder = encoder_in_use(settings, progress=progress)
        knowledge = KnowledgeBase.open(settings.knowledge, encoder, progress=progress)
        heads, ideals = heads_in_use(settings, encoder), Examples(experience)
        linear = Linear(heads.tones, heads.severity, heads.moments, heads.failures, heads.topics)
        return cls(
            records=records,
            experience=experience,
            promise=promise_in_use(records, experience),
            ideals=ideals,
            encoder=encoder,
            bundle=bundle_of(settings),
            knowledge=knowledge,
            heads=heads,
            masked=settings.mask,
            reader=Reader(encoder, knowledge, heads, ideals, masked=settings.mask),
            looker=Looker(encoder, heads.feeling, heads.close, heads.answers.axes),
            heads_reader=HeadReader(linear, encoder, ideals),
            answering=Answering(knowledge, encoder, heads.answers),
        )

    def kernel(self) -> Kernel:
        """The encoder's graph alone."""
        return Kernel(self.bundle)


class Kernel:
    """The encoder's graph alone, fed with what the encoder feeds it and asked for what the encoder asks for."""

    def __init__(self, bundle: Bundle) -> None:
        self._marks = bundle.first_token, bundle.last_token
        self._outputs = [*OUTPUTS, *([] if bundle.branch is None else [TUNED])]
        self._session = session(bundle, threads=1)

    def windows(self, tokens: Tokens) -> list[Window]:
        """The windows of a text; an empty one has one."""
        first, last = self._marks
        starts = range(0, max(1, len(tokens.ids)), WINDOW)
        return [np.array([[first, *tokens.ids[at : at + WINDOW], last]], np.int64) for at in starts]

    def run(self, windows: Sequence[Window]) -> None:
        """One call a window; what comes out is let go."""
        for window in windows:
            self._session.run(self._outputs, {"ids": window})


class Watch:
    """The times of one ticket."""

    def __init__(self) -> None:
        self.seconds = dict.fromkeys(Timed, 0.0)

    def __call__(self, what: Timed, call: Callable[[], Given]) -> Given:
        """Call, and add what it took."""
        start = time.perf_counter()
        given = call()
        self.seconds[what] += time.perf_counter() - start
        return given

    def step(self, step: Step) -> float:
        """Seconds of a step; of one that is a difference, chance may make it a little less than 0."""
        added, taken = MADE_OF[step]
        return sum(self.seconds[one] for one in added) - sum(self.seconds[one] for one in taken)


class Way:
    """The way of a ticket, step by step."""

    def __init__(self, parts: Parts, kernel: Kernel) -> None:
        self._parts = parts
        self._kernel = kernel

    def take(self, ticket: Ticket, watch: Watch) -> bytes:
        """The advice as it goes over the wire."""
        parts = self._parts
        history = watch(Timed.FILE, lambda: parts.records.history(ticket))
        work = Work(ticket, history, parts.heads.lexicon, parts.masked)
        watch(Timed.APART, lambda: (key_of(ticket, parts.reader.prints.words), work.matter))
        if work.document.readability is Readability.READABLE:
            self._read(work, watch)
        else:
            work.told = watch(Timed.TELL, work.tell)
        evidence = watch(Timed.EVIDENCE, lambda: self._evidence(work))
        advice = watch(Timed.DECIDE, lambda: decide(evidence, parts.experience, parts.promise))
        return watch(Timed.WRITE, lambda: to_json(advice))

    def _read(self, work: Work, watch: Watch) -> None:
        parts, matter = self._parts, work.matter
        (look,) = watch(Timed.LOOK, lambda: parts.looker.look([matter]))
        self._inside_a_look(work, watch)
        work.look = look
        work.told = watch(Timed.TELL, work.tell)
        (work.read,) = watch(Timed.READ, lambda: parts.heads_reader.read([look], [matter.text]))
        heard = work.read.failed
        work.failures = watch(Timed.TELL, lambda: failures_of(work.told.failure, work.history, heard=heard))
        question, failed = look.question(matter.text), work.failed
        work.answers = watch(Timed.ANSWER, lambda: parts.answering.answer(question, failed=failed))
        most, vector = CANDIDATES + len(failed), question.vector[np.newaxis]
        watch(Timed.SEARCH, lambda: parts.knowledge.search(question.text, k=most, vector=vector))
        if parts.heads.topics is None:
            work.read = replace(work.read, topic=work.answers.voted)

    def _inside_a_look(self, work: Work, watch: Watch) -> None:
        """The encoder and the kernels again, by themselves."""
        matter = work.matter
        (tokens,) = watch(Timed.ENCODE, lambda: self._parts.encoder.encode([matter.text], tokens=True)).tokens
        windows = self._kernel.windows(tokens)
        self._kernel.run(windows)  # has weights of its own, which are now as near to the processor as the encoder's
        watch(Timed.KERNEL, lambda: self._kernel.run(windows))
        states = [window for section in matter.sections for window in within(tokens, section).lower]
        watch(Timed.MARKS, lambda: self._parts.heads.close.marker.marks(states))

    def _evidence(self, work: Work) -> Evidence:
        knowledge, reader = self._parts.knowledge, self._parts.reader
        noticed = notices(work.read.incidents, self._parts.ideals.incident_articles, knowledge)
        found = work.evidence(datetime.now(UTC), noticed)
        return replace(found, models=reader.fingerprint, knowledge=knowledge.fingerprint)


def bundle_of(settings: Settings) -> Bundle:
    """The sentence model in use, once an encoder was loaded from it."""
    bundle = load_bundle(bundle_folder(settings.knowledge))
    assert bundle is not None, "loading the encoder has made it"
    branch = trained_models(settings).in_use(Kind.ENCODER)
    return bundle if branch is None else with_branch(bundle, branch.folder)
