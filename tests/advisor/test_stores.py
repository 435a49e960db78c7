"""Nothing lies under the home folder that no store owns, so that nobody's data is forgotten when they ask for it."""

from __future__ import annotations

import json
import sqlite3
from fnmatch import fnmatch
from pathlib import Path

import pytest
from advisor_builders import run

from advisor.stores import stores

INTERNAL = ("sqlite_sequence", "sqlite_stat*")


@pytest.fixture
def home(fresh_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation in which everything has been used once."""
    monkeypatch.setenv("ADVISOR_HOME", str(fresh_home))
    articles, tickets = tmp_path / "articles", tmp_path / "tickets.jsonl"
    articles.mkdir()
    (articles / "reset.md").write_text("# Reset your password\n\nOpen the sign-in page.\n")
    tickets.write_text(json.dumps({"id": "t-1", "body": "Please call me.", "customer": {"id": "C-1"}}) + "\n")
    rescored = ("rescore", str(tickets), "--processes", "1", "--out", str(tmp_path / "result.jsonl"))
    user = ("users", "add", "mary", "--role", "agent", "--link")
    for arguments in (("init",), ("kb", "import", str(articles)), ("advise", str(tickets)), rescored, user):
        assert run(*arguments).exit_code == 0, arguments
    return fresh_home


def test_every_file_and_every_table_has_an_owner(home: Path) -> None:
    files = [path.relative_to(home).as_posix() for path in home.rglob("*") if path.is_file()]
    patterns = [pattern for store in stores() for pattern in store.files]
    assert [name for name in files if not any(fnmatch(name, pattern) for pattern in patterns)] == []
    orphans = []
    for path in home.glob("*.db"):
        owned = [pattern for store in stores() for pattern in store.tables.get(path.name, ())]
        with sqlite3.connect(path) as database:
            names = [row[0] for row in database.execute("select name from sqlite_master where type = 'table'")]
        database.close()
        orphans += [
            f"{path.name}: {name}" for name in names if not any(fnmatch(name, one) for one in (*owned, *INTERNAL))
        ]
    assert orphans == []


def test_every_store_finds_gives_out_and_erases(home: Path) -> None:
    assert {store.name for store in stores()} >= {"archives", "articles", "configuration", "models", "records", "users"}
    (found,) = [one for store in stores() for one in store.find(home, "C-1")]
    assert [store.name for store in stores() if store.export(home, found)] == ["records"]
    # of the archive: one run; words, look, readings and answers of its text and of the one that warms the models up;
    # and the only passage with its title
    erased = {store.name: store.erase(home, found) for store in stores()}
    assert {name: count for name, count in erased.items() if count} == {"archives": 11, "records": 1}
    assert not (home / "archives").exists()
    assert [one for store in stores() for one in store.find(home, "C-1")] == []
