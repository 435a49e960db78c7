"""`advisor serve` and `advisor demo`.

What takes long to import (models, vectors, Flask) is imported by the command that needs it, so that help is shown
at once.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from importlib.resources import as_file, files
from textwrap import wrap
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from advisor.desk.shared import settings_of

if TYPE_CHECKING:
    from socket import socket

    from advisor.advise import Advice
    from web.desk import Desk
    from web.staff import Staff

PORT = 8321
LEAST_WIDTH = 120  # of the table, in characters
IN_THE_CLEAR = (
    "passwords and tickets cross the network in the clear: serve them by TLS through a reverse proxy, and set "
    "https = true (docs/serving.md)"
)
WILDCARDS = frozenset({"0.0.0.0", "::"})


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=PORT, show_default=True, help="0 takes any free one.")
@click.option("--name", "names", multiple=True, help="A host name the pages are opened under, too; may be repeated.")
@click.option("--threads", type=click.IntRange(1, 64), default=8, show_default=True, help="Requests answered at once.")
@click.option(
    "--log-format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Lines for people, or one JSON object a line, on standard error.",
)
@click.pass_context
def serve(context: click.Context, host: str, port: int, names: tuple[str, ...], threads: int, log_format: str) -> None:
    """Serve the pages on which agents work.

    It answers to this machine's own names only (localhost, 127.0.0.1, --host, --name), and to those who sign in: see
    advisor users. Behind a reverse proxy with TLS: see docs/serving.md. Ctrl-C or SIGTERM stops it.

    \b
    Example: advisor serve
    Example: advisor serve --host 0.0.0.0 --port 8080 --name support.example.com
    Example: advisor serve --log-format json 2>> advisor.log
    """
    from advisor.home_lock import used
    from web.desk import Desk
    from web.logs import LogFormat, speaking
    from web.server import stopped_by_sigterm, taken_port

    settings = settings_of(context)
    with stopped_by_sigterm(), taken_port(host, port) as taken, used(settings.home), speaking(LogFormat(log_format)):
        _serve(Desk.open(settings), taken, host, names, threads=threads, newcomer=None)


@click.command()
@click.option("--serve/--no-serve", "serving", default=True, show_default=True, help="Serve the pages afterwards.")
@click.option("--port", type=click.IntRange(0, 65535), default=PORT, show_default=True, help="0 takes any free one.")
@click.pass_context
def demo(context: click.Context, serving: bool, port: int) -> None:
    """Import the demo help centre, advise the twelve demo tickets, then serve the pages.

    It prints a link that signs you in, once, as the user "demo", who is an admin of this home folder. The help centre
    goes into the home folder as the source "demo"; to keep it out of your own, name another folder.

    \b
    Example: ADVISOR_HOME=.demo advisor demo
    Example: ADVISOR_HOME=.demo advisor demo --no-serve
    """
    from advisor.home_lock import used
    from web.server import stopped_by_sigterm, taken_port

    if not serving:
        advised_demo(context)
        return
    with stopped_by_sigterm(), taken_port("127.0.0.1", port) as taken, used(settings_of(context).home):
        _serve(advised_demo(context), taken, "127.0.0.1", (), threads=8, newcomer="demo")


def advised_demo(context: click.Context) -> Desk:
    """Make the home folder ready, import the help centre, advise the demo tickets; gives the desk that did it."""
    from advisor.desk.commands import init
    from index.commands import import_
    from web.desk import Desk
    from web.tickets import demo_tickets

    context.invoke(init)
    with as_file(files("advisor") / "demo" / "help_centre") as folder:
        context.invoke(import_, path=folder, source="demo")
    desk = Desk.open(settings_of(context))
    click.echo()
    for line in table_of(desk.advisor.advise_many(demo.ticket for demo in demo_tickets())):
        click.echo(line)
    return desk


def table_of(advices: Iterable[Advice]) -> Iterator[str]:
    """The lines of a table, a ticket a row; the reason goes on under itself where it is long."""
    from advisor.desk.show import table_head, table_row

    head = table_head()
    width = max(shutil.get_terminal_size().columns, LEAST_WIDTH)
    yield head
    for advice in advices:
        yield from wrap(table_row(advice), width, subsequent_indent=" " * head.index("why"))


def _serve(desk: Desk, taken: socket, host: str, names: tuple[str, ...], *, threads: int, newcomer: str | None) -> None:
    """Serve until stopped; `newcomer` is given a link, None = an admin is, where nobody could sign in."""
    from web import create_app
    from web.crew import Crew
    from web.security import LOOPBACK, host_name
    from web.server import serve_until_stopped
    from web.staff import Staff

    if host not in LOOPBACK and not desk.settings.https:
        click.echo(f"warning: {IN_THE_CLEAR}", err=True)
    own = () if host in WILDCARDS else (host,)
    staff = Staff.open(desk.settings)
    public = host_name(urlsplit(desk.settings.address).netloc) if desk.settings.address else None
    app = create_app(desk, staff=staff, hosts=(*LOOPBACK, *own, *names, *([public] if public else [])))
    crew = Crew.of(desk, app.extensions["inbox"])
    crew.start(desk.settings.workers)

    def say(address: str) -> None:
        click.echo(f"\nServing {address}  (Ctrl-C stops it)")
        for line in welcome(staff, address, newcomer):
            click.echo(line)

    serve_until_stopped(app, taken, say=say, threads=threads, proxy=desk.settings.proxy)
    crew.stop()
    app.extensions["api"].close()  # jobs: the ticket that is being advised is finished, the rest waits
    click.echo("Stopped.")


def welcome(staff: Staff, address: str, newcomer: str | None) -> Iterator[str]:
    """How to get in, with a link that serves once: for the one named, or for the first admin where nobody could."""
    if newcomer is None:
        if not staff.nobody_can_sign_in:
            return
        newcomer = "admin"
        yield "Nobody can sign in yet. Add people with: advisor users add NAME --role agent"
    user = staff.first_admin(newcomer)
    yield f"Sign in as {user.name}, once and within 15 minutes: {address}/sign-in/link/{staff.links.make(user.name)}"
