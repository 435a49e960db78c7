"""Settings become a ready Advisor: the only place where the parts are put together."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click
from threadpoolctl import threadpool_limits

from advisor.advise import Advisor
from advisor.decision.drift import bound
from advisor.decision.experience import Experience
from advisor.decision.policy import costs_of
from advisor.experience_in_force import experience_in_force
from advisor.reading.answering import Sparing
from advisor.reading.evidence import Heads, Reader
from advisor.reading.heads import MANIFEST, fingerprint
from advisor.reading.memory import Cache, Memory
from advisor.reading.topics import TopicHead, branch_needed
from advisor.records import Records
from advisor.registry import IN_USE, Kind, Version, heads_folder, trained_models
from advisor.running import Running
from advisor.settings import Settings
from advisor.types import Moment, Promise
from advisor.who import somebody
from index.encoder import Encoder, load_encoder
from index.knowledge import KnowledgeBase
from index.progress import Progress

if TYPE_CHECKING:
    from advisor.archive.rescore import Basis
    from advisor.archive.worker import Past

SET_ASIDE = (
    "the promise was certified by other costs than those of the experience file in force, so it promises nothing here "
    "and the stricter of the shipped and the last threshold serves: put the costs back, or certify again with "
    "advisor promise --certify"
)


GIGABYTE = 10**9


class Examples:
    """The sentences of an experience file that reading learns from."""

    def __init__(self, experience: Experience) -> None:
        self.examples: Sequence[tuple[Moment, str]] = [
            (moment, text) for moment, ideal in experience.moments.items() for text in ideal.examples
        ]
        self.incidents: Sequence[tuple[str, str]] = [
            (incident.id, text) for incident in experience.incidents for text in (incident.text, *incident.examples)
        ]
        self.incident_articles: Sequence[tuple[str, str]] = [
            (incident.id, incident.article) for incident in experience.incidents if incident.article is not None
        ]


def ready(settings: Settings, *, progress: Progress | None = None) -> Advisor:
    """Put an Advisor together; the sentence model is made ready on first use."""
    # the products of one ticket are too small for many threads, which only wait for each other
    threadpool_limits(1, user_api="blas")
    records = open_records(settings)
    experience, text = _in_force(settings, records)
    reader = reader_of(settings, experience, progress=progress)
    records.keep_experience(experience.fingerprint, text, by=somebody())
    return Advisor(reader, records, experience, promise_in_use(records, experience))


def running(settings: Settings, *, progress: Progress | None = None) -> Running:
    """An advisor for a program that runs on; another experience file or promise needs no model loaded again."""
    threadpool_limits(1, user_api="blas")
    records = open_records(settings)
    models = _Models(settings, progress)

    def load() -> Advisor:
        experience, text = _in_force(settings, records)
        encoder, knowledge, heads = models.loaded()
        records.keep_experience(experience.fingerprint, text, by=somebody())
        reader = Reader(encoder, knowledge, heads, Examples(experience), masked=settings.mask)
        return Advisor(reader, records, experience, promise_in_use(records, experience))

    def state() -> Hashable:
        return file_state(settings.experience), models.state(), records.promises.in_force()

    return Running(load, state)


class _Models:
    """Encoder, knowledge base and heads, loaded again only where another model came into use."""

    def __init__(self, settings: Settings, progress: Progress | None) -> None:
        self._settings = settings
        self._progress = progress
        self._seen: Hashable = None
        self._loaded: tuple[Encoder, KnowledgeBase, Heads] | None = None

    def state(self) -> Hashable:
        """Names the models in use."""
        folder = trained_models(self._settings).folder
        return file_state(folder / IN_USE), file_state(heads_folder(self._settings) / MANIFEST)

    def loaded(self) -> tuple[Encoder, KnowledgeBase, Heads]:
        """Those in use now."""
        now = self.state()
        if self._loaded is None or now != self._seen:
            encoder = encoder_in_use(self._settings, progress=self._progress)
            knowledge = KnowledgeBase.open(self._settings.knowledge, encoder, progress=self._progress)
            self._loaded, self._seen = (encoder, knowledge, heads_in_use(self._settings, encoder)), now
        return self._loaded


def file_state(path: Path) -> Hashable:
    """Names a file's content as far as the file system tells; None where there is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def reader_of(
    settings: Settings,
    experience: Experience,
    *,
    memory: Memory | None = None,
    sparing: Sparing | None = None,
    progress: Progress | None = None,
) -> Reader:
    """Put a Reader together; the sentence model is made ready on first use."""
    encoder = encoder_in_use(settings, progress=progress)
    knowledge = KnowledgeBase.open(settings.knowledge, encoder, progress=progress)
    heads = heads_in_use(settings, encoder)
    ideals = Examples(experience)
    return Reader(encoder, knowledge, heads, ideals, masked=settings.mask, memory=memory, sparing=sparing)


