"""`advisor train cards`; what it needs is imported when it is called."""

from __future__ import annotations

from pathlib import Path

import click

from advisor.reading.heads import SHIPPED

CARDS = Path(__file__).parent.parent / "docs" / "models"


@click.command()
@click.option(
    "--figures",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    show_default="figures.json beside the cards",
    help="What advisor evaluate --json wrote.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=CARDS,
    show_default="docs/models",
    help="Folder of the cards, of made.json and of openings.json.",
)
def cards(figures: Path | None, out: Path) -> None:
    """Write the model cards anew: from what is said of the models, their files, and what was measured.

    \b
    Example: advisor train cards
    Example: advisor train cards --figures figures.json --out docs/models
    """
    from training.card_pages import pages, write
    from training.cards import read_noted, read_said

    made = pages(read_said(), read_noted(out, figures), SHIPPED)
    write(out, made)
    click.echo(f"{len(made)} pages are in {out}.")


COMMANDS = (cards,)
