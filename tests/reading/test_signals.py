from __future__ import annotations

import pytest
from reading_builders import read

from advisor.advise import Advisor
from advisor.types import SignalKind

PLAIN = {
    "Someone hacked my account and changed my email.": SignalKind.FRAUD_OR_SECURITY,
    "There is an unauthorised charge on my card that I never made.": SignalKind.FRAUD_OR_SECURITY,
    "My identity was stolen and they opened an account in my name.": SignalKind.FRAUD_OR_SECURITY,
    "I want to kill myself.": SignalKind.DANGER_TO_PERSON,
    "My abusive ex can see where I live in your app, he will find me.": SignalKind.DANGER_TO_PERSON,
    "My lawyer will be in touch, I am taking legal action.": SignalKind.LEGAL_THREAT,
    "I will sue you.": SignalKind.LEGAL_THREAT,
    "All our customer records have disappeared since the update.": SignalKind.DATA_LOSS,
    "The whole database was deleted, we lost three months of data.": SignalKind.DATA_LOSS,
    "Under the GDPR I request a copy of all the data you hold about me.": SignalKind.DATA_REQUEST,
    "Please delete all my personal data.": SignalKind.DATA_REQUEST,
    "I am 13 years old and I bought this by accident.": SignalKind.MINOR,
    "Your service is down for everyone in our company.": SignalKind.OUTAGE,
    "I want to cancel my subscription.": SignalKind.CANCELLATION,
    "We will not be renewing.": SignalKind.CANCELLATION,
    "I am blind and use a screen reader, the form cannot be read.": SignalKind.ACCESSIBILITY,
    "My husband died last week and I cannot cope with these bills.": SignalKind.VULNERABLE,
}
HARMLESS = [
    "How do I reset my password?",
    "Where can I find my invoice?",
    "How do I kill a running job?",
    "The app crashes when I open the map.",
    "Which plan is right for 13 people?",
    "We hired a lawyer as a new user, please add a licence.",
    "How do I delete a customer record?",
    "Can I export my data to a spreadsheet?",
    "My 13 inch screen cuts off the board.",
    "How do I cancel a job that was booked twice?",
    "How do I invite my team?",
]


@pytest.mark.parametrize(("text", "kind"), PLAIN.items(), ids=PLAIN)
def test_what_is_grave_is_heard_with_its_words(demo_advisor: Advisor, text: str, kind: SignalKind) -> None:
    found = read(demo_advisor, f"Hello there. {text} Thank you.")
    quotes = [signal.quote for signal in found.evidence.signals if signal.kind is kind]
    assert [quote.text for quote in quotes if quote] == [text]
    assert [found.document.text[quote.start : quote.end] for quote in quotes if quote] == [text]


@pytest.mark.parametrize("text", HARMLESS)
def test_harmless_words_are_no_signal(demo_advisor: Advisor, text: str) -> None:
    assert read(demo_advisor, text).evidence.signals == ()


def test_each_kind_stands_once_the_likeliest_first(demo_advisor: Advisor) -> None:
    text = "My account was hacked. My card was stolen. My lawyer will sue you. I want to cancel my subscription."
    signals = read(demo_advisor, text).evidence.signals
    kinds = [signal.kind for signal in signals]
    assert len(set(kinds)) == len(kinds) >= 3
    chances = [signal.probability for signal in signals]
    assert chances == sorted(chances, reverse=True)
