"""What the training commands have in common: options, and the rows that were not used."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from advisor.desk.shared import say_problems, settings_of

__all__ = ["as_json", "forced", "mapped", "say_problems", "seeded", "settings_of"]

Command = Callable[..., Any]


def mapped(said: str) -> Callable[[Command], Command]:
    """Which column holds a field."""
    return click.option("--map", "mapping", multiple=True, metavar="FIELD=COLUMN", help=said)


def forced(said: str) -> Callable[[Command], Command]:
    """Take what was made into use whatever the measuring says."""
    return click.option("--force", is_flag=True, help=said)


def seeded(said: str) -> Callable[[Command], Command]:
    """The seed of what is drawn."""
    return click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=7, show_default=True, help=said)


def as_json(command: Command) -> Command:
    """Print for programs."""
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")(command)
