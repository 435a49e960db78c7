"""`advisor compliance` and `advisor audit` from the command line, on five tickets that can be counted by hand."""

from __future__ import annotations

import csv
import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from advisor_builders import installed, records_in, run, written

from advisor.desk.compliance_page import harmless

HOSTILE = '=HYPERLINK("http://evil.example")'
CALLED = {"action": "live_human", "channel": "phone", "by": "<b>Bo</b>", "at": "2026-03-03T11:00:00Z"}
MAILED = CALLED | {"channel": "email"}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Four ask for a call: two were called, one was mailed, of one nothing is known. The fifth asks for nothing."""
    home = installed(tmp_path, monkeypatch)
    rows = [
        ticket("t-1", "Please call me.", CALLED),
        ticket("t-2", "Please call me.", CALLED),
        ticket("t-3", "Please call me <script>alert(1)</script>.", MAILED),
        ticket("t-4", "Please call me.", None),
        ticket("t-5", "My password is gone.", MAILED),
    ]
    assert run("advise", "--json", written(tmp_path, *rows)).exit_code == 0
    return home


def ticket(id: str, body: str, handled: dict[str, str] | None) -> dict[str, object]:
    """Each of a customer of its own; the account of t-3 has a name that a spreadsheet would run."""
    account = {"id": HOSTILE if id == "t-3" else "A-1"}
    row: dict[str, object] = {
        "id": id,
        "body": body,
        "created_at": "2026-03-03T10:00:00Z",
        "customer": {"id": f"C-{id}"},
    }
    return row | {"account": account} | ({"handled": handled} if handled is not None else {})


class Tags(HTMLParser):
    """The tags and attributes of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("href", "src", "action")]


def test_the_text_has_numerator_denominator_interval_and_the_unknown(home: Path) -> None:
    shown = run("compliance")
    assert shown.exit_code == 0
    lines = [" ".join(line.split()) for line in shown.output.splitlines()]
    assert lines[:7] == [
        "What was done against what customers wished",
        "Recorded tickets 5",
        "With a stated wish 4",
        "Honoured 2 of 3 (66.7 %, 20.8 to 93.9)",
        "by a later choice 0, where the first was not to be had",
        "Breached 1",
        "Unknown 1, not known well enough what was done",
    ]
    assert "technical support 2 of 3 (66.7 %, 20.8 to 93.9) 0 1" in lines
    assert "t-3 2026-03-03 wanted a call: overridden" in lines
    assert "done: person by e-mail, by <b>Bo</b>, Tuesday 3 March 2026, 11:00 (GMT)" in lines
    assert "“call me”" in lines
    assert "as the file says 4 of 4 (100.0 %, 51.0 to 100.0)" in lines
    assert any(line.startswith("Wishes that the reader misses flatter these figures") for line in lines)


def test_json_holds_the_same_with_every_breach(home: Path) -> None:
    found = json.loads(run("compliance", "--by", "account", "--json").stdout)
    assert (found["tickets"], found["stated"], found["by"]) == (5, 4, "account")
    assert found["all"]["honoured"] | {"low": 0, "high": 0} == {
        "count": 2,
        "of": 3,
        "share": 2 / 3,
        "low": 0,
        "high": 0,
    }
    assert found["all"]["unknown"] == 1
    assert found["groups"]["A-1"]["honoured"]["count"] == 2
    assert [(one["ticket_id"], one["cause"], one["unmet"]) for one in found["breaches"]] == [
        ("t-3", "overridden", ["phone"])
    ]
    assert found["ideal"]["technical_support"]["ideal"] == "as it came, within 4 h"
    assert found["audit"] is None


def test_csv_is_harmless_in_a_spreadsheet(home: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(run("compliance", "--by", "account", "--csv").stdout)))
    assert rows[0] | {"low": "", "high": ""} == {
        "figure": "honoured", "by": "all", "group": "all", "count": "2", "of": "3", "share": "0.6667",
        "low": "", "high": "", "by_later_choice": "0", "breached": "1", "unknown": "1",
    }  # fmt: skip
    groups = {row["group"]: (row["count"], row["of"]) for row in rows if row["by"] == "account"}
    assert groups == {"A-1": ("2", "2"), f"'{HOSTILE}": ("0", "1")}
    for sign in "=+-@":
        assert harmless(f"{sign}1+1").startswith("'")
    assert harmless("A-1") == "A-1"


