"""What articles did, counted beside the pages: a count over a large archive takes a minute, a page must not.

A count serves until it is old or the articles have changed; then the next page still shows it, says of when it is, and
has it made anew behind it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event, Lock, Thread

from advisor.errors import AdvisorError
from advisor.insight.articles import ArticleReport, Given, article_figures, given_articles
from advisor.records.offers import newest
from index.errors import KnowledgeError
from index.store import Store
from web.desk import Desk
from web.errands import FAILED, PATIENCE, log
from web.tables import now
from web.tasks import sentence

LASTS = timedelta(minutes=5)
REST = 20  # times as long as a count took it serves at least, so that counting never is what the server mostly does
MOST_RANGES = 8  # counts of other times that are kept
NEWEST = 20  # tickets of an article that its page shows


@dataclass(frozen=True, slots=True)
class Days:
    """The tickets that came in this time."""

    since: datetime | None = None  # aware; None = from the first one on
    until: datetime | None = None  # aware, and not itself; None = up to the last one

    @property
    def is_all(self) -> bool:
        """Whether these are all tickets."""
        return self.since is None and self.until is None


ALL = Days()


@dataclass(frozen=True, slots=True)
class Counted:
    """One count."""

    at: datetime  # when it was begun
    took: timedelta
    generation: int  # of the knowledge base
    report: ArticleReport
    given: tuple[Given, ...] = ()  # of all tickets only
    newest: Mapping[str, list[tuple[str, str]]] = field(default_factory=dict)  # of all tickets only


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a count now."""

    counted: Counted | None  # None = not ready yet
    runs: bool  # whether it is being counted, anew or for the first time
    error: str | None  # why the last attempt failed


@dataclass(slots=True)
class _Work:
    days: Days
    error: str | None = None
    over: Event = field(default_factory=Event)


class ArticleCounts:
    """Counts what is asked for, one count at a time, and remembers it."""

    def __init__(self, desk: Desk, *, patience: float = PATIENCE, clock: Callable[[], datetime] = now) -> None:
        """`patience` in seconds: so long a page waits for a count that there is none of yet."""
        self._desk = desk
        self._store = Store.open(desk.settings.knowledge)
        self._patience = patience
        self._clock = clock
        self._known: OrderedDict[Days, Counted] = OrderedDict()
        self._work: _Work | None = None
        self._turn = Lock()

    def of(self, days: Days = ALL, *, anew: bool = False) -> Standing:
        """The count of a time; begun where there is none, where it is old, and where it is to be made anew."""
        known = self._known.get(days)
        if known is not None and not anew and not self._is_old(known):
            return Standing(known, runs=False, error=None)
        work = self._begun(days)
        if known is None:
            work.over.wait(self._patience)
        mine = work.days == days
        return Standing(self._known.get(days), not work.over.is_set(), work.error if mine else None)

    def _is_old(self, known: Counted) -> bool:
        lasts = max(LASTS, REST * known.took)
        return self._clock() - known.at > lasts or known.generation != self._store.generation

    def _begun(self, days: Days) -> _Work:
        """The count that runs, whatever it is of; else a new one."""
        with self._turn:
            if self._work is None or self._work.over.is_set():
                self._work = _Work(days)
                Thread(target=self._run, args=(self._work,), name="article-counts", daemon=True).start()
            return self._work

    def _run(self, work: _Work) -> None:
        try:
            counted = self._count(work.days)
            with self._turn:
                self._known[work.days] = counted
                while len(self._known) > MOST_RANGES:
                    self._known.pop(next(days for days in self._known if not days.is_all))
        except (AdvisorError, KnowledgeError) as error:
            work.error = sentence(error)
        except Exception:  # whoever looks must not wait for ever
            log.exception("articles could not be counted")
            work.error = FAILED
        finally:
            work.over.set()

    def _count(self, days: Days) -> Counted:
        records, experience, at = self._desk.records, self._desk.experience, self._clock()
        generation, articles = self._store.generation, self._store.articles()
        given = tuple(given_articles(records, experience, now=at, since=days.since, until=days.until))
        report = article_figures(records, experience, articles, now=at, since=days.since, until=days.until, given=given)
        if not days.is_all:
            return Counted(at, self._clock() - at, generation, report)
        return Counted(at, self._clock() - at, generation, report, given, newest(records.file, most=NEWEST))
