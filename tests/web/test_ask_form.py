from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.types import Account, Channel, Customer, Stance, Ticket, Wish, WishChannel, WishSource
from web.form import AskForm

LONDON = ZoneInfo("Europe/London")
WHOLE = Ticket(
    id="typed",
    source="page",
    subject="Licences",
    body="How many are left?",
    channel=Channel.PORTAL,
    created_at=datetime(2026, 6, 9, 9, 30, tzinfo=UTC),
    customer=Customer(
        phone="+44 7700 900417",
        persona="hands_on",
        wishes=(
            Wish(channel=WishChannel.PHONE, stance=Stance.REFUSES, source=WishSource.CUSTOMER),
            Wish(channel=WishChannel.PERSON, stance=Stance.WANTS, source=WishSource.CUSTOMER),
        ),
    ),
    account=Account(licences=120, monthly_revenue=4080.5, renews_on=date(2026, 6, 25), plan="premium"),
)


def test_a_ticket_comes_back_from_the_form_as_it_went_in() -> None:
    form = AskForm.of_ticket(WHOLE, LONDON)
    assert form.errors() == {}
    assert form.received == "2026-06-09T10:30"
    assert form.ticket(LONDON) == WHOLE


def test_an_empty_form_but_for_the_message_is_a_ticket_with_nothing_known() -> None:
    form = AskForm(message="Help!")
    assert form.errors() == {}
    assert form.ticket(LONDON) == Ticket(id="typed", source="page", body="Help!")


def test_fields_that_are_not_in_the_form_are_not_taken() -> None:
    assert AskForm.posted({"message": "a", "wishes": "b", "__class__": "c"}) == AskForm(message="a")


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("message", " \n", "Type what the customer wrote"),
        ("channel", "pigeon", "Choose one of: email, chat"),
        ("phone", "none", "at least five digits"),
        ("call", "maybe", "Choose not known, wants or refuses"),
        ("subject", "x" * 301, "At most 300 characters"),
        ("licences", "12.5", "whole number"),
        ("licences", "-3", "whole number"),
        ("licences", "²", "whole number"),
        ("licences", "9" * 400, "At most 300 characters|whole number"),
        ("monthly_revenue", "£40", "without a sign of currency"),
        ("monthly_revenue", "nan", "from 0 up"),
        ("monthly_revenue", "1e999", "from 0 up"),
        ("renews_on", "25/06/2026", "Write the day as"),
        ("renews_on", "0001-01-01", "Write the day as"),
        ("received", "yesterday", "Write day and time as"),
        ("received", "9999-12-31T23:59", "Write day and time as"),
    ],
)
def test_a_wrong_field_is_named_with_its_cure(field: str, typed: str, sentence: str) -> None:
    errors = replace(AskForm(message="Help!"), **{field: typed}).errors()
    assert list(errors) == [field]
    assert any(part in errors[field] for part in sentence.split("|"))


@given(st.dictionaries(st.sampled_from(list(asdict(AskForm()))), st.text(max_size=40)))
def test_whatever_is_typed_gives_errors_or_a_ticket(typed: dict[str, str]) -> None:
    form = AskForm.posted({"message": "Help!"} | typed)
    if not form.errors():
        assert form.ticket(LONDON).body == form.message
