"""The `advisor` command. What a command needs is imported when it is called, so that help is shown at once."""

from __future__ import annotations

import errno
import io
import sys
from functools import cached_property
from importlib.metadata import EntryPoint, entry_points, version
from pathlib import Path
from typing import NoReturn

import click

PROJECT = "ticket-advisor"
HELP = {
    "accounts": "Accounts: import, show, and their wishes on file.",
    "advise": "Advise, for each ticket, an article or a person, and say why.",
    "audit": "Label drawn tickets blind, so that compliance can be corrected.",
    "backup": "Write everything that cannot be made again into one checked file.",
    "bench": "Measure how long each step of a ticket takes, on one core.",
    "compare": "Compare two results of an archive, and both with what was done.",
    "compliance": "How often what was done was what the customer wished.",
    "customers": "Customers: import, show, and their wishes on file.",
    "deliveries": "What came from helpdesks: waiting, done, set aside; replay, discard.",
    "demo": "Set up an invented company and advise its tickets.",
    "doctor": "Say what is installed, what is missing, and the cure.",
    "evaluate": "Measure what is read against the published figures.",
    "experience": "The experience file: check, show, compare, history.",
    "export": "Give out all that is stored of a customer.",
    "followup": "Silent customers to ask whether the article helped, drawn at random.",
    "forget": "Erase all that is stored of a customer.",
    "hooks": "Doors for helpdesks' webhooks: add, test, rotate the secret.",
    "incident": "Open and close incidents, whose notice matching tickets carry.",
    "init": "Make everything ready; asks nothing.",
    "kb": "The knowledge base: articles, what they do, and what they lack.",
    "outcomes": "What became of tickets: import, add, and the honest ledger.",
    "promise": "The promised share of wrong articles: curve, bound, certification.",
    "pull": "Fetch from a helpdesk what its webhooks have not brought.",
    "question": "The question before the ticket: what to paste, and whether it is set up.",
    "replay": "Decide again from what was stored, and compare.",
    "report": "The figures of a week or any days, and what shadow would have done.",
    "rescore": "Say what would be advised today for all tickets of an archive.",
    "restore": "Put a backup in the place of the home folder.",
    "reviews": "What agents say of the advices: accepted, or overridden and why.",
    "serve": "Serve the pages on which agents work.",
    "show": "Show a ticket, what was read in it and what was advised.",
    "subscribers": "Programs that are told of our own events, signed.",
    "tokens": "Tokens of programs that use the API: add, list, revoke.",
    "train": "Train on your own tickets; choose which models serve, and go back.",
    "users": "Who may sign in to the pages, and as what.",
    "whatif": "Try another experience file on all recorded tickets.",
    "why": "The receipt of an advice: which rule, which words, what would change it.",
    "work": "Take from the inbox what came, beside the server or without it.",
    "writeback": "What waits to be written back to helpdesks: show the requests, or send them.",
}
"""What the list of commands says, so that none need be imported for it."""

INTERRUPTED = 130  # the exit status of a program stopped by Ctrl-C


class Commands(click.Group):
    """The commands of all rooms, found through the entry point group `advisor.commands`."""

    @cached_property
    def found(self) -> dict[str, EntryPoint]:
        """Commands by name, not yet imported."""
        return {entry.name: entry for entry in entry_points(group="advisor.commands")}

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands."""
        return sorted(self.found)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command; None where there is none of this name."""
        entry = self.found.get(cmd_name)
        if entry is None:
            return None
        try:
            command: click.Command = entry.load()
        except ModuleNotFoundError as error:
            cure = f"install it, or reinstall {PROJECT} with the extra that brings it"
            raise click.ClickException(
                f"the command {cmd_name} needs {error.name}, which is missing: {cure}"
            ) from error
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, HELP.get(name, "")) for name in self.list_commands(ctx)])

    def invoke(self, ctx: click.Context) -> object:
        """Run a command; what a person can mend becomes one sentence and exit status 2."""
        from advisor.errors import EXPECTED

        try:
            return super().invoke(ctx)
        except EXPECTED as error:
            _fail(str(error))
        except OSError as error:
            if error.errno == errno.EPIPE:
                raise  # click ends quietly where the reader has gone
            if error.filename is None:
                _fail(f"reading or writing failed ({error.strerror}): check where input comes from and output goes")
            _fail(f"{error.filename} cannot be used ({error.strerror}): check that it is there and may be used")
        except KeyboardInterrupt:
            click.echo("Stopped by Ctrl-C: what was finished before stays.", err=True)
            raise click.exceptions.Exit(INTERRUPTED) from None


@click.group("advisor", cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--home",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of this installation; ADVISOR_HOME, else ~/.local/share/ticket-advisor.",
)
@click.version_option(package_name=PROJECT, prog_name="advisor", message="%(prog)s %(version)s")
@click.pass_context
def cli(context: click.Context, home: Path | None) -> None:
    """Advise, for every support ticket, whether an article or a person serves this customer best, and say why.

    \b
    Example: advisor advise tickets.jsonl
    """
    from advisor.settings import Settings

    context.obj = Settings.load(home).knowledge


def program_version() -> str:
    """The version of this program."""
    return version(PROJECT)


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    # bytes of an argument that are no UTF-8 could be neither looked up nor stored nor printed
    cli([argument.encode("utf-8", "replace").decode("utf-8") for argument in sys.argv[1:]])


def _fail(sentence: str) -> NoReturn:
    click.echo(f"Error: {sentence}", err=True)
    raise click.exceptions.Exit(2)
