"""`advisor outcomes` from the command line: a CSV file with good and bad rows, one telling, and the ledger."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from advisor_builders import installed, records_in, run, written

from advisor.desk.outcome_file import EXAMPLE
from advisor.types import Action, Cause, Channel

HEADING = "ticket_id,kind,at,by,article,related,note\n"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three tickets of two customers: the first two answered by an article on 3 and 5 March, the third by a person."""
    home = installed(tmp_path, monkeypatch)
    article = {"action": "self_service", "channel": "email"}
    rows = [
        ticket("t-1", "C-1", "2026-03-03T10:00:00Z", article | {"by": "Bo", "at": "2026-03-03T11:00:00Z"}),
        ticket("t-2", "C-1", "2026-03-05T10:00:00Z", article),
        ticket("t-3", "C-2", "2026-03-05T10:00:00Z", {"action": "live_human", "channel": "phone"}),
    ]
    assert run("advise", "--json", written(tmp_path, *rows)).exit_code == 0
    return home


def ticket(id: str, customer: str, at: str, handled: dict[str, str]) -> dict[str, object]:
    return {
        "id": id,
        "body": "My password is gone.",
        "created_at": at,
        "customer": {"id": customer},
        "handled": handled,
    }


def csv(folder: Path, text: str) -> str:
    path = folder / "outcomes.csv"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_bad_rows_are_named_by_their_line_and_the_others_are_taken(tmp_path: Path, home: Path) -> None:
    rows = (
        "t-1,confirmed,2026-03-04T09:00:00Z,Ann Lee,,,Clicked\n"
        "t-1,confirmed,2026-03-04T10:00:00+01:00,Ann Lee,,,the same instant\n"
        "t-9,confirmed,2026-03-04,,,,\n"
        "t-1,confirmed,2026-03-01,,,,\n"
        "t-1,praised,2026-03-04,,,,\n"
        "t-1,confirmed,yesterday,,,,\n"
        "t-1,other_matter,2026-03-06,,,t-9,\n"
        ",confirmed,2026-03-04,,,,\n"
        "t-2,,2026-03-04,,,,\n"
        "t-2,,,,,,\n"
        "t-2,abandoned,2026-03-06 09:30,,,,\n"
    )
    done = run("outcomes", "import", csv(tmp_path, HEADING + rows))
    assert done.exit_code == 1
    assert done.stdout.splitlines() == [
        "2 rows taken: 2 outcomes, what was done with 0 tickets",
        "1 rows have times without a zone, read on the clock of the experience file, Europe/London",
    ]
    where = "not taken: outcomes.csv, line"
    assert done.stderr.splitlines() == [
        f"{where} 4: ticket t-9 of local is not recorded: advise it first, or correct the id",
        f"{where} 5: ticket t-1 of local came at 2026-03-03T10:00:00+00:00, after this outcome "
        "(2026-03-01T00:00:00+00:00): correct the time",
        f"{where} 6: kind must be one of confirmed, contradicted, abandoned, handed_on, would_answer, "
        "would_not_answer, other_matter, was: 'praised'",
        f"{where} 7: at must be a date such as 2026-03-01 or 2026-03-01T09:30:00Z, was: 'yesterday'",
        f"{where} 8: ticket t-9 of local, named as related, is not recorded: correct the id",
        f"{where} 9: ticket_id is missing: it must be the id of a recorded ticket",
        f"{where} 10: kind is missing: an outcome needs its kind and its time",
        f"{where} 11: tells neither what was done nor what became of it: fill kind and at, or handled_action",
        "known already, and counted once: lines 3",
    ]
    (told,) = records_in(home).outcomes.of("local", "t-1")
    assert (told.by, told.how, told.note) == ("Ann Lee", "import", "Clicked")


def test_a_file_that_brings_nothing_new_is_counted_once(tmp_path: Path, home: Path) -> None:
    path = csv(tmp_path, HEADING + "t-1,confirmed,2026-03-04,,,,\n")
    assert run("outcomes", "import", path).exit_code == 0
    again = run("outcomes", "import", path)
    assert again.exit_code == 0
    assert again.stdout == "0 rows taken: 0 outcomes, what was done with 0 tickets\n"
    assert again.stderr == "known already, and counted once: lines 2\n"
    assert len(records_in(home).outcomes.of("local", "t-1")) == 1


