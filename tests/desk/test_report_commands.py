"""`advisor report` from the command line, on a few tickets that can be counted by hand, some of them hostile."""

from __future__ import annotations

import csv
import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
from advisor_builders import installed, run, written

from advisor.desk.report_cells import Grid, ReportPart, csv_of, shown
from advisor.insight.intervals import Difference, Mean, Quantile, Score, Share

HOSTILE = '=HYPERLINK("http://evil.example")'
SCRIPT = "<script>alert(1)</script>"
CALLED = {"action": "live_human", "channel": "phone", "by": "Bo Anders", "at": "2026-03-03T11:00:00Z"}
MAILED = CALLED | {"channel": "email"}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Four ask for a call in week 10: two were called, one was mailed, of one nothing is known; one came before."""
    home = installed(tmp_path, monkeypatch)
    rows = [
        ticket("t-1", "Please call me.", CALLED, csat=5, nps=10),
        ticket("t-2", "Please call me.", CALLED, csat=4, nps=7),
        ticket("=t-3", f"Please call me {SCRIPT}.", MAILED, csat=1, nps=2, subject=HOSTILE),
        ticket("t-4", "Please call me.", None),
        ticket("t-5", "My password is gone.", MAILED, created_at="2026-02-24T10:00:00Z"),
    ]
    assert run("advise", "--json", written(tmp_path, *rows)).exit_code == 0
    return home


def ticket(id: str, body: str, handled: dict[str, str] | None, **facts: object) -> dict[str, object]:
    """Each of a customer of its own, those with a bad end under a name that a spreadsheet would run."""
    customer = {"id": HOSTILE if id == "=t-3" else f"C-{id}"}
    row: dict[str, object] = {"id": id, "body": body, "created_at": "2026-03-03T10:00:00Z", "customer": customer}
    return row | facts | ({"handled": handled} if handled is not None else {})


def lines_of(*arguments: str) -> list[str]:
    result = run("report", *arguments)
    assert result.exit_code == 0, result.output
    return [" ".join(line.split()) for line in result.output.splitlines()]


class Tags(HTMLParser):
    """The tags and addresses of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.addresses: list[str] = []
        self.handlers: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("href", "src", "action", "xlink:href")]
        self.handlers += [name for name, _ in attrs if name.startswith("on")]


def test_an_empty_home_says_that_nothing_is_recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(tmp_path, monkeypatch)
    for arguments in ((), ("--week",), ("--shadow",), ("--since", "2026-01-01")):
        result = run("report", *arguments)
        assert (result.exit_code, result.output) == (0, "nothing recorded yet: advisor advise records tickets\n")


def test_the_text_has_denominators_intervals_the_time_before_and_the_unknown(home: Path) -> None:
    lines = lines_of("--week", "2026-W10")
    assert lines[0] == "The week in support: Week 10 of 2026, 2 to 8 March 2026"
    assert "4 tickets came, in the 7 days before 1." in lines
    assert "wishes honoured 2 of 3: 66.7 % (20.8 to 93.9) 0 of 0 —" in lines
    assert "1 of 3 tickets with a stated wish, of which it is known what was done; of 1 it is not." in lines
    assert "Missed: wanted a call 1." in lines
    assert "answered, of all tickets 3 of 4: 75.0 % (30.1 to 95.4) 0 of 1: 0.0 % (0.0 to 79.3)" in lines
    assert any(line.startswith("score, points +0 (-") for line in lines)
    assert "all 1.00 of 3 1.00 (1.00 to —) of 3 1 — 3 of 3: 100.0 % (43.9 to 100.0)" in lines
    assert "Nobody has looked for gaps yet: advisor kb gaps does." in lines


def test_the_last_week_and_the_four_weeks_to_the_newest_ticket_are_found(home: Path) -> None:
    assert lines_of("--week")[0] == "The week in support: Week 10 of 2026, 2 to 8 March 2026"
    assert lines_of()[0] == "Support: 4 February to 3 March 2026"
    assert lines_of("--until", "2026-03-01")[0] == "Support: 1 to 28 February 2026"
    assert lines_of("--since", "2026-02-24", "--until", "2026-02-25")[0] == "Support: 24 February 2026"
    assert "1 ticket came, in the day before 0." in lines_of("--since", "2026-02-24", "--until", "2026-02-25")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--week", "2026-W54"), "--week must be a week of a year, such as 2026-W23, was: '2026-W54'"),
        (("--week", "soon"), "--week must be a week of a year, such as 2026-W23, was: 'soon'"),
        (("--week", "2026-W10", "--since", "2026-03-01"), "give one of --week and --since or --until"),
        (
            ("--since", "2026-03-05", "--until", "2026-03-05"),
            "--until must be later than --since (2026-03-05), was: 2026-03-05",
        ),
    ],
)
def test_a_range_that_cannot_be_is_refused(home: Path, arguments: tuple[str, ...], said: str) -> None:
    result = run("report", *arguments)
    assert result.exit_code == 2
    assert said in result.stderr


