from __future__ import annotations

import gzip
import hashlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tarfile
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from backup_builders import customers, listing, members, packed, plain, put_customer, small_home

from advisor.backup import back_up, look_into, restore
from advisor.errors import BackupError
from advisor.home_lock import alone, holders, used

ROOT = Path(__file__).parents[2]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return small_home(tmp_path)


@pytest.fixture
def file(home: Path, tmp_path: Path) -> Path:
    path = tmp_path / "backup.tar.gz"
    back_up(home, path)
    put_customer(home, "C-2")
    return path


def refused(home: Path, file: Path, why: str) -> None:
    """A restore is refused with these words, and the home is as it was, with nothing beside it."""
    with pytest.raises(BackupError, match=why):
        restore(home, file)
    assert customers(home) == ["C-1", "C-2"]
    assert [path for path in home.parent.iterdir() if path.name.startswith("home.")] == []


def changed(file: Path, **changes: Any) -> Path:
    """The backup with another list."""
    found = members(file)
    found["manifest.json"] = json.dumps(listing(file) | changes).encode()
    return packed(file, found)


@pytest.mark.parametrize("share", [0.01, 0.3, 0.7, 0.99])
def test_a_truncated_backup_is_refused(home: Path, file: Path, share: float) -> None:
    content = file.read_bytes()
    file.write_bytes(content[: int(len(content) * share)])
    refused(home, file, "backup.tar.gz (cannot be read to its end|was changed or damaged)")


def test_the_last_byte_counts(home: Path, file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-1])
    refused(home, file, "cannot be read to its end")


