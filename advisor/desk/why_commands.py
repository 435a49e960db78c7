"""`advisor why` and `advisor replay`: the receipt of an advice, and the advice decided again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from advisor.desk.shared import counted, say_problems, settings_of, stored_ticket
from advisor.errors import AdvisorError, RecordsError

if TYPE_CHECKING:
    from advisor.decision.experience import Experience
    from advisor.records import Records, Stored
    from advisor.replay import Kept, Replayed
    from advisor.types import Evidence, Promise, Recommendation


@click.command()
@click.argument("ticket_id", metavar="TICKET")
@click.option("--source", help="Where the ticket came from, should several sources know its id.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def why(context: click.Context, ticket_id: str, source: str | None, as_json: bool) -> None:
    """Give the receipt of an advice: the rule, the words, the figures, and what would change it.

    The rule that decided, what each other rule says, the smallest single change on the evidence that gives another
    advice, the wishes in force and those passed over, thresholds with their parts, and fingerprints.

    \b
    Example: advisor why 4711
    Example: advisor why 4711 --source zendesk --json
    """
    from advisor.decision.receipt import receipt
    from advisor.desk.receipt_text import receipt_text
    from advisor.replay import Kept
    from advisor.wire import plain_json
    from advisor.wiring import open_records

    records = open_records(settings_of(context))
    stored = stored_ticket(records, ticket_id, source)
    kept, advice = Kept(records), stored.recommendation
    experience, promise = kept.experience(advice.experience), kept.promise(advice.promise_id)
    found = receipt(stored.evidence, experience, promise, advice)
    click.echo(plain_json(found) if as_json else receipt_text(found, subject=stored.subject))


@click.command()
@click.argument("ticket_id", metavar="[TICKET]", required=False)
@click.option("--source", help="Where the ticket came from, should several sources know its id.")
@click.option("--all", "every", is_flag=True, help="Decide every recorded ticket again.")
@click.option("--since", type=click.DateTime(), help="With --all: only tickets from this day on (UTC).")
@click.option(
    "--experience",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Decide by this experience file instead of the one of then.",
)
@click.option("--current", is_flag=True, help="Decide by the experience file and the promise that are in force now.")
@click.option("--from-text", is_flag=True, help="Read the stored, masked text again, with the models of now.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a ticket that differs.")
@click.pass_context
def replay(
    context: click.Context,
    ticket_id: str | None,
    source: str | None,
    every: bool,
    since: datetime | None,
    file: Path | None,
    current: bool,
    from_text: bool,
    as_json: bool,
) -> None:
    """Decide again from what was stored, and compare with the stored advice byte for byte.

    It uses the experience file and the promise that the advice names, unless told otherwise. Exits with 1 where
    anything differs or a ticket could not be decided again, with 2 where none could.

    \b
    Example: advisor replay 4711
    Example: advisor replay --all --since 2026-01-01
    Example: advisor replay 4711 --experience draft.toml
    Example: advisor replay 4711 --from-text
    """
    if (ticket_id is None) == (not every):
        raise click.UsageError("name one TICKET, or give --all")
    if file is not None and current:
        raise click.UsageError("--experience and --current cannot go together: choose one")
    replayer = _replayer(context, file=file, current=current, from_text=from_text)
    if ticket_id is not None:
        stored = stored_ticket(replayer.records, ticket_id, source)
        _tell(context, replayer.one(stored), as_json=as_json)
        return
    day = since.replace(tzinfo=UTC) if since is not None else None
    _tell_all(context, replayer, since=day, source=source, as_json=as_json)


@dataclass(frozen=True, slots=True)
class _Replayer:
    """Decides again by what was asked for."""

    records: Records
    kept: Kept
    experience: Experience | None  # None = of then
    promise: Promise | None
    reads: Callable[[Stored], Evidence] | None  # None = the stored evidence serves

    def one(self, stored: Stored) -> Replayed:
        """One ticket."""
        return self._again(stored.evidence, stored.recommendation, stored)

    def every(self, *, since: datetime | None, source: str | None) -> Iterator[Replayed | AdvisorError]:
        """All tickets; an error in the place of one that cannot be decided again."""
        for past in self.records.past(since=since):
            if source is None or past.source == source:
                stored = self.records.last(past.ticket_id, source=past.source) if self.reads is not None else None
                try:
                    yield self._again(past.evidence(), past.recommendation(), stored)
                except AdvisorError as error:
                    yield type(error)(f"{past.ticket_id} ({past.source}): {error}")

    def _again(self, evidence: Evidence, before: Recommendation, stored: Stored | None) -> Replayed:
        from advisor.replay import replay as decide_again

        experience = self.experience or self.kept.experience(before.experience)
        promise = self.promise or self.kept.promise(before.promise_id)
        others = self.experience is not None
        if stored is None or self.reads is None:
            return decide_again(evidence, before, experience, promise, with_others=others)
        read = self.reads(stored)
        return decide_again(read, before, experience, promise, with_others=others, read_before=evidence)


def _replayer(context: click.Context, *, file: Path | None, current: bool, from_text: bool) -> _Replayer:
    from advisor.decision.experience import Experience
    from advisor.replay import Kept, read_again
    from advisor.wiring import experience_of, open_records, promise_in_use, ready
    from index.progress import ProgressBar

    settings = settings_of(context)
    records = open_records(settings)
    experience = Experience.load(file) if file is not None else None
    promise = None
    if current:
        experience = experience_of(settings, records)
        promise = promise_in_use(records, experience)
    reads: Callable[[Stored], Evidence] | None = None
    if from_text:
        reader = ready(settings, progress=ProgressBar()).reader
        reads = lambda stored: read_again(reader, stored)  # noqa: E731
    return _Replayer(records, Kept(records), experience, promise, reads)


def _tell(context: click.Context, found: Replayed, *, as_json: bool) -> None:
    from advisor.desk.receipt_text import replayed_text
    from advisor.wire import plain_json

    click.echo(plain_json(found) if as_json else replayed_text(found))
    if not found.same:
        context.exit(1)


@dataclass(slots=True)
class _Count:
    """How the tickets fared."""

    same: int = 0
    differing: int = 0
    refused: list[AdvisorError] = field(default_factory=list)


def _tell_all(
    context: click.Context, replayer: _Replayer, *, since: datetime | None, source: str | None, as_json: bool
) -> None:
    from advisor.desk.receipt_text import replayed_text
    from advisor.wire import plain_json

    count = _Count()
    for found in counted(replayer.every(since=since, source=source), "Deciding again"):
        if isinstance(found, AdvisorError):
            count.refused.append(found)
        elif found.same:
            count.same += 1
        else:
            count.differing += 1
            click.echo(plain_json(found) if as_json else replayed_text(found))
    say_problems(count.refused, called="not decided again", kind="tickets")
    _close(context, count, as_json=as_json)


def _close(context: click.Context, count: _Count, *, as_json: bool) -> None:
    if not count.same and not count.differing and not count.refused:
        raise RecordsError("no recorded ticket matches: advisor advise records tickets")
    told = f"{count.same + count.differing} decided again: {count.same} the same, {count.differing} differ"
    click.echo(told + (f"; {len(count.refused)} could not be" if count.refused else ""), err=as_json)
    if count.refused or count.differing:
        context.exit(1 if count.same or count.differing else 2)
