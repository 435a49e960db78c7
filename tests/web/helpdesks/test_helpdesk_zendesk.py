"""Zendesk: our template, its own ticket events, writing and pulling."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest
from helpdesk_builders import a_hook, at, delivery_id, event, sample

from advisor.types import Account, Action, Channel, Customer, Handled, Message, OutcomeKind, Sender, Ticket
from web.helpdesks import HELPDESKS, PayloadError, zendesk
from web.helpdesks.model import Call, Kind, NotForUs, TicketCame, TicketChanged, TicketDeleted, Written

HOOK = a_hook(Kind.ZENDESK, user="advisor@acme.example")
KIM = Customer(id="20978392", name="Kim Lee", email="kim@example.com", phone="+1 555 0100")
TICKET = Ticket(
    id="35436",
    source="zendesk",
    subject="Cannot log in",
    body='The page says "403".\nWhat now?',
    channel=Channel.PORTAL,
    created_at=at("2026-03-01T09:29:00"),
    status="new",
    priority="high",
    tags=("login", "vip"),
    customer=KIM,
    account=Account(id="57542", name="Acme"),
)


def test_a_new_ticket_is_taken_whole() -> None:
    assert event(HOOK, sample("zendesk_created")) == TicketCame(ticket=TICKET, whole=True)


def test_the_map_fills_what_is_known_of_the_company() -> None:
    fields = {"licences": "ticket.organization.seats", "renews_on": "ticket.organization.renewal"}
    fields |= {"manager": "ticket.organization.csm", "plan": "ticket.organization.nowhere", "persona": "ticket.tags.x"}
    found = event(replace(HOOK, fields=fields), sample("zendesk_created"))
    account = Account(id="57542", name="Acme", licences=1200, renews_on=date(2026, 12, 31), manager="Sam")
    assert found == TicketCame(ticket=replace(TICKET, account=account), whole=True)


def test_a_further_message_of_the_customer_comes_by_itself() -> None:
    payload = sample("zendesk_created") | {"event": "customer.replied"}
    payload["ticket"]["comment"] = "Still 403."
    message = Message(sender=Sender.CUSTOMER, body="Still 403.", at=at("2026-03-01T09:30:00"))
    expected = TicketCame(ticket=replace(TICKET, body="", messages=(message,)))
    assert event(HOOK, payload) == expected


def test_a_message_of_a_colleague_names_its_author() -> None:
    payload = sample("zendesk_created") | {"event": "customer.replied", "current_user": {"name": "Lou"}}
    found = event(HOOK, payload)
    assert isinstance(found, TicketCame)
    assert found.ticket.messages[0].author == "Lou"


def test_an_agents_answer_with_a_link_to_an_article_is_self_service() -> None:
    found = event(HOOK, sample("zendesk_agent_replied"))
    body = "Please see https://acme.zendesk.com/hc/en-us/articles/360001-Reset-your-password"
    when = at("2026-03-01T10:00:00")
    assert found == TicketChanged(
        source="zendesk",
        ticket_id="35436",
        status="pending",
        assignee="Ann Ray",
        tags=("login", "vip"),
        handled=Handled(action=Action.SELF_SERVICE, channel=Channel.PORTAL, by="Ann Ray", at=when),
        messages=(Message(sender=Sender.AGENT, body=body, author="Ann Ray", at=when),),
    )


def test_an_agents_answer_without_one_is_a_persons() -> None:
    payload = sample("zendesk_agent_replied")
    payload["ticket"]["comment"] = "I have reset it for you. https://acme.example/login"
    found = event(HOOK, payload)
    assert isinstance(found, TicketChanged)
    assert found.handled is not None
    assert found.handled.action is Action.LIVE_HUMAN


def test_a_link_below_an_address_of_the_hooks_own_is_an_article() -> None:
    payload = sample("zendesk_agent_replied")
    payload["ticket"]["comment"] = "See https://acme.example/learn/login"
    found = event(replace(HOOK, options={"articles": "https://acme.example/learn/"}), payload)
    assert isinstance(found, TicketChanged)
    assert found.handled is not None
    assert found.handled.action is Action.SELF_SERVICE


@pytest.mark.parametrize(("word", "csat"), [("Good", 1.0), ("Bad, with comment", 0.0), ("Offered", None), ("4", 4.0)])
def test_a_rating_becomes_a_number(word: str, csat: float | None) -> None:
    payload = sample("zendesk_created") | {"event": "ticket.changed"}
    payload["ticket"] |= {"rating": word, "status": "Solved", "tags": "login advisor_wrong_article"}
    assert event(HOOK, payload) == TicketChanged(
        source="zendesk",
        ticket_id="35436",
        status="solved",
        tags=("login", "advisor_wrong_article"),
        solved_at=at("2026-03-01T09:30:00"),
        csat=csat,
    )


def test_a_ticket_that_is_opened_again_contradicts() -> None:
    found = event(HOOK, sample("zendesk_created") | {"event": "ticket.reopened"})
    assert isinstance(found, TicketChanged)
    assert found.outcome is OutcomeKind.CONTRADICTED


def test_what_our_own_user_does_is_not_for_us() -> None:
    payload = sample("zendesk_created") | {"event": "ticket.changed", "current_user": {"email": "Advisor@acme.example"}}
    assert event(HOOK, payload) == NotForUs("our own change")


def test_an_unknown_event_is_not_for_us() -> None:
    found = event(HOOK, sample("zendesk_created") | {"event": "ticket.merged"})
    assert isinstance(found, NotForUs)
    assert found.because.startswith("ticket.merged is no event that is taken here: ticket.created,")


def test_a_delivery_without_event_or_id_is_refused() -> None:
    with pytest.raises(PayloadError, match=r"^event must name what happened.*use the template"):
        event(HOOK, {"ticket": {"id": 1}})
    with pytest.raises(PayloadError, match=r"^ticket\.id must be an id, was missing$"):
        event(HOOK, {"event": "ticket.created"})
    with pytest.raises(PayloadError, match=r"^ticket\.description must be text, was: an object$"):
        event(HOOK, {"event": "ticket.created", "ticket": {"id": 1, "description": {}}})


def test_a_ticket_without_text_and_customer_is_taken_as_it_is() -> None:
    bare = Ticket(id="7", source="zendesk")
    assert event(HOOK, {"event": "ticket.created", "ticket": {"id": 7}}) == TicketCame(ticket=bare, whole=True)


def test_zendesks_own_event_of_a_comment_is_the_customers_message() -> None:
    found = event(HOOK, sample("zendesk_event_comment"))
    when = at("2026-03-01T10:00:00")
    assert found == TicketCame(
        ticket=Ticket(
            id="5158",
            source="zendesk",
            subject="Cannot log in",
            messages=(Message(sender=Sender.CUSTOMER, body="Still 403.", at=when),),
            channel=Channel.PORTAL,
            created_at=at("2026-03-01T09:29:00"),
            status="open",
            priority="high",
            tags=("login", "vip"),
            assignee="8447388090494",
            customer=Customer(id="20978392"),
            account=Account(id="8447346622462"),
        )
    )


def test_zendesks_own_events_tell_notes_states_and_deletions() -> None:
    note = sample("zendesk_event_comment")
    note["event"]["comment"]["is_public"] = False
    assert event(HOOK, note) == NotForUs("a private note")
    status = sample("zendesk_event_comment") | {"type": "zen:event-type:ticket.status_changed"}
    status["event"] = {"current": "OPEN", "previous": "SOLVED"}
    found = event(HOOK, status)
    assert isinstance(found, TicketChanged)
    assert (found.status, found.outcome) == ("open", OutcomeKind.CONTRADICTED)
    gone = sample("zendesk_event_comment") | {"type": "zen:event-type:ticket.soft_deleted"}
    assert event(HOOK, gone) == TicketDeleted("zendesk", "5158")
    other = event(HOOK, sample("zendesk_event_comment") | {"type": "zen:event-type:user.created"})
    assert other == NotForUs("zen:event-type:user.created says nothing of a ticket that is taken here")


def test_the_header_names_deliveries() -> None:
    assert delivery_id(HOOK, sample("zendesk_created")) is None
    assert HELPDESKS[Kind.ZENDESK].SIGNING.id_header == "x-zendesk-webhook-invocation-id"


def test_a_note_is_never_public_and_only_written_on_what_was_read() -> None:
    known = Written(tags=("login",), updated="2026-03-01T10:00:00Z")
    stamp = {"updated_stamp": "2026-03-01T10:00:00Z", "safe_update": True}
    comment = {"html_body": "<p>hi</p>", "public": False}
    assert zendesk.note(HOOK, "35436", "hi", html="<p>hi</p>", known=known) == Call(
        method="PUT", path="/api/v2/tickets/35436.json", body={"ticket": {"comment": comment, **stamp}}
    )
    assert zendesk.tag(HOOK, "35436", ["login", "advisor_person"], known=known) == (
        Call(method="PUT", path="/api/v2/tickets/35436/tags.json", body={"tags": ["advisor_person"], **stamp}),
    )
    assert zendesk.tag(HOOK, "35436", ["login"], known=known) == ()


def test_an_id_cannot_lead_elsewhere() -> None:
    assert zendesk.read(HOOK, "../users/me")[0].path == "/api/v2/tickets/..%2Fusers%2Fme.json"


def test_what_was_written_is_read_back() -> None:
    ticket = {"ticket": {"id": 35436, "tags": ["login"], "updated_at": "2026-03-01T10:00:00Z"}}
    comments = {"comments": [{"html_body": "<p>a</p>", "public": False}, {"html_body": "<p>b</p>", "public": True}]}
    answers = [json.dumps(ticket).encode(), json.dumps(comments).encode()]
    assert zendesk.found(answers) == Written(notes=("<p>a</p>",), tags=("login",), updated="2026-03-01T10:00:00Z")
    with pytest.raises(PayloadError, match="must be JSON"):
        zendesk.found([b"<html>Please sign in</html>", b"{}"])


def test_who_we_are_is_said_by_token() -> None:
    assert zendesk.authorised(HOOK, "t0ken") == {"authorization": "Basic YWR2aXNvckBhY21lLmV4YW1wbGUvdG9rZW46dDBrZW4="}


def test_a_pull_asks_for_tickets_then_for_the_comments_of_each() -> None:
    first = zendesk.pull(HOOK, "2026-03-01T00:00:00Z")
    asked = "per_page=100&include=users%2Corganizations&start_time=1772323200"
    assert first == Call(method="GET", path=f"/api/v2/incremental/tickets/cursor.json?{asked}")
    page = {
        "tickets": [
            {
                "id": 1,
                "subject": "Cannot log in",
                "description": "403",
                "status": "open",
                "requester_id": 7,
                "assignee_id": 9,
                "organization_id": 5,
                "via": {"channel": "email"},
                "satisfaction_rating": {"score": "good"},
                "created_at": "2026-03-01T09:29:00Z",
                "updated_at": "2026-03-01T10:00:00Z",
                "tags": ["login"],
            },
            {"id": 2, "status": "deleted"},
        ],
        "users": [{"id": 7, "name": "Kim", "email": "kim@example.com"}, {"id": 9, "name": "Ann"}],
        "organizations": [{"id": 5, "name": "Acme", "organization_fields": {"seats": 60}}],
        "after_cursor": "MTU4",
        "end_of_stream": True,
    }
    hook = replace(HOOK, fields={"licences": "ticket.organization.seats"})
    listed = zendesk.pulled(hook, json.dumps(page).encode(), cursor="2026-03-01T00:00:00Z")
    assert (listed.events, listed.more) == ((TicketDeleted("zendesk", "2"),), True)
    assert zendesk.pull(hook, listed.cursor).path == "/api/v2/tickets/1/comments.json?include=users"
    comments = {
        "comments": [
            {"author_id": 7, "plain_body": "403", "public": True, "created_at": "2026-03-01T09:29:00Z"},
            {"author_id": 9, "plain_body": "vip!", "public": False, "created_at": "2026-03-01T09:40:00Z"},
            {"author_id": 9, "plain_body": "I call you.", "public": True, "created_at": "2026-03-01T09:50:00Z"},
        ],
        "users": [{"id": 7, "role": "end-user", "name": "Kim"}, {"id": 9, "role": "agent", "name": "Ann"}],
    }
    last = zendesk.pulled(hook, json.dumps(comments).encode(), cursor=listed.cursor)
    answer = Message(sender=Sender.AGENT, body="I call you.", author="Ann", at=at("2026-03-01T09:50:00"))
    assert last.events == (
        TicketCame(
            ticket=Ticket(
                id="1",
                source="zendesk",
                subject="Cannot log in",
                body="403",
                messages=(answer,),
                created_at=at("2026-03-01T09:29:00"),
                status="open",
                tags=("login",),
                assignee="Ann",
                csat=1.0,
                customer=Customer(id="7", name="Kim", email="kim@example.com"),
                account=Account(id="5", name="Acme", licences=60),
                handled=Handled(
                    action=Action.LIVE_HUMAN, channel=Channel.EMAIL, by="Ann", at=at("2026-03-01T09:50:00")
                ),
            ),
            whole=True,
        ),
    )
    assert not last.more
    assert zendesk.pull(hook, last.cursor).path.endswith("&cursor=MTU4")


def test_a_ticket_that_cannot_be_read_does_not_stop_a_pull() -> None:
    cursor = json.dumps({"since": "2026-03-01T00:00:00Z", "over": True, "waiting": [{"ticket": {"id": 1}}]})
    found = zendesk.pulled(HOOK, b'{"comments": [{"plain_body": {}}]}', cursor=cursor)
    assert found.events == (NotForUs("it cannot be read: comments[0].plain_body must be text, was: an object"),)
    assert not found.more
    with pytest.raises(PayloadError, match="must be JSON"):
        zendesk.pulled(HOOK, b"<html>", cursor=cursor)
