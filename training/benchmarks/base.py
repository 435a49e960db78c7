"""What a task is given and what it gives: figures with their intervals beside the goals."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TypeVar, cast

from advisor.settings import Settings
from index.encoder import Encoder
from index.progress import Progress
from training.measures import ROUNDS

Made = TypeVar("Made")
SEED = 7


class MissingSetError(Exception):
    """The data of a task is not there; the text says which file and where it comes from."""


class Mark(StrEnum):
    """Whose weights a figure speaks of."""

    SHIPPED = "shipped"  # what every installation has; sets it learnt from are held out
    COMPANY_TUNED = "company-tuned"  # what `advisor train topics` makes of a company's own labelled tickets


class Unit(StrEnum):
    """How a figure is written."""

    PERCENT = "percent"  # a share, as 94.4
    SHARE = "share"  # a share, as .944
    TIMES = "times"  # as 1.20 ×
    MILLISECONDS = "milliseconds"  # as 3.21 ms
    NUMBER = "number"  # as 0.98
    MEGABYTES = "megabytes"  # as 12.3 MB


@dataclass(frozen=True, slots=True)
class Goal:
    """What a figure must reach."""

    least: float | None = None
    most: float | None = None

    def met(self, value: float) -> bool:
        """Say whether a value lies within the goal; NaN never does."""
        above = self.least is None or round(value, 6) >= self.least
        below = self.most is None or round(value, 6) <= self.most
        return value == value and above and below


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure of a task."""

    name: str
    value: float  # shares between 0 and 1
    low: float | None = None  # of the 95 % interval; None = it has none
    high: float | None = None
    target: Goal | None = None  # None = for the record
    stretch: Goal | None = None
    published: str = ""  # the best figure of others on the same protocol, and whose it is
    unit: Unit = Unit.SHARE
    mark: Mark | None = None  # None = the task's


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a task gave."""

    name: str
    mark: Mark
    protocol: str  # one sentence: data, split, how the operating point was chosen
    figures: tuple[Figure, ...] = ()
    plots: Mapping[str, str] = field(default_factory=dict)  # name to SVG
    seconds: float = 0.0
    date: str = ""  # the day on which it was measured, as 2026-03-02
    missing: str = ""  # why it was not run


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Setting:
    """What every task is given."""

    settings: Settings  # of the installation that is measured
    encoder: Encoder  # as the installation has it
    sets: Encoder  # the same, with whole data sets kept once encoded
    cache: Path  # folder for what is made again if it is gone
    hands: Path  # folder of the sets written by other hands
    progress: Progress
    quick: bool = False  # small parts of the data, to see that all runs
    draw: bool = False  # pictures are wanted
    kept: dict[str, object] = field(default_factory=dict)  # what several tasks need, made once

    @property
    def rounds(self) -> int:
        """Rounds of a bootstrap."""
        return ROUNDS // 10 if self.quick else ROUNDS

    def once(self, name: str, make: Callable[[], Made]) -> Made:
        """Give what was made under this name, and make it the first time."""
        if name not in self.kept:
            self.kept[name] = make()
        return cast(Made, self.kept[name])
