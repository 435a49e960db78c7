"""What the training commands have in common: options, and the rows that were not used."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import click

from advisor.desk.commands import settings_of

__all__ = ["as_json", "forced", "mapped", "say_problems", "seeded", "settings_of"]

Command = Callable[..., Any]
SHOWN_PROBLEMS = 20


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


def say_problems(problems: Sequence[object], refused: int) -> None:
    """Name the rows that were not used, the first of them one by one."""
    for problem in problems[:SHOWN_PROBLEMS]:
        click.echo(f"not used: {problem}", err=True)
    if refused > SHOWN_PROBLEMS:
        click.echo(f"not used: and {refused - SHOWN_PROBLEMS:,} more rows", err=True)
