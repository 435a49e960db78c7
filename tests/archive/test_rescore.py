from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from random import Random

import pytest
from archive_homes import home_of, plain_rows, scored, written

from advisor.archive import survey
from advisor.archive.formats import recognise
from advisor.archive.rescore import Place, Request
from advisor.archive.result_file import read_result
from advisor.archive.selection import Selection
from advisor.archive.team import Work, local_team
from advisor.archive.worker import Job, Past
from advisor.errors import ArchiveError
from advisor.reading.evidence import Heads
from advisor.settings import Settings
from advisor.types import Recommendation, Ticket
from advisor.wire import read_tickets
from advisor.wiring import archive_basis, open_records, ready
from index.encoder import Encoder, load_encoder
from index.knowledge import KnowledgeBase

COMMAND = (sys.executable, "-c", "from advisor.cli import main; main()")


@pytest.fixture
def home(demo_home: Path, tmp_path: Path) -> Path:
    return home_of(demo_home, tmp_path)


@pytest.fixture(autouse=True)
def _small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(survey, "PART", 4)


@pytest.fixture(autouse=True)
def _models_loaded_once(fast: Encoder, heads: Heads, monkeypatch: pytest.MonkeyPatch) -> None:
    """What this process loads is what all tests share; further processes load for themselves."""
    monkeypatch.setattr("advisor.wiring.encoder_in_use", lambda *_, **__: fast)
    monkeypatch.setattr("advisor.wiring.heads_in_use", lambda *_, **__: heads)


class StoppedError(Exception):
    """What a test stops a run with."""


@contextmanager
def stopping(job: Job, *, after: int) -> Iterator[Work]:
    """Workers that are gone after a few parts."""
    with local_team(job) as work:

        def some(parts: object) -> Iterator[object]:
            for number, done in enumerate(work(parts)):  # type: ignore[arg-type]
                if number == after:
                    raise StoppedError
                yield done

        yield some  # type: ignore[misc]


def advised(lines: Path, home: Path, *, record: bool = False) -> list[Recommendation]:
    """What live tickets are advised."""
    with lines.open("rb") as stream:
        tickets = [one for one in read_tickets(stream, name="t") if isinstance(one, Ticket)]
    return [advice.recommendation for advice in ready(Settings(home=home)).advise_many(tickets, record=record)]


def test_a_result_says_what_a_live_ticket_would_be_advised(home: Path, tmp_path: Path) -> None:
    rows = plain_rows(8)
    archive = written(tmp_path / "a.csv", rows)
    report = scored(home, archive, tmp_path / "r.jsonl")
    assert (report.rows, report.read, report.refused) == (8, 8, [])
    lines = tmp_path / "a.jsonl"
    lines.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    for row, said in zip(read_result(tmp_path / "r.jsonl"), advised(lines, home), strict=True):
        assert (row.ticket_id, row.action, row.channel) == (said.ticket_id, said.action, said.channel)
        assert (row.queue, row.reason, row.why) == (said.queue, said.reasons[0].code, said.reasons[0].text)
        assert row.needed == pytest.approx(said.needed, abs=1e-4)
        assert row.p_resolve == said.p_resolve
        assert row.articles == tuple(article.id for article in said.articles)
        assert (row.topic, row.moment, row.respond_by) == (said.topic.label, said.moment.label, said.respond_by)
        assert row.created_at == said.at


def test_nothing_is_recorded(home: Path, tmp_path: Path) -> None:
    records = open_records(Settings(home=home))
    before = records.counts()
    scored(home, written(tmp_path / "a.csv", plain_rows(8)), tmp_path / "r.jsonl")
    assert records.counts() == before


def test_a_stopped_run_goes_on_and_gives_the_same_bytes(home: Path, tmp_path: Path) -> None:
    archive, whole, again = (
        written(tmp_path / "a.csv", plain_rows(20)),
        tmp_path / "whole.jsonl",
        tmp_path / "again.jsonl",
    )
    scored(home, archive, whole)
    shutil.rmtree(home / "archives")
    with pytest.raises(StoppedError):
        scored(home, archive, again, team=lambda job: stopping(job, after=2))
    assert not again.exists()
    assert [path.name for path in tmp_path.iterdir() if "unfinished" in path.name] == []
    report = scored(home, archive, again)
    assert (report.resumed, report.parts, report.read) == (3, 5, 8)
    assert again.read_bytes() == whole.read_bytes()
    once_more = scored(home, archive, again)
    assert (once_more.resumed, once_more.read) == (5, 0)
    assert again.read_bytes() == whole.read_bytes()