def test_what_was_done_is_taken_over_and_checked(tmp_path: Path, home: Path) -> None:
    rows = (
        "ticket_id,handled_action,handled_channel,handled_by,handled_at,handled_reason\n"
        "t-3,live_human,email,Cy,2026-03-05 12:00,no_person_free\n"
        "t-2,self_service,fax,,,\n"
        "t-2,robot,,,,\n"
        "t-2,,,Cy,,\n"
        "t-2,self_service,email,Cy,2026-03-01,\n"
        "t-9,self_service,,,,\n"
    )
    done = run("outcomes", "import", csv(tmp_path, rows))
    assert done.exit_code == 1
    assert "1 rows taken: 0 outcomes, what was done with 1 tickets" in done.stdout
    for sentence in (
        "line 3: handled_channel must be one of email, chat, phone, portal, social, was: 'fax'",
        "line 4: handled_action must be one of self_service, live_human, was: 'robot'",
        "line 5: handled_action is missing: what was done must name an action or a channel",
        "line 6: ticket t-2 of local came at 2026-03-05T10:00:00+00:00, after it was handled",
        "line 7: ticket t-9 of local is not recorded",
    ):
        assert sentence in done.stderr
    stored = records_in(home).last("t-3")
    assert stored is not None
    assert stored.handled is not None
    assert (stored.handled.action, stored.handled.channel) == (Action.LIVE_HUMAN, Channel.EMAIL)
    assert (stored.handled.by, stored.handled.reason) == ("Cy", Cause.NO_PERSON_FREE)
    assert stored.handled.at is not None
    assert stored.handled.at.isoformat() == "2026-03-05T12:00:00+00:00"


def test_one_row_may_hold_both_and_says_what_of_it_was_kept(tmp_path: Path, home: Path) -> None:
    heading = "ticket_id,kind,at,handled_action,handled_channel\n"
    row = "t-3,would_answer,2026-03-06,self_service,chat\n"
    assert run("outcomes", "import", csv(tmp_path, heading + row)).exit_code == 0
    again = run("outcomes", "import", csv(tmp_path, heading + row))
    assert again.exit_code == 2
    assert again.stderr.endswith("is known already, and is counted once; what was done with it is kept\n")


def test_the_printed_example_is_read_by_the_import(tmp_path: Path, home: Path) -> None:
    assert run("outcomes", "import", "--example").stdout == EXAMPLE
    for id in ("4711", "4712", "4713", "4714", "4730"):
        row = {"id": id, "source": "zendesk", "body": "x", "created_at": "2026-03-02T08:00:00Z"}
        run("advise", "--json", written(tmp_path, row))
    done = run("outcomes", "import", csv(tmp_path, EXAMPLE))
    assert done.exit_code == 0
    assert "4 rows taken: 3 outcomes, what was done with 2 tickets" in done.stdout


def test_the_source_of_rows_that_name_none_is_the_option(tmp_path: Path, home: Path) -> None:
    run(
        "advise", "--json", written(tmp_path, {"id": "z", "source": "zendesk", "body": "x", "created_at": "2026-03-02"})
    )
    path = csv(tmp_path, "ticket_id,kind,at\nz,confirmed,2026-03-04\n")
    assert run("outcomes", "import", path).exit_code == 2
    assert run("outcomes", "import", path, "--source", "zendesk").exit_code == 0


def test_a_command_without_a_file_or_with_an_unknown_column_says_so(tmp_path: Path, home: Path) -> None:
    assert "name a CSV file, or print one to start from with --example" in run("outcomes", "import").output
    wrong = run("outcomes", "import", csv(tmp_path, "ticket_id,mood\nt-1,good\n"))
    assert wrong.exit_code == 2
    assert "unknown columns mood" in wrong.output


