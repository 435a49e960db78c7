"""What reading a ticket costs beside the bare encoder call, measured in pairs, one after the other.

Both run in one process on the same text, in turns, so that a busy machine slows both alike; the figure is the median
over pairs of their ratio.
"""

from __future__ import annotations

import re
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import numpy as np

from advisor.decision.experience import Experience
from advisor.reading.evidence import Heads, Reader
from advisor.reading.heads import SHIPPED, fingerprint
from advisor.reading.pairs import CANDIDATES, Passages, pair_features, question_of
from advisor.registry import heads_folder
from advisor.types import History, Ticket
from advisor.wiring import Examples
from index.bundle import bundle_folder
from index.knowledge import KnowledgeBase
from index.settings import Precision
from index.sources import read
from training import datasets
from training.answers import DEMO
from training.benchmarks.base import SEED, Figure, Goal, Mark, Result, Setting, Unit
from training.measures import bootstrap_interval

LENGTHS = (15, 114)
TEXTS = 240  # tickets of each length; each is read once, since what was read once may be remembered
QUICK_TEXTS = 30
Made = TypeVar("Made")
GOALS = {114: (Goal(most=1.35), Goal(most=1.2))}


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds of one pair."""

    bare: float
    whole: float
    search: float
    pairs: float


def cost(setting: Setting) -> Result:
    """Both lengths."""
    home = setting.cache / "centre-demo"
    home.mkdir(parents=True, exist_ok=True)
    knowledge = KnowledgeBase.open(replace(setting.settings.knowledge, home=home), setting.encoder)
    knowledge.import_articles("demo", read(DEMO, "demo").articles)
    figures: list[Figure] = []
    for length in LENGTHS:
        setting.progress("Taking times", LENGTHS.index(length), len(LENGTHS))
        figures += figures_of(length, taken(setting, knowledge, texts_of(setting, length)), setting)
    setting.progress("Taking times", len(LENGTHS), len(LENGTHS))
    figures += sizes(setting)
    count = QUICK_TEXTS if setting.quick else TEXTS
    protocol = (
        f"warm, the demo's help centre, {count} tickets of each length, read one at a time in turns with the bare "
        "one-text call of the same encoder; medians over pairs; sizes are those of the files on disk"
    )
    return Result(name="cost", mark=Mark.SHIPPED, protocol=protocol, figures=tuple(figures))


def figures_of(length: int, times: Sequence[Times], setting: Setting) -> list[Figure]:
    """The ratio, and what it is made of."""
    target, stretch = GOALS.get(length, (None, None))
    ratios = [one.whole / one.bare for one in times]
    low, high = bootstrap_interval(np.median, ratios, seed=SEED, rounds=setting.rounds)
    parts = {
        "bare encoder call": [one.bare for one in times],
        "whole reading": [one.whole for one in times],
        "of it search": [one.search for one in times],
        "of it pair head": [one.pairs for one in times],
    }
    ratio = Figure(
        name=f"whole reading / bare call, {length} tokens", value=statistics.median(ratios), low=low, high=high,
        target=target, stretch=stretch, unit=Unit.TIMES,
    )  # fmt: skip
    return [ratio, *(itemised(f"{name}, {length} tokens", each) for name, each in parts.items())]


def sizes(setting: Setting) -> list[Figure]:
    """What the shipped heads weigh, and what is made of the packaged encoder when the program is installed."""
    shipped = Figure(name="shipped weights", value=megabytes(SHIPPED), target=Goal(most=30), unit=Unit.MEGABYTES)
    if setting.settings.precision not in (Precision.INT8, Precision.FP32):
        return [shipped]
    bundle = bundle_folder(setting.settings.knowledge)
    name = f"encoder on disk, made at the start, {setting.settings.precision}"
    return [shipped, Figure(name=name, value=megabytes(bundle), unit=Unit.MEGABYTES)]


def megabytes(folder: Path) -> float:
    """What the files of a folder weigh together, in millions of bytes."""
    return sum(path.stat().st_size for path in folder.iterdir() if path.is_file()) / 1e6


def itemised(name: str, each: Sequence[float]) -> Figure:
    """A median with the middle half of the times."""
    low, _, high = statistics.quantiles(each, n=4)
    return Figure(name=name, value=statistics.median(each), low=low, high=high, unit=Unit.MILLISECONDS)


def taken(setting: Setting, knowledge: KnowledgeBase, texts: Sequence[str]) -> list[Times]:
    """Read each ticket in turns with the bare call; the first half warms up and does not count."""
    folder = heads_folder(setting.settings)
    heads = Heads.load(folder, encoder=setting.encoder.fingerprint, fingerprint=fingerprint(folder))
    reader = Reader(setting.encoder, knowledge, heads, Examples(Experience.default()))
    passages = Passages(knowledge, setting.encoder, heads.answers.axes)
    every = [pair(setting, reader, knowledge, passages, heads, ticket_of(text)) for text in texts]
    return every[len(every) // 2 :]


def ticket_of(text: str) -> Ticket:
    """A ticket that says just this."""
    return Ticket(id="cost", body=text)


def pair(
    setting: Setting, reader: Reader, knowledge: KnowledgeBase, passages: Passages, heads: Heads, ticket: Ticket
) -> Times:
    """One pair; search and pair head are timed by themselves, on the same ticket."""
    text = ticket.body
    bare, encoded = timed(lambda: setting.encoder.encode([text]))
    whole, _ = timed(lambda: reader.read([(ticket, History())]))
    search, matches = timed(lambda: knowledge.search(text, k=CANDIDATES, vector=encoded.sentences))

    question = question_of(text, encoded.sentences[0], setting.encoder.encode([text], tokens=True).tokens[0], passages)

    def ranked() -> object:
        features = pair_features(question, matches, knowledge, passages)
        return heads.answers.rank(features)

    pairs, _ = timed(ranked)
    return Times(bare, whole, search, pairs)


def timed(work: Callable[[], Made]) -> tuple[float, Made]:
    """Milliseconds that some work took, and what it gave."""
    start = time.perf_counter()
    made = work()
    return 1000 * (time.perf_counter() - start), made


def texts_of(setting: Setting, length: int) -> list[str]:
    """Tickets of so many tokens, all different, cut from the project's own tickets."""
    body = " ".join("\n".join(one.text for one in datasets.asked("answers")).split(" "))
    starts = [0, *(found.end() for found in re.finditer(r"\s+", body[: -12 * length]))]
    count = 2 * (QUICK_TEXTS if setting.quick else TEXTS)
    chosen = np.random.default_rng(SEED).permutation(np.linspace(0, len(starts) - 1, count).astype(int))
    return [cut(setting, body[starts[at] : starts[at] + 12 * length], length) for at in chosen]


def cut(setting: Setting, text: str, length: int) -> str:
    """The beginning of a text that has so many tokens."""
    joined = " ".join(text.split())
    tokens = setting.encoder.encode([joined], tokens=True).tokens[0]
    return joined[: int(tokens.spans[min(length, len(tokens.ids)) - 1, 1])]
