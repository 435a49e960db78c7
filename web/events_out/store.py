"""What this part keeps under the home folder: subscribers, and which events were noted; of tickets their ids alone."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from advisor.records import Found
from advisor.records.tables import RecordsFile
from web.events_out.tables import TABLES, open_file

OF_CUSTOMER = (
    "(source = :source and ticket_id in (select ticket_id from tickets where source = :source and customer = :id)) "
    "or (type = 'wish.recorded' and record in (select id from filed where source = :source and kind = 'customer' "
    "and owner = :id))"
)


class EventsOutStore:
    """Notes of events are found by the tickets and wishes that they are of: it must be asked before the records are."""

    name = "events_out"
    tables: Mapping[str, Collection[str]] = {"advisor.db": TABLES}
    files: Collection[str] = ()

    def find(self, home: Path, who: str) -> list[Found]:
        """Nobody whom the records do not know."""
        return []

    def export(self, home: Path, found: Found) -> Mapping[str, object]:
        """Which events about the customer were told to whom."""
        file = _file(home)
        if file is None:
            return {}
        with file.errors_named():
            rows = list(file.tables.table("events_out").rows_where(OF_CUSTOMER, _values(found)))
        return {"events_out": rows} if rows else {}

    def erase(self, home: Path, found: Found) -> int:
        """The notes of events about the customer, told or not; gives how many."""
        file = _file(home)
        if file is None:
            return 0
        with file.errors_named():
            file.tables.execute("pragma secure_delete = on")
            with file.writing() as tables:
                gone = tables.execute(f"delete from events_out where {OF_CUSTOMER}", _values(found))
            file.tables.execute("pragma wal_checkpoint(truncate)")
        return int(gone.rowcount)


def _values(found: Found) -> dict[str, str]:
    return {"source": found.source, "id": found.id}


def _file(home: Path) -> RecordsFile | None:
    path = home / "advisor.db"
    return open_file(path) if path.is_file() else None


STORE = EventsOutStore()
