"""Whatever comes, a helpdesk's file gives events or refuses in one sentence."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from helpdesk_builders import CAME, SAMPLES, a_hook, delivered, sample
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advisor.errors import AdvisorError
from advisor.types import Ticket
from web.helpdesks import HELPDESKS, PULLING, WRITING, PayloadError
from web.helpdesks.model import Delivery, Kind, NotForUs, TicketCame, TicketChanged, TicketDeleted, Written

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=20,
)
ODD = st.one_of(
    JSON,
    st.sampled_from(
        [None, "", " ", 0, -1, True, [], {}, [[]], [None], "x" * 3_000, 10**400, 1e308, "2026-99-99", "\x00", "\ud800"]
    ),
)
EVENTS = {
    "x-advisor-event": ["ticket.created", "customer.replied", "agent.replied", "ticket.changed", "ticket-created"],
    "x-helpscout-event": ["convo.created", "convo.customer.reply.created", "convo.agent.reply.created", "convo.tags"],
}
QUICK = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
NAMES = sorted(path.stem for path in SAMPLES.glob("*.json"))


def kind_of(name: str) -> Kind:
    return max((kind for kind in Kind if name.startswith(kind)), key=len)


def is_sound(found: Any) -> bool:
    """Whether events are of the vocabulary, with ids and texts that can be stored."""
    for event in found:
        assert isinstance(event, TicketCame | TicketChanged | TicketDeleted | NotForUs)
        if isinstance(event, TicketCame):
            assert isinstance(event.ticket, Ticket)
            json.dumps([event.ticket.body, event.ticket.subject, event.ticket.id]).encode("utf-8")
            assert event.ticket.id.strip()
    return True


def odd_places(payload: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    places = [path]
    if isinstance(payload, dict):
        for name, inner in payload.items():
            places += odd_places(inner, (*path, name))
    if isinstance(payload, list):
        for number, inner in enumerate(payload):
            places += odd_places(inner, (*path, number))
    return places


def with_odd(payload: Any, path: tuple[Any, ...], odd: object) -> Any:
    if not path:
        return odd
    copy = dict(payload) if isinstance(payload, dict) else list(payload)
    copy[path[0]] = with_odd(payload[path[0]], path[1:], odd)
    return copy


def tried(kind: Kind, delivery: Delivery) -> None:
    """Parse and name a delivery: events, or PayloadError with one sentence."""
    helpdesk = HELPDESKS[kind]
    hook = a_hook(kind, user="me@example.com", fields={"licences": "ticket.seats", "plan": "a.0.b"})
    name = helpdesk.delivery_id(delivery)
    assert name is None or (isinstance(name, str) and len(name) < 1_000)
    try:
        found = helpdesk.parse(hook, delivery)
    except PayloadError as error:
        refused = str(error)
        found = None
    if found is None:
        assert 0 < len(refused) < 1_000
        return
    assert found
    assert is_sound(found)


def headers_of(draw: Callable[[Any], Any]) -> dict[str, str]:
    return {name: draw(st.sampled_from(events)) for name, events in EVENTS.items()}


@pytest.mark.parametrize("kind", Kind)
@given(data=st.data())
@QUICK
def test_arbitrary_json_is_read_or_refused(kind: Kind, data: st.DataObject) -> None:
    payload = data.draw(JSON)
    tried(kind, Delivery(headers_of(data.draw), json.dumps(payload).encode(), CAME))


@pytest.mark.parametrize("kind", Kind)
@given(body=st.binary(max_size=200))
@QUICK
def test_arbitrary_bytes_are_read_or_refused(kind: Kind, body: bytes) -> None:
    tried(kind, Delivery({"x-advisor-event": "ticket.created", "x-helpscout-event": "convo.created"}, body, CAME))


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
@settings(QUICK, max_examples=10)
def test_a_real_payload_with_odd_values_anywhere_is_read_or_refused(name: str, data: st.DataObject) -> None:
    payload = sample(name)
    for _ in range(data.draw(st.integers(1, 3))):
        payload = with_odd(payload, data.draw(st.sampled_from(odd_places(payload))), data.draw(ODD))
    tried(kind_of(name), Delivery(headers_of(data.draw), json.dumps(payload).encode(), CAME))


@pytest.mark.parametrize("kind", WRITING)
@given(
    answers=st.lists(st.binary(max_size=60) | JSON.map(lambda one: json.dumps(one).encode()), min_size=2, max_size=3)
)
@QUICK
def test_any_answer_of_an_api_is_read_or_refused(kind: Kind, answers: list[bytes]) -> None:
    with suppress(PayloadError):
        assert isinstance(WRITING[kind].found(answers), Written)


@pytest.mark.parametrize("kind", PULLING)
@given(answer=st.binary(max_size=60) | JSON.map(lambda one: json.dumps(one).encode()), cursor=JSON)
@QUICK
def test_any_answer_to_a_pull_is_read_or_refused(kind: Kind, answer: bytes, cursor: object) -> None:
    texts = ["2026-03-01T00:00:00Z", json.dumps({"since": "2026-03-01T00:00:00Z", "waiting": [{"id": 1}]})]
    for text in (*texts, json.dumps(cursor)):
        try:
            found = PULLING[kind].pulled(a_hook(kind), answer, cursor=text)
        except PayloadError:
            continue
        assert is_sound(found.events)
        PULLING[kind].pull(a_hook(kind), found.cursor)


@pytest.mark.parametrize("kind", Kind)
def test_the_own_sample_of_every_helpdesk_is_a_new_ticket_with_text(kind: Kind) -> None:
    headers, body = HELPDESKS[kind].sample(a_hook(kind), now=CAME)
    (event,) = HELPDESKS[kind].parse(a_hook(kind), Delivery(headers, body, CAME))
    assert isinstance(event, TicketCame)
    assert event.ticket.source == kind.value
    words = event.ticket.body + "".join(message.body for message in event.ticket.messages)
    assert "I cannot log in any more." in words


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"<html>", b"{", b"nul", b"[" * 5_000, b'{"a":' * 5_000, b"NaN"])
def test_what_is_no_json_is_refused_with_the_reason(kind: Kind, body: bytes) -> None:
    with pytest.raises(PayloadError, match=r"must be JSON|nested too deeply"):
        HELPDESKS[kind].parse(a_hook(kind), delivered(body))


def test_a_refusal_is_an_error_that_a_person_can_mend() -> None:
    assert issubclass(PayloadError, AdvisorError)
    assert issubclass(PayloadError, ValueError)


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.HUBSPOT])
def test_half_an_emoji_and_a_raw_line_break_are_read(kind: Kind) -> None:
    headers, body = HELPDESKS[kind].sample(a_hook(kind), now=CAME)
    broken = body.replace(b"I cannot log in", b"I cannot\nlog \\ud83d in")
    (event,) = HELPDESKS[kind].parse(a_hook(kind), Delivery(headers, broken, CAME))
    assert isinstance(event, TicketCame)
    words = event.ticket.body + "".join(message.body for message in event.ticket.messages)
    assert "I cannot\nlog \ufffd in any more" in words


@pytest.mark.parametrize("kind", Kind)
def test_a_mail_of_two_megabytes_is_taken_whole(kind: Kind) -> None:
    headers, body = HELPDESKS[kind].sample(a_hook(kind), now=CAME)
    long = "<p>" + "word " * 400_000
    broken = body.replace(b"I cannot log in any more.", long.encode())
    (event,) = HELPDESKS[kind].parse(a_hook(kind), Delivery(headers, broken, CAME))
    assert isinstance(event, TicketCame)
    words = event.ticket.body + "".join(message.body for message in event.ticket.messages)
    assert len(words) > 2_000_000


@pytest.mark.slow
@given(data=st.data())
@settings(max_examples=6_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_odd_values_in_many_places_at_length(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(NAMES))
    payload = sample(name)
    for _ in range(data.draw(st.integers(1, 5))):
        payload = with_odd(payload, data.draw(st.sampled_from(odd_places(payload))), data.draw(ODD))
    tried(kind_of(name), Delivery(headers_of(data.draw), json.dumps(payload).encode(), CAME))
