"""`advisor subscribers`: who is told of our events."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from advisor.desk.shared import settings_of
from advisor.errors import AdvisorError
from advisor.who import somebody

if TYPE_CHECKING:
    from web.events_out.replay import Standing
    from web.events_out.subscribers import Subscriber, Subscribers

EVENTS = (  # as web.events_out.events.EventType
    "advice.created",
    "advice.overridden",
    "wish.recorded",
    "outcome.recorded",
    "promise.withdrawn",
)


@click.group()
def subscribers() -> None:
    """Say which programs are told of advices, overrides, wishes, outcomes and withdrawn promises.

    They are told by Standard Webhooks, signed, from `advisor serve` or `advisor work`: see docs/webhooks.md.

    \b
    Example: advisor subscribers add https://crm.example.com/hooks --event advice.created
    Example: advisor subscribers list
    """


name_argument = click.argument("name", metavar="NAME")
secret_option = click.option(
    "--secret", envvar="ADVISOR_SUBSCRIBER_SECRET", help="whsec_…; one is made, if left out. Better in the environment."
)


@subscribers.command()
@click.argument("url", metavar="URL")
@click.option("--event", "events", type=click.Choice(EVENTS), multiple=True, required=True, help="May be repeated.")
@click.option("--name", help="What to call it; its host, if left out.")
@click.option("--with-text", is_flag=True, help="Tell it what customers wrote, too (masked, as it is recorded).")
@secret_option
@click.pass_context
def add(
    context: click.Context, url: str, events: tuple[str, ...], name: str | None, with_text: bool, secret: str | None
) -> None:
    """Tell a program what happens from now on; prints the secret that it checks signatures by.

    \b
    Example: advisor subscribers add https://crm.example.com/hooks --event advice.created --event wish.recorded
    Example: advisor subscribers add https://bi.example.com/in --event outcome.recorded --name bi --with-text
    """
    from web.events_out.events import EventType
    from web.tables import now

    made = _subscribers(context).add(
        url, {EventType(one) for one in events}, now=now(), by=somebody(), name=name, with_text=with_text, secret=secret
    )
    click.echo(made.secrets[0])
    click.echo(f"{made.name} is told of {_events(made)} from now on: give it the line above", err=True)


@subscribers.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object; secrets are left out.")
@click.pass_context
def list_(context: click.Context, as_json: bool) -> None:
    """List the subscribers: what they are told, what waits, and who was switched off and why.

    \b
    Example: advisor subscribers list
    """
    from advisor.wire import plain_json
    from web.events_out.replay import standings
    from web.tables import now

    found = standings(_subscribers(context), now=now())
    if as_json:
        click.echo(plain_json({"subscribers": list(map(plain, found))}))
        return
    for one in found:
        for line in lines(one):
            click.echo(line)
    if not found:
        click.echo("Nobody is told: advisor subscribers add URL --event EVENT adds a program.")


@subscribers.command()
@name_argument
@secret_option
@click.pass_context
def rotate(context: click.Context, name: str, secret: str | None) -> None:
    """Give a subscriber another secret, and print it; for a day messages are signed with both.

    \b
    Example: advisor subscribers rotate crm.example.com
    """
    from web.tables import now

    one = _subscribers(context).rotate(name, now=now(), secret=secret)
    click.echo(one.secrets[0])
    click.echo(f"messages to {name} are signed with the old secret, too, for a day: give it the new one", err=True)


@subscribers.command("switch-on")
@name_argument
@click.pass_context
def switch_on(context: click.Context, name: str) -> None:
    """Go on telling a subscriber that was switched off because it did not answer, from where it stopped.

    \b
    Example: advisor subscribers switch-on crm.example.com
    """
    from web.events_out.replay import hurry, standings
    from web.inbox import Inbox
    from web.tables import now

    every = _subscribers(context)
    every.switch_on(name, now=now())
    hurry(every, Inbox.open(settings_of(context)), name, now=now())
    one = next(one for one in standings(every, now=now()) if one.subscriber.name == name)
    click.echo(f"{name} is told again: {one.waiting:,} events wait")
    if one.set_aside:
        click.echo(f"{one.set_aside:,} had failed too often: advisor subscribers replay {name} --set-aside", err=True)


@subscribers.command()
@name_argument
@click.pass_context
def remove(context: click.Context, name: str) -> None:
    """Tell a program nothing any more, and forget what it was to be told.

    \b
    Example: advisor subscribers remove crm.example.com
    """
    from web.tables import now

    one = _subscribers(context).remove(name, now=now())
    click.echo(f"{name} ({one.url}) is told nothing any more")


@subscribers.command()
@name_argument
@click.argument("ids", metavar="[EVENT]...", nargs=-1)
@click.option("--since", type=click.DateTime(), help="All events since then (UTC); 30 days are remembered.")
@click.option("--set-aside", is_flag=True, help="All that failed too often.")
@click.pass_context
def replay(context: click.Context, name: str, ids: tuple[str, ...], since: datetime | None, set_aside: bool) -> None:
    """Tell events again, under the ids that they had: the subscriber knows those it has.

    \b
    Example: advisor subscribers replay crm.example.com evt_4f1f0c6e2d0b4a8f9a77c1c0a8a0d9b1
    Example: advisor subscribers replay crm.example.com --since 2026-03-01
    Example: advisor subscribers replay crm.example.com --set-aside
    """
    from web.events_out import replay as again
    from web.tables import now

    if (bool(ids), since is not None, set_aside).count(True) != 1:
        raise click.UsageError("say which events: their ids, --since, or --set-aside")
    every = _subscribers(context)
    every.get(name, now=now())
    if set_aside:
        many = again.replay_set_aside(every, name)
    else:
        many = again.replay(every, name, ids=ids, since=since.replace(tzinfo=UTC) if since is not None else None)
    click.echo(f"{many:,} events are told to {name} again")


@subscribers.command("test")
@name_argument
@click.pass_context
def test_(context: click.Context, name: str) -> None:
    """Send a subscriber a signed message of the type advisor.test now, and say what it answered.

    \b
    Example: advisor subscribers test crm.example.com
    """
    from web.events_out.bodies import message
    from web.events_out.pump import tell
    from web.outgoing import Outgoing
    from web.tables import now

    at, settings = now(), settings_of(context)
    one = _subscribers(context).get(name, now=at)
    body = message("advisor.test", at, {"subscriber": name})
    click.echo(f"POST {one.url}, {len(body)} bytes, signed with {len(one.secrets)} secret(s)")
    refusal = tell(Outgoing(allowed=settings.allowed_hosts), one, f"test_{at:%Y%m%d%H%M%S%f}", body, now=at)
    if refusal is not None:
        raise AdvisorError(f"{name} has not taken it: {refusal.error}")
    click.echo(f"{name} has taken it")


def plain(one: Standing) -> dict[str, object]:
    """A subscriber as plain values, without its secrets."""
    it = one.subscriber
    names = ("name", "url", "with_text", "added", "added_by", "failing_since", "error", "off", "off_why")
    values: dict[str, object] = {name: getattr(it, name) for name in names}
    values |= {"events": sorted(it.events), "last_told": it.told, "secrets": len(it.secrets)}
    return values | {"waiting": one.waiting, "set_aside": one.set_aside, "told": one.told}


def lines(one: Standing) -> Iterator[str]:
    """`crm.example.com  on  advice.created  told 12  waiting 0  https://…`, and below it what is wrong."""
    it = one.subscriber
    state = "off" if it.off is not None else "failing" if it.failing_since is not None else "on"
    counts = f"told {one.told:,}  waiting {one.waiting:,}" + (f"  set aside {one.set_aside:,}" if one.set_aside else "")
    yield "  ".join([it.name, state, _events(it) + (", with text" if it.with_text else ""), counts, it.url])
    if it.off is not None:
        yield f"    switched off at {it.off:%Y-%m-%d %H:%M} UTC, {it.off_why}: advisor subscribers switch-on {it.name}"
    elif it.failing_since is not None:
        yield f"    failing since {it.failing_since:%Y-%m-%d %H:%M} UTC: {it.error}"
    if len(it.secrets) > 1:
        yield "    signed with the old secret, too, for a day"


def _events(one: Subscriber) -> str:
    return ", ".join(sorted(one.events))


def _subscribers(context: click.Context) -> Subscribers:
    from web.events_out.subscribers import Subscribers

    return Subscribers.open(settings_of(context))
