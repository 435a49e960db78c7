from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import threading
from pathlib import Path

import pytest
from backup_builders import customers, listing, members, put_customer, small_home
from click.testing import CliRunner, Result

from advisor.backup import back_up, look_into, restore
from advisor.backup.members import kept
from advisor.cli import cli, program_version
from advisor.errors import BackupError

KEPT = [
    "models/in_use.json",
    "advisor.db",
    "experience.toml",
    "knowledge.db",
    "models/topics/0001-2026-01-01/head.npz",
    "settings.toml",
]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return small_home(tmp_path)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "backup.tar.gz"


def run(home: Path, *arguments: object) -> Result:
    return CliRunner().invoke(cli, ["--home", str(home), *map(str, arguments)])


def test_a_backup_holds_what_cannot_be_made_again_and_nothing_else(home: Path, file: Path) -> None:
    manifest = back_up(home, file)
    assert [member.name for member in manifest.members] == KEPT
    assert list(members(file)) == ["manifest.json", *(f"home/{name}" for name in KEPT)]
    assert members(file)["home/settings.toml"] == b"mask = true\n"


def test_a_backup_says_what_it_is(home: Path, file: Path) -> None:
    back_up(home, file)
    found = listing(file)
    assert (found["program"], found["format"], found["version"]) == ("ticket-advisor", 1, program_version())
    assert found["migrations"]["knowledge.db"] == {"index": ["articles_and_passages"]}
    assert found["migrations"]["advisor.db"]["advisor records"][0] == "tickets_and_who_wrote_them"


