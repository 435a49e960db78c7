"""`advisor train answers`; what it needs is imported when it is called."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from training.options import as_json, forced, mapped, say_problems, seeded, settings_of

if TYPE_CHECKING:
    from training.recalibrate import CalibrationFigures, RecalibrationReport


@click.command()
@click.argument("labels", type=click.Path(path_type=Path))
@mapped("Which column holds a field; texts joined by +.")
@forced("Take the recalibration into use even if it is worse.")
@seeded("Of folds and intervals.")
@as_json
@click.pass_context
def answers(
    context: click.Context, labels: Path, mapping: tuple[str, ...], force: bool, seed: int, as_json: bool
) -> None:
    """Bring the chance that an article answers to what LABELS say: a CSV or JSON lines file of judgements.

    A row has the ticket's text, or the ticket_id of an advised ticket; the article_id that was offered; answered, yes
    or no; and if it is less sure than a person's word, a weight below 1. From 200 labels the chance is moved as a
    whole, from 500 also made more or less sure, from 2,000 bent. Measured by cross-validation, and taken into use
    unless it is worse. Exits with 1 where nothing was taken into use, with 2 where the file cannot be used.

    \b
    Example: advisor train answers judged.csv
    Example: advisor train answers export.csv --map text=Subject+Body --map answered=Helped
    Example: advisor train answers judged.jsonl --json
    """
    from advisor.registry import heads_folder, trained_models
    from advisor.wiring import open_records
    from index.encoder import load_encoder
    from index.knowledge import KnowledgeBase
    from index.progress import ProgressBar
    from training.answer_labels import parse_fields
    from training.recalibrate import recalibrate
    from training.ticket_scorer import TicketScorer

    columns = parse_fields(mapping)
    settings = settings_of(context)
    bar = ProgressBar()
    encoder = load_encoder(settings.knowledge, progress=bar)
    knowledge = KnowledgeBase.open(settings.knowledge, encoder, progress=bar)
    registry = trained_models(settings)
    scorer = TicketScorer.load(
        heads_folder(settings), registry, encoder, knowledge, open_records(settings), masked=settings.mask
    )
    report = recalibrate(
        labels,
        columns,
        scorer,
        scorer.head,
        registry,
        encoder=encoder.fingerprint,
        force=force,
        seed=seed,
        progress=bar,
    )
    bar.close()
    if as_json:
        click.echo(json.dumps(asdict(report)))
    else:
        say(report)
    if not report.in_use:
        context.exit(1)


COMMANDS = (answers,)


def say(report: RecalibrationReport) -> None:
    """The report on the terminal, what to do next at its end."""
    say_problems(report.problems, called="not used", count=report.refused)
    click.echo(f"{report.source}: {report.read:,} rows, {report.used:,} used, worth {report.labels:g} labels.")
    if report.before is None or report.after is None or report.difference is None:
        click.echo(f"Nothing was made, what is in use stays: {reason(report)}")
        return
    click.echo(f"{'':<26}{'log-loss':>9}{'ECE':>7}{'slope':>7}  95 % interval")
    click.echo(f"{'the mean alone':<26}{report.constant:>9.3f}")
    click.echo(row("in use until now", report.before))
    click.echo(row(f"new: {report.state}, out of fold", report.after))
    change = report.difference
    click.echo(f"Log-loss changes by {change.mean:+.4f} ({change.low:+.4f} to {change.high:+.4f}).")
    if report.wanted:
        click.echo(f"The next state is possible from {report.wanted:,} labels on.")
    if report.in_use:
        click.echo(f"Recalibration {report.version} is in use now; back with: advisor train undo answers")
        return
    click.echo(
        f"It is kept, but not in use, since it is worse than what is. Take it all the same with: "
        f"advisor train use answers {report.version} (or train with --force)"
    )


def reason(report: RecalibrationReport) -> str:
    """Why nothing was made."""
    if report.wanted == 200:
        return "at least 200 labels are needed"
    return "the labels must hold yes and no, of at least ten different tickets"


def row(name: str, figures: CalibrationFigures) -> str:
    """A line of the table."""
    return (
        f"{name:<26}{figures.log_loss:>9.3f}{figures.ece:>7.3f}{figures.slope:>7.2f}"
        f"  {figures.low:.2f} to {figures.high:.2f}"
    )
