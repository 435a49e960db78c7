"""Vectors of texts once encoded, by the hash of the text and the encoder's fingerprint.

They are kept in full precision: a search must give the same result whether a vector was found here or not.
"""

import hashlib
from collections.abc import Sequence

import numpy as np
import sqlite_utils
from sqlite_utils.migrations import Migrations

from index.database import Database
from index.encoder.base import Encoder, Vectors
from index.progress import Progress, silent
from index.settings import KnowledgeSettings

_AT_ONCE = 64  # texts between two steps of the bar
_QUESTIONS = 500  # keys in one query

migrations = Migrations("index cache")


@migrations()
def embeddings(tables: sqlite_utils.Database) -> None:
    """One row a text and encoder."""
    tables.create_table("embeddings", {"key": bytes, "vector": bytes}, pk="key")


class CachedEncoder:
    """Encodes sentences, each text once in its life."""

    def __init__(self, database: Database, encoder: Encoder) -> None:
        """Take the cache's database and the encoder behind it."""
        self._database = database
        self._encoder = encoder

    @classmethod
    def open(cls, settings: KnowledgeSettings, encoder: Encoder) -> "CachedEncoder":
        """Open the cache in the home folder."""
        return cls(Database(settings.cache_db, migrations), encoder)

    def sentences(self, texts: Sequence[str], *, progress: Progress | None = None) -> Vectors:
        """Give the sentence vectors of texts, (n, dimension); only unknown ones are encoded."""
        keys = [_key(text, self._encoder.fingerprint) for text in texts]
        with self._database.errors_named():
            known = self._find(keys)
        unknown = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        known |= self._encode(unknown, progress or silent)
        rows = [np.frombuffer(known[key], np.float32) for key in keys]
        return np.stack(rows) if rows else np.zeros((0, self._encoder.dimension), np.float32)

    def _find(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        found: dict[bytes, bytes] = {}
        for start in range(0, len(keys), _QUESTIONS):
            some = keys[start : start + _QUESTIONS]
            marks = ", ".join("?" * len(some))
            rows = self._database.tables.execute(f"select key, vector from embeddings where key in ({marks})", some)
            found |= dict(rows.fetchall())
        return found

    def _encode(self, unknown: dict[bytes, str], progress: Progress) -> dict[bytes, bytes]:
        """Encode and remember, some texts at a time."""
        made: dict[bytes, bytes] = {}
        keys = list(unknown)
        for start in range(0, len(keys), _AT_ONCE):
            progress("Embedding passages", start, len(keys))
            some = keys[start : start + _AT_ONCE]
            vectors = self._encoder.encode([unknown[key] for key in some]).sentences
            fresh = {key: vector.tobytes() for key, vector in zip(some, vectors, strict=True)}
            with self._database.errors_named(), self._database.writing() as tables:
                tables.conn.executemany("insert or ignore into embeddings values (?, ?)", fresh.items())
            made |= fresh
        if keys:
            progress("Embedding passages", len(keys), len(keys))
        return made


def _key(text: str, fingerprint: str) -> bytes:
    return hashlib.sha256(f"{fingerprint}\0{text}".encode("utf-8", "replace")).digest()
