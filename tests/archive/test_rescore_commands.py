from __future__ import annotations

from pathlib import Path

import pytest
from advisor_builders import run
from archive_homes import home_of, plain_rows, written

from advisor.archive.result_file import read_result
from advisor.reading.evidence import Heads
from index.encoder import Encoder


@pytest.fixture
def home(demo_home: Path, fast: Encoder, heads: Heads, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = home_of(demo_home, tmp_path)
    monkeypatch.setattr("advisor.wiring.encoder_in_use", lambda *_, **__: fast)
    monkeypatch.setattr("advisor.wiring.heads_in_use", lambda *_, **__: heads)
    monkeypatch.setenv("ADVISOR_HOME", str(home))
    return home


def test_an_archive_is_scored_and_the_command_says_what_it_did(home: Path, tmp_path: Path) -> None:
    archive = written(tmp_path / "a.csv", [{"Ticket ID": row["id"], "Document": row["body"]} for row in plain_rows(8)])
    out = tmp_path / "r.csv"
    done = run("rescore", str(archive), "--processes", "1", "--out", str(out))
    assert done.exit_code == 0, done.output
    assert "body <- Document" in done.stderr
    rows = list(read_result(out))
    assert [row.ticket_id for row in rows] == [f"t-{number}" for number in range(8)]
    articles = sum(row.action == "self_service" for row in rows)
    assert f"8 tickets: {articles} an article ({articles / 8:.1%}), {8 - articles} a person" in done.stdout
    assert "8 read, 0 only decided again" in done.stdout
    assert f"written: {out}" in done.stdout
    again = run("rescore", str(archive), "--processes", "1", "--out", str(out))
    assert "1 of 1 parts were already read." in again.stdout
    assert "0 read, 8 only decided again" in again.stdout


def test_a_fast_run_says_how_many_were_not_searched_for(home: Path, tmp_path: Path) -> None:
    archive, out = written(tmp_path / "a.csv", plain_rows(8)), tmp_path / "r.jsonl"
    done = run("rescore", str(archive), "--fast", "--processes", "1", "--out", str(out))
    assert done.exit_code == 0, done.output
    spared = [row.ticket_id for row in read_result(out) if row.models.endswith("-unsearched")]
    assert spared == ["t-2", "t-3", "t-6"]
    assert "3 of them (37.5%) without a search for articles" in done.stdout
    refused = run("rescore", str(archive), "--fast", "--dry-run")
    assert refused.exit_code == 2
    assert "--dry-run tells how long the full way takes" in refused.stderr


def test_bad_rows_are_named_and_the_exit_status_tells(home: Path, tmp_path: Path) -> None:
    archive = tmp_path / "a.jsonl"
    archive.write_text('{"id": "1", "body": "How do I add a licence?"}\n{"id": "2", "body": 5}\n')
    out = tmp_path / "r.jsonl"
    done = run("rescore", str(archive), "--processes", "1", "--out", str(out))
    assert done.exit_code == 1
    assert "a.jsonl, line 2" in done.stderr
    assert f"1 row could not be read: {out}.rejects.csv" in done.stdout
    archive.write_text('{"id": "2", "body": 5}\n')
    assert run("rescore", str(archive), "--processes", "1", "--out", str(out)).exit_code == 2


def test_a_dry_run_says_what_would_be_done_and_writes_nothing(home: Path, tmp_path: Path) -> None:
    archive = written(tmp_path / "a.csv", plain_rows(60))
    done = run("rescore", str(archive), "--sample", "20", "--processes", "1", "--dry-run")
    assert done.exit_code == 0, done.output
    assert "60 rows, 20 of them to be scored; 0 cannot be read" in done.stdout
    assert "with 1 processes all would take some" in done.stdout
    assert not (home / "archives").exists()
    assert run("rescore", str(archive), "--processes", "1", "--out", str(tmp_path / "r.jsonl")).exit_code == 0
    assert "they would only be decided again" in run("rescore", str(archive), "--processes", "1", "--dry-run").stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "--out must name the result"),
        (("--out", "r.txt"), "must end in one of"),
        (("--map", "body=Nothing", "--out", "r.jsonl"), "Nothing"),
        (("--map", "nothing=body", "--out", "r.jsonl"), "nothing"),
        (("--since", "soon", "--out", "r.jsonl"), "--since must be a day or moment"),
    ],
)
def test_what_cannot_be_is_said_with_the_cure(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    done = run("rescore", str(written(tmp_path / "a.csv", plain_rows(2))), *arguments)
    assert done.exit_code == 2
    assert says in done.stderr


def test_a_missing_archive_is_named(home: Path, tmp_path: Path) -> None:
    done = run("rescore", str(tmp_path / "no.csv"), "--out", str(tmp_path / "r.jsonl"))
    assert done.exit_code == 2
    assert "no.csv does not exist" in done.stderr
