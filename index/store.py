"""What is kept on disk: articles, passages with their vectors, the full-text tables over them."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlite_utils
from sqlite_utils.migrations import Migrations

from index.articles import Article, Passage
from index.database import Database
from index.encoder.base import Vectors
from index.errors import KnowledgeError
from index.settings import KnowledgeSettings

TOKENIZER = "porter unicode61 remove_diacritics 2"
_QUESTIONS = 500  # numbers in one query

migrations = Migrations("index")


@migrations()
def articles_and_passages(tables: sqlite_utils.Database) -> None:
    """Passage numbers are never used again, so that an old vector cannot stand for a new passage."""
    text = dict.fromkeys(("id", "source", "title", "body", "url", "category", "tags", "updated", "version"), str)
    tables.create_table("articles", text, pk="id", not_null={"source", "title", "body", "tags", "version"})
    tables.table("articles").create_index(["source"])
    tables.execute(
        "create table passages (id integer primary key autoincrement, article_id text not null, "
        "version text not null, number integer not null, title text not null, heading text not null, "
        "text text not null, vector blob not null)"
    )
    tables.table("passages").create_index(["article_id"])
    tables.table("passages").enable_fts(["title", "heading", "text"], tokenize=TOKENIZER, create_triggers=True)
    tables.execute("create virtual table vocabulary using fts5vocab(passages_fts, row)")
    tables.create_table("facts", {"name": str, "value": str}, pk="name")
    tables.table("facts").insert_all([{"name": "generation", "value": "0"}, {"name": "encoder", "value": ""}])


@dataclass(frozen=True, slots=True, eq=False)
class Written:
    """An article with its passages and their vectors, ready to be kept."""

    article: Article
    passages: tuple[Passage, ...]
    vectors: Vectors  # (passages, dimension), unit rows


class Store:
    """Reads and writes the tables; knows nothing of encoders and vector search."""

    def __init__(self, database: Database) -> None:
        """Take the open database."""
        self._database = database

    @classmethod
    def open(cls, settings: KnowledgeSettings) -> "Store":
        """Open the database in the home folder, made where it is missing."""
        return cls(Database(settings.knowledge_db, migrations))

    @property
    def generation(self) -> int:
        """A number that every change raises."""
        return int(self._fact("generation"))

    @property
    def encoder(self) -> str:
        """Fingerprint of the encoder that made the vectors; empty as long as there are none."""
        return self._fact("encoder")

    def articles(self, source: str | None = None) -> list[Article]:
        """Give all articles, or those of one source, by id."""
        where, arguments = ("source = ?", [source]) if source is not None else (None, None)
        rows = self._tables.table("articles").rows_where(where, arguments, order_by="id")
        return [_article(row) for row in rows]

    def article(self, id: str) -> Article | None:
        """Give an article, None where there is none of this id."""
        return next((_article(row) for row in self._tables.table("articles").rows_where("id = ?", [id])), None)

    def versions(self) -> dict[str, tuple[str, str]]:
        """Give source and version of every article by id."""
        rows = self._tables.execute("select id, source, version from articles order by id")
        return {id: (source, version) for id, source, version in rows}

    def owners(self) -> dict[int, str]:
        """Give the article id of every passage by its number."""
        return dict(self._tables.execute("select id, article_id from passages order by id").fetchall())

    def passages(self, ids: Sequence[int]) -> dict[int, Passage]:
        """Give passages by number; unknown numbers are left out."""
        columns = "id, article_id, version, number, title, heading, text"
        return {row[0]: Passage(*row[1:]) for row in self._by_number(columns, ids)}

    def vectors(self, ids: Sequence[int]) -> dict[int, Vectors]:
        """Give vectors, each (dimension,), by number; unknown numbers are left out."""
        return {number: np.frombuffer(blob, np.float32) for number, blob in self._by_number("id, vector", ids)}

    def frequencies(self) -> dict[str, int]:
        """Give in how many passages each stem of the vocabulary stands."""
        return dict(self._tables.execute("select term, doc from vocabulary").fetchall())

    def lexical(self, query: str, *, limit: int) -> list[tuple[int, float]]:
        """Give the passages that match an FTS5 query, best first, with their BM25 (higher is better)."""
        sql = (
            "select rowid, -bm25(passages_fts) as score from passages_fts "
            "where passages_fts match ? order by score desc, rowid limit ?"
        )
        return [(number, score) for number, score in self._tables.execute(sql, [query, limit])]

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Let all reads inside see one state, whatever is written meanwhile."""
        tables = self._tables
        tables.conn.execute("begin")
        try:
            yield
        finally:
            tables.conn.execute("commit")

    def write(self, written: Iterable[Written], *, remove: Sequence[str], encoder: str) -> None:
        """Put articles in the place of those with the same id, and remove others, in one transaction.

        Raises KnowledgeError where another encoder has taken over meanwhile.
        """
        with self._database.errors_named(), self._database.writing() as tables:
            if self.encoder not in ("", encoder):
                raise KnowledgeError(
                    f"{self._database.path} was embedded anew with another encoder meanwhile: run the command again"
                )
            for article_id in remove:
                _remove(tables, article_id)
            for one in written:
                _remove(tables, one.article.id)
                tables.table("articles").insert(_row(one.article))
                tables.conn.executemany(
                    "insert into passages (article_id, version, number, title, heading, text, vector) "
                    "values (?, ?, ?, ?, ?, ?, ?)",
                    (
                        (p.article_id, p.version, p.number, p.title, p.heading, p.text, vector.tobytes())
                        for p, vector in zip(one.passages, one.vectors, strict=True)
                    ),
                )
            tables.execute("update facts set value = ? where name = 'encoder'", [encoder])
            _raise_generation(tables)

    def replace_vectors(self, vectors: Mapping[int, Vectors], *, encoder: str, generation: int) -> bool:
        """Put new vectors under all passages; False, and nothing done, where a change came in between."""
        with self._database.errors_named(), self._database.writing() as tables:
            if self.generation != generation:
                return False
            rows = [(vector.tobytes(), number) for number, vector in vectors.items()]
            tables.conn.executemany("update passages set vector = ? where id = ?", rows)
            tables.execute("update facts set value = ? where name = 'encoder'", [encoder])
            _raise_generation(tables)
        return True

    def remove(self, ids: Sequence[str]) -> tuple[str, ...]:
        """Remove articles; give the ids that were there."""
        with self._database.errors_named(), self._database.writing() as tables:
            there = tuple(id for id in ids if _remove(tables, id))
            if there:
                _raise_generation(tables)
        return there

    @property
    def _tables(self) -> sqlite_utils.Database:
        with self._database.errors_named():
            return self._database.tables

    def _fact(self, name: str) -> str:
        with self._database.errors_named():
            row = self._tables.execute("select value from facts where name = ?", [name]).fetchone()
        return str(row[0])

    def _by_number(self, columns: str, ids: Sequence[int]) -> list[tuple[Any, ...]]:
        rows: list[tuple[Any, ...]] = []
        for start in range(0, len(ids), _QUESTIONS):
            some = list(ids[start : start + _QUESTIONS])
            marks = ", ".join("?" * len(some))
            rows += self._tables.execute(f"select {columns} from passages where id in ({marks})", some).fetchall()
        return rows


def _remove(tables: sqlite_utils.Database, article_id: str) -> bool:
    tables.execute("delete from passages where article_id = ?", [article_id])
    return tables.execute("delete from articles where id = ?", [article_id]).rowcount > 0


def _raise_generation(tables: sqlite_utils.Database) -> None:
    tables.execute("update facts set value = cast(value as integer) + 1 where name = 'generation'")


def _row(article: Article) -> dict[str, str | None]:
    return {
        "id": article.id,
        "source": article.source,
        "title": article.title,
        "body": article.body,
        "url": article.url,
        "category": article.category,
        "tags": json.dumps(article.tags),
        "updated": article.updated,
        "version": article.version,
    }


def _article(row: Mapping[str, str]) -> Article:
    fields = {name: value for name, value in row.items() if name not in ("tags", "version")}
    return Article(**fields, tags=tuple(json.loads(row["tags"])))
