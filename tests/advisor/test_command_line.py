from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from advisor_builders import installed, records_in, run, with_an_article, written

from advisor.advise import Advisor
from advisor.desk.commands import EMPTY_KNOWLEDGE
from advisor.settings import Settings
from index.progress import Progress

ASKED = {"id": "t-1", "subject": "Sign-in", "body": "I forgot my password."}
CALLS = {"id": "t-2", "body": "Please call me about my password."}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return installed(tmp_path, monkeypatch)


@pytest.fixture
def filled(home: Path) -> Path:
    return with_an_article(home)


def test_json_comes_one_object_a_line_in_the_order_of_the_tickets(filled: Path, tmp_path: Path) -> None:
    many = [ASKED | {"id": f"t-{number}"} for number in range(150)]
    result = run("advise", "--json", written(tmp_path, *many))
    assert result.exit_code == 0
    assert result.stderr == ""
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [line["ticket_id"] for line in lines] == [row["id"] for row in many]
    assert {line["action"] for line in lines} == {"self_service"}
    assert lines[0]["revision"] == 1


def test_a_ticket_on_standard_input_is_advised_in_words(filled: Path) -> None:
    result = run("advise", "-", came=json.dumps(CALLS | {"created_at": "2026-03-03T10:00:00Z"}))
    assert result.exit_code == 0
    assert result.stdout.splitlines()[:5] == [
        "t-2: (no subject)",
        "  Advice      person, by phone",
        "  Queue       tier1",
        "  Respond by  Tuesday 3 March 2026, 15:00 (GMT)",
        "  Because     The customer asks for a call: “call me”. [asks_for_person]",
    ]
    assert "  Wish        wants a call (0.97): “call me”" in result.stdout.splitlines()
    assert "  Tones       neutral 0.90, confused 0.25" in result.stdout.splitlines()
    assert "  Draft reply\n    Hello," in result.stdout


def test_an_article_is_shown_with_its_passage(filled: Path) -> None:
    lines = run("advise", "-", came=json.dumps(ASKED)).stdout.splitlines()
    assert lines[:2] == ["t-1: Sign-in", "  Advice      article, by e-mail"]
    at = lines.index("  Article     Reset your password (fit 0.90)")
    assert lines[at + 1 : at + 3] == [
        "              https://help.example/reset",
        "              Open the sign-in page and choose “Forgot password”.",
    ]


def test_a_table_has_one_line_a_ticket(filled: Path, tmp_path: Path) -> None:
    result = run("advise", "--table", written(tmp_path, ASKED, CALLS, {"id": "t-3", "body": ""}))
    head, first, second, third = result.stdout.splitlines()
    assert head.split("  ")[0] == "ticket"
    assert first.startswith("t-1         I forgot my password.                       article  email    ")
    assert second.endswith("person   phone    The customer asks for a call: “call me”.")
    assert third.startswith("t-3         (nothing)  ")


def test_control_characters_never_reach_the_terminal(filled: Path) -> None:
    hostile = {"id": "t\x1b[2J", "subject": "\x1b]0;x\x07 password \u202e", "body": "call me"}
    for arguments in (["-"], ["--table", "-"]):
        shown = run("advise", *arguments, came=json.dumps(hostile)).stdout
        assert not {"\x1b", "\x07", "\u202e"} & set(shown)


def test_a_batch_answers_its_good_rows_and_counts_the_bad_ones(filled: Path, tmp_path: Path) -> None:
    fax = {"body": "x", "customer": {"wishes": [{"channel": "fax", "stance": "wants"}]}}
    rows = [ASKED, "{broken", CALLS, fax, {"body": "x", "created_at": "soon"}]
    result = run("advise", "--json", written(tmp_path, *rows))
    assert result.exit_code == 1
    assert [json.loads(line)["ticket_id"] for line in result.stdout.splitlines()] == ["t-1", "t-2"]
    assert result.stderr.splitlines() == [
        "not advised: tickets.jsonl, line 2: not valid JSON (expecting property name enclosed in double quotes, "
        "column 2): mend this line or take it out",
        "not advised: tickets.jsonl, line 4: customer.wishes[0].channel must be one of "
        "self_service, email, chat, phone, person, was: 'fax'",
        "not advised: tickets.jsonl, line 5: created_at must be a date such as 2026-03-01 or 2026-03-01T09:30:00Z, "
        "was: 'soon'",
        "2 advised, 3 not advised",
    ]


