"""Settings become a ready Advisor: the only place where the parts are put together."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from threadpoolctl import threadpool_limits

from advisor.advise import Advisor
from advisor.decision.experience import Experience, default_text
from advisor.reading.evidence import Heads, Reader
from advisor.reading.heads import MANIFEST, SHIPPED, fingerprint
from advisor.records import Records
from advisor.settings import Settings
from advisor.types import Moment, Promise
from index.encoder import load_encoder
from index.knowledge import KnowledgeBase
from index.progress import Progress


class Examples:
    """The sentences of an experience file that reading learns from."""

    def __init__(self, experience: Experience) -> None:
        self.examples: Sequence[tuple[Moment, str]] = [
            (moment, text) for moment, ideal in experience.moments.items() for text in ideal.examples
        ]
        self.incidents: Sequence[tuple[str, str]] = [
            (incident.id, text) for incident in experience.incidents for text in (incident.text, *incident.examples)
        ]


def ready(settings: Settings, *, progress: Progress | None = None) -> Advisor:
    """Put an Advisor together; the sentence model is made ready on first use."""
    # the products of one ticket are too small for many threads, which only wait for each other
    threadpool_limits(1, user_api="blas")
    experience, text = load_experience(settings)
    encoder = load_encoder(settings.knowledge, progress=progress)
    knowledge = KnowledgeBase.open(settings.knowledge, encoder, progress=progress)
    folder = heads_folder(settings)
    heads = Heads.load(folder, encoder=encoder.fingerprint, fingerprint=fingerprint(folder))
    records = open_records(settings)
    records.keep_experience(experience.fingerprint, text)
    return Advisor(
        Reader(encoder, knowledge, heads, Examples(experience), masked=settings.mask), records, experience, Promise()
    )


def load_experience(settings: Settings) -> tuple[Experience, str]:
    """The installation's experience file and its text; the shipped one where there is none yet."""
    if settings.experience.is_file():
        return Experience.load(settings.experience), settings.experience.read_text(encoding="utf-8")
    return Experience.default(), default_text()


def heads_folder(settings: Settings) -> Path:
    """Where the heads in use lie: the installation's own, else the shipped ones."""
    return settings.models if (settings.models / MANIFEST).is_file() else SHIPPED


def open_records(settings: Settings) -> Records:
    """Open the records, and make them where there are none."""
    settings.home.mkdir(parents=True, exist_ok=True)
    return Records.open(settings.records)
