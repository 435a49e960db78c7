"""`advisor promise` as it is typed, on records that hold some hundred outcomes."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree

import pytest
from advisor_builders import COMPANY, RESET, records_in
from click.testing import CliRunner, Result

from advisor.advise import Advice
from advisor.charts import Risk, promise_curve
from advisor.decision.decide import decide
from advisor.desk.promise_commands import promise
from advisor.records import Records
from advisor.settings import Settings
from advisor.types import (
    Action,
    Channel,
    Customer,
    Document,
    Evidence,
    Handled,
    Outcome,
    OutcomeKind,
    Promise,
    Readability,
    Span,
    Ticket,
)
from index.settings import KnowledgeSettings

START = datetime.now(UTC) - timedelta(days=90)
TEXT = "I forgot my password"
DOCUMENT = Document(
    text=TEXT,
    subject=Span(0, 0),
    messages=(Span(0, len(TEXT)),),
    authors=(None,),
    sentences=(),
    language="en",
    language_probability=1.0,
    readability=Readability.READABLE,
    phone=None,
)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder, put together without a model."""

    def open_records(settings: Settings) -> Records:
        return records_in(settings.home)

    wiring = ModuleType("advisor.wiring")
    vars(wiring).update(open_records=open_records, experience_of=lambda *_: COMPANY)
    monkeypatch.setitem(sys.modules, "advisor.wiring", wiring)
    return tmp_path


def run(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(promise, list(arguments), obj=KnowledgeSettings(home))


def with_outcomes(home: Path, count: int, *, wrong: int = 0) -> Records:
    """Articles given by cost 90 days ago, a minute apart; the first ones turned out wrong."""
    records, advices = records_in(home), []
    for number in range(count):
        at = START + timedelta(minutes=number)
        told = Evidence(
            ticket_id=f"t-{number}",
            at=at,
            came_by=Channel.EMAIL,
            readability=Readability.READABLE,
            language="en",
            candidates=(RESET,),
            p_resolve=0.4 + number % 50 / 100,
        )
        ticket = Ticket(id=told.ticket_id, body=TEXT, created_at=at, customer=Customer(id=f"c-{number}"))
        advices.append(Advice(ticket, DOCUMENT, told, decide(told, COMPANY, Promise())))
    records.save(advices)
    for one in advices:
        sent = Handled(action=Action.SELF_SERVICE, at=one.ticket.created_at)
        records.outcomes.keep_handled("local", one.ticket.id, sent, told_by="import")
    bad = [
        Outcome(ticket_id=f"t-{number}", kind=OutcomeKind.CONTRADICTED, at=START + timedelta(days=1))
        for number in range(wrong)
    ]
    records.outcomes.add(bad, by="test")
    return records


def test_until_something_is_certified_the_figure_is_an_estimate_and_nowhere_a_chance(home: Path) -> None:
    with_outcomes(home, 100, wrong=3)
    shown = run(home)
    assert shown.exit_code == 0
    assert "article fit, estimated on other companies' data" in shown.output
    assert "chance" not in shown.output
    assert "By cost            3 wrong of 100 (3.0%)" in shown.output
    assert "No look was taken so far." in shown.output
    assert "        1.0%      560      460" in shown.output
    exactly = (
        "In repeated use, 95 % of certifications choose a policy whose long-run wrong share is at most 5 % under "
        "unchanged conditions."
    )
    assert exactly in " ".join(shown.output.split())


def test_a_look_puts_in_force_what_it_certifies_and_is_not_repeated_within_a_month(home: Path) -> None:
    records = with_outcomes(home, 800)
    taken = run(home, "--certify")
    assert taken.exit_code == 0, taken.output
    assert "  State              kept" in taken.output
    assert "one threshold for all moments was certified" in taken.output
    kept = records.promises.in_force()
    assert kept is not None
    assert kept.threshold == 0.4
    again = run(home, "--certify")
    assert again.exit_code != 0
    assert "a look may be taken once in 30 days" in str(again.exception)
    assert len(records.promises.looks()) == 1


def test_a_promise_by_other_costs_is_shown_as_set_aside_with_what_mends_it(home: Path) -> None:
    records = with_outcomes(home, 800)
    run(home, "--certify")
    kept = records.promises.in_force()
    assert kept is not None
    assert "by the costs of today's experience file" in run(home).output
    records.promises.keep(replace(kept, costs=""), at=datetime.now(UTC))
    shown = run(home).output
    assert "  State              set aside, certified by other costs; the stricter of" in shown
    assert "  To mend this       put the costs back, or certify again with advisor promise --certify" in shown
    assert json.loads(run(home, "--json").stdout)["promise"]["set_aside"] is True


def test_too_few_outcomes_spend_no_look(home: Path) -> None:
    records = with_outcomes(home, 20)
    refused = run(home, "--certify")
    assert "a look needs at least 164 outcomes, there are 20" in str(refused.exception)
    assert records.promises.looks() == []
    assert run(home, "--early").exit_code == 2


def test_an_installation_without_outcomes_is_shown_too(home: Path) -> None:
    shown = run(home)
    assert shown.exit_code == 0
    assert "By cost            none yet" in shown.output
    assert "By threshold" not in shown.output


def test_the_json_holds_what_the_text_says(home: Path) -> None:
    with_outcomes(home, 100, wrong=3)
    shown = json.loads(run(home, "--json").stdout)
    assert shown["figure"] == "article fit, estimated on other companies' data"
    assert shown["promise"]["sides"]["sent"] == {"n": 100, "wrong": 3}
    assert shown["promise"]["state"] == "not_yet"
    assert [row["needed"] for row in shown["promise"]["missing"]] == [560, 1150, 2870, 12670]


def test_the_curve_is_drawn_with_what_was_promised(home: Path, tmp_path: Path) -> None:
    with_outcomes(home, 100, wrong=3)
    picture = tmp_path / "promise.svg"
    assert run(home, "--picture", str(picture)).exit_code == 0
    told = ElementTree.fromstring(picture.read_text(encoding="utf-8"))
    assert told.findtext("{http://www.w3.org/2000/svg}desc") == (
        "3 wrong of 100 at the threshold in force (0.30); the broken line is the promised 5%; the band reaches up to "
        "the upper bound"
    )


def test_a_curve_names_each_threshold() -> None:
    svg = promise_curve(
        [Risk(0.9, 0.1, 0.0, 0.2), Risk(0.4, 1.0, 0.03, 0.05)], "T", promised=0.05, in_force=0.4, said="s"
    )
    words = ["".join(one.itertext()) for one in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]
    assert {"0.90", "0.40", "Share of these that is wrong"} <= set(words)
