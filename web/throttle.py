"""Sign-ins that fail make the next one wait, longer each time; kept in the database, so that no restart forgets.

An attempt counts before its password is looked at, so that many at once do not get through together. A name from one
address is slowed first, then the address, and the name from anywhere only after many and briefly: a stranger can make
its owner wait a minute at most, and a link of `advisor users link` signs in without waiting.
"""

from __future__ import annotations

import hashlib
import ipaddress
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlite_utils

from advisor.records.tables import RecordsFile
from web.tables import stamp
from web.users import plain_name

FORGOTTEN = timedelta(days=1)  # after the last failure
FIRST_WAIT = 2  # seconds; doubled at each further failure


@dataclass(frozen=True, slots=True)
class Slack:
    """How much is let pass."""

    free: int  # failures before anybody waits
    longest: int  # seconds


PAIR = Slack(free=5, longest=15 * 60)
ADDRESS = Slack(free=20, longest=15 * 60)
NAME = Slack(free=50, longest=60)


class Throttle:
    """What failed at the door."""

    def __init__(self, file: RecordsFile, now: Callable[[], datetime]) -> None:
        self._file = file
        self._now = now

    def attempt(self, name: str, address: str) -> int:
        """Count an attempt; 0 = it may be made, else the seconds to wait, and nothing was counted."""
        now = self._now()
        with self._file.errors_named(), self._file.writing() as tables:
            tables.execute("delete from sign_in_failures where last < ?", [stamp(now - FORGOTTEN)])
            waits = [_wait(tables, who, now) for who, _ in _keys(name, address)]
            if max(waits) > 0:
                return max(waits)
            for who, slack in _keys(name, address):
                _count(tables, who, slack, now)
        return 0

    def succeeded(self, name: str, address: str) -> None:
        """Forget what failed under this name; the address stays slowed, else one good name would free it for others."""
        with self._file.errors_named(), self._file.writing() as tables:
            for who, slack in _keys(name, address):
                if slack is not ADDRESS:
                    tables.execute("delete from sign_in_failures where who = ?", [who])
                    continue
                tables.execute("update sign_in_failures set failures = failures - 1 where who = ?", [who])


def _keys(name: str, address: str) -> Iterator[tuple[str, Slack]]:
    """Names as hashes, for people type passwords into the field for the name."""
    hashed = hashlib.sha256(plain_name(name).encode("utf-8", "replace")).hexdigest()
    near = neighbourhood(address)
    yield f"{hashed} {near}", PAIR
    yield near, ADDRESS
    yield hashed, NAME


def _wait(tables: sqlite_utils.Database, who: str, now: datetime) -> int:
    row = tables.execute("select until from sign_in_failures where who = ?", [who]).fetchone()
    return max(0, math.ceil((datetime.fromisoformat(row[0]) - now).total_seconds())) if row else 0


def _count(tables: sqlite_utils.Database, who: str, slack: Slack, now: datetime) -> None:
    row = tables.execute("select failures from sign_in_failures where who = ?", [who]).fetchone()
    failures = 1 + (row[0] if row else 0)
    wait = seconds_after(failures, slack)
    sql = "insert or replace into sign_in_failures (who, failures, last, until) values (?, ?, ?, ?)"
    tables.execute(sql, [who, failures, stamp(now), stamp(now + timedelta(seconds=wait))])


def seconds_after(failures: int, slack: Slack) -> int:
    """How long the next attempt has to wait after so many failures."""
    over = failures - slack.free
    return min(slack.longest, FIRST_WAIT * 2 ** min(over, 30)) if over >= 0 else 0


def neighbourhood(address: str) -> str:
    """An address; of the newer kind the network that one household has, since it may choose any address in it."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if parsed.version == 4:
        return str(parsed)
    return str(ipaddress.ip_network((parsed, 64), strict=False))
