"""`advisor tokens`: tokens of the programs that use the API."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from advisor.desk.shared import settings_of
from advisor.who import somebody

if TYPE_CHECKING:
    from web.api.tokens import Token, Tokens

SCOPES = ("advise", "read", "write", "admin")  # as web.api.tokens.Scope


@click.group()
def tokens() -> None:
    """Tokens of programs that use the API: add, list, revoke.

    \b
    Example: advisor tokens add zendesk --scope advise --scope write
    """


@tokens.command()
@click.argument("name")
@click.option("--scope", "scopes", type=click.Choice(SCOPES), multiple=True, required=True, help="May be repeated.")
@click.option("--days", type=click.IntRange(1, 3650), help="How long it opens anything; for good, if left out.")
@click.option(
    "--per-minute",
    type=click.IntRange(0, 1_000_000),
    help="Requests a minute; as settings.toml says, if left out. 0 = as many as it likes.",
)
@click.pass_context
def add(context: click.Context, name: str, scopes: tuple[str, ...], days: int | None, per_minute: int | None) -> None:
    """Make a token and print it; it is shown this once, and kept as a hash only.

    \b
    advise  have tickets advised
    read    see tickets, customers, articles and figures
    write   say what was done, what became of it, what a customer wishes
    admin   change the experience file

    \b
    Example: advisor tokens add zendesk --scope advise --scope write --days 365
    """
    from web.api.tokens import Scope

    token, secret = _tokens(context).add(
        name, {Scope(scope) for scope in scopes}, by=somebody(), days=days, per_minute=per_minute
    )
    click.echo(secret)
    click.echo(f"{_line(token)}: keep the line above, nobody can show it again", err=True)


@tokens.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def list_(context: click.Context, as_json: bool) -> None:
    """List the tokens, those that open nothing any more, too.

    \b
    Example: advisor tokens list
    """
    from advisor.wire import plain_json

    found = _tokens(context).every()
    if as_json:
        now = datetime.now(UTC)
        click.echo(plain_json({"tokens": [{"standing": one.standing(now), "token": one} for one in found]}))
        return
    for one in found:
        click.echo(_line(one))
    if not found:
        click.echo("No token: advisor tokens add NAME --scope SCOPE makes one.")


@tokens.command()
@click.argument("name")
@click.pass_context
def revoke(context: click.Context, name: str) -> None:
    """Let a token open nothing from now on; it stays in the list.

    \b
    Example: advisor tokens revoke zendesk
    """
    click.echo(_line(_tokens(context).revoke(name)))


def _tokens(context: click.Context) -> Tokens:
    from web.api.tables import open_file
    from web.api.tokens import Tokens
    from web.tables import now

    return Tokens(open_file(settings_of(context).records), now)


def _line(one: Token) -> str:
    """`zendesk  valid  advise, write  until 3 March 2027  last used never`."""
    until = f"until {one.expires:%-d %B %Y}" if one.expires is not None else "without an end"
    used = f"last used {one.used:%-d %B %Y, %H:%M} UTC" if one.used is not None else "never used"
    return "  ".join([one.name, one.standing(datetime.now(UTC)), ", ".join(sorted(one.scopes)), until, used])
