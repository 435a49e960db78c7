"""The pilot of a fast run: tickets drawn by chance, always the same ones of an archive, read in full.

What is read here lies in the cache, so the run itself does not read it again.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from advisor.archive.formats import Archive, BadRow, Row, read_rows, ticket_of
from advisor.archive.gate import FARTHEST, Examples, features, hangs_on_topic, is_settled, odds, wishes_for_article
from advisor.archive.selection import SEED, Selection
from advisor.decision.case import Case
from advisor.decision.costs import needed_by_cost
from advisor.decision.outline import outline_of
from advisor.reading.heads import Matrix
from advisor.reading.pairs import Question
from advisor.types import Evidence, History, Readability, Ticket
from index.knowledge import KnowledgeBase
from index.progress import Progress

if TYPE_CHECKING:
    from advisor.archive.rescore import Basis, Request

MOST = 4_000  # tickets
SHARE = 4  # one in so many at most
BATCH = 64
PILOT = "Reading a pilot"


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """What a gate learns of a ticket; the fields are rows of `Examples`."""

    looks: Matrix  # (features,)
    fit: float
    bar: float
    changed: bool


class Noting:
    """Spares nothing, and notes how each readable ticket looks before articles are searched for it."""

    def __init__(self) -> None:
        self.noted: list[tuple[Evidence, Matrix]] = []

    def spares(self, evidence: Evidence, question: Question, knowledge: KnowledgeBase, /) -> bool:
        """No."""
        self.noted.append((evidence, features(question, knowledge)))
        return False


def drawn(archive: Archive, selection: Selection) -> list[Row]:
    """Rows drawn by chance, in the order of the archive: one in SHARE of what is asked for, MOST at most."""
    chances = np.random.default_rng(SEED)
    good = (row for row in read_rows(archive) if not isinstance(row, BadRow))
    count, kept = 0, list[tuple[float, int, Row]]()  # the least chances, as a heap of the greatest
    for count, row in enumerate(good, start=1):
        entry = (-float(chances.random()), -count, row)
        if len(kept) < MOST:
            heapq.heappush(kept, entry)
        elif entry > kept[0]:
            heapq.heapreplace(kept, entry)
    share = min(count, selection.sample or count) // SHARE
    return [row for _, place, row in sorted(sorted(kept, reverse=True)[:share], key=lambda one: -one[1])]


def pilot(request: Request, basis: Basis, progress: Progress) -> Examples:
    """Read the pilot of an archive and make examples of it for a gate."""
    found = (ticket_of(row, basis.experience.zone) for row in drawn(request.archive, request.selection))
    tickets = [one for one in found if not isinstance(one, BadRow) and request.selection.is_late(one.created_at)]
    learnt = [one for one in examples_of(tickets, basis, progress) if one is not None]
    return Examples(
        np.array([one.looks for one in learnt], np.float32),
        np.array([one.fit for one in learnt], np.float32),
        np.array([one.bar for one in learnt], np.float32),
        np.array([one.changed for one in learnt], bool),
        len(tickets),
    )


def examples_of(tickets: Sequence[Ticket], basis: Basis, progress: Progress) -> Iterator[Example | None]:
    """What a gate learns of each readable ticket; None where it has no say."""
    from advisor.wiring import archive_reader

    noting = Noting()
    reader = archive_reader(basis.settings, basis.experience, sparing=noting)
    for start in range(0, len(tickets), BATCH):
        progress(PILOT, start, len(tickets))
        noting.noted.clear()
        read = reader.evidence([(ticket, History()) for ticket in tickets[start : start + BATCH]])
        readable = [one for one in read if one.readability is Readability.READABLE]
        for (before, looks), whole in zip(noting.noted, readable, strict=True):
            cases = (Case.of(one, basis.experience, basis.promise) for one in (before, whole))
            yield example(*cases, looks=looks)
    progress(PILOT, len(tickets), len(tickets))


def example(without: Case, whole: Case, *, looks: Matrix) -> Example | None:
    """How a ticket looks, and what the search made of it; None where a gate has no say."""
    if hangs_on_topic(without) or is_settled(without) or wishes_for_article(without):
        return None
    fit = min(FARTHEST, max(-FARTHEST, odds(whole.p_resolve)))
    one, other = outline_of(without), outline_of(whole)
    changed = (one.action, one.channel) != (other.action, other.channel)
    return Example(looks, fit, odds(needed_by_cost(whole)), changed)
