"""From a company's labelled tickets to a tuned branch of the encoder and a topic head on it, measured and kept.

Sides are those of `topic_training`: a text held out there is held out here. The topic head with the tuned vector is
compared with the same head without it, on held-out texts and, where texts are few, on those of the training side as
well, each read by a branch and a head that had not seen it. A branch has learnt the texts that it was tuned on by
heart; so how much the tuned part counts rests on texts that a branch had not seen either.

The rule: the branch is better, and goes into use, if the 95 % interval of the paired difference in accuracy lies above
0. A branch costs time with every ticket, so that a tie is not enough.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from advisor.errors import ModelError
from advisor.reading.heads import Matrix, write_manifest
from advisor.reading.topics import Part, TopicHead, together, views
from advisor.registry import About, Kind, Registry
from index.branch import Lower, TunedLayers, export_branch, last_layers
from index.bundle import BRANCH, Branch, bundle_folder, load_bundle
from index.encoder import Encoder, load_encoder
from index.original import load_original
from index.progress import Progress, silent
from index.settings import KnowledgeSettings, Precision
from training import strangers
from training import topic_parts as parts
from training import topics as fits
from training.branch import Recipe as TuningRecipe
from training.branch import States, embedded, recipe_for, seconds_a_step, steps, tune, words_of
from training.labelled import read_labelled
from training.labelled_draw import Limits
from training.measures import Difference, paired_bootstrap
from training.splits import folds, groups_of
from training.topic_material import Material, as_read, encode_all, prepared
from training.topic_training import MEASURED, SEED, SEEN, found_in

LIMITS = Limits(topic=500, rows=20_000, characters=40_000_000)
CROSSED = 3_000  # texts of the training side up to which branches are tuned on parts of them in turn
PARTS = 3
KEPT_BACK = 8  # beyond: one text in so many is not tuned on, but chosen and weighed by
SAMPLED = 64  # texts that the cost in time is measured on
SHOWN = 64  # texts that the exported branch is compared on
REPORT = "report.json"

Rights = NDArray[np.bool_]
Rows = NDArray[np.int64]
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a fine-tuning gave."""

    encoder: str  # version of the branch
    topics: str  # version of the topic head on it
    rows: int  # texts tuned on
    measured_on: int  # texts
    without: float  # accuracy of the topic head without the tuned vector
    with_it: float
    change: Difference
    cosine: float  # of the exported branch to torch's
    precision: str
    seconds: float
    in_use: bool

    @property
    def better(self) -> bool:
        """The rule at the top of this file."""
        return self.change.low > 0


@dataclass(frozen=True, slots=True, eq=False)
class Fold:
    """A branch, and texts that it was not tuned on."""

    train: Rows
    test: Rows
    tuned: Matrix  # (n, dimension), of all texts


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """What heads said of texts that neither they nor their branches had seen."""

    looks: parts.Looks
    strange: Matrix  # (m, 4)
    truth: Rows
    rows: Rows  # which texts

    def shares(self, *, tuned: bool) -> dict[str, float]:
        """How much each part counts."""
        return fits.stacked(self.those(tuned=tuned), self.truth)

    def those(self, *, tuned: bool) -> parts.Looks:
        """The scores of the parts, with or without the tuned one."""
        return {name: look for name, look in self.looks.items() if tuned or name != "tuned"}

    def right(self, *, tuned: bool) -> Rights:
        """Which texts are told rightly."""
        found: Rights = together(self.those(tuned=tuned), self.shares(tuned=tuned)).argmax(axis=1) == self.truth
        return found


def train_encoder(
    path: Path,
    columns: Mapping[str, str],
    settings: KnowledgeSettings,
    registry: Registry,
    *,
    masked: bool,
    layers: int,
    epochs: int | None,
    force: bool,
    seed: int = SEED,
    limits: Limits = LIMITS,
    progress: Progress | None = None,
    heard: Say | None = None,
) -> Outcome:
    """Tune, export, measure and keep a branch with its topic head; both go into use if that is better, or by force.

    `heard` is told sentences as they come, the cost in time first. Raises LabelledError for a file that cannot be
    trained on, EncoderError or ModelError where the model cannot be tuned or kept; what is in use stays then.
    """
    start, say, show = time.monotonic(), heard or (lambda sentence: None), progress or silent
    if settings.precision not in (Precision.INT8, Precision.FP32):
        raise ModelError(f"a tuned encoder needs precision int8 or fp32, was: {settings.precision} (in settings.toml)")
    labelled = read_labelled(path, columns, limits=limits, shaped=partial(as_read, masked=masked), progress=show)
    say(found_in(labelled, path))
    for note in labelled.notes:
        say(note)
    base = load_encoder(settings, progress=show)
    tuner = Tuner(settings, layers)
    counts = list(Counter(row.topic for row in labelled.rows).values())
    recipe = recipe_for(counts, epochs=epochs, seed=seed)
    say(tuner.cost([row.text for row in labelled.rows], [row.topic for row in labelled.rows], recipe, base))
    material = prepared(labelled.rows, base, show)
    train = material.part(0, material.trained)
    layers_tuned, made, rows = tuner.tuned(train, recipe, show)
    with TemporaryDirectory(prefix="tuned-") as scratch:
        folder = Path(scratch)
        branch = export_branch(folder, tuner.bundle, tuner.original, layers_tuned, train.texts[:SHOWN])
        encoder = load_encoder(settings, branch=folder)
        tuned = encode_all(material.texts, encoder, show).tuned
        whole = replace(material, encoded=replace(material.encoded, tuned=tuned))
        return kept(whole, made, branch, encoder, registry, start, source=path.name, rows=rows, force=force, seed=seed)


