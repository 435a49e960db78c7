"""The helpdesks that are read but not written to."""

from __future__ import annotations

from dataclasses import replace

import pytest
from helpdesk_builders import a_hook, at, delivery_id, event, events, sample

from advisor.types import Account, Action, Channel, Customer, Handled, Message, OutcomeKind, Sender, Ticket
from web.helpdesks import HELPDESKS, PayloadError
from web.helpdesks.model import Kind, NotForUs, TicketCame, TicketChanged, TicketDeleted

HUBSPOT, SCOUT, FRONT = a_hook(Kind.HUBSPOT), a_hook(Kind.HELP_SCOUT), a_hook(Kind.FRONT, user="tea_9")
LIBREDESK, JIRA, GORGIAS = a_hook(Kind.LIBREDESK), a_hook(Kind.JIRA, user="a:9"), a_hook(Kind.GORGIAS)
KIM = Customer(id="29418", name="Kim Lee", email="kim@example.com")


def test_hubspots_batch_is_put_together_by_ticket() -> None:
    said = Message(sender=Sender.CUSTOMER, body="The page says 403.", at=at("2026-03-01T09:29:01"))
    ticket = Ticket(id="1246965", source="hubspot", subject="Cannot log in", messages=(said,))
    expected = TicketCame(ticket=replace(ticket, created_at=at("2026-03-01T09:29:00")))
    assert events(HUBSPOT, sample("hubspot_batch")) == [expected]


def test_a_hundred_events_of_hubspot_are_a_hundred_tickets() -> None:
    one = sample("hubspot_batch")[2]
    found = events(HUBSPOT, [one | {"objectId": number, "eventId": number} for number in range(100)])
    assert [event.ticket.id for event in found if isinstance(event, TicketCame)] == [str(n) for n in range(100)]


def test_hubspots_other_events() -> None:
    stage = {
        "eventId": 1,
        "subscriptionType": "ticket.propertyChange",
        "objectId": 5,
        "propertyName": "hs_pipeline_stage",
    }
    changed = TicketChanged(source="hubspot", ticket_id="5", status="4")
    assert events(HUBSPOT, [stage | {"propertyValue": "4"}]) == [changed]
    gone = {"eventId": 2, "subscriptionType": "object.deletion", "objectTypeId": "0-5", "objectId": 6}
    assert events(HUBSPOT, [gone]) == [TicketDeleted("hubspot", "6")]
    message = {"eventId": 3, "subscriptionType": "conversation.newMessage", "objectId": 7, "messageId": "m"}
    no_text = NotForUs("a message of a conversation, which HubSpot sends without its text")
    assert events(HUBSPOT, [message, message]) == [no_text]
    assert events(HUBSPOT, []) == [NotForUs("an empty list: nothing has happened")]
    with pytest.raises(PayloadError, match=r"^a delivery must be a JSON list, was: an object$"):
        events(HUBSPOT, {})
    with pytest.raises(PayloadError, match=r"^events\[0\] must be an object, was: 5$"):
        events(HUBSPOT, [5])


def test_hubspots_retry_is_the_same_delivery() -> None:
    again = [one | {"attemptNumber": 1} for one in sample("hubspot_batch")]
    assert delivery_id(HUBSPOT, sample("hubspot_batch")) == delivery_id(HUBSPOT, again)


def scout(kind: str) -> dict[str, str]:
    return {"x-helpscout-event": kind}


def test_help_scouts_conversation() -> None:
    ticket = Ticket(
        id="291938",
        source="help_scout",
        subject="Cannot log in",
        body="The page says 403.",
        created_at=at("2026-03-01T09:29:00"),
        status="active",
        tags=("login",),
        assignee="Ann Ray",
        customer=KIM,
        account=Account(licences=120),
        extra='{"number":"349"}',
    )
    hook = replace(SCOUT, fields={"licences": "customFields.Seats"})
    assert event(hook, sample("help_scout_created"), scout("convo.created")) == TicketCame(ticket=ticket, whole=True)


