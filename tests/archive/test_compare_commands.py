"""`advisor compare` on files: what it prints, its page, its exit status and what it refuses."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
from advisor_builders import run
from result_builders import person, row, written

DONE = {"handled_action": "live_human", "handled_channel": "phone"}
OLD = [row(f"t-{number}", **DONE) for number in range(9)] + [row("gone")]
NEW = [
    person("t-0", **DONE, wishes=("phone:wants",), unmet=("phone",), models="models-2"),
    *(row(f"t-{number}", **DONE, models="models-2") for number in range(1, 9)),
    row("new"),
]


@pytest.fixture
def old(tmp_path: Path) -> str:
    return str(written(tmp_path / "old.jsonl", *OLD))


@pytest.fixture
def new(tmp_path: Path) -> str:
    return str(written(tmp_path / "new.csv", *NEW))


def test_two_results_are_compared_in_words(old: str, new: str) -> None:
    lines = run("compare", old, new).stdout.splitlines()
    assert lines[:9] == [
        "old.jsonl → new.csv",
        "",
        "In all",
        "  Tickets in both            9",
        "  Only in old.jsonl          1",
        "  Only in new.csv            1",
        "  Advices that change        1 of 9 (11.1 %, 2.0 to 43.5)",
        "  To an article              0 of 9 (0.0 %, 0.0 to 29.9)",
        "  To a person                1 of 9 (11.1 %, 2.0 to 43.5)",
    ]
    assert "  models           models-1      models-2        9" in lines
    assert "  article by e-mail  person by e-mail        1" in lines
    at = lines.index("  t-0 (local)")
    assert lines[at + 1 : at + 5] == [
        "      article by e-mail → person by e-mail; technical support, Account; a call unmet",
        "      Before      Article fit 0.90, estimated on other companies' data; 0.30 was needed. [cost]",
        "      After       Article fit 0.20; 0.30 was needed. [cost]",
        "      Done        person by phone",
    ]
    assert (
        "  Agreeing is not being right: what was done is what people did then, not what served the customer." in lines
    )
    assert all(len(line) <= 100 for line in lines)


def test_the_same_comes_as_json(old: str, new: str) -> None:
    found = json.loads(run("compare", old, new, "--json").stdout)
    assert (found["tickets"], found["only_old"], found["only_new"]) == (9, 1, 1)
    assert (found["changed"]["count"], found["changed"]["of"], found["to_person"]["count"]) == (1, 9, 1)
    assert found["changed"]["low"] == pytest.approx(0.0199, abs=1e-4)
    email = {"channel": "email"}
    assert found["moves"] == [
        {"before": email | {"action": "self_service"}, "after": email | {"action": "live_human"}, "tickets": 1},
        {"before": email | {"action": "self_service"}, "after": email | {"action": "self_service"}, "tickets": 8},
    ]
    assert found["unmet"]["wishes"]["phone"] == {"before": 0, "after": 1}
    assert found["made_by"]["models"] == [{"before": "models-1", "after": "models-2", "tickets": 9}]
    assert found["done"]["old"]["agreeing"]["count"] == 0
    assert found["done"]["new"]["agreeing"]["count"] == 1
    (telling,) = found["telling"]
    assert (telling["after"]["ticket_id"], telling["unmet"], telling["after"]["why"]) == (
        "t-0",
        ["phone"],
        "Article fit 0.20; 0.30 was needed.",
    )


def test_one_result_stands_beside_what_was_done(new: str) -> None:
    lines = run("compare", new, "--examples", "2").stdout.splitlines()
    assert lines[:5] == [
        "new.csv beside what was really done",
        "",
        "In all",
        "  Advices                    10",
        "  Known what was done        9 of 10 (90.0 %, 59.6 to 98.2)",
    ]
    assert "  article advised, person done         8  88.9 % (56.5 to 98.0)" in lines
    assert "  person advised, person done          1   11.1 % (2.0 to 43.5)" in lines
    assert "  same channel, persons in both   0 of 1    0.0 % (0.0 to 79.3)" in lines
    assert sum(line.startswith("      advised article by e-mail, done person by phone") for line in lines) == 2
    found = json.loads(run("compare", new, "--json").stdout)
    assert (found["result"], found["known"]["count"], found["agreeing"]["count"]) == ("new.csv", 9, 1)


class Page(HTMLParser):
    """Which elements a page has, and what it would fetch."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.fetched: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.fetched += [value or "" for name, value in attrs if name in ("src", "href", "xlink:href", "srcset")]