def test_one_outcome_is_added_and_shown(home: Path) -> None:
    done = run("outcomes", "add", "t-1", "confirmed", "--at", "2026-03-04T09:00", "--by", "Ann", "--note", "thanks")
    assert done.exit_code == 0
    assert done.stdout == "t-1: confirmed, by Ann, Wednesday 4 March 2026, 09:00 (GMT): thanks\n"
    assert "(the time is on the clock of the experience file, Europe/London)" in done.stderr
    again = run("outcomes", "add", "t-1", "confirmed", "--at", "2026-03-04T09:00")
    assert (again.exit_code, "is known already" in again.output) == (2, True)
    assert "ticket is recorded under the id t-7" in run("outcomes", "add", "t-7", "confirmed").output
    assert "other_matter needs --related" in run("outcomes", "add", "t-1", "other_matter").output
    assert "--at must be a date" in run("outcomes", "add", "t-1", "confirmed", "--at", "now").output


def test_the_ledger_shows_each_state_with_its_denominator(home: Path) -> None:
    run("outcomes", "add", "t-3", "would_answer", "--at", "2026-03-06")
    lines = run("outcomes", "show").output.splitlines()
    assert lines[0] == "What became of 2 tickets that self-service answered (1 matters)"
    assert [line.split()[:4] for line in lines[1:4]] == [
        ["confirmed", "0", "of", "2"],
        ["assumed", "1", "of", "2"],
        ["contradicted", "1", "of", "2"],
    ]
    assert "50.0 % (9.5 to 90.5)" in lines[2]
    assert "1 of the contradicted rest on a later contact alone; those least like the same matter:" in lines
    assert "Agents' verdicts on 1 tickets that a person answered: the advised article would answer 1" in lines
    found = json.loads(run("outcomes", "show", "--json").output)
    assert found["states"]["assumed"] == found["states"]["contradicted"]
    assert (found["states"]["open"]["count"], found["states"]["open"]["of"]) == (0, 2)
    assert found["by_contact"][0]["contacts"][0]["ticket_id"] == "t-2"


def test_one_ticket_is_shown_with_why_it_stands_so(home: Path) -> None:
    lines = run("outcomes", "show", "t-1").output.splitlines()
    assert lines[:4] == [
        "t-1 of local: contradicted",
        "  Why         the customer wrote again on 2026-03-05, ticket t-2",
        "  Done        article by e-mail, by Bo, Tuesday 3 March 2026, 11:00 (GMT)",
        "  Window      closed on Tuesday 17 March 2026, 11:00 (GMT)",
    ]
    assert lines[-1] == "  Told        nothing"
    run("outcomes", "add", "t-1", "other_matter", "--related", "t-2", "--at", "2026-03-06", "--by", "Cy")
    assert run("outcomes", "show", "t-1").output.startswith("t-1 of local: assumed\n")
    assert json.loads(run("outcomes", "show", "t-1", "--json").output)["told"][0]["related"] == "t-2"
    assert run("outcomes", "show", "t-3").output.startswith("t-3 of local: not in the ledger: self-service did not")


def test_a_ledger_of_nothing_says_what_brings_something(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(tmp_path, monkeypatch).mkdir()
    shown = run("outcomes", "show")
    assert shown.exit_code == 2
    assert "self-service is not known to have answered any ticket: advisor outcomes import" in shown.output


def test_what_was_told_by_mistake_is_taken_back(home: Path) -> None:
    assert run("outcomes", "add", "t-1", "confirmed", "--at", "2026-03-04", "--by", "Bo").exit_code == 0
    done = run("outcomes", "remove", "t-1", "confirmed")
    assert done.exit_code == 0
    assert done.output.startswith("t-1: taken back, confirmed")
    assert records_in(home).outcomes.of("local", "t-1") == []
    again = run("outcomes", "remove", "t-1", "confirmed")
    assert again.exit_code == 2
    assert "no outcome of the kind confirmed is told of t-1: advisor outcomes show t-1 lists them" in again.output


def test_what_was_done_at_a_time_to_come_is_refused(tmp_path: Path, home: Path) -> None:
    rows = "ticket_id,handled_action,handled_at\nt-1,live_human,2199-12-31\n"
    done = run("outcomes", "import", csv(tmp_path, rows))
    assert done.exit_code == 2
    assert "ticket t-1 of local was handled at 2199-12-31T00:00:00+00:00, which is still to come" in done.output
    assert run("outcomes", "show").exit_code == 0