@pytest.mark.parametrize(
    ("came", "sentence"),
    [
        ("5", "standard input, line 1: a ticket must be a JSON object, was: 5"),
        ("", "standard input holds no ticket: it must hold a JSON object, an array of them, or JSON lines"),
        ("[]", "standard input holds no ticket: it must hold a JSON object, an array of them, or JSON lines"),
        (
            '{"body": "x", "channel": "fax"}',
            "standard input, line 1: channel must be one of email, chat, phone, portal, social, was: 'fax'",
        ),
    ],
)
def test_a_call_that_can_do_nothing_says_why_and_exits_with_2(filled: Path, came: str, sentence: str) -> None:
    result = run("advise", "--json", "-", came=came)
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", f"Error: {sentence}\n")


def test_several_bad_rows_and_no_good_one_exit_with_2(filled: Path) -> None:
    result = run("advise", "-", came="5\n6\n")
    assert result.exit_code == 2
    assert result.stderr.splitlines()[-1] == "0 advised, 2 not advised"


def test_a_file_that_cannot_be_read_is_one_sentence(home: Path, tmp_path: Path) -> None:
    missing = run("advise", "nowhere.jsonl")
    cure = "name a file of tickets, or - for standard input"
    assert (missing.exit_code, missing.stderr) == (
        2,
        f"Error: nowhere.jsonl cannot be read (No such file or directory): {cure}\n",
    )
    folder = run("advise", str(tmp_path))
    assert (folder.exit_code, folder.stderr) == (2, f"Error: {tmp_path} cannot be read (Is a directory): {cure}\n")


def test_an_empty_knowledge_base_is_said_once(home: Path, tmp_path: Path) -> None:
    result = run("advise", "--json", written(tmp_path, CALLS, ASKED))
    assert (result.exit_code, result.stderr) == (0, f"{EMPTY_KNOWLEDGE}\n")


def test_no_record_leaves_nothing_behind(filled: Path) -> None:
    result = run("advise", "--json", "--no-record", "-", came=json.dumps(ASKED))
    assert json.loads(result.stdout)["revision"] == 0
    assert set(records_in(filled).counts().values()) == {0}


def test_json_and_table_are_not_asked_for_together(filled: Path) -> None:
    result = run("advise", "--json", "--table", "-", came="{}")
    assert result.exit_code == 2
    assert "Error: --json and --table cannot go together: choose one" in result.stderr


def test_show_gives_the_ticket_what_was_read_and_what_was_advised(filled: Path) -> None:
    run("advise", "-", came=json.dumps(CALLS | {"status": "open", "created_at": "2026-03-03"}))
    lines = run("show", "t-2").stdout.splitlines()
    assert lines[1] == "  Advice      person, by phone"
    assert lines[-6:] == [
        "    Please call me about my password.",
        "  Came        local, by e-mail, Tuesday 3 March 2026, 00:00 (UTC)",
        "  Status      open",
        "  Customer    ticket:t-2",
        "  Revision    1 of Tuesday 3 March 2026, 00:00 (UTC)",
        "  Found       Reset your password (account/reset, fit 0.90)",
    ]
    shown = json.loads(run("show", "t-2", "--source", "local", "--json").stdout)
    assert shown["ticket"]["text"] == "Please call me about my password."
    assert shown["evidence"]["wishes"][0]["quote"] == {"start": 7, "end": 14, "text": "call me"}
    assert shown["recommendation"]["action"] == "live_human"


@pytest.mark.parametrize(
    ("arguments", "where"), [(["show", "t-9"], ""), (["show", "t-9", "--source", "zendesk"], " from zendesk")]
)
def test_a_ticket_that_is_not_recorded_is_one_sentence(home: Path, arguments: list[str], where: str) -> None:
    result = run(*arguments)
    sentence = f"no ticket{where} is recorded under the id t-9: advisor advise records tickets"
    assert (result.exit_code, result.stderr) == (2, f"Error: {sentence}\n")


def test_ctrl_c_says_so(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(settings: Settings, *, progress: Progress | None = None) -> Advisor:
        raise KeyboardInterrupt

    monkeypatch.setattr(sys.modules["advisor.wiring"], "ready", interrupted)
    result = run("advise", "-", came=json.dumps(ASKED))
    assert (result.exit_code, result.stderr) == (130, "Stopped by Ctrl-C: what was finished before stays.\n")
