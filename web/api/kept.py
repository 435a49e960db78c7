"""Answers kept by their Idempotency-Key, so that a request that is sent again does nothing again.

Kept in the database, so that a restart forgets none. A request that was being worked on when the program was stopped
counts as never sent: what it may have done before is told by the records, not by us.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus

from advisor.records.tables import RecordsFile
from web.api.problems import Kind, ProblemError
from web.api.tokens import Token
from web.tables import stamp

KEPT = timedelta(days=1)
LONGEST_KEY = 255  # characters


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """An answer as it was given."""

    status: HTTPStatus
    headers: Mapping[str, str]
    body: bytes


class KeptAnswers:
    """The answers of a day."""

    def __init__(self, file: RecordsFile, now: Callable[[], datetime]) -> None:
        self._file = file
        self._now = now
        self._swept = now() - KEPT

    def forget_unfinished(self) -> None:
        """Let go of requests that another run of this program left; to be called before the first request."""
        with self._file.errors_named(), self._file.writing() as tables:
            tables.execute("delete from api_answers where status is null")

    def begin(self, token: Token, key: str, request: str) -> KeptAnswer | None:
        """The answer that was given before, or None and the key is taken.

        ProblemError where the key came with another request, or the same one is being worked on.
        """
        now = self._now()
        with self._file.errors_named(), self._file.writing() as tables:
            if now - self._swept > KEPT / 24:
                tables.execute("delete from api_answers where at < ?", [stamp(now - KEPT)])
                self._swept = now
            sql = "select request, status, headers, body, at from api_answers where token = ? and key = ?"
            row = tables.execute(sql, [token.name, key]).fetchone()
            if row is None or row[4] < stamp(now - KEPT):
                sql = "insert or replace into api_answers (token, key, request, at) values (?, ?, ?, ?)"
                tables.execute(sql, [token.name, key, request, stamp(now)])
                return None
        if row[0] != request:
            raise ProblemError(Kind.KEY_REUSED, Kind.KEY_REUSED.cure)
        if row[1] is None:
            raise ProblemError(Kind.KEY_IN_USE, Kind.KEY_IN_USE.cure, headers={"Retry-After": "1"})
        return KeptAnswer(HTTPStatus(row[1]), json.loads(row[2]), row[3])

    def keep(self, token: Token, key: str, answer: KeptAnswer) -> None:
        """Keep what was answered."""
        row = [answer.status.value, json.dumps(dict(answer.headers)), answer.body, token.name, key]
        with self._file.errors_named(), self._file.writing() as tables:
            sql = "update api_answers set status = ?, headers = ?, body = ? where token = ? and key = ?"
            tables.execute(sql, row)

    def release(self, token: Token, key: str) -> None:
        """Let the key go: nothing was answered that the next attempt could not answer better."""
        with self._file.errors_named(), self._file.writing() as tables:
            tables.execute("delete from api_answers where token = ? and key = ? and status is null", [token.name, key])


def is_key(key: str) -> bool:
    """Whether this may be an Idempotency-Key: visible signs of ASCII."""
    return 0 < len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()


def request_name(*parts: bytes) -> str:
    """Names a request by all that it says."""
    content = hashlib.sha256()
    for part in parts:
        content.update(len(part).to_bytes(8, "big") + part)
    return content.hexdigest()
