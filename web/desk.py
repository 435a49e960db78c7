"""What every page works with: the settings, the records, and an advisor that stays up to date."""

from __future__ import annotations

from dataclasses import dataclass

from advisor.advise import Advice, Advisor
from advisor.decision.experience import Experience
from advisor.records import Records
from advisor.running import Running
from advisor.settings import Settings
from advisor.types import Ticket
from index.progress import Progress


@dataclass(frozen=True, slots=True)
class Desk:
    """The support desk whose tickets are shown."""

    settings: Settings
    records: Records
    running: Running

    @classmethod
    def open(cls, settings: Settings, *, progress: Progress | None = None) -> Desk:
        """The desk of an installation; loads its models."""
        from advisor.wiring import open_records, running

        return cls(settings, open_records(settings), running(settings, progress=progress))

    @property
    def advisor(self) -> Advisor:
        """The advisor of what is in force now."""
        return self.running.advisor

    @property
    def experience(self) -> Experience:
        """The experience file in force now."""
        return self.running.advisor.experience

    def advise(self, ticket: Ticket, *, record: bool = True) -> Advice:
        """Advise one ticket."""
        return self.running.advise(ticket, record=record)