def test_help_scouts_other_events() -> None:
    payload = sample("help_scout_created")
    replied = event(SCOUT, payload, scout("convo.customer.reply.created"))
    assert isinstance(replied, TicketCame)
    said = Message(sender=Sender.CUSTOMER, body="The page says 403.", at=at("2026-03-01T09:29:00"))
    assert (replied.whole, replied.ticket.messages) == (False, (said,))
    payload["_embedded"]["threads"][0] |= {"type": "message", "body": "I call you."}
    payload["_embedded"]["threads"][0]["createdBy"] = {"id": 4, "type": "user", "first": "Ann", "last": "Ray"}
    answered = event(SCOUT, payload, scout("convo.agent.reply.created"))
    assert isinstance(answered, TicketChanged)
    when = at("2026-03-01T09:29:30")
    assert answered.handled == Handled(action=Action.LIVE_HUMAN, channel=Channel.EMAIL, by="Ann Ray", at=when)
    rated = event(SCOUT, {"id": 9, "rating": "great", "conversation": {"id": 291938}}, scout("satisfaction.ratings"))
    assert rated == TicketChanged(source="help_scout", ticket_id="291938", csat=3.0)
    assert event(SCOUT, {"id": 291938}, scout("convo.deleted")) == TicketDeleted("help_scout", "291938")
    assert event(SCOUT, payload, scout("convo.note.created")) == NotForUs("a private note")
    with pytest.raises(PayloadError, match="x-helpscout-event must name the event"):
        event(SCOUT, payload)
    named = delivery_id(SCOUT, sample("help_scout_created"), scout("convo.created"))
    assert named == "convo.created:291938:2026-03-01T09:30:00Z:2"


def test_fronts_message() -> None:
    said = Message(sender=Sender.CUSTOMER, body="The page says 403.", at=at("2026-03-01T09:30:00"))
    ticket = Ticket(
        id="cnv_55c8c149",
        source="front",
        subject="Cannot log in",
        messages=(said,),
        created_at=at("2026-03-01T09:29:00"),
        status="open",
        tags=("login",),
        customer=Customer(name="Kim Lee", email="kim@example.com"),
    )
    assert event(FRONT, sample("front_received")) == TicketCame(ticket=ticket)
    assert delivery_id(FRONT, sample("front_received")) == "inbound_received:evt_55c8c149"


def test_fronts_other_events_and_its_challenge() -> None:
    sent = sample("front_received") | {"type": "outbound_sent"}
    sent["payload"]["target"]["data"]["author"] = {"id": "tea_1", "first_name": "Ann", "last_name": "Ray"}
    found = event(FRONT, sent)
    assert isinstance(found, TicketChanged)
    assert found.messages[0].author == "Ann Ray"
    sent["payload"]["target"]["data"]["author"]["id"] = "tea_9"
    assert event(FRONT, sent) == NotForUs("our own change")
    again = event(FRONT, sample("front_received") | {"type": "conversation_reopened"})
    assert isinstance(again, TicketChanged)
    assert again.outcome is OutcomeKind.CONTRADICTED
    gone = event(FRONT, sample("front_received") | {"type": "conversation_deleted"})
    assert gone == TicketDeleted("front", "cnv_55c8c149")
    assert event(FRONT, sample("front_received") | {"type": "new_comment_added"}) == NotForUs("a private note")
    tried = event(FRONT, {"type": "sync", "authorization": {"id": "cmp_abc"}})
    assert tried == NotForUs("Front tries the address: it and the signing key are right")
    assert HELPDESKS[Kind.FRONT].SIGNING.challenge_header == "x-front-challenge"


def test_libredesks_events() -> None:
    said = Message(sender=Sender.CUSTOMER, body="The page says 403.", at=at("2026-03-01T09:30:00"))
    expected = TicketCame(ticket=Ticket(id="c0ffee", source="libredesk", messages=(said,)))
    assert event(LIBREDESK, sample("libredesk_message")) == expected
    changed = TicketChanged(source="libredesk", ticket_id="c0ffee", status="open", outcome=OutcomeKind.CONTRADICTED)
    assert event(LIBREDESK, sample("libredesk_status")) == changed
    note = sample("libredesk_message")
    note["payload"]["private"] = True
    assert event(LIBREDESK, note) == NotForUs("a private note")
    ping = event(LIBREDESK, {"event": "webhook.test", "payload": {}})
    assert ping == NotForUs("a ping: the address and the secret are right")
    contact = {"id": 4, "first_name": "Kim", "last_name": "Lee", "email": "kim@example.com"}
    conversation = {"uuid": "c0ffee", "subject": "Cannot log in", "contact": contact, "status": "Open"}
    came = event(LIBREDESK, {"event": "conversation.created", "payload": conversation})
    known = Ticket(id="c0ffee", source="libredesk", subject="Cannot log in", status="open")
    assert came == TicketCame(ticket=replace(known, customer=replace(KIM, id="4")))


