"""What the inbox keeps under the home folder: what helpdesks sent, for some days, found and erased by whom it is about.

The secrets of hooks stand in the same file in plain: a signature can only be verified by who can read the secret, and
a key beside the file would keep nobody out who can read the file.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

import sqlite_utils

from advisor.records import Found
from advisor.records.tables import RecordsFile
from web.tables import open_file

TABLES = ("inbox", "hooks", "hook_secrets", "hook_refusals")
MINE = (
    "source = :source and (customer = :customer or ticket_id in "
    "(select ticket_id from tickets where tickets.source = :source and tickets.customer = :customer))"
)
SHOWN = "id, queue, key, state, added, ended, source, ticket_id, customer, cast(payload as text) as payload, result"


class InboxStore:
    """Of deliveries, and of what is to be written back or told to others."""

    name = "inbox"
    tables: Mapping[str, Collection[str]] = {"advisor.db": TABLES}
    files: Collection[str] = ()

    def find(self, home: Path, who: str) -> list[Found]:
        """Those of whom something waits that is in the records not yet, by the key that they will have there."""
        file = _file(home)
        if file is None:
            return []
        sql = (
            "select source, customer, count(*) from inbox where payload is not null and (customer = :who or "
            "customer = 'mailto:' || lower(:who)) and not exists (select 1 from customers as c "
            "where c.source = inbox.source and c.id = inbox.customer) group by source, customer"
        )
        with file.errors_named():
            rows = file.tables.execute(sql, {"who": who.strip()}).fetchall()
        return [Found(source, customer, None, None, None, tickets) for source, customer, tickets in rows]

    def export(self, home: Path, found: Found) -> Mapping[str, object]:
        """Jobs that are about the customer or a ticket of theirs."""
        file = _file(home)
        if file is None:
            return {}
        with file.errors_named():
            sql = f"select {SHOWN} from inbox where {MINE} and payload is not null order by id"
            rows = list(file.tables.query(sql, _values(found)))
        return {"inbox": rows} if rows else {}

    def erase(self, home: Path, found: Found) -> int:
        """What these jobs say; their keys stay known, so that nothing is taken a second time. Gives how many went."""
        file = _file(home)
        if file is None:
            return 0
        with file.errors_named():
            file.tables.execute("pragma secure_delete = on")
            with file.writing() as tables:
                gone = erase_in(tables, MINE, _values(found))
            file.tables.execute("pragma wal_checkpoint(truncate)")
        return gone


def erase_in(tables: sqlite_utils.Database, where: str, values: Mapping[str, str]) -> int:
    """Forget what jobs say inside somebody's transaction; those that wait are given up. Gives how many went."""
    sql = (
        "update inbox set payload = null, headers = '{}', result = null, error = null, customer = null, "
        "ticket_id = null, grp = '', ended = coalesce(ended, added), worker = null, lent_until = null, "
        "state = case when state in ('waiting', 'working', 'set_aside') then 'discarded' else state end "
        f"where payload is not null and {where}"
    )
    return int(tables.execute(sql, dict(values)).rowcount)


def _values(found: Found) -> dict[str, str]:
    return {"source": found.source, "customer": found.id}


def _file(home: Path) -> RecordsFile | None:
    """None where there are no records: then nothing has come in."""
    path = home / "advisor.db"
    if not path.is_file():
        return None
    from advisor.records import Records

    Records.open(path)  # its tables are asked, too
    return open_file(path)


STORE = InboxStore()