def test_only_its_owner_may_read_a_backup(home: Path, file: Path) -> None:
    back_up(home, file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert {path.name for path in file.parent.iterdir()} == {"home", "backup.tar.gz"}


def test_a_restored_home_is_what_it_was(home: Path, file: Path) -> None:
    back_up(home, file)
    put_customer(home, "C-2")
    (home / "settings.toml").write_text("mask = false\n")
    done = restore(home, file)
    assert customers(home) == ["C-1"]
    assert (home / "settings.toml").read_text() == "mask = true\n"
    assert sorted(p.relative_to(home).as_posix() for p in home.rglob("*") if p.is_file()) == sorted(KEPT)
    assert done.before is not None
    assert done.before.name.startswith("home.before-restore-")
    assert customers(done.before) == ["C-1", "C-2"]
    assert (done.before / "index" / "passages.faiss").is_file()


def test_a_restore_can_be_undone_as_it_says(home: Path, file: Path) -> None:
    back_up(home, file)
    put_customer(home, "C-2")
    said = run(home, "restore", file).output
    undo = next(line for line in said.splitlines() if line.startswith("to undo: stop the server, then "))
    subprocess.run(undo.removeprefix("to undo: stop the server, then "), shell=True, check=True)
    assert customers(home) == ["C-1", "C-2"]


def test_a_backup_can_be_restored_where_nothing_was(home: Path, file: Path, tmp_path: Path) -> None:
    back_up(home, file)
    done = restore(tmp_path / "else" / "where", file)
    assert done.before is None
    assert customers(tmp_path / "else" / "where") == ["C-1"]


def test_a_home_that_is_a_link_stays_one(home: Path, file: Path, tmp_path: Path) -> None:
    back_up(home, file)
    link = tmp_path / "link"
    link.symlink_to(home)
    put_customer(home, "C-2")
    restore(link, file)
    assert link.is_symlink()
    assert customers(home) == ["C-1"]


def test_a_backup_is_consistent_while_four_threads_write(home: Path, file: Path, tmp_path: Path) -> None:
    """Each transaction writes two rows; a copy of one moment holds both or neither, and all that was done before."""
    stop = threading.Event()
    written = [0, 0, 0, 0]

    def write(thread: int) -> None:
        database = sqlite3.connect(home / "advisor.db", timeout=30, isolation_level=None)
        while not stop.is_set():
            database.execute("begin immediate")
            number = written[thread] + 1
            for half in ("a", "b"):
                row = (f"T{thread}-{number:06}-{half}", "x" * 2000)
                database.execute("insert into customers (source, id, name) values ('test', ?, ?)", row)
            database.execute("commit")
            written[thread] = number
        database.close()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    try:
        while min(written) < 5:
            pass
        before = list(written)
        back_up(home, file)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    restore(tmp_path / "other", file)
    found = [id for id in customers(tmp_path / "other") if id.startswith("T")]
    for writer in range(4):
        mine = [id for id in found if id.startswith(f"T{writer}-")]
        numbers = [int(id.split("-")[1]) for id in mine]
        assert numbers == sorted([*range(1, max(numbers) + 1)] * 2)
        assert before[writer] <= max(numbers) <= written[writer]


def test_an_older_backup_is_not_replaced_unless_told(home: Path, file: Path) -> None:
    file.write_text("precious")
    refused = run(home, "backup", file)
    assert refused.exit_code == 2
    assert f"{file} is there already: choose another name, or say --force" in refused.output
    assert file.read_text() == "precious"
    assert run(home, "backup", file, "--force").exit_code == 0
    assert look_into(file).version == program_version()


def test_a_damaged_database_is_said_and_leaves_no_file(home: Path, file: Path) -> None:
    content = bytearray((home / "advisor.db").read_bytes())
    for page in range(2, len(content) // 4096):
        content[page * 4096 : page * 4096 + 64] = b"\xff" * 64
    (home / "advisor.db").write_bytes(content)
    with pytest.raises(BackupError, match=r"advisor\.db"):
        back_up(home, file)
    assert [path.name for path in file.parent.iterdir()] == ["home"]


def test_a_row_that_refers_to_nothing_is_found(home: Path, file: Path) -> None:
    database = sqlite3.connect(home / "advisor.db")
    database.execute("create table parents (id integer primary key)")
    database.execute("create table children (parent integer references parents (id))")
    database.execute("insert into children values (7)")
    database.commit()
    database.close()
    with pytest.raises(BackupError, match="a row of children refers to a row of parents that is not there"):
        back_up(home, file)


def test_what_a_killed_backup_has_left_goes_with_the_next_one(home: Path, file: Path) -> None:
    gone = subprocess.run(["sh", "-c", "echo $$"], capture_output=True, text=True, check=True).stdout.strip()
    (file.parent / f".{file.name}-{gone}-ab_cd").mkdir()
    (file.parent / f".{file.name}-{gone}-ab_ce").write_text("half a backup")
    (file.parent / f".{file.name}-{os.getpid()}-ab_cf").write_text("of one that is being made")
    back_up(home, file)
    assert {path.name for path in file.parent.iterdir()} == {
        "home",
        file.name,
        f".{file.name}-{os.getpid()}-ab_cf",
    }


@pytest.mark.parametrize("name", ["backup.zip", "backup.tar.zst", "backup"])
def test_another_ending_is_refused(home: Path, tmp_path: Path, name: str) -> None:
    with pytest.raises(BackupError, match=rf"must end in \.tar\.gz or \.tgz, was: {name}"):
        back_up(home, tmp_path / name)


def test_a_folder_that_is_no_installation_is_refused(tmp_path: Path, file: Path) -> None:
    with pytest.raises(BackupError, match="holds no installation: name its folder with --home"):
        back_up(tmp_path / "nothing", file)
    assert not (tmp_path / "nothing").exists()


def test_a_folder_that_is_not_there_is_refused(home: Path, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="the folder of a backup must be there"):
        back_up(home, tmp_path / "no" / "backup.tar.gz")


def test_a_dry_run_shows_what_is_inside_and_changes_nothing(home: Path, file: Path) -> None:
    run(home, "backup", file)
    put_customer(home, "C-2")
    said = run(home, "restore", "--dry-run", file)
    assert said.exit_code == 0
    assert [line.split()[1] for line in said.output.splitlines() if line.startswith("  ")] == KEPT
    assert "by version 0." in said.output
    assert said.output.splitlines()[-1] == f"would take the place of {home}; nothing was changed"
    assert customers(home) == ["C-1", "C-2"]


@pytest.mark.parametrize(
    ("name", "is_kept"),
    [
        ("advisor.db", True),
        ("web.key", True),
        ("models/topics/0001-2026-01-01/head.npz", True),
        ("models/encoder/0001-2026-01-01/branch.onnx", True),
        ("models/heads/manifest.json", True),
        ("models/in_use.json", True),
        ("models/all-MiniLM-L6-v2/int8/int8.onnx", False),
        ("models/topics/.new-abc/head.npz", False),
        ("models/.lock", False),
        ("cache.db", False),
        ("advisor.db-wal", False),
        ("index/passages.faiss", False),
        ("archives/a/b", False),
        ("home.lock", False),
        ("notes.txt", False),
        ("models/topics/../../../.ssh/authorized_keys", False),
        ("/etc/passwd", False),
        ("models/topics//x", False),
        ("models\\topics\\x", False),
        ("models/topics/a\nb", False),
        ("", False),
        (".", False),
    ],
)
def test_what_is_kept_is_what_a_store_owns_and_nobody_can_make_again(name: str, is_kept: bool) -> None:
    assert kept(name) is is_kept