def test_one_changed_bit_is_found_wherever_it_is_unless_it_changes_nothing(file: Path) -> None:
    content = file.read_bytes()
    unpacked = gzip.decompress(content)
    found = 0
    for place in range(20, len(content), len(content) // 100):
        file.write_bytes(content[:place] + bytes([content[place] ^ 4]) + content[place + 1 :])
        try:
            look_into(file)
        except BackupError:
            found += 1
        else:
            assert gzip.decompress(file.read_bytes()) == unpacked
    assert found > 50


def test_changed_content_is_refused(home: Path, file: Path) -> None:
    found = members(file)
    found["home/settings.toml"] = b"mask = fals\n"
    packed(file, found)
    refused(home, file, r"the SHA-256 of settings\.toml is another than the one it lists")


def test_a_longer_content_is_refused(home: Path, file: Path) -> None:
    found = members(file)
    found["home/settings.toml"] += b"x"
    packed(file, found)
    refused(home, file, "was changed or damaged since it was made")


def test_a_content_that_is_missing_is_refused(home: Path, file: Path) -> None:
    found = members(file)
    del found["home/settings.toml"]
    packed(file, found)
    refused(home, file, r"settings\.toml is missing")


def test_a_content_that_is_not_listed_is_refused(home: Path, file: Path) -> None:
    packed(file, members(file) | {"home/web.key": b"mine"})
    refused(home, file, "it holds more than it lists")


@pytest.mark.parametrize(
    "name",
    [
        "../evil",
        "/etc/cron.d/evil",
        "models/topics/../../../evil",
        "home.lock",
        "models/all-MiniLM-L6-v2/x",
        ".profile",
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(home: Path, file: Path, name: str) -> None:
    content = b"evil"
    member = {"name": name, "size": 4, "sha256": hashlib.sha256(content).hexdigest()}
    found = members(file) | {f"home/{name}": content}
    found["manifest.json"] = json.dumps(listing(file) | {"members": [*listing(file)["members"], member]}).encode()
    packed(file, found)
    refused(home, file, "which is no file of a home folder")


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.DIRTYPE])
def test_whatever_is_no_plain_file_is_refused(home: Path, file: Path, kind: bytes) -> None:
    entries = [(plain(name, content), content) for name, content in members(file).items()]
    header = next(header for header, _ in entries if header.name == "home/settings.toml")
    header.type, header.linkname = kind, "/etc/passwd"
    packed(file, entries)
    refused(home, file, "was changed or damaged since it was made")


def test_a_foreign_archive_is_refused(home: Path, file: Path) -> None:
    packed(file, {"holiday.jpg": b"jpeg"})
    refused(home, file, "is no backup of this program: it must be a file that advisor backup wrote")


def test_a_list_that_is_no_text_is_refused(home: Path, file: Path) -> None:
    listed = members(file)["manifest.json"].replace(b"0001-2026", b"\x81001-2026")
    packed(file, members(file) | {"manifest.json": listed})
    refused(home, file, "is no backup of this program|was changed or damaged")


def test_a_list_of_another_program_is_refused(home: Path, file: Path) -> None:
    packed(file, {"manifest.json": b'{"program": "other", "format": 1}'})
    refused(home, file, "is no backup of this program")


@pytest.mark.parametrize("content", [b"", b"hello", b"\x1f\x8b", b"[]", b"\x00" * 5000])
def test_what_is_no_archive_is_refused(home: Path, file: Path, content: bytes) -> None:
    file.write_bytes(content)
    refused(home, file, "backup.tar.gz (cannot be read|is no backup)")


def test_a_file_that_is_not_there_is_said(home: Path, file: Path) -> None:
    refused(home, file.with_name("no.tar.gz"), r"no\.tar\.gz cannot be read \(No such file or directory\)")


def test_a_backup_of_a_newer_program_is_refused(home: Path, file: Path) -> None:
    changed(file, version="99.1")
    refused(home, file, r"made by version 99\.1, this is .*: install that version, or a newer one")


def test_a_backup_of_another_format_is_refused(home: Path, file: Path) -> None:
    changed(file, format=2)
    refused(home, file, "has format 2, this program reads 1")


def test_tables_that_this_program_does_not_know_are_refused(home: Path, tmp_path: Path) -> None:
    database = sqlite3.connect(home / "advisor.db")
    database.execute(
        "insert into records_migrations (migration_set, name, applied_at) values ('advisor records', 'of_tomorrow', '')"
    )
    database.commit()
    database.close()
    back_up(home, tmp_path / "newer.tar.gz")
    put_customer(home, "C-2")
    refused(home, tmp_path / "newer.tar.gz", "made by a newer program, this one does not know 'of_tomorrow'")


def test_a_bomb_is_not_unpacked(home: Path, file: Path) -> None:
    """A header that asks for two gigabytes of names: refused before any of them is read."""
    header = tarfile.TarInfo("pax")
    header.type, header.size = tarfile.XHDTYPE, 2 * 1024**3
    with gzip.open(file, "wb") as packed_file:
        packed_file.write(header.tobuf() + bytes(10_000))
    refused(home, file, "it holds more than it lists")


def test_more_than_fits_on_the_disk_is_refused(home: Path, file: Path) -> None:
    found = listing(file)["members"]
    found[0]["size"] = 10**18
    changed(file, members=found)
    refused(home, file, "has room for .*: make room")


def test_a_damaged_database_is_refused_though_its_hash_is_right(home: Path, file: Path) -> None:
    content = members(file)["home/advisor.db"]
    content = content[:8192] + b"\xff" * 64 + content[8256:]
    found = listing(file)["members"]
    for member in found:
        if member["name"] == "advisor.db":
            member["sha256"] = hashlib.sha256(content).hexdigest()
    packed(
        file,
        members(file)
        | {"manifest.json": json.dumps(listing(file) | {"members": found}).encode(), "home/advisor.db": content},
    )
    refused(home, file, r"advisor\.db (is damaged|cannot be used)")


def test_a_home_in_use_by_a_server_is_not_restored(home: Path, file: Path) -> None:
    with used(home), pytest.raises(BackupError, match=rf"in use by a server \(process {os.getpid()}\): stop it"):
        restore(home, file)
    (home / "home.lock").unlink()
    assert customers(home) == ["C-1", "C-2"]


def test_a_home_with_an_open_database_is_not_restored(home: Path, file: Path) -> None:
    database = sqlite3.connect(home / "advisor.db")
    database.execute("select * from customers").fetchall()
    with pytest.raises(BackupError, match=r"advisor\.db is in use by another program: let it finish"):
        restore(home, file)
    database.close()
    assert restore(home, file).before is not None


def test_two_servers_may_use_a_home_and_each_is_named(home: Path) -> None:
    with used(home), used(home):
        assert holders(home) == [os.getpid()]
    with alone(home):
        assert holders(home) == [os.getpid()]


def test_a_server_does_not_start_while_a_home_is_restored(home: Path) -> None:
    with alone(home), pytest.raises(BackupError, match="is being restored"), used(home):
        pass


HOLDING = """
import sys, time
from pathlib import Path
from advisor.home_lock import used
with used(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_the_lock_goes_with_the_process_that_holds_it(home: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLDING, str(home)], stdout=subprocess.PIPE, cwd=ROOT) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == b"held\n"
        with pytest.raises(BackupError, match=rf"\(process {program.pid}\)"), alone(home):
            pass
        program.kill()
    with alone(home):
        pass


KILLING = """
import json, os, signal, sqlite3, sys
from pathlib import Path
from advisor.backup import look_into, restore
sys.path.insert(0, sys.argv[3])
from backup_builders import customers, put_customer
os.fsync = lambda handle: None  # to be killed is no power cut, and this is done a hundred times
home, file = Path(sys.argv[1]), Path(sys.argv[2])
calls = 0
look_into(file)  # what is imported on the way is imported now

def kill_at(step):
    def count(frame, event, argument):
        global calls
        ours = frame.f_code.co_filename.endswith(("backup/restore.py", "backup/exchange.py"))
        calls += event == "call" and ours
        if calls == step:
            os.kill(os.getpid(), signal.SIGKILL)
    return count

found = []
for step in range(1, 1000):
    child = os.fork()
    if not child:
        sys.setprofile(kill_at(step))
        restore(home, file)
        os._exit(0)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    whole = {"advisor.db", "knowledge.db", "settings.toml", "experience.toml"} <= {path.name for path in home.iterdir()}
    found.append([status, whole, customers(home)])
    if status == 0:
        break
    if "C-2" not in found[-1][2]:
        put_customer(home, "C-2")
print(json.dumps(found))
"""


def test_whenever_a_restore_is_killed_the_home_is_the_old_or_the_new_one(home: Path, file: Path) -> None:
    """A process of its own each time, killed (-9) at each call of a function, until one gets through."""
    told = subprocess.run(
        [sys.executable, "-c", KILLING, str(home), str(file), str(Path(__file__).parent)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    *killed, last = json.loads(told.stdout)
    assert {status for status, _, _ in killed} == {-signal.SIGKILL}
    assert all(whole for _, whole, _ in killed)
    states = [found for _, _, found in killed]
    assert [old_or_new for old_or_new, _ in groupby(states)] == [["C-1", "C-2"], ["C-1"]]
    assert last == [0, True, ["C-1"]]
    beside = [path for path in home.parent.iterdir() if path.name.startswith("home.")]
    assert [path for path in beside if ".unpacking-" in path.name] == []
    replaced = [path for path in beside if customers(path) == ["C-1", "C-2"]]
    assert len(replaced) == states.count(["C-1"]) + 1  # what was there before is kept, under one name or the other