def test_jiras_issue_with_its_formatted_text() -> None:
    ticket = Ticket(
        id="SUP-12",
        source="jira",
        subject="Cannot log in",
        body="The page says 403.\nWhat now?",
        channel=Channel.PORTAL,
        created_at=at("2026-03-01T09:29:00"),
        status="waiting for support",
        priority="High",
        tags=("login",),
        customer=replace(KIM, id="qm:1"),
        account=Account(name="Acme"),
    )
    hook = replace(JIRA, fields={"account_name": "issue.fields.customfield_10010.0.name"})
    assert event(hook, sample("jira_created")) == TicketCame(ticket=ticket, whole=True)
    assert delivery_id(hook, sample("jira_created")) == "jira:issue_created:99291:1772357341000"


def test_jiras_comments_and_states() -> None:
    answered = event(JIRA, sample("jira_comment"))
    assert isinstance(answered, TicketChanged)
    when = at("2026-03-01T10:00:00")
    body = "Please clear your cookies."
    assert answered.messages == (Message(sender=Sender.AGENT, body=body, author="Ann Ray", at=when),)
    own = sample("jira_comment")
    own["comment"]["author"]["accountId"] = "qm:1"
    replied = event(JIRA, own)
    assert isinstance(replied, TicketCame)
    assert replied.ticket.messages == (Message(sender=Sender.CUSTOMER, body=body, at=when),)
    note = sample("jira_comment")
    note["comment"]["jsdPublic"] = False
    assert event(JIRA, note) == NotForUs("a private note")
    note["comment"]["author"]["accountId"] = "a:9"
    assert event(JIRA, note) == NotForUs("our own change")
    moved = sample("jira_created") | {"webhookEvent": "jira:issue_updated"}
    moved["changelog"] = {"items": [{"field": "status", "fromString": "Resolved", "toString": "Reopened"}]}
    again = event(JIRA, moved)
    assert isinstance(again, TicketChanged)
    assert again.outcome is OutcomeKind.CONTRADICTED
    gone = event(JIRA, sample("jira_created") | {"webhookEvent": "jira:issue_deleted"})
    assert gone == TicketDeleted("jira", "SUP-12")


def test_gorgias_tickets_and_messages() -> None:
    ticket = Ticket(
        id="412",
        source="gorgias",
        subject="Cannot log in",
        body="The page says 403.",
        channel=Channel.CHAT,
        created_at=at("2026-03-01T09:29:00"),
        status="open",
        customer=replace(KIM, id="77"),
    )
    new, more = {"x-advisor-event": "ticket-created"}, {"x-advisor-event": "ticket-message-created"}
    assert event(GORGIAS, sample("gorgias_created"), new) == TicketCame(ticket=ticket, whole=True)
    said = Message(sender=Sender.CUSTOMER, body="The page says 403.", at=at("2026-03-01T09:29:00"))
    assert event(GORGIAS, sample("gorgias_created"), more) == TicketCame(
        ticket=replace(ticket, body="", messages=(said,))
    )
    payload = sample("gorgias_created")
    payload["message"] |= {"from_agent": True, "body_text": "I call you.", "sender": {"name": "Ann"}}
    answered = event(GORGIAS, payload, more)
    assert isinstance(answered, TicketChanged)
    assert answered.handled is not None
    assert (answered.handled.action, answered.handled.by) == (Action.LIVE_HUMAN, "Ann")
    payload["message"]["public"] = "false"
    assert event(GORGIAS, payload, more) == NotForUs("a private note")
    with pytest.raises(PayloadError, match="x-advisor-event must name the event"):
        event(GORGIAS, payload)
    assert delivery_id(GORGIAS, sample("gorgias_created"), new) == "ticket-created:412:9"
