"""`advisor work` and `advisor deliveries`: what works off the inbox, and what stands in it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from advisor.desk.shared import settings_of

if TYPE_CHECKING:
    from web.inbox import Inbox
    from web.inbox_jobs import Kept

STATES = ("waiting", "working", "done", "ignored", "set_aside", "discarded")
QUEUES = ("deliveries", "write_back", "events_out", "upkeep")


@click.command()
@click.option("--workers", type=click.IntRange(1, 32), default=2, show_default=True, help="Jobs worked on at once.")
@click.option("--once", is_flag=True, help="Do what is due, and stop.")
@click.pass_context
def work(context: click.Context, workers: int, once: bool) -> None:
    """Work off what helpdesks sent, beside advisor serve or in its stead.

    Any number of these may run at once. Ctrl-C or SIGTERM stops it; what it works on is finished.

    \b
    Example: advisor work --workers 4
    """
    from advisor.home_lock import used
    from web.crew import Crew
    from web.desk import Desk
    from web.inbox import Inbox
    from web.server import stopped_by_sigterm

    settings = settings_of(context)
    with stopped_by_sigterm(), used(settings.home):
        made = Crew.of(Desk.open(settings), Inbox.open(settings))
        if once:
            click.echo(f"{made.work_off()} done.")
            return
        made.start(workers)
        click.echo(f"Working with {workers} workers.  (Ctrl-C stops it)")
        try:
            made.wait()
        finally:
            made.stop()
            click.echo("Stopped.")


@click.group(invoke_without_command=True)
@click.option("--state", type=click.Choice(STATES), help="Only those that stand so.")
@click.option("--queue", type=click.Choice(QUEUES), default="deliveries", show_default=True, help="Which way they go.")
@click.option("--hook", help="Only those of one hook.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True, help="How many, newest first.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a delivery.")
@click.pass_context
def deliveries(
    context: click.Context, state: str | None, queue: str, hook: str | None, limit: int, as_json: bool
) -> None:
    """List what helpdesks sent; show, replay or discard one.

    \b
    Example: advisor deliveries --state set_aside
    Example: advisor deliveries replay 4711
    """
    from web.inbox_jobs import State

    if context.invoked_subcommand is not None:
        return
    inbox = _inbox(context)
    rows = inbox.find(queue=queue, state=State(state) if state else None, source=hook, limit=limit)
    for one in rows:
        click.echo(json.dumps(_row(one), ensure_ascii=False) if as_json else _line(one))
    if as_json:
        return
    counts = inbox.counts().get(queue, {})
    said = ", ".join(f"{count} {one.replace('_', ' ')}" for one, count in counts.items()) or "nothing has come yet"
    click.echo(said)


@deliveries.command()
@click.argument("id", type=int)
@click.pass_context
def show(context: click.Context, id: int) -> None:
    """Show a delivery, with what it said; names, addresses and numbers are masked."""
    from web.inbox_jobs import NotKeptError
    from web.masked_payload import masked_payload

    one = _inbox(context).get(id)
    if one is None:
        raise NotKeptError(f"there is no delivery {id}: see advisor deliveries")
    click.echo(_line(one))
    click.echo(masked_payload(one.payload) if one.has_payload else "what it said is not kept any more")


@deliveries.command()
@click.argument("id", type=int)
@click.pass_context
def replay(context: click.Context, id: int) -> None:
    """Do a delivery once more, from its first try."""
    _inbox(context).replay(id, now=datetime.now(UTC))
    click.echo(f"{id}: waits to be done once more.")


@deliveries.command()
@click.argument("id", type=int)
@click.pass_context
def discard(context: click.Context, id: int) -> None:
    """Give a delivery up, and forget what it said; it stays known, so that it is not taken again."""
    _inbox(context).discard(id, now=datetime.now(UTC))
    click.echo(f"{id}: given up.")


def _inbox(context: click.Context) -> Inbox:
    from web.inbox import Inbox

    return Inbox.open(settings_of(context))


def _line(one: Kept) -> str:
    of = " ".join(part for part in (one.source, one.ticket_id) if part)
    tries = f" (try {one.tries})" if one.tries > 1 else ""
    said = one.error or one.result or ""
    return f"{one.id}  {one.added:%Y-%m-%d %H:%M:%S}  {one.state.replace('_', ' ')}{tries}  {of}  {said}".rstrip()


def _row(one: Kept) -> dict[str, object]:
    return {
        "id": one.id,
        "queue": one.queue,
        "state": one.state.value,
        "source": one.source,
        "ticket_id": one.ticket_id,
        "key": one.key,
        "added": one.added.isoformat(),
        "ended": one.ended.isoformat() if one.ended is not None else None,
        "tries": one.tries,
        "again": one.again,
        "bytes": one.size,
        "result": one.result,
        "error": one.error,
    }
