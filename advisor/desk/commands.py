"""`advisor init`, `advise`, `show` and `doctor`; what they need is imported when they are called."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from advisor.desk.shared import counted, settings_of, stored_ticket
from advisor.errors import TicketError
from advisor.settings import TEMPLATE, Settings

if TYPE_CHECKING:
    from advisor.advise import Advice
    from advisor.types import Ticket


EMPTY_KNOWLEDGE = (
    "Warning: the knowledge base is empty, so every ticket goes to a person: fill it with advisor kb import PATH"
)


@click.command()
@click.pass_context
def init(context: click.Context) -> None:
    """Make everything ready: settings, experience file, sentence model, databases.

    It asks nothing and keeps what is there.

    \b
    Example: advisor init
    Example: advisor --home /srv/advisor init
    """
    from advisor.decision.experience import default_text
    from advisor.wiring import open_records
    from index.encoder import load_encoder
    from index.knowledge import KnowledgeBase
    from index.progress import ProgressBar

    settings = settings_of(context)
    settings.home.mkdir(parents=True, exist_ok=True)
    _write_new(settings.home / "settings.toml", TEMPLATE)
    _write_new(settings.experience, default_text())
    bar = ProgressBar()
    encoder = load_encoder(settings.knowledge, progress=bar)
    click.echo(f"ready: sentence model {settings.model} ({settings.precision}, fingerprint {encoder.fingerprint})")
    knowledge = KnowledgeBase.open(settings.knowledge, encoder, progress=bar)
    click.echo(f"ready: {settings.knowledge.knowledge_db} ({len(knowledge.articles())} articles)")
    records = open_records(settings)
    click.echo(f"ready: {settings.records} ({records.counts()['tickets']} tickets)")


@click.command()
@click.argument("file", metavar="FILE|-")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line, in the order of the tickets.")
@click.option("--table", "as_table", is_flag=True, help="Print one line a ticket.")
@click.option("--no-record", is_flag=True, help="Keep nothing of these tickets and advices.")
@click.pass_context
def advise(context: click.Context, file: str, as_json: bool, as_table: bool, no_record: bool) -> None:
    """Advise, for each ticket in FILE (or standard input), an article or a person, and say why.

    FILE holds one ticket as a JSON object, an array of them, or JSON lines; times without a zone are on the clock of
    the experience file. Exits with 1 where a ticket could not be read, with 2 where none could.

    \b
    Example: advisor advise ticket.json
    Example: advisor advise --table tickets.jsonl
    Example: echo '{"body": "How do I export my invoices?"}' | advisor advise --json -
    """
    if as_json and as_table:
        raise click.UsageError("--json and --table cannot go together: choose one")
    from advisor.wire import read_tickets
    from advisor.wiring import ready
    from index.progress import ProgressBar

    settings = settings_of(context)
    name = _name_of(file)
    with _opened(file) as stream:
        advisor = ready(settings, progress=ProgressBar())
        _warn_if_empty(settings)
        batch = _Batch()
        tickets = batch.good(read_tickets(stream, name=name, zone=advisor.experience.zone))
        printed = _printer(as_json=as_json, as_table=as_table)
        advices = advisor.advise_many(tickets, record=not no_record)
        for advice in advices if sys.stdout.isatty() else counted(advices, "Advising"):
            click.echo(printed(advice))
            batch.advised += 1
    batch.close(context, name)


@click.command()
@click.argument("ticket_id")
@click.option("--source", help="Where the ticket came from, should several sources know its id.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def show(context: click.Context, ticket_id: str, source: str | None, as_json: bool) -> None:
    """Show a recorded ticket, what was read in it and what was advised.

    \b
    Example: advisor show 4711
    Example: advisor show 4711 --source zendesk --json
    """
    from advisor.desk.show import stored_json, stored_text
    from advisor.wiring import open_records

    stored = stored_ticket(open_records(settings_of(context)), ticket_id, source)
    click.echo(stored_json(stored) if as_json else stored_text(stored))


@click.command()
@click.argument("archive", required=False)
@click.pass_context
def doctor(context: click.Context, archive: str | None) -> None:
    """Say what is installed, what is missing, and the cure; of ARCHIVE, how much can be read at all.

    Exits with 1 where something is missing.

    \b
    Example: advisor doctor
    Example: advisor doctor tickets.jsonl
    """
    from advisor.desk.doctor import checks, readable_share
    from advisor.wire import read_tickets

    settings = settings_of(context)
    if archive is not None:
        name = _name_of(archive)
        with _opened(archive) as stream:
            rows = counted(read_tickets(stream, name=name), "Reading")
            click.echo(readable_share(rows, settings, name=name))
        return
    found = list(checks(settings))
    for check in found:
        cure = "" if check.ok else f": {check.cure}"
        click.echo(f"{'ok' if check.ok else 'missing':<9}{check.name}: {check.found}{cure}")
    if not all(check.ok for check in found):
        context.exit(1)


@dataclass(slots=True)
class _Batch:
    """What became of the rows of a file."""

    advised: int = 0
    refused: list[TicketError] = field(default_factory=list)

    def good(self, rows: Iterable[Ticket | TicketError]) -> Iterator[Ticket]:
        """The tickets; rows that are none are put aside."""
        for row in rows:
            if isinstance(row, TicketError):
                self.refused.append(row)
            else:
                yield row

    def close(self, context: click.Context, name: str) -> None:
        """List the refused rows and exit by what could be done."""
        if not self.advised and not self.refused:
            raise TicketError(f"{name} holds no ticket: it must hold a JSON object, an array of them, or JSON lines")
        if not self.advised and len(self.refused) == 1:
            raise self.refused[0]
        for error in self.refused:
            click.echo(f"not advised: {error}", err=True)
        if self.refused:
            click.echo(f"{self.advised} advised, {len(self.refused)} not advised", err=True)
            context.exit(1 if self.advised else 2)


def _write_new(path: Path, text: str) -> None:
    if path.exists():
        click.echo(f"kept: {path}")
        return
    path.write_text(text, encoding="utf-8")
    click.echo(f"written: {path}")


def _name_of(file: str) -> str:
    return "standard input" if file == "-" else Path(file).name


def _opened(file: str) -> AbstractContextManager[BinaryIO]:
    if file == "-":
        return nullcontext(sys.stdin.buffer)
    try:
        return Path(file).open("rb")
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        cure = "name a file of tickets, or - for standard input"
        raise TicketError(f"{file} cannot be read ({why}): {cure}") from error


def _printer(*, as_json: bool, as_table: bool) -> Callable[[Advice], str | bytes]:
    from advisor.desk.show import advice_text, subject_of, table_head, table_row
    from advisor.wire import to_json

    if as_json:
        return lambda advice: to_json(advice.recommendation)
    if as_table:
        width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
        click.echo(table_head())
        return lambda advice: table_row(advice, width=width)
    return lambda advice: advice_text(advice.evidence, advice.recommendation, subject=subject_of(advice)) + "\n"


def _warn_if_empty(settings: Settings) -> None:
    from index.store import Store

    if not Store.open(settings.knowledge).versions():
        click.echo(EMPTY_KNOWLEDGE, err=True)
