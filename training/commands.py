"""`advisor train …`: makes the model files that advisor loads."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click
import numpy as np
from tqdm import tqdm

from advisor.reading.heads import SHIPPED, Head, write_manifest
from advisor.reading.language import Lexicon
from advisor.settings import Settings
from index.encoder import Encoder, load_encoder
from index.progress import ProgressBar
from index.settings import KnowledgeSettings, Precision


@click.group()
def train() -> None:
    """Make the model files that the advisor loads.

    Example: ADVISOR_DATA=data advisor train defaults
    """


@train.command()
@click.option("--shipped", is_flag=True, help="Write into the package, for a release, not into the home folder.")
@click.pass_obj
def defaults(knowledge: KnowledgeSettings, *, shipped: bool) -> None:
    """Make all shipped heads anew, from ADVISOR_DATA and the project's own sentences; some ten minutes.

    Needed after changing the sentence model, since a head is only good for the encoder it was calibrated on.

    Example: ADVISOR_DATA=data advisor train defaults
    """
    settings = Settings.load(knowledge.home)
    encoder = load_encoder(settings.knowledge, progress=ProgressBar())
    folder = SHIPPED if shipped else settings.models
    for line in make_all(folder, encoder, encoders=served_by(encoder, settings)):
        click.echo(line)
    click.echo(f"The heads are in {folder}.")


def served_by(encoder: Encoder, settings: Settings) -> tuple[str, ...]:
    """The encoders whose vectors are near enough for one calibration: int8 and fp32 of the same model."""
    if settings.precision not in (Precision.INT8, Precision.FP32):
        return (encoder.fingerprint,)
    from index.bundle import RECIPE, fingerprint
    from index.original import PACKAGED, PACKAGED_SHA256

    if settings.model != PACKAGED:
        return (encoder.fingerprint,)
    return tuple(fingerprint(PACKAGED_SHA256, RECIPE, precision) for precision in ("int8", "fp32", "reference"))


def make_all(folder: Path, encoder: Encoder, *, encoders: Sequence[str]) -> list[str]:
    """Fit, calibrate and save every head; gives a line of figures each."""
    from training import answers, lexicon, texts, wishes

    folder.mkdir(parents=True, exist_ok=True)
    words = lexicon.common_words()
    (folder / "lexicon.json").write_text(json.dumps(words) + "\n", encoding="utf-8")
    lines = [f"lexicon: {len(words)} words"]
    fits = {
        "tones": texts.fit_tones,
        "severity": texts.fit_severity,
        "moments": texts.fit_moments,
        "signals": texts.fit_signals,
    }
    bar = tqdm(total=len(fits) + 2, desc="heads")
    for name, fit in fits.items():
        head = fit(encoder)
        save(head, folder, encoders)
        lines.append(f"{name}: {len(head.labels)} labels")
        bar.update()
    wish = wishes.fit_wishes(wishes.read_labelled(wishes.training_tickets(), encoder, Lexicon(frozenset(words))))
    save(wish.head, folder, encoders)
    np.savez_compressed(folder / "wishes_axes.npz", center=wish.center, axes=wish.axes.astype(np.float16))
    lines.append(f"wishes: {len(wish.head.labels) - 1} kinds")
    bar.update()
    answer, figures = answers.fit_answers(answers.all_cases(encoder))
    save(answer.verdict, folder, encoders)
    np.savez_compressed(folder / "answers_ranker.npz", weights=answer.weights, center=answer.center, scale=answer.scale)
    lines.append("answers, cross-validated: " + ", ".join(f"{name} {value:.3f}" for name, value in figures.items()))
    bar.update()
    bar.close()
    write_manifest(folder)
    return lines


def save(head: Head, folder: Path, encoders: Sequence[str]) -> None:
    """Save a head with the encoders that it serves."""
    replace(head, encoders=tuple(encoders)).save(folder)
