"""Chatwoot: messages and changes of conversations, private messages and labels, and its list."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from helpdesk_builders import a_hook, at, delivery_id, event, sample

from advisor.types import Account, Action, Channel, Customer, Handled, Message, OutcomeKind, Sender, Ticket
from web.helpdesks import chatwoot
from web.helpdesks.model import Call, Kind, NotForUs, TicketCame, TicketChanged, Written

HOOK = a_hook(Kind.CHATWOOT, user="99", options={"account": "7"})
SAID = Message(sender=Sender.CUSTOMER, body="The page says 403.", at=at("2026-03-01T09:30:00"))
TICKET = Ticket(
    id="207",
    source="chatwoot",
    subject="Cannot log in",
    messages=(SAID,),
    channel=Channel.EMAIL,
    created_at=at("2026-03-01T09:29:00"),
    status="open",
    priority="high",
    tags=("login",),
    assignee="Ann",
    customer=Customer(id="4", name="Kim Lee", email="kim@example.com", phone="+15550100"),
)
BASE = "/api/v1/accounts/7/conversations"


def message(**fields: object) -> dict[str, Any]:
    return sample("chatwoot_message") | fields  # type: ignore[no-any-return]


def test_a_message_of_the_customer_comes_by_itself() -> None:
    assert event(HOOK, sample("chatwoot_message")) == TicketCame(ticket=TICKET)


def test_the_map_leads_into_the_payload() -> None:
    hook = replace(HOOK, fields={"licences": "conversation.meta.sender.custom_attributes.seats"})
    assert event(hook, sample("chatwoot_message")) == TicketCame(ticket=replace(TICKET, account=Account(licences=120)))


def test_an_agents_message_joins_and_tells_what_was_done() -> None:
    ann = {"id": 2, "name": "Ann Ray", "email": "ann@acme.example", "type": "user"}
    when = at("2026-03-01T09:30:00")
    assert event(HOOK, message(message_type="outgoing", sender=ann, content="I call you.")) == TicketChanged(
        source="chatwoot",
        ticket_id="207",
        status="open",
        assignee="Ann",
        tags=("login",),
        handled=Handled(action=Action.LIVE_HUMAN, channel=Channel.EMAIL, by="Ann Ray", at=when),
        messages=(Message(sender=Sender.AGENT, body="I call you.", author="Ann Ray", at=when),),
    )


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"private": True, "message_type": "outgoing"}, "a private note"),
        ({"message_type": "activity"}, "a remark of Chatwoot's own"),
        ({"message_type": 2}, "a remark of Chatwoot's own"),
        ({"message_type": "template", "sender": None}, "a bot's message"),
        ({"message_type": "outgoing", "sender": {"id": 1, "type": "agent_bot"}}, "a bot's message"),
        ({"message_type": "outgoing", "sender": None}, "a bot's message"),
        ({"message_type": "outgoing", "sender": {"id": 99, "type": "user"}}, "our own change"),
        ({"content": None}, "a message without text, such as a picture"),
        ({"content_attributes": {"deleted": True}}, "a message that was deleted"),
        ({"event": "conversation_created"}, "its first message comes by itself"),
        ({"event": "conversation_typing_on"}, "somebody is typing"),
        ({"event": "message_updated"}, "a message was changed, which says nothing new"),
    ],
)
def test_notes_bots_and_our_own_are_not_for_us(fields: dict[str, object], reason: str) -> None:
    assert event(HOOK, message(**fields)) == NotForUs(reason)


def test_the_answer_to_a_survey_is_a_rating() -> None:
    answer = {"submitted_values": {"csat_survey_response": {"rating": 4, "feedback_message": "ok"}}}
    found = event(HOOK, message(event="message_updated", content_attributes=answer))
    assert isinstance(found, TicketChanged)
    assert (found.ticket_id, found.csat, found.tags) == ("207", 4.0, ("login",))


def test_a_conversation_that_is_opened_again_contradicts() -> None:
    found = event(HOOK, sample("chatwoot_status"))
    expected = TicketChanged(source="chatwoot", ticket_id="207", status="open", assignee="Ann", tags=("login",))
    assert found == replace(expected, outcome=OutcomeKind.CONTRADICTED)
    solved = sample("chatwoot_status") | {"status": "resolved", "changed_attributes": None}
    found = event(HOOK, solved)
    assert found == replace(expected, status="resolved", solved_at=at("2026-03-01T09:30:00"))


def test_our_own_labels_are_not_for_us_and_agents_are() -> None:
    payload = sample("chatwoot_status") | {"event": "conversation_updated"}
    labels = {"previous_value": ["login"], "current_value": ["login", "advisor_person"]}
    payload["changed_attributes"] = [{"label_list": labels}]
    assert event(HOOK, payload) == NotForUs("our own labels")
    labels["current_value"].append("advisor_wants_person")
    assert isinstance(event(HOOK, payload), TicketChanged)
    payload["changed_attributes"] = [{"label_list": {"current_value": ["advisor_x"]}, "assignee_id": {}}]
    assert isinstance(event(HOOK, payload), TicketChanged)


def test_a_message_is_known_by_event_and_id_for_every_try_has_a_new_delivery_id() -> None:
    first = delivery_id(HOOK, message(), {"x-chatwoot-delivery": "a"})
    assert first == "message_created:654:2026-03-01T09:30:00.000Z:"
    assert first == delivery_id(HOOK, message(), {"x-chatwoot-delivery": "b"})


def test_a_note_is_private_and_no_label_is_lost() -> None:
    body = {"content": "hi", "message_type": "outgoing", "private": True}
    assert chatwoot.note(HOOK, "207", "hi", html="<p>hi</p>") == Call(
        method="POST", path=f"{BASE}/207/messages", body=body
    )
    known = Written(tags=("login",))
    assert chatwoot.tag(HOOK, "207", ["advisor_person"], known=known) == (
        Call(method="POST", path=f"{BASE}/207/labels", body={"labels": ["login", "advisor_person"]}),
    )
    assert chatwoot.tag(HOOK, "207", ["login"], known=known) == ()
    assert chatwoot.untag(HOOK, "207", ["advisor_x"], known=Written(tags=("login", "advisor_x"))) == (
        Call(method="POST", path=f"{BASE}/207/labels", body={"labels": ["login"]}),
    )


def test_what_was_written_is_read_back_page_by_page() -> None:
    labels = b'{"payload": ["login"]}'
    page = {"payload": [{"id": number, "content": f"m{number}", "private": number == 41} for number in range(40, 60)]}
    full = json.dumps(page).encode()
    assert [call.path for call in chatwoot.read(HOOK, "207")] == [f"{BASE}/207/labels", f"{BASE}/207/messages"]
    (more,) = chatwoot.read_on(HOOK, "207", [labels, full])
    assert more.path == f"{BASE}/207/messages?before=40"
    assert chatwoot.read_on(HOOK, "207", [labels, full, b'{"payload": []}']) == ()
    assert chatwoot.found([labels, full]) == Written(notes=("m41",), tags=("login",))
    assert chatwoot.authorised(HOOK, "t") == {"api_access_token": "t"}


def test_a_pull_goes_back_to_what_it_knows_and_asks_for_the_messages_of_each() -> None:
    first = chatwoot.pull(HOOK, "2026-03-01T09:00:00Z")
    assert first.path == f"{BASE}?status=all&assignee_type=all&sort_by=last_activity_at_desc&page=1"
    conversation = sample("chatwoot_message")["conversation"]
    old = {"id": 1, "last_activity_at": 1772323200}
    page = json.dumps({"data": {"meta": {}, "payload": [conversation, old]}}).encode()
    listed = chatwoot.pulled(HOOK, page, cursor="2026-03-01T09:00:00Z")
    assert (listed.events, listed.more) == ((), True)
    assert chatwoot.pull(HOOK, listed.cursor).path == f"{BASE}/207/messages"
    ann = {"id": 2, "name": "Ann Ray", "type": "user"}
    messages = [
        {"content": "The page says 403.", "message_type": 0, "created_at": 1772357400, "sender": {"id": 4}},
        {"content": "vip", "message_type": 1, "private": True, "created_at": 1772357401, "sender": ann},
        {"content": "I call you.", "message_type": 1, "created_at": 1772357402, "sender": ann},
    ]
    last = chatwoot.pulled(HOOK, json.dumps({"payload": messages}).encode(), cursor=listed.cursor)
    when = at("2026-03-01T09:30:02")
    answer = Message(sender=Sender.AGENT, body="I call you.", author="Ann Ray", at=when)
    done = Handled(action=Action.LIVE_HUMAN, channel=Channel.EMAIL, by="Ann Ray", at=when)
    assert last.events == (TicketCame(ticket=replace(TICKET, messages=(SAID, answer), handled=done)),)
    assert not last.more
    assert json.loads(last.cursor)["since"] == "2026-03-01T09:30:00Z"


def test_a_pull_turns_the_page_while_all_is_new() -> None:
    conversation = sample("chatwoot_message")["conversation"]
    page = json.dumps({"data": {"payload": [conversation]}}).encode()
    listed = chatwoot.pulled(HOOK, page, cursor="2026-03-01T09:00:00Z")
    after = chatwoot.pulled(HOOK, b'{"payload": []}', cursor=listed.cursor)
    assert after.events == (NotForUs("conversation 207 has no text yet"),)
    assert after.more
    assert chatwoot.pull(HOOK, after.cursor).path.endswith("&page=2")
    over = chatwoot.pulled(HOOK, b'{"data": {"payload": []}}', cursor=after.cursor)
    assert not over.more
    assert chatwoot.pull(HOOK, over.cursor).path.endswith("&page=1")
