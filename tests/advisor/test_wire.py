from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from advisor.errors import TicketError
from advisor.types import (
    Account,
    Action,
    Channel,
    Handled,
    Sender,
    Stance,
    Wish,
    WishChannel,
    WishSource,
)
from advisor.wire import ticket_from

ROW = "tickets.jsonl, line 7"
BERLIN = timezone(timedelta(hours=1))


def test_a_ticket_takes_every_field_of_the_contract() -> None:
    came = {
        "source": "zendesk",
        "id": 4711,
        "subject": "Login",
        "messages": [{"from": "agent", "author": "Bo", "at": "2026-03-03T10:00:00+01:00", "body": "Hello"}],
        "channel": "chat",
        "created_at": "2026-03-03T09:00:00Z",
        "tags": ["a", 5],
        "csat": 4,
        "customer": {
            "id": 8,
            "wishes": [{"channel": "phone", "stance": "refuses", "order": 3, "expires": "2027-01-01"}],
        },
        "account": {"licences": 51, "renews_on": "2026-12-31", "wishes": [{"channel": "email", "stance": "wants"}]},
        "handled": {"action": "live_human", "channel": "phone", "by": "Bo", "at": "2026-03-03"},
    }
    ticket = ticket_from(came, row=ROW)
    assert (ticket.source, ticket.id, ticket.channel, ticket.tags, ticket.csat) == (
        "zendesk",
        "4711",
        Channel.CHAT,
        ("a", "5"),
        4.0,
    )
    assert ticket.messages[0].sender is Sender.AGENT
    assert ticket.messages[0].at == datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
    assert ticket.customer.wishes == (
        Wish(
            channel=WishChannel.PHONE,
            stance=Stance.REFUSES,
            source=WishSource.CUSTOMER,
            expires=datetime(2027, 1, 1, tzinfo=UTC),
        ),
    )
    assert ticket.account.wishes[0].source is WishSource.ACCOUNT
    assert ticket.account.renews_on == date(2026, 12, 31)
    assert ticket.handled == Handled(
        action=Action.LIVE_HUMAN, channel=Channel.PHONE, by="Bo", at=datetime(2026, 3, 3, tzinfo=UTC)
    )
    assert ticket.extra == "{}"


@pytest.mark.parametrize(
    ("written", "zone", "meant"),
    [
        ("2026-03-01", UTC, datetime(2026, 3, 1, tzinfo=UTC)),
        ("2026-03-01", BERLIN, datetime(2026, 3, 1, tzinfo=BERLIN)),
        ("2026-03-01 10:30", BERLIN, datetime(2026, 3, 1, 9, 30, tzinfo=UTC)),
        ("2026-03-01T10:30:00.5Z", BERLIN, datetime(2026, 3, 1, 10, 30, 0, 500000, tzinfo=UTC)),
        ("2026-03-01T10:30:00-05:00", UTC, datetime(2026, 3, 1, 15, 30, tzinfo=UTC)),
    ],
)
def test_a_date_without_a_zone_is_in_the_zone_given(written: str, zone: timezone, meant: datetime) -> None:
    assert ticket_from({"body": "x", "created_at": written}, row=ROW, zone=zone).created_at == meant


def test_null_counts_as_absent_and_an_expiry_in_the_far_future_as_never() -> None:
    wish = {"channel": "email", "stance": "wants", "expires": "9999-12-31", "moment": None}
    came = {
        "body": None,
        "subject": None,
        "channel": None,
        "account": None,
        "customer": {"phone": None, "wishes": [wish]},
    }
    ticket = ticket_from(came, row=ROW)
    assert (ticket.body, ticket.subject, ticket.channel, ticket.account) == ("", "", Channel.EMAIL, Account())
    assert ticket.customer.wishes[0].expires is None


def test_unknown_fields_are_kept_where_they_stood() -> None:
    came = {"body": "x", "a.b": 1, "a": 2, "customer": {"vip": True}, "messages": [{"from": "customer", "files": [1]}]}
    assert json.loads(ticket_from(came, row=ROW).extra) == {
        "a.b": 1,
        "a": 2,
        "customer": {"vip": True},
        "messages": {"0": {"files": [1]}},
    }


