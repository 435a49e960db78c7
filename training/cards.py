"""What model cards are made of: what is said of each model, in `cards.toml`, and what was measured and noted.

Figures are what `advisor evaluate --json` wrote; times of making and openings of the kept-apart tickets are noted by
hand, in `made.json` and `openings.json` beside the cards. `card_pages.py` makes pages of it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TypeVar

import msgspec

from advisor.errors import SettingsError
from training.benchmarks import TASKS
from training.evaluate import Figures, read_figures

SAID = Path(__file__).with_name("cards.toml")
FIGURES, OPENINGS, MADE = "figures.json", "openings.json", "made.json"
Wanted = TypeVar("Wanted")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where data comes from."""

    name: str
    licence: str
    where: str
    by: str  # whom to name


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """What data is used for."""

    source: str  # a key of the sources
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """Figures of a task that speak of a model."""

    task: str
    begins: tuple[str, ...] = ("",)  # how their names begin; "" = all


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What is said of a model."""

    file: str  # of the card, without its ending
    title: str
    summary: str
    reads: str
    gives: str
    command: str  # that makes it
    made: str
    files: tuple[str, ...]  # patterns among the model files; none = nothing is shipped
    uses: tuple[Use, ...]
    measures: tuple[Measure, ...]
    limits: tuple[str, ...]
    not_for: tuple[str, ...]
    noted: str = ""  # about figures
    hands: bool = False  # measured on the tickets by other hands


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """All cards."""

    sources: dict[str, Source]
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """One reading of the tickets that are kept apart."""

    date: date
    release: str
    by: str
    what: str  # what was seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """How long making a model took."""

    date: date
    minutes: float
    machine: str  # as "two cores"


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """What was measured and noted."""

    figures: Figures | None = None
    openings: tuple[Opening, ...] = ()
    made: Mapping[str, Making] = field(default_factory=dict)  # by the file of the card


def read_said(path: Path = SAID) -> Said:
    """Read what is said; raises SettingsError where it breaks a rule."""
    said = checked(path, tomllib.loads(path.read_text(encoding="utf-8")), Said)
    for card in said.cards:
        if unknown := {use.source for use in card.uses} - set(said.sources):
            raise SettingsError(f"{path}: the card {card.file} uses sources that are not named: {sorted(unknown)}")
        if unknown := {measure.task for measure in card.measures} - set(TASKS):
            raise SettingsError(f"{path}: the card {card.file} shows tasks that are not there: {sorted(unknown)}")
    return said


def read_noted(folder: Path, figures: Path | None = None) -> Noted:
    """Read what is noted in the folder of the cards; a file that is not there notes nothing."""
    measured = figures or folder / FIGURES
    openings, made = folder / OPENINGS, folder / MADE
    return Noted(
        figures=read_figures(measured) if measured.is_file() or figures else None,
        openings=checked(openings, from_json(openings), tuple[Opening, ...]) if openings.is_file() else (),
        made=checked(made, from_json(made), dict[str, Making]) if made.is_file() else {},
    )


def from_json(path: Path) -> object:
    """The content of a JSON file."""
    try:
        return msgspec.json.decode(path.read_bytes())
    except msgspec.DecodeError as error:
        raise SettingsError(f"{path} is not JSON: {error}") from error


def checked(path: Path, content: object, wanted: type[Wanted]) -> Wanted:
    """Content as its type; raises SettingsError that names the file and the place."""
    try:
        return msgspec.convert(content, wanted)
    except msgspec.ValidationError as error:
        raise SettingsError(f"{path}: {error}") from error
