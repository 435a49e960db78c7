"""`advisor followup`: whom to ask whether the article helped."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click

from advisor.desk.shared import settings_of

if TYPE_CHECKING:
    from web.followup import FollowUp


@click.command()
@click.option("--share", type=click.FloatRange(0, 1), default=0.1, show_default=True, help="The share that is asked.")
@click.option("--after", type=click.IntRange(0), default=3, show_default=True, help="Days of silence before one asks.")
@click.option(
    "--until", type=click.IntRange(1), default=30, show_default=True, help="Days after which nobody is asked."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a customer, with the words to send.")
@click.pass_context
def followup(context: click.Context, share: float, after: int, until: int, as_json: bool) -> None:
    """List customers to ask whether the article helped, drawn at random from those who have said nothing.

    It sends nothing. The words carry two signed links, "That helped" and "I want a person"; what customers answer is an
    outcome. They need the setting `address`. The same customers are drawn each time.

    \b
    Example: advisor followup --share 0.2
    Example: advisor followup --json > ask.jsonl
    """
    from advisor.wiring import experience_of, open_records
    from web.followup import follow_ups
    from web.keys import secret_key
    from web.links import Links

    settings = settings_of(context)
    if not settings.address:
        raise click.UsageError(
            "links need to lead somewhere: set address in settings.toml, such as https://support.example.com"
        )
    records, key = open_records(settings), secret_key(settings.home)
    found = list(
        follow_ups(
            records,
            experience_of(settings, records),
            Links(key, settings.address),
            key,
            share=share,
            after=timedelta(days=after),
            until=timedelta(days=until),
            now=datetime.now(UTC),
        )
    )
    for line in lines(found, as_json=as_json):
        click.echo(line)
    if not found:
        click.echo("Nobody is to be asked.", err=True)


def lines(found: list[FollowUp], *, as_json: bool) -> Iterator[str]:
    """A line a customer, or a JSON object with the words."""
    for one in found:
        if as_json:
            named = {name: getattr(one, name) for name in ("source", "ticket_id", "customer", "email", "text")}
            yield json.dumps(named | {"given": one.given.isoformat()}, ensure_ascii=False)
        else:
            who = one.email or one.customer or "no address known"
            yield f"{one.given:%Y-%m-%d}  {one.source} {one.ticket_id}  {who}"
