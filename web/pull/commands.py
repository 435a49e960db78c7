"""`advisor pull`: what webhooks have missed."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from advisor.desk.shared import settings_of
from advisor.errors import EXPECTED, AdvisorError

if TYPE_CHECKING:
    from advisor.settings import Settings
    from web.helpdesks.model import Event, Hook
    from web.pull.puller import Progress, Puller

KINDS = ("zendesk", "zammad", "chatwoot")  # as web.helpdesks.PULLING
EVERY = re.compile(r"(\d{1,4})([smh])")
SECONDS = {"s": 1, "m": 60, "h": 3600}
SHOWN = 20  # events of a page, in a dry run


@click.command()
@click.argument("kind", type=click.Choice(KINDS))
@click.option("--since", type=click.DateTime(), help="From when on (UTC); if left out, from where the last pull ended.")
@click.option("--name", help="Which hook, where there are several of this kind.")
@click.option("--every", metavar="TIME", help="Go on pulling, such as 10m or 1h apart, until Ctrl-C.")
@click.option("--pages", type=click.IntRange(min=1), help="Stop after so many pages; the next pull goes on there.")
@click.option("--dry-run", is_flag=True, help="Ask, and show what would be taken; keep nothing.")
@click.pass_context
def pull(
    context: click.Context,
    kind: str,
    since: datetime | None,
    name: str | None,
    every: str | None,
    pages: int | None,
    dry_run: bool,
) -> None:
    """Ask a helpdesk for tickets that its webhooks have missed, and put them into the inbox.

    Workers take them from there, as they take webhooks: advisor serve, or advisor work. What came by webhook, or by an
    earlier pull, is not taken twice. A pull that was stopped goes on where it was.

    \b
    Example: advisor pull zendesk --since 2026-01-01
    Example: advisor pull zendesk --every 10m
    Example: advisor pull chatwoot --since 2026-03-01 --pages 2 --dry-run
    """
    if every is not None and dry_run:
        raise click.UsageError("--every and --dry-run cannot go together: choose one")
    pause = _seconds(every) if every is not None else None
    settings = settings_of(context)
    hook, puller = _hook(settings, kind, name), _puller(settings, shows_events=dry_run)
    from_then = since.replace(tzinfo=UTC) if since is not None else None
    if dry_run:
        click.echo(f"{_said(puller.look(hook, since=from_then, pages=pages))}; nothing was kept")
        return
    _pull(puller, hook, from_then, pages, patient=pause is not None)
    while pause is not None:
        time.sleep(pause)
        _pull(puller, hook, None, pages, patient=True)


def _pull(puller: Puller, hook: Hook, since: datetime | None, pages: int | None, *, patient: bool) -> None:
    """One round; where more follow, what fails is said and tried again in the next one."""
    try:
        progress = puller.pull(hook, since=since, pages=pages)
    except EXPECTED as error:
        if not patient or puller.places.find(hook.name) is None:
            raise
        click.echo(f"{error}", err=True)
        return
    click.echo(f"{_said(progress)}, {progress.new:,} of them new to the inbox")
    if not progress.is_over:
        click.echo("there is more: pull again to go on", err=True)


def _hook(settings: Settings, kind: str, name: str | None) -> Hook:
    from web.helpdesks.model import Kind
    from web.hooks import Hooks
    from web.tables import now

    hooks = Hooks.open(settings)
    if name is not None:
        found = hooks.named(name, now=now())
        if found.kind is not Kind(kind):
            raise AdvisorError(f"the hook {name} is of {found.kind}, not of {kind}: name another with --name")
        return found
    there = [one.hook for one in hooks.every(now=now()) if one.hook.kind is Kind(kind)]
    if not there:
        raise AdvisorError(f"there is no hook of {kind}: advisor hooks add {kind} makes one")
    if len(there) > 1:
        raise AdvisorError(
            f"there are several hooks of {kind}: name one of {', '.join(h.name for h in there)} by --name"
        )
    return there[0]


def _puller(settings: Settings, *, shows_events: bool) -> Puller:
    from web.pull.puller import Puller, Says

    def page(progress: Progress, events: tuple[Event, ...]) -> None:
        if shows_events:
            for line in list(map(_shown, events))[:SHOWN]:
                click.echo(line)
        if progress.pages % 10 == 0:
            click.echo(f"{_said(progress)} so far", err=True)

    def waits(seconds: float, why: str) -> None:
        click.echo(f"waiting for {seconds:.0f} s: {why}", err=True)

    return Puller.open(settings, sleep=_sleep, says=Says(page=page, waits=waits))


def _sleep(seconds: float) -> bool:
    time.sleep(seconds)
    return False


def _shown(event: Event) -> str:
    """`ticket 4711  3 messages  open`."""
    from web.helpdesks.model import NotForUs, TicketCame, TicketDeleted

    if isinstance(event, TicketCame):
        ticket = event.ticket
        return (
            f"ticket {ticket.id}  {len(ticket.messages) + bool(ticket.body.strip())} messages  {ticket.status or '-'}"
        )
    if isinstance(event, NotForUs):
        return f"ignored: {event.because}"
    what = "deleted" if isinstance(event, TicketDeleted) else "changed"
    return f"ticket {event.ticket_id}  {what}"


def _said(progress: Progress) -> str:
    rest = [f"{progress.deleted:,} deleted"] if progress.deleted else []
    rest += [f"{progress.ignored:,} ignored"] if progress.ignored else []
    return ", ".join([f"{progress.pages:,} pages, {progress.tickets:,} tickets", *rest])


def _seconds(every: str) -> int:
    found = EVERY.fullmatch(every.strip())
    if found is None or not int(found[1]):
        raise click.UsageError(f"--every must be like 30s, 10m or 1h, was: {every}")
    return int(found[1]) * SECONDS[found[2]]
