from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from archive_homes import home_of, plain_rows, written

from advisor.archive import gate as gates
from advisor.archive import survey
from advisor.archive.formats import recognise
from advisor.archive.gate import Examples, Gate, Spared, fitted, most_wrong, threshold
from advisor.archive.rescore import Report, Request, rescore
from advisor.archive.result import Row
from advisor.archive.result_file import read_result
from advisor.archive.team import Team, Work, local_team
from advisor.archive.worker import Done, Job, Past
from advisor.decision.experience import Experience
from advisor.reading.evidence import SPARED
from advisor.settings import Settings
from advisor.types import History, Promise, SignalKind, Ticket
from advisor.wiring import archive_basis, archive_reader

EXPERIENCE = Experience.default()
OPEN = Gate(experience=EXPERIENCE.fingerprint, promise=Promise().fingerprint)
SHUT = Gate(
    experience=EXPERIENCE.fingerprint,
    promise=Promise().fingerprint,
    weights=np.zeros(384 + 4, np.float32).tobytes(),
    below=math.inf,
)


@pytest.fixture
def home(demo_home: Path, tmp_path: Path) -> Path:
    return home_of(demo_home, tmp_path)


@pytest.fixture(autouse=True)
def _small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(survey, "PART", 16)


@pytest.fixture
def _generous(monkeypatch: pytest.MonkeyPatch) -> None:
    """A small pilot is enough, since many may be advised otherwise."""
    monkeypatch.setattr(gates, "WRONG", 0.3)


class StoppedError(Exception):
    """What a test stops a run with."""


@contextmanager
def stopping(job: Job) -> Iterator[Work]:
    """Workers that are gone after two parts."""
    with local_team(job) as work:

        def some(parts: Iterable[int]) -> Iterator[Done]:
            for number, done in enumerate(work(parts)):
                if number == 2:
                    raise StoppedError
                yield done

        yield some


def scored(home: Path, archive: Path, out: Path, *, fast: bool, team: Team = local_team) -> Report:
    basis = archive_basis(Settings(home=home, threads=1), Past.ARCHIVE)
    return rescore(Request(archive=recognise(archive), out=out, fast=fast), basis, team=team)


def demo_tickets(path: Path) -> Path:
    """The demo's tickets as an archive."""
    demo = files("advisor") / "demo"
    lines = [demo.joinpath(name).read_text(encoding="utf-8") for name in ("tickets.jsonl", "week/tickets.jsonl")]
    path.write_text("".join(lines), encoding="utf-8")
    return path


def advice(row: Row) -> tuple[object, ...]:
    return row.ticket_id, row.action, row.channel, row.queue, row.rule, row.unmet


def heard(row: Row) -> tuple[object, ...]:
    return row.wishes, row.signals, row.moment, row.severity, row.tone, row.language


def rows_both_ways(home: Path, archive: Path, folder: Path) -> list[tuple[Row, Row]]:
    scored(home, archive, folder / "full.jsonl", fast=False)
    scored(home, archive, folder / "fast.jsonl", fast=True)
    return list(zip(read_result(folder / "full.jsonl"), read_result(folder / "fast.jsonl"), strict=True))


def test_the_demo_is_advised_and_heard_alike_both_ways(home: Path, tmp_path: Path) -> None:
    both = rows_both_ways(home, demo_tickets(tmp_path / "demo.jsonl"), tmp_path)
    assert len(both) == 102
    assert [advice(fast) for _, fast in both] == [advice(full) for full, _ in both]
    assert [heard(fast) for _, fast in both] == [heard(full) for full, _ in both]


def test_a_row_without_a_search_says_so_and_every_other_is_the_same_to_the_byte(home: Path, tmp_path: Path) -> None:
    both = rows_both_ways(home, demo_tickets(tmp_path / "demo.jsonl"), tmp_path)
    spared = [(full, fast) for full, fast in both if fast.models != full.models]
    assert 0 < len(spared) < len(both)
    for full, fast in spared:
        assert fast.models == f"{full.models}{SPARED}"
        assert (fast.p_resolve, fast.articles, fast.candidate) == (0.0, (), None)
    assert all(full == fast for full, fast in both if fast.models == full.models)


@pytest.mark.usefixtures("_generous")
def test_what_is_wished_and_what_is_grave_is_read_in_full_where_the_gate_shuts(home: Path, tmp_path: Path) -> None:
    both = rows_both_ways(home, written(tmp_path / "a.csv", plain_rows(160)), tmp_path)
    assert [heard(fast) for _, fast in both] == [heard(full) for full, _ in both]
    assert any(advice(full) == advice(fast) and fast.models.endswith(SPARED) for full, fast in both)
    assert {fast.rule for _, fast in both if "cost" in fast.rule and fast.models.endswith(SPARED)} == {"cost"}


def spared_of(home: Path, gate: Gate | None, bodies: Sequence[str]) -> list[bool]:
    sparing = Spared(EXPERIENCE, Promise(), gate)
    reader = archive_reader(Settings(home=home, threads=1), EXPERIENCE, sparing=sparing)
    asked = [(Ticket(id=str(number), body=body), History()) for number, body in enumerate(bodies)]
    return [one.models.endswith(SPARED) for one in reader.evidence(asked)]


