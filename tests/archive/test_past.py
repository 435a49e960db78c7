from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from advisor.advise import Advice
from advisor.archive.past import ArchivePast
from advisor.decision.decide import decide
from advisor.decision.experience import Experience
from advisor.records import Records
from advisor.types import (
    Account,
    Channel,
    Customer,
    Document,
    Evidence,
    History,
    Message,
    Prediction,
    Promise,
    Readability,
    Sender,
    Span,
    Stance,
    Ticket,
    Topic,
    Whose,
    Wish,
    WishChannel,
    WishSource,
)

FIRST = datetime(2026, 3, 2, 9, tzinfo=UTC)
EXPERIENCE = Experience.default()
TWICE = Wish(channel=WishChannel.SELF_SERVICE, stance=Stance.WANTS, probability=0.9)
LATER = ("t-2", Customer(id="C-1"), Account(), (), None, 1, False)

wishes = st.builds(
    Wish,
    channel=st.sampled_from(WishChannel),
    stance=st.sampled_from(Stance),
    probability=st.sampled_from([0.6, 0.9]),
    whose=st.sampled_from([Whose.SELF, Whose.SELF, Whose.COLLEAGUE, Whose.FIRM]),
    lasting=st.booleans(),
)
sent = st.builds(Wish, channel=st.sampled_from(WishChannel), stance=st.sampled_from(Stance))
customers = st.builds(
    Customer,
    id=st.sampled_from([None, "C-1", "C-2"]),
    email=st.sampled_from([None, "ann@example.org"]),
    persona=st.sampled_from([None, "hands_on"]),
    wishes=st.lists(sent.map(lambda one: replace(one, source=WishSource.CUSTOMER)), max_size=1).map(tuple),
)
accounts = st.builds(
    Account,
    id=st.sampled_from([None, "A-1"]),
    licences=st.sampled_from([None, 20, 80]),
    wishes=st.lists(sent.map(lambda one: replace(one, source=WishSource.ACCOUNT)), max_size=1).map(tuple),
)
steps = st.lists(
    st.tuples(
        st.sampled_from(["t-1", "t-2", "t-3", "t-4"]),
        customers,
        accounts,
        st.lists(wishes, max_size=2).map(tuple),
        st.sampled_from([None, "Billing"]),
        st.integers(1, 60 * 24 * 200),
        st.booleans(),
    ),
    min_size=1,
    max_size=6,
)


def evidence_of(ticket: Ticket, said: tuple[Wish, ...], topic: str | None, history: History, phone: bool) -> Evidence:
    assert ticket.created_at is not None
    return Evidence(
        ticket_id=ticket.id,
        at=ticket.created_at,
        came_by=Channel.EMAIL,
        readability=Readability.READABLE,
        language="en",
        wishes=(*said, *ticket.customer.wishes, *ticket.account.wishes, *history.wishes),
        topic=Topic(topic, 0.9, topic is not None),
        moment=Prediction("billing", 0.8),
        has_phone=phone or bool(ticket.customer.phone or history.customer.phone),
    )


def document(phone: bool) -> Document:
    return Document(
        text="Hello",
        subject=Span(0, 0),
        messages=(Span(0, 5),),
        authors=(None,),
        sentences=(Span(0, 5),),
        language="en",
        language_probability=1.0,
        readability=Readability.READABLE,
        phone="+44 20 7946 0958" if phone else None,
    )


@settings(max_examples=30, deadline=None)
@given(steps)
@example([("t-1", Customer(id="C-1"), Account(), (TWICE, TWICE), None, 1, False), *[LATER] * 2])
def test_an_archive_remembers_what_the_records_would(
    told: list[tuple[str, Customer, Account, tuple[Wish, ...], str | None, int, bool]],
) -> None:
    at = FIRST
    with tempfile.TemporaryDirectory() as folder:
        records, past = Records.open(Path(folder) / "advisor.db"), ArchivePast({})
        for number, (name, customer, account, said, topic, minutes, phone) in enumerate(told):
            at += timedelta(minutes=minutes)
            # one ticket, one customer: what happens when a ticket changes hands is the records' own matter
            name = f"{name}-{customer.id}-{customer.email}-{account.id}"
            ticket = Ticket(id=name, body=f"Hello {number}", created_at=at, customer=customer, account=account)
            expected = records.history(ticket)
            same, history = past.before(ticket, at)
            assert same == ticket
            assert sorted(history.wishes, key=repr) == sorted(expected.wishes, key=repr)
            assert bool(history.customer.phone) == bool(expected.customer.phone)
            assert (history.customer.persona, history.account.licences) == (
                expected.customer.persona,
                expected.account.licences,
            )
            evidence = evidence_of(ticket, said, topic, history, phone)
            past.learn(ticket, evidence)
            advice = decide(evidence, EXPERIENCE, Promise())
            records.save([Advice(ticket, document(phone), evidence, advice)])


def test_an_article_that_an_agent_linked_counts_as_offered() -> None:
    past = ArchivePast({"https://help.example/refunds": "billing/refunds"})
    messages = (
        Message(sender=Sender.CUSTOMER, body="Where is my refund?"),
        Message(sender=Sender.AGENT, body="See https://help.example/refunds."),
        Message(sender=Sender.CUSTOMER, body="That did not help."),
    )
    ticket = Ticket(id="1", messages=messages, created_at=FIRST)
    assert past.before(ticket, FIRST)[1].offered == ("billing/refunds",)
    assert past.before(replace(ticket, messages=messages[:2]), FIRST)[1].offered == ()


def test_a_ticket_that_comes_again_without_its_customer_has_the_one_it_had() -> None:
    past = ArchivePast({})
    ticket = Ticket(id="1", body="Never call me.", created_at=FIRST, customer=Customer(id="C-1"))
    refusal = Wish(channel=WishChannel.PHONE, stance=Stance.REFUSES, lasting=True)
    past.learn(ticket, evidence_of(ticket, (refusal,), None, History(), False))
    again = Ticket(id="1", body="Hello?", created_at=FIRST + timedelta(days=1))
    named, _ = past.before(again, FIRST + timedelta(days=1))
    assert named.customer.id == "C-1"
    other = Ticket(id="2", body="Hello?", created_at=FIRST + timedelta(days=2), customer=Customer(id="C-1"))
    (wish,) = past.before(other, FIRST + timedelta(days=2))[1].wishes
    assert (wish.channel, wish.stance, wish.source) == (WishChannel.PHONE, Stance.REFUSES, WishSource.CUSTOMER)
