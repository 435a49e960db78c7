"""`advisor users`: who may sign in to the pages, and as what."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from advisor.desk.shared import settings_of
from advisor.errors import AdvisorError

if TYPE_CHECKING:
    from web.staff import Staff
    from web.users import User

ROLES = ("read-only", "agent", "lead", "admin")
ADDRESS = "http://127.0.0.1:8321"

role_option = click.option("--role", required=True, type=click.Choice(ROLES), help="What the user may do.")
stdin_option = click.option("--password-stdin", is_flag=True, help="Take the password from standard input.")
address_option = click.option(
    "--address", default=ADDRESS, show_default=True, metavar="URL", help="Where the pages are served."
)


def name_argument(command: Callable[..., Any]) -> Callable[..., Any]:
    """The name of a user."""
    return click.argument("name", metavar="NAME")(command)


@click.group()
def users() -> None:
    """Say who may sign in to the pages, and as what.

    A role may do all that those before it may: read-only, agent, lead, admin. Whatever changes what a user may do ends
    that user's sessions at once.

    \b
    Example: advisor users add mary --role agent
    Example: advisor users link mary
    """


@users.command()
@name_argument
@role_option
@stdin_option
@click.option("--link", "by_link", is_flag=True, help="Without a password: print a link with which to choose one.")
@address_option
@click.pass_context
def add(context: click.Context, name: str, role: str, password_stdin: bool, by_link: bool, address: str) -> None:
    """Add a user; asks for the password twice.

    A password has 12 to 256 characters of any kind, and is not among those that everybody would try. With --link nobody
    but the user ever knows it.

    \b
    Example: advisor users add mary --role agent
    Example: advisor users add mary --role agent --link
    Example: advisor users add mary --role agent --password-stdin < password.txt
    """
    if by_link and password_stdin:
        raise click.UsageError("--link and --password-stdin cannot go together: choose one")
    staff = _staff(context)
    _refuse_taken(staff, name)
    password = None if by_link else _password(name, from_stdin=password_stdin)
    user = staff.users.add(name, _role(role), password=password)
    click.echo(f"Added {_called(user)}.")
    if by_link:
        click.echo(_link(staff, user, address))


@users.command("list")
@click.pass_context
def list_(context: click.Context) -> None:
    """Name all users, with role and state.

    \b
    Example: advisor users list
    """
    staff = _staff(context)
    every = staff.users.every()
    if not every:
        click.echo("There are no users yet: advisor users add NAME --role agent")
        return
    signed_in = {session.user.name for session in staff.sessions.every()}
    width = max(len("name"), *(len(user.name) for user in every))
    click.echo(f"{'name':<{width}}  {'role':<9}  {'added':<10}  state")
    for user in every:
        state = _state(user, is_signed_in=user.name in signed_in)
        click.echo(f"{user.name:<{width}}  {_shown(user):<9}  {user.created:%Y-%m-%d}  {state}")


@users.command("role")
@name_argument
@click.argument("new", metavar="ROLE", type=click.Choice(ROLES))
@click.pass_context
def role_(context: click.Context, name: str, new: str) -> None:
    """Give a user another role; ends the user's sessions.

    \b
    Example: advisor users role mary lead
    """
    click.echo(f"Now {_called(_staff(context).users.set_role(name, _role(new)))}. Sessions ended.")


@users.command()
@name_argument
@stdin_option
@click.pass_context
def password(context: click.Context, name: str, password_stdin: bool) -> None:
    """Give a user another password; ends the user's sessions. With a link instead, nobody else knows it.

    \b
    Example: advisor users password mary
    Example: advisor users password mary --password-stdin < password.txt
    """
    staff = _staff(context)
    user = staff.users.get(name)
    staff.users.set_password(user.name, _password(user.name, from_stdin=password_stdin))
    click.echo(f"Changed the password of {user.name}. Sessions ended.")


@users.command()
@name_argument
@click.pass_context
def disable(context: click.Context, name: str) -> None:
    """Let a user sign in no more; ends the user's sessions and links.

    \b
    Example: advisor users disable mary
    """
    click.echo(f"Disabled {_staff(context).users.disable(name).name}. Sessions ended.")


@users.command()
@name_argument
@click.pass_context
def enable(context: click.Context, name: str) -> None:
    """Let a user sign in again.

    \b
    Example: advisor users enable mary
    """
    click.echo(f"Enabled {_called(_staff(context).users.enable(name))}.")


@users.command()
@click.argument("name", metavar="[NAME]", required=False)
@click.option("--end", is_flag=True, help="End them.")
@click.pass_context
def sessions(context: click.Context, name: str | None, end: bool) -> None:
    """Show who is signed in, or end it.

    \b
    Example: advisor users sessions
    Example: advisor users sessions mary --end
    """
    staff = _staff(context)
    found = staff.sessions.every() if name is None else staff.sessions.of_user(staff.users.get(name).name)
    for one in found:
        click.echo(f"{one.user.name}  since {one.started:%Y-%m-%d %H:%M} UTC, seen {one.seen:%H:%M}, by {one.how}")
    if not found:
        click.echo("Nobody is signed in.")
    elif end:
        for who in {one.user.name for one in found}:
            staff.sessions.end_all(who, why="ended by advisor users sessions")
        click.echo(f"Ended {len(found)}.")


@users.command()
@name_argument
@address_option
@click.pass_context
def link(context: click.Context, name: str, address: str) -> None:
    """Print a link that signs a user in, once and within 15 minutes; a new password can be chosen behind it.

    \b
    Example: advisor users link mary
    Example: advisor users link mary --address https://support.example.com
    """
    staff = _staff(context)
    click.echo(_link(staff, staff.users.get(name), address))


def _staff(context: click.Context) -> Staff:
    from web.staff import Staff

    return Staff.open(settings_of(context))


def _role(typed: str) -> Any:
    from web.users import Role

    return Role(typed.replace("-", "_"))


def _shown(user: User) -> str:
    return user.role.replace("_", "-")


def _called(user: User) -> str:
    return f"{user.name} ({_shown(user)})"


def _state(user: User, *, is_signed_in: bool) -> str:
    if user.disabled is not None:
        return "disabled"
    state = "signed in" if is_signed_in else "signed out"
    return state if user.changed_password is not None else f"{state}, no password yet"


def _refuse_taken(staff: Staff, name: str) -> None:
    """Say so before somebody types a password twice."""
    from web.users import fit_name

    if staff.users.find(fit_name(name)) is not None:
        raise AdvisorError(f"there is a user {fit_name(name)} already: choose another name, or advisor users role")


def _password(name: str, *, from_stdin: bool) -> str:
    """The password that is typed twice, or stands in standard input, without the end of its line."""
    from web.passwords import weakness

    if from_stdin:
        typed = sys.stdin.read().removesuffix("\n").removesuffix("\r")
    else:
        typed = str(click.prompt("Password", hide_input=True, confirmation_prompt="The same again"))
    weak = weakness(typed, name=name)
    if weak is not None:
        raise AdvisorError(weak)
    return typed


def _link(staff: Staff, user: User, address: str) -> str:
    return (
        f"Sign in as {user.name}, once and within 15 minutes: "
        f"{address.rstrip('/')}/sign-in/link/{staff.links.make(user.name)}"
    )
