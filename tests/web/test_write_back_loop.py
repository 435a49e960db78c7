"""What we write fires the helpdesk's own webhook: it comes in, and nothing happens."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from imitations import intercom, zendesk
from write_back_builders import ASKS_CALL, ASKS_LINK, Office, office
from writing import KINDS, NOON, Subject, imitated, ours

from web.helpdesks import HELPDESKS
from web.helpdesks.model import Delivery, Kind, NotForUs
from web.inbox_jobs import DELIVERIES, State
from web.pages.doors import jobs_of
from web.taking import Taking
from web.write_back import QUEUE

SAMPLES = Path(__file__).parent / "helpdesks" / "samples"
Echo = tuple[dict[str, str], dict[str, Any]]
"""Headers and payload of a delivery."""


def sample(name: str) -> Any:
    return json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))


def of_zendesk(note: str, tags: list[str]) -> list[Echo]:
    """Our trigger, and Zendesk's own events of the note and of the tags, by an id that we do not know."""
    trigger = sample("zendesk_created")
    trigger |= {"event": "ticket.changed", "current_user": {"id": "7", "email": zendesk.USER, "name": "Advisor"}}
    trigger["ticket"] |= {"id": "35", "tags": " ".join(tags)}
    noted = sample("zendesk_event_comment")
    noted["detail"] |= {"id": "35", "tags": tags, "actor_id": "7"}
    noted["event"]["comment"] |= {"body": note, "is_public": False, "author": {"id": "7", "is_staff": True}}
    tagged = copy.deepcopy(noted) | {"type": "zen:event-type:ticket.tags_changed", "id": "e7e1"}
    tagged["event"] = {"tags_added": ["advisor_article"], "tags_removed": []}
    return [({}, trigger), ({}, noted), ({}, tagged)]


def of_freshdesk(note: str, tags: list[str]) -> list[Echo]:
    """The rules for notes and for changes, which do not say who it was."""
    rule = sample("freshdesk_created")
    rule["freshdesk_webhook"] |= {"ticket_id": 35, "ticket_tags": ", ".join(tags)}
    return [({"x-advisor-event": kind}, copy.deepcopy(rule)) for kind in ("ticket.changed", "note.added")]


def of_intercom(note: str, tags: list[str]) -> list[Echo]:
    """The topics of notes, of replies, and of tags."""
    noted = sample("intercom_admin_replied")
    item = noted["data"]["item"]
    item |= {"id": "35", "tags": {"tags": [{"type": "tag", "id": "1", "name": one} for one in tags]}}
    part = item["conversation_parts"]["conversation_parts"][0]
    part |= {"part_type": "note", "body": note, "author": {"type": "admin", "id": intercom.ADMIN}}
    topics = ("conversation.admin.noted", "conversation.admin.replied", "conversation_part.tag.created")
    return [({}, copy.deepcopy(noted) | {"topic": topic, "id": topic}) for topic in topics]


def of_chatwoot(note: str, tags: list[str]) -> list[Echo]:
    """The private message, and the conversation with its labels."""
    said = sample("chatwoot_message")
    said |= {"content": note, "private": True, "message_type": "outgoing"}
    said["sender"] = {"id": 9, "name": "Advisor", "type": "user"}
    said["conversation"] |= {"id": 35, "labels": tags}
    updated = sample("chatwoot_status") | {"id": 35, "labels": tags, "event": "conversation_updated"}
    updated["changed_attributes"] = [{"label_list": {"previous_value": [], "current_value": tags}}]
    return [({}, said), ({}, updated)]


def of_zammad(note: str, tags: list[str]) -> list[Echo]:
    """The trigger with the article, and the one for changes of tags."""
    noted = sample("zammad_created")
    noted["ticket"] |= {"id": 35, "article_count": 2, "tags": tags}
    noted["article"] |= {"body": note, "internal": True, "sender": "Agent", "type": "note"}
    tagged = {"event": "ticket.changed", "ticket": copy.deepcopy(noted["ticket"])}
    return [({}, noted), ({}, tagged)]


ECHOES: dict[Kind, Callable[[str, list[str]], list[Echo]]] = {
    Kind.ZENDESK: of_zendesk,
    Kind.FRESHDESK: of_freshdesk,
    Kind.INTERCOM: of_intercom,
    Kind.CHATWOOT: of_chatwoot,
    Kind.ZAMMAD: of_zammad,
}


def come_in(at: Office, echo: Echo, *, key: str) -> None:
    """Take a delivery as the door does, and do all that is due."""
    headers, payload = echo
    (kind,) = [one.hook.kind for one in at.hooks.every(now=at.now)]
    hook = at.hooks.named(kind.value, now=at.now)
    delivery = Delivery(headers, json.dumps(payload).encode(), at.now)
    events = HELPDESKS[kind].parse(hook, delivery)
    assert at.inbox.add_all(jobs_of(hook, key, delivery, events), now=at.now)
    taking = Taking(at.desk, at.hooks, at.inbox, now=at.clock, listeners=[at.write_back.listen])
    while (job := at.inbox.take(DELIVERIES, worker="test/1/1", now=at.now)) is not None:
        taking.work(job)


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_our_own_note_and_tags_come_in_and_nothing_happens(kind: Kind) -> None:
    with imitated(kind) as subject:
        case = subject.desk.add("35", "vip")
        at = office(subject)
        at.advise(kind.value, ASKS_LINK)
        at.work()
        asked, before = len(subject.desk.asked), at.desk.records.last("35", source=kind.value)
        assert before is not None
        for number, echo in enumerate(ECHOES[kind](ours(subject)[0], case.tags)):
            at.later(minutes=1)
            come_in(at, echo, key=f"echo {number}")
            at.work()
        after = at.desk.records.last("35", source=kind.value)
        assert after is not None
        assert after.recommendation == before.recommendation
        assert after.text == before.text
        assert after.handled == before.handled
        assert len(subject.desk.asked) == asked
        assert at.inbox.counts()[QUEUE] == {State.DONE: 1}
        assert set(at.inbox.counts()[DELIVERIES]) <= {State.DONE, State.IGNORED}
        assert at.desk.records.reviews.of(kind.value, "35") == []


def test_what_a_customer_writes_by_the_same_way_is_advised_and_told() -> None:
    with imitated(Kind.CHATWOOT) as subject:
        subject.desk.add("35", "vip")
        at = office(subject)
        at.advise("chatwoot", ASKS_LINK)
        at.work()
        said = sample("chatwoot_message") | {"content": ASKS_CALL}
        said["conversation"] |= {"id": 35, "labels": ["vip", "advisor_article"]}
        at.later(minutes=1)
        come_in(at, ({}, said), key="customer")
        assert at.work() == ["wrote note"]
        assert len(ours(subject)) == 2


def test_the_note_itself_is_named_as_what_it_is() -> None:
    with imitated(Kind.CHATWOOT) as subject:
        assert told(subject, of_chatwoot("[advisor-…]", [])[0]) == NotForUs("a private note")
    with imitated(Kind.ZAMMAD) as subject:
        assert told(subject, of_zammad("[advisor-…]", [])[0]) == NotForUs("an internal note")
    with imitated(Kind.ZENDESK) as subject:
        trigger, noted, _ = of_zendesk("[advisor-…]", [])
        assert told(subject, trigger) == NotForUs("our own change")
        assert told(subject, noted) == NotForUs("a private note")


def told(subject: Subject, echo: Echo) -> object:
    headers, payload = echo
    delivery = Delivery(headers, json.dumps(payload).encode(), NOON)
    (event,) = HELPDESKS[subject.hook.kind].parse(subject.hook, delivery)
    return event
