"""`advisor kb figures`, `gaps`, `stale` and `duplicates`: what articles do, what they lack, what is to be tidied."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

import click

from advisor.desk.shared import opened, settings_of

_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
_since = click.option("--since", type=click.DateTime(), help="Only tickets from this day on, on the clock of the file.")
_until = click.option("--until", type=click.DateTime(), help="Only tickets before this day.")


@click.command()
@_since
@_until
@_json
@click.pass_context
def figures(context: click.Context, since: datetime | None, until: datetime | None, as_json: bool) -> None:
    """What each article did: how often it was advised and given, and what became of it; the worst first.

    Counted by ticket, as advisor outcomes show does. Articles that were never offered stand below.

    \b
    Example: advisor kb figures
    Example: advisor kb figures --since 2026-01-01 --json
    """
    from advisor.desk.article_text import figures_json, figures_text
    from advisor.insight.articles import article_figures
    from advisor.wire import plain_json
    from index.store import Store

    records, experience = opened(context)
    articles = Store.open(settings_of(context).knowledge).articles()
    start, end = _on_clock(experience.zone, since), _on_clock(experience.zone, until)
    found = article_figures(records, experience, articles, now=datetime.now(UTC), since=start, until=end)
    click.echo(plain_json(figures_json(found)) if as_json else figures_text(found))


@click.command()
@_since
@_until
@click.option("--least", type=click.IntRange(2), default=3, show_default=True, help="Tickets that make a gap.")
@click.option("--last", is_flag=True, help="Show the last look again instead of looking.")
@_json
@click.pass_context
def gaps(
    context: click.Context, since: datetime | None, until: datetime | None, least: int, last: bool, as_json: bool
) -> None:
    """Find what no article answers: tickets about one thing, with a title proposed from their words.

    Looks at all recorded tickets, of those without an answer at the 20,000 newest, and keeps what it finds for the
    page, in the place of the last look. Tickets that a person gets whatever the articles are counted and left out.

    \b
    Example: advisor kb gaps
    Example: advisor kb gaps --since 2026-01-01 --json
    Example: advisor kb gaps --last
    """
    from advisor.desk.article_text import gaps_json, gaps_text
    from advisor.errors import RecordsError
    from advisor.insight.gaps import last_gaps
    from advisor.wire import plain_json

    if last and (since is not None or until is not None):
        raise click.UsageError("give one of --last and a time: the last look has its own")
    records, experience = opened(context)
    if not last:
        start, end = _on_clock(experience.zone, since), _on_clock(experience.zone, until)
        _look(context, since=start, until=end, least=least)
    found = last_gaps(records)
    if found is None:
        raise RecordsError("nobody has looked for gaps yet: advisor kb gaps looks")
    click.echo(plain_json(gaps_json(found)) if as_json else gaps_text(found, experience.zone))


@click.command()
@click.option("--days", type=click.IntRange(1), default=365, show_default=True, help="Unchanged for so long is old.")
@_json
@click.pass_context
def stale(context: click.Context, days: int, as_json: bool) -> None:
    """Articles that may be out of date: long unchanged, or failing since they were last changed.

    \b
    Example: advisor kb stale
    Example: advisor kb stale --days 180
    """
    from advisor.desk.article_text import stale_json, stale_text
    from advisor.insight.stale import stale_articles
    from advisor.wire import plain_json
    from index.store import Store

    records, experience = opened(context)
    articles = Store.open(settings_of(context).knowledge).articles()
    found = stale_articles(records, experience, articles, now=datetime.now(UTC), old=timedelta(days=days))
    click.echo(plain_json(stale_json(found, days=days)) if as_json else stale_text(found, days=days))


@click.command()
@click.option(
    "--near", type=click.FloatRange(0.5, 1.0), default=0.85, show_default=True, help="Cosine from which two are alike."
)
@_json
@click.pass_context
def duplicates(context: click.Context, near: float, as_json: bool) -> None:
    """Articles that say nearly the same, with the passages that do.

    \b
    Example: advisor kb duplicates
    Example: advisor kb duplicates --near 0.8
    """
    from advisor.desk.article_text import twins_text
    from advisor.wire import plain_json
    from index.progress import ProgressBar
    from index.store import Store
    from index.twins import twins

    found = twins(Store.open(settings_of(context).knowledge), near=near, progress=ProgressBar())
    click.echo(plain_json(found) if as_json else twins_text(found, near=near))


def _look(context: click.Context, *, since: datetime | None, until: datetime | None, least: int) -> None:
    from advisor.insight.gap_search import look_for_gaps
    from advisor.reading.ticket_vectors import TicketVectors
    from advisor.wiring import cache_of, encoder_in_use, experience_of, open_records
    from index.knowledge import KnowledgeBase
    from index.progress import ProgressBar

    settings, bar = settings_of(context), ProgressBar()
    records = open_records(settings)
    encoder = encoder_in_use(settings, progress=bar)
    look_for_gaps(
        records,
        experience_of(settings, records),
        KnowledgeBase.open(settings.knowledge, encoder, progress=bar),
        TicketVectors(encoder, cache_of(settings)).of,
        since=since,
        until=until,
        least=least,
        progress=bar,
    )


def _on_clock(zone: tzinfo, day: datetime | None) -> datetime | None:
    return day.replace(tzinfo=zone) if day is not None else None
