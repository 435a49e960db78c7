"""How long the steps of tickets and the whole take, and what the figures come from."""

from __future__ import annotations

import os
import platform
import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version

import numpy as np
from threadpoolctl import threadpool_limits

from advisor.advise import BATCH, Advisor
from advisor.archive.fingerprint import instruction_set
from advisor.bench import Parts, Step, Watch, Way
from advisor.registry import heads_folder
from advisor.settings import Settings
from advisor.types import Ticket
from advisor.wire import to_json
from index.progress import Progress, silent

WARMING, MEASURING, STREAMING = "Warming up", "Measuring", "Measuring a stream"
SLOW = 0.95  # of tickets are within the slow one's time


@dataclass(frozen=True, slots=True)
class Took:
    """How long a step takes."""

    step: Step
    mean: float  # seconds a ticket
    median: float  # seconds a ticket
    share: float  # of all steps, 0 to 1, by the means

    @property
    def rate(self) -> float:
        """Tickets a second, were there no other step; 0 where it was too short to be measured."""
        return 1 / self.mean if self.mean else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """What was measured."""

    tickets: int
    different: int  # of them
    steps: tuple[Took, ...]  # in the order of their way
    mean: float  # of one ticket alone, in seconds, as all below
    median: float
    slow: float  # 95 % are within it
    stream: float  # tickets a second, many handed over at once

    @property
    def sum(self) -> float:
        """All steps together, in seconds a ticket."""
        return sum(one.mean for one in self.steps)

    @property
    def unaccounted(self) -> float:
        """What the whole takes beyond its steps, in seconds a ticket; below 0 where chance made them slower."""
        return self.mean - self.sum


def measured(parts: Parts, tickets: Sequence[Ticket], *, many: int, progress: Progress = silent) -> Speed:
    """Measure `many` tickets, these over and over: each alone and step by step, then all in a stream.

    Everything has been loaded and each ticket advised before, so that all is warm.
    """
    advisor, way = Advisor(parts.reader, parts.records, parts.experience, parts.promise), Way(parts, parts.kernel())
    different = list({(one.subject, one.body, one.messages): one for one in tickets}.values())
    for done, ticket in enumerate(different[:many]):
        alone(advisor, ticket)
        way.take(ticket, Watch())
        progress(WARMING, done + 1, min(many, len(different)))
    wholes, watches = list[float](), list[Watch]()
    for done in range(many):
        ticket = different[done % len(different)]
        wholes.append(alone(advisor, ticket))
        watches.append(Watch())
        way.take(ticket, watches[-1])
        progress(MEASURING, done + 1, many)
    return Speed(
        tickets=many,
        different=min(many, len(different)),
        steps=steps_of(watches),
        mean=statistics.fmean(wholes),
        median=statistics.median(wholes),
        slow=sorted(wholes)[min(many - 1, int(SLOW * many))],
        stream=streamed(advisor, different, many, progress),
    )


def alone(advisor: Advisor, ticket: Ticket) -> float:
    """Seconds of one ticket, from its arrival to its advice on the wire."""
    start = time.perf_counter()
    to_json(advisor.advise(ticket, record=False).recommendation)
    return time.perf_counter() - start


def streamed(advisor: Advisor, different: Sequence[Ticket], many: int, progress: Progress) -> float:
    """Tickets a second of so many, handed over some at a time; none twice at once, since it would be read once."""
    took, done = 0.0, 0
    while done < many:
        first = done % len(different)
        some = different[first : first + min(BATCH, many - done)]
        start = time.perf_counter()
        for advice in advisor.advise_many(some, record=False):
            to_json(advice.recommendation)
        took += time.perf_counter() - start
        done += len(some)
        progress(STREAMING, done, many)
    return many / took


def steps_of(watches: Sequence[Watch]) -> tuple[Took, ...]:
    """What each step took, with its share of all; none took less than nothing."""
    times = {step: [watch.step(step) for watch in watches] for step in Step}
    means = {step: max(0.0, statistics.fmean(some)) for step, some in times.items()}
    medians = {step: max(0.0, statistics.median(some)) for step, some in times.items()}
    total = sum(means.values())
    return tuple(Took(step, means[step], medians[step], means[step] / total) for step in Step)


@contextmanager
def one_core() -> Iterator[None]:
    """Everything on one core, where the system can be told so, and each product in one thread; afterwards as before."""
    with threadpool_limits(1):
        if not hasattr(os, "sched_setaffinity"):
            yield
            return
        before = os.sched_getaffinity(0)
        os.sched_setaffinity(0, {max(before)})
        try:
            yield
        finally:
            os.sched_setaffinity(0, before)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the figures come from."""

    versions: Mapping[str, str]  # by what
    processor: str  # its kind, and a fingerprint of what it can do
    encoder: int  # bytes of its graph
    precision: str
    heads: int  # bytes of all model files that read what the encoder gives, the close reader among them
    articles: int
    passages: int


def surroundings(parts: Parts, settings: Settings) -> Surroundings:
    """Look at the installation."""
    folder = heads_folder(settings)
    return Surroundings(
        versions={
            "program": version("ticket-advisor"),
            "Python": platform.python_version(),
            "ONNX Runtime": version("onnxruntime"),
            "NumPy": np.__version__,
            "FAISS": version("faiss-cpu"),
            "spaCy": version("spacy"),
        },
        processor=f"{platform.machine()} {instruction_set()}",
        encoder=parts.bundle.graph_file.stat().st_size,
        precision=parts.bundle.manifest.precision,
        heads=sum((folder / name).stat().st_size for name in parts.heads.files),
        articles=len(parts.knowledge.articles()),
        passages=len(parts.knowledge),
    )
