"""`advisor why` and `advisor replay` on tickets that are read by single words."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

import pytest
from advisor_builders import COMPANY, NOW, an_advisor, installed, records_in, run

from advisor.advise import Advisor
from advisor.decision.experience import default_text
from advisor.decision.policy import costs_of
from advisor.decision.receipt import NUMBER
from advisor.decision.willingness import Why
from advisor.desk.receipt_text import TITLES, WHY
from advisor.records import Records
from advisor.types import Customer, Promise, PromiseState, Stance, Ticket, Wish, WishChannel, WishSource
from advisor.wire import ticket_from

ASKED = Ticket(id="t-1", subject="Sign-in", body="I forgot my password.", created_at=NOW)
CALLS = Ticket(id="t-2", subject="Sign-in", body="My password is gone, call me.", created_at=NOW)
OLD = Wish(
    channel=WishChannel.CHAT,
    stance=Stance.WANTS,
    source=WishSource.CUSTOMER,
    expires=datetime(2026, 1, 1, tzinfo=UTC),
)
STRICTER = default_text().replace("shipped_threshold = 0.3 ", "shipped_threshold = 0.99 ")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return installed(tmp_path, monkeypatch)


@pytest.fixture
def records(home: Path) -> Records:
    """Two tickets, advised and recorded, with the experience file that was in force."""
    home.mkdir(parents=True)
    records = records_in(home)
    records.keep_experience(COMPANY.fingerprint, default_text())
    list(an_advisor(records).advise_many([ASKED, replace(CALLS, customer=Customer(id="c", wishes=(OLD,)))]))
    return records


def _stricter(folder: Path) -> str:
    path = folder / "stricter.toml"
    path.write_text(STRICTER, encoding="utf-8")
    return str(path)


def _break(records: Records, before: str, after: str) -> None:
    """Change what is stored, as a later program would have decided otherwise."""
    with records.file.writing() as tables:
        tables.execute("update recommendations set json = replace(json, ?, ?)", [before, after])


def test_the_receipt_says_rule_words_and_the_smallest_changes(records: Records) -> None:
    lines = run("why", "t-2").stdout.splitlines()
    assert lines[:4] == [
        "t-2: Sign-in",
        "  Came        Tuesday 3 March 2026, 10:00 (UTC)",
        "  Advice      person, by phone; queue tier1",
        "  Decided by  rule 4, asks for a person, in this ticket",
    ]
    assert "  Because     The customer asks for a call: “call me”. [asks_for_person]" in lines
    assert "  Otherwise   It would be an article, by e-mail, without the words “call me” (rule 10, cost)." in lines
    assert "  In force    wants a call (0.97): “call me”" in lines
    assert "  Passed over wants a chat (on file for the customer): it has expired" in lines
    assert "  →  4  asks for a person, in this ticket person. The customer asks for a call: “call me”." in lines
    assert "    10  cost                              article. Article fit 0.95, estimated on other companies'" in lines
    assert f"  Versions    experience {COMPANY.fingerprint}, promise shipped-1" in lines


def test_the_receipt_shows_the_threshold_with_its_parts(records: Records) -> None:
    lines = run("why", "t-1").stdout.splitlines()
    at = lines.index("  By cost     1 − 8.00 / 11.70 = 0.3162")
    assert lines[at - 2 : at] == [
        "  Article fit 0.9500 (estimated on other companies' data); 0.3162 was needed",
        "  Thresholds  who wants an article: 0.1500; by cost: 0.3162",
    ]
    assert lines[at + 1] == "              a person costs 8.00, a wrong article 11.70 (moment 11.50 + severity 0.20)"
    assert lines[at + 2] == "  Promise     0.3000: not certified yet; the shipped threshold serves"


def test_the_receipt_comes_as_json(records: Records) -> None:
    found = json.loads(run("why", "t-2", "--json").stdout)
    assert (found["rule"], found["reason"]["quote"], found["channel"]) == ("asks_for_person", "call me", "phone")
    assert [one["rule"] for one in found["said"] if one["decided"]] == ["asks_for_person"]
    assert found["other_action"]["action"] == "self_service"
    assert [(one["why"], one["by"]) for one in found["passed"]] == [("expired", None)]


def test_the_receipt_is_that_of_the_file_and_the_promise_of_then(records: Records) -> None:
    kept = Promise(state=PromiseState.KEPT, threshold=0.9, fingerprint="p-1")
    advisor = an_advisor(records)
    advisor.promise = kept
    records.promises.keep(kept, at=NOW)
    advisor.advise(replace(ASKED, id="t-3"))
    records.promises.keep(Promise(state=PromiseState.WITHDRAWN, threshold=0.95, fingerprint="p-2"), at=NOW)
    text = run("why", "t-3").stdout
    assert "  Thresholds  who wants an article: 0.1500; by cost: 0.9000" in text
    assert "  Promise     0.9000: kept" in text


def test_why_names_an_unknown_ticket_and_a_file_that_was_never_kept(records: Records) -> None:
    unknown = run("why", "t-9")
    assert (unknown.exit_code, unknown.stderr) == (
        2,
        "Error: no ticket is recorded under the id t-9: advisor advise records tickets\n",
    )
    with records.file.writing() as tables:
        tables.execute("delete from experiences")
    lost = run("why", "t-1")
    assert lost.exit_code == 2
    assert f"the experience file {COMPANY.fingerprint} is not in the records" in lost.stderr


def test_every_rule_and_every_reason_to_pass_over_a_wish_has_its_words() -> None:
    assert list(TITLES) == list(NUMBER)
    assert set(WHY) == set(Why)


def test_what_was_advised_is_decided_again_byte_for_byte(records: Records) -> None:
    one = run("replay", "t-2")
    assert (one.exit_code, one.stdout) == (0, "t-2: the same, byte for byte\n")
    every = run("replay", "--all")
    assert (every.exit_code, every.stdout) == (0, "2 decided again: 2 the same, 0 differ\n")


def test_a_stored_advice_that_differs_is_named_field_by_field_and_ends_with_1(records: Records) -> None:
    _break(records, '"queue":"tier1"', '"queue":"tier9"')
    found = run("replay", "t-1")
    assert found.exit_code == 1
    assert found.stdout.splitlines() == [
        "t-1: differs in queue",
        "  Decided by  cost (rule 10, cost)",
        "    queue",
        '      - "tier9"',
        '      + "tier1"',
    ]
    every = run("replay", "--all", "--json")
    assert (every.exit_code, every.stderr) == (1, "2 decided again: 0 the same, 2 differ\n")
    assert '"field": "queue"' in every.stdout


def test_another_file_says_what_changes_and_why(records: Records, tmp_path: Path) -> None:
    found = run("replay", "--all", "--experience", _stricter(tmp_path))
    lines = found.stdout.splitlines()
    assert found.exit_code == 1
    assert lines[0] == "t-1: differs in action, respond_by, needed, reasons, reply"
    assert lines[1] == "  Decided by  cost (rule 10, cost)"
    assert lines[2] == "  Before      Article fit 0.95, estimated on other companies' data; 0.32 was needed."
    assert lines[3] == "  Now         Article fit 0.95, estimated on other companies' data; 0.99 was needed."
    assert lines[4:7] == ["    action", '      - "self_service"', '      + "live_human"']
    assert lines[-1] == "2 decided again: 1 the same, 1 differ"


def test_the_current_file_and_promise_are_those_in_force(records: Records) -> None:
    assert run("replay", "--all", "--current").exit_code == 0
    kept = Promise(state=PromiseState.KEPT, threshold=0.97, fingerprint="p-1", costs=costs_of(COMPANY))
    records.promises.keep(kept, at=NOW)
    found = run("replay", "t-1", "--current")
    assert found.exit_code == 1
    assert "  Now         Article fit 0.95, estimated on other companies' data; 0.97 was needed." in found.stdout


def test_the_stored_text_is_read_again(records: Records) -> None:
    assert run("replay", "--all", "--from-text").stdout == "2 decided again: 2 the same, 0 differ\n"
    with records.file.writing() as tables:
        tables.execute("update tickets set text = 'Sign-in\n\nI forgot it, call me.' where ticket_id = 't-1'")
    found = run("replay", "t-1", "--from-text")
    assert found.exit_code == 1
    assert found.stdout.splitlines()[:4] == [
        "t-1: differs in read wishes, read topic, read candidates, read p_resolve, action, channel, respond_by, "
        "p_resolve, needed, articles, topic, wishes, reasons, reply",
        "  Decided by  cost → asks_for_person (rule 4, asks for a person, in this ticket)",
        "  Before      Article fit 0.95, estimated on other companies' data; 0.32 was needed.",
        "  Now         The customer asks for a call: “call me”.",
    ]


def test_tickets_whose_file_was_never_kept_are_named_and_the_others_replayed(records: Records) -> None:
    with records.file.writing() as tables:
        tables.execute(
            """update recommendations set json = replace(json, ?, 'lost') where ticket_id = 't-1'""",
            [COMPANY.fingerprint],
        )
    found = run("replay", "--all")
    assert (found.exit_code, found.stdout) == (1, "1 decided again: 1 the same, 0 differ; 1 could not be\n")
    assert found.stderr == (
        "not decided again: t-1 (local): the experience file lost is not in the records: "
        "replay with --experience FILE or --current\n"
    )


def test_only_tickets_since_a_day_are_replayed_and_none_at_all_is_an_error(records: Records) -> None:
    assert run("replay", "--all", "--since", "2026-03-03").exit_code == 0
    late = run("replay", "--all", "--since", "2026-03-04")
    assert (late.exit_code, late.stderr) == (
        2,
        "Error: no recorded ticket matches: advisor advise records tickets\n",
    )


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "name one TICKET, or give --all"),
        (["t-1", "--all"], "name one TICKET, or give --all"),
        (["t-1", "--current", "--experience", "x.toml"], "--experience and --current cannot go together"),
    ],
)
def test_options_that_contradict_each_other_are_refused(home: Path, arguments: list[str], sentence: str) -> None:
    found = run("replay", *arguments)
    assert found.exit_code == 2
    assert sentence in found.stderr


def test_the_quote_of_every_reason_is_literally_in_the_masked_text(demo_advisor: Advisor) -> None:
    rows = (files("advisor") / "demo" / "tickets.jsonl").read_text(encoding="utf-8").splitlines()
    tickets = [ticket_from(json.loads(row), row="demo") for row in rows]
    quotes = []
    for advice in demo_advisor.advise_many(tickets, record=False):
        said = [reason.quote for reason in advice.recommendation.reasons if reason.quote is not None]
        assert [quote for quote in said if quote not in advice.document.text] == []
        quotes += said
    assert len(quotes) >= 6
