"""Looks for gaps: tickets that nothing answers, put together by what they are about, each group named and counted.

A ticket is a gap's only where an article could have helped and none does. So tickets that are not read, those whose
customer wants a person whatever the articles, and those that go to a person by safety or by a rule of the company are
counted and left out. Of the rest an article answers where one was advised, where an agent really gave one, or where the
best one reaches the shipped threshold and only the costs of this case forbade it; else none does.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

import numpy as np

from advisor.decision.experience import Experience
from advisor.insight.clusters import LEAST, TOGETHER, Cluster, Vectors, clusters
from advisor.insight.gaps import RECENT
from advisor.insight.ledger import was_article
from advisor.insight.titles import PLACEHOLDER, Text, shown_words, title_of, words_of_groups
from advisor.records import Past, Records
from advisor.records.gaps import GapArticle, GapLook, NewGap
from advisor.types import Action, Evidence, Readability, ReasonCode
from index.knowledge import KnowledgeBase
from index.progress import Progress, silent

MOST = 20_000  # tickets put together, the newest
READ = 1_000  # characters of a ticket: the subject, and what the customer came with
NAMED = 40  # tickets of a group, the most typical, that may name it
TITLES = 5  # of them kept, so that one may be erased
WISHED = frozenset(
    {
        ReasonCode.ASKS_FOR_PERSON,
        ReasonCode.ASKS_FOR_PERSON_ON_FILE,
        ReasonCode.REFUSES,
    }
)
BY_RULE = frozenset({ReasonCode.SAFETY, ReasonCode.TWO_MATTERS, ReasonCode.NEVER_DEFLECT})

NONE_FITTED = f'"{ReasonCode.NOTHING_ANSWERS.value}"'
"""Stands in the advice of who wanted an article first and gets a person as the second choice."""

Key = tuple[str, str]  # source and id of a ticket
Encode = Callable[[Sequence[str], Progress], Vectors]
"""Gives the sentence vectors of texts, (n, dimension), those of the knowledge base's encoder."""


class Standing(StrEnum):
    """Why a ticket is no gap, or that it is one."""

    NOT_READ = "not_read"
    WISHED_PERSON = "wished_person"
    BY_RULE = "by_rule"
    ANSWERED = "answered"
    UNANSWERED = "unanswered"


@dataclass(frozen=True, slots=True)
class _Unanswered:
    key: Key
    customer: str
    offered: frozenset[str]  # ids of the articles that were its candidates


@dataclass(frozen=True, slots=True)
class _Asked:
    key: Key
    text: Text
    offered: frozenset[str]


@dataclass(slots=True)
class _Seen:
    """What one stream over the tickets gives."""

    counts: Counter[Standing] = field(default_factory=Counter)
    unanswered: deque[_Unanswered] = field(default_factory=lambda: deque(maxlen=MOST))
    came: list[datetime] = field(default_factory=list)  # in their order


def look_for_gaps(
    records: Records,
    experience: Experience,
    knowledge: KnowledgeBase,
    encode: Encode,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    together: float = TOGETHER,
    least: int = LEAST,
    progress: Progress | None = None,
) -> None:
    """Look at all tickets of this time and keep what is found, in the place of the last look.

    `together` is the mean cosine from which two groups of tickets are one, `least` the tickets that make a gap.
    """
    bar, seen, recorded = progress or silent, _Seen(), records.counts()["tickets"]
    for past in records.past(since=since, until=until):
        bar("Reading tickets", len(seen.came), recorded + 1)
        _see(seen, past, experience)
    bar("Reading tickets", recorded, recorded)
    asked = _asked(records, seen)
    vectors = encode([encoded_text(one.text.text) for one in asked], bar)
    found = clusters(vectors, together=together, least=least, step=lambda done, of: bar("Putting together", done, of))
    words = words_of_groups([[asked[place].text for place in one.members] for one in found])
    gaps = [
        NewGap(shown_words(said), _nearest(knowledge, one, asked), _named(one, asked, said))
        for one, said in zip(found, words, strict=True)
    ]
    records.gaps.keep(_look(seen, since, until), gaps)


