"""What this room keeps under the home folder; none of it is about a customer."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any


class ArticlesStore:
    """knowledge.db, the vectors made of it, and the cache of both."""

    name = "articles"
    tables: Mapping[str, Collection[str]] = {
        "knowledge.db": ("articles", "passages", "passages_fts*", "vocabulary", "facts", "_sqlite_migrations"),
        "cache.db": ("embeddings", "_sqlite_migrations"),
    }
    files: Collection[str] = ("knowledge.db*", "cache.db*", "index/*")

    def find(self, home: Path, who: str) -> list[Any]:
        """Nobody: articles are the company's own."""
        return []

    def export(self, home: Path, found: object) -> Mapping[str, object]:
        """Nothing."""
        return {}

    def erase(self, home: Path, found: object) -> int:
        """Nothing."""
        return 0


STORE = ArticlesStore()
