"""`advisor writeback`: what waits to be written to helpdesks, shown or done."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from advisor.desk.shared import settings_of

if TYPE_CHECKING:
    from advisor.records import Stored
    from advisor.settings import Settings
    from web.helpdesks.model import Call, Hook
    from web.write_back.jobs import WriteBack


@click.command()
@click.argument("ticket", required=False)
@click.option("--source", help="The hook that the ticket came by; whichever is newest, if left out.")
@click.option("--dry-run", is_flag=True, help="Show the exact requests, and change nothing.")
@click.option("--read", is_flag=True, help="With --dry-run: ask the helpdesk first what stands in the ticket.")
@click.pass_context
def writeback(context: click.Context, ticket: str | None, source: str | None, dry_run: bool, read: bool) -> None:
    """Write the advices that wait back to the helpdesks: a short internal note, and tags of our own.

    The server does this by itself. It writes in mode "advise" only, where a hook has an address and credentials, and
    only where it helps: a wish, something grave, or an article that is advised.

    With --dry-run it shows what would be sent, in any mode: for what waits, or for the advice of one ticket. Without
    --read it asks nobody, and takes the ticket to hold the tags that are known and no note of ours.

    \b
    Example: advisor writeback --dry-run 4711
    Example: advisor writeback
    """
    if not dry_run and (ticket is not None or read or source is not None):
        raise click.UsageError("a ticket, --source and --read go with --dry-run: without it, all that waits is written")
    settings = settings_of(context)
    if not dry_run:
        _write(settings)
        return
    from web.write_back.jobs import WriteBack

    write_back = WriteBack.open(settings)
    for stored in _chosen(settings, write_back, ticket, source):
        for line in _shown(write_back, stored, read=read):
            click.echo(line)


def _write(settings: Settings) -> None:
    from advisor.home_lock import used
    from advisor.settings import Mode
    from web.worker import process_name
    from web.write_back.jobs import WriteBack

    if settings.mode is not Mode.ADVISE:
        click.echo('Nothing is written back in mode "shadow": set mode = "advise" in settings.toml.')
        return
    with used(settings.home):
        ended = WriteBack.open(settings).work_all(worker=f"{process_name()}/writeback")
    for kept in ended:
        click.echo(f"{kept.source} {kept.ticket_id}: {kept.result or kept.error}")
    if not ended:
        click.echo("Nothing waits that is due.")


def _chosen(settings: Settings, write_back: WriteBack, ticket: str | None, source: str | None) -> Iterator[Stored]:
    from advisor.errors import AdvisorError
    from advisor.records import Records

    if ticket is None:
        waiting = [stored for stored, _ in write_back.waiting() if source in (None, stored.source)]
        if not waiting:
            click.echo("Nothing waits. To see what a ticket would get: advisor writeback --dry-run TICKET")
        yield from waiting
        return
    stored = Records.open(settings.records).last(ticket, source=source)
    if stored is None:
        raise AdvisorError(f"there is no advice for ticket {ticket}{f' of {source}' if source else ''}")
    yield stored


def _shown(write_back: WriteBack, stored: Stored, *, read: bool) -> Iterator[str]:
    """A ticket, how it stands, and its requests; credentials are never shown."""
    hook, plan = write_back.plan(stored, read=read)
    yield f"{stored.source} {stored.ticket_id}, advice {stored.recommendation.revision}: {plan.standing}"
    for call in plan.calls:
        yield from _call_lines(hook, call)
    yield ""


def _call_lines(hook: Hook, call: Call) -> Iterator[str]:
    from web.write_back.talk import url_of

    yield f"{call.method} {url_of(hook, call)}"
    for name, value in call.headers.items():
        yield f"{name}: {value}"
    if call.body is not None:
        taken = {ours: f"({theirs} of the answer before)" for ours, theirs in call.takes.items()}
        yield json.dumps({**call.body, **taken}, ensure_ascii=False, indent=2)
