from __future__ import annotations

import pytest

from advisor.reading.evidence import Heads
from advisor.reading.failures import read_failures
from advisor.reading.text import read_document
from advisor.types import Document, Failure, History, Message, Quote, Sender, Ticket

NOTHING = History()


def document(heads: Heads, body: str) -> Document:
    return read_document(Ticket(id="t-1", body=body), heads.lexicon)


@pytest.mark.parametrize(
    "text",
    [
        "I followed the guide but it still does not work.",
        "I already read your article and it did not help.",
        "Your article was no use.",
        "I tried the steps in the help centre, same error.",
        "The instructions you sent did not work.",
        "We went through the FAQ to no avail.",
        "According to the guide there should be an Export button, but there is none.",
        "I have watched the video twice and I am still stuck.",
        "The link you sent doesn't help.",
    ],
)
def test_an_article_that_did_not_help_is_a_failure_in_the_customers_words(heads: Heads, text: str) -> None:
    read = document(heads, f"Good morning. {text}")
    assert read_failures(read, NOTHING) == (Failure(None, Quote(14, 14 + len(text), text)),)


@pytest.mark.parametrize(
    "text",
    [
        "I followed the guide and it works now, thanks.",
        "Where is the guide for importing customers?",
        "I have not read the documentation yet.",
        "The article was great, that solved it.",
        "The steps in my workflow do not run.",
        "How do I write an article?",
        "I tried to log in but it failed.",
        "The help page is useful.",
    ],
)
def test_talk_of_articles_is_no_failure(heads: Heads, text: str) -> None:
    assert read_failures(document(heads, text), NOTHING) == ()


def test_a_page_of_the_product_is_no_article(heads: Heads) -> None:
    assert read_failures(document(heads, "The page doesn't load."), NOTHING) == ()


def test_that_it_did_not_help_may_stand_in_the_next_sentence(heads: Heads) -> None:
    read = document(heads, "I read your article on exports. It is still broken.")
    assert [one.quote.text for one in read_failures(read, NOTHING) if one.quote] == ["I read your article on exports."]


def test_what_was_offered_before_in_this_thread_has_failed(heads: Heads) -> None:
    read = document(heads, "It is still broken.")
    offered = History(offered=("billing/refunds", "billing/vat"))
    assert read_failures(read, offered) == (Failure("billing/refunds", None), Failure("billing/vat", None))


def test_an_offered_article_and_the_words_on_it_go_together(heads: Heads) -> None:
    text = "Your article was no use."
    expected = (Failure("billing/vat", Quote(0, len(text), text)),)
    assert read_failures(document(heads, text), History(offered=("billing/vat",))) == expected


def test_what_an_agent_pointed_to_in_words_and_was_done_in_vain_is_a_failure(heads: Heads) -> None:
    thread = (
        Message(sender=Sender.CUSTOMER, body="My parcel came damaged."),
        Message(sender=Sender.AGENT, body="Please see our article on refunds for damaged parcels."),
        Message(sender=Sender.CUSTOMER, body="I did all that on Monday, but nothing happened."),
    )
    read = read_document(Ticket(id="t-1", messages=thread), heads.lexicon)
    words = "I did all that on Monday, but nothing happened."
    start = read.text.index(words)
    assert read_failures(read, NOTHING, thread) == (Failure(None, Quote(start, start + len(words), words)),)
    assert read_failures(read, NOTHING, (thread[0], thread[2])) == ()


@pytest.mark.parametrize(
    "words",
    [
        "That did it, thank you!",
        "Perfect, all there now, ta.",
        "Solved, thanks.",
        "Changed it, she is in. Many thanks.",
        "Did it on the laptop and it went through.",
    ],
)
def test_who_writes_again_to_say_that_it_helped_has_not_failed_with_it(heads: Heads, words: str) -> None:
    thread = (
        Message(sender=Sender.CUSTOMER, body="Where are my invoices?"),
        Message(sender=Sender.AGENT, body="Please see our article: https://help.example/invoices"),
        Message(sender=Sender.CUSTOMER, body=words),
    )
    read = read_document(Ticket(id="t-1", messages=thread), heads.lexicon)
    assert read_failures(read, History(offered=("billing/invoices",)), thread) == ()


@pytest.mark.parametrize(
    "text",
    [
        "I've already read the one on FW-131 and it didn't fix it.",
        "I tried your how-to for the crash at start. It still closes.",
        "Been through the troubleshooting page twice, no joy.",
        "Did everything the guide says. Twice. Still getting FW-104.",
        "tried what the bot suggested, nothing",
        "Your self-help is useless.",
    ],
)
def test_a_failure_is_heard_in_everyday_words(heads: Heads, text: str) -> None:
    assert [one.article for one in read_failures(document(heads, text), NOTHING)] == [None]


@pytest.mark.parametrize(
    "text",
    [
        "I looked through the help centre but couldn't find anything about VAT.",
        "The video player in our training module does not play any more.",
        "If your article does not help, please call me.",
        "Before I read the whole manual: is this not possible?",
        "I tried three browsers, it is still blank.",
    ],
)
def test_what_was_not_tried_or_is_no_article_has_not_failed(heads: Heads, text: str) -> None:
    assert read_failures(document(heads, text), NOTHING) == ()


def test_thanks_beside_a_complaint_do_not_say_that_it_helped(heads: Heads) -> None:
    thread = (
        Message(sender=Sender.CUSTOMER, body="Where are my invoices?"),
        Message(sender=Sender.AGENT, body="Please see our article: https://help.example/invoices"),
        Message(sender=Sender.CUSTOMER, body="Thanks, but the page is still empty."),
    )
    read = read_document(Ticket(id="t-1", messages=thread), heads.lexicon)
    failures = read_failures(read, History(offered=("billing/invoices",)), thread)
    assert [one.article for one in failures] == ["billing/invoices"]
