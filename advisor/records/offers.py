"""How often articles were advised first, and how often agents took that back; of each, by its id."""

from __future__ import annotations

from datetime import datetime

from advisor.records.reviews import OverrideReason, Verdict
from advisor.records.tables import RecordsFile

FIRST_CHOICE = (
    "select o.article, count(distinct o.source || char(0) || o.ticket_id) from offered as o "
    "join tickets as t using (source, ticket_id) join recommendations as r using (source, ticket_id, revision) "
)
REVIEWED = "join reviews as v using (source, ticket_id, revision) "
DOES_NOT_ANSWER = (
    f"and v.verdict = '{Verdict.OVERRIDE.value}' and v.reason = '{OverrideReason.ARTICLE_DOES_NOT_ANSWER.value}' "
    "and v.withdrawn_at is null "
)
CAME = "julianday(coalesce(t.created_at, r.at))"
NEWEST = (
    "select article, source, ticket_id from (select o.article, o.source, o.ticket_id, row_number() over "
    f"(partition by o.article order by max({CAME}) desc, o.source, o.ticket_id) as place from offered as o "
    "join tickets as t using (source, ticket_id) join recommendations as r using (source, ticket_id, revision) "
    "where o.place = 0 group by o.article, o.source, o.ticket_id) where place <= ? order by article, place"
)


def first_choices(file: RecordsFile, *, since: datetime | None = None, until: datetime | None = None) -> dict[str, int]:
    """Tickets that came in this time for which an article was ever the first choice of self-service."""
    return _counted(file, FIRST_CHOICE, "", since, until)


def taken_back(file: RecordsFile, *, since: datetime | None = None, until: datetime | None = None) -> dict[str, int]:
    """Of these tickets, those of which an agent says that this first choice does not answer."""
    return _counted(file, FIRST_CHOICE + REVIEWED, DOES_NOT_ANSWER, since, until)


def newest(file: RecordsFile, *, most: int) -> dict[str, list[tuple[str, str]]]:
    """The newest tickets, by source and id, for which each article was ever the first choice of self-service."""
    with file.errors_named():
        rows = file.tables.execute(NEWEST, [most]).fetchall()
    found: dict[str, list[tuple[str, str]]] = {}
    for article, source, ticket_id in rows:
        found.setdefault(str(article), []).append((str(source), str(ticket_id)))
    return found


def titles(file: RecordsFile) -> dict[str, str]:
    """Titles of articles that were ever a candidate and have an address, gone ones too."""
    with file.errors_named():
        rows = file.tables.execute("select id, title from articles").fetchall()
    return {str(id): str(title) for id, title in rows}


def _counted(
    file: RecordsFile, tables: str, more: str, since: datetime | None, until: datetime | None
) -> dict[str, int]:
    told = [(sign, at.isoformat()) for sign, at in ((">=", since), ("<", until)) if at is not None]
    where = "".join(f"and {CAME} {sign} julianday(?) " for sign, _ in told)
    sql = f"{tables}where o.place = 0 {more}{where}group by o.article"
    with file.errors_named():
        rows = file.tables.execute(sql, [at for _, at in told]).fetchall()
    return {str(article): int(count) for article, count in rows}
