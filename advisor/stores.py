"""What is stored of a person, wherever it is: every store is registered in the entry point group `advisor.stores`.

A store says which tables and files under the home folder are its own, and finds, gives out and erases a person. A test
holds that nothing lies under the home folder that no store owns.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection, Mapping
from importlib.metadata import entry_points
from pathlib import Path
from typing import Protocol

from advisor.records.customers import Found


class Store(Protocol):
    """A place in which something is kept."""

    name: str
    tables: Mapping[str, Collection[str]]  # name of a database file -> patterns of its tables that are this store's
    files: Collection[str]  # patterns of paths below the home folder

    def find(self, home: Path, who: str) -> list[Found]:
        """The persons whom an id, address, number or name belongs to."""

    def export(self, home: Path, found: Found) -> Mapping[str, object]:
        """All that is kept of a person."""

    def erase(self, home: Path, found: Found) -> int:
        """Erase a person; gives how many things were erased."""


def stores() -> list[Store]:
    """All stores, by name."""
    return [entry.load() for entry in sorted(entry_points(group="advisor.stores"), key=lambda entry: entry.name)]


class RecordsStore:
    """advisor.db: tickets, customers, what was advised and done."""

    name = "records"
    tables: Mapping[str, Collection[str]] = {
        "advisor.db": (
            "tickets", "customers", "accounts", "wishes", "filed", "handled", "evidence", "recommendations", "offered",
            "articles", "experiences", "experience_uses", "outcomes", "audits", "promises", "looks",
            "gap_looks", "gaps", "gap_tickets",
            "queue", "queue_signals", "queue_text*", "messages", "reviews", "handled_before", "filed_changes",
            "records_migrations",
        )
    }  # fmt: skip
    files: Collection[str] = ("advisor.db", "advisor.db-wal", "advisor.db-shm")

    def find(self, home: Path, who: str) -> list[Found]:
        """Customers by id, address, number or name."""
        from advisor.records import Records

        path = home / "advisor.db"
        return Records.open(path).find(who) if path.is_file() else []

    def export(self, home: Path, found: Found) -> Mapping[str, object]:
        """The rows of every table that are about the customer."""
        from advisor.records import Records

        return Records.open(home / "advisor.db").export(found)

    def erase(self, home: Path, found: Found) -> int:
        """The customer with all tickets; gives their number."""
        from advisor.records import Records

        return Records.open(home / "advisor.db").erase(found)


class ArchivesStore:
    """What was read in archives: masked words without a name, so nobody is found here, and all goes with anybody."""

    name = "archives"
    tables: Mapping[str, Collection[str]] = {
        "cache.db": ("looks", "told", "readings", "answers", "passages", "vectors", "reading_migrations")
    }
    files: Collection[str] = ("archives/*",)

    def find(self, home: Path, who: str) -> list[Found]:
        """Nobody: whose words these are is not kept."""
        return []

    def export(self, home: Path, found: Found) -> Mapping[str, object]:
        """Nothing."""
        return {}

    def erase(self, home: Path, found: Found) -> int:
        """All that was kept, since nobody can say what of it is theirs; gives how many rows and runs went."""
        from advisor.reading.memory import Cache

        runs = list((home / "archives").glob("*/*/"))
        shutil.rmtree(home / "archives", ignore_errors=True)
        path = home / "cache.db"
        return len(runs) + (Cache.open(path, limit=0).clear() if path.is_file() else 0)


class Impersonal:
    """A store that holds nothing about customers."""

    def __init__(
        self, name: str, *, files: Collection[str], tables: Mapping[str, Collection[str]] | None = None
    ) -> None:
        self.name = name
        self.files = files
        self.tables: Mapping[str, Collection[str]] = tables or {}

    def find(self, home: Path, who: str) -> list[Found]:
        """Nobody."""
        return []

    def export(self, home: Path, found: Found) -> Mapping[str, object]:
        """Nothing."""
        return {}

    def erase(self, home: Path, found: Found) -> int:
        """Nothing."""
        return 0


RECORDS = RecordsStore()
ARCHIVES = ArchivesStore()
CONFIGURATION = Impersonal("configuration", files=("settings.toml", "experience.toml", "home.lock"))
MODELS = Impersonal("models", files=("models/*",))