def test_the_page_stands_alone_and_runs_nothing_of_what_came(home: Path, tmp_path: Path) -> None:
    page = tmp_path / "compliance.html"
    done = run("compliance", "--by", "account", "--html", str(page))
    assert (done.exit_code, done.stdout) == (0, f"written: {page}\n")
    text, tags = page.read_text(encoding="utf-8"), Tags()
    tags.feed(text)
    assert {"script", "b", "img", "link", "iframe"} & tags.seen == set()
    assert {"svg", "table", "caption"} <= tags.seen
    assert tags.addresses == []
    assert "&lt;b&gt;Bo&lt;/b&gt;" in text
    assert "Honoured: 2 of 3 (66.7 %, 20.8 to 93.9)" in text


def test_days_leave_out_what_came_before_and_after(home: Path) -> None:
    assert json.loads(run("compliance", "--since", "2026-03-03", "--json").stdout)["tickets"] == 5
    late = run("compliance", "--since", "2026-03-04")
    assert late.exit_code == 2
    assert "no recorded ticket to count: advisor advise records tickets" in late.output
    assert "give one of --json and --csv" in run("compliance", "--json", "--csv").output


def test_a_draw_is_labelled_blind_left_undone_and_resumed(home: Path) -> None:
    drawn = run("audit", "sample", "4", "--seed", "1")
    assert drawn.stdout.startswith("4 tickets drawn (seed 1): 3 of those in which a wish was heard, 1 of the others.")
    first = run("audit", "label", "--by", "Cy", came="t\nzz\nu\nA\ns\nq\n")
    assert first.exit_code == 0
    assert "a label must be of the keys a e c t p or n alone, was: 'zz'" in first.output
    assert first.output.endswith("1 labelled, 3 left: advisor audit label goes on\n")
    for told in ("live_human", "overridden", "asks_for_person", "Respond by", "heard", "0.97"):
        assert told not in first.output.split("what is labelled stays")[1]
    (label,) = records_in(home).audits.labelled()
    assert json.loads(label.label or "") == [{"channel": "self_service", "stance": "refuses", "order": 1}]
    assert label.by == "Cy"
    again = run("audit", "label", "--by", "Cy", came="u\nt\nt\nt\nn\n")
    assert again.output.endswith("4 labelled, 0 left\n")
    assert len(records_in(home).audits.labelled()) == 4
    nothing = run("audit", "label")
    assert (nothing.exit_code, "no drawn ticket waits for a label" in nothing.output) == (2, True)


def test_the_end_of_the_input_leaves_what_is_labelled(home: Path) -> None:
    run("audit", "sample", "3", "--seed", "1")
    done = run("audit", "label", came="t\n")
    assert (done.exit_code, done.output.splitlines()[-1]) == (0, "1 labelled, 2 left: advisor audit label goes on")


def test_labels_correct_the_figure_and_say_where_they_are_too_few(home: Path) -> None:
    """The reader hears every call; in the one silent ticket a call was wanted too, and it was mailed."""
    run("audit", "sample", "5", "--seed", "1")
    for audit in records_in(home).audits.open():
        records_in(home).audits.label(
            audit.id, [{"channel": "phone", "stance": "wants", "order": 1}], by="Cy", at=audit.drawn_at
        )
    found = json.loads(run("compliance", "--json").stdout)
    assert found["all"]["honoured"]["count"] == 2
    assert found["audit"]["share"]["value"] == 0.5  # 2 of 4
    assert found["audit"]["recall"]["value"] == 0.8  # 4 of 5
    assert found["audit"]["labels"] == {"heard": 4, "not_heard": 1}
    text = run("compliance").output
    assert re.search(r"Wishes the reader hears +80\.0 % \(", text)
    assert re.search(r"Honoured, corrected +50\.0 % \(", text)
    assert "Too few to rely on       5 labelled wishes, of at least 10" in text
    shown = run("audit", "show")
    assert "5 of 5 labelled" in shown.output
    assert json.loads(run("audit", "show", "--json").stdout)["audit"] == found["audit"]


def test_an_audit_without_a_draw_says_how_to_draw(home: Path) -> None:
    shown = run("audit", "show")
    assert (shown.exit_code, "no ticket was drawn yet: advisor audit sample 100 draws some" in shown.output) == (
        2,
        True,
    )


@pytest.mark.parametrize("command", ["compliance", "audit", "outcomes"])
def test_help_has_an_example(command: str) -> None:
    shown = run(command, "--help")
    assert shown.exit_code == 0
    assert f"Example: advisor {command}" in shown.output
