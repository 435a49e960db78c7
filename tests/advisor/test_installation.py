from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import click
import pytest
from advisor_builders import installed, run, with_an_article, written

from advisor.cli import HELP, cli
from advisor.decision.experience import default_text
from advisor.settings import TEMPLATE

ASKED = {"id": "t-1", "subject": "Sign-in", "body": "I forgot my password."}
ADVISOR = str(Path(sys.executable).with_name("advisor"))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return installed(tmp_path, monkeypatch)


@pytest.fixture
def filled(home: Path) -> Path:
    return with_an_article(home)


def test_init_makes_everything_and_keeps_what_is_there(home: Path) -> None:
    first = run("init")
    assert first.exit_code == 0
    assert (home / "settings.toml").read_text() == TEMPLATE
    assert (home / "experience.toml").read_text() == default_text()
    assert {path.name for path in home.glob("*.db")} == {"advisor.db", "cache.db", "knowledge.db"}
    (home / "experience.toml").write_text("mine")
    second = run("init")
    assert second.stdout.splitlines()[:2] == [
        f"kept: {home / 'settings.toml'}",
        f"kept: {home / 'experience.toml'}",
    ]
    assert (home / "experience.toml").read_text() == "mine"


def test_a_home_that_cannot_be_made_is_one_sentence(home: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = run("--home", str(tmp_path / "file" / "home"), "init")
    where = tmp_path / "file" / "home"
    assert (result.exit_code, result.stderr) == (
        2,
        f"Error: {where} cannot be used (Not a directory): check that it is there and may be used\n",
    )


def test_a_setting_that_is_unknown_is_one_sentence(home: Path) -> None:
    home.mkdir()
    (home / "settings.toml").write_text("masks = true\n")
    result = run("doctor")
    assert result.exit_code == 2
    assert result.stderr.startswith("Error: unknown setting 'masks' in ")


def test_doctor_names_what_is_missing_with_its_cure(home: Path) -> None:
    lines = run("doctor").stdout.splitlines()
    assert lines[0].startswith("ok       program: ticket-advisor ")
    assert "missing  records: " + str(home / "advisor.db") + " is not there: run advisor init" in lines
    assert f"missing  knowledge base: {home / 'knowledge.db'} is not there: run advisor kb import PATH" in lines
    assert not home.exists()


def test_doctor_looks_at_what_is_there(filled: Path) -> None:
    run("init")
    run("advise", "-", came=json.dumps(ASKED))
    lines = run("doctor").stdout.splitlines()
    assert f"ok       knowledge base: 1 articles, 1 passages in {filled / 'knowledge.db'}" in lines
    assert any(line.startswith("ok       records: 1 tickets, 1 customers, 0 accounts") for line in lines)
    (filled / "experience.toml").write_text("desk = 5")
    broken = run("doctor")
    assert broken.exit_code == 1
    assert "missing  experience file: cannot be used: " in broken.stdout


def test_doctor_says_how_much_of_an_archive_can_be_read(home: Path, tmp_path: Path) -> None:
    tickets = [
        {"body": "I cannot sign in to my account since this morning, please help me."},
        {"body": ""},
        {"body": "hi"},
    ]
    result = run("doctor", written(tmp_path, *tickets, "5"))
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0] == "2 of 3 tickets can be read (66.7%); 1 row is no ticket"
    assert "  no words        0 of 1 (0.0%)" in lines
    assert "  5 to 19 words   1 of 1 (100.0%)" in lines


@pytest.mark.parametrize("name", ["init", "advise", "show", "doctor", "kb"])
def test_every_command_has_help_with_an_example(home: Path, name: str) -> None:
    result = run(name, "--help")
    assert result.exit_code == 0
    assert "\n  Example: " in result.stdout


def test_the_list_of_commands_says_what_each_is_for(home: Path) -> None:
    found = cli.list_commands(click.Context(cli))
    assert set(found) == set(HELP)
    for name in ("init", "advise", "show", "doctor", "kb"):
        assert HELP[name] in run("--help").stdout


def test_a_command_without_its_parts_says_what_is_missing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "index.commands", None)
    result = run("kb", "list")
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: the command kb needs index.commands, which is missing: install it")


def test_help_is_shown_at_once_and_imports_no_model() -> None:
    heavy = "{'torch', 'spacy', 'numpy', 'onnxruntime', 'faiss', 'sqlite_utils', 'msgspec'}"
    probe = f"import sys, advisor.cli; print(sorted({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True).stdout == "[]\n"
    best = min(_seconds([ADVISOR, "--help"]) for _ in range(3))
    assert best < 0.3


def test_the_version_is_the_packages() -> None:
    from importlib.metadata import version

    assert run("--version").stdout == f"advisor {version('ticket-advisor')}\n"


def _seconds(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, capture_output=True, check=True)
    return time.perf_counter() - start
