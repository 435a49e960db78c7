"""A customer at the page of the question before the ticket."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from itertools import count

from flask import Flask
from flask.testing import FlaskClient
from web_builders import recording_desk, web_app
from werkzeug.test import TestResponse

from advisor.records import Records, Stored
from advisor.types import OutcomeKind
from web.desk import Desk

MATTER = "How do I see my jobs in my calendar?"
ORIGIN = "https://www.example.com"
STATE = re.compile(r'name="state" value="([^"]+)"')
NUMBERS = count(1)


@cache
def usual() -> tuple[Desk, Flask]:
    """One program for the tests that need no settings of their own."""
    desk = recording_desk()
    return desk, web_app(desk)


class Asker:
    """A customer at the page; each step sends the form of the one before."""

    def __init__(
        self,
        desk: Desk | None = None,
        *,
        path: str = "/ask",
        headers: Mapping[str, str] | None = None,
        made: tuple[Desk, Flask] | None = None,
    ) -> None:
        self.desk, self.app = made or ((desk, web_app(desk)) if desk is not None else usual())
        self.client: FlaskClient = self.app.test_client()
        self.client.environ_base["REMOTE_ADDR"] = f"10.0.{next(NUMBERS)}.1"
        self._before = self.records.file.tables.execute("select coalesce(max(rowid), 0) from tickets").fetchone()[0]
        self.path, self.headers = path, headers
        self.page = self.client.get(path, headers=headers)

    @property
    def state(self) -> str:
        return str(STATE.findall(self.page.text)[0])

    @property
    def records(self) -> Records:
        return self.desk.records

    def press(self, do: str, **typed: object) -> TestResponse:
        self.page = self.client.post(
            self.path,
            data={"state": self.state, "do": do} | typed,
            headers=self.headers,
        )
        return self.page

    def ask(self, *ways: str, matter: str = MATTER, **typed: object) -> TestResponse:
        return self.press("ask", matter=matter, way=list(ways), **typed)

    def heading(self) -> str:
        return str(re.findall(r'class="q-title"[^>]*>([^<]+)<', self.page.text)[0])

    def tickets(self) -> list[str]:
        rows = self.records.file.tables.execute("select ticket_id from tickets where rowid > ?", [self._before])
        return [ticket_id for (ticket_id,) in rows]

    def stored(self) -> Stored:
        (ticket_id,) = self.tickets()
        found = self.records.last(ticket_id, source="question")
        assert found is not None
        return found

    def outcomes(self) -> list[tuple[OutcomeKind, str | None, str | None]]:
        (ticket_id,) = self.tickets()
        return [(one.kind, one.how, one.article) for one in self.records.outcomes.of("question", ticket_id)]

    def waits(self) -> bool:
        (row,) = self.records.file.tables.table("queue").rows_where("ticket_id = ?", self.tickets())
        return bool(row["open"])