def test_order_partitions_and_processes_change_no_row(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows: list[dict[str, object]] = [
        {**row, "customer.id": f"C-{number % 3}"} for number, row in enumerate(plain_rows(16))
    ]
    scored(home, written(tmp_path / "a.csv", rows), tmp_path / "a.jsonl")
    expected = {row.ticket_id: replace(row, row=0) for row in read_result(tmp_path / "a.jsonl")}
    Random(3).shuffle(rows)
    monkeypatch.setattr(survey, "PART", 7)
    scored(home, written(tmp_path / "b.csv", rows), tmp_path / "b.jsonl", processes=2)
    assert {row.ticket_id: replace(row, row=0) for row in read_result(tmp_path / "b.jsonl")} == expected


def test_what_was_wished_before_counts_and_what_was_wished_later_does_not(home: Path, tmp_path: Path) -> None:
    rows = [
        {
            "id": "later",
            "created_at": "2026-03-03T09:00:00Z",
            "customer.email": "ann@example.org",
            "body": "How do I add a licence?",
        },
        {
            "id": "wish",
            "created_at": "2026-03-02T09:00:00Z",
            "customer.email": "Ann@example.org",
            "body": "From now on never call me, always write an e-mail.",
        },
        {
            "id": "earlier",
            "created_at": "2026-03-01T09:00:00Z",
            "customer.email": "ann@example.org",
            "body": "How do I add a licence?",
        },
    ]
    archive = written(tmp_path / "a.csv", rows)
    scored(home, archive, tmp_path / "r.jsonl")
    found = {row.ticket_id: row.wishes for row in read_result(tmp_path / "r.jsonl")}
    assert found["earlier"] == ()
    assert "phone:refuses" in found["wish"]
    assert "phone:refuses" in found["later"]
    scored(home, archive, tmp_path / "n.jsonl", past=Past.NONE)
    assert {row.ticket_id: row.wishes for row in read_result(tmp_path / "n.jsonl")}["later"] == ()


def test_history_from_the_records_is_that_of_the_time(home: Path, tmp_path: Path) -> None:
    lines = tmp_path / "t.jsonl"
    said = {"id": "w", "created_at": "2026-03-02T09:00:00Z", "customer": {"id": "C-1"}, "body": "Never call me again."}
    lines.write_text(json.dumps(said), encoding="utf-8")
    advised(lines, home, record=True)
    asks = {"customer.id": "C-1", "body": "How do I add a licence?"}
    rows = [
        {"id": "before", "created_at": "2026-03-01T09:00:00Z", **asks},
        {"id": "after", "created_at": "2026-03-03T09:00:00Z", **asks},
    ]
    scored(home, written(tmp_path / "a.csv", rows), tmp_path / "r.jsonl", past=Past.RECORDS)
    found = {row.ticket_id: row.wishes for row in read_result(tmp_path / "r.jsonl")}
    assert found == {"before": (), "after": ("phone:refuses",)}


def test_another_experience_file_only_decides_again(home: Path, tmp_path: Path) -> None:
    archive, out = written(tmp_path / "a.csv", plain_rows(8)), tmp_path / "r.jsonl"
    scored(home, archive, out)
    before = {row.ticket_id: row for row in read_result(out)}
    basis = archive_basis(Settings(home=home, threads=1), Past.ARCHIVE)
    text = basis.text.replace("shipped_threshold = 0.3 ", "shipped_threshold = 0.95 ").replace(
        "floor = 0.15 ", "floor = 0.9 "
    )
    assert text != basis.text
    (home / "experience.toml").write_text(text, encoding="utf-8")
    report = scored(home, archive, out)
    assert (report.rows, report.read, report.changed) == (8, 0, [])
    after = {row.ticket_id: row for row in read_result(out)}
    assert {row.action for row in after.values()} == {"live_human"}
    assert "self_service" in {row.action for row in before.values()}
    assert {row.p_resolve for row in before.values()} == {row.p_resolve for row in after.values()}


def test_a_notice_of_an_open_incident_names_its_article_in_the_result_too(home: Path, tmp_path: Path) -> None:
    basis = archive_basis(Settings(home=home, threads=1), Past.ARCHIVE)
    incident = """
[[incidents]]
id = "photos"
text = "Photos do not upload"
article = "{}"
opened = 2025-12-31T00:00:00Z
"""
    archive = written(
        tmp_path / "a.csv",
        [{"id": "1", "created_at": "2026-01-02T09:00:00Z", "body": "Photos do not upload"}],
    )
    found = []
    for article in ("billing/vat", "billing/refunds"):
        (home / "experience.toml").write_text(basis.text + incident.format(article), encoding="utf-8")
        scored(home, archive, tmp_path / "r.jsonl")
        (row,) = read_result(tmp_path / "r.jsonl")
        found.append(row.articles[-1])
    assert found == ["billing/vat", "billing/refunds"]


def test_what_has_changed_is_named_and_read_anew(home: Path, tmp_path: Path) -> None:
    archive, out = written(tmp_path / "a.csv", plain_rows(8)), tmp_path / "r.jsonl"
    scored(home, archive, out)
    settings = Settings(home=home)
    KnowledgeBase.open(settings.knowledge, load_encoder(settings.knowledge)).remove(["billing/refunds"])
    report = scored(home, archive, out)
    assert (report.changed, report.read) == (["knowledge base"], 8)
    rows = plain_rows(8)
    rows[0]["body"] = "Another text."
    written(archive, rows)
    assert scored(home, archive, out).changed == ["archive"]


def test_a_damaged_part_and_a_lost_cache_are_read_again(home: Path, tmp_path: Path) -> None:
    archive, out = written(tmp_path / "a.csv", plain_rows(8)), tmp_path / "r.jsonl"
    scored(home, archive, out)
    whole = out.read_bytes()
    (part, _) = sorted((home / "archives").glob("*/*/*.evidence"))
    part.write_bytes(part.read_bytes()[:-3])
    (home / "cache.db").write_bytes(b"no database at all" * 100)
    for extra in home.glob("cache.db-*"):
        extra.unlink()
    with pytest.raises(Exception, match=r"cache\.db cannot be used"):
        scored(home, archive, out)
    (home / "cache.db").unlink()
    place = Place.of(
        Request(archive=recognise(archive), out=out), archive_basis(Settings(home=home, threads=1), Past.ARCHIVE)
    )
    assert place.evidence == part.parent
    (part.parent / "run.json").unlink()
    report = scored(home, archive, out)
    assert out.read_bytes() == whole
    assert report.rows == 8


def test_a_sample_is_spread_as_the_archive_is(home: Path, tmp_path: Path) -> None:
    rows = [
        {"id": f"t-{n}", "channel": "chat" if n % 4 else "phone", "body": "How do I add a licence?"} for n in range(40)
    ]
    scored(home, written(tmp_path / "a.csv", rows), tmp_path / "r.jsonl", selection=Selection(sample=8))
    found = [row.came_by for row in read_result(tmp_path / "r.jsonl")]
    assert (len(found), found.count("phone")) == (8, 2)


def test_tickets_before_a_day_are_history_only(home: Path, tmp_path: Path) -> None:
    rows = [
        {"id": "old", "created_at": "2026-03-01", "customer.id": "C-1", "body": "Never call me again."},
        {"id": "new", "created_at": "2026-03-03", "customer.id": "C-1", "body": "How do I add a licence?"},
        {"id": "stranger", "created_at": "2026-03-01", "customer.id": "C-2", "body": "Never call me again."},
    ]
    basis = archive_basis(Settings(home=home, threads=1), Past.ARCHIVE)
    since = Selection(since=datetime(2026, 3, 2, tzinfo=basis.experience.zone))
    scored(home, written(tmp_path / "a.csv", rows), tmp_path / "r.jsonl", selection=since)
    (row,) = read_result(tmp_path / "r.jsonl")
    assert (row.ticket_id, row.row, row.wishes) == ("new", 2, ("phone:refuses",))


def test_bad_rows_are_listed_and_the_good_ones_go_on(home: Path, tmp_path: Path) -> None:
    archive = tmp_path / "a.jsonl"
    archive.write_text('{"id": "1", "body": "Hello?"}\n{"id": "2", "body": 5}\nno json\n{"id": "4", "body": "Hi"}\n')
    report = scored(home, archive, tmp_path / "r.jsonl")
    assert [row.ticket_id for row in read_result(tmp_path / "r.jsonl")] == ["1", "4"]
    assert sorted(one.number for one in report.refused) == [2, 3]
    listed = (tmp_path / "r.jsonl.rejects.csv").read_text(encoding="utf-8").splitlines()
    assert listed[0] == "row,where,reason"
    assert [line.split(",")[0] for line in listed[1:]] == ["2", "3"]


@pytest.mark.parametrize("ending", ["csv", "parquet", "jsonl.gz"])
def test_all_endings_hold_the_same_rows(home: Path, tmp_path: Path, ending: str) -> None:
    archive = written(tmp_path / "a.csv", plain_rows(8))
    scored(home, archive, tmp_path / "r.jsonl")
    scored(home, archive, tmp_path / f"r.{ending}")
    assert list(read_result(tmp_path / f"r.{ending}")) == list(read_result(tmp_path / "r.jsonl"))


def test_two_runs_on_one_output_or_one_archive_are_refused(home: Path, tmp_path: Path) -> None:
    archive, out = written(tmp_path / "a.csv", plain_rows(8)), tmp_path / "r.jsonl"

    @contextmanager
    def second(job: Job) -> Iterator[Work]:
        with pytest.raises(ArchiveError, match="another run writes"):
            scored(home, archive, out)
        with pytest.raises(ArchiveError, match="another run works on the same archive"):
            scored(home, archive, tmp_path / "other.jsonl")
        with local_team(job) as work:
            yield work

    assert scored(home, archive, out, team=second).rows == 8


@pytest.mark.parametrize(
    ("out", "says"),
    [
        ("missing/r.jsonl", "the folder of the result must be there"),
        ("r.txt", "must end in one of"),
        (".", "the name of a result must end in one of|is a folder"),
    ],
)
def test_an_output_that_cannot_be_is_refused_before_any_work(home: Path, tmp_path: Path, out: str, says: str) -> None:
    with pytest.raises(Exception, match=says):
        scored(home, written(tmp_path / "a.csv", plain_rows(2)), tmp_path / out)
    assert not (home / "archives").exists()


def test_a_full_disk_is_said_with_the_cure_and_nothing_done_is_lost(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive, out = written(tmp_path / "a.csv", plain_rows(20)), tmp_path / "r.jsonl"
    put, full = survey.put_whole, 3

    def put_while_there_is_room(path: Path, content: bytes) -> None:
        if path.name > f"{full:08}" and path.suffix == ".evidence":
            raise OSError(28, "No space left on device", str(path))
        put(path, content)

    monkeypatch.setattr("advisor.archive.folder.put_whole", put_while_there_is_room)
    with pytest.raises(ArchiveError, match=r"No space left on device.*run the command\s+again"):
        scored(home, archive, out)
    assert not out.exists()
    monkeypatch.setattr("advisor.archive.folder.put_whole", put)
    report = scored(home, archive, out)
    assert (report.resumed, report.rows) == (3, 20)


def killed_at_random(home: Path, archive: Path, out: Path, *, kills: int, within: tuple[float, float]) -> int:
    """Run the command, kill it with all its workers at random moments, then let it end; gives how often it was."""
    random, done = Random(8), 0
    for turn in range(kills + 1):
        command = (*COMMAND, "--home", str(home), "rescore", str(archive), "--out", str(out))
        child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True)
        if turn < kills:
            try:
                child.wait(random.uniform(*within))
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
                done += 1
        child.communicate()
    assert child.returncode == 0
    return done


def test_killed_in_the_middle_it_goes_on_and_gives_the_same_rows(home: Path, tmp_path: Path) -> None:
    archive = written(tmp_path / "a.csv", plain_rows(2_000))
    assert killed_at_random(home, archive, tmp_path / "killed.jsonl", kills=3, within=(1.5, 4.5)) > 0
    shutil.rmtree(home / "archives")
    (home / "cache.db").unlink()
    scored(home, archive, tmp_path / "whole.jsonl", processes=2)
    lines = (tmp_path / "whole.jsonl").read_bytes().splitlines()
    assert len(lines) == 2_000
    assert sorted((tmp_path / "killed.jsonl").read_bytes().splitlines()) == sorted(lines)


@pytest.mark.slow
def test_killed_in_the_middle_of_many_it_goes_on_and_gives_the_same_rows(home: Path, tmp_path: Path) -> None:
    rows = plain_rows(20_000)
    for number, row in enumerate(rows):
        row["body"] = f"{row['body']} Invoice {number % 4_000}."
        row["customer.id"] = f"C-{number % 7_000}"
    archive = written(tmp_path / "a.csv", rows)
    assert killed_at_random(home, archive, tmp_path / "killed.jsonl", kills=3, within=(8.0, 30.0)) > 0
    shutil.rmtree(home / "archives")
    (home / "cache.db").unlink()
    scored(home, archive, tmp_path / "whole.jsonl", processes=2)
    lines = (tmp_path / "whole.jsonl").read_bytes().splitlines()
    assert len(lines) == 20_000
    assert sorted((tmp_path / "killed.jsonl").read_bytes().splitlines()) == sorted(lines)
