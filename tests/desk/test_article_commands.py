"""`advisor kb figures`, `gaps`, `stale` and `duplicates`, over tickets that were read by single words."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from advisor_builders import NOW, an_advisor, records_in, run

from advisor.records import Records
from advisor.settings import Settings
from advisor.types import Account, Action, Channel, Customer, Handled, Outcome, OutcomeKind, Ticket
from index.articles import Article
from index.encoder import HashEncoder
from index.knowledge import KnowledgeBase

EXPORT = ("Datev export of invoices fails", "Export of invoices to Datev fails", "Datev export of my invoices fails")
RESET = "Open the sign-in page and press the button Forgot password below the two fields."
ARTICLES = (
    Article("account/reset", "help", "Reset your password", RESET, updated="2024-01-01"),
    Article("account/forgotten", "help", "Reset your password", RESET),
    Article("video/camera", "help", "The camera is black", "Let the browser use the camera.", updated="2026-03-01"),
)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three tickets that nothing answers, one that an article answered in vain, one that asks for a call."""
    home = tmp_path / "home"
    monkeypatch.setenv("ADVISOR_PRECISION", "hash")
    monkeypatch.setenv("ADVISOR_HOME", str(home))
    KnowledgeBase.open(Settings.load(home).knowledge, HashEncoder()).import_articles("help", ARTICLES)
    records = records_in(home)
    for place, subject in enumerate(EXPORT):
        advised(records, f"e-{place}", subject, customer=f"C-{place}")
    advised(records, "calls", "The camera is black, call me", customer="C-8")
    sent = Handled(action=Action.SELF_SERVICE, channel=Channel.EMAIL, at=NOW)
    advised(records, "reset", "My password is lost", customer="C-9", handled=sent)
    told = Outcome(ticket_id="reset", kind=OutcomeKind.CONTRADICTED, at=NOW + timedelta(days=1))
    assert records.outcomes.add([told], by="Bo") == [""]
    return home


def advised(records: Records, id: str, subject: str, *, customer: str, handled: Handled | None = None) -> None:
    ticket = Ticket(
        id=id,
        subject=subject,
        body="Please look.",
        created_at=NOW,
        customer=Customer(id=customer),
        account=Account(id="A-1", monthly_revenue=250.0),
        handled=handled,
    )
    an_advisor(records).advise(ticket)


@pytest.mark.usefixtures("home")
def test_figures_are_shown_by_article_with_those_never_offered() -> None:
    shown = run("kb", "figures")
    assert shown.exit_code == 0, shown.output
    assert "What became of 1 tickets that self-service answered, by article" in shown.output
    (row,) = [line.split() for line in shown.output.splitlines() if line.startswith("  Reset your password")]
    assert row[3:12] == ["1", "1", "0", "0", "1", "0", "0", "0", "0"]
    assert "Never offered (2): account/forgotten, video/camera" in shown.output
    found = json.loads(run("kb", "figures", "--json").output)
    assert [(one["id"], one["given"], one["failed"]["count"]) for one in found["articles"]] == [("account/reset", 1, 1)]
    assert json.loads(run("kb", "figures", "--since", "2026-04-01", "--json").output)["articles"] == []


@pytest.mark.usefixtures("home")
def test_gaps_are_found_kept_and_shown_again() -> None:
    none_yet = run("kb", "gaps", "--last")
    assert (none_yet.exit_code, "advisor kb gaps looks" in none_yet.output) == (2, True)
    shown = run("kb", "gaps")
    assert shown.exit_code == 0, shown.output
    lines = [" ".join(line.split()) for line in shown.output.splitlines()]
    assert lines[0].startswith("1 gaps: what no article answers, of 5 tickets")
    assert "a person was asked for, or articles refused 1" in lines
    assert "in a gap 3, like too few others 0" in lines
    assert "3 customers of 1 accounts, 250 a month" in lines
    again = run("kb", "gaps", "--last")
    assert again.output == shown.output
    found = json.loads(run("kb", "gaps", "--last", "--json").output)
    assert (found["in_gaps"], found["gaps"][0]["size"], found["gaps"][0]["monthly_revenue"]) == (3, 3, 250.0)
    assert found["gaps"][0]["title"] in EXPORT


@pytest.mark.usefixtures("home")
def test_the_last_look_has_its_own_time() -> None:
    refused = run("kb", "gaps", "--last", "--since", "2026-01-01")
    assert (refused.exit_code, "the last look has its own" in refused.output) == (2, True)


def test_who_is_forgotten_is_in_no_gap_and_their_vectors_are_gone(home: Path) -> None:
    run("kb", "gaps")
    assert run("forget", "C-0", "--yes").exit_code == 0
    (gap,) = json.loads(run("kb", "gaps", "--last", "--json").output)["gaps"]
    assert sorted(gap["tickets"]) == [["local", "e-1"], ["local", "e-2"]]
    from advisor.reading.memory import Cache

    assert Cache.open(home / "cache.db", limit=0).clear() == 0


@pytest.mark.usefixtures("home")
def test_old_articles_are_stale_and_those_without_a_date_are_counted() -> None:
    shown = run("kb", "stale")
    assert shown.exit_code == 0, shown.output
    assert "1 of 3 articles may be out of date; of 1 it is not known when they were changed" in shown.output
    (one,) = json.loads(run("kb", "stale", "--json").output)["articles"]
    assert (one["id"], one["contradicted"], one["is_failing"]) == ("account/reset", 1, False)


@pytest.mark.usefixtures("home")
def test_duplicates_are_shown_with_their_passages() -> None:
    shown = run("kb", "duplicates")
    assert shown.exit_code == 0, shown.output
    assert "1 pairs of articles say nearly the same" in shown.output
    assert shown.output.count("Open the sign-in page and press the button") == 2
    assert json.loads(run("kb", "duplicates", "--json").output)[0]["share"] == 1.0


def test_the_commands_of_this_room_are_listed_beside_those_of_the_knowledge_base() -> None:
    listed = run("kb", "--help").output
    for name in ("duplicates", "figures", "gaps", "import", "search", "stale"):
        assert f"\n  {name} " in listed
