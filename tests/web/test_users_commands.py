from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from web_builders import PASSWORD, QUICK, client_as, desk, staff_of, web_app

from advisor.cli import cli
from advisor.settings import Settings
from web.commands import welcome
from web.sessions import How
from web.staff import Staff
from web.user_commands import users
from web.users import Role

LINK = re.compile(r"http://127\.0\.0\.1:8321/sign-in/link/([\w-]{43})")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ADVISOR_HOME", str(tmp_path))
    return tmp_path


def run(*arguments: str, typed: str | None = None) -> Result:
    return CliRunner().invoke(cli, ["users", *arguments], input=typed)


def staff(home: Path) -> Staff:
    return Staff.open(Settings(home=home))


def test_a_user_is_added_with_a_password_that_is_typed_twice(home: Path) -> None:
    result = run("add", "Mary", "--role", "agent", typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert result.exit_code == 0
    assert "Added mary (agent)." in result.output
    assert PASSWORD not in result.output
    assert staff(home).users.get("mary").role is Role.AGENT
    assert staff(home).users.verified("mary", PASSWORD) is not None


def test_a_password_comes_from_standard_input_as_it_is(home: Path) -> None:
    assert run("add", "mary", "--role", "read-only", "--password-stdin", typed=f" {PASSWORD} \n").exit_code == 0
    assert staff(home).users.get("mary").role is Role.READ_ONLY
    assert staff(home).users.verified("mary", f" {PASSWORD} ") is not None
    assert staff(home).users.verified("mary", PASSWORD) is None


@pytest.mark.parametrize(
    ("arguments", "typed", "sentence"),
    [
        (("add", "m!", "--role", "agent", "--link"), "", "a name must have 1 to 64 letters, digits or signs of"),
        (("add", "", "--role", "agent", "--link"), "", "a name must have 1 to 64 letters"),
        (("add", "john", "--role", "agent", "--password-stdin"), "short", "at least 12 characters; these are 5"),
        (("add", "john", "--role", "agent", "--password-stdin"), "password1234", "first that anybody would try"),
        (("add", "MARY", "--role", "agent"), "", "there is a user mary already"),
        (("password", "mary", "--password-stdin"), "password1234", "first that anybody would try"),
        (("role", "nobody", "lead"), "", "there is no user nobody: advisor users list names all"),
        (("link", "nobody"), "", "there is no user nobody"),
        (("sessions", "nobody"), "", "there is no user nobody"),
    ],
)
def test_what_is_unfit_is_one_sentence_and_changes_nothing(
    home: Path, arguments: tuple[str, ...], typed: str, sentence: str
) -> None:
    staff(home).users.add("mary", Role.AGENT)
    result = run(*arguments, typed=typed)
    assert result.exit_code == 2
    assert sentence in result.stderr
    assert [user.name for user in staff(home).users.every()] == ["mary"]


def test_an_unknown_role_is_refused_with_the_known_ones(home: Path) -> None:
    result = run("add", "mary", "--role", "boss", "--link")
    assert result.exit_code == 2
    assert "'read-only', 'agent', 'lead', 'admin'" in result.stderr


def test_a_user_without_a_password_is_given_a_link(home: Path) -> None:
    result = run("add", "mary", "--role", "lead", "--link")
    found = LINK.search(result.output)
    assert found is not None
    assert staff(home).links.look(found[1]) == staff(home).users.get("mary")
    assert "signed out, no password yet" in run("list").output


def test_a_link_can_have_the_address_that_people_use(home: Path) -> None:
    staff(home).users.add("mary", Role.AGENT)
    printed = run("link", "mary", "--address", "https://support.example.com/").output
    assert re.search(
        r"mary, once and within 15 minutes: https://support\.example\.com/sign-in/link/[\w-]{43}$", printed
    )


def test_the_list_names_role_and_state(home: Path) -> None:
    assert run("list").output == "There are no users yet: advisor users add NAME --role agent\n"
    kept = staff(home)
    for name, role in (("zoe", Role.ADMIN), ("mary", Role.READ_ONLY), ("gone", Role.AGENT)):
        kept.users.add(name, role)
    kept.sessions.start(kept.users.get("zoe"), How.LINK)
    kept.users.disable("gone")
    lines = [re.sub(r"\d{4}-\d\d-\d\d", "DAY", line).split() for line in run("list").output.splitlines()]
    assert lines == [
        ["name", "role", "added", "state"],
        ["gone", "agent", "DAY", "disabled"],
        ["mary", "read-only", "DAY", "signed", "out,", "no", "password", "yet"],
        ["zoe", "admin", "DAY", "signed", "in,", "no", "password", "yet"],
    ]


@pytest.mark.parametrize(
    "arguments", [("role", "mary", "lead"), ("password", "mary", "--password-stdin"), ("disable", "mary")]
)
def test_a_change_made_by_a_command_is_in_force_in_a_running_server(
    monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    at = desk()
    monkeypatch.setenv("ADVISOR_HOME", str(at.settings.home))
    app = web_app(at)
    client = client_as(app, Role.AGENT, name="mary")
    assert client.get("/account").status_code == 200
    assert run(*arguments, typed=PASSWORD).exit_code == 0
    assert client.get("/account").status_code == 303


def test_sessions_are_shown_and_ended(home: Path) -> None:
    kept = staff(home)
    for name in ("mary", "zoe"):
        kept.sessions.start(kept.users.add(name, Role.AGENT), How.PASSWORD)
    assert re.fullmatch(r"(\w+  since \S+ \S+ UTC, seen \S+, by password\n){2}", run("sessions").output)
    assert "Ended 1." in run("sessions", "mary", "--end").output
    assert run("sessions", "mary").output == "Nobody is signed in.\n"
    assert run("sessions").output.startswith("zoe  since")
    assert "Ended 1." in run("sessions", "--end").output


def test_who_is_disabled_can_be_enabled_and_gets_no_link_before(home: Path) -> None:
    staff(home).users.add("mary", Role.AGENT)
    assert run("disable", "mary").exit_code == 0
    refused = run("link", "mary")
    assert (refused.exit_code, "advisor users enable mary comes first" in refused.stderr) == (2, True)
    assert run("enable", "mary").output == "Enabled mary (agent).\n"
    assert run("link", "mary").exit_code == 0


@pytest.mark.parametrize("command", sorted(users.commands))
def test_every_command_shows_an_example(command: str) -> None:
    shown = CliRunner().invoke(users, [command, "--help"])
    assert shown.exit_code == 0
    assert f"Example: advisor users {command}" in shown.output


# what a server prints when it starts


def test_where_nobody_can_sign_in_the_first_admin_is_given_a_link_at_each_start() -> None:
    app = web_app()
    for _ in range(2):
        lines = list(welcome(staff_of(app), "http://127.0.0.1:8321", None))
        assert lines[0] == "Nobody can sign in yet. Add people with: advisor users add NAME --role agent"
        found = LINK.search(lines[1])
        assert found is not None
        user = staff_of(app).links.look(found[1])
        assert user is not None
        assert (user.name, user.role) == ("admin", Role.ADMIN)


def test_where_somebody_has_a_password_nothing_is_printed() -> None:
    kept = Staff.open(desk().settings, passwords=QUICK)
    kept.users.add("mary", Role.AGENT, password=PASSWORD)
    assert list(welcome(kept, "http://127.0.0.1:8321", None)) == []
    kept.users.disable("mary")
    assert len(list(welcome(kept, "http://127.0.0.1:8321", None))) == 2


def test_the_demo_makes_its_own_admin_whoever_else_there_is() -> None:
    kept = Staff.open(desk().settings, passwords=QUICK)
    kept.users.add("mary", Role.AGENT, password=PASSWORD)
    (line,) = welcome(kept, "http://127.0.0.1:8321", "demo")
    assert line.startswith("Sign in as demo, once and within 15 minutes: http://127.0.0.1:8321/sign-in/link/")
    assert kept.users.get("demo").role is Role.ADMIN
