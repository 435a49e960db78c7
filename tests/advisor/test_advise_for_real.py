"""The command as people start it: a process of its own, with the readers and heads that are shipped."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from index.settings import KnowledgeSettings

ADVISOR = str(Path(sys.executable).with_name("advisor"))
PROBE = """
import sys
from advisor.cli import cli
cli(["advise", "--json", sys.argv[1]], standalone_mode=False)
print(sorted({"torch", "sentence_transformers", "sklearn"} & set(sys.modules)), file=sys.stderr)
"""


@pytest.fixture(scope="module")
def environment(model_settings: KnowledgeSettings, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An installation with two articles, which shares the fast encoder."""
    folder = tmp_path_factory.mktemp("real")
    (folder / "home").mkdir()
    (folder / "home" / "models").symlink_to(model_settings.models, target_is_directory=True)
    articles = folder / "help"
    articles.mkdir()
    (articles / "reset.md").write_text("# Reset your password\n\nOpen the sign-in page and choose Forgot password.\n")
    (articles / "invoice.md").write_text("# Find your invoices\n\nInvoices stand under Billing in the settings.\n")
    variables = os.environ | {"ADVISOR_HOME": str(folder / "home")}
    subprocess.run([ADVISOR, "kb", "import", str(articles)], env=variables, capture_output=True, check=True)
    return variables


def test_advising_never_imports_torch(environment: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "ticket.json"
    path.write_text(json.dumps({"id": "t-1", "body": "I want to talk to a person. Please call me."}))
    done = subprocess.run([sys.executable, "-c", PROBE, str(path)], env=environment, capture_output=True, text=True)
    assert done.stderr == "[]\n"
    assert json.loads(done.stdout)["action"] == "live_human"


def test_a_pipe_that_is_closed_early_is_no_error(environment: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "tickets.jsonl"
    path.write_text("".join(json.dumps({"id": n, "body": "Where are my invoices?"}) + "\n" for n in range(200)))
    done = subprocess.run(
        ["bash", "-c", f"'{ADVISOR}' advise --json '{path}' | head -n 1"],
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.stderr == ""
    assert json.loads(done.stdout)["ticket_id"] == "0"


def test_bad_rows_are_said_without_a_traceback(environment: dict[str, str]) -> None:
    done = subprocess.run(
        [ADVISOR, "advise", "--json", "-"],
        env=environment,
        input=b'{"id": 1, "body": ""}\n{"body": oops}\n\xff\n',
        capture_output=True,
    )
    assert done.returncode == 1
    assert json.loads(done.stdout)["reasons"][0]["code"] == "empty"
    assert done.stderr.decode().splitlines() == [
        "not advised: standard input, line 2: not valid JSON (expecting value, column 10): "
        "mend this line or take it out",
        "not advised: standard input, line 3: the text must be UTF-8, was: byte 0xff: save the file as UTF-8",
        "1 advised, 2 not advised",
    ]
