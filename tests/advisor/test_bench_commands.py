"""`advisor bench`: its steps are the way of a ticket, and its table, JSON and page say the same of them."""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from advisor_builders import run

from advisor.advise import Advisor
from advisor.bench import MADE_OF, Parts, Step, Timed, Watch, Way
from advisor.charts import Slice, stacked_bar
from advisor.desk.bench_commands import NO_ARTICLES, shipped
from advisor.desk.bench_measure import Speed, Surroundings, Took, one_core, steps_of
from advisor.desk.bench_page import speed_page
from advisor.desk.bench_text import TITLE, speed_json, speed_sheet
from advisor.desk.compare_text import sheet_text
from advisor.errors import SettingsError
from advisor.records import Records
from advisor.settings import Settings
from advisor.types import Ticket
from advisor.wire import to_json
from index.settings import Precision

NAMES = [
    "what is on file",
    "words",
    "tokenising",
    "encoding",
    "close reading",
    "features and heads",
    "search",
    "ranking",
    "decision",
    "writing",
]
SHARES = (0.01, 0.09, 0.02, 0.4, 0.15, 0.1, 0.05, 0.15, 0.02, 0.01)
FOUND = Speed(
    tickets=240,
    different=12,
    steps=tuple(Took(step, share / 100, share / 200, share) for step, share in zip(Step, SHARES, strict=True)),
    mean=0.0125,
    median=0.011,
    slow=0.02,
    stream=123.44,
)
MADE_BY = Surroundings(
    versions={"program": "0.1.0", "NumPy": "2.4.6"},
    processor="x86_64 abc",
    encoder=23_060_000,
    precision="int8",
    heads=10_000_000,
    articles=48,
    passages=1204,
)
NEWEST = Ticket(
    id="t-1", subject="Sync", body="My phone does not sync. Please call me on +44 7700 900123, not by mail."
)


@pytest.fixture(scope="module")
def parts(demo_home: Path) -> Parts:
    return Parts.load(Settings(home=demo_home))


def dated(ticket: Ticket) -> Ticket:
    """With a time of its own, so that now plays no part."""
    return replace(ticket, created_at=shipped()[0].created_at)


def test_the_steps_come_to_the_same_advice_as_the_whole(parts: Parts) -> None:
    advisor = Advisor(parts.reader, parts.records, parts.experience, parts.promise)
    way = Way(parts, parts.kernel())
    long = Ticket(id="t-2", body="The app freezes when I add a photo to a job. " * 120)
    unread = (Ticket(id="t-3", body=" "), Ticket(id="t-4", body="Jag vill gärna att ni ringer mig om min faktura."))
    for ticket in (*shipped(), dated(NEWEST), dated(long), *map(dated, unread)):
        assert way.take(ticket, Watch()) == to_json(advisor.advise(ticket, record=False).recommendation)


def test_each_part_of_the_way_takes_its_time_and_an_empty_ticket_has_no_look(parts: Parts) -> None:
    way, whole, empty = Way(parts, parts.kernel()), Watch(), Watch()
    way.take(NEWEST, whole)
    way.take(Ticket(id="t-3", body=" "), empty)
    assert all(seconds > 0 for seconds in whole.seconds.values())
    assert {timed for timed, seconds in empty.seconds.items() if seconds == 0} == {
        *(Timed.LOOK, Timed.ENCODE, Timed.KERNEL, Timed.MARKS, Timed.READ, Timed.ANSWER, Timed.SEARCH)
    }


def test_whatever_is_timed_counts_once() -> None:
    counts = {timed: sum((timed in added) - (timed in taken) for added, taken in MADE_OF.values()) for timed in Timed}
    inside = {Timed.ENCODE, Timed.KERNEL, Timed.MARKS, Timed.SEARCH}
    assert counts == {timed: 0 if timed in inside else 1 for timed in Timed}


