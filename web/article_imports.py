"""Articles that are brought in from a page: first what would change, then the change, then the way back.

What was read waits in memory, for the one who sent it looks at it at once; so does what was there before, as long as
the server runs. Both are of articles only.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from threading import Lock

from index.articles import Article
from index.errors import KnowledgeError
from index.knowledge import ImportReport, KnowledgeBase
from index.progress import Progress
from index.sources import Reading
from index.store import Store
from web.tables import now
from web.tasks import Task, Tasks

MOST_KEPT = 8  # imports that are remembered; the oldest goes
LONGEST_SOURCE = 60
FIELDS = {"title": "title", "body": "text", "url": "address", "category": "category"}
"""What a reader would see change, and how it is called."""


class ChangedError(KnowledgeError):
    """The articles are no longer those that somebody saw."""


@dataclass(frozen=True, slots=True)
class Change:
    """An article that is there, as it would be."""

    article: Article
    fields: tuple[str, ...]  # that differ, in words


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import would do."""

    new: tuple[Article, ...]
    changed: tuple[Change, ...]
    same: int
    gone: tuple[Article, ...]  # of this source, and not in the file
    foreign: tuple[tuple[Article, str], ...]  # whose id another source has, with that source: left out
    is_known: bool  # whether there are articles of this source

    @property
    def mark(self) -> str:
        """Names what would be done, so that nothing else is."""
        new, changed = (sorted((one.id, one.version) for one in some) for some in (self.new, self._after))
        told = json.dumps([new, changed, sorted(one.id for one in self.gone)])
        return hashlib.sha256(told.encode()).hexdigest()[:16]

    @property
    def _after(self) -> list[Article]:
        return [one.article for one in self.changed]

    @property
    def is_nothing(self) -> bool:
        """Whether all is as it is."""
        return not (self.new or self.changed or self.gone)


@dataclass(frozen=True, slots=True)
class Done:
    """What an import did."""

    report: ImportReport
    before: tuple[Article, ...]  # all articles of the source
    after: tuple[tuple[str, str], ...]  # id and version of all of them now


@dataclass(slots=True)
class Import:
    """Files that were sent, from the first look to the way back."""

    id: str
    by: str
    at: datetime
    source: str
    names: tuple[str, ...]  # of the files, fit to be shown
    reading: Reading
    task: Task[Done] | None = None  # None = not applied
    undo: Task[Done] | None = None  # None = not undone

    @property
    def articles(self) -> tuple[Article, ...]:
        """All that can be imported."""
        return self.reading.articles

    @property
    def done(self) -> Done | None:
        """What it did, as long as it stands."""
        return self.task.result if self.task is not None else None


class Imports:
    """The imports of a running program; one is applied at a time."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: OrderedDict[str, Import] = OrderedDict()
        self._tasks: Tasks[Done] = Tasks()
        self._turn = Lock()

    def keep(self, source: str, names: Sequence[str], reading: Reading, *, by: str) -> Import:
        """Remember what was read."""
        one = Import(secrets.token_urlsafe(12), by, now(), source, tuple(names), reading)
        with self._turn:
            self._known[one.id] = one
            while len(self._known) > MOST_KEPT:
                self._known.popitem(last=False)
        return one

    def of(self, id: str) -> Import | None:
        """An import; None where it is forgotten."""
        return self._known.get(id)

    def applied(self) -> list[Import]:
        """Those that were begun to be applied, the newest first."""
        return [one for one in reversed(self._known.values()) if one.task is not None]

    def plan(self, one: Import) -> Plan:
        """What it would do to the articles as they are now."""
        versions = self._store.versions()
        before = {article.id: article for article in self._store.articles(one.source)}
        foreign = [(article, versions[article.id][0]) for article in one.articles if is_foreign(article, versions)]
        own = [article for article in one.articles if not is_foreign(article, versions)]
        given = {article.id for article in own}
        changed = [
            Change(article, fields_changed(before[article.id], article))
            for article in own
            if article.id in before and before[article.id].version != article.version
        ]
        new = tuple(article for article in own if article.id not in before)
        return Plan(
            new=new,
            changed=tuple(changed),
            same=len(own) - len(new) - len(changed),
            gone=tuple(article for id, article in before.items() if id not in given),
            foreign=tuple(foreign),
            is_known=bool(before),
        )

    def apply(self, one: Import, knowledge: KnowledgeBase, *, seen: str, removes: bool, by: str) -> None:
        """Begin to apply it; ChangedError where it would do something else than was `seen`, or another one runs.

        What is gone from the source stays unless `removes`.
        """
        plan = self.plan(one)
        if one.task is not None:
            raise ChangedError("this was begun already")
        if plan.mark != seen:
            raise ChangedError("the articles were changed meanwhile: look at what would change now, then import")
        kept = () if removes else plan.gone
        foreign = {article.id for article, _ in plan.foreign}
        articles = [*(article for article in one.articles if article.id not in foreign), *kept]
        one.task = self._begin(one, knowledge, articles, by=by)

    def take_back(self, one: Import, knowledge: KnowledgeBase, *, by: str) -> None:
        """Begin to put the articles of before back; ChangedError where they were changed again since, or one runs."""
        done = one.done
        if done is None or one.undo is not None:
            raise ChangedError("there is nothing to take back")
        if versions_of(self._store, one.source) != done.after:
            raise ChangedError(
                "the articles of this source were changed again since: import the file of the articles before instead"
            )
        one.undo = self._begin(one, knowledge, done.before, by=by)

    def _begin(self, one: Import, knowledge: KnowledgeBase, articles: Sequence[Article], *, by: str) -> Task[Done]:
        def work(progress: Progress) -> Done:
            before = tuple(self._store.articles(one.source))
            report = knowledge.import_articles(one.source, articles, progress=progress)
            return Done(report, before, versions_of(self._store, one.source))

        task = self._tasks.begin(work, by=by)
        if task is None:
            raise ChangedError("another import goes on: wait until it is over")
        return task


def is_foreign(article: Article, versions: dict[str, tuple[str, str]]) -> bool:
    """Whether its id belongs to an article of another source."""
    return article.id in versions and versions[article.id][0] != article.source


def fields_changed(before: Article, after: Article) -> tuple[str, ...]:
    """What differs, in words."""
    return tuple(words for name, words in FIELDS.items() if getattr(before, name) != getattr(after, name))


def versions_of(store: Store, source: str) -> tuple[tuple[str, str], ...]:
    """Id and version of every article of a source."""
    return tuple((id, version) for id, (owner, version) in store.versions().items() if owner == source)


def json_lines(articles: Sequence[Article]) -> str:
    """Articles as a file that can be imported again."""
    return "".join(json.dumps(asdict(article), ensure_ascii=False) + "\n" for article in articles)