def test_the_page_stands_alone_with_a_table_to_each_picture(old: str, new: str, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    assert run("compare", old, new, "--html", str(path)).stdout == f"written: {path}\n"
    text = path.read_text(encoding="utf-8")
    page = Page(text)
    assert (page.tags.count("svg"), page.tags.count("script"), page.fetched) == (3, 0, [])
    for section in re.findall(r"<section.*?</section>", text, re.DOTALL):
        assert ("<svg" not in section) or ("<table>" in section)
    assert "url(" not in text
    assert "prefers-color-scheme: dark" in text
    for picture in re.findall(r"<svg.*?</svg>", text, re.DOTALL):
        ElementTree.fromstring(picture)
        assert 'fill="currentColor"' in picture
        assert 'fill="white"' not in picture
    assert "<td>Article fit 0.20" not in text
    assert "<dd>Article fit 0.20; 0.30 was needed. [cost]</dd>" in text


def test_the_page_of_one_result_shows_moments_and_moves(new: str, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    assert run("compare", new, "--html", str(path), "--json").stderr == f"written: {path}\n"
    text = path.read_text(encoding="utf-8")
    assert "Advice and what was done agree, by moment" in text
    assert Page(text).tags.count("svg") == 2


def test_what_comes_from_outside_is_escaped(tmp_path: Path) -> None:
    bad = "<script>alert(1)</script>\x1b[31m\ufffe"
    old = written(tmp_path / "old.jsonl", row(bad, topic=bad, moment=bad, persona=bad, models=bad))
    new = written(tmp_path / "new.jsonl", person(bad, topic=bad, moment=bad, persona=bad, why=bad))
    path = tmp_path / "page.html"
    run("compare", str(old), str(new), "--html", str(path))
    assert "<script" not in path.read_text(encoding="utf-8")
    assert "\x1b" not in path.read_text(encoding="utf-8") + run("compare", str(old), str(new)).stdout


@pytest.mark.parametrize(("most", "status"), [("0.12", 0), ("0.11", 1), ("0", 1), ("1", 0)])
def test_more_changes_than_allowed_fail(most: str, status: int, old: str, new: str) -> None:
    result = run("compare", old, new, "--fail-over", most)
    assert result.exit_code == status
    told = f"1 of 9 advices changed (11.1 %), which is more than {100 * float(most):g} %\n"
    assert result.stderr == (told if status else "")


def test_a_share_of_changes_that_is_just_allowed_passes(tmp_path: Path) -> None:
    old = written(tmp_path / "old.jsonl", *(row(f"t-{number}") for number in range(10)))
    new = written(tmp_path / "new.jsonl", person("t-0"), *(row(f"t-{number}") for number in range(1, 10)))
    assert run("compare", str(old), str(new), "--fail-over", "0.1").exit_code == 0


def test_long_names_give_way_to_the_figures(tmp_path: Path) -> None:
    topic = "How to move every mailbox of a company to another plan"
    old = written(tmp_path / "old.jsonl", *(row(f"t-{number}", topic=topic) for number in range(1500)))
    new = written(tmp_path / "new.jsonl", *(person(f"t-{number}", topic=topic) for number in range(1500)))
    lines = run("compare", str(old), str(new)).stdout.splitlines()
    assert max(map(len, lines)) == 100
    (shown,) = [line for line in lines if line.startswith("  How to move")]
    assert shown.split("…")[1].split() == [
        *("1,500", "1,500", "100.0", "%", "(99.7", "to", "100.0)", "0", "1,500", "0", "0")
    ]


def test_rows_that_are_repeated_are_told(tmp_path: Path, old: str) -> None:
    new = written(tmp_path / "new.jsonl", row("t-1"), row("t-1"), row("t-1"))
    assert (
        "  Repeated in new.jsonl      2 rows; of a ticket the last one counts"
        in run("compare", old, str(new)).stdout.splitlines()
    )


def test_results_of_one_name_are_told_apart_by_their_folders(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
    old, new = (str(written(tmp_path / folder / "r.jsonl", row())) for folder in ("a", "b"))
    assert json.loads(run("compare", old, new, "--json").stdout)["old"] == old


def test_what_cannot_be_compared_is_refused(tmp_path: Path, old: str) -> None:
    other = str(written(tmp_path / "other.parquet", row("x-1"), row("x-2")))
    for arguments, said in (
        ((old, old), "OLD and NEW must be two files, were both: "),
        ((old, other), f"no ticket stands in both results: {old} has 10, {other} has 2 others: compare results of one"),
        ((other,), "no row of its 2 says what was really done (handled_action): name a second result"),
        ((old, str(tmp_path / "none.jsonl")), "none.jsonl cannot be used (No such file or directory)"),
        ((old, str(tmp_path / "tickets.xlsx")), "the name of a result must end in one of .jsonl"),
        ((old, "--fail-over", "0.1"), "--records and --fail-over need OLD and NEW"),
        (("now", "--records"), "--records and --fail-over need OLD and NEW"),
    ):
        result = run("compare", *arguments)
        assert result.exit_code == 2
        assert said in result.stderr


def test_a_row_of_another_vocabulary_is_named(tmp_path: Path, old: str) -> None:
    new = written(tmp_path / "new.jsonl", row("t-1"), row("t-2", action="robot"))
    result = run("compare", old, str(new))
    assert result.exit_code == 2
    assert f"{new}, row 2: 'robot' is not a valid Action: score its archive again" in result.stderr


def test_the_help_has_examples() -> None:
    result = run("compare", "--help")
    assert result.exit_code == 0
    assert result.stdout.count("\n  Example: ") == 4
