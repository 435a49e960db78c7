"""Intercom: conversations and their parts, notes and tags."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from helpdesk_builders import a_hook, at, delivery_id, event, events, sample

from advisor.types import Account, Action, Channel, Customer, Handled, Message, OutcomeKind, Sender, Ticket
from web.helpdesks import PayloadError, intercom
from web.helpdesks.model import Call, Kind, NotForUs, TicketCame, TicketChanged, TicketDeleted, Written

HOOK = a_hook(Kind.INTERCOM, user="991")
TICKET = Ticket(
    id="215468",
    source="intercom",
    body="<p>The page says 403.</p>",
    channel=Channel.CHAT,
    created_at=at("2026-03-01T09:29:00"),
    status="open",
    priority="not_priority",
    tags=("login",),
    assignee="814860",
    customer=Customer(id="64bec5", name="Kim Lee", email="kim@example.com"),
)
LATER = at("2026-03-01T10:00:00")
VERSION = {"intercom-version": "2.11"}


def test_a_new_conversation_is_taken_whole() -> None:
    assert event(HOOK, sample("intercom_created")) == TicketCame(ticket=TICKET, whole=True)


def test_the_map_leads_into_the_notification() -> None:
    found = event(replace(HOOK, fields={"licences": "data.item.custom_attributes.seats"}), sample("intercom_created"))
    assert isinstance(found, TicketCame)
    assert found.ticket.account == Account(licences=120)


def test_a_reply_of_the_customer_comes_by_itself() -> None:
    message = Message(sender=Sender.CUSTOMER, body="<p>Still 403.</p>", at=LATER)
    expected = TicketCame(ticket=replace(TICKET, body="", messages=(message,)))
    assert event(HOOK, sample("intercom_user_replied")) == expected


def test_several_parts_are_several_messages() -> None:
    payload = sample("intercom_user_replied")
    parts = payload["data"]["item"]["conversation_parts"]["conversation_parts"]
    parts.append({**parts[0], "body": "<p>And 404.</p>"})
    found = [one.ticket.messages[0].body for one in events(HOOK, payload) if isinstance(one, TicketCame)]
    assert found == ["<p>Still 403.</p>", "<p>And 404.</p>"]


def test_an_admins_reply_joins_and_tells_what_was_done() -> None:
    body = '<p>See <a href="https://intercom.help/acme/en/articles/1-reset">this</a></p>'
    assert event(HOOK, sample("intercom_admin_replied")) == TicketChanged(
        source="intercom",
        ticket_id="215468",
        status="open",
        assignee="814860",
        tags=("login",),
        handled=Handled(action=Action.SELF_SERVICE, channel=Channel.CHAT, by="Ann Ray", at=LATER),
        messages=(Message(sender=Sender.AGENT, body=body, author="Ann Ray", at=LATER),),
    )


@pytest.mark.parametrize(
    ("author", "kind", "reason"),
    [
        ({"type": "admin", "id": "991"}, "comment", "our own change"),
        ({"type": "bot", "id": "1"}, "comment", "a bot's message"),
        ({"type": "admin", "id": "2", "from_ai_agent": True}, "comment", "a bot's message"),
        ({"type": "admin", "id": "2"}, "note", "a private note"),
    ],
)
def test_notes_bots_and_our_own_are_not_for_us(author: dict[str, object], kind: str, reason: str) -> None:
    payload = sample("intercom_admin_replied")
    part = payload["data"]["item"]["conversation_parts"]["conversation_parts"][0]
    part |= {"author": author, "part_type": kind}
    assert event(HOOK, payload) == NotForUs(reason)


def test_states_ratings_and_deletions() -> None:
    rated = sample("intercom_created") | {"topic": "conversation.rating.added"}
    rated["data"]["item"] |= {"state": "closed", "conversation_rating": {"rating": 5}}
    found = event(HOOK, rated)
    assert isinstance(found, TicketChanged)
    assert (found.csat, found.status, found.solved_at, found.tags) == (5.0, "closed", LATER, ("login",))
    again = event(HOOK, sample("intercom_created") | {"topic": "conversation.admin.opened"})
    assert isinstance(again, TicketChanged)
    assert again.outcome is OutcomeKind.CONTRADICTED
    gone = {"topic": "conversation.deleted", "data": {"item": {"conversation_id": 215468}}}
    assert event(HOOK, gone) == TicketDeleted("intercom", "215468")


def test_our_own_tags_are_not_for_us_and_agents_are() -> None:
    payload = sample("intercom_created") | {"topic": "conversation_part.tag.created"}
    payload["data"]["item"]["tags_added"] = {"tags": [{"name": "advisor_person"}]}
    assert event(HOOK, payload) == NotForUs("our own tags")
    payload["data"]["item"]["tags_added"]["tags"].append({"name": "advisor_wrong_topic"})
    assert isinstance(event(HOOK, payload), TicketChanged)


@pytest.mark.parametrize(
    ("topic", "reason"),
    [
        ("ping", "a ping: the address and the secret are right"),
        ("conversation.admin.noted", "a private note"),
        ("conversation.admin.single.created", "an agent began it, so that nobody waits for an answer"),
    ],
)
def test_what_says_nothing_is_not_for_us(topic: str, reason: str) -> None:
    assert event(HOOK, sample("intercom_created") | {"topic": topic}) == NotForUs(reason)


def test_the_notifications_id_names_the_delivery() -> None:
    assert delivery_id(HOOK, sample("intercom_created")) == "notif_ccd8a4d0-f965-11e3"


def test_a_conversation_without_contact_or_id() -> None:
    bare = event(HOOK, {"topic": "conversation.user.created", "data": {"item": {"id": "1"}}})
    assert bare == TicketCame(ticket=Ticket(id="1", source="intercom", channel=Channel.CHAT), whole=True)
    with pytest.raises(PayloadError, match=r"^data\.item\.id must be an id, was missing$"):
        event(HOOK, {"topic": "conversation.user.created"})


def test_a_note_is_an_admins_and_a_tag_is_put_on_by_id() -> None:
    note = intercom.note(HOOK, "215468", "hi", html="<p>hi</p>")
    body = {"message_type": "note", "type": "admin", "admin_id": "991", "body": "<p>hi</p>"}
    assert note == Call(method="POST", path="/conversations/215468/reply", body=body, headers=VERSION)
    assert intercom.tag(HOOK, "215468", ["login", "advisor_person"], known=Written(tags=("login",))) == (
        Call(method="POST", path="/tags", body={"name": "advisor_person"}, headers=VERSION),
        Call(
            method="POST",
            path="/conversations/215468/tags",
            body={"admin_id": "991"},
            headers=VERSION,
            takes={"id": "id"},
        ),
    )


def test_what_was_written_is_read_back() -> None:
    item = sample("intercom_admin_replied")["data"]["item"]
    part = item["conversation_parts"]["conversation_parts"][0]
    item["conversation_parts"]["conversation_parts"] = [{**part, "part_type": "note", "body": "<p>a</p>"}, part]
    found = intercom.found([json.dumps(item).encode()])
    assert found == Written(notes=("<p>a</p>",), tags=("login",), updated="1772359200")
    assert intercom.authorised(HOOK, "t") == {"authorization": "Bearer t"}
