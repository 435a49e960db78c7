"""`advisor hooks`, `advisor deliveries` and `advisor work`, as they are typed."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from advisor_builders import run
from hook_builders import HookedApp
from web_builders import served

from advisor.settings import Settings
from web.helpdesks.model import Kind
from web.hook_test import Trial
from web.hooks import Hooks


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ADVISOR_HOME", str(tmp_path))
    (tmp_path / "settings.toml").write_text('address = "https://support.example.com/"\n')
    return tmp_path


def test_a_hook_is_made_with_address_secret_and_what_to_do(home: Path) -> None:
    said = run("hooks", "add", "standard", "--name", "crm")
    assert said.exit_code == 0, said.output
    assert "Hook crm (standard) is open at https://support.example.com/hooks/crm" in said.output
    assert re.search(r"whsec_[A-Za-z0-9+/]{43}=", said.output)
    assert "1. In the program that sends tickets" in said.output
    listed = run("hooks", "list", "--json")
    assert json.loads(listed.output)["name"] == "crm"
    assert "whsec_" not in listed.output


def test_a_secret_that_the_helpdesk_makes_is_taken_and_never_shown(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "secret.txt"
    file.write_text("s3cret-of-zendesk\n")
    said = run("hooks", "add", "zendesk", "--secret", str(file))
    assert said.exit_code == 0, said.output
    assert "https://support.example.com/hooks/zendesk" in said.output
    assert "s3cret-of-zendesk" not in said.output


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("add", "standard", "--name", "Über"), "small letters, digits"),
        (("add", "standard", "--name", "local"), "where other tickets come from"),
        (("rotate", "nobody"), "there is no hook nobody: there is none"),
        (("test", "nobody"), "there is no hook nobody"),
        (("remove", "nobody", "--yes"), "there is no hook nobody"),
        (("credentials", "nobody"), "there is no hook nobody"),
    ],
)
def test_what_cannot_be_is_said_with_the_cure(home: Path, arguments: tuple[str, ...], says: str) -> None:
    said = run("hooks", *arguments)
    assert said.exit_code == 2
    assert says in said.output


def test_a_name_is_taken_once_and_a_secret_must_fit(home: Path, tmp_path: Path) -> None:
    assert run("hooks", "add", "standard").exit_code == 0
    assert "there is a hook standard already" in run("hooks", "add", "standard").output
    file = tmp_path / "secret.txt"
    file.write_text("no base64")
    assert "must be whsec_ and base64" in run("hooks", "add", "standard", "--name", "b", "--secret", str(file)).output


def test_a_secret_is_rotated_and_the_old_one_named_with_its_day(home: Path) -> None:
    run("hooks", "add", "standard")
    said = run("hooks", "rotate", "standard")
    assert said.output.startswith("whsec_")
    assert "old secret good until" in run("hooks", "list").output


def test_credentials_are_kept_and_never_shown(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "token.txt"
    file.write_text("t0ken\n")
    run("hooks", "add", "chatwoot", "--secret", str(file))
    address = ("--address", "https://chat.example.com", "--user", "7", "--option", "account=1")
    assert run("hooks", "credentials", "chatwoot", *address, "--token", str(file)).exit_code == 0
    listed = run("hooks", "list")
    assert "writes to https://chat.example.com" in listed.output
    assert "t0ken" not in listed.output
    assert "must be NAME=VALUE" in run("hooks", "credentials", "chatwoot", "--option", "x").output


def test_a_hook_is_removed(home: Path) -> None:
    run("hooks", "add", "standard")
    assert run("hooks", "remove", "standard", "--yes").exit_code == 0
    assert run("hooks", "list").output.startswith("No hooks yet")


def test_a_sample_goes_all_the_way_and_is_taken_out_again() -> None:
    at = HookedApp(kinds=(Kind.STANDARD,))
    with served(at.app) as server:
        at.crew.start(1)
        try:
            steps = list(Trial(at.desk.settings, at.hook(Kind.STANDARD), server).steps(keep=False))
        finally:
            at.crew.stop()
    assert [step.good for step in steps] == [True] * 6, steps
    assert [re.sub(r"test-\d+", "…", step.says) for step in steps][-2:] == [
        "delivery 1: ticket …: advised self-service (revision 1)",
        "taken out of the records again: ticket …",
    ]
    assert at.desk.records.counts()["tickets"] == 0


def test_a_server_that_does_not_answer_is_named(home: Path) -> None:
    run("hooks", "add", "standard")
    said = run("hooks", "test", "standard", "--server", "http://127.0.0.1:9")
    assert said.exit_code == 1
    assert "does advisor serve run there?" in said.output


def test_deliveries_are_listed_shown_replayed_and_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    at = HookedApp(kinds=(Kind.STANDARD,))
    monkeypatch.setenv("ADVISOR_HOME", str(at.desk.settings.home))
    assert run("deliveries").output == "nothing has come yet\n"
    one = at.told("ticket.created", {"id": "t-1", "body": "Hi", "customer": {"email": "kim@example.com"}}, id="1")
    listed = run("deliveries", "--state", "done")
    assert "standard t-1  ticket t-1: advised self-service" in listed.output
    assert listed.output.endswith("1 done\n")
    assert json.loads(run("deliveries", "--json").output)["ticket_id"] == "t-1"
    shown = run("deliveries", "show", str(one.id))
    assert '"email": "[EMAIL]"' in shown.output
    assert run("deliveries", "replay", str(one.id)).exit_code == 0
    assert run("deliveries", "discard", str(one.id)).exit_code == 0
    assert "not kept any more" in run("deliveries", "replay", str(one.id)).output
    assert "there is no delivery 99" in run("deliveries", "show", "99").output


def test_removing_a_hook_removes_its_secrets(home: Path) -> None:
    run("hooks", "add", "standard")
    run("hooks", "remove", "standard", "--yes")
    hooks = Hooks.open(Settings.load(home))
    assert hooks.every(now=datetime.now(UTC)) == []
    assert hooks.file.tables.execute("select count(*) from hook_secrets").fetchone() == (0,)
