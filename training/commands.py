"""`advisor train …`: makes the model files that advisor loads."""

from __future__ import annotations

from pathlib import Path

import click

from advisor.reading.heads import SHIPPED
from advisor.registry import About, Kind, Registry
from advisor.settings import Settings
from index.encoder import Encoder, load_encoder
from index.progress import ProgressBar
from index.settings import KnowledgeSettings, Precision
from training import answer_commands, card_commands, encoder_commands, topic_commands


@click.group()
def train() -> None:
    """Make the model files that the advisor loads, choose which are in use, and go back.

    \b
    Example: advisor train topics labelled.csv
    Example: advisor train list
    Example: ADVISOR_DATA=data advisor train defaults
    """


@train.command()
@click.option("--shipped", is_flag=True, help="Write into the package, for a release, not into the home folder.")
@click.option("--only", multiple=True, help="Only this head (with --shipped); may be given several times.")
@click.pass_obj
def defaults(knowledge: KnowledgeSettings, *, shipped: bool, only: tuple[str, ...]) -> None:
    """Make all shipped heads anew, from ADVISOR_DATA and the project's own sentences; this takes long.

    Needed after changing the sentence model, since a head is only good for the encoder it was calibrated on.

    \b
    Example: ADVISOR_DATA=data advisor train defaults
    Example: ADVISOR_DATA=data advisor train defaults --shipped --only tones
    """
    from training.defaults import PARTS, make

    if unknown := set(only) - set(PARTS):
        raise click.BadParameter(
            f"must be among {', '.join(PARTS)}, was: {', '.join(sorted(unknown))}", param_hint="only"
        )
    if only and not shipped:
        raise click.BadParameter("needs --shipped: an installation makes all heads together", param_hint="only")
    settings = Settings.load(knowledge.home)
    bar = ProgressBar()
    encoder = load_encoder(settings.knowledge, progress=bar)
    encoders = served_by(encoder, settings)

    def made(folder: Path) -> None:
        for line in make(folder, encoder, settings.knowledge, encoders=encoders, show=bar, only=only or PARTS):
            click.echo(line)

    if shipped:
        made(SHIPPED)
        click.echo(f"The heads are in {SHIPPED}.")
        return
    registry = Registry(settings.knowledge.models)
    about = About(source="ADVISOR_DATA", rows=0, encoder=encoder.fingerprint)
    version = registry.add(Kind.DEFAULTS, made, about)
    registry.use(Kind.DEFAULTS, version.name)
    click.echo(f"The heads are in {version.folder} and in use; back with: advisor train undo defaults")


for part in (topic_commands, encoder_commands, answer_commands, card_commands):
    for command in part.COMMANDS:
        train.add_command(command)


def served_by(encoder: Encoder, settings: Settings) -> tuple[str, ...]:
    """The encoders whose vectors are near enough for one calibration: int8 and fp32 of the same model."""
    if settings.precision not in (Precision.INT8, Precision.FP32):
        return (encoder.fingerprint,)
    from index.bundle import RECIPE, fingerprint
    from index.original import PACKAGED, PACKAGED_SHA256

    if settings.model != PACKAGED:
        return (encoder.fingerprint,)
    return tuple(fingerprint(PACKAGED_SHA256, RECIPE, precision) for precision in ("int8", "fp32", "reference"))
