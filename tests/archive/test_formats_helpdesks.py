"""Exports of helpdesks: who wrote what, and whether a person answered."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from archive_samples import (
    FIRE,
    FRESHDESK,
    NOT_PRINTING,
    ZENDESK,
    ZENDESK_USERS,
    fields_at,
    jsonl_of,
    rows_of,
)

from advisor.archive.formats import BadRow, Format, Layout, Row, read_rows, recognise, ticket_of
from advisor.types import Action, Channel, Handled, Sender

PAGE: dict[str, Any] = {
    "tickets": ZENDESK,
    "next_page": None,
    "users": ZENDESK_USERS,
    "organizations": [{"id": 509974, "name": "Brook & Sons"}],
}


def test_a_page_of_zendesk_names_people_who_stand_behind_the_tickets(tmp_path: Path) -> None:
    path = tmp_path / "tickets.json"
    path.write_text(json.dumps(PAGE, indent=1), "utf-8")
    archive = recognise(path)
    assert (archive.format, archive.layout) == (Format.ZENDESK, Layout.PAGES)
    assert [row.where for row in rows_of(archive)] == ["tickets.json, item 1", "tickets.json, item 2"]
    assert fields_at(path) == [
        FIRE,
        {
            "via": {"channel": "voice"},
            "id": "2",
            "source": "zendesk",
            "body": "Where is my invoice?",
            "channel": "phone",
            "customer": {"id": "9"},
        },
    ]


def test_a_page_of_zendesk_may_begin_with_many_people(tmp_path: Path) -> None:
    path = tmp_path / "tickets.json"
    crowd = [{"id": number, "name": "x" * 500} for number in range(10**6, 10**6 + 3000)]
    path.write_text(json.dumps({"users": None} | PAGE | {"users": [*crowd, *ZENDESK_USERS]}), "utf-8")
    assert path.stat().st_size > 2**20
    reading = read_rows(recognise(path))
    row = next(reading)
    assert isinstance(row, Row)
    assert row.fields["customer"] == FIRE["customer"]
    assert reading.total == 2 * path.stat().st_size


def test_pages_of_zendesk_may_stand_one_after_the_other(tmp_path: Path) -> None:
    path = tmp_path / "pages.jsonl"
    path.write_bytes(jsonl_of([{**PAGE, "tickets": ZENDESK[:1]}, {"tickets": ZENDESK[1:]}]))
    assert [row.fields["id"] if isinstance(row, Row) else row for row in rows_of(recognise(path))] == ["35436", "2"]


def test_the_account_export_of_zendesk_has_a_ticket_a_line_with_its_people(tmp_path: Path) -> None:
    path = tmp_path / "tickets.json"
    inside = {"requester": ZENDESK_USERS[0], "assignee": ZENDESK_USERS[1], "organization": PAGE["organizations"][0]}
    path.write_bytes(jsonl_of([ZENDESK[0] | inside]))
    archive = recognise(path)
    assert (archive.format, archive.layout) == (Format.ZENDESK, Layout.LINES)
    assert fields_at(path) == [FIRE]


def test_a_ticket_of_zendesk_says_who_handled_it(tmp_path: Path) -> None:
    path = tmp_path / "tickets.json"
    path.write_text(json.dumps(PAGE), "utf-8")
    row = next(read_rows(recognise(path)))
    assert isinstance(row, Row)
    ticket = ticket_of(row, UTC)
    assert not isinstance(ticket, BadRow)
    at = datetime(2025, 3, 14, 10, tzinfo=UTC)
    by = "tom@fernway.example"
    assert ticket.handled == Handled(action=Action.LIVE_HUMAN, channel=Channel.PORTAL, by=by, at=at)
    assert [message.sender for message in ticket.messages] == [Sender.CUSTOMER, Sender.SYSTEM, Sender.AGENT]


def test_the_writer_of_the_first_comment_is_the_customer_where_no_requester_is_named(tmp_path: Path) -> None:
    path = tmp_path / "tickets.json"
    comments = [{"author_id": 5, "body": "Help"}, {"author_id": 6, "body": "Here"}, {"author_id": 5, "body": "Thanks"}]
    path.write_bytes(jsonl_of([{"id": 1, "comments": comments}]))
    [fields] = fields_at(path)
    assert isinstance(fields, dict)
    assert [message["from"] for message in fields["messages"]] == ["customer", "agent", "customer"]
    assert fields["handled"] == {"action": "live_human", "by": "6"}


def test_a_colleague_of_the_customer_is_no_agent_of_zendesk(tmp_path: Path) -> None:
    path = tmp_path / "tickets.json"
    colleague = {"id": 8, "name": "Ben", "role": "end-user"}
    comments = [{"author_id": 5, "body": "Help"}, {"author_id": 8, "body": "Me, too"}]
    page = {"users": [colleague], "tickets": [{"id": 1, "requester_id": 5, "comments": comments}]}
    path.write_text(json.dumps(page), "utf-8")
    [fields] = fields_at(path)
    assert isinstance(fields, dict)
    assert fields["messages"][1] == {"from": "customer", "body": "Me, too", "author": "Ben"}
    assert "handled" not in fields


@pytest.mark.parametrize("wrapped", [False, True])
def test_a_ticket_of_freshdesk_has_its_description_and_its_public_conversation(tmp_path: Path, wrapped: bool) -> None:
    path = tmp_path / "tickets.json"
    tickets = [{"helpdesk_ticket": ticket} for ticket in FRESHDESK] if wrapped else FRESHDESK
    path.write_text(json.dumps(tickets), "utf-8")
    archive = recognise(path)
    assert (archive.format, archive.layout) == (Format.FRESHDESK, Layout.ARRAY)
    assert fields_at(path) == [
        NOT_PRINTING,
        {
            "id": "21",
            "source": "freshdesk",
            "body": "Hello?",
            "channel": "chat",
            "status": "40",
            "customer": {"id": "6"},
        },
    ]


def test_a_mail_that_an_agent_of_freshdesk_began_is_not_the_customers(tmp_path: Path) -> None:
    path = tmp_path / "tickets.json"
    answer = {"body_text": "No, thanks.", "incoming": True, "private": False, "user_id": 5}
    ticket = {"id": 1, "description_text": "New prices", "source": 10, "requester_id": 5, "conversations": [answer]}
    path.write_text(json.dumps([ticket]), "utf-8")
    [fields] = fields_at(path)
    assert isinstance(fields, dict)
    assert fields["messages"] == [
        {"from": "agent", "body": "New prices"},
        {"from": "customer", "body": "No, thanks.", "author": "5"},
    ]
    assert "handled" not in fields


def test_odd_values_in_an_export_harm_their_ticket_only(tmp_path: Path) -> None:
    path = tmp_path / "tickets.jsonl"
    odd = {"id": 1, "via": 5, "comments": "none", "requester": [], "satisfaction_rating": "good", "tags": 7}
    path.write_bytes(jsonl_of([odd | {"description": "x", "submitter_id": {}}, ZENDESK[1]]))
    rows = [row for row in rows_of(recognise(path)) if isinstance(row, Row)]
    tickets = [ticket_of(row, UTC) for row in rows]
    assert tickets[0] == BadRow(1, "tickets.jsonl, line 1", "tags must be a list, was: 7")
    assert not isinstance(tickets[1], BadRow)
    assert tickets[1].body == "Where is my invoice?"
