"""`advisor compliance`: how often what was done was what the customer wished."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from advisor.desk.shared import settings_of
from advisor.errors import RecordsError

WAYS = ("moment", "persona", "channel", "account", "month")  # as insight.compliance.By


@click.command()
@click.option("--by", type=click.Choice(WAYS), default="moment", show_default=True, help="What to split by.")
@click.option("--since", type=click.DateTime(), help="Only tickets from this day on, on the clock of the file.")
@click.option("--until", type=click.DateTime(), help="Only tickets before this day.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, with every breach.")
@click.option("--csv", "as_csv", is_flag=True, help="Print a table for a spreadsheet.")
@click.option("--html", "page", type=click.Path(path_type=Path, dir_okay=False), help="Write a page that stands alone.")
@click.option("--seed", type=int, default=1, show_default=True, help="Of the interval of the corrected figure.")
@click.pass_context
def compliance(
    context: click.Context,
    by: str,
    since: datetime | None,
    until: datetime | None,
    as_json: bool,
    as_csv: bool,
    page: Path | None,
    seed: int,
) -> None:
    """How often what was done was what the customer wished.

    Counted on what was really done, never on what was advised. Wishes are those stated in the ticket or on file; a
    persona states nothing. `--by channel` is the channel by which the ticket came. Breaches are listed with their
    cause, and the gap to the ideal experience by moment. Labels of `advisor audit` add what the reader misses.

    \b
    Example: advisor compliance
    Example: advisor compliance --by month --since 2026-01-01 --csv > compliance.csv
    Example: advisor compliance --by account --html compliance.html
    """
    from advisor.desk.compliance_text import compliance_json, compliance_text
    from advisor.insight.compliance import By
    from advisor.insight.compliance import compliance as counted
    from advisor.wire import plain_json
    from advisor.wiring import experience_of, open_records

    if as_json and as_csv:
        raise click.UsageError("give one of --json and --csv")
    settings = settings_of(context)
    records = open_records(settings)
    experience = experience_of(settings, records)
    start, end = (day.replace(tzinfo=experience.zone) if day is not None else None for day in (since, until))
    found = counted(records, experience, by=By(by), since=start, until=end, seed=seed)
    if not found.tickets:
        raise RecordsError("no recorded ticket to count: advisor advise records tickets")
    if page is not None:
        from advisor.desk.compliance_page import compliance_page

        page.write_text(compliance_page(found, experience), encoding="utf-8")
        click.echo(f"written: {page}", err=as_json or as_csv)
    if as_json:
        click.echo(plain_json(compliance_json(found, experience)))
    elif as_csv:
        from advisor.desk.compliance_page import compliance_csv

        click.echo(compliance_csv(found), nl=False)
    elif page is None:
        click.echo(compliance_text(found, experience))
