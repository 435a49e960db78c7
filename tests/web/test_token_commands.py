"""`advisor tokens`: made once, listed without their secret, revoked for good."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from advisor_builders import run


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ADVISOR_HOME", str(tmp_path))
    return tmp_path


def test_a_token_is_printed_once_and_listed_without_its_secret() -> None:
    made = run("tokens", "add", "zendesk", "--scope", "advise", "--scope", "write", "--days", "30")
    secret = made.stdout.strip()
    assert made.exit_code == 0
    assert secret.startswith("ta_")
    assert len(secret) == 46
    assert "nobody can show it again" in made.stderr
    listed = run("tokens", "list")
    assert "zendesk  valid  advise, write  until " in listed.stdout
    assert secret not in listed.output


def test_a_revoked_token_stays_in_the_list() -> None:
    run("tokens", "add", "zendesk", "--scope", "read")
    assert "zendesk  revoked  read" in run("tokens", "revoke", "zendesk").stdout
    (told,) = json.loads(run("tokens", "list", "--json").stdout)["tokens"]
    assert (told["standing"], told["token"]["scopes"]) == ("revoked", ["read"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("add", "zendesk"), "Missing option '--scope'"),
        (("add", "zendesk", "--scope", "all"), "'all' is not one of"),
        (("add", "a b", "--scope", "read"), "1 to 64 letters"),
        (("add", "zendesk", "--scope", "read", "--days", "0"), "0 is not in the range"),
        (("revoke", "nobody"), "there is no token nobody"),
    ],
)
def test_what_does_not_fit_is_refused_in_one_sentence(arguments: tuple[str, ...], said: str) -> None:
    refused = run("tokens", *arguments)
    assert refused.exit_code == 2
    assert said in refused.output


def test_a_name_is_given_once() -> None:
    run("tokens", "add", "zendesk", "--scope", "read")
    again = run("tokens", "add", "zendesk", "--scope", "read")
    assert again.exit_code == 2
    assert "there is a token zendesk already" in again.output


def test_without_tokens_the_list_says_how_to_make_one() -> None:
    assert "advisor tokens add NAME --scope SCOPE" in run("tokens", "list").stdout
