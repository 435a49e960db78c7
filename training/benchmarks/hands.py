"""Wishes and signals in tickets written by other hands, who saw only what the labels mean.

The set is opened once a release; each opening is noted in `docs/models/openings.json`, which the model card prints.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from advisor.decision.experience import Experience
from advisor.reading.evidence import Heads, Reader
from advisor.reading.heads import fingerprint
from advisor.registry import heads_folder
from advisor.types import SAFETY, Evidence, History, Read, SignalKind, Stance, Ticket, WishChannel
from advisor.wiring import Examples
from index.knowledge import KnowledgeBase
from training import datasets
from training.benchmarks.base import SEED, Figure, Goal, Mark, MissingSetError, Result, Setting
from training.measures import bootstrap_interval, wilson

FILE = "wishes_hands.jsonl"
QUICK_ROWS = 60
WISHES = tuple(f"{channel} {stance}" for channel in WishChannel for stance in Stance)
WORST = tuple(kind for kind in WISHES if kind == "person wants" or kind.endswith(Stance.REFUSES))
"""What is worst to miss: a request for a person, and any refusal."""
SAFETY_KINDS = tuple(str(kind) for kind in SignalKind if kind in SAFETY)
OTHER_SIGNALS = tuple(str(kind) for kind in SignalKind if kind not in SAFETY)
PEOPLE = ("person wants", "phone wants", "chat wants")
"""Wishes by which somebody speaks with the customer at once."""

Said = frozenset[str]  # "channel stance" of each wish, and the kinds of signals
Goals = tuple[Goal, Goal]  # target and stretch


class Reads(Protocol):
    """The product's reader."""

    def read(self, tickets: list[tuple[Ticket, History]], /) -> list[Read]:
        """Read tickets; the results stand in their order."""


@dataclass(frozen=True, slots=True)
class Row:
    """A ticket of the set: what it holds, and what was read in it."""

    truth: Said
    said: Said
    hand: int = 1  # who wrote it
    positive: bool = True  # False = it only sounds like it
    choices: bool = True  # all wishes right, their order included


def wishes(setting: Setting) -> Result:
    """What customers ask for and refuse."""
    rows = read_rows(setting)
    each = (Goal(least=0.95), Goal(least=0.98))
    figures = [
        *pooled("person and refusals", rows, WORST, setting, (Goal(least=0.97), Goal(least=0.99)),
                (Goal(least=0.92), Goal(least=0.95))),
        *pooled("all kinds", rows, WISHES, setting, each, each),
    ]  # fmt: skip
    for kind in WISHES:
        figures += pair(kind.replace(" ", ": "), rows, kind, each, each)
    figures += by_hand("person and refusals", rows, WORST, setting)
    figures += by_hand("all kinds", rows, WISHES, setting)
    figures += [
        *pooled("asks for somebody, by whatever way", merged(rows), ("people",), setting),
        share("all wishes of a ticket right, order included", [row.choices for row in rows]),
        false_alarms("a wish said", rows, WISHES),
    ]
    return Result(name="wishes", mark=Mark.SHIPPED, protocol=protocol(rows), figures=tuple(figures))


def signals(setting: Setting) -> Result:
    """Fraud, danger, threats and the like."""
    rows = read_rows(setting)
    recall, precision = (Goal(least=0.95), Goal(least=0.98)), (Goal(least=0.85), Goal(least=0.9))
    figures = [*pooled("safety signals", rows, SAFETY_KINDS, setting, recall, precision)]
    for kind in SAFETY_KINDS:
        figures += pair(kind, rows, kind, recall, precision)
    for kind in OTHER_SIGNALS:
        figures += pair(kind, rows, kind)
    figures += by_hand("safety signals", rows, SAFETY_KINDS, setting)
    figures += [false_alarms("a safety signal said", rows, SAFETY_KINDS)]
    return Result(name="signals", mark=Mark.SHIPPED, protocol=protocol(rows), figures=tuple(figures))


def protocol(rows: Sequence[Row]) -> str:
    """What was measured."""
    hands = len({row.hand for row in rows})
    return (
        f"{len(rows)} tickets by {hands} other hands, {sum(row.positive for row in rows)} that hold something and the "
        "others hard negatives, read as the product reads them, at its own points; several labels of a ticket are "
        "counted together, so their intervals draw tickets; those of single kinds are Wilson's"
    )


def pooled(
    name: str,
    rows: Sequence[Row],
    kinds: Sequence[str],
    setting: Setting,
    recall: Goals | None = None,
    precision: Goals | None = None,
) -> tuple[Figure, ...]:
    """Recall and precision over several kinds; neither where none occurs and none is said."""
    wanted = frozenset(kinds)
    hits = np.array([len(row.truth & row.said & wanted) for row in rows])
    there, said = (np.array([len(part & wanted) for part in parts]) for parts in sides(rows))
    shares = (("recall", there, recall), ("precision", said, precision))
    return tuple(
        ratio(f"{name}: {kind}", hits, counts, setting, goals) for kind, counts, goals in shares if counts.sum()
    )


def sides(rows: Sequence[Row]) -> tuple[list[Said], list[Said]]:
    """What is there, and what was said, of each ticket."""
    return [row.truth for row in rows], [row.said for row in rows]


