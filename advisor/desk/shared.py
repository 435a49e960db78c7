"""What several commands do alike: open the installation, find a ticket, name refused rows, show progress."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, TypeVar

import click

from advisor.errors import AdvisorError, RecordsError
from advisor.settings import Settings
from index.settings import KnowledgeSettings

if TYPE_CHECKING:
    from advisor.decision.experience import Experience
    from advisor.records import Records, Stored

Row = TypeVar("Row")
SHOWN_PROBLEMS = 20


def settings_of(context: click.Context) -> Settings:
    """The settings of the home folder that was named."""
    knowledge = context.find_object(KnowledgeSettings)
    if knowledge is None:
        raise AdvisorError("the home folder is not known: call this command through advisor")
    return Settings.load(knowledge.home)


def opened(context: click.Context) -> tuple[Records, Experience]:
    """The records, and the experience file in force."""
    from advisor.wiring import experience_of, open_records

    settings = settings_of(context)
    records = open_records(settings)
    return records, experience_of(settings, records)


def stored_ticket(records: Records, ticket_id: str, source: str | None) -> Stored:
    """A recorded ticket; RecordsError where there is none."""
    stored = records.last(ticket_id, source=source)
    if stored is None:
        where = f" from {source}" if source else ""
        raise RecordsError(f"no ticket{where} is recorded under the id {ticket_id}: advisor advise records tickets")
    return stored


def say_problems(problems: Sequence[object], *, called: str, count: int | None = None, kind: str = "rows") -> None:
    """Name the rows that were refused, the first of them one by one; `count` = all there were, named or not."""
    every = len(problems) if count is None else count
    for problem in problems[:SHOWN_PROBLEMS]:
        click.echo(f"{called}: {problem}", err=True)
    if every > SHOWN_PROBLEMS:
        click.echo(f"{called}: and {every - SHOWN_PROBLEMS:,} more {kind}", err=True)


def counted(rows: Iterable[Row], what: str) -> Iterable[Row]:
    """The rows, with a bar on standard error once they take over two seconds, should that be a terminal."""
    from tqdm import tqdm

    bar: Iterable[Row] = tqdm(rows, desc=what, unit=" tickets", delay=2.0, leave=False, disable=None)
    return bar
