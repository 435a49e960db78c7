"""`advisor question`: what to paste for the question before the ticket."""

from __future__ import annotations

import click

from advisor.desk.shared import settings_of


@click.command()
@click.option("--origin", metavar="ORIGIN", help="Of the page that shall hold it, such as https://www.example.com.")
@click.pass_context
def question(context: click.Context, origin: str | None) -> None:
    """Print what to paste for the question before the ticket, and check the settings.

    Customers say what it is about and what they are willing to do, before your contact form: on the page /ask, or in a
    page of your own. Exit code 1 where a setting is not fit. See docs/question.md.

    \b
    Example: advisor question
    Example: advisor question --origin https://www.example.com
    """
    from advisor.wiring import experience_of, open_records
    from index.store import Store
    from web.question_check import findings, snippet

    settings = settings_of(context)
    experience = experience_of(settings, open_records(settings))
    knowledge = settings.knowledge
    articles = len(Store.open(knowledge).versions()) if knowledge.knowledge_db.is_file() else 0
    found = list(findings(settings, experience, articles=articles, origin=origin))
    if settings.address:
        click.echo("Paste this where the question shall stand; the link stays where the script cannot work:\n")
        click.echo(snippet(settings.address))
        click.echo()
    for one in found:
        click.echo(f"{'ok' if one.ok else 'no':<4}{one.sentence}")
    if not all(one.ok for one in found):
        context.exit(1)
