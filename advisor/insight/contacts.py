"""The contacts of each customer in one window of time, put together into matters; memory by the window."""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta

from advisor.insight.matter import Matter, likeness
from advisor.records import Past

COMPARED = 20  # of one customer's tickets in the window, the newest

Pairs = set[tuple[str, frozenset[str]]]  # source and the two tickets
Who = tuple[str, str]  # source and customer


class _Recent:
    """A ticket in the window; what it is about is read when a second one comes."""

    def __init__(self, past: Past, key: str) -> None:
        self.past = past
        self.key = key
        self._matter: Matter | None = None

    @property
    def matter(self) -> Matter:
        """What of the ticket tells its matter."""
        if self._matter is None:
            self._matter = Matter.of(self.past.evidence(), self.past.subject)
        return self._matter


class Contacts:
    """Takes tickets in the order in which they came."""

    def __init__(self, window: timedelta, other: Pairs, same: Pairs) -> None:
        self._window = window
        self._other = other
        self._same = same
        self._recent: dict[Who, deque[_Recent]] = {}
        self._order: deque[tuple[datetime, Who]] = deque()

    def is_other(self, one: Past, other: Past) -> bool:
        """Whether a person says that the two are about different matters."""
        return _pair(one, other) in self._other

    def matter(self, past: Past) -> str:
        """The name of the customer's matter: that of an earlier ticket on it, or a new one."""
        self._forget(past.created_at)
        who = (past.source, past.customer)
        recent = self._recent.setdefault(who, deque(maxlen=COMPARED))
        now = _Recent(past, f"{past.source}/{past.customer}/{past.ticket_id}")
        now.key = self._joined(now, recent) or now.key
        recent.append(now)
        self._order.append((past.created_at, who))
        return now.key

    def _joined(self, now: _Recent, recent: deque[_Recent]) -> str | None:
        """The matter of the likest earlier ticket that is about the same; of two alike, the newer."""
        best, found = 0.0, None
        for one in reversed(recent):
            if self.is_other(one.past, now.past):
                continue
            if _pair(one.past, now.past) in self._same:
                return one.key
            like = likeness(one.matter, now.matter)
            if like.is_same and like.figure > best:
                best, found = like.figure, one.key
        return found

    def _forget(self, at: datetime) -> None:
        """Let go of what came before the window."""
        while self._order and self._order[0][0] < at - self._window:
            _, who = self._order.popleft()
            recent = self._recent.get(who)
            while recent and recent[0].past.created_at < at - self._window:
                recent.popleft()
            if not recent:
                self._recent.pop(who, None)


def _pair(one: Past, other: Past) -> tuple[str, frozenset[str]]:
    return one.source, frozenset((one.ticket_id, other.ticket_id))
