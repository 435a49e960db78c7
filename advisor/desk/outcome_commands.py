"""`advisor outcomes`: what was done with tickets and what became of them; the honest ledger."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

import click

from advisor.desk.shared import SHOWN_PROBLEMS, opened, say_problems, stored_ticket
from advisor.errors import RecordsError, TicketError
from advisor.types import Outcome, OutcomeKind
from advisor.who import somebody

if TYPE_CHECKING:
    from advisor.decision.experience import Experience
    from advisor.desk.outcome_file import Told
    from advisor.records import Records, Stored

_source = click.option("--source", help="Where the id comes from, should several sources know it.")


@click.group()
def outcomes() -> None:
    """What was done with tickets, and what became of them: import, add, and the honest ledger.

    \b
    Example: advisor outcomes import outcomes.csv --source zendesk
    Example: advisor outcomes add 4711 contradicted --related 4730
    Example: advisor outcomes show
    """


@outcomes.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), required=False)
@click.option("--source", default="local", show_default=True, help="The source of rows that name none.")
@click.option("--by", help="Who brings the file; your name on this machine, if left out.")
@click.option("--example", is_flag=True, help="Print a file to start from.")
@click.pass_context
def import_(context: click.Context, file: Path | None, source: str, by: str | None, example: bool) -> None:
    """Take over a CSV file of what was done and what became of it.

    Columns: ticket_id, source; for what became of it kind (confirmed, contradicted, abandoned, handed_on, would_answer,
    would_not_answer, other_matter), at, by, article, related, note; for what was done handled_action (self_service,
    live_human), handled_channel, handled_by, handled_at, handled_reason. Only ticket_id must be there. Exits with 1
    where a row was refused, with 2 where none could be taken.

    \b
    Example: advisor outcomes import --example > outcomes.csv
    Example: advisor outcomes import outcomes.csv --source zendesk
    """
    from advisor.desk.outcome_file import EXAMPLE, read_outcomes
    from advisor.records.outcomes import KNOWN

    if example:
        click.echo(EXAMPLE, nl=False)
        return
    if file is None:
        raise click.UsageError("name a CSV file, or print one to start from with --example")
    records, experience = opened(context)
    rows = list(read_outcomes(file, source=source, zone=experience.zone))
    told = [row for row in rows if not isinstance(row, TicketError)]
    refused = {row.row: sentence for row, sentence in _kept(records, told, by or somebody())}
    known = {row for row, sentence in refused.items() if sentence.endswith(KNOWN)}
    bad = [
        str(row) if isinstance(row, TicketError) else f"{row.row}: {refused[row.row]}"
        for row in rows
        if isinstance(row, TicketError) or row.row in refused.keys() - known
    ]
    _report(told, set(refused), bad, zone=experience.zone)
    if known:
        lines = [row.row.rpartition(" ")[2] for row in told if row.row in known]
        more = f" and {len(lines) - SHOWN_PROBLEMS:,} more" if len(lines) > SHOWN_PROBLEMS else ""
        said = f"known already, and counted once: lines {', '.join(lines[:SHOWN_PROBLEMS])}{more}"
        click.echo(said, err=True)
    if bad:
        context.exit(1 if len(refused) < len(told) or known else 2)


@outcomes.command()
@click.argument("ticket")
@click.argument("kind", type=click.Choice([kind.value for kind in OutcomeKind]))
@click.option("--at", metavar="TIME", help="When it happened, such as 2026-03-01T09:30; now, if left out.")
@click.option("--by", help="Who tells it; your name on this machine, if left out.")
@click.option("--article", metavar="ID", help="The article that it is about; the first one advised, if left out.")
@click.option("--related", metavar="TICKET", help="The other ticket: as which it came back, or which is no part of it.")
@click.option("--note", help="A remark, kept beside it.")
@_source
@click.pass_context
def add(
    context: click.Context,
    ticket: str,
    kind: str,
    at: str | None,
    by: str | None,
    article: str | None,
    related: str | None,
    note: str | None,
    source: str | None,
) -> None:
    """Tell what became of one ticket.

    \b
    confirmed         somebody said that it helped
    contradicted      came back (--related), reopened, or said that it did not help
    abandoned         went away without an answer
    handed_on         went on to a person after the article
    would_answer      your verdict: the advised article would have answered
    would_not_answer  your verdict: it would not
    other_matter      your verdict: --related is about something else

    \b
    Example: advisor outcomes add 4711 confirmed --by "Ann Lee"
    Example: advisor outcomes add 4711 other_matter --related 4730
    """
    from advisor.desk.outcome_file import time_of
    from advisor.desk.outcome_text import told_words

    if kind == OutcomeKind.OTHER_MATTER and related is None:
        raise click.UsageError("other_matter needs --related: the ticket that is about something else")
    records, experience = opened(context)
    stored = stored_ticket(records, ticket, source)
    when = time_of(at, zone=experience.zone, row="the command", column="--at") if at else datetime.now(UTC)
    outcome = Outcome(
        source=stored.source,
        ticket_id=stored.ticket_id,
        kind=OutcomeKind(kind),
        at=when,
        by=by or somebody(),
        how="agent",
        article=article,
        related=related,
        note=note,
    )
    (refused,) = records.outcomes.add([outcome], by=by or somebody())
    if refused:
        raise RecordsError(refused)
    click.echo(f"{stored.ticket_id}: {told_words(outcome, experience.zone)}")
    if at and datetime.fromisoformat(at).tzinfo is None:
        click.echo(f"(the time is on the clock of the experience file, {experience.zone})", err=True)


@outcomes.command()
@click.argument("ticket")
@click.argument("kind", type=click.Choice([kind.value for kind in OutcomeKind]))
@_source
@click.pass_context
def remove(context: click.Context, ticket: str, kind: str, source: str | None) -> None:
    """Take back what was told by mistake: the newest outcome of this kind of a ticket.

    \b
    Example: advisor outcomes remove 4711 confirmed
    """
    from advisor.desk.outcome_text import told_words

    records, experience = opened(context)
    stored = stored_ticket(records, ticket, source)
    told = [one for one in records.outcomes.of(stored.source, stored.ticket_id) if one.kind == kind]
    if not told:
        raise RecordsError(
            f"no outcome of the kind {kind} is told of {ticket}: advisor outcomes show {ticket} lists them"
        )
    records.outcomes.remove(told[-1])
    click.echo(f"{stored.ticket_id}: taken back, {told_words(told[-1], experience.zone)}")


@outcomes.command()
@click.argument("ticket", required=False)
@_source
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def show(context: click.Context, ticket: str | None, source: str | None, as_json: bool) -> None:
    """Show the honest ledger: what became of tickets that self-service answered, or of one TICKET.

    \b
    Example: advisor outcomes show
    Example: advisor outcomes show 4711
    """
    from advisor.desk.outcome_text import balance_json, balance_text
    from advisor.insight.balance import balance
    from advisor.insight.ledger import ledger, window_of
    from advisor.wire import plain_json

    records, experience = opened(context)
    now = datetime.now(UTC)
    if ticket is not None:
        _show_ticket(records, experience, stored_ticket(records, ticket, source), now, as_json=as_json)
        return
    found, days = balance(ledger(records, experience, now)), window_of(experience).days
    if as_json:
        click.echo(plain_json(balance_json(found, days=days)))
        return
    if not found.answered and not found.verdicts:
        raise RecordsError(
            "self-service is not known to have answered any ticket: advisor outcomes import takes what was done"
        )
    click.echo(balance_text(found, days=days))


def _show_ticket(records: Records, experience: Experience, stored: Stored, now: datetime, *, as_json: bool) -> None:
    from advisor.desk.outcome_text import ticket_json, ticket_text
    from advisor.insight.ledger import ledger
    from advisor.types import WishSource
    from advisor.wire import plain_json

    of = (stored.source, WishSource.CUSTOMER, stored.customer_key)
    entries, told = list(ledger(records, experience, now, of=of)), records.outcomes.of(stored.source, stored.ticket_id)
    if as_json:
        click.echo(plain_json(ticket_json(stored, told, entries)))
        return
    click.echo(ticket_text(stored, told, entries, now=now, zone=experience.zone))


def _kept(records: Records, told: Iterable[Told], by: str) -> list[tuple[Told, str]]:
    """Keep what rows tell; the refused ones come back, each with the sentence why."""
    refused: list[tuple[Told, str]] = []
    outcomes: list[tuple[Told, Outcome]] = []
    for row in told:
        sentence = _keep_handled(records, row)
        if sentence:
            refused.append((row, sentence))
        elif row.outcome is not None:
            outcomes.append((row, row.outcome))
    sentences = records.outcomes.add([outcome for _, outcome in outcomes], by=by)
    kept = "; what was done with it is kept"
    return refused + [
        (row, said + (kept if row.handled is not None else ""))
        for (row, _), said in zip(outcomes, sentences, strict=True)
        if said
    ]


def _keep_handled(records: Records, row: Told) -> str:
    """Keep what was done; the sentence why not, or `""`."""
    from advisor.records.outcomes import SKEW

    if row.handled is None:
        return ""
    stored = records.last(row.ticket_id, source=row.source)
    where = f"ticket {row.ticket_id} of {row.source}"
    if stored is None:
        return f"{where} is not recorded: advise it first, or correct the id"
    came, done = stored.created_at or stored.evidence.at, row.handled.at
    if done is not None and done < came:
        return f"{where} came at {came.isoformat()}, after it was handled ({done.isoformat()}): correct the time"
    if done is not None and done > datetime.now(UTC) + SKEW:
        return f"{where} was handled at {done.isoformat()}, which is still to come: correct the time"
    records.outcomes.keep_handled(row.source, row.ticket_id, row.handled, told_by="import")
    return ""


def _report(told: list[Told], refused: set[str], bad: list[str], *, zone: tzinfo) -> None:
    taken = [row for row in told if row.row not in refused]
    done, became = sum(row.handled is not None for row in taken), sum(row.outcome is not None for row in taken)
    click.echo(f"{len(taken)} rows taken: {became} outcomes, what was done with {done} tickets")
    without = sum(row.zone_taken for row in taken)
    if without:
        click.echo(f"{without} rows have times without a zone, read on the clock of the experience file, {zone}")
    say_problems(bad, called="not taken")
