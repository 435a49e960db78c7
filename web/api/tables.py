"""The tables of the API in advisor.db, and their migrations."""

from __future__ import annotations

from pathlib import Path

import sqlite_utils
from sqlite_utils.migrations import Migrations

from advisor.records.tables import RecordsFile

migrations = Migrations("advisor api")
migrations.migrations_table = "api_migrations"

TABLES = ("api_tokens", "api_answers", "api_jobs", "api_job_rows", "api_migrations")


def open_file(path: Path) -> RecordsFile:
    """Open advisor.db, made where it is missing, with the tables of the API up to date."""
    return RecordsFile(path, migrations)


@migrations()
def tokens_answers_and_jobs(tables: sqlite_utils.Database) -> None:
    """Tokens by the hash of their secret; answers kept by their Idempotency-Key; jobs with a row a ticket.

    `api_answers.status` is null while the request is being worked on. Of a job's row `came` (the ticket as it was sent)
    and `answer` (the recommendation) are never there at once; `customer` is the key under which the records know them.
    """
    token = dict.fromkeys(("name", "hash", "scopes", "made", "made_by", "expires", "used", "revoked"), str)
    tables.create_table("api_tokens", token | {"per_minute": int}, pk="name", not_null={"hash", "scopes", "made"})
    tables.table("api_tokens").create_index(["hash"], unique=True)
    answer: dict[str, type] = {"token": str, "key": str, "request": str, "at": str}
    answer |= {"status": int, "headers": str, "body": bytes}
    tables.create_table("api_answers", answer, pk=("token", "key"), not_null={"request", "at"})
    tables.table("api_answers").create_index(["at"])
    job: dict[str, type] = dict.fromkeys(("id", "token", "state", "made", "ended"), str)
    job |= dict.fromkeys(("record", "tickets", "advised", "refused"), int)
    tables.create_table("api_jobs", job, pk="id", not_null={"token", "state", "made"})
    tables.table("api_jobs").create_index(["token", "made"])
    row: dict[str, type] = {"job": str, "row": int, "source": str, "ticket_id": str, "customer": str, "came": str}
    row |= {"answer": str, "field": str, "message": str}
    tables.create_table("api_job_rows", row, pk=("job", "row"))
    tables.table("api_job_rows").create_index(["source", "customer"])
    tables.execute("create index idx_api_job_rows_waiting on api_job_rows (job, row) where came is not null")
