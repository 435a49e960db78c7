"""Are two tickets of one customer about the same thing? A first version, by what reading found in both.

The figure is a sum of what the two share: the topic or else the moment, articles that may answer both, words of the
subjects. Nothing is learnt yet; the weights say that no single sign is enough where another one speaks against it.
The ledger uses it to put tickets together into matters. Whether an article has failed it does not decide: there any new
contact in the window counts, unless a person says that it is another matter.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

from advisor.types import Evidence, Failure

SAME_FROM = 0.5  # likeness from which two tickets count as one matter
TOPIC, MOMENT, ARTICLES, WORDS = 0.4, 0.15, 0.4, 0.35
LOOKED_AT = 3  # candidates of each ticket
_WORD = re.compile(r"[^\W_]{3,}")
_EMPTY = frozenset(
    {"about", "again", "and", "are", "but", "can", "did", "does", "for", "from", "get", "has", "have", "help", "how"}
    | {"its", "new", "not", "our", "please", "question", "still", "that", "the", "there", "this", "was", "what", "when"}
    | {"why", "with", "you", "your"}
)
"""Words that a subject may hold whatever it is about."""
_REPLY = re.compile(r"(?i)^(?:\s*(?:re|fw|fwd|aw|wg)\s*:)+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """What of a ticket tells its matter."""

    topic: str | None  # None = not known
    moment: str
    articles: frozenset[str]  # ids of the best candidates
    failed: frozenset[str]  # ids of articles that the customer has tried for it
    words: frozenset[str]  # of the subject, without those that say nothing

    @classmethod
    def of(cls, evidence: Evidence, subject: str) -> Self:
        """`subject` is the masked one."""
        topic = evidence.topic.label if evidence.topic.known else None
        return cls(
            topic=topic.casefold() if topic else None,
            moment=str(evidence.moment.label),
            articles=frozenset(candidate.id for candidate in evidence.candidates[:LOOKED_AT]),
            failed=_named(evidence.failures),
            words=words_of(subject),
        )


@dataclass(frozen=True, slots=True)
class Likeness:
    """How far two tickets are about the same thing."""

    figure: float  # 0 to 1
    why: str

    @property
    def is_same(self) -> bool:
        """Whether they count as one matter."""
        return self.figure >= SAME_FROM


def likeness(one: Matter, other: Matter) -> Likeness:
    """The same figure, whichever of the two came first."""
    parts = [
        part for part in (_again(one, other), _about(one, other), _answered(one, other), _said(one, other)) if part
    ]
    figure = min(1.0, max(0.0, sum(weight for weight, _ in parts)))
    return Likeness(round(figure, 3), "; ".join(why for _, why in parts) or "nothing in common")


def words_of(subject: str) -> frozenset[str]:
    """The words of a subject that say something, in small letters."""
    return frozenset(_WORD.findall(_REPLY.sub("", subject).casefold())) - _EMPTY


def _again(one: Matter, other: Matter) -> tuple[float, str] | None:
    """An article that failed in one and is near the other."""
    tried = (one.failed & (other.articles | other.failed)) | (other.failed & one.articles)
    return (SAME_FROM, "an article of the one was tried in the other") if tried else None


def _about(one: Matter, other: Matter) -> tuple[float, str] | None:
    if one.topic and other.topic:
        same = one.topic == other.topic
        return (
            (TOPIC, f"same topic, {one.topic}") if same else (-MOMENT, f"topics differ: {_and(one.topic, other.topic)}")
        )
    if one.moment == other.moment:
        return MOMENT, f"same moment, {one.moment.replace('_', ' ')}"
    return None


def _answered(one: Matter, other: Matter) -> tuple[float, str] | None:
    shared = _overlap(one.articles, other.articles)
    if not shared:
        return None
    both = len(one.articles & other.articles)
    return ARTICLES * shared, f"{both} of the articles that may answer are the same"


def _said(one: Matter, other: Matter) -> tuple[float, str] | None:
    shared = _overlap(one.words, other.words)
    both = ", ".join(sorted(one.words & other.words))
    return (WORDS * shared, f"words of both subjects: {both}") if shared else None


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    """The share of the smaller one that the other has too; 0 where one is empty."""
    smaller = min(len(one), len(other))
    return len(one & other) / smaller if smaller else 0.0


def _and(one: str, other: str) -> str:
    return " and ".join(sorted((one, other)))


def _named(failures: tuple[Failure, ...]) -> frozenset[str]:
    return frozenset(failure.article for failure in failures if failure.article is not None)
