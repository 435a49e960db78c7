"""`advisor reviews`: what agents say of the advices, by reason and by rule, with the newest overrides."""

from __future__ import annotations

from datetime import datetime

import click

from advisor.desk.shared import opened

SHOWN = 20


@click.command()
@click.option("--since", type=click.DateTime(), help="Only what was said from this day on, on the clock of the file.")
@click.option("--until", type=click.DateTime(), help="Only what was said before this day.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def reviews(context: click.Context, since: datetime | None, until: datetime | None, as_json: bool) -> None:
    """What agents say of the advices: accepted, or overridden and why; the newest overrides one by one.

    Said on the ticket's page. What was taken back is not counted. The rule is the deciding reason of the advice.

    \b
    Example: advisor reviews
    Example: advisor reviews --since 2026-03-01 --json
    """
    from advisor.desk.reviews_text import reviews_json, reviews_text
    from advisor.wire import plain_json

    records, experience = opened(context)
    start, end = (day.replace(tzinfo=experience.zone) if day is not None else None for day in (since, until))
    counts = records.reviews.counts(since=start, until=end)
    newest = records.reviews.overrides(since=start, until=end, limit=SHOWN)
    if as_json:
        click.echo(plain_json(reviews_json(counts, newest)))
    else:
        click.echo(reviews_text(counts, newest, experience.zone))
