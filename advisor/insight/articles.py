"""What each article did: how often it was advised and really given, and what became of those tickets.

An article was given where a ticket was really answered by self-service and it is known with which: the one that an
agent linked; else the one that who told the outcome names; else the first one of the advice in force then. Where an
agent sent one against the advice and nothing shows which, the ticket is counted as `unnamed` and at no article.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from advisor.decision.experience import Experience
from advisor.insight.intervals import Share
from advisor.insight.ledger import OLDEST, TOLD, Entry, State, ledger
from advisor.insight.when_done import when_done
from advisor.records import Records
from advisor.records.offers import first_choices, taken_back, titles
from advisor.types import Action
from index.articles import Article

FAILED = (State.CONTRADICTED, State.ABANDONED, State.HANDED_ON)
"""What an article may come to without having helped; each stays counted by itself."""


@dataclass(frozen=True, slots=True)
class Given:
    """A ticket that self-service really answered."""

    source: str
    ticket_id: str
    article: str | None  # id; None = it is not known which
    state: State
    at: datetime  # aware; when it was answered


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleFigures:
    """One article, over the tickets of some time."""

    id: str
    title: str
    url: str | None
    category: str | None
    updated: str | None  # as the source writes it; None = not known
    is_there: bool  # in the knowledge base now
    advised: int  # tickets for which it was the first choice of self-service
    given: int  # tickets that it really answered; the six below are of them
    confirmed: int
    assumed: int  # nothing was heard until the window had closed; silence is not success
    contradicted: int
    abandoned: int
    handed_on: int
    open: int  # nothing was heard, and the window is open
    overridden: int  # tickets whose agent took back the advice because this article does not answer

    @property
    def settled(self) -> int:
        """Given, and no longer open."""
        return self.given - self.open

    @property
    def was_confirmed(self) -> Share:
        """Of the settled, those of which somebody said that it helped."""
        return Share.of_counts(self.confirmed, self.settled)

    @property
    def was_assumed(self) -> Share:
        """Of the settled, those of which nothing was heard."""
        return Share.of_counts(self.assumed, self.settled)

    @property
    def failed(self) -> Share:
        """Of the settled, those contradicted, abandoned or handed on."""
        return Share.of_counts(self.contradicted + self.abandoned + self.handed_on, self.settled)

    @property
    def is_offered(self) -> bool:
        """Whether it was ever advised or given."""
        return bool(self.advised or self.given)


@dataclass(frozen=True, slots=True)
class ArticleReport:
    """All articles, over the tickets of some time."""

    articles: tuple[ArticleFigures, ...]  # that were offered, the worst first
    never: tuple[ArticleFigures, ...]  # in the knowledge base and never offered, by id
    unnamed: int  # tickets that self-service answered with it is not known which article

    @property
    def given(self) -> int:
        """Tickets that self-service answered."""
        return self.unnamed + sum(one.given for one in self.articles)


def article_figures(
    records: Records,
    experience: Experience,
    articles: Iterable[Article],
    *,
    now: datetime,
    since: datetime | None = None,
    until: datetime | None = None,
    given: Iterable[Given] | None = None,
) -> ArticleReport:
    """Count over the tickets that came in this time; `articles` are those of the knowledge base.

    `given` is what `given_articles` gives for this time, where it was read already.
    """
    states: dict[str, Counter[State]] = defaultdict(Counter)
    unnamed = 0
    read = given_articles(records, experience, now=now, since=since, until=until) if given is None else given
    for one in read:
        if one.article is None:
            unnamed += 1
        else:
            states[one.article][one.state] += 1
    advised = first_choices(records.file, since=since, until=until)
    overridden = taken_back(records.file, since=since, until=until)
    there, called = {article.id: article for article in articles}, titles(records.file)
    found = [
        _figures(id, there.get(id), called.get(id, id), advised.get(id, 0), states[id], overridden.get(id, 0))
        for id in sorted(there.keys() | advised.keys() | states.keys())
    ]
    offered = sorted((one for one in found if one.is_offered), key=_how_bad)
    return ArticleReport(tuple(offered), tuple(one for one in found if not one.is_offered), unnamed)


def given_articles(
    records: Records,
    experience: Experience,
    *,
    now: datetime,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Iterator[Given]:
    """The tickets that self-service really answered, each with the article."""
    told = {
        (one.source, one.ticket_id): one.article
        for one in records.outcomes.all()
        if one.article is not None and one.kind in TOLD and one.at <= now
    }
    for entry in ledger(records, experience, now, since=since or OLDEST, until=until):
        if entry.state is not None:
            source, ticket_id = entry.past.source, entry.past.ticket_id
            named = entry.past.sent or told.get((source, ticket_id)) or _advised(records, entry)
            yield Given(source, ticket_id, named, entry.state, entry.given)


def _advised(records: Records, entry: Entry) -> str | None:
    """The first article of the advice in force when the ticket was answered; None where that was a person."""
    advice = when_done(records, entry.past).recommendation
    is_article = advice.action is Action.SELF_SERVICE and bool(advice.articles)
    return advice.articles[0].id if is_article else None


def _figures(
    id: str, article: Article | None, called: str, advised: int, states: Counter[State], overridden: int
) -> ArticleFigures:
    counts = {state.value: states[state] for state in State}
    return ArticleFigures(
        id=id,
        title=article.title if article is not None else called,
        url=article.url if article is not None else None,
        category=article.category if article is not None else None,
        updated=article.updated if article is not None else None,
        is_there=article is not None,
        advised=advised,
        given=states.total(),
        overridden=overridden,
        **counts,
    )


def _how_bad(one: ArticleFigures) -> tuple[float, int, int, str]:
    """By the lower end of the share that failed, so that one bad case of one does not lead the list."""
    low = one.failed.low if one.settled else 0.0
    return -low, -one.overridden, -one.given, one.id
