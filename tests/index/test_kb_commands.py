import json
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from index.commands import kb
from index.errors import KnowledgeError
from index.settings import KnowledgeSettings


class Root(click.Group):
    """Does what the root command of the product does with this room's errors."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except KnowledgeError as error:
            click.echo(f"Error: {error}", err=True)
            ctx.exit(2)


@pytest.fixture
def call(settings: KnowledgeSettings) -> "Call":
    return Call(settings)


class Call:
    def __init__(self, settings: KnowledgeSettings) -> None:
        self.settings = settings

    def __call__(self, *words: str, input: str | None = None) -> Result:
        root = Root("advisor", commands={"kb": kb})
        return CliRunner().invoke(root, ["kb", *words], obj=self.settings, catch_exceptions=False, input=input)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two articles and a draft."""
    folder = tmp_path / "help-center"
    folder.mkdir()
    (folder / "password.md").write_text("# Reset your password\n\nPress Forgot password.")
    (folder / "invoice.md").write_text("---\ntitle: Download an invoice\nurl: /invoice\n---\nOpen Billing.")
    (folder / "secret.md").write_text("---\ntitle: Secret\ndraft: true\n---\nText.")
    return folder


def test_an_import_counts_and_lists_what_stayed_out(call: Call, folder: Path) -> None:
    done = call("import", str(folder))
    assert done.exit_code == 0
    assert done.stdout == "help-center: 2 added, 0 changed, 0 unchanged, 0 removed; 2 passages embedded\n"
    assert done.stderr == "left out: secret.md: draft\n1 left out, 0 rejected\n"
    (folder / "invoice.md").unlink()
    assert "0 added, 0 changed, 1 unchanged, 1 removed; 0 passages" in call("import", str(folder)).stdout


def test_a_rejected_file_makes_the_exit_status_1_and_the_others_go_on(call: Call, folder: Path) -> None:
    (folder / "bad.md").write_text("no title")
    done = call("import", str(folder), "--json")
    assert done.exit_code == 1
    report = json.loads(done.stdout)
    assert report["added"] == ["invoice", "password"]
    assert report["left_out"] == [{"name": "secret.md", "reason": "draft"}]
    assert report["rejected"][0]["name"] == "bad.md"
    assert "rejected: bad.md: title must stand" in done.stderr


def test_nothing_to_import_is_one_sentence_and_changes_nothing(call: Call, folder: Path, tmp_path: Path) -> None:
    call("import", str(folder))
    (tmp_path / "empty").mkdir()
    done = call("import", str(tmp_path / "empty"), "--source", "help-center")
    assert done.exit_code == 2
    assert done.stderr.startswith("Error: ")
    assert done.stderr.count("\n") == 1
    for name in ("password.md", "invoice.md"):
        (folder / name).unlink()
    done = call("import", str(folder))
    assert done.exit_code == 2
    assert "holds no article that can be imported: nothing was changed" in done.stderr
    assert len(call("list").stdout.splitlines()) == 2


def test_a_search_shows_the_best_article_first(call: Call, folder: Path) -> None:
    call("import", str(folder))
    first = call("search", "forgot", "password").stdout.splitlines()[:3]
    assert first[0].endswith("  Reset your password")
    assert first[1:] == ["      password", "      Press Forgot password."]
    found = [json.loads(line) for line in call("search", "forgot", "password", "-k", "1", "--json").stdout.splitlines()]
    assert [(one["id"], one["lexical"], one["passage"]) for one in found] == [
        ("password", 1.0, "Press Forgot password.")
    ]


def test_an_empty_knowledge_base_says_how_to_fill_it(call: Call) -> None:
    assert "advisor kb import PATH" in call("search", "x").stdout
    assert "advisor kb import PATH" in call("list").stdout


def test_articles_are_listed_and_shown(call: Call, folder: Path) -> None:
    call("import", str(folder))
    assert call("list").stdout == "invoice  Download an invoice\npassword  Reset your password\n"
    assert call("list", "--source", "other").stdout.startswith("No article.")
    shown = call("show", "invoice").stdout
    assert shown.startswith("Download an invoice\nid        invoice\nsource    help-center\nurl       /invoice\n")
    assert shown.endswith("\n\nOpen Billing.\n")
    assert json.loads(call("show", "invoice", "--json").stdout)["body"] == "Open Billing."
    unknown = call("show", "nothing")
    assert (unknown.exit_code, unknown.stderr) == (
        2,
        "Error: no article has the id nothing: advisor kb list shows all ids\n",
    )


def test_removing_asks_first_and_says_how_to_undo(call: Call, folder: Path) -> None:
    call("import", str(folder))
    assert call("remove", "invoice", input="n\n").exit_code == 1
    assert len(call("list").stdout.splitlines()) == 2
    done = call("remove", "invoice", "--yes")
    assert done.stdout == "Removed: invoice. To undo, import again: advisor kb import PATH --source help-center\n"
    assert call("remove", "invoice", "--yes").exit_code == 2
    assert "1 added" in call("import", str(folder)).stdout


def test_info_counts(call: Call, folder: Path) -> None:
    call("import", str(folder))
    facts = json.loads(call("info", "--json").stdout)
    assert (facts["articles"], facts["passages"], facts["sources"]) == (2, 2, {"help-center": 2})
    assert (facts["encoder"], facts["generation"]) == ("hash-1", 1)
    assert (facts["vectors"]["kind"], facts["vectors"]["state"], facts["vectors"]["recall"]) == (
        "exact",
        "in step",
        1.0,
    )
    assert facts["files"]["index/passages.faiss"] == pytest.approx(2 * facts["vectors"]["bytes_each"])
    told = call("info").stdout
    for line in (
        "articles    2\n",
        "categories  none 2\n",
        "vectors     exact: 384 numbers of 32 bits, all vectors searched\n",
        "state       in step\n",
        "recall@10   1.0 (not measured: all vectors are searched)\n",
    ):
        assert line in told


def test_info_of_an_empty_knowledge_base_says_so(call: Call) -> None:
    told = call("info").stdout
    for line in ("articles    0\n", "vectors     none\n", "state       nothing to search yet\n", "recall@10   none\n"):
        assert line in told


@pytest.mark.parametrize("command", [[], ["import"], ["search"], ["list"], ["show"], ["remove"], ["info"]])
def test_every_command_has_help_with_an_example(call: Call, command: list[str]) -> None:
    assert "Example: advisor kb" in call(*command, "--help").stdout