def archive_reader(settings: Settings, experience: Experience, *, sparing: Sparing | None = None) -> Reader:
    """A Reader that reads nothing twice, for one of several processes."""
    threadpool_limits(1, user_api="blas")
    return reader_of(settings, experience, memory=cache_of(settings), sparing=sparing)


def cache_of(settings: Settings) -> Cache:
    """What was read before."""
    settings.home.mkdir(parents=True, exist_ok=True)
    return Cache.open(settings.knowledge.cache_db, limit=settings.cache_gb * GIGABYTE)


def promise_in_use(records: Records, experience: Experience) -> Promise:
    """The promise in force, set aside where it rests on other costs than this file's; standard error then says so."""
    kept = records.promises.in_force() or Promise()
    used = bound(kept, costs_of(experience))
    if used != kept:
        click.echo(f"Warning: {SET_ASIDE}", err=True)
    return used


def encoder_in_use(settings: Settings, *, progress: Progress | None = None) -> Encoder:
    """The encoder that the settings name, with the tuned branch in use where there is one."""
    branch = trained_models(settings).in_use(Kind.ENCODER)
    return load_encoder(settings.knowledge, branch=branch.folder if branch else None, progress=progress)


def heads_in_use(settings: Settings, encoder: Encoder) -> Heads:
    """All heads: the default ones, and what was trained in this installation."""
    models, folder = trained_models(settings), heads_folder(settings)
    topics, answers = topics_in_use(settings, encoder.branch), models.in_use(Kind.ANSWERS)
    names = [fingerprint(folder), *(f"{one.kind}:{one.name}" for one in (topics, answers) if one)]
    heads = Heads.load(
        folder,
        encoder=encoder.fingerprint,
        fingerprint="+".join(names),
        recalibration=answers.folder if answers else None,
        threads=settings.threads,
    )
    if topics is None:
        return heads
    return replace(heads, topics=TopicHead.load(topics.folder, encoder=encoder.fingerprint, branch=encoder.branch))


def experience_of(settings: Settings, records: Records) -> Experience:
    """The experience file in force; where it is not the installation's own, standard error says so and why."""
    return _in_force(settings, records)[0]


def archive_basis(settings: Settings, history: Past, *, progress: Progress | None = None) -> Basis:
    """What an archive is scored by, as it stands now; loads the models once to name them."""
    from advisor.archive.rescore import Basis
    from advisor.archive.worker import Past, prints_of

    records = open_records(settings)
    experience, text = _in_force(settings, records)
    reader = reader_of(settings, experience, progress=progress)
    parts = prints_of(reader)
    if history is Past.RECORDS:
        parts["records"] = records.state
    promise = promise_in_use(records, experience)
    return Basis(settings=settings, experience=experience, text=text, promise=promise, parts=parts, reader=reader)


def tidy_archives(settings: Settings) -> None:
    """Let the oldest go of what was read in archives, where it has grown over its limit."""
    from advisor.archive.rescore import prune

    limit = settings.cache_gb * GIGABYTE
    cache_of(settings).trim()
    prune(settings.home, limit=limit)


def _in_force(settings: Settings, records: Records) -> tuple[Experience, str]:
    experience, text, warning = experience_in_force(settings, records)
    if warning is not None:
        click.echo(f"Warning: {warning}", err=True)
    return experience, text


def topics_in_use(settings: Settings, branch: str | None) -> Version | None:
    """The topic head in use for an encoder with this branch; None where this installation has none.

    A head that needs another branch is passed over for the one that was in use before it: so it goes out of use with
    its encoder, and comes back with it.
    """
    past = trained_models(settings).past(Kind.TOPICS)
    return next((version for version in past if branch_needed(version.folder) in (None, branch)), None)


def open_records(settings: Settings) -> Records:
    """Open the records, and make them where there are none."""
    settings.home.mkdir(parents=True, exist_ok=True)
    return Records.open(settings.records)
