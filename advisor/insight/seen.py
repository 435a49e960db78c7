"""Tickets as they stood when they were answered, judged by the wishes in force then: one stream for many figures.

What was advised is decoded only where somebody asks for it, so that a stream over an archive costs its evidence alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from advisor.decision.case import Case
from advisor.decision.experience import Experience
from advisor.errors import ExperienceError
from advisor.insight.honour import Judgement, is_stated, judged
from advisor.insight.when_done import when_done
from advisor.records import Past, Records
from advisor.records.sent import Sent
from advisor.types import Promise, Recommendation


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One ticket."""

    past: Past
    case: Case  # by the evidence and the experience file of the time when it was answered
    judgement: Judgement | None  # None = no stated wish was in force
    then: Sent | None  # the advice of that time; None = there is only one, the newest

    @property
    def advice(self) -> Recommendation:
        """What was advised when it was answered."""
        return self.then.recommendation if self.then is not None else self.past.recommendation()

    @property
    def has_grown(self) -> bool:
        """Whether the customer wrote on after the answer, so that the stored text is not what was answered."""
        return self.then is not None and self.then.evidence != self.past.evidence()


class Files:
    """The experience files by which tickets were advised; where one was never kept, that in force now."""

    def __init__(self, records: Records, now: Experience) -> None:
        self._records = records
        self._now = now
        self._known = {now.fingerprint: now}

    def of(self, fingerprint: str) -> Experience:
        """The file with this fingerprint."""
        if fingerprint not in self._known:
            self._known[fingerprint] = self._read(fingerprint)
        return self._known[fingerprint]

    def _read(self, fingerprint: str) -> Experience:
        text = self._records.experience(fingerprint)
        try:
            return Experience.parse(text, name=fingerprint) if text is not None else self._now
        except ExperienceError:  # written for an older program
            return self._now


def seen(
    records: Records, experience: Experience, *, since: datetime | None = None, until: datetime | None = None
) -> Iterator[Seen]:
    """The tickets that came in this time, in their order; `experience` serves where the file of then is not kept."""
    files = Files(records, experience)
    for past in records.past(since=since, until=until):
        yield seen_again(records, past, files)


def seen_again(records: Records, past: Past, files: Files) -> Seen:
    """One ticket as it stood when it was answered."""
    then = when_done(records, past) if past.revision > 1 else None
    evidence = then.evidence if then is not None else past.evidence()
    fingerprint = then.recommendation.experience if then is not None else past.experience
    case = Case.of(evidence, files.of(fingerprint), Promise())
    return Seen(past=past, case=case, judgement=judged(case, past.handled) if is_stated(case) else None, then=then)
