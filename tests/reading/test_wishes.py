from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from reading_builders import read, thread, ticket, wishes

from advisor.advise import Advisor
from advisor.types import Customer, Message, Sender, Stance

HELD_OUT = Path(__file__).with_name("wishes_held_out.jsonl")
PLAIN = {
    "Please call me on my mobile this afternoon.": ["phone wants"],
    "Please call me back.": ["phone wants"],
    "Call me": ["phone wants"],
    "Could you give me a ring tomorrow?": ["phone wants"],
    "I would like to speak to a human, please.": ["person wants"],
    "Can I talk to a real person?": ["person wants"],
    "Please put me through to an agent.": ["person wants"],
    "I want to talk to someone about my invoice.": ["person wants"],
    "A person, please.": ["person wants"],
    "No more links please.": ["self_service refuses"],
    "Please don't send me another article.": ["self_service refuses"],
    "I don't want a help page, I want a person.": ["person wants", "self_service refuses"],
    "Do not call me.": ["phone refuses"],
    "Please do not phone me.": ["phone refuses"],
    "I'd rather not talk on the phone.": ["phone refuses"],
    "Please email me instead of calling.": ["email wants", "phone refuses"],
    "Please reply by email only.": ["email wants"],
    "Invoice. Where do I find my invoices? Please never call me, e-mail only.": ["email wants", "phone refuses"],
    "Do not email me, call me.": ["email refuses", "phone wants"],
    "No calls, no chat, just an email please.": ["chat refuses", "email wants", "phone refuses"],
    "Just send me the link and I'll do it myself.": ["self_service wants"],
    "Could you send me a guide for this?": ["self_service wants"],
    "Point me to the documentation, please.": ["self_service wants"],
    "I don't need a call, a link to the guide is fine.": ["phone refuses", "self_service wants"],
    "Can we do this over live chat?": ["chat wants"],
    "I'd like to chat with someone online.": ["chat wants"],
    "No chat please.": ["chat refuses"],
    "Send me an article first, otherwise call me.": ["phone wants 2", "self_service wants"],
    "An article first please, otherwise call me.": ["phone wants 2", "self_service wants"],
    "Send me a link first; if that doesn't help, call me.": ["phone wants 2", "self_service wants"],
    "Please email me, or if that is not possible call me.": ["email wants", "phone wants 2"],
}
NO_WISH = [
    "Your agent told me to call.",
    "The call button in the app does nothing.",
    "Calls to our customers are not recorded.",
    "Where are my invoices?",
    "How do I assign a job to an agent?",
    "The chat widget does not load on our site.",
    "How do I write an article in our knowledge base?",
    "Someone changed the invoice template.",
    "The email notifications do not arrive.",
    "The link in the invitation email is broken.",
    "How do I reset my password?",
]


@pytest.mark.parametrize(("text", "expected"), PLAIN.items(), ids=PLAIN)
def test_a_plain_wish_is_heard(demo_advisor: Advisor, text: str, expected: list[str]) -> None:
    assert wishes(demo_advisor, text) == expected


@pytest.mark.parametrize("text", NO_WISH)
def test_talk_of_calls_agents_and_articles_is_no_wish(demo_advisor: Advisor, text: str) -> None:
    assert wishes(demo_advisor, text) == []


@pytest.mark.parametrize("text", PLAIN)
def test_a_wish_quotes_the_customer_literally(demo_advisor: Advisor, text: str) -> None:
    found = read(demo_advisor, ticket(f"The board is empty. {text}", subject="Empty board"))
    for wish in found.evidence.wishes:
        assert wish.quote is not None
        assert wish.quote.text == found.document.text[wish.quote.start : wish.quote.end]
        assert wish.quote.text in text
        assert 0 < wish.probability <= 1
        assert wish.order == 1 or wish.stance is Stance.WANTS


@pytest.mark.parametrize(
    "text",
    [
        "You never called me.",
        "You have not called me.",
        "No one has called me back.",
        "I never got an email from you.",
        "I haven't received any email.",
        "Nobody ever answers the phone when I call you.",
        "You never sent me a link.",
    ],
)
def test_a_complaint_about_what_never_came_refuses_nothing(demo_advisor: Advisor, text: str) -> None:
    assert wishes(demo_advisor, text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("You never called me, so please don't call now.", ["phone refuses"]),
        ("Never got a call, never want one.", ["phone refuses"]),
        ("It would be appreciated if nobody telephoned.", ["phone refuses"]),
        ("You never stop calling me.", ["phone refuses"]),
        ("I never want calls from you.", ["phone refuses"]),
    ],
)
def test_a_refusal_beside_a_complaint_or_like_one_is_kept(
    demo_advisor: Advisor, text: str, expected: list[str]
) -> None:
    assert wishes(demo_advisor, text) == expected


def test_quoted_mail_holds_no_wish(demo_advisor: Advisor) -> None:
    quoted = "The export fails.\n\nOn Mon, 3 Mar 2025, Support <help@fernway.example> wrote:\n> Please call me back."
    assert wishes(demo_advisor, quoted) == []


def test_what_an_agent_writes_is_no_wish_of_the_customer(demo_advisor: Advisor) -> None:
    said = thread((Sender.CUSTOMER, "The export fails."), (Sender.AGENT, "Please call me back."))
    assert wishes(demo_advisor, said) == []


def test_a_later_message_overrides_an_earlier_one(demo_advisor: Advisor) -> None:
    before, after = (Sender.CUSTOMER, "Please call me."), (Sender.CUSTOMER, "Do not call me.")
    assert wishes(demo_advisor, thread(before, after)) == ["phone refuses"]
    assert wishes(demo_advisor, thread(after, before)) == ["phone wants"]


def test_a_wish_of_somebody_else_names_its_author(demo_advisor: Advisor) -> None:
    boss = Message(sender=Sender.CUSTOMER, body="Please call me.", author="boss@example.com")
    one = replace(ticket(""), messages=(boss,), customer=Customer(email="jane@example.com"))
    assert [wish.author for wish in read(demo_advisor, one).evidence.wishes] == ["boss@example.com"]


def test_most_tickets_by_another_hand_are_exactly_right(demo_advisor: Advisor) -> None:
    rows = [json.loads(line) for line in HELD_OUT.read_text(encoding="utf-8").splitlines()]
    right = 0
    for row in rows:
        expected = sorted(
            f"{wish['channel']} {wish['stance']}{'' if wish['order'] == 1 else ' ' + str(wish['order'])}"
            for wish in row["wishes"]
        )
        right += wishes(demo_advisor, str(row["text"])) == expected
    assert right / len(rows) >= 0.92  # 0.94 when it was opened, after the head was made
