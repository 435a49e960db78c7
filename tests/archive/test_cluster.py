"""The command on a Dask cluster: the same bytes as on one machine, whoever dies meanwhile."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import dask
import pytest
from archive_homes import home_of, plain_rows, written
from click.testing import CliRunner
from distributed import LocalCluster

from advisor.archive import cluster, errand, survey
from advisor.archive.bundle_file import pack
from advisor.archive.cluster import cluster_team, started
from advisor.archive.errand import Errand, do, leave
from advisor.archive.fingerprint import machine
from advisor.archive.formats import recognise
from advisor.archive.rescore import Report, Request, rescore
from advisor.archive.team import AHEAD, Team, Work, local_team
from advisor.archive.worker import Done, Job, Past, Worker
from advisor.cli import cli
from advisor.errors import ArchiveError
from advisor.reading.memory import Cache
from advisor.settings import Settings
from advisor.wiring import archive_basis

ROWS = 40  # in parts of 4


@pytest.fixture(scope="module", autouse=True)
def _small_parts() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(survey, "PART", 4)
        yield


@pytest.fixture(scope="module")
def workers() -> Iterator[LocalCluster]:
    """Two single-threaded processes behind an address."""
    with started(2) as two:
        yield two


@pytest.fixture
def home(demo_home: Path, tmp_path: Path) -> Path:
    return home_of(demo_home, tmp_path)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return an_archive(tmp_path)


def an_archive(folder: Path) -> Path:
    """Tickets of thirty customers."""
    rows = [{**row, "customer.id": f"C-{number % 30}"} for number, row in enumerate(plain_rows(ROWS))]
    return written(folder / "a.csv", rows)


def scored(home: Path, archive: Path, out: Path, *, team: Team = local_team, work: str | None = None) -> Report:
    basis = archive_basis(Settings(home=home, threads=1), Past.ARCHIVE)
    return rescore(Request(archive=recognise(archive), out=out, work=work), basis, team=team)


@pytest.fixture(scope="module")
def alone(_small_parts: None, demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """What one process gives, in a home of its own."""
    folder = tmp_path_factory.mktemp("alone")
    out = folder / "r.jsonl"
    scored(home_of(demo_home, folder), an_archive(folder), out)
    return out.read_bytes()


def meddling(team: Team, meddle: object, *, after: int) -> Team:
    """The same team, and something that happens once so many parts have come back."""

    @contextmanager
    def meddled(job: Job) -> Iterator[Work]:
        with team(job) as work:

            def some(parts: Iterable[int]) -> Iterator[Done]:
                for number, done in enumerate(work(parts), 1):
                    if number == after:
                        meddle()  # type: ignore[operator]
                    yield done

            yield some

    return meddled


def killed(workers: LocalCluster) -> None:
    os.kill(workers.workers[0].pid, signal.SIGKILL)


def test_a_cluster_gives_the_same_bytes_though_a_worker_is_killed(
    workers: LocalCluster, home: Path, archive: Path, alone: bytes, tmp_path: Path
) -> None:
    work, out = f"file://{tmp_path}/work", tmp_path / "r.jsonl"
    team = meddling(cluster_team(workers.scheduler_address, work), lambda: killed(workers), after=2)
    report = scored(home, archive, out, team=team, work=work)
    assert (report.rows, report.resumed) == (ROWS, 0)
    assert out.read_bytes() == alone
    (kept,) = (path for path in (tmp_path / "work").iterdir() if path.is_dir())
    assert len(list(kept.glob("*/*.evidence"))) == report.parts
    assert not (kept / "tickets").exists()
    assert list((home / "archives").rglob("*.evidence")) == []
    again = scored(home, archive, out, team=cluster_team(workers.scheduler_address, work), work=work)
    assert (again.read, again.resumed) == (0, report.parts)
    assert out.read_bytes() == alone


@pytest.mark.slow
def test_workers_of_this_machine_need_no_work_folder(home: Path, archive: Path, alone: bytes, tmp_path: Path) -> None:
    out = tmp_path / "r.jsonl"
    report = scored(home, archive, out, team=cluster_team("local:2", None))
    assert (report.rows, report.read) == (ROWS, ROWS)
    assert out.read_bytes() == alone
    assert list((home / "archives").glob("bundle-*")) == []


def test_without_a_work_folder_the_workers_of_an_address_use_that_of_the_home(
    workers: LocalCluster, home: Path, archive: Path, tmp_path: Path
) -> None:
    out = tmp_path / "r.jsonl"
    report = scored(home, archive, out, team=cluster_team(workers.scheduler_address, None))
    assert report.rows == ROWS
    assert len(list((home / "archives").glob("bundle-*.tar"))) == 1
    assert len(list((home / "archives").rglob("*.evidence"))) == report.parts


@pytest.mark.slow
def test_a_scheduler_that_goes_away_costs_nothing_that_was_done(
    home: Path, archive: Path, alone: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workers: LocalCluster
) -> None:
    monkeypatch.setattr(cluster, "CONNECT", 2.0)
    work, out = str(tmp_path / "work"), tmp_path / "r.jsonl"
    with started(1) as brief:
        team = meddling(cluster_team(brief.scheduler_address, work), brief.close, after=3)
        with pytest.raises(
            ArchiveError, match=r"the scheduler has gone away: start the cluster again; nothing is lost"
        ):
            scored(home, archive, out, team=team, work=work)
    assert not out.exists()
    (spool,) = (tmp_path / "work").glob("*/tickets")
    report = scored(home, archive, out, team=cluster_team(workers.scheduler_address, work), work=work)
    assert 3 <= report.resumed < report.parts
    assert out.read_bytes() == alone
    assert not spool.exists()


def test_workers_that_read_otherwise_are_refused_by_name_before_anything_is_sent(
    workers: LocalCluster, home: Path, archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = machine()
    monkeypatch.setattr("advisor.archive.rescore.machine", lambda: {**here, "ONNX Runtime": "9.9"})
    work, address = str(tmp_path / "work"), next(iter(workers.scheduler_info["workers"]))
    says = rf"2 of 2 workers cannot take part: .*{address} has ONNX Runtime {here['ONNX Runtime']} where 9.9 is needed"
    with pytest.raises(ArchiveError, match=says):
        scored(home, archive, tmp_path / "r.jsonl", team=cluster_team(workers.scheduler_address, work), work=work)
    assert [path for path in (tmp_path / "work").rglob("*") if path.is_file()] == []


@pytest.mark.slow
def test_a_worker_that_dies_again_and_again_is_said_with_the_part(home: Path, archive: Path, tmp_path: Path) -> None:
    with dask.config.set({"distributed.scheduler.allowed-failures": 0}), started(1) as one:
        team = meddling(cluster_team(one.scheduler_address, None), lambda: killed(one), after=1)
        with pytest.raises(
            ArchiveError, match=r"1 workers died over part \d, the last tcp://.*perhaps for want of mem"
        ):
            scored(home, archive, tmp_path / "r.jsonl", team=team)


def test_a_work_folder_that_cannot_be_written_is_said_after_some_trials(
    workers: LocalCluster, home: Path, archive: Path, tmp_path: Path
) -> None:
    @contextmanager
    def blocked(job: Job) -> Iterator[Work]:
        Path(job.evidence).rmdir()
        Path(job.evidence).touch()
        with cluster_team(workers.scheduler_address, str(tmp_path / "work"))(job) as work:
            yield work

    with pytest.raises(ArchiveError, match=rf"part 0 could not be done \(.*File exists.*\): see to {tmp_path}/work"):
        scored(home, archive, tmp_path / "r.jsonl", team=blocked, work=str(tmp_path / "work"))


@pytest.mark.slow
def test_no_more_parts_are_handed_out_than_the_workers_can_hold(
    workers: LocalCluster, home: Path, archive: Path, tmp_path: Path
) -> None:
    given: list[int] = []

    def parts(many: Iterable[int]) -> Iterator[int]:
        for part in many:
            given.append(part)
            yield part

    @contextmanager
    def watched(job: Job) -> Iterator[Work]:
        with cluster_team(workers.scheduler_address, None)(job) as work:

            def some(many: Iterable[int]) -> Iterator[Done]:
                for number, done in enumerate(work(parts(many))):
                    assert done.part == number
                    assert len(given) - number <= AHEAD * 2 + 1
                    yield done

            yield some

    assert scored(home, archive, tmp_path / "r.jsonl", team=watched).rows == ROWS
    assert given == list(range(len(given)))


def test_a_scheduler_that_does_not_answer_is_said_with_the_cure(
    home: Path, archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "CONNECT", 0.5)
    with pytest.raises(ArchiveError, match=r"no scheduler answered at tcp://127\.0\.0\.1:9 .*dask scheduler"):
        scored(home, archive, tmp_path / "r.jsonl", team=cluster_team("tcp://127.0.0.1:9", None))


def test_encryption_is_as_the_configuration_of_dask_says(home: Path, archive: Path, tmp_path: Path) -> None:
    out = tmp_path / "r.jsonl"
    with pytest.raises(ArchiveError, match=r"tls://127\.0\.0\.1:9 needs a certificate: set distributed\.comm\.tls"):
        scored(home, archive, out, team=cluster_team("tls://127.0.0.1:9", None))
    with (
        dask.config.set({"distributed.comm.require-encryption": True}),
        pytest.raises(ArchiveError, match=r"requires encryption, so --dask must be tls://…, was: tcp://127\.0\.0\.1:9"),
    ):
        scored(home, archive, out, team=cluster_team("tcp://127.0.0.1:9", None))


def test_a_cluster_without_workers_is_said_with_the_cure(
    home: Path, archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "PATIENCE", 0.5)
    with started(0) as none, pytest.raises(ArchiveError, match=r"no worker was there for .*dask worker"):
        scored(home, archive, tmp_path / "r.jsonl", team=cluster_team(none.scheduler_address, None))


def test_a_worker_reads_in_a_home_of_its_own_keeps_little_and_leaves_nothing(
    home: Path, archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(errand, "CACHE_GB", 0)
    inside = tmp_path / "worker"
    inside.mkdir()

    @contextmanager
    def visited(job: Job) -> Iterator[Work]:
        given = Errand(job=job, work=str(tmp_path), bundle=pack(job.settings, tmp_path))
        done = do(given, 0, inside=inside)
        assert isinstance(done, Done)
        (kept,) = inside.glob("*/home")
        assert sorted(path.name for path in kept.iterdir() if "-" not in path.name) == [
            *("cache.db", "index", "knowledge.db", "models")
        ]
        assert Cache.open(kept / "cache.db", limit=0).clear() == 0
        leave(given)
        assert list(inside.iterdir()) == []
        with local_team(job) as work:
            yield work

    assert scored(home, archive, tmp_path / "r.jsonl", team=visited).rows == ROWS


def test_models_that_changed_since_the_run_began_are_refused(home: Path, archive: Path, tmp_path: Path) -> None:
    @contextmanager
    def other(job: Job) -> Iterator[Work]:
        worker = Worker(replace(job, needs={**job.needs, "heads": "others"}))
        with pytest.raises(ArchiveError, match="heads must be as when the run began, and came otherwise"):
            worker.ready()
        with local_team(job) as work:
            yield work

    assert scored(home, archive, tmp_path / "r.jsonl", team=other).rows == ROWS


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--work", "shared"), "--work is where the workers of a cluster read and keep: give --dask, too"),
        (("--dask", "local:2", "--processes", "2"), "--processes works without a cluster"),
        (("--dask", "nowhere"), "--dask must be local:N, or the address of a scheduler"),
        (("--dask", "tcp://host:1", "--history", "records"), "--history records reads advisor.db"),
    ],
)
def test_options_that_do_not_go_together_are_refused_before_any_work(
    options: tuple[str, ...], says: str, archive: Path, tmp_path: Path
) -> None:
    asked = ("--home", str(tmp_path / "home"), "rescore", str(archive), "--out", str(tmp_path / "r.jsonl"), *options)
    result = CliRunner().invoke(cli, asked)
    assert (result.exit_code, says in result.output) == (2, True), result.output
    assert not (tmp_path / "home" / "archives").exists()
