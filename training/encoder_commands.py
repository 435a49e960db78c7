"""`advisor train encoder`; what it needs is imported when it is called."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from training.options import as_json, forced, mapped, seeded, settings_of

if TYPE_CHECKING:
    from training.encoder_training import Outcome


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@mapped("Which column holds the text or the topic.")
@click.option("--layers", type=click.IntRange(1, 3), default=2, show_default=True, help="How many of the last layers.")
@click.option("--epochs", type=click.IntRange(1, 200), help="Rounds over the texts. Default: by how many there are.")
@forced("Take the tuned encoder into use even if it is not better.")
@seeded("Of draws and fits.")
@as_json
@click.pass_context
def encoder(
    context: click.Context,
    file: Path,
    mapping: tuple[str, ...],
    layers: int,
    epochs: int | None,
    force: bool,
    seed: int,
    as_json: bool,
) -> None:
    """Fine-tune the encoder on FILE: labelled tickets as CSV, JSON lines or Parquet, as for train topics.

    Copies of the last layers are tuned beside the untouched ones, so what other heads were calibrated on does not move.
    How long it takes is measured and said first. The result is exported, checked, and measured with a topic head of its
    own on held-out texts; both go into use only if that is better. Ctrl-C leaves everything as it was. Exits with 1
    where they were kept but not taken into use, with 2 where nothing could be trained.

    \b
    Example: advisor train encoder labelled.csv
    Example: advisor train encoder export.csv --map text=Subject+Body --map topic=Group --layers 3
    """
    from advisor.registry import trained_models
    from index.progress import ProgressBar
    from training.encoder_training import train_encoder
    from training.labelled_fields import parse_map

    settings = settings_of(context)
    outcome = train_encoder(
        file,
        parse_map(mapping),
        settings.knowledge,
        trained_models(settings),
        masked=settings.mask,
        layers=layers,
        epochs=epochs,
        force=force,
        seed=seed,
        progress=ProgressBar(),
        heard=lambda sentence: click.echo(sentence, err=True),
    )
    click.echo(json.dumps(plain(outcome)) if as_json else "\n".join(sentences(outcome)))
    if not outcome.in_use:
        context.exit(1)


def sentences(outcome: Outcome) -> list[str]:
    """What came of it, for the terminal."""
    change = outcome.change
    told = [
        f"Accuracy of topics on {outcome.measured_on:,} texts that were not learnt: {100 * outcome.without:.1f} % "
        f"without, {100 * outcome.with_it:.1f} % with the tuned layers "
        f"({100 * change.mean:+.1f} points, 95 % interval {100 * change.low:+.1f} to {100 * change.high:+.1f}).",
        f"The exported layers ({outcome.precision}) have a cosine of {outcome.cosine:.3f} to the trained ones; all "
        "other outputs of the encoder are the same to the byte.",
        f"Trained encoder {outcome.encoder} on {outcome.rows:,} texts in {outcome.seconds / 60:.0f} min, with topics "
        f"{outcome.topics} on it.",
    ]
    if outcome.in_use:
        return [*told, "Both are in use now; back with: advisor train undo encoder"]
    return [
        *told,
        "Both are kept, but not in use: that is not better for certain. Take them all the same with: advisor train use "
        f"encoder {outcome.encoder}, then advisor train use topics {outcome.topics} (or train with --force)",
    ]


def plain(outcome: Outcome) -> dict[str, object]:
    """The outcome as JSON."""
    from dataclasses import asdict

    return {**asdict(outcome), "better": outcome.better}


COMMANDS = (encoder,)