class Tuner:
    """The published model and the bundle that a branch will stand on."""

    def __init__(self, settings: KnowledgeSettings, layers: int) -> None:
        bundle = load_bundle(bundle_folder(settings))
        if bundle is None:
            raise ModelError("the sentence model was not made ready: run advisor init")
        self.bundle = bundle
        self.original = load_original(settings.model)
        self.published = last_layers(self.original, layers)
        self.lower = Lower(bundle, self.original, layers)

    def cost(self, texts: Sequence[str], topics: Sequence[str], recipe: TuningRecipe, base: Encoder) -> str:
        """Measure some batches, and say how long all will take."""
        order = np.random.default_rng(recipe.seed).permutation(len(texts))[:SAMPLED].tolist()
        some = [texts[row] for row in order]
        truth = np.unique([topics[row] for row in order], return_inverse=True)[1].astype(np.int64)
        start = time.perf_counter()
        base.encode(some)
        states = States.of(self.lower, some, silent)
        reading = (time.perf_counter() - start) / len(some)
        mean, most = seconds_a_step(self.published, states, np.arange(len(some)), truth, recipe)
        count = len(texts) * 4 // 5
        runs = 1 + (PARTS - 1 if count <= CROSSED else 0)
        work = runs * recipe.epochs * -(-count // recipe.batch)
        about, at_most = (3 * reading * len(texts) + each * work for each in (mean, most))
        longest = minutes(max(at_most, 1.5 * about), most=True)
        return f"This takes {minutes(about)}, {longest}; Ctrl-C leaves all as it was."

    def tuned(self, train: Material, recipe: TuningRecipe, progress: Progress) -> tuple[TunedLayers, list[Fold], Rows]:
        """Tune on the training side: the layers, folds of texts that a branch had not seen, and the rows tuned on."""
        texts, topics = train.texts, train.topics
        labels, truth = np.unique(topics, return_inverse=True)
        names = [words_of(label) for label in labels.tolist()] if recipe.names else []
        states = States.of(self.lower, [*texts, *names], progress)
        truth = np.concatenate([truth, np.arange(len(names))]).astype(np.int64)
        everything, named = np.arange(len(texts)), np.arange(len(texts), len(texts) + len(names))
        groups = groups_of(train.hashes)
        if len(texts) <= CROSSED:
            part = folds(groups, topics, parts=PARTS, seed=seed_of(recipe))
            tests = [np.flatnonzero(part == number) for number in range(PARTS)]
        else:
            part = folds(groups, topics, parts=KEPT_BACK, seed=seed_of(recipe))
            tests = [np.flatnonzero(part == 0)]
        trains = [np.setdiff1d(everything, test) for test in tests]
        runs = [np.concatenate([rows, named]) for rows in trains]
        if len(tests) > 1:
            runs.append(np.concatenate([everything, named]))
        total, done = sum(steps(truth[rows], recipe) for rows in runs), 0

        def stepped() -> None:
            nonlocal done
            done += 1
            progress("Tuning", done, total)

        found = []
        progress("Tuning", 0, total)
        for at, rows in enumerate(runs):
            chosen_by = tests[0] if len(tests) == 1 else None
            layers = tune(self.published, states, rows, truth, recipe, chosen_by=chosen_by, stepped=stepped)
            if at < len(tests):
                found.append(Fold(trains[at], tests[at], embedded(layers, states, everything)))
        return layers, found, runs[-1][runs[-1] < len(texts)]


def kept(
    whole: Material,
    made: Sequence[Fold],
    branch: Branch,
    encoder: Encoder,
    registry: Registry,
    start: float,
    *,
    source: str,
    rows: Rows,
    force: bool,
    seed: int,
) -> Outcome:
    """Fit the heads, measure, keep the branch and its head, and take them into use if that is better."""
    train, test = whole.part(0, whole.trained), whole.part(whole.trained, len(whole.rows))
    ready = parts.prepared(train.texts, train.topics, train.encoded, seed=seed)
    held = held_looks(ready, made, seed)
    named = partial(replace, encoder=encoder.fingerprint)
    with_it = named(assembled(ready, held, seed, tuned=True), branch=encoder.branch)
    without = assembled(ready, held, seed, tuned=False)
    first, second = held.right(tuned=True), held.right(tuned=False)
    groups = train.hashes[held.rows]
    if len(made) == 1:  # the texts kept back chose the epoch, and the shares: they do not measure as well
        first, second, groups = first[:0], second[:0], groups[:0]
    first, second = np.append(first, right(with_it, test)), np.append(second, right(without, test))
    if not len(first):
        raise ModelError("no text is held out to measure on: label more texts")
    change = paired_bootstrap(first, second, seed=seed, groups=groups_of(np.append(groups, test.hashes)))
    everything = parts.prepared(whole.texts, whole.topics, whole.encoded, seed=seed)
    final = named(assembled(everything, held, seed, tuned=True), branch=encoder.branch)
    live = force or change.low > 0
    figures = {
        "without": round(float(second.mean()), 4), "with": round(float(first.mean()), 4), "low": round(change.low, 4),
        "high": round(change.high, 4), "measured_on": len(first), "layers": branch.manifest.layers,
        "cosine": branch.manifest.cosine,
    }  # fmt: skip

    def fill_branch(folder: Path) -> None:
        for name in (BRANCH, branch.manifest.graph):
            (folder / name).write_bytes((branch.folder / name).read_bytes())
        np.savez_compressed(folder / SEEN, hashes=np.unique(train.hashes[rows]))
        (folder / REPORT).write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")

    def fill_topics(folder: Path) -> None:
        final.save(folder)
        (folder / MEASURED).mkdir()
        with_it.save(folder / MEASURED)
        write_manifest(folder / MEASURED)
        np.savez_compressed(folder / SEEN, hashes=np.unique(train.hashes))
        (folder / REPORT).write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")

    about = About(source=source, rows=len(rows), encoder=encoder.fingerprint, figures=figures)
    version = registry.add(Kind.ENCODER, fill_branch, about)
    head = registry.add(Kind.TOPICS, fill_topics, replace(about, rows=len(whole.rows)))
    if live:  # the head last: alone, without its branch, it would not serve
        registry.use(Kind.ENCODER, version.name)
        registry.use(Kind.TOPICS, head.name)
    return Outcome(
        encoder=version.name, topics=head.name, rows=len(rows), measured_on=len(first), without=float(second.mean()),
        with_it=float(first.mean()), change=change, cosine=branch.manifest.cosine,
        precision=branch.manifest.precision, seconds=round(time.monotonic() - start, 1), in_use=live,
    )  # fmt: skip


def held_looks(material: parts.Material, made: Sequence[Fold], seed: int) -> Held:
    """Let each fold's head read the texts that neither it nor its branch has seen."""
    looks: list[parts.Looks] = []
    strange: list[Matrix] = []
    for fold in made:
        own = replace(material, encoded=replace(material.encoded, tuned=fold.tuned))
        train, test = own.subset(fold.train), own.subset(fold.test)
        looks.append(parts.looks_of(parts.fit_parts(train), test))
        strange.append(views(strangers.measured_space(train, seed=seed), test.encoded, looks[-1]))
    rows = np.concatenate([fold.test for fold in made])
    joined = {name: np.concatenate([one[name] for one in looks]) for name in looks[0]}
    return Held(joined, np.concatenate(strange), material.truth[rows], rows)


def assembled(material: parts.Material, held: Held, seed: int, *, tuned: bool) -> TopicHead:
    """A head fitted on all texts of the material, its shares, temperature and limit from held-out ones."""
    shares = held.shares(tuned=tuned)
    fitted = {name: part for name, part in parts.fit_parts(material).items() if name in shares}
    strange = strangers.with_limit(
        strangers.measured_space(material, seed=seed), held.strange, held.right(tuned=tuned), strangers.KEPT
    )
    return TopicHead(
        labels=material.labels,
        parts={
            name: Part(*parts.for_serving(name, part, material.space), shares[name]) for name, part in fitted.items()
        },
        rarity=material.rarity,
        strangeness=strange,
    )


def right(head: TopicHead, test: Material) -> Rights:
    """Which texts a head tells rightly."""
    if not test.rows:
        return np.zeros(0, bool)
    places = {label: at for at, label in enumerate(head.labels)}
    truth = np.array([places.get(topic, -1) for topic in test.topics])
    found: Rights = head.probabilities(test.encoded, test.texts).argmax(axis=1) == truth
    return found


def seed_of(recipe: TuningRecipe) -> int:
    """The seed of the folds: not that of a head's folds, which are drawn from the same texts."""
    return recipe.seed + 2


def minutes(seconds: float, *, most: bool = False) -> str:
    """A time as people say it."""
    word = "at most" if most else "about"
    if seconds < 90:
        return f"{word} {max(10, 10 * round(seconds / 10))} seconds"
    return f"{word} {round(seconds / 60) or 1} minutes"