def ratio(
    name: str, hits: NDArray[np.int64], counts: NDArray[np.int64], setting: Setting, goals: Goals | None
) -> Figure:
    """A share of labels; its interval draws tickets."""

    def statistic(some: NDArray[np.int64], of: NDArray[np.int64]) -> float:
        return float(some.sum() / of.sum()) if of.sum() else float("nan")

    low, high = bootstrap_interval(statistic, hits, counts, seed=SEED, rounds=setting.rounds)
    target, stretch = goals or (None, None)
    return Figure(
        name=f"{name} ({counts.sum()})", value=statistic(hits, counts), low=low, high=high, target=target,
        stretch=stretch,
    )  # fmt: skip


def pair(
    name: str, rows: Sequence[Row], kind: str, recall: Goals | None = None, precision: Goals | None = None
) -> tuple[Figure, ...]:
    """Recall and precision of one kind; neither where it never occurs and is never said."""
    there = [kind in row.said for row in rows if kind in row.truth]
    said = [kind in row.truth for row in rows if kind in row.said]
    shares = (("recall", there, recall), ("precision", said, precision))
    return tuple(share(f"{name}: {side}", right, goals) for side, right, goals in shares if right)


def share(name: str, right: Sequence[bool], goals: Goals | None = None) -> Figure:
    """A share of tickets with Wilson's interval; NaN of none."""
    low, high = wilson(sum(right), len(right))
    target, stretch = goals or (None, None)
    value = sum(right) / len(right) if right else float("nan")
    return Figure(name=f"{name} ({len(right)})", value=value, low=low, high=high, target=target, stretch=stretch)


def by_hand(name: str, rows: Sequence[Row], kinds: Sequence[str], setting: Setting) -> list[Figure]:
    """The same for the tickets of each hand, for the record."""
    hands = sorted({row.hand for row in rows})
    parts = {hand: [row for row in rows if row.hand == hand] for hand in hands}
    return [one for hand, part in parts.items() for one in pooled(f"{name}, hand {hand}", part, kinds, setting)]


def false_alarms(name: str, rows: Sequence[Row], kinds: Sequence[str]) -> Figure:
    """The share of hard negatives in which something is said that is not there; lower is better."""
    wanted = frozenset(kinds)
    alarms = [bool((row.said - row.truth) & wanted) for row in rows if not row.positive]
    return share(f"hard negatives with {name} that is not there", alarms)


def merged(rows: Sequence[Row]) -> list[Row]:
    """The same tickets, a wish for somebody being one kind by whatever way."""
    return [replace(row, truth=somebody(row.truth), said=somebody(row.said)) for row in rows]


def somebody(said: Said) -> Said:
    """Whether the customer asks to speak with somebody."""
    return frozenset({"people"}) if said & frozenset(PEOPLE) else frozenset()


def read_rows(setting: Setting) -> list[Row]:
    """The set, with what the product's reader makes of each ticket."""
    path = setting.hands / FILE
    if not path.is_file():
        raise MissingSetError(f"{path} is not there: it holds tickets by other hands, kept with the tests")

    def make() -> list[Row]:
        with tempfile.TemporaryDirectory() as home:
            return read_file(path, reader_without_articles(setting, Path(home)), setting)

    return setting.once("hands", make)


def read_file(path: Path, reader: Reads, setting: Setting) -> list[Row]:
    """Read the set and its tickets."""
    labelled = list(datasets.rows(path))[: QUICK_ROWS if setting.quick else None]
    found = []
    for number, row in enumerate(labelled):
        setting.progress("Reading tickets by other hands", number, len(labelled))
        ticket = Ticket(id=f"hands-{number}", body=str(row["text"]))
        found.append(compared(row, reader.read([(ticket, History())])[0].evidence))
    setting.progress("Reading tickets by other hands", len(labelled), len(labelled))
    return found


def compared(row: dict[str, object], evidence: Evidence) -> Row:
    """What a ticket holds beside what was read in it."""
    wishes, signals = row.get("wishes") or [], row.get("signals") or []
    assert isinstance(wishes, list)
    assert isinstance(signals, list)
    choices = {(wish["channel"], wish["stance"], wish.get("order", 1)) for wish in wishes}
    return Row(
        truth=frozenset({f"{wish['channel']} {wish['stance']}" for wish in wishes} | {str(one) for one in signals}),
        said=frozenset(
            {f"{wish.channel} {wish.stance}" for wish in evidence.wishes}
            | {str(signal.kind) for signal in evidence.signals}
        ),
        hand=int(str(row.get("hand", 1))),
        positive=bool(row.get("positive", bool(wishes or signals))),
        choices=choices == {(str(wish.channel), str(wish.stance), wish.order) for wish in evidence.wishes},
    )


def reader_without_articles(setting: Setting, home: Path) -> Reader:
    """The product's reader with the heads in use, the shipped experience file and an empty help centre."""
    folder = heads_folder(setting.settings)
    knowledge = KnowledgeBase.open(replace(setting.settings.knowledge, home=home), setting.encoder)
    heads = Heads.load(folder, encoder=setting.encoder.fingerprint, fingerprint=fingerprint(folder))
    return Reader(setting.encoder, knowledge, heads, Examples(Experience.default()))