def test_the_digest_stands_alone_with_each_picture_beside_its_table(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "monday.html"
    assert f"written: {path}" in run("report", "--week", "--html", str(path)).output
    page = path.read_text(encoding="utf-8")
    tags = Tags()
    tags.feed(page)
    assert not {"script", "iframe", "link", "img", "object", "base"} & set(tags.seen)
    assert tags.handlers == []
    assert all(address.startswith("#part-") for address in tags.addresses)
    foreign = set(re.findall(r"https?://[^\s\"'<>]+", page)) - {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
    }
    assert {address for address in foreign if "evil.example" not in address} == set()
    assert SCRIPT not in page
    assert "@media print" in page
    for section in re.findall(r"<section.*?</section>", page, re.DOTALL):
        assert "<svg" not in section or "<table" in section
    assert page.count("<svg") >= 6


def test_no_report_names_an_agent(home: Path, tmp_path: Path) -> None:
    for name, arguments in (("a", ("--week",)), ("b", ("--week", "--shadow"))):
        path = tmp_path / f"{name}.html"
        shown_as_text = run("report", *arguments).output
        assert run("report", *arguments, "--html", str(path)).exit_code == 0
        assert "Bo Anders" not in shown_as_text + path.read_text(encoding="utf-8")


def test_every_table_is_in_the_csv_and_no_cell_is_a_formula(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "week.csv"
    assert run("report", "--week", "--csv", str(path)).exit_code == 0
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))
    assert ["Unmet wishes"] in rows
    honoured = next(row for row in rows if row[:1] == ["wishes honoured"])
    assert honoured[1:6] == ["2", "3", "0.6667", "0.2077", "0.9385"]
    assert any(row[:1] == ["'=t-3"] for row in rows)
    assert any(row[:1] == [f"'{HOSTILE}"] for row in rows)
    cells = [cell for row in rows for cell in row]
    dangerous = [cell for cell in cells if cell.startswith(("=", "+", "@", "\t", "\r"))]
    assert dangerous == []
    assert [cell for cell in cells if cell.startswith("-") and not re.fullmatch(r"-\d+(\.\d+)?", cell)] == []


def test_json_carries_the_figures_as_objects(home: Path) -> None:
    found = json.loads(run("report", "--week", "--json").output)
    assert (found["since"], found["until"]) == ("2026-03-02", "2026-03-09")
    parts = {part["name"]: part for part in found["parts"]}
    first = parts["changes"]["rows"][0]
    assert first["now"] == {"count": 2, "of": 3, "share": pytest.approx(2 / 3), "low": 0.2077, "high": 0.9385} | {
        "low": first["now"]["low"],
        "high": first["now"]["high"],
    }
    assert {"unmet", "topics", "times", "csat", "nps", "volumes", "promise"} <= parts.keys()


def test_each_picture_is_written_by_its_name(home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    assert run("report", "--week", "--svg", str(folder)).exit_code == 0
    names = {path.name for path in folder.iterdir()}
    assert {"volumes.svg", "wishes.svg", "times.svg", "csat.svg", "nps.svg"} <= names
    for path in folder.iterdir():
        drawn = ElementTree.fromstring(path.read_text(encoding="utf-8"))
        assert drawn.tag.endswith("svg")
        assert drawn.find("{http://www.w3.org/2000/svg}title") is not None


def test_shadow_tells_what_would_have_been_done(home: Path) -> None:
    lines = lines_of("--shadow", "--week")
    assert lines[0] == "What the advisor would have done: Week 10 of 2026, 2 to 8 March 2026"
    assert "4 tickets; of 3 it is known whether an article or a person answered, of 1 it is not." in lines
    assert "the same action 3 of 3: 100.0 % (43.9 to 100.0)" in lines
    assert any(line.startswith("missed by agents, the advice would have met it 1 of 3") for line in lines)
    assert "wanted a call 1 0" in lines


def test_cells_say_what_they_are_of() -> None:
    assert shown(Share.of_counts(2, 3)) == "2 of 3: 66.7 % (20.8 to 93.9)"
    assert shown(Difference(-0.25, -0.5, 0.125, 40)) == "-25.0 (-50.0 to +12.5)"
    assert shown(Quantile(1.5, 1.0, None, 20)) == "1.50 (1.00 to —) of 20"
    assert shown(Mean(None, None, None, 0)) == "—"
    assert shown(Score(25.0, -11.7, 55.2, 20)) == "+25 (-12 to +55) of 20"
    assert (shown(None), shown(1200), shown(0.5), shown("x")) == ("—", "1,200", "0.5", "x")


def test_a_figure_takes_a_column_for_each_of_its_numbers() -> None:
    rows = (("a", Share.of_counts(1, 2)), ("@b", None))
    part = ReportPart(name="x", title="=Title", grid=Grid(("group", "done"), rows))
    found = list(csv.reader(io.StringIO(csv_of([part]))))
    assert found == [
        ["'=Title"],
        ["group", "done: count", "done: of", "done: share", "done: low", "done: high"],
        ["a", "1", "2", "0.5", "0.0945", "0.9055"],
        ["'@b", "", "", "", "", ""],
    ]