def test_a_gate_that_shuts_for_all_lets_through_who_wishes_for_an_article(home: Path) -> None:
    bodies = (
        "Please send me a link to the article, I want to help myself: how do I add a licence?",
        "How do I add a licence?",
        "Please call me, I have been charged twice.",
        "Somebody has hacked my account!",
    )
    assert spared_of(home, SHUT, bodies) == [False, True, False, True]
    assert spared_of(home, OPEN, bodies) == [False, False, False, True]
    assert spared_of(home, None, bodies) == [False, False, False, True]


@pytest.mark.usefixtures("_generous")
def test_a_stopped_fast_run_goes_on_and_gives_the_same_bytes(home: Path, tmp_path: Path) -> None:
    archive, whole, again = written(tmp_path / "a.csv", plain_rows(80)), tmp_path / "w.jsonl", tmp_path / "g.jsonl"
    first = scored(home, archive, whole, fast=True)
    (kept,) = home.glob("archives/*/*.gate")
    gate = kept.read_bytes()
    for file in home.glob("archives/*/*/*.evidence"):
        file.unlink()
    with pytest.raises(StoppedError):
        scored(home, archive, again, fast=True, team=stopping)
    report = scored(home, archive, again, fast=True)
    assert (report.rows, report.spared, report.resumed) == (80, first.spared, 3)
    assert again.read_bytes() == whole.read_bytes()
    assert kept.read_bytes() == gate


@pytest.mark.usefixtures("_generous")
def test_a_damaged_gate_is_fitted_again_to_the_same(home: Path, tmp_path: Path) -> None:
    archive, out = written(tmp_path / "a.csv", plain_rows(80)), tmp_path / "r.jsonl"
    scored(home, archive, out, fast=True)
    (kept,) = home.glob("archives/*/*.gate")
    whole = kept.read_bytes()
    kept.write_bytes(whole[:-1])
    report = scored(home, archive, out, fast=True)
    assert kept.read_bytes() == whole
    assert (report.read, report.changed) == (0, [])


def test_the_evidence_of_a_fast_run_is_not_used_by_a_full_one(home: Path, tmp_path: Path) -> None:
    archive, out = written(tmp_path / "a.csv", plain_rows(16)), tmp_path / "r.jsonl"
    fast = scored(home, archive, out, fast=True)
    report = scored(home, archive, out, fast=False)
    assert (fast.read, report.read, report.spared) == (16, 16, 0)
    assert report.changed == ["way of reading"]
    assert not any(row.models.endswith(SPARED) for row in read_result(out))


@pytest.mark.parametrize(
    ("pilot", "wrong"), [(0, None), (597, None), (598, 0), (900, 0), (1_000, 1), (2_000, 4), (4_000, 12)]
)
def test_so_many_of_a_pilot_may_be_advised_otherwise(pilot: int, wrong: int | None) -> None:
    assert most_wrong(pilot) == wrong


def test_a_pilot_that_is_too_small_shuts_for_nobody() -> None:
    none = np.zeros(40, np.float32)
    examples = Examples(np.eye(40, dtype=np.float32), none, none, np.zeros(40, bool), pilot=597)
    assert fitted(examples, EXPERIENCE, Promise()) == Gate(
        experience=EXPERIENCE.fingerprint, promise=Promise().fingerprint, pilot=597
    )
    assert not OPEN.shuts(np.zeros(3, np.float32), needed=1.0)


def test_the_threshold_keeps_one_of_those_allowed_in_reserve() -> None:
    scores = np.array([-4.0, -3.0, -2.0, -1.0, 0.0, 1.0], np.float32)
    changed = np.array([False, True, False, True, True, False])
    assert threshold(scores, changed, 0) == (-3.0, 0)
    assert threshold(scores, changed, 1) == (-3.0, 0)
    assert threshold(scores, changed, 2) == (-1.0, 1)
    assert threshold(scores, changed, 9) == (0.0, 2)
    assert threshold(scores, np.zeros(6, bool), 3) == (-math.inf, 0)


def test_a_gate_learns_what_no_article_fits() -> None:
    features = np.tile(np.array([[1.0, 0.0], [0.0, 1.0]], np.float32), (500, 1))
    fits, bars = np.tile(np.array([1.5, -2.5], np.float32), 500), np.zeros(1_000, np.float32)
    gate = fitted(Examples(features, fits, bars, fits > 0, pilot=1_000), EXPERIENCE, Promise())
    assert (gate.pilot, gate.wrong) == (1_000, 0)
    likely, unlikely = np.array([1.0, 0.0], np.float32), np.array([0.0, 1.0], np.float32)
    assert (gate.shuts(likely, needed=0.45), gate.shuts(unlikely, needed=0.45)) == (False, True)
    assert (gate.shuts(likely, needed=0.99), gate.shuts(unlikely, needed=0.01)) == (True, False)
    assert Gate.unpacked(gate.packed()) == gate


def test_signals_of_safety_need_no_search(home: Path, tmp_path: Path) -> None:
    archive = tmp_path / "a.jsonl"
    archive.write_text(json.dumps({"id": "1", "body": "Somebody has hacked my account!"}), encoding="utf-8")
    report = scored(home, archive, tmp_path / "r.jsonl", fast=True)
    (row,) = read_result(tmp_path / "r.jsonl")
    assert (report.spared, row.signals, row.rule) == (1, (SignalKind.FRAUD_OR_SECURITY,), "safety")
