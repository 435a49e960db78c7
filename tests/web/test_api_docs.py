"""Every example of docs/api.md, run in one shell against a served program over the demo help centre."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from docs_console import says, shown_in
from web_builders import served, web_app

from advisor.settings import Settings
from web.api.operation import BASE
from web.desk import Desk

PAGE = Path(__file__).parents[2] / "docs" / "api.md"
EXAMPLES = shown_in(PAGE)
BETWEEN = "<<<next>>>"


@pytest.fixture(scope="module")
def printed(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What each command printed."""
    home = tmp_path_factory.mktemp("api") / "home"
    shutil.copytree(demo_home, home, symlinks=True)
    app = web_app(Desk.open(Settings(home=home, threads=2)))
    script = "\n".join(f"{one.command}\necho '{BETWEEN}'" for one in EXAMPLES)
    with served(app) as address:
        ran = subprocess.run(
            ["bash", "-c", script],
            capture_output=True,
            text=True,
            timeout=120,
            env=os.environ
            | {
                "ADVISOR_HOME": str(home),
                "API": address + BASE,
                "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            },
        )
    app.extensions["api"].close()
    return ran.stdout.split(f"{BETWEEN}\n")[:-1]


def test_the_page_has_examples() -> None:
    assert len(EXAMPLES) > 25


@pytest.mark.skipif(shutil.which("curl") is None, reason="the examples call curl")
@pytest.mark.parametrize("place", range(len(EXAMPLES)), ids=[one.command[:40] for one in EXAMPLES])
def test_an_example_prints_what_stands_there(printed: list[str], place: int) -> None:
    shown = EXAMPLES[place]
    assert len(printed) == len(EXAMPLES)
    assert not shown.output or says(shown.output, printed[place]), printed[place]
