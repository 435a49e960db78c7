"""Zammad: tickets with articles, internal articles and tags, and its search."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from helpdesk_builders import a_hook, at, delivery_id, event, sample

from advisor.types import Account, Action, Channel, Customer, Handled, Message, OutcomeKind, Sender, Ticket
from web.helpdesks import PayloadError, zammad
from web.helpdesks.model import Call, Kind, NotForUs, TicketCame, TicketChanged, TicketDeleted, Written

HOOK = a_hook(Kind.ZAMMAD, user="advisor@chrispresso.com")
TICKET = Ticket(
    id="81",
    source="zammad",
    subject="Webhook-Test",
    body="This is a simple Webhook Test.<div><br></div>",
    channel=Channel.PHONE,
    created_at=at("2020-11-13T14:34:35.282"),
    status="open",
    priority="normal",
    assignee="Emma Taylor",
    customer=Customer(id="8", name="Emily Adams", email="emily@example.com", phone="0061 2 1234 7777"),
    account=Account(id="3", name="Awesome Customer Inc."),
)
LATER = at("2020-11-13T14:34:35.318")


def later(**article: object) -> dict[str, Any]:
    payload = sample("zammad_created")
    payload["ticket"] |= {"article_count": 2, "tags": ["login"]}
    payload["article"] |= article
    return payload  # type: ignore[no-any-return]


def test_the_documented_payload_is_a_new_ticket_of_the_customer_whom_an_agent_heard() -> None:
    assert event(HOOK, sample("zammad_created")) == TicketCame(ticket=TICKET, whole=True)


def test_a_field_of_the_organisation_tells_the_licences() -> None:
    found = event(replace(HOOK, fields={"licences": "ticket.organization.seats"}), sample("zammad_created"))
    account = Account(id="3", name="Awesome Customer Inc.", licences=120)
    assert found == TicketCame(ticket=replace(TICKET, account=account), whole=True)


def test_a_further_article_of_the_customer_comes_by_itself() -> None:
    said = Message(sender=Sender.CUSTOMER, body="Still 403.", at=LATER)
    expected = TicketCame(ticket=replace(TICKET, body="", tags=("login",), messages=(said,)))
    assert event(HOOK, later(body="Still 403.")) == expected


def test_an_article_of_a_colleague_names_its_author() -> None:
    found = event(HOOK, later(origin_by="lou@example.com"))
    assert isinstance(found, TicketCame)
    assert found.ticket.messages[0].author == "lou@example.com"


def test_an_agents_article_joins_and_tells_what_was_done() -> None:
    link = "https://help.chrispresso.com/help/en-us/1-coffee/3-grind"
    assert event(HOOK, later(sender="Agent", type="email", body=link)) == TicketChanged(
        source="zammad",
        ticket_id="81",
        status="open",
        assignee="Emma Taylor",
        tags=("login",),
        handled=Handled(action=Action.SELF_SERVICE, channel=Channel.PHONE, by="Christopher Miller", at=LATER),
        messages=(Message(sender=Sender.AGENT, body=link, author="Christopher Miller", at=LATER),),
    )


@pytest.mark.parametrize(
    ("article", "reason"),
    [
        ({"internal": True}, "an internal note"),
        ({"sender": "System"}, "a message of the system"),
        ({"sender": "Agent", "created_by": {"email": "advisor@chrispresso.com"}}, "our own change"),
    ],
)
def test_notes_machines_and_our_own_are_not_for_us(article: dict[str, object], reason: str) -> None:
    assert event(HOOK, later(**article)) == NotForUs(reason)


def test_a_change_without_an_article_tells_state_and_tags() -> None:
    payload = sample("zammad_created") | {"article": {}}
    payload["ticket"] |= {"state": "closed", "close_at": "2020-11-13T15:00:00Z", "tags": "login, advisor_wrong_topic"}
    changed = TicketChanged(
        source="zammad",
        ticket_id="81",
        status="closed",
        assignee="Emma Taylor",
        tags=("login", "advisor_wrong_topic"),
        solved_at=at("2020-11-13T15:00:00"),
    )
    assert event(HOOK, payload) == changed
    payload["ticket"]["updated_by"] = {"email": "Advisor@Chrispresso.com"}
    assert event(HOOK, payload) == NotForUs("our own change")


def test_the_custom_payloads_events() -> None:
    ticket = {"id": "81", "state": "open", "tags": "login", "owner": {"email": "-"}}
    again = event(HOOK, {"event": "ticket.reopened", "ticket": ticket})
    expected = TicketChanged(source="zammad", ticket_id="81", status="open", tags=("login",))
    assert again == replace(expected, outcome=OutcomeKind.CONTRADICTED)
    assert event(HOOK, {"event": "ticket.deleted", "ticket": ticket}) == TicketDeleted("zammad", "81")
    unknown = event(HOOK, {"event": "ticket.x", "ticket": ticket})
    assert isinstance(unknown, NotForUs)


def test_a_ticket_without_id_is_refused() -> None:
    with pytest.raises(PayloadError, match=r"^ticket\.id must be an id, was missing$"):
        event(HOOK, {"ticket": {}, "article": {}})


def test_without_the_header_the_article_names_the_delivery() -> None:
    named = delivery_id(HOOK, sample("zammad_created"))
    assert named is not None
    assert named.startswith("webhook:104:")


def test_a_note_is_an_internal_note_and_tags_are_added_one_by_one() -> None:
    body = {"ticket_id": 81, "body": "<p>hi</p>", "content_type": "text/html", "type": "note", "internal": True}
    assert zammad.note(HOOK, "81", "hi", html="<p>hi</p>") == Call(
        method="POST", path="/api/v1/ticket_articles", body=body
    )
    assert zammad.tag(HOOK, "81", ["login", "a", "b"], known=Written(tags=("login",))) == tuple(
        Call(method="POST", path="/api/v1/tags/add", body={"item": item, "object": "Ticket", "o_id": 81})
        for item in ("a", "b")
    )
    assert zammad.untag(HOOK, "81", ["a"], known=Written(tags=("a",))) == (
        Call(method="DELETE", path="/api/v1/tags/remove", body={"item": "a", "object": "Ticket", "o_id": 81}),
    )


def test_what_was_written_is_read_back() -> None:
    assert [call.path for call in zammad.read(HOOK, "81")] == [
        "/api/v1/ticket_articles/by_ticket/81?expand=true",
        "/api/v1/tags?object=Ticket&o_id=81",
    ]
    articles = [{"body": "<p>a</p>", "internal": True}, {"body": "<p>b</p>", "internal": False}]
    found = zammad.found([json.dumps(articles).encode(), b'{"tags": ["login"]}'])
    assert found == Written(notes=("<p>a</p>",), tags=("login",))
    assert zammad.authorised(HOOK, "t") == {"authorization": "Token token=t"}


def test_a_pull_searches_by_the_last_change_and_asks_for_the_articles_of_each() -> None:
    first = zammad.pull(HOOK, "2020-11-13T00:00:00Z")
    assert first.path == (
        "/api/v1/tickets/search?query=updated_at%3A%5B2020-11-13T00%3A00%3A00Z+TO+%2A%5D"
        "&sort_by=updated_at&order_by=asc&expand=true&per_page=50&page=1"
    )
    ticket = {
        "id": 81,
        "title": "Webhook-Test",
        "state": "open",
        "priority": "2 normal",
        "owner": "-",
        "customer": "emily@example.com",
        "customer_id": 8,
        "organization": "Awesome Customer Inc.",
        "organization_id": 3,
        "create_article_type": "email",
        "created_at": "2020-11-13T14:34:35Z",
        "updated_at": "2020-11-13T15:00:00Z",
        "seats": 60,
    }
    hook = replace(HOOK, fields={"licences": "ticket.seats"})
    listed = zammad.pulled(hook, json.dumps([ticket]).encode(), cursor="2020-11-13T00:00:00Z")
    assert (listed.events, listed.more) == ((), True)
    assert zammad.pull(hook, listed.cursor).path == "/api/v1/ticket_articles/by_ticket/81?expand=true"
    articles = [
        {
            "body": "403",
            "sender": "Customer",
            "from": "Emily <emily@example.com>",
            "created_at": "2020-11-13T14:34:35Z",
        },
        {"body": "vip", "sender": "Agent", "internal": True, "created_by": "chris@chrispresso.com"},
        {
            "body": "Hello",
            "sender": "Agent",
            "created_by": "chris@chrispresso.com",
            "created_at": "2020-11-13T15:00:00Z",
        },
    ]
    last = zammad.pulled(hook, json.dumps(articles).encode(), cursor=listed.cursor)
    when = at("2020-11-13T15:00:00")
    answer = Message(sender=Sender.AGENT, body="Hello", author="chris@chrispresso.com", at=when)
    expected = Ticket(
        id="81",
        source="zammad",
        subject="Webhook-Test",
        body="403",
        messages=(answer,),
        created_at=at("2020-11-13T14:34:35"),
        status="open",
        priority="normal",
        customer=Customer(id="8", email="emily@example.com"),
        account=Account(id="3", name="Awesome Customer Inc.", licences=60),
        handled=Handled(action=Action.LIVE_HUMAN, channel=Channel.EMAIL, by="chris@chrispresso.com", at=when),
    )
    assert last.events == (TicketCame(ticket=expected, whole=True),)
    assert not last.more
    assert json.loads(last.cursor)["since"] == "2020-11-13T15:00:00Z"


def test_a_full_page_goes_on_from_its_newest_change() -> None:
    page = [{"id": number, "updated_at": f"2020-11-13T15:{number:02}:00Z"} for number in range(50)]
    listed = zammad.pulled(HOOK, json.dumps(page).encode(), cursor="2020-11-13T15:00:00Z")
    kept = json.loads(listed.cursor)
    assert (kept["since"], kept["page"], kept["over"]) == ("2020-11-13T15:49:00Z", "", False)
    same = [{"id": number, "updated_at": "2020-11-13T15:00:00Z"} for number in range(50)]
    listed = zammad.pulled(HOOK, json.dumps(same).encode(), cursor="2020-11-13T15:00:00Z")
    kept = json.loads(listed.cursor)
    assert (kept["since"], kept["page"], kept["over"]) == ("2020-11-13T15:00:00Z", "2", False)


def test_a_ticket_that_only_agents_wrote_in_is_not_for_us() -> None:
    cursor = json.dumps({"since": "2020-11-13T00:00:00Z", "over": True, "waiting": [{"id": 81}]})
    found = zammad.pulled(HOOK, b'[{"body": "x", "sender": "Agent"}]', cursor=cursor)
    assert found.events == (NotForUs("in ticket 81 no customer has written"),)
