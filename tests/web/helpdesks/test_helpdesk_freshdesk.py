"""Freshdesk and Freshservice: what rules send, notes and tags."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from helpdesk_builders import CAME, a_hook, delivery_id, event, sample

from advisor.types import Account, Action, Channel, Customer, Handled, Message, OutcomeKind, Sender, Ticket
from web.helpdesks import PayloadError, freshdesk
from web.helpdesks.model import Call, Kind, NotForUs, TicketCame, TicketChanged, TicketDeleted, Written

HOOK = a_hook(Kind.FRESHDESK, user="advisor@acme.example")
TICKET = Ticket(
    id="3",
    source="freshdesk",
    subject="Cannot log in",
    body="<div>The page says 403.</div>",
    created_at=CAME,
    status="open",
    priority="high",
    tags=("login", "big customer"),
    customer=Customer(name="Kim Lee", email="kim@example.com", phone="+1 555 0100"),
    account=Account(name="Acme"),
)


def rule(kind: str) -> dict[str, str]:
    return {"x-advisor-event": kind}


def with_comment(text: str) -> dict[str, object]:
    payload = sample("freshdesk_created")
    payload["freshdesk_webhook"]["ticket_latest_public_comment"] = text
    return payload  # type: ignore[no-any-return]


def test_a_new_ticket_is_taken_whole() -> None:
    assert event(HOOK, sample("freshdesk_created"), rule("ticket.created")) == TicketCame(ticket=TICKET, whole=True)


def test_a_field_that_an_admin_ticks_tells_the_licences() -> None:
    hook = replace(HOOK, fields={"licences": "freshdesk_webhook.ticket_company_cf_seats"})
    found = event(hook, sample("freshdesk_created"), rule("ticket.created"))
    assert isinstance(found, TicketCame)
    assert found.ticket.account == Account(name="Acme", licences=120)


def test_the_advanced_content_is_read_as_well() -> None:
    ticket = {"id": "3", "subject": "Hi", "description": "x", "status": "2", "priority": "1", "source": "3"}
    found = event(HOOK, {"event": "ticket.created", "ticket": ticket})
    expected = Ticket(id="3", source="freshdesk", subject="Hi", body="x", channel=Channel.PHONE, created_at=CAME)
    assert found == TicketCame(ticket=replace(expected, status="open", priority="low"), whole=True)


def test_replies_of_customer_and_agent() -> None:
    message = Message(sender=Sender.CUSTOMER, body="Still 403.", at=CAME)
    came = event(HOOK, with_comment("Still 403."), rule("customer.replied"))
    assert came == TicketCame(ticket=replace(TICKET, body="", created_at=None, messages=(message,)))
    link = "https://acme.freshdesk.com/support/solutions/articles/3-reset"
    assert event(HOOK, with_comment(link), rule("agent.replied")) == TicketChanged(
        source="freshdesk",
        ticket_id="3",
        status="open",
        tags=("login", "big customer"),
        handled=Handled(action=Action.SELF_SERVICE, channel=Channel.EMAIL, at=CAME),
        messages=(Message(sender=Sender.AGENT, body=link, at=CAME),),
    )


def test_states_ratings_reopening_and_deletion() -> None:
    payload = sample("freshdesk_created")
    payload["freshdesk_webhook"] |= {"ticket_satisfaction_rating": "Extremely Happy", "ticket_status": "Resolved"}
    found = event(HOOK, payload, rule("ticket.changed"))
    assert isinstance(found, TicketChanged)
    assert (found.csat, found.status, found.tags) == (7.0, "resolved", ("login", "big customer"))
    again = event(HOOK, payload, rule("ticket.reopened"))
    assert isinstance(again, TicketChanged)
    assert again.outcome is OutcomeKind.CONTRADICTED
    assert event(HOOK, payload, rule("ticket.deleted")) == TicketDeleted("freshdesk", "3")


def test_what_is_not_for_us() -> None:
    payload = sample("freshdesk_created")
    unknown = event(HOOK, payload, rule("note.added"))
    assert isinstance(unknown, NotForUs)
    assert unknown.because.startswith("note.added is no event that is taken here")
    payload["freshdesk_webhook"]["performer_email"] = "advisor@acme.example"
    assert event(HOOK, payload, rule("ticket.changed")) == NotForUs("our own change")


def test_a_rule_that_says_too_little_is_refused_with_the_cure() -> None:
    with pytest.raises(PayloadError, match=r"header x-advisor-event.*said nothing"):
        event(HOOK, sample("freshdesk_created"))
    with pytest.raises(PayloadError, match=r"ticket_latest_public_comment must be the newest comment, was empty: tick"):
        event(HOOK, sample("freshdesk_created"), rule("customer.replied"))


def test_a_retry_is_the_same_delivery_and_another_event_is_not() -> None:
    payload = sample("freshdesk_created")
    first = delivery_id(HOOK, payload, rule("ticket.created"))
    assert first is not None
    assert first.startswith("3:ticket.created:2026-03-01:")
    assert first == delivery_id(HOOK, payload, rule("ticket.created"))
    assert first != delivery_id(HOOK, payload, rule("ticket.changed"))
    assert first != delivery_id(HOOK, with_comment("x"), rule("ticket.created"))


def test_a_note_is_private_and_no_tag_is_lost() -> None:
    assert freshdesk.note(HOOK, "3", "hi", html="<p>hi</p>") == Call(
        method="POST", path="/api/v2/tickets/3/notes", body={"body": "<p>hi</p>", "private": True}
    )
    known = Written(tags=("login", "big customer"))
    assert freshdesk.tag(HOOK, "3", ["advisor_person"], known=known) == (
        Call(method="PUT", path="/api/v2/tickets/3", body={"tags": ["login", "big customer", "advisor_person"]}),
    )
    assert freshdesk.tag(HOOK, "3", ["login"], known=known) == ()


def test_what_was_written_is_read_back() -> None:
    ticket = json.dumps({"id": 3, "tags": ["big customer"], "updated_at": "2026-03-01T10:00:00Z"}).encode()
    said = json.dumps([{"body": "<p>a</p>", "private": True}, {"body": "<p>b</p>", "private": False}]).encode()
    found = freshdesk.found([ticket, said])
    assert found == Written(notes=("<p>a</p>",), tags=("big customer",), updated="2026-03-01T10:00:00Z")
    assert freshdesk.authorised(HOOK, "key") == {"authorization": "Basic a2V5Olg="}


def test_freshservice_sends_the_same() -> None:
    hook = a_hook(Kind.FRESHSERVICE)
    assert event(hook, sample("freshservice_created"), rule("ticket.created")) == TicketCame(
        ticket=Ticket(
            id="INC-7",
            source="freshservice",
            subject="Laptop",
            body="<div>It does not start.</div>",
            channel=Channel.PORTAL,
            created_at=CAME,
            status="open",
            priority="low",
            customer=Customer(name="Kim Lee", email="kim@example.com"),
        ),
        whole=True,
    )
