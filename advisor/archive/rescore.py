"""An archive scored again: surveyed once, read part by part, decided, written whole; it goes on after anything.

Evidence is kept under the fingerprint of all that it depends on. So the same command goes on where it was stopped,
another experience file only decides again, and a changed model, archive or machine begins anew.
"""

from __future__ import annotations

import hashlib
import shutil
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from advisor.archive.fingerprint import Fingerprint, contents, machine, sha256_of
from advisor.archive.folder import folder_at
from advisor.archive.formats import Archive, BadRow, Row, read_rows
from advisor.archive.gate import Gate, fitted
from advisor.archive.locks import locked
from advisor.archive.output import check_output, write_rejects, writing
from advisor.archive.parts import name_of
from advisor.archive.pilot import pilot
from advisor.archive.selection import EVERYTHING, Selection
from advisor.archive.survey import SPOOL, Summary, put_whole, summary_of, survey
from advisor.archive.team import Team, local_team
from advisor.archive.worker import Done, Job, Past
from advisor.decision.experience import Experience
from advisor.reading.evidence import Reader
from advisor.settings import Settings
from advisor.types import Promise
from index.progress import Progress, silent

FOLDER = "archives"  # below the home folder; may be deleted at any time
SURVEYING, SCORING = "Surveying", "Scoring"
RUN = "run.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked for."""

    archive: Archive
    out: Path
    selection: Selection = EVERYTHING
    past: Past = Past.ARCHIVE
    work: str | None = None  # where workers of other machines read and keep; None: in the home folder
    fast: bool = False  # no articles are searched where none would change the advice


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What the advice rests on, as it stands now."""

    settings: Settings
    experience: Experience
    text: str  # of the experience file
    promise: Promise
    parts: dict[str, str]  # of the fingerprint: models, knowledge base, examples, history
    reader: Reader  # with nothing kept, to try how long reading takes


@dataclass(slots=True)
class Report:
    """What a run did."""

    rows: int = 0
    read: int = 0  # rows whose evidence was not there yet
    spared: int = 0  # rows for which no article was searched
    actions: Counter[str] = field(default_factory=Counter)
    refused: list[BadRow] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)  # since the last run to the same output
    resumed: int = 0  # parts that were there already
    parts: int = 0
    seconds: float = 0.0  # of the parts, survey and loading apart


def rescore(request: Request, basis: Basis, *, team: Team = local_team, progress: Progress = silent) -> Report:
    """Score an archive again; raises ArchiveError where it cannot, and nothing that was done is lost."""
    check_output(request.out)
    place = Place.of(request, basis)
    busy = f"another run writes {request.out}: wait for it, or choose another --out"
    with ExitStack() as stack:
        stack.enter_context(locked(place.output_lock, refusal=busy))
        stack.enter_context(
            locked(place.folder / "lock", refusal="another run works on the same archive: wait until it has ended")
        )
        gate = gate_of(request, basis, place, progress)
        place = place.beside(gate)
        report = Report(changed=place.changed())
        place.begin()
        summary = place.summary() or _surveyed(request, basis, place, progress)
        done = place.done(summary)
        report.parts, report.resumed = summary.parts, len(done)
        job = replace(place.job(request, basis, reads=len(done) < summary.parts), gate=gate)
        _score(report, summary, job, request.out, team, progress)
        write_rejects(request.out, report.refused)
        place.end()
    return report


def gate_of(request: Request, basis: Basis, place: Place, progress: Progress) -> bytes | None:
    """The gate of a fast run, fitted once on a pilot of the archive and kept; None where all is read in full."""
    if not request.fast:
        return None
    name = place.fingerprint.with_(experience=basis.experience.fingerprint, promise=basis.promise.fingerprint).name
    path = place.folder / f"{name}.gate"
    if path.is_file() and Gate.unpacked(kept := path.read_bytes()) is not None:
        return kept
    gate = fitted(pilot(request, basis, progress), basis.experience, basis.promise).packed()
    put_whole(path, gate)
    return gate


def _surveyed(request: Request, basis: Basis, place: Place, progress: Progress) -> Summary:
    """The first pass, with a bar by the bytes that were read."""
    reading = read_rows(request.archive)

    def rows() -> Iterator[Row | BadRow]:
        for number, row in enumerate(reading):
            if number % 1000 == 0:
                progress(SURVEYING, reading.done, reading.total)
            yield row
        progress(SURVEYING, reading.total, reading.total)

    summary = survey(
        rows(),
        place.folder,
        selection=request.selection,
        apart=request.past is not Past.ARCHIVE,
        zone=basis.experience.zone,
    )
    place.keep(summary)
    return summary


def _score(report: Report, summary: Summary, job: Job, out: Path, team: Team, progress: Progress) -> None:
    """Do all parts and write their rows in order; a full disk ends it, and nothing done is lost."""
    report.refused += summary.refused
    with writing(out) as writer, team(job) as work:
        start = time.perf_counter()
        for done in work(range(summary.parts)):
            writer.write_lines(done.lines)
            _count(report, done)
            progress(SCORING, report.rows + len(report.refused) - len(summary.refused), summary.wanted)
        report.seconds = time.perf_counter() - start
    progress(SCORING, summary.wanted, summary.wanted)


def _count(report: Report, done: Done) -> None:
    report.rows += done.rows
    report.read += done.read
    report.spared += done.spared
    report.actions += done.actions
    report.refused += done.refused


@dataclass(frozen=True, slots=True)
class Place:
    """Where a run keeps what it has done."""

    folder: Path  # of the archive, as it is selected
    fingerprint: Fingerprint  # of the evidence
    output_lock: Path
    memo: Path  # what the last run to this output depended on
    work: str | None  # as in the request

    @classmethod
    def of(cls, request: Request, basis: Basis) -> Place:
        """The place of a run; reads the whole archive once to name it."""
        archive = request.archive
        given = {
            "archive": contents(archive.path),
            "columns": sha256_of(*(f"{one}={column}" for one, column in sorted(archive.mapping.items()))),
            "selection": f"{request.selection.named}, history {request.past}, {basis.experience.zone}",
        }
        fingerprint = Fingerprint({**given, **basis.parts, **machine()})
        home = basis.settings.home / FOLDER
        folder, output = home / Fingerprint(given).name, sha256_of(str(request.out.resolve()))
        return cls(folder, fingerprint, home / f"{output}.lock", home / f"{output}.json", request.work)

    def beside(self, gate: bytes | None) -> Place:
        """The place of a fast run, whose evidence is kept apart; without a gate, this place."""
        if gate is None:
            return self
        way = f"fast {hashlib.sha256(gate).hexdigest()}"
        return replace(self, fingerprint=self.fingerprint.with_(way_of_reading=way))

    @property
    def evidence(self) -> Path:
        """The folder of the evidence, where it lies in the home folder, and of what is known of it."""
        return self.folder / self.fingerprint.name

    @property
    def evidence_at(self) -> str:
        """The path or address of the evidence."""
        if self.work is None:
            return str(self.evidence)
        return f"{self.work.rstrip('/')}/{self.folder.name}/{self.fingerprint.name}"

    def changed(self) -> list[str]:
        """What has changed since the last run to the same output; nothing where there was none."""
        try:
            before = msgspec.json.decode(self.memo.read_bytes(), type=dict[str, str])
        except (OSError, msgspec.DecodeError):
            return []
        return self.fingerprint.changed(before)

    def begin(self) -> None:
        """Note what this run depends on."""
        self.evidence.mkdir(parents=True, exist_ok=True)
        put_whole(self.memo, msgspec.json.encode(dict(self.fingerprint.parts)))

    def summary(self) -> Summary | None:
        """The survey, where it need not be made again: its rows are there, or the evidence of all of them."""
        spooled = (self.folder / SPOOL).is_file()
        try:
            kept = msgspec.json.decode((self.evidence / RUN).read_bytes(), type=Summary)
        except (OSError, msgspec.DecodeError):
            kept = None
        if kept is not None and (spooled or len(self.done(kept)) == kept.parts):
            return kept
        made = summary_of(self.folder) if spooled else None
        if made is not None:
            self.keep(made)
        return made

    def keep(self, summary: Summary) -> None:
        """Put the survey beside the evidence."""
        put_whole(self.evidence / RUN, msgspec.json.encode(summary))

    def done(self, summary: Summary) -> set[int]:
        """The parts whose evidence is there."""
        names = folder_at(self.evidence_at).names()
        return {part for part in range(summary.parts) if name_of(part) in names}

    def job(self, request: Request, basis: Basis, *, reads: bool) -> Job:
        """What workers are told."""
        written = datetime.fromtimestamp(int(request.archive.path.stat().st_mtime), UTC)
        return Job(
            settings=basis.settings,
            survey=str(self.folder),
            evidence=self.evidence_at,
            run=self.fingerprint.name,
            experience=basis.text,
            promise=basis.promise,
            past=request.past,
            assumed=written,
            reads=reads,
            needs={**basis.parts, **machine()},
        )

    def end(self) -> None:
        """Let the copy of the tickets go: what is needed from now on is evidence."""
        (self.folder / SPOOL).unlink(missing_ok=True)


def prune(home: Path, *, limit: int) -> None:
    """Delete the evidence of the oldest runs until all of it is within a limit in bytes."""
    runs = [folder for folder in (home / FOLDER).glob("*/*") if folder.is_dir()]
    sized = sorted(((folder.stat().st_mtime, _size(folder), folder) for folder in runs), reverse=True)
    total = 0
    for _, size, folder in sized:
        total += size
        if total > limit:
            shutil.rmtree(folder, ignore_errors=True)


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.iterdir())
