"""Works on parts of an archive: reads rows, keeps their evidence, decides. One a process; each can do any part."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

from advisor.archive.fingerprint import said
from advisor.archive.folder import folder_at
from advisor.archive.formats import BadRow, ticket_of
from advisor.archive.gate import Gate, Spared, is_spared
from advisor.archive.parts import Entries, Entry, keep, kept, slim
from advisor.archive.past import ArchivePast
from advisor.archive.result_file import encoded
from advisor.archive.scored import row_of
from advisor.archive.survey import Part, Survey
from advisor.decision.experience import Experience
from advisor.errors import ArchiveError
from advisor.records.rows import address
from advisor.settings import Settings
from advisor.types import History, Promise, Ticket

if TYPE_CHECKING:
    from advisor.reading.evidence import Reader
    from advisor.records import Records

WARMING = Ticket(id="", body="How do I reset my password?", created_at=datetime(2026, 1, 1, tzinfo=UTC)), History()
BATCH = 64  # rows read together, so that they are looked up together


class Past(StrEnum):
    """Where a row's history comes from."""

    ARCHIVE = "archive"
    RECORDS = "records"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """All that a worker is told; it can be sent to another process or machine."""

    settings: Settings
    survey: str  # folder of the first pass: a path, or an address
    evidence: str  # folder of the evidence: a path, or an address
    run: str  # fingerprint that the evidence is kept under
    experience: str  # text of the file
    promise: Promise
    past: Past
    assumed: datetime  # aware; when rows came that do not say
    gate: bytes | None = None  # of a fast run
    reads: bool = True  # False: the evidence of all parts is there, so no model need be loaded
    needs: Mapping[str, str] = field(default_factory=dict)  # by name, what a worker must read with


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a part."""

    part: int
    rows: int
    lines: bytes  # rows of the result, as JSON lines
    refused: tuple[BadRow, ...]
    actions: Counter[str]
    read: int  # rows whose evidence was not there yet
    spared: int  # rows for which no article was searched


class Worker:
    """Everything that is loaded once a process; models only when a part has to be read."""

    def __init__(self, job: Job, *, copies: Path | None = None) -> None:
        """`copies`: the folder of this machine for copies of what lies at an address."""
        self.job = job
        self._copies = copies
        self._experience = Experience.parse(job.experience, name="the experience file")
        self._folder = folder_at(job.evidence)

    def ready(self) -> Self:
        """Load what will be needed before the first part."""
        if self.job.reads:
            self.reader.evidence([WARMING])
        return self

    def work(self, number: int) -> Done:
        """Do a part: with the evidence that is there, or after reading it."""
        entries = kept(self._folder, number, run=self.job.run)
        fresh = entries is None
        if entries is None:
            entries = self._entries(self._survey.part(number))
            keep(self._folder, entries)
        rows = [
            row_of(entry.row, entry.evidence, entry.handled, self._experience, self.job.promise)
            for entry in entries.good
        ]
        lines = encoded(rows)
        actions = Counter(str(row.action) for row in rows)
        spared = sum(is_spared(entry.evidence) for entry in entries.good)
        read = len(entries.good) if fresh else 0
        return Done(number, len(entries.good), lines, entries.refused, actions, read, spared)

    @cached_property
    def _survey(self) -> Survey:
        return Survey(folder_at(self.job.survey, copies=self._copies))

    @cached_property
    def settings(self) -> Settings:
        """Of the home folder that is read with."""
        return replace(self.job.settings, threads=1)

    @cached_property
    def reader(self) -> Reader:
        """The models, loaded; raises ArchiveError where they are not those that the run began with."""
        from advisor.wiring import archive_reader

        reader = archive_reader(self.settings, self._experience, sparing=self._sparing)
        here = prints_of(reader)
        if other := [name for name, mark in here.items() if self.job.needs.get(name, mark) != mark]:
            raise ArchiveError(
                f"{said(other)} must be as when the run began, and came otherwise: a command has changed them, or "
                "this worker has another release of the program; see to that and run the command again"
            )
        return reader

    @property
    def _sparing(self) -> Spared | None:
        if self.job.gate is None:
            return None
        return Spared(self._experience, self.job.promise, Gate.unpacked(self.job.gate))

    @cached_property
    def _records(self) -> Records:
        from advisor.wiring import open_records

        return open_records(self.job.settings)

    @cached_property
    def _articles(self) -> dict[str, str]:
        """Web addresses of articles, with their ids."""
        articles = self.reader.knowledge.articles()
        return {address(article.url): article.id for article in articles if article.url is not None}

    def _entries(self, part: Part) -> Entries:
        good: list[Entry] = []
        refused: list[BadRow] = []
        asked = {row.number for row, wanted in zip(part.rows, part.wanted, strict=True) if wanted}
        tickets: list[tuple[int, int, Ticket]] = []  # group, row
        for row, group in zip(part.rows, part.groups, strict=True):
            ticket = ticket_of(row, self._experience.zone)
            if isinstance(ticket, BadRow):
                refused += [ticket] if row.number in asked else []
            else:
                at = ticket.created_at or self.job.assumed
                tickets.append((group, row.number, replace(ticket, created_at=at)))
        for wave in self._waves(tickets):
            good += [entry for entry in self._read(wave) if entry.row in asked]
        good.sort(key=lambda entry: entry.row)
        return Entries(self.job.run, part.number, tuple(good), tuple(refused))

    def _read(self, wave: list[tuple[int, Ticket, ArchivePast | None]]) -> Iterator[Entry]:
        """Read tickets of which no one has to do with another."""
        for start in range(0, len(wave), BATCH):
            batch = wave[start : start + BATCH]
            asked = [self._with_history(ticket, past) for _, ticket, past in batch]
            for (number, _, past), (ticket, _), evidence in zip(batch, asked, self.reader.evidence(asked), strict=True):
                if past is not None:
                    past.learn(ticket, evidence)
                yield Entry(number, slim(evidence), ticket.handled)

    def _with_history(self, ticket: Ticket, past: ArchivePast | None) -> tuple[Ticket, History]:
        if self.job.past is Past.RECORDS:
            return ticket, self._records.history(ticket)
        if self.job.past is Past.NONE or past is None or ticket.created_at is None:
            return ticket, History()
        return past.before(ticket, ticket.created_at)

    def _waves(self, tickets: list[tuple[int, int, Ticket]]) -> Iterator[list[tuple[int, Ticket, ArchivePast | None]]]:
        """The first ticket of every group, then the second of each, and so on, by their times."""
        groups: dict[int, list[tuple[int, Ticket]]] = {}
        for group, number, ticket in tickets:
            groups.setdefault(group, []).append((number, ticket))
        waiting = [
            (
                ArchivePast(self._articles) if self.job.past is Past.ARCHIVE else None,
                sorted(members, key=_by_time, reverse=True),
            )
            for members in groups.values()
        ]
        while waiting:
            yield [(*members.pop(), past) for past, members in waiting]
            waiting = [(past, members) for past, members in waiting if members]


def prints_of(reader: Reader) -> dict[str, str]:
    """By name, what evidence depends on besides the machine."""
    return {
        "encoder": reader.prints.looks,
        "words": reader.prints.words,
        "heads": reader.prints.readings,
        "knowledge base": reader.knowledge.fingerprint,
    }


def _by_time(one: tuple[int, Ticket]) -> tuple[datetime, int]:
    number, ticket = one
    assert ticket.created_at is not None
    return ticket.created_at, number
