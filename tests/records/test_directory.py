"""Customers and accounts are listed by who wrote last, and found by what somebody remembers of them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from advisor_builders import NOW
from queue_builders import records_at, saved

from advisor.records import Records
from advisor.records.directory_search import folded
from advisor.types import Account, Customer, Ticket, WishSource

PEOPLE = (
    ("c-1", "Jürgen Weiß Straße", "j.weiss@vogt.example", "+49 170 5550101", "A-1"),
    ("c-2", "Ann O'Neil", "ann@northgate.example", None, "A-2"),
    ("c-3", "Anna Bell", "bell@acme.example", "+44 7700 900417", None),
    ("c-33", "Maryann Lee", None, None, "A-2"),
)
FIRMS = {"A-1": Account(id="A-1", name="Vogt Haustechnik"), "A-2": Account(id="A-2", name="Northgate Facilities")}


@pytest.fixture
def records(tmp_path: Path) -> Records:
    """Four customers; the last one wrote first."""
    records = records_at(tmp_path)
    for place, (id, name, email, phone, account) in enumerate(PEOPLE):
        customer = Customer(id=id, name=name, email=email, phone=phone)
        facts = {"customer": customer, "account": FIRMS.get(account or "", Account()), "source": "desk"}
        saved(records, f"t-{id}", at=NOW - timedelta(hours=place), facts=facts)
    return records


def found(records: Records, typed: str, kind: WishSource = WishSource.CUSTOMER) -> list[str]:
    return [one.key for one in records.directory.matching(typed, kind).rows]


@pytest.mark.parametrize(
    ("typed", "keys"),
    [
        ("c-3", ["c-3", "c-33"]),
        ("ann", ["c-3", "c-2", "c-33"]),
        ("jurgen", ["c-1"]),
        ("JÜRGEN weiss", ["c-1"]),
        ("lee mary", ["c-33"]),
        ("northgate.example", ["c-2"]),
        ("07700 900417", ["c-3"]),
        ("7700 900417", ["c-3"]),
        ("+44 (7700) 900-417", ["c-3"]),
        ("7700", []),
        ("o'neil", ["c-2"]),
        ("STRASSE", ["c-1"]),
        ("straße", ["c-1"]),
        ("nobody", []),
        ("%", []),
        ("'; drop table customers; --", []),
        ("   ", []),
    ],
)
def test_customers_are_found_the_nearest_first(records: Records, typed: str, keys: list[str]) -> None:
    assert sorted(found(records, typed)) == sorted(keys)


def test_the_very_id_comes_before_longer_ones_and_a_beginning_before_a_middle(records: Records) -> None:
    assert found(records, "c-3") == ["c-3", "c-33"]
    assert found(records, "ann") == ["c-2", "c-3", "c-33"]


def test_accounts_are_found_by_name_and_id(records: Records) -> None:
    assert found(records, "north", WishSource.ACCOUNT) == ["A-2"]
    assert found(records, "a-1", WishSource.ACCOUNT) == ["A-1"]


def test_who_wrote_last_comes_first_and_who_never_wrote_comes_last(records: Records) -> None:
    quiet = Ticket(id="", source="desk", customer=Customer(id="c-0", name="Never Wrote"))
    records.people.keep([quiet], kind=WishSource.CUSTOMER, by=None, at=NOW)
    listed = records.directory.recent(WishSource.CUSTOMER)
    assert [one.key for one in listed.rows] == ["c-1", "c-2", "c-3", "c-33", "c-0"]
    assert (listed.total, listed.more) == (5, False)
    assert [one.newest.ticket_id if one.newest else None for one in listed.rows][-2:] == ["t-c-33", None]
    assert [one.key for one in records.directory.recent(WishSource.ACCOUNT).rows] == ["A-1", "A-2"]


def test_pages_follow_each_other_without_gap_or_repetition(records: Records) -> None:
    pages = [records.directory.recent(WishSource.CUSTOMER, start=start, size=2) for start in (0, 2, 4)]
    assert [[one.key for one in page.rows] for page in pages] == [["c-1", "c-2"], ["c-3", "c-33"], []]


def test_the_customers_of_an_account_come_with_their_newest_tickets(records: Records) -> None:
    saved(records, "t-9", facts={"customer": Customer(id="c-33"), "account": FIRMS["A-2"], "source": "desk"})
    listed = records.directory.customers_of("desk", "A-2")
    assert [(one.key, one.newest.ticket_id if one.newest else None) for one in listed.rows] == [
        ("c-33", "t-9"),
        ("c-2", "t-c-2"),
    ]
    assert records.directory.customers_of("other", "A-2").rows == ()


def test_the_newest_tickets_are_bounded_by_the_time_of_the_last_of_them(records: Records) -> None:
    for days in range(1, 6):
        who = {"customer": Customer(id="c-1"), "account": FIRMS["A-1"], "source": "desk"}
        saved(records, f"old-{days}", at=NOW - timedelta(days=days), facts=who)
    owner = ("desk", WishSource.CUSTOMER, "c-1")
    assert records.directory.newest(owner, most=6) == (6, None)
    assert records.directory.newest(owner, most=3) == (6, NOW - timedelta(days=2))


def test_names_are_compared_without_capitals_and_accents() -> None:
    assert folded("Ångström STRASSE") == "angstrom strasse" == folded("ångström Straße")


def test_one_customer_in_two_sources_is_listed_twice(records: Records) -> None:
    saved(records, "t-x", facts={"customer": Customer(id="c-1", name=PEOPLE[0][1]), "source": "other"})
    both = records.directory.matching("c-1", WishSource.CUSTOMER).rows
    assert [(one.source, one.key) for one in both] == [("desk", "c-1"), ("other", "c-1")]
