"""What is kept on disk: articles, passages with their vectors, the full-text tables over them."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import sqlite_utils
from numpy.typing import NDArray
from sqlite_utils.migrations import Migrations

from index.articles import Article, Passage
from index.database import Database
from index.encoder.base import Vectors
from index.errors import KnowledgeError
from index.owners import Numbers, Owners
from index.settings import KnowledgeSettings

TOKENIZER = "porter unicode61 remove_diacritics 2"
_QUESTIONS = 500  # numbers in one query
_GENERATION = "select value from facts where name = 'generation'"
_COLUMNS = ("title", "heading", "text")  # of a passage, in the full-text tables

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
    tables.table("passages").enable_fts(_COLUMNS, tokenize=TOKENIZER, create_triggers=True)
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
        """A number that every change raises; asked for in microseconds."""
        with self._database.errors_named():
            return int(self._database.tables.conn.execute(_GENERATION).fetchone()[0])

    @property
    def encoder(self) -> str:
        """Fingerprint of the encoder that made the vectors; empty as long as there are none."""
        return self._fact("encoder")

    @property
    def dimension(self) -> int:
        """Length of a vector; 0 as long as there are none."""
        row = self._tables.execute("select length(vector) from passages limit 1").fetchone()
        return int(row[0]) // np.dtype(np.float32).itemsize if row else 0

    def counted(self, column: Literal["source", "category"]) -> dict[str, int]:
        """Count the articles of each source or category, by name; "" where there is none."""
        sql = f"select coalesce({column}, '') as name, count(*) from articles group by name order by name"
        return dict(self._tables.execute(sql).fetchall())

    def articles(self, source: str | None = None) -> list[Article]:
        """Give all articles, or those of one source, by id."""
        where, arguments = ("source = ?", [source]) if source is not None else (None, None)
        rows = self._tables.table("articles").rows_where(where, arguments, order_by="id")
        return [_article(row) for row in rows]

    def article(self, id: str) -> Article | None:
        """Give an article, None where there is none of this id."""
        return next((_article(row) for row in self._tables.table("articles").rows_where("id = ?", [id])), None)

    def versions(self) -> dict[str, tuple[str, str]]:
        """Give source and version of every article by id; to sort here is quicker than to read in that order."""
        rows = self._tables.execute("select id, source, version from articles")
        return {id: (source, version) for id, source, version in sorted(rows)}

    def owners(self) -> Owners:
        """Give the article of every passage."""
        sql = "select article_id, group_concat(id) from passages group by article_id order by article_id"
        return Owners.of([(article, _numbers(joined)) for article, joined in self._tables.execute(sql)])

    def passages(self, ids: Sequence[int]) -> dict[int, Passage]:
        """Give passages by number; unknown numbers are left out."""
        columns = "id, article_id, version, number, title, heading, text"
        return {row[0]: Passage(*row[1:]) for row in self._by_number(columns, ids)}

    def vectors(self, ids: Sequence[int] | Numbers) -> tuple[Numbers, Vectors]:
        """Give vectors, (n, dimension), with their numbers, ascending; unknown numbers are left out."""
        found = sorted(self._by_number("id, vector", ids))
        rows = np.frombuffer(b"".join(blob for _, blob in found), np.float32)
        return np.array([number for number, _ in found], np.int64), rows.reshape(len(found), -1 if found else 0)

    def frequencies(self) -> dict[str, int]:
        """Give in how many passages each stem of the vocabulary stands."""
        return dict(self._tables.execute("select term, doc from vocabulary").fetchall())

    def lengths(self) -> NDArray[np.int32]:
        """Give how many words each passage has, (passages,), in the order of their numbers."""
        sql = "select group_concat(hex(sz), '') from (select sz from passages_fts_docsize order by id)"
        written = np.frombuffer(bytes.fromhex(self._tables.execute(sql).fetchone()[0] or ""), np.uint8)
        each = _variable_length(written).reshape(-1, len(_COLUMNS))
        lengths: NDArray[np.int32] = each.sum(axis=1, dtype=np.int32)
        return lengths

    def occurrences(self, stem: str) -> Numbers:
        """Give the number of a passage for each time a stem is told in it."""
        tables = self._tables
        tables.execute(
            "create virtual table if not exists temp.occurrences using fts5vocab(main, passages_fts, instance)"
        )
        joined = tables.execute("select group_concat(doc) from temp.occurrences where term = ?", [stem]).fetchone()[0]
        return _numbers(joined or "")

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

    def _by_number(self, columns: str, ids: Sequence[int] | Numbers) -> list[tuple[Any, ...]]:
        asked = np.asarray(ids, np.int64).tolist()
        rows: list[tuple[Any, ...]] = []
        for start in range(0, len(ids), _QUESTIONS):
            some = asked[start : start + _QUESTIONS]
            marks = ", ".join("?" * len(some))
            rows += self._tables.execute(f"select {columns} from passages where id in ({marks})", some).fetchall()
        return rows


def _numbers(joined: str) -> Numbers:
    """Read what group_concat wrote, which is quicker than a row a number."""
    return np.fromstring(joined, np.int64, sep=",")


def _variable_length(written: NDArray[np.uint8]) -> NDArray[np.int32]:
    """Read SQLite's integers of variable length: seven bits a byte, the highest first; the last has no high bit."""
    last = np.flatnonzero(written < 128)
    firsts = np.concatenate([[0], last[:-1] + 1]) if len(last) else last
    behind = np.repeat(last, last - firsts + 1) - np.arange(len(written))
    parts = (written & 127).astype(np.int32) << (7 * behind)
    return np.add.reduceat(parts, firsts, dtype=np.int32) if len(last) else parts


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
