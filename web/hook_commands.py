"""`advisor hooks`: the doors through which helpdesks send tickets."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING

import click

from advisor.desk.shared import settings_of

if TYPE_CHECKING:
    from advisor.settings import Settings
    from web.helpdesks.model import Kind
    from web.hooks import Hooks, HookShown

KINDS = (
    "standard", "zendesk", "intercom", "freshdesk", "chatwoot", "zammad", "hubspot", "help_scout", "front", "libredesk",
    "jira", "freshservice", "gorgias",
)  # fmt: skip
SERVER = "http://127.0.0.1:8321"  # where advisor serve listens unless it is told otherwise
NO_ADDRESS = "https://THE-ADDRESS-OF-THIS-SERVER"


@click.group()
def hooks() -> None:
    """Doors through which helpdesks send tickets: add, list, rotate, test, credentials, remove.

    \b
    Example: advisor hooks add zendesk
    """


@hooks.command()
@click.argument("kind", type=click.Choice(KINDS))
@click.option("--name", help="Source of its tickets, and end of its address; the kind, if left out.")
@click.option("--secret", "file", type=click.File("r"), help="Read the secret from a file; - is standard input.")
@click.pass_context
def add(context: click.Context, kind: str, name: str | None, file: IO[str] | None) -> None:
    """Open a door for a helpdesk, and say step by step what to do on its side.

    The secret is made here and shown this once, unless the helpdesk makes it: then it is asked for.

    \b
    Example: advisor hooks add zendesk
    Example: advisor hooks add standard --name crm --secret - < secret.txt
    """
    from web.helpdesks import HELPDESKS, set_up
    from web.helpdesks.model import Kind

    of, called, settings = Kind(kind), name or kind, settings_of(context)
    _hooks(context).check_name(called)
    address = f"{_address(settings)}/hooks/{called}"
    if not settings.address:
        click.echo('Set address = "https://…" in settings.toml to where the helpdesk reaches this server.', err=True)
    is_theirs = HELPDESKS[of].SIGNING.secret_is_theirs
    if is_theirs:  # it shows its secret once it knows our address
        click.echo(set_up(of, address=address, secret="(asked for below)"))
    secret = _secret(of, file, "Secret that the helpdesk shows")
    _hooks(context).add(called, of, secret=secret, now=_now())
    click.echo(f"Hook {called} ({kind}) is open at {address}\n")
    if not is_theirs:
        click.echo(set_up(of, address=address, secret=secret))
    click.echo(f"Then try it: advisor hooks test {called}", err=True)


@hooks.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a hook.")
@click.pass_context
def list_(context: click.Context, as_json: bool) -> None:
    """List the hooks, without their secrets."""
    known = _hooks(context).every(now=_now())
    if not known and not as_json:
        click.echo("No hooks yet. Make one with: advisor hooks add zendesk")
    for one in known:
        click.echo(json.dumps(_row(one)) if as_json else _line(one))


@hooks.command()
@click.argument("name")
@click.option("--secret", "file", type=click.File("r"), help="Read the new secret from a file; - is standard input.")
@click.pass_context
def rotate(context: click.Context, name: str, file: IO[str] | None) -> None:
    """Give a hook another secret; the one before stays good for a day."""
    known, now = _hooks(context), _now()
    secret = _secret(known.named(name, now=now).kind, file, "New secret that the helpdesk shows")
    until = known.rotate(name, secret=secret, now=now)
    click.echo(secret)
    click.echo(
        f"{name}: give the helpdesk the line above; the old secret is good until {until:%Y-%m-%d %H:%M} UTC", err=True
    )


@hooks.command()
@click.argument("name")
@click.option("--address", help="Of the helpdesk's API, such as https://acme.zendesk.com.")
@click.option("--user", help="Who writes there in our name (id or e-mail): their own events are left alone.")
@click.option("--option", "options", multiple=True, help="NAME=VALUE, such as account=1 for Chatwoot; may be repeated.")
@click.option("--token", "file", type=click.File("r"), help="Read the API's token from a file; - is standard input.")
@click.pass_context
def credentials(
    context: click.Context,
    name: str,
    address: str | None,
    user: str | None,
    options: tuple[str, ...],
    file: IO[str] | None,
) -> None:
    """Say how a helpdesk's API is reached, for notes and tags and for advisor pull.

    \b
    Example: advisor hooks credentials zendesk --address https://acme.zendesk.com --user bot@acme.com --token token.txt
    """
    pairs = [option.partition("=") for option in options]
    if any(not mark for _, mark, _ in pairs):
        raise click.BadParameter("must be NAME=VALUE", param_hint="--option")
    token = file.read().strip() if file is not None else None
    given = {key: value for key, _, value in pairs}
    _hooks(context).change(name, now=_now(), address=address, user=user, options=given, credentials=token)
    click.echo(f"{name}: kept.")


@hooks.command()
@click.argument("name")
@click.confirmation_option(prompt="Close this door? Its helpdesk is answered 404 from now on")
@click.pass_context
def remove(context: click.Context, name: str) -> None:
    """Close a door; its tickets stay."""
    _hooks(context).remove(name, now=_now())
    click.echo(f"{name}: removed.")


@hooks.command()
@click.argument("name")
@click.option("--server", default=SERVER, show_default=True, help="Where advisor serve answers.")
@click.option("--keep", is_flag=True, help="Leave the sample's ticket in the records.")
@click.pass_context
def test(context: click.Context, name: str, server: str, keep: bool) -> None:
    """Send a signed sample to the running server, and show every step.

    The sample's ticket is taken out of the records afterwards; nothing of it is written back or told to others.
    """
    from web.hook_test import Trial

    trial = Trial(settings_of(context), _hooks(context).named(name, now=_now()), server)
    failed = False
    for step in trial.steps(keep=keep):
        click.echo(f"{'ok  ' if step.good else 'FAIL'}  {step.says}")
        failed = failed or not step.good
    if failed:
        context.exit(1)


def _hooks(context: click.Context) -> Hooks:
    from web.hooks import Hooks

    return Hooks.open(settings_of(context))


def _secret(kind: Kind, file: IO[str] | None, asked: str) -> str:
    """The secret of a file, or the helpdesk's own, or a new one."""
    from web.helpdesks import HELPDESKS
    from web.hooks import made_secret

    if file is not None:
        return file.read().strip()
    if HELPDESKS[kind].SIGNING.secret_is_theirs:
        typed: str = click.prompt(asked, hide_input=True)
        return typed.strip()
    return made_secret(kind)


def _address(settings: Settings) -> str:
    return settings.address.rstrip("/") or NO_ADDRESS


def _line(one: HookShown) -> str:
    hook = one.hook
    rotated = f", old secret good until {one.old_until:%Y-%m-%d %H:%M} UTC" if one.old_until is not None else ""
    back = f", writes to {hook.address}" if hook.address and one.has_credentials else ""
    return f"{hook.name}  {hook.kind}  since {one.made:%Y-%m-%d}{rotated}{back}"


def _row(one: HookShown) -> dict[str, object]:
    hook = one.hook
    return {
        "name": hook.name,
        "kind": hook.kind.value,
        "made": one.made.isoformat(),
        "old_secret_until": one.old_until.isoformat() if one.old_until is not None else None,
        "address": hook.address or None,
        "user": hook.user or None,
        "writes_back": bool(hook.address and one.has_credentials),
    }


def _now() -> datetime:
    return datetime.now(UTC)