def test_a_step_that_is_a_difference_is_what_is_left() -> None:
    watches = [Watch(), Watch()]
    for watch, encode in zip(watches, (0.006, 0.004), strict=True):
        watch.seconds |= {Timed.LOOK: 0.010, Timed.ENCODE: encode, Timed.KERNEL: 0.004, Timed.MARKS: 0.003}
    took = {one.step: one for one in steps_of(watches)}
    assert took[Step.TOKENISING].mean == pytest.approx(0.001)
    assert took[Step.ENCODING].mean == pytest.approx(0.004)
    assert took[Step.HEADS].mean == pytest.approx(0.002)
    assert took[Step.CLOSE].share == pytest.approx(0.3)
    assert took[Step.CLOSE].rate == pytest.approx(1 / 0.003)
    assert (took[Step.DECISION].mean, took[Step.DECISION].rate) == (0.0, 0.0)


def test_a_step_that_chance_made_shorter_than_nothing_takes_no_time() -> None:
    watch = Watch()
    watch.seconds |= {Timed.ENCODE: 0.003, Timed.KERNEL: 0.004, Timed.LOOK: 0.01}
    took = {one.step: one for one in steps_of([watch])}
    assert (took[Step.TOKENISING].mean, took[Step.TOKENISING].median, took[Step.TOKENISING].share) == (0, 0, 0)
    assert sum(one.share for one in took.values()) == pytest.approx(1)


def test_text_says_every_step_and_the_whole() -> None:
    lines = sheet_text(TITLE, speed_sheet(FOUND, MADE_BY)).splitlines()
    at = lines.index("  step                mean ms  median ms    share  tickets a second")
    assert lines[at + 1 : at + 12] == [
        "  what is on file       0.100      0.050    1.0 %            10,000",
        "  words                 0.900      0.450    9.0 %             1,111",
        "  tokenising            0.200      0.100    2.0 %             5,000",
        "  encoding              4.000      2.000   40.0 %               250",
        "  close reading         1.500      0.750   15.0 %               667",
        "  features and heads    1.000      0.500   10.0 %             1,000",
        "  search                0.500      0.250    5.0 %             2,000",
        "  ranking               1.500      0.750   15.0 %               667",
        "  decision              0.200      0.100    2.0 %             5,000",
        "  writing               0.100      0.050    1.0 %            10,000",
        "  all steps            10.000             100.0 %               100",
    ]
    assert lines[at + 13 : at + 17] == [
        "The whole",
        "  One ticket alone           median 11.00 ms, 95 % within 20.00 ms, mean 12.50 ms",
        "  All steps together         10.00 ms of that mean; 2.50 ms (20.0 %) not accounted for",
        "  Many in a stream           123.4 tickets a second",
    ]
    assert "  sentence model             int8, 23.1 MB" in lines
    assert "  knowledge base             48 articles, 1,204 passages" in lines
    assert lines[3].startswith("  240 tickets (12 different), each alone.")


def test_json_says_what_the_text_says() -> None:
    found = json.loads(json.dumps(speed_json(FOUND, MADE_BY), default=str))
    assert [one["step"] for one in found["steps"]] == NAMES
    assert [one["share"] for one in found["steps"]] == list(SHARES)
    assert found["steps"][3] == {"step": "encoding", "mean": 4.0, "median": 2.0, "share": 0.4, "rate": 250.0}
    assert found["one"] == {"mean": 12.5, "median": 11.0, "within_95": 20.0}
    assert (found["steps_together"], found["not_accounted_for"], found["stream_rate"]) == (10.0, 2.5, 123.4)
    assert (found["versions"]["NumPy"], found["passages"], found["encoder_bytes"]) == ("2.4.6", 1204, 23_060_000)


