"""From a company's labelled tickets to a topic head that is measured, compared and kept.

A text's side depends on its hash alone (`training.splits`), so what is held out now was held out before. The figures,
and the comparison with the head in use, are those of heads fitted on the training side. Where the data are small, what
serves is then fitted once more on all texts, since held-out texts are a fifth of what can be learnt from; its twin that
was measured is kept beside it and stands for it when the next training compares. Each version keeps the hashes of the
texts that its measured head was fitted on: a comparison leaves them out.

The rule: a new head is not worse if on the same held-out texts its accuracy is at most one point below that of the
one in use, and the 95 % interval of the paired difference reaches 0. The first bound holds where there are few texts
and the interval is wide, the second where there are many and even half a point is no chance.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from advisor.errors import ModelError
from advisor.reading.heads import Matrix, write_manifest
from advisor.reading.topics import TopicHead
from advisor.registry import About, Kind, Registry, Version
from advisor.types import Topic
from index.encoder import Encoded, Encoder
from index.progress import Progress, silent
from training.labelled import Labelled, read_labelled
from training.labelled_draw import Limits, counted, folded, listed
from training.measures import Difference, paired_bootstrap
from training.report import Comparison, Figures, Report, Verdict, measure, operating, stored, suspects
from training.splits import Chosen, Hashes, Rows, groups_of
from training.topic_material import Material, as_read, picked, prepared
from training.topic_pictures import pictures
from training.topics import fit_topics, out_of_fold

SEED = 7
MARGIN = 0.01  # of accuracy
REFITTED = 20_000  # texts up to which the head that serves is fitted once more on all of them
FOLDED = 30_000  # training texts up to which each is also read by a head that was not fitted on it
MOST_WORK = 20_000_000  # texts × topics beyond which neither is done: it would take hours
HELD_ENOUGH, HELD_PER_TOPIC = 300, 5  # held-out texts from which the figures rest on them alone
SOME = 2_000  # texts that a head reads at once
SEEN = "seen.npz"
MEASURED = "measured"  # folder of the twin


HELD_OUT = "held out, fitted on the other four fifths"
CROSS_VALIDATED = "cross-validated, each read by a head that was not fitted on it"


def train_topics(
    path: Path,
    columns: Mapping[str, str],
    encoder: Encoder,
    registry: Registry,
    *,
    masked: bool,
    force: bool,
    seed: int = SEED,
    limits: Limits | None = None,
    progress: Progress | None = None,
    heard: Callable[[str], None] | None = None,
) -> tuple[Report, Mapping[str, str]]:
    """Train, measure, compare and keep a topic head, and take it into use unless it is worse.

    Gives the report and the pictures, SVG texts by name. `heard` is told sentences as they come. Raises LabelledError
    for a file that cannot be trained on, ModelError where the version cannot be kept; the head in use stays then.
    """
    start, say, show = time.monotonic(), heard or (lambda sentence: None), progress or silent
    shaped = partial(as_read, masked=masked)
    labelled = read_labelled(path, columns, limits=limits, shaped=shaped, progress=show)
    say(found_in(labelled, path))
    material = prepared(labelled.rows, encoder, show)
    train, test = material.part(0, material.trained), material.part(material.trained, len(material.rows))
    head = fitted(train, encoder, seed, show)
    figures, drawn = measured(head, train, test, seed, show)
    comparison = compared(head, test, encoder, registry, seed)
    final = head
    if test.rows and affordable(material, head, REFITTED):
        final = fitted(material, encoder, seed, show)
    report = Report(
        source=path.name, read=labelled.read, used=len(labelled.rows), refused=labelled.refused,
        problems=labelled.problems, notes=labelled.notes, figures=figures, comparison=comparison,
        fitted_on=len(train.rows) if final is head else len(material.rows), seconds=round(time.monotonic() - start, 1),
    )  # fmt: skip
    images = drawn_or_not(drawn, say)
    about = About(source=path.name, rows=report.fitted_on, encoder=encoder.fingerprint, figures=summary(report))

    def fill(folder: Path) -> None:
        final.save(folder)
        if final is not head:
            (folder / MEASURED).mkdir()
            head.save(folder / MEASURED)
            write_manifest(folder / MEASURED)
        np.savez_compressed(folder / SEEN, hashes=np.unique(train.hashes))
        (folder / "report.json").write_text(json.dumps(stored(report), indent=1) + "\n", encoding="utf-8")
        for name, image in images.items():
            (folder / name).write_text(image, encoding="utf-8")

    version = registry.add(Kind.TOPICS, fill, about)
    live = force or comparison.verdict in (Verdict.FIRST, Verdict.NOT_WORSE, Verdict.UNUSABLE)
    if live:
        registry.use(Kind.TOPICS, version.name)
    return replace(report, version=version.name, in_use=live), images


def found_in(labelled: Labelled, path: Path) -> str:
    """What a file holds."""
    topics = len({row.topic for row in labelled.rows})
    return f"{path.name}: {labelled.read:,} rows, {len(labelled.rows):,} different texts of {topics:,} topics"


def fitted(material: Material, encoder: Encoder, seed: int, progress: Progress) -> TopicHead:
    """A head for this encoder.

    It does not look at a tuned branch, which knows the texts that it was tuned on by heart; a head that does is made
    together with the branch, by `advisor train encoder`.
    """
    head = fit_topics(material.texts, material.topics, untuned(material.encoded), seed=seed, progress=progress)
    return replace(head, encoder=encoder.fingerprint)


def untuned(encoded: Encoded) -> Encoded:
    """The vectors of the untouched encoder."""
    return replace(encoded, tuned=None)


def measured(
    head: TopicHead, train: Material, test: Material, seed: int, progress: Progress
) -> tuple[Figures, Callable[[], Mapping[str, str]]]:
    """Figures of a head on texts that it was not fitted on, and what draws them.

    They rest on the held-out texts where these are enough; else on all texts, each read by a head of the same kind
    that was fitted without it and its copies. Labels that look wrong are looked for among all texts.
    """
    chances = np.zeros((0, len(head.labels)), np.float32)
    read: list[Topic] = []
    if test.rows:
        chances, read = heard_of(head, test)
    whole = test
    everywhere = chances
    if affordable(train, head, FOLDED):
        folded_chances = out_of_fold(
            train.texts,
            train.topics,
            untuned(train.encoded),
            groups=groups_of(train.hashes),
            seed=seed,
            progress=progress,
        )
        whole = Material((*train.rows, *test.rows), test.encoded, np.concatenate([train.hashes, test.hashes]), 0)
        everywhere = np.concatenate([folded_chances, chances])
    doubted = suspects(whole.rows, head.labels, everywhere)
    told = operating(test.rows, head.labels, chances, read)
    enough = len(test.rows) >= max(HELD_ENOUGH, HELD_PER_TOPIC * len(head.labels))
    base, shares = (test, chances) if enough else (whole, everywhere)
    basis = HELD_OUT if enough or whole is test else CROSS_VALIDATED
    figures = measure(base.rows, head.labels, shares, groups=groups_of(base.hashes), basis=basis, seed=seed)
    figures = replace(figures, suspects=doubted, operating=told)
    return figures, lambda: pictures(base.rows, head.labels, shares, figures)


def affordable(material: Material, head: TopicHead, most: int) -> bool:
    """Tell whether there is time to fit these texts once more."""
    return len(material.rows) <= most and len(material.rows) * len(head.labels) <= MOST_WORK


def heard_of(head: TopicHead, test: Material) -> tuple[Matrix, list[Topic]]:
    """Probabilities and topics of texts, some at a time, since each part of a head takes as much room as they."""
    chances, read = [], []
    for start in range(0, len(test.rows), SOME):
        part = test.part(start, start + SOME)
        chances.append(head.probabilities(part.encoded, part.texts))
        read += head.read(part.encoded, part.texts)
    return np.concatenate(chances), read


def compared(head: TopicHead, test: Material, encoder: Encoder, registry: Registry, seed: int) -> Comparison:
    """The new head against the one in use, on held-out texts that neither was fitted on."""
    try:
        version = registry.in_use(Kind.TOPICS)
        if version is None:
            return Comparison(verdict=Verdict.FIRST, remarks=("no topic head was in use before",))
        old, seen = comparable(version, encoder)
    except ModelError as error:
        return Comparison(verdict=Verdict.UNUSABLE, remarks=(f"the head in use cannot serve: {error}",))
    mine, theirs = ({folded(label): at for at, label in enumerate(one.labels)} for one in (head, old))
    shared = sorted(set(mine) & set(theirs))
    unseen = ~np.isin(test.hashes, seen)
    common = np.array([folded(row.topic) in theirs for row in test.rows], bool)
    at = np.flatnonzero(unseen & common) if len(test.rows) else np.zeros(0, np.int64)
    remarks = remarks_on(head, old, len(test.rows), int((~unseen).sum()), int((unseen & ~common).sum()))
    if len(shared) < 2 or not len(at):
        remarks = (*remarks, "no text is left to compare them on")
        return Comparison(verdict=Verdict.NOT_COMPARABLE, against=version.name, topics=len(shared), remarks=remarks)
    truth = np.array([shared.index(folded(test.rows[row].topic)) for row in at.tolist()], np.int64)
    new_right = right_among(head, [mine[one] for one in shared], test, at, truth)
    old_right = right_among(old, [theirs[one] for one in shared], test, at, truth)
    change = paired_bootstrap(new_right, old_right, seed=seed, groups=groups_of(test.hashes[at]))
    return Comparison(
        verdict=Verdict.NOT_WORSE if not_worse(change) else Verdict.WORSE, against=version.name, rows=len(at),
        topics=len(shared), old=float(old_right.mean()), new=float(new_right.mean()), change=change, remarks=remarks,
    )  # fmt: skip


def comparable(version: Version, encoder: Encoder) -> tuple[TopicHead, Hashes]:
    """The head of a version that its own training measured, and the hashes of the texts that it was fitted on."""
    version.check()
    twin = version.folder / MEASURED
    head = TopicHead.load(twin if twin.is_dir() else version.folder, encoder=encoder.fingerprint, branch=encoder.branch)
    path = version.folder / SEEN
    if not path.is_file():  # a head that another program put there
        return head, np.zeros(0, np.uint64)
    with np.load(path, allow_pickle=False) as arrays:
        return head, arrays["hashes"]


def remarks_on(head: TopicHead, old: TopicHead, held: int, seen: int, strange: int) -> tuple[str, ...]:
    """What is to be known of a comparison."""
    mine, theirs = ({folded(label): label for label in one.labels} for one in (head, old))
    added = [label for key, label in mine.items() if key not in theirs]
    gone = [label for key, label in theirs.items() if key not in mine]
    found = []
    if added:
        found.append(f"{counted(len(added), 'topic')} new: {listed(sorted(added))}")
    if gone:
        found.append(f"{counted(len(gone), 'topic')} gone that the head in use knows: {listed(sorted(gone))}")
    if added or gone:
        found.append(f"compared on the topics that both know; {strange:,} of {held:,} held-out texts have another")
    if seen:
        found.append(f"{seen:,} of {held:,} held-out texts are left out, since the head in use was fitted on them")
    return tuple(found)


def right_among(head: TopicHead, columns: Sequence[int], test: Material, at: Rows, truth: Rows) -> Chosen:
    """Which rows a head reads right when it may only choose among some of its topics."""
    chances = head.probabilities(picked(test.encoded, at), [test.rows[row].text for row in at.tolist()])
    right: Chosen = chances[:, columns].argmax(axis=1) == truth
    return right


def not_worse(change: Difference) -> bool:
    """The rule at the top of this file."""
    return change.mean >= -MARGIN and change.high >= 0


def drawn_or_not(draw: Callable[[], Mapping[str, str]], say: Callable[[str], None]) -> Mapping[str, str]:
    """The pictures; none, and a sentence, where what draws them is not installed: no training is lost for that."""
    try:
        return draw()
    except ModuleNotFoundError as error:
        say(f"no picture is drawn, since {error.name} is missing: pip install altair vl-convert-python")
        return {}


def summary(report: Report) -> dict[str, float]:
    """The figures that a list of versions shows."""
    figures = report.figures
    return {
        "accuracy": round(figures.accuracy.value, 4),
        "macro_f1": round(figures.macro_f1.value, 4),
        "ece": round(figures.ece, 4),
        "topics": len(figures.topics),
        "measured_on": figures.rows,
    }
