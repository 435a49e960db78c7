"""An advisor that stays up to date in a program that runs on: what a command changes is in force at the next advice."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from threading import Lock

from advisor.advise import Advice, Advisor
from advisor.errors import AdvisorError
from advisor.types import Ticket


class Running:
    """Swaps its advisor whole when what it was made of has changed; where that cannot be loaded, the old one stays."""

    def __init__(self, load: Callable[[], Advisor], state: Callable[[], Hashable]) -> None:
        """`state` names, cheaply, what `load` makes an advisor of."""
        self._load = load
        self._state = state
        self._loading = Lock()
        self._turn = Lock()  # one ticket at a time: the language pipeline's vocabulary grows while it reads
        self._seen = state()
        self._advisor = load()
        self.trouble: str | None = None  # why a change is not in force

    @property
    def advisor(self) -> Advisor:
        """The advisor of what is in force now; raises nothing where a change cannot be loaded, see `trouble`."""
        now = self._state()
        if now != self._seen:
            with self._loading:
                if now != self._seen:
                    self._swap()
                    self._seen = now
        return self._advisor

    def advise(self, ticket: Ticket, *, record: bool = True) -> Advice:
        """Advise one ticket by what is in force now."""
        advisor = self.advisor
        with self._turn:
            return advisor.advise(ticket, record=record)

    def _swap(self) -> None:
        try:
            self._advisor = self._load()
        except AdvisorError as error:
            self.trouble = str(error)
            return
        self.trouble = None
