"""The worked week of docs/week.md: every command, in its order, prints what stands there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from docs_console import says, shown_in

ROOT = Path(__file__).parent.parent
WEEK = ROOT / "docs" / "week.md"


def test_what_the_page_leaves_out_may_be_anything_and_the_rest_must_be_there() -> None:
    assert says("one … three\n…\nlast", "one two  three\nmore\nand more\nlast")
    assert not says("one … three", "one two four")
    assert not says("one", "one two")


def test_the_worked_week_prints_what_its_page_says(fresh_home: Path) -> None:
    environment = os.environ | {
        "ADVISOR_HOME": str(fresh_home),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "COLUMNS": "100",
        "USER": "head",
        "LOGNAME": "head",
    }
    shown = shown_in(WEEK)
    assert len(shown) >= 25
    wrong = []
    for one in shown:
        ran = subprocess.run(
            one.command, shell=True, capture_output=True, text=True, timeout=300, cwd=ROOT, env=environment
        )
        if one.output and not says(one.output, ran.stdout + ran.stderr):
            wrong.append(f"$ {one.command}\n--- the page says\n{one.output}\n--- printed\n{ran.stdout}{ran.stderr}")
        if not one.output and ran.returncode not in (0, 1):
            wrong.append(f"$ {one.command}\n--- exit code {ran.returncode}\n{ran.stdout}{ran.stderr}")
    assert wrong == []
