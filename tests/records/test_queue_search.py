"""Searching the queue by words: what is found, what is taken literally, and what erasing leaves."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from advisor_builders import NOW
from queue_builders import PLAIN, records_at, saved

from advisor.records import Records
from advisor.records.queue_filter import Filter, Waits, match_of
from advisor.types import Customer, Ticket, WishSource

ANN = Customer(id="C-7", name="Ann Lübke", email="ann.l@example.org")


@pytest.fixture
def records(tmp_path: Path) -> Records:
    return records_at(tmp_path)


def found(records: Records, text: str) -> list[str]:
    return sorted(row.ticket_id for row in records.queue.page(Filter(text=text, waits=Waits.ALL)).rows)


@pytest.mark.parametrize(
    "text",
    [
        "t-9", "T-9", "sign-in", "Lübke", "lubke", "ann", "ann.l@example.org", "C-7", "printers", "printer burning",
        "burn* ", "print*", "the printer is burning", '"printer"', "ann printer", "printer !!! …",
    ],
)  # fmt: skip
def test_a_ticket_is_found_by_its_words_its_id_and_who_wrote_it(records: Records, text: str) -> None:
    saved(records, "t-9", body="The printers are burning.", facts={"customer": ANN})
    saved(records, "t-8")
    expected = ["t-8", "t-9"] if text == "sign-in" else [] if text == "the printer is burning" else ["t-9"]
    assert found(records, text) == expected


@pytest.mark.parametrize(
    "text",
    ["t-99", "printer OR t-8", "NOT burning", "subject:printers", "bur", "x*", "!!!", '"', "a\x00b", "*", "ann bo"],
)
def test_nothing_else_is_found_and_signs_have_no_meaning(records: Records, text: str) -> None:
    saved(records, "t-9", body="The printers are burning.", facts={"customer": ANN})
    assert found(records, text) == []


def test_each_word_is_quoted_and_there_are_not_too_many() -> None:
    assert match_of('say "no" twice*') == '"say" """no""" "twice"*'
    assert match_of("print* bur*") == '"print" "bur"'
    assert match_of(" \t!? ") == '""'
    assert match_of("w " * 500).count('"w"') == 20
    assert match_of("\ud800x") == '"?x"'


def test_a_new_text_and_a_new_name_take_the_place_of_the_old_ones(records: Records) -> None:
    saved(records, "t-1", body="The printer burns.", facts={"customer": ANN})
    saved(records, "t-2", body="The scanner burns.", facts={"customer": ANN})
    saved(records, "t-1", body="The kettle burns.", facts={"customer": replace(ANN, name="Ann Maier")})
    assert (found(records, "printer"), found(records, "kettle")) == ([], ["t-1"])
    assert (found(records, "Lübke"), found(records, "Maier")) == ([], ["t-1", "t-2"])
    other = Ticket(id="", customer=replace(ANN, name="Ann Schulz"))
    records.people.keep([other], kind=WishSource.CUSTOMER, by="Bo", at=NOW)
    assert (found(records, "Maier"), found(records, "Schulz")) == ([], ["t-1", "t-2"])


def test_of_an_erased_customer_no_word_is_left_in_the_file(records: Records, tmp_path: Path) -> None:
    saved(records, "t-1", body="The zyxgobble burns.", facts={"customer": replace(ANN, name="Quuxelheim")})
    saved(records, "t-2", body="The kettle burns.")
    path = tmp_path / "advisor.db"
    records.file.tables.execute("pragma wal_checkpoint(truncate)")
    assert b"zyxgobble" in path.read_bytes()
    assert b"quuxelheim" in path.read_bytes().lower()
    (someone,) = records.find("C-7")
    assert records.erase(someone) == 1
    for name in ("advisor.db", "advisor.db-wal"):
        content = (tmp_path / name).read_bytes().lower()
        assert b"gobble" not in content
        assert b"uuxelheim" not in content
    assert (found(records, "zyxgobble"), found(records, "burns")) == ([], ["t-2"])
    for table in ("queue", "queue_text", "messages"):
        assert records.file.tables.execute(f"select count(*) from {table}").fetchone() == (1,), table


def test_what_is_given_out_of_a_customer_holds_their_rows_of_the_queue(records: Records) -> None:
    saved(records, "t-1", facts={"customer": ANN})
    saved(records, "t-2")
    (someone,) = records.find("C-7")
    rows = records.export(someone)
    assert [row["ticket_id"] for row in rows["queue"]] == ["t-1"]
    assert [row["ticket_id"] for row in rows["messages"]] == ["t-1"]
    assert PLAIN.id not in str(rows)
