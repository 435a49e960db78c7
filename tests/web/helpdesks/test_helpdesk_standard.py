"""Our own generic door, and what all helpdesks share."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from helpdesk_builders import a_hook, at, delivery_id, event, sample

from advisor import settings
from advisor.records.reviews import OverrideReason
from advisor.types import Account, Action, Channel, Customer, Handled, Message, OutcomeKind, Sender, Ticket
from web.helpdesks import HELPDESKS, PULLING, WRITING, PayloadError, building, set_up
from web.helpdesks.answers import ANSWERS, is_ours, reviews_of
from web.helpdesks.building import email_of, links_article, value_at
from web.helpdesks.model import Kind, NotForUs, TicketCame, TicketChanged, TicketDeleted
from web.helpdesks.reading import day_of, decoded, moment_of, number_of, payload_of

HOOK = a_hook(Kind.STANDARD)
TICKET = Ticket(
    id="4711",
    source="standard",
    subject="Cannot log in",
    body="The page says 403.",
    channel=Channel.CHAT,
    created_at=at("2026-03-01T09:29:00"),
    customer=Customer(id="c1", email="kim@example.com"),
    account=Account(id="a1", licences=120),
    extra='{"colour":"red"}',
)


def told(kind: str, **fields: object) -> dict[str, object]:
    return {"type": kind, "timestamp": "2026-03-01T09:30:00Z", "data": {"id": "4711", **fields}}


def test_a_new_ticket_is_taken_whole_and_the_hook_is_its_source() -> None:
    assert event(HOOK, sample("standard_created")) == TicketCame(ticket=TICKET, whole=True)
    other = replace(HOOK, name="shop")
    found = event(other, told("ticket.created", body="x", source="zendesk"))
    assert isinstance(found, TicketCame)
    assert found.ticket.source == "shop"


def test_new_messages_of_the_customer_come_by_themselves() -> None:
    message = Message(sender=Sender.CUSTOMER, body="Still 403.", at=at("2026-03-01T10:00:00"))
    expected = TicketCame(ticket=Ticket(id="4711", source="standard", messages=(message,)))
    assert event(HOOK, sample("standard_message")) == expected


def test_messages_of_agents_alone_ask_for_no_advice() -> None:
    sent = told("message.created", messages=[{"from": "agent", "body": "Hello"}], handled={"action": "live_human"})
    assert event(HOOK, sent) == TicketChanged(
        source="standard",
        ticket_id="4711",
        handled=Handled(action=Action.LIVE_HUMAN),
        messages=(Message(sender=Sender.AGENT, body="Hello"),),
    )


def test_a_change_tells_only_what_it_names() -> None:
    sent = told("ticket.changed", status="solved", csat=4, outcome="contradicted", tags=["advisor_wants_person"])
    assert event(HOOK, sent) == TicketChanged(
        source="standard",
        ticket_id="4711",
        status="solved",
        csat=4.0,
        tags=("advisor_wants_person",),
        outcome=OutcomeKind.CONTRADICTED,
    )
    assert event(HOOK, told("ticket.updated", nps=9)) == TicketChanged(source="standard", ticket_id="4711", nps=9.0)


def test_deletions_and_pings() -> None:
    assert event(HOOK, told("ticket.deleted")) == TicketDeleted("standard", "4711")
    assert event(HOOK, {"type": "ping"}) == NotForUs("a ping: the address and the secret are right")
    found = event(HOOK, told("ticket.merged"))
    assert isinstance(found, NotForUs)
    assert found.because.startswith("ticket.merged is no event that is taken here")


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        ({}, r"^type must name an event"),
        ({"type": "ticket.created", "data": {"body": "x"}}, r"^data\.id must be an id, was missing$"),
        ({"type": "ticket.created", "data": []}, r"^data must be an object, was: a list$"),
        (told("ticket.created", body=5), r"^data: body must be text, was: 5$"),
        (told("ticket.created"), r"must have at least one of body, subject, messages"),
        (told("ticket.changed", outcome="won"), r"^data\.outcome must be one of confirmed, .*was: 'won'$"),
        (told("message.created", messages=[]), r"^data\.messages must hold the new messages, was empty$"),
        (
            {"type": "ticket.deleted", "data": {"id": "x" * 201}},
            r"^data\.id must have at most 200 characters, had 201$",
        ),
    ],
)
def test_a_wrong_shape_is_refused_with_its_place(sent: dict[str, object], reason: str) -> None:
    with pytest.raises(PayloadError, match=reason):
        event(HOOK, sent)


def test_the_settings_know_what_a_map_may_fill() -> None:
    assert set(settings.MAPPED) == set(building.MAPPED)


def test_every_kind_has_a_file_and_five_are_written_to() -> None:
    assert set(HELPDESKS) == set(Kind)
    assert set(WRITING) == {Kind.ZENDESK, Kind.INTERCOM, Kind.FRESHDESK, Kind.CHATWOOT, Kind.ZAMMAD}
    assert set(PULLING) == {Kind.ZENDESK, Kind.CHATWOOT, Kind.ZAMMAD}


@pytest.mark.parametrize("kind", Kind)
def test_the_set_up_names_address_and_secret_and_agents_tags(kind: Kind) -> None:
    text = set_up(kind, address="https://advisor.example/hooks/x", secret="s3cret")
    assert "https://advisor.example/hooks/x" in text
    assert "s3cret" in text
    assert "{address}" not in text
    assert "{secret}" not in text
    if kind is not Kind.HUBSPOT:  # it has no tags
        assert all(tag in text for tag in ANSWERS)


@pytest.mark.parametrize("kind", Kind)
def test_a_delivery_is_known_by_a_header_or_by_what_it_says(kind: Kind) -> None:
    helpdesk = HELPDESKS[kind]
    headers, body = helpdesk.sample(a_hook(kind), now=at("2026-03-01T09:30:00"))
    named = delivery_id(a_hook(kind), body, headers)
    assert helpdesk.SIGNING.id_header or named
    assert named == delivery_id(a_hook(kind), body, headers)
    assert delivery_id(a_hook(kind), b"no json", headers) is None


TEMPLATE = re.compile(r"^ *(\{\"(?:event|ticket)\".*?\}\}\}?)$", re.MULTILINE | re.DOTALL)
PLACEHOLDER = re.compile(r"\{\{([\w.]+)\}\}|#\{([\w.]+)\}")


@pytest.mark.parametrize(
    ("kind", "headers"),
    [
        (Kind.ZENDESK, {}),
        (Kind.FRESHDESK, {"x-advisor-event": "ticket.created"}),
        (Kind.ZAMMAD, {}),
        (Kind.GORGIAS, {"x-advisor-event": "ticket-created"}),
    ],
)
def test_the_template_to_paste_is_json_that_is_read(kind: Kind, headers: dict[str, str]) -> None:
    (template,) = TEMPLATE.findall(set_up(kind, address="a", secret="s"))
    filled = PLACEHOLDER.sub(lambda match: f"<{match[1] or match[2]}>", template)
    found = event(a_hook(kind), filled.encode(), headers)
    assert isinstance(found, TicketCame | TicketChanged)
    if isinstance(found, TicketCame):
        assert found.ticket.id == "<ticket.id>"
        assert "<ticket." in found.ticket.subject
        assert found.ticket.body in {"<ticket.description>", "<message.body_text>"}
        assert (found.ticket.customer.name or "").startswith("<ticket.")


def test_agents_tags_become_the_reason_of_an_override() -> None:
    assert reviews_of(["login", "advisor_wrong_article"]) is OverrideReason.ARTICLE_DOES_NOT_ANSWER
    assert reviews_of(["Advisor-Wrong-Topic"]) is OverrideReason.WRONG_TOPIC
    assert reviews_of(["advisor_wrong_article", "advisor_wants_person"]) is OverrideReason.CUSTOMER_WANTS_PERSON
    assert reviews_of(["advisor_person", "login"]) is None
    assert is_ours("advisor_person")
    assert not is_ours("login")


@pytest.mark.parametrize(
    ("body", "is_one"),
    [
        ("https://acme.zendesk.com/hc/en-us/articles/36000-Reset", True),
        ('<a href="https://acme.freshdesk.com/support/solutions/articles/3-reset">', True),
        ("https://help.example.com/en/articles/12-reset", True),
        ("https://acme.zammad.com/help/en-us/1-login/3-reset", True),
        ("https://acme.example/login?next=help", False),
        ("see our help/articles", False),
        ("", False),
    ],
)
def test_a_link_into_a_help_centre_is_known(body: str, is_one: bool) -> None:
    assert links_article(HOOK, body) is is_one


@pytest.mark.parametrize(
    ("came", "moment"),
    [
        ("2026-03-01T09:30:00Z", at("2026-03-01T09:30:00")),
        ("2026-03-01T10:30:00+01:00", at("2026-03-01T09:30:00")),
        ("2026-03-01T10:30:00.000+0100", at("2026-03-01T09:30:00")),
        ("2026-03-01 09:30:00 UTC", at("2026-03-01T09:30:00")),
        ("2026-03-01", at("2026-03-01T00:00:00")),
        (1772357400, at("2026-03-01T09:30:00")),
        ("1772357400", at("2026-03-01T09:30:00")),
        (1772357400000, at("2026-03-01T09:30:00")),
        (0, None),
        (-5, None),
        (1e300, None),
        (10**400, None),
        (True, None),
        ("yesterday", None),
        ("0001-01-01T00:00:00+23:59", None),
        ([], None),
    ],
)
def test_a_time_is_read_as_helpdesks_write_it(came: object, moment: datetime | None) -> None:
    assert moment_of(came) == moment


def test_numbers_and_days_are_read_as_people_write_them() -> None:
    assert number_of("1,200") == 1200.0
    assert number_of("12 seats") is None
    assert number_of(False) is None
    assert number_of(float("inf")) is None
    assert day_of("2026-12-31") == date(2026, 12, 31)
    assert moment_of("2026-12-31").__class__ is datetime
    assert moment_of("2026-12-31T00:00:00").tzinfo is UTC  # type: ignore[union-attr]


def test_a_path_leads_through_lists_by_place_id_or_name() -> None:
    came = {"fields": [{"id": 36, "value": "x"}, {"name": "Seats", "value": 60}], "names": ["a", "b"]}
    assert value_at(came, "fields.36") == "x"
    assert value_at(came, "fields.Seats") == 60
    assert value_at(came, "names.1") == "b"
    assert value_at(came, "names.9") is None
    assert value_at(came, "names.a.b") is None
    assert value_at(came, "nowhere") is None


def test_an_address_is_found_in_what_mail_programs_write() -> None:
    assert email_of("Kim Lee <kim@example.com>") == "kim@example.com"
    assert email_of("+15550100") is None
    assert email_of(None) is None


def test_json_of_templates_is_read_and_what_is_none_is_refused() -> None:
    assert decoded(b'{"a": "one\ntwo"}') == {"a": "one\ntwo"}
    assert decoded(b'\xef\xbb\xbf{"a": 1}') == {"a": 1}
    assert payload_of(rb'{"a": "\ud83d\u0000"}').text("a") == "\ufffd\ufffd"
    with pytest.raises(PayloadError, match="must be JSON in UTF-8"):
        decoded(b'{"a": NaN}')
    with pytest.raises(PayloadError, match=r"^a delivery must be a JSON object, was: a list$"):
        payload_of(b"[]")
