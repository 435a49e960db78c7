"""Articles that may be out of date: long unchanged, or failing since they were last changed.

The age is that which the source of an article gives; where it gives none, or one that is no date, the article has no
age and stands in the list for its outcomes alone. What became of tickets counts from that last change on.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime

from advisor.decision.experience import Experience
from advisor.insight.articles import FAILED, Given, given_articles
from advisor.insight.intervals import Share
from advisor.insight.ledger import State
from advisor.records import Records
from index.articles import Article

OLD = timedelta(days=365)
FAILING = 2  # failed tickets since the last change from which an article is listed
_YEAR_FIRST = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stale:
    """An article that may be out of date."""

    id: str
    title: str
    url: str | None
    updated: datetime | None  # aware; None = the source does not say
    age: timedelta | None  # since then
    is_old: bool  # unchanged for longer than was asked for
    is_failing: bool  # failed more than once since its last change
    given: int  # tickets that it answered since its last change and of which it is known what became
    confirmed: int  # of them
    contradicted: int
    abandoned: int
    handed_on: int

    @property
    def failed(self) -> Share:
        """Of those given, the contradicted, abandoned and handed on."""
        return Share.of_counts(self.contradicted + self.abandoned + self.handed_on, self.given)


@dataclass(frozen=True, slots=True)
class StaleReport:
    """What may be out of date, and of how many articles nobody can say."""

    articles: tuple[Stale, ...]  # failing ones first, then the oldest
    looked_at: int  # articles of the knowledge base
    undated: int  # of them, without a date of their last change


def stale_articles(
    records: Records,
    experience: Experience,
    articles: Iterable[Article],
    *,
    now: datetime,
    old: timedelta = OLD,
    given: Iterable[Given] | None = None,
) -> StaleReport:
    """Articles unchanged for longer than `old`, or failing since they were changed.

    `given` is what `given_articles` gives for all time, where it was read already.
    """
    there = list(articles)
    changed = {article.id: changed_at(article.updated) for article in there}
    since: dict[str, Counter[State]] = defaultdict(Counter)
    for one in given_articles(records, experience, now=now) if given is None else given:
        known = changed.get(one.article) if one.article is not None else None
        if one.article is not None and (known is None or one.at >= known):
            since[one.article][one.state] += 1
    found = [_stale(article, changed[article.id], since, now, old) for article in there]
    listed = [one for one in found if one.is_old or one.is_failing]
    return StaleReport(
        tuple(sorted(listed, key=lambda one: (-one.failed.low * one.is_failing, -(one.age or timedelta()), one.id))),
        len(there),
        sum(one is None for one in changed.values()),
    )


def changed_at(text: str | None) -> datetime | None:
    """A date as sources write it: ISO 8601, the same with / or ., or as in an e-mail; None where it is none."""
    if not text:
        return None
    for read in (datetime.fromisoformat, _loose, parsedate_to_datetime):
        try:
            at = read(text.strip())
        except ValueError:
            continue
        return at if at.tzinfo else at.replace(tzinfo=UTC)
    return None


def _loose(text: str) -> datetime:
    """ValueError unless it begins with year, month and day."""
    found = _YEAR_FIRST.match(text)
    if found is None:
        raise ValueError(f"a date must begin with year, month and day, was: {text}")
    year, month, day = map(int, re.split(r"[-/.]", found[0]))
    return datetime.combine(date(year, month, day), datetime.min.time())


def _stale(
    article: Article, changed: datetime | None, since: Mapping[str, Counter[State]], now: datetime, old: timedelta
) -> Stale:
    states = since.get(article.id, Counter())
    age = now - changed if changed is not None else None
    return Stale(
        id=article.id,
        title=article.title,
        url=article.url,
        updated=changed,
        age=age,
        is_old=age is not None and age > old,
        is_failing=sum(states[state] for state in FAILED) >= FAILING,
        given=states.total() - states[State.OPEN],
        confirmed=states[State.CONFIRMED],
        contradicted=states[State.CONTRADICTED],
        abandoned=states[State.ABANDONED],
        handed_on=states[State.HANDED_ON],
    )
