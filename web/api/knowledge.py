"""The knowledge base: its articles, and a search in them. Importing stays with the command line."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

from index.articles import Article
from index.knowledge import KnowledgeBase, Match
from index.store import Store
from web.api.finding import Words
from web.api.operation import Answer, Api, Call, Method, Nothing, Operation, Page, Sent, Tag
from web.api.paging import cursor_of, link_to, place_in
from web.api.problems import Kind, ProblemError, not_found
from web.api.tokens import Scope

DIGITS = 4  # of scores, after the point


class ArticleFilter(Page, frozen=True):
    """Which articles are asked for."""

    source: Words | None = None


class SearchSent(Sent, frozen=True):
    """What is looked for."""

    text: Annotated[str, Meta(min_length=1, max_length=30_000)]
    limit: Annotated[int, Meta(ge=1, le=50)] = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleInList:
    """An article without its text."""

    id: str
    source: str
    title: str
    url: str | None
    category: str | None
    tags: tuple[str, ...]
    updated: str | None  # as the source writes it; null = not known
    version: str  # changes with the text


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleShown:
    """An article as it was published."""

    id: str
    source: str
    title: str
    url: str | None
    category: str | None
    tags: tuple[str, ...]
    updated: str | None
    version: str
    body: str  # Markdown


@dataclass(frozen=True, slots=True)
class ArticlePage:
    """A stretch of the articles, by id."""

    articles: tuple[ArticleInList, ...]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPassage:
    """An article that may answer, with its nearest passage."""

    id: str
    title: str
    url: str | None
    score: float
    similarity: float  # cosine, -1 to 1
    lexical: float  # 0 to 1
    heading: str
    passage: str


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The articles that come nearest, the best first."""

    matches: tuple[FoundPassage, ...]


def list_articles(call: Call[ArticleFilter, None]) -> Answer:
    """The articles by id."""
    asked, store = call.query, _store(call.api)
    wanted = sorted(id for id, (source, _) in store.versions().items() if asked.source in (None, source))
    after = place_in(asked.after, tuple[str])
    begin = bisect_right(wanted, after[0]) if after else 0
    ids = wanted[begin : begin + asked.limit]
    cursor = cursor_of(ids[-1]) if ids and begin + asked.limit < len(wanted) else None
    found = tuple(_in_list(article) for id in ids if (article := store.article(id)) is not None)
    return Answer(ArticlePage(found, cursor), headers=link_to(cursor))


def show_article(call: Call[Nothing, None]) -> Answer:
    """One article."""
    id = call.path["article"]
    article = _store(call.api).article(id)
    if article is None:
        raise not_found(f"no article has the id {id}")
    return Answer(
        ArticleShown(
            id=article.id,
            source=article.source,
            title=article.title,
            url=article.url,
            category=article.category,
            tags=article.tags,
            updated=article.updated,
            version=article.version,
            body=article.body,
        )
    )


def search(call: Call[Nothing, SearchSent]) -> Answer:
    """The articles nearest to a text."""
    knowledge = getattr(call.api.desk.advisor.reader, "knowledge", None)
    if not isinstance(knowledge, KnowledgeBase):
        raise ProblemError(Kind.CONFLICT, "this installation has no knowledge base: advisor init makes one")
    return Answer(SearchResult(tuple(map(_found, knowledge.search(call.body.text, k=call.body.limit)))))


def _store(api: Api) -> Store:
    return Store.open(api.desk.settings.knowledge)


def _in_list(article: Article) -> ArticleInList:
    return ArticleInList(
        id=article.id,
        source=article.source,
        title=article.title,
        url=article.url,
        category=article.category,
        tags=article.tags,
        updated=article.updated,
        version=article.version,
    )


def _found(match: Match) -> FoundPassage:
    return FoundPassage(
        id=match.article.id,
        title=match.article.title,
        url=match.article.url,
        score=round(match.score, DIGITS),
        similarity=round(match.similarity, DIGITS),
        lexical=round(match.lexical, DIGITS),
        heading=match.passage.heading,
        passage=match.passage.text,
    )


OPERATIONS = (
    Operation(
        name="list_articles",
        method=Method.GET,
        path="/articles",
        scope=Scope.READ,
        tag=Tag.KNOWLEDGE,
        summary="List the articles of the knowledge base",
        view=list_articles,
        query=ArticleFilter,
        answer=ArticlePage,
    ),
    Operation(
        name="show_article",
        method=Method.GET,
        path="/articles/{article}",
        scope=Scope.READ,
        tag=Tag.KNOWLEDGE,
        summary="Show an article",
        view=show_article,
        answer=ArticleShown,
        problems=(Kind.NOT_FOUND,),
    ),
    Operation(
        name="search",
        method=Method.POST,
        path="/search",
        scope=Scope.READ,
        tag=Tag.KNOWLEDGE,
        summary="Search the knowledge base",
        about="A POST, so that what is looked for stands in no log of addresses.",
        view=search,
        body=SearchSent,
        example={"text": "I lost my phone", "limit": 3},
        answer=SearchResult,
        problems=(Kind.CONFLICT,),
    ),
)
"""What stands in the description under Knowledge."""
