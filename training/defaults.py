"""Makes all heads that are shipped; each stands in its own file and names the encoders that it is good for."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from advisor.reading.close import NAME, save_calibration
from advisor.reading.heads import Head, write_manifest
from advisor.reading.language import Lexicon
from index.encoder import Encoder
from index.encoder.marker import Marker
from index.marking import export_marking
from index.original import load_original
from index.progress import Progress
from index.sentences import SMOOTHED
from index.settings import KnowledgeSettings
from training import answers, close, failures, lexicon, texts, tones

PARTS = ("lexicon", "feeling", "moments", "failures", "close", "answers")


def make(
    folder: Path,
    encoder: Encoder,
    settings: KnowledgeSettings,
    *,
    encoders: Sequence[str],
    show: Progress,
    only: Sequence[str] = PARTS,
) -> list[str]:
    """Fit, calibrate and save heads; gives a line of figures each."""
    folder.mkdir(parents=True, exist_ok=True)
    makers: dict[str, Callable[[], str]] = {
        "lexicon": lambda: make_lexicon(folder),
        "feeling": lambda: make_feeling(folder, encoder, encoders, show),
        "moments": lambda: make_head(texts.fit_moments(encoder), folder, encoders),
        "failures": lambda: make_failures(folder, encoder, encoders),
        "close": lambda: make_close(folder, encoder, settings, encoders, show),
        "answers": lambda: make_answers(folder, encoder, encoders),
    }
    lines = []
    for number, name in enumerate(only):
        show(f"Making {name}", number, len(only))
        lines.append(f"{name}: {makers[name]()}")
    show("Making heads", len(only), len(only))
    write_manifest(folder)
    return lines


def make_lexicon(folder: Path) -> str:
    """Common words."""
    words = lexicon.common_words()
    (folder / "lexicon.json").write_text(json.dumps(words) + "\n", encoding="utf-8")
    return f"{len(words)} words"


def make_head(head: Head, folder: Path, encoders: Sequence[str]) -> str:
    """A linear head."""
    replace(head, encoders=tuple(encoders)).save(folder)
    return f"{len(head.labels)} labels"


def make_failures(folder: Path, encoder: Encoder, encoders: Sequence[str]) -> str:
    """The head that hears that self-service was tried in vain."""
    known = Lexicon(frozenset(json.loads((folder / "lexicon.json").read_text(encoding="utf-8"))))
    head, figures = failures.fit_failures(encoder, known)
    made = make_head(head, folder, encoders)
    return made + ", cross-validated: " + ", ".join(f"{name} {value:.3f}" for name, value in figures.items())


def make_feeling(folder: Path, encoder: Encoder, encoders: Sequence[str], show: Progress) -> str:
    """The branch for feelings, and the heads over it: tones and severity."""
    feeling, _ = tones.fit_feeling(encoder, progress=show)
    feeling.save(folder)
    heads = [tones.fit_tones(encoder, feeling), tones.fit_severity(encoder, feeling)]
    return ", ".join(f"{head.name} {make_head(head, folder, encoders)}" for head in heads)


def make_close(
    folder: Path, encoder: Encoder, settings: KnowledgeSettings, encoders: Sequence[str], show: Progress
) -> str:
    """The close reader: its graph and its calibration."""
    tuned = close.tune(load_original(settings.model), show=show)
    samples = [tokens.lower[0] for tokens in encoder.encode(list(SMOOTHED), tokens=True).tokens]
    export_marking(tuned.layers, samples, folder / f"{NAME}.onnx")
    scores = close.scores_of(Marker(folder / f"{NAME}.onnx"), tuned.held, encoder)
    calibration = close.calibrated(scores, tuned.held)
    save_calibration(folder, calibration, encoders=tuple(encoders))
    found = close.figures(scores, tuned.held, calibration)
    return "held out: " + ", ".join(f"{name} {value:.3f}" for name, value in found.items())


def make_answers(folder: Path, encoder: Encoder, encoders: Sequence[str]) -> str:
    """The ranker and the verdict."""
    head, figures = answers.fit_shipped(encoder)
    replace(head, verdict=replace(head.verdict, encoders=tuple(encoders))).save(folder)
    return "cross-validated: " + ", ".join(f"{name} {value:.3f}" for name, value in figures.items())
