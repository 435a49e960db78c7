"""What the API keeps under the home folder: tokens, answers of a day, jobs with the tickets that wait."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from advisor.records import Found
from advisor.records.tables import RecordsFile
from web.api.tables import TABLES, open_file

OF_CUSTOMER = "source = ? and customer = ?"


class ApiStore:
    """Of jobs, whose tickets wait or were advised; answers kept by a key are nobody's by name, and all go."""

    name = "api"
    tables: Mapping[str, Collection[str]] = {"advisor.db": TABLES}
    files: Collection[str] = ()

    def find(self, home: Path, who: str) -> list[Found]:
        """Those whose tickets wait in a job and who are not in the records, by the key that they will have there."""
        file = _file(home)
        if file is None:
            return []
        sql = (
            "select source, customer, count(*) from api_job_rows where customer = :who or customer = 'mailto:' || "
            "lower(:who) or lower(json_extract(came, '$.customer.email')) = lower(:who) "
            "or lower(json_extract(came, '$.customer.name')) = lower(:who) group by source, customer"
        )
        with file.errors_named():
            rows = file.tables.execute(sql, {"who": who.strip()}).fetchall()
        known = {(one.source, one.id) for one in _recorded(home, who)}
        return [
            Found(source, customer, None, None, None, tickets)
            for source, customer, tickets in rows
            if (source, customer) not in known
        ]

    def export(self, home: Path, found: Found) -> Mapping[str, object]:
        """The rows of jobs that are about the customer."""
        file = _file(home)
        if file is None:
            return {}
        with file.errors_named():
            rows = list(file.tables.table("api_job_rows").rows_where(OF_CUSTOMER, [found.source, found.id]))
        return {"api_job_rows": rows} if rows else {}

    def erase(self, home: Path, found: Found) -> int:
        """The tickets and answers of jobs, and every answer that is kept by a key; gives how many went."""
        file = _file(home)
        if file is None:
            return 0
        with file.errors_named():
            file.tables.execute("pragma secure_delete = on")
            with file.writing() as tables:
                sql = f"delete from api_job_rows where {OF_CUSTOMER}"
                gone = tables.execute(sql, [found.source, found.id]).rowcount
                gone += tables.execute("delete from api_answers").rowcount
            file.tables.execute("pragma wal_checkpoint(truncate)")
        return int(gone)


def _file(home: Path) -> RecordsFile | None:
    path = home / "advisor.db"
    return open_file(path) if path.is_file() else None


def _recorded(home: Path, who: str) -> list[Found]:
    from advisor.records import Records

    return Records.open(home / "advisor.db").find(who)


STORE = ApiStore()
