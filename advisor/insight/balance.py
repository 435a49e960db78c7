"""The ledger added up: how many tickets in each state, as a whole and by moment of truth."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from advisor.insight.ledger import Entry, State
from advisor.types import OutcomeKind


@dataclass(slots=True)
class Balance:
    """Counts; each state is counted by itself and none is put together with another."""

    states: Counter[State] = field(default_factory=Counter)  # of tickets that self-service answered
    by_wish: Counter[State] = field(default_factory=Counter)  # of them, because the customer asked for an article
    moments: dict[str, Counter[State]] = field(default_factory=lambda: defaultdict(Counter))
    matters: int = 0  # customers and matters among them
    by_contact: list[Entry] = field(default_factory=list)  # contradicted by later contacts alone
    verdicts: Counter[OutcomeKind] = field(default_factory=Counter)  # of agents, on tickets that a person answered

    @property
    def answered(self) -> int:
        """Tickets that self-service answered."""
        return self.states.total()


def balance(entries: Iterable[Entry]) -> Balance:
    """Add up the ledger."""
    adding = Adding()
    for entry in entries:
        adding.take(entry)
    return adding.balance


class Adding:
    """Adds up entries as they come."""

    def __init__(self) -> None:
        self.balance = Balance()
        self._matters: set[str] = set()

    def take(self, entry: Entry) -> None:
        """One more."""
        found = self.balance
        if entry.state is None:
            found.verdicts.update([entry.verdict] if entry.verdict is not None else [])
            return
        found.states[entry.state] += 1
        found.by_wish[entry.state] += entry.by_wish
        found.moments[entry.past.moment][entry.state] += 1
        self._matters.add(entry.matter)
        found.matters = len(self._matters)
        if entry.contacts:
            found.by_contact.append(entry)
