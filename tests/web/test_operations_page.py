"""docs/operations.md: every command, in its order, prints what stands there."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from shutil import copytree, which

import pytest
from docs_console import says, shown_in

PAGE = Path(__file__).parents[2] / "docs" / "operations.md"
PORT = "8321"


@pytest.fixture
def home(demo_home: Path, tmp_path: Path) -> Path:
    """An installation of our own with articles and the sentence model."""
    home = tmp_path / "home"
    copytree(demo_home, home, symlinks=True)
    subprocess.run([Path(sys.executable).with_name("advisor"), "--home", home, "init"], check=True, capture_output=True)
    return home


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Where the commands run; the server that they start is gone afterwards."""
    folder = tmp_path / "here"
    folder.mkdir()
    yield folder
    with suppress(OSError, ValueError):
        os.kill(int((folder / "advisor.pid").read_text()), signal.SIGKILL)


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


@pytest.mark.skipif(not (which("curl") and which("jq")), reason="the page shows curl and jq")
def test_the_page_of_operations_shows_what_is_printed(home: Path, folder: Path) -> None:
    port = str(free_port())
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    environment = os.environ | {"ADVISOR_HOME": str(home), "PATH": path, "COLUMNS": "100"}
    shown = shown_in(PAGE)
    assert len(shown) >= 12
    models = (home / "models").readlink()
    wrong = []
    for one in shown:
        command = one.command.replace("advisor serve", f"advisor serve --port {port}").replace(PORT, port)
        ran = subprocess.run(
            command, shell=True, capture_output=True, text=True, timeout=120, cwd=folder, env=environment
        )
        printed = ran.stdout + ran.stderr
        if one.output and not says(one.output, printed):
            wrong.append(f"$ {command}\n--- the page says\n{one.output}\n--- printed\n{printed}")
        if not (home / "models").exists():  # a restore leaves it to be made again, which takes long
            (home / "models").symlink_to(models, target_is_directory=True)
    assert wrong == [], (folder / "advisor.log").read_text()
