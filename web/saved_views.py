"""Filters of the queue that a user has saved under a name."""

from __future__ import annotations

from dataclasses import dataclass

from advisor.errors import AdvisorError
from advisor.records.tables import RecordsFile
from advisor.settings import Settings
from web import tables

LONGEST_NAME = 60
MOST_VIEWS = 50  # of one user


@dataclass(frozen=True, slots=True)
class SavedView:
    """A filter under its name."""

    name: str
    query: str  # of the queue's address


class SavedViews:
    """The views of every user, each their own."""

    def __init__(self, file: RecordsFile) -> None:
        self.file = file

    @classmethod
    def open(cls, settings: Settings) -> SavedViews:
        """The views of an installation."""
        return cls(tables.open_file(settings.records))

    def of(self, user: str) -> list[SavedView]:
        """A user's views, by name."""
        sql = "select name, query from saved_views where user = ? order by name"
        with self.file.errors_named():
            return [SavedView(*row) for row in self.file.tables.execute(sql, [user])]

    def save(self, user: str, view: SavedView) -> None:
        """Save a view, in the place of one of the same name; AdvisorError where the name does not fit."""
        name = " ".join(view.name.split())
        if not 1 <= len(name) <= LONGEST_NAME:
            raise AdvisorError(f"The name of a view must have 1 to {LONGEST_NAME} characters, had {len(name)}.")
        with self.file.errors_named(), self.file.writing() as database:
            many = database.execute("select count(*) from saved_views where user = ? and name <> ?", [user, name])
            if many.fetchone()[0] >= MOST_VIEWS:
                raise AdvisorError(f"There may be {MOST_VIEWS} saved views: delete one first.")
            sql = "insert or replace into saved_views (user, name, query) values (?, ?, ?)"
            database.execute(sql, [user, name, view.query])

    def delete(self, user: str, name: str) -> SavedView | None:
        """Delete a view; gives it back, so that it can be saved again, or None where there was none."""
        found = next((view for view in self.of(user) if view.name == name), None)
        with self.file.errors_named(), self.file.writing() as database:
            database.execute("delete from saved_views where user = ? and name = ?", [user, name])
        return found
