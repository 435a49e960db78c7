"""What the README shows is what the program prints."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

README = Path(__file__).parent.parent / "README.md"
BLOCKS = re.findall(r"```console\n\$ (.+?)\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
COMMANDS = [(command, output) for command, output in BLOCKS if "advisor " in command and not output.startswith("$")]


def test_the_readme_shows_a_real_command_by_line_25() -> None:
    lines = README.read_text(encoding="utf-8").splitlines()
    assert any(line.startswith("$ ") for line in lines[:25])


@pytest.mark.parametrize(("command", "output"), COMMANDS, ids=[command[:40] for command, _ in COMMANDS])
def test_a_command_of_the_readme_prints_what_stands_there(command: str, output: str, demo_home: Path) -> None:
    ran = subprocess.run(
        command,
        shell=True,
        capture_output=True,
        text=True,
        timeout=120,
        cwd=README.parent,
        env=os.environ
        | {"ADVISOR_HOME": str(demo_home), "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.split() == output.split()