def standing(past: Past, evidence: Evidence, experience: Experience) -> Standing:
    """Whether a ticket is one that no article answers, and why not."""
    if evidence.readability is not Readability.READABLE:
        return Standing.NOT_READ
    if past.reason in WISHED and NONE_FITTED not in past.recommendation_json:
        return Standing.WISHED_PERSON
    if past.reason in BY_RULE:
        return Standing.BY_RULE
    given = past.action is Action.SELF_SERVICE or was_article(past)
    fits = bool(evidence.candidates) and past.p_resolve >= experience.promise.shipped_threshold
    return Standing.ANSWERED if given or fits else Standing.UNANSWERED


def _text(subject: str, text: str, customer: str) -> Text:
    return Text(subject, text[:READ], customer)


def encoded_text(text: str) -> str:
    """What of a masked text is put together by: its beginning, on one line, without placeholders."""
    return " ".join(PLACEHOLDER.sub(" ", text[:READ]).split())


def _see(seen: _Seen, past: Past, experience: Experience) -> None:
    evidence = past.evidence()
    found = standing(past, evidence, experience)
    seen.counts[found] += 1
    seen.came.append(past.created_at)
    if found is Standing.UNANSWERED:
        offered = frozenset(candidate.id for candidate in evidence.candidates)
        seen.unanswered.append(_Unanswered((past.source, past.ticket_id), past.customer, offered))


def _asked(records: Records, seen: _Seen) -> list[_Asked]:
    """The unanswered with their words; what was erased meanwhile is left out."""
    written = records.gaps.texts([one.key for one in seen.unanswered])
    return [
        _Asked(one.key, _text(*written[one.key], f"{one.key[0]}/{one.customer}"), one.offered)
        for one in seen.unanswered
        if one.key in written
    ]


def _nearest(knowledge: KnowledgeBase, one: Cluster, asked: Sequence[_Asked]) -> GapArticle | None:
    """The article whose passage is nearest to the middle, by meaning and by the words of the most typical ticket."""
    middle = np.array([one.middle], np.float32)
    typical = encoded_text(asked[one.members[0]].text.text)
    match = next(iter(knowledge.search(typical, k=1, vector=middle)), None)
    if match is None:
        return None
    known = any(match.article.id in asked[place].offered for place in one.members)
    similarity = round(match.similarity, 4)
    return GapArticle(match.article.id, match.article.title, match.article.url, similarity, not known)


def _named(one: Cluster, asked: Sequence[_Asked], words: dict[str, float]) -> tuple[tuple[str, str, str | None], ...]:
    """The tickets from the middle outwards, but those first that name the group best, with their titles."""
    fit = []
    for place, near in list(zip(one.members, one.similarities, strict=True))[:NAMED]:
        title, fitness = title_of(asked[place].text, words)
        if title:
            fit.append((fitness + near, -place, title))
    best = {-place: title for _, place, title in sorted(fit, reverse=True)[:TITLES]}
    ordered = [*best, *(place for place in one.members if place not in best)]
    return tuple([(*asked[place].key, best.get(place)) for place in ordered])


def _look(seen: _Seen, since: datetime | None, until: datetime | None) -> GapLook:
    newest = max(seen.came, default=None)
    ago = [(newest - came) / RECENT for came in seen.came] if newest is not None else []
    return GapLook(
        at=datetime.now(UTC),
        since=since,
        until=until,
        newest=newest,
        tickets=len(seen.came),
        not_read=seen.counts[Standing.NOT_READ],
        wished_person=seen.counts[Standing.WISHED_PERSON],
        by_rule=seen.counts[Standing.BY_RULE],
        answered=seen.counts[Standing.ANSWERED],
        unanswered=seen.counts[Standing.UNANSWERED],
        looked_at=len(seen.unanswered),
        recent=sum(one < 1 for one in ago),
        before=sum(1 <= one < 2 for one in ago),
    )
