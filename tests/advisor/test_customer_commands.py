"""Customers and accounts from the command line: import, show, wishes on file with undo, bad rows, export and forget."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from advisor_builders import installed, records_in, run, written

from advisor.types import WishSource

CUSTOMERS = """\
id,name,email,phone,persona,account,wants,refuses,for,until
C-1,Ann Lee,ann@example.org,+1 555 0100 200,hands_on,A-1,self_service;phone,,,
C-2,Bo Ray,,,,A-1,,phone,billing,2027-01-01
"""
ACCOUNTS = "id;name;licences;monthly_revenue;renews_on;plan;refuses\nA-1;Acme;80;1200.5;2027-01-01;premium;chat\n"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return installed(tmp_path, monkeypatch)


def csv(folder: Path, text: str, name: str = "customers.csv") -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_customers_and_accounts_are_taken_from_csv_and_shown(tmp_path: Path, home: Path) -> None:
    done = run("customers", "import", csv(tmp_path, CUSTOMERS), "--by", "Cy")
    assert done.exit_code == 0
    assert "2 new and 0 known customers, 3 wishes on file (times without a zone: Europe/London)" in done.output
    assert run("accounts", "import", csv(tmp_path, ACCOUNTS, "accounts.csv")).exit_code == 0
    shown = run("customers", "show", "C-1").output
    assert re.sub(r"\b[0-9a-f]{8}\b", "ID", shown).splitlines() == [
        "Ann Lee (C-1, from local)",
        "  E-mail      ann@example.org",
        "  Phone       +1 555 0100 200",
        "  Persona     hands_on",
        "  Account     Acme (A-1)",
        "  Licences    80",
        "  Plan        premium",
        "  Renews on   2027-01-01",
        "  Revenue     1,200 a month",
        "",
        "In force",
        "  ID  wants an article",
        "            standing, imported by Cy",
        "  ID  wants a call, choice 2",
        "            standing, imported by Cy",
    ]
    bo = run("customers", "show", "C-2").output
    assert "does not want a call, about billing, until 1 January 2027" in bo
    assert "does not want a chat" in run("accounts", "show", "A-1").output


def test_a_bad_row_is_named_and_the_others_are_taken(tmp_path: Path, home: Path) -> None:
    rows = "id,name,wants\nC-1,Ann,carrier pigeon\n,Bo,\nC-3,Cy,phone\nC-4,Di,phone,more\n"
    done = run("customers", "import", csv(tmp_path, rows))
    assert done.exit_code == 1
    assert "1 new and 0 known customers, 1 wishes on file" in done.output
    assert (
        "not taken: customers.csv, line 2: wants must be among self_service, email, chat, phone, person, "
        "was: 'carrier pigeon'" in done.output
    )
    assert "not taken: customers.csv, line 3: id is missing: it must be the id that tickets name" in done.output
    assert "not taken: customers.csv, line 5: has 4 cells, the heading has 3" in done.output


def test_a_file_without_a_usable_row_or_heading_is_one_sentence(tmp_path: Path, home: Path) -> None:
    assert run("customers", "import", csv(tmp_path, "id,name\n,Ann\n")).exit_code == 2
    wrong = run("customers", "import", csv(tmp_path, "id,nmae\nC-1,Ann\n"))
    assert wrong.exit_code == 2
    assert "customers.csv: unknown columns nmae: rename or remove them; known are id, name, email" in wrong.output
    missing = run("customers", "import", csv(tmp_path, "name\nAnn\n"))
    assert "customers.csv: the heading must have id, has: name" in missing.output
    assert "cannot be read (No such file or directory): name a CSV file" in run("customers", "import", "no.csv").output


def test_importing_twice_changes_nothing_and_blanks_leave_what_is_known(tmp_path: Path, home: Path) -> None:
    run("customers", "import", csv(tmp_path, CUSTOMERS))
    before = run("customers", "show", "C-1").output
    again = run("customers", "import", csv(tmp_path, CUSTOMERS))
    assert "0 new and 2 known customers" in again.output
    run("customers", "import", csv(tmp_path, "id,name\nC-1,\n"))
    assert run("customers", "show", "C-1").output == before


def test_a_wish_is_put_on_file_counts_for_the_next_ticket_and_is_ended_and_restored(tmp_path: Path, home: Path) -> None:
    run("customers", "import", csv(tmp_path, "id,name\nC-1,Ann\n"))
    said = run("customers", "wish", "C-1", "--wants", "phone", "--until", "2199-01-01", "--by", "Cy")
    assert said.exit_code == 0
    wish = said.output.split()[0]
    assert "wants a call, until 1 January 2199" in said.output
    assert "standing, put on file by Cy on" in said.output
    ticket = {"id": "t-1", "body": "My password is gone.", "customer": {"id": "C-1"}}
    assert json.loads(run("advise", "--json", written(tmp_path, ticket)).stdout)["channel"] == "phone"
    ended = run("customers", "forget-wish", "C-1", wish, "--why", "asked by mail", "--by", "Di").output
    assert "by Di: asked by mail" in ended
    assert json.loads(run("advise", "--json", written(tmp_path, ticket | {"id": "t-2"})).stdout)["channel"] == "email"
    assert "ended" not in run("customers", "restore-wish", "C-1", wish).output
    assert json.loads(run("advise", "--json", written(tmp_path, ticket | {"id": "t-3"})).stdout)["channel"] == "phone"


def test_what_is_imported_does_not_bring_back_what_an_agent_ended(tmp_path: Path, home: Path) -> None:
    run("customers", "import", csv(tmp_path, "id,refuses\nC-1,phone\n"))
    (filed,) = records_in(home).filing.of("local", WishSource.CUSTOMER, "C-1")
    run("customers", "forget-wish", "C-1", filed.id)
    again = run("customers", "import", csv(tmp_path, "id,refuses\nC-1,phone\n"))
    assert "1 wishes stay as an agent has left them: restore-wish brings an ended one back" in again.output


def test_only_a_suggestion_is_confirmed(tmp_path: Path, home: Path) -> None:
    run("customers", "import", csv(tmp_path, "id,refuses\nC-1,phone\n"))
    (filed,) = records_in(home).filing.of("local", WishSource.CUSTOMER, "C-1")
    refused = run("customers", "confirm-wish", "C-1", filed.id)
    assert refused.exit_code == 2
    assert f"the wish {filed.id[:8]} is in force, not suggested: there is nothing to confirm" in refused.output


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("wish", "C-1"), "give one of --wants and --refuses"),
        (("wish", "C-9", "--wants", "phone"), "no customer is recorded under the id C-9: advisor customers import"),
        (("wish", "C-1", "--wants", "phone", "--until", "soon"), "--until must be a day such as 2027-01-01, was: soon"),
        (("forget-wish", "C-1", "zz"), "no wish on file under the id 'zz'"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    tmp_path: Path, home: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    run("customers", "import", csv(tmp_path, "id\nC-1\n"))
    done = run("customers", *arguments)
    assert done.exit_code == 2
    assert sentence in done.output


def test_a_customer_of_two_sources_must_be_told_apart(tmp_path: Path, home: Path) -> None:
    for source in ("local", "zendesk"):
        run("customers", "import", csv(tmp_path, "id,name\nC-1,Ann\n"), "--source", source)
    done = run("customers", "show", "C-1")
    assert "several sources know a customer C-1 (local, zendesk): name one with --source, or by its id" in done.output
    assert run("customers", "show", "C-1", "--source", "zendesk").output.startswith("Ann (C-1, from zendesk)")


def test_what_is_shown_can_be_had_as_json(tmp_path: Path, home: Path) -> None:
    run("customers", "import", csv(tmp_path, CUSTOMERS))
    run("advise", written(tmp_path, {"id": "t-1", "body": "call me", "customer": {"id": "C-2"}}))
    shown = json.loads(run("customers", "show", "C-2", "--json").output)
    assert (shown["customer"]["name"], shown["source"], shown["tickets"][0]["id"]) == ("Bo Ray", "local", "t-1")
    assert {(one["channel"], one["stance"], one["standing"]) for one in shown["wishes"]} == {
        ("phone", "refuses", "standing"),
        ("phone", "wants", "once"),
    }


def test_all_of_a_customer_is_given_out_and_erased(tmp_path: Path, home: Path) -> None:
    run("customers", "import", csv(tmp_path, CUSTOMERS))
    run("advise", written(tmp_path, {"id": "t-1", "body": "call me, unique-words", "customer": {"id": "C-1"}}))
    out = tmp_path / "ann.json"
    assert run("export", "ann@example.org", "--out", str(out)).exit_code == 0
    exported = json.loads(out.read_text())["records"]
    assert [row["name"] for row in exported["customers"]] == ["Ann Lee"]
    assert len(exported["filed"]) == 3
    kept = run("forget", "C-1", came="n\n")
    assert kept.exit_code == 1
    assert "Erase Ann Lee, C-1, ann@example.org (local) with 1 tickets, for good?" in kept.output
    assert run("forget", "C-1", "--yes").output == "erased: Ann Lee, C-1, ann@example.org (local) with 1 tickets\n"
    assert "nothing is stored of C-1" in run("export", "C-1").output
    left = b"".join(path.read_bytes() for path in home.iterdir() if path.is_file())
    assert b"unique-words" not in left
    assert b"ann@example.org" not in left
    assert b"Bo Ray" in left


def test_what_was_on_file_on_an_earlier_day_is_shown_as_it_was(tmp_path: Path, home: Path) -> None:
    ticket = {"body": "call me", "customer": {"id": "C-1"}, "created_at": "2026-03-03T10:00:00Z"}
    run("advise", written(tmp_path, ticket | {"id": "t-1"}))
    assert "In force\n" in run("customers", "show", "C-1", "--at", "2026-03-10").output
    assert "Run out\n" in run("customers", "show", "C-1", "--at", "2026-06-10").output
    assert "No wish is on file.\n" in run("customers", "show", "C-1", "--at", "2026-03-01").output


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("C-1,x,phone,phone,,,", "phone is both wanted and refused: leave it in one of the columns"),
        ("C-1,x,,,billing,,", "for needs a wish: fill wants or refuses, or leave it empty"),
        ("C-1,x,phone,,,2026-05-01,2026-04-01", "until must be after since: correct one of the two"),
        ("C-1,not-an-address,,,,,", "email must be an e-mail address, was: 'not-an-address'"),
        ("C-9,y@example.org,,,,,", "the id C-9 stands in customers.csv, line 2 already: keep one"),
    ],
)
def test_a_row_that_contradicts_itself_or_another_is_named(tmp_path: Path, home: Path, row: str, sentence: str) -> None:
    row = row.replace(",x,", ",x@example.org,")
    heading = "id,email,wants,refuses,for,since,until\nC-9,z@example.org,,,,,\n"
    done = run("customers", "import", csv(tmp_path, heading + row + "\n"))
    assert done.exit_code == 1
    assert f"not taken: customers.csv, line 3: {sentence}" in done.output


def test_a_customer_is_found_by_name_and_address_too(tmp_path: Path, home: Path) -> None:
    run("customers", "import", csv(tmp_path, CUSTOMERS))
    by_id = run("customers", "show", "C-1").output
    assert run("customers", "show", "ann lee").output == by_id
    assert run("customers", "show", "ann@example.org").output == by_id


def test_a_wish_until_a_day_that_is_over_is_refused(tmp_path: Path, home: Path) -> None:
    run("customers", "import", csv(tmp_path, CUSTOMERS))
    done = run("customers", "wish", "C-1", "--wants", "phone", "--until", "2020-01-01")
    assert done.exit_code == 2
    assert "--until must be a day to come, was: 2020-01-01" in done.output


def test_a_topic_that_no_ticket_had_is_remarked_upon(tmp_path: Path, home: Path) -> None:
    run("customers", "import", csv(tmp_path, CUSTOMERS))
    done = run("customers", "wish", "C-1", "--wants", "phone", "--for", "holidays")
    assert done.exit_code == 0
    assert "holidays is no moment of truth, and no recorded ticket had it as its topic so far" in done.stderr
