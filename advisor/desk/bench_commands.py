"""`advisor bench`: how long each step of a ticket takes."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from advisor.desk.shared import settings_of
from advisor.errors import TicketError

if TYPE_CHECKING:
    from datetime import tzinfo

    from advisor.desk.bench_measure import Speed, Surroundings
    from advisor.types import Ticket

NO_ARTICLES = (
    "Warning: the knowledge base is empty, so search and ranking take no time: fill it with advisor kb import PATH"
)


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option(
    "--tickets",
    "many",
    type=click.IntRange(1, 1_000_000),
    default=240,
    show_default=True,
    help="How many are measured; fewer come again and again.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--html", "page", type=click.Path(path_type=Path, dir_okay=False), help="Write a page that stands alone.")
@click.pass_context
def bench(context: click.Context, file: Path | None, many: int, as_json: bool, page: Path | None) -> None:
    """Measure how long each step of a ticket takes, and the whole, on one core and in one thread.

    FILE is an archive as advisor rescore reads it; without it, the demo's tickets are measured. The knowledge base,
    models and experience file are those of this installation. Nothing is recorded.

    \b
    Example: advisor bench
    Example: advisor bench tickets.csv --tickets 1000 --html speed.html
    """
    from advisor.bench import Parts
    from advisor.desk.bench_measure import measured, one_core, surroundings
    from index.progress import ProgressBar

    settings, bar = settings_of(context), ProgressBar()
    with one_core():
        parts = Parts.load(settings, progress=bar)
        if not len(parts.knowledge):
            click.echo(NO_ARTICLES, err=True)
        zone = parts.experience.zone
        tickets = shipped() if file is None else tickets_in(file, many, zone)
        found = measured(parts, tickets, many=many, progress=bar)
    _tell(found, surroundings(parts, settings), as_json=as_json, page=page)


def shipped() -> list[Ticket]:
    """The demo's tickets."""
    from importlib.resources import files
    from io import BytesIO

    from advisor.types import Ticket
    from advisor.wire import read_tickets

    stream = BytesIO(files("advisor").joinpath("demo", "tickets.jsonl").read_bytes())
    return [one for one in read_tickets(stream, name="the demo") if isinstance(one, Ticket)]


def tickets_in(file: Path, many: int, zone: tzinfo) -> list[Ticket]:
    """The first tickets of an archive; rows that cannot be read are passed over."""
    from advisor.archive.formats import BadRow, read_rows, ticket_of
    from advisor.desk.rescore_commands import recognised

    rows = read_rows(recognised(file, (), None))
    tickets = (ticket_of(row, zone) for row in rows if not isinstance(row, BadRow))
    found = list(islice((one for one in tickets if not isinstance(one, BadRow)), many))
    if not found:
        raise TicketError(f"{file} must hold a ticket that can be read, and holds none: see advisor rescore --dry-run")
    return found


def _tell(found: Speed, made_by: Surroundings, *, as_json: bool, page: Path | None) -> None:
    from advisor.desk.bench_text import TITLE, speed_json, speed_sheet
    from advisor.desk.compare_text import sheet_text
    from advisor.wire import plain_json

    parts = speed_sheet(found, made_by)
    if page is not None:
        from advisor.desk.bench_page import speed_page

        page.write_text(speed_page(parts, found), encoding="utf-8")
        click.echo(f"written: {page}", err=as_json)
    if as_json:
        click.echo(plain_json(speed_json(found, made_by)))
    elif page is None:
        click.echo(sheet_text(TITLE, parts))