def test_the_page_shows_the_picture_with_its_table_and_fetches_nothing() -> None:
    page = speed_page(speed_sheet(FOUND, MADE_BY), FOUND)
    (picture,) = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    assert "Longest: encoding, 4.00 of 10.00 ms" in picture
    assert all(f'<th scope="row">{name}</th>' in page for name in NAMES)
    assert '<td class="figure">40.0 %</td>' in page
    assert "<script" not in page
    assert not re.search(r"(?:src|href)=|url\(", page)


def test_a_stacked_bar_names_each_slice_with_its_share() -> None:
    svg = stacked_bar([Slice("encoding", 0.75), Slice("<rest>", 0.25)], "Time", axis="Share", said="Longest: encoding")
    texts = {"".join(one.itertext()) for one in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")}
    assert {"encoding, 75.0%", "<rest>, 25.0%", "75%", "25%", "Share", "Time"} <= texts
    with pytest.raises(ValueError, match="at most 10 slices, was given 11"):
        stacked_bar([Slice(str(number), 0.05) for number in range(11)], "Time", axis="Share", said="")


def test_the_command_measures_all_steps_and_records_nothing(demo_home: Path, tmp_path: Path) -> None:
    records = Records.open(demo_home / "advisor.db")
    before = records.counts()
    page = tmp_path / "speed.html"
    result = run("--home", str(demo_home), "bench", "--tickets", "13", "--json", "--html", str(page))
    assert result.exit_code == 0
    assert result.stderr.endswith(f"written: {page}\n")
    found = json.loads(result.stdout)
    assert [one["step"] for one in found["steps"]] == NAMES
    assert sum(one["share"] for one in found["steps"]) == pytest.approx(1)
    assert sum(one["mean"] for one in found["steps"]) == pytest.approx(found["steps_together"], abs=0.001)
    left = found["one"]["mean"] - found["steps_together"]
    assert found["not_accounted_for"] == pytest.approx(left, abs=0.001)
    assert (found["tickets"], found["different"], found["articles"]) == (13, 12, 48)
    assert found["one"]["within_95"] >= found["one"]["median"] > 0
    assert found["stream_rate"] > 0
    assert set(found["versions"]) == {"program", "Python", "ONNX Runtime", "NumPy", "FAISS", "spaCy"}
    assert "encoding" in page.read_text(encoding="utf-8")
    assert records.counts() == before


def test_an_archive_is_measured_without_the_rows_that_cannot_be_read(demo_home: Path, tmp_path: Path) -> None:
    archive = tmp_path / "tickets.csv"
    archive.write_text("id,body,created_at\n1,How do I add a photo?,2026-03-01\n2,Hello,soon\n3,Call me,2026-03-02\n")
    found = json.loads(run("--home", str(demo_home), "bench", str(archive), "--tickets", "3", "--json").stdout)
    assert (found["tickets"], found["different"]) == (3, 2)


def test_what_cannot_be_measured_is_one_sentence(demo_home: Path, tmp_path: Path) -> None:
    archive = tmp_path / "bad.csv"
    archive.write_text("id,body,created_at\n1,Hello,soon\n2,Hello,never\n")
    result = run("--home", str(demo_home), "bench", str(archive))
    assert result.exit_code == 2
    assert f"Error: {archive} must hold a ticket that can be read, and holds none" in result.stderr
    with pytest.raises(SettingsError, match="precision int8 or fp32, was: hash: change"):
        Parts.load(Settings(home=tmp_path, precision=Precision.HASH))


def test_an_empty_knowledge_base_is_said(fresh_home: Path) -> None:
    result = run("--home", str(fresh_home), "bench", "--tickets", "1", "--json")
    assert NO_ARTICLES in result.stderr
    assert [one["step"] for one in json.loads(result.stdout)["steps"]] == NAMES


def test_one_core_is_left_as_it_was() -> None:
    before = os.sched_getaffinity(0)
    with one_core():
        assert len(os.sched_getaffinity(0)) == 1
    assert os.sched_getaffinity(0) == before


def test_the_help_has_examples() -> None:
    assert run("bench", "--help").stdout.count("\n  Example: ") == 2