def test_a_ticket_without_id_is_known_by_its_content() -> None:
    one = ticket_from({"body": "x", "subject": "y", "status": None}, row="a")
    same = ticket_from({"subject": "y", "body": "x", "id": " "}, row="b")
    assert one.id == ticket_from({"subject": "y", "body": "x"}, row="b").id
    assert len(one.id) == 16
    assert ticket_from({"subject": "y", "body": "z"}, row="a").id != one.id
    assert len(same.id) == 16


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        (
            {"customer": {"wishes": [{"channel": "fax", "stance": "wants"}]}},
            "customer.wishes[0].channel must be one of self_service, email, chat, phone, person, was: 'fax'",
        ),
        (
            {"account": {"wishes": [{"channel": "email", "stance": "maybe"}]}},
            "account.wishes[0].stance must be one of wants, refuses, was: 'maybe'",
        ),
        (
            {"customer": {"wishes": [{"channel": "email"}]}},
            "customer.wishes[0].stance is missing: it must be one of wants, refuses",
        ),
        ({"channel": "fax"}, "channel must be one of email, chat, phone, portal, social, was: 'fax'"),
        ({"messages": [{"body": "x"}]}, "messages[0].from is missing: it must be one of customer, agent, system"),
        (
            {"created_at": "yesterday"},
            "created_at must be a date such as 2026-03-01 or 2026-03-01T09:30:00Z, was: 'yesterday'",
        ),
        (
            {"created_at": 1772530000},
            "created_at must be a date such as 2026-03-01 or 2026-03-01T09:30:00Z, was: 1772530000",
        ),
        ({"created_at": "0001-01-01"}, "created_at must be a date between 1970 and 2199, was: '0001-01-01'"),
        ({"account": {"renews_on": "soon"}}, "account.renews_on must be a day such as 2026-03-01, was: 'soon'"),
        ({"body": 5}, "body must be text, was: 5"),
        ({"subject": ["x"]}, "subject must be text, was: a list"),
        ({"id": True}, "id must be text, was: true"),
        ({"customer": "c-1"}, "customer must be an object, was: 'c-1'"),
        ({"messages": "hello"}, "messages must be a list, was: 'hello'"),
        ({"account": {"licences": "many"}}, "account.licences must be a whole number, was: 'many'"),
        ({"account": {"usage": 85}}, "account.usage must be between 0 and 1, was: 85"),
        ({"csat": float("inf")}, "csat must be a number, was: inf"),
        ({"handled": {"action": "magic"}}, "handled.action must be one of self_service, live_human, was: 'magic'"),
        ({"body": {"a": "x" * 99}}, "body must be text, was: an object"),
        ({"channel": "x" * 99}, f"channel must be one of email, chat, phone, portal, social, was: '{'x' * 58}…"),
    ],
)
def test_a_wrong_value_is_one_sentence_with_row_field_rule_and_what_came(
    fields: dict[str, object], sentence: str
) -> None:
    with pytest.raises(TicketError) as caught:
        ticket_from({"body": "x"} | fields, row=ROW)
    assert str(caught.value) == f"{ROW}: {sentence}"


@pytest.mark.parametrize(
    ("came", "sentence"),
    [
        (5, "a ticket must be a JSON object, was: 5"),
        (None, "a ticket must be a JSON object, was: null"),
        ([], "a ticket must be a JSON object, was: a list"),
        ({}, "a ticket must have at least one of body, subject, messages, came with: nothing"),
        ({"id": 1, "text": "x"}, "a ticket must have at least one of body, subject, messages, came with: id, text"),
    ],
)
def test_what_is_no_ticket_is_refused(came: object, sentence: str) -> None:
    with pytest.raises(TicketError) as caught:
        ticket_from(came, row=ROW)
    assert str(caught.value) == f"{ROW}: {sentence}"


def test_half_an_emoji_and_numbers_of_over_64_bits_are_made_storable() -> None:
    ticket = ticket_from({"id": 10**30, "body": "cut \ud83d", "far": 10**30}, row=ROW)
    assert (ticket.id, ticket.body) == ("1" + "0" * 30, "cut \ufffd")
    assert json.loads(ticket.extra) == {"far": "1" + "0" * 30}
