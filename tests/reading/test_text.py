from __future__ import annotations

import time

import pytest
from reading_builders import thread, ticket

from advisor.reading.evidence import Heads
from advisor.reading.text import MOST_CHARACTERS, own_words, read_document
from advisor.types import Customer, Document, Message, Readability, Sender, Span, Ticket

QUOTED = {
    "a quoted reply": "On Mon, 3 Mar 2025 at 10:12, Support <help@x.example> wrote:\n> Please call us.",
    "a header over two lines": "On Mon, 3 Mar 2025 at 10:12, Support\n<help@x.example> wrote:\n\n> Please call us.",
    "a German header": "Am 03.03.2025 um 10:12 schrieb Support <help@fernway.example>:\n> Please call us.",
    "an Outlook header": "From: Support\nSent: Monday, 3 March 2025 10:12\nTo: Jane\nSubject: RE: x\n\nPlease call us.",
    "a bold Outlook header": "*From:* Support\n*Sent:* Monday\n\nPlease call us.",
    "a ruled Outlook header": "________________________________\nFrom: Support\nSent: Monday\n\nPlease call us.",
    "an original message": "-----Original Message-----\nFrom: Support\nPlease call us.",
    "a forwarded message": "---------- Forwarded message ---------\nFrom: Bob\nDate: Mon\n\nPlease call us.",
    "a marked signature": "-- \nJane Doe\nPlease call us.",
    "a telephone's signature": "Sent from my iPhone",
    "regards": "Kind regards,\nJane Doe\nHead of Operations",
    "thanks": "Thanks,\nJane",
}


def document(heads: Heads, one: Ticket | str, *, masked: bool = True) -> Document:
    return read_document(ticket(one) if isinstance(one, str) else one, heads.lexicon, masked=masked)


def words_at(document: Document, span: Span) -> str:
    return document.text[span.start : span.end]


@pytest.mark.parametrize("below", QUOTED.values(), ids=QUOTED)
def test_quoted_mail_forwards_and_signatures_are_not_the_customers_words(below: str) -> None:
    assert own_words(f"The export still fails.\n\n{below}") == "The export still fails."


def test_answers_between_quoted_lines_are_kept() -> None:
    assert (
        own_words("> Does it start?\nNo, it does not.\n> Please call us\nI will not.")
        == "No, it does not.\nI will not."
    )


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>First line.</p><p>Second&nbsp;line &amp; more.</p>", "First line.\n\nSecond line & more."),
        ("<p>Seen</p><style>p{color:red}</style><script>alert('call me')</script>", "Seen"),
        ("It is <b>very</b> sl<i>ow</i>.", "It is very slow."),
        ("&lt;p&gt; is <b>bold</b>", "<p> is bold"),
        ('<div>It fails.<div class="gmail_quote">On Monday<blockquote>Call us</blockquote></div></div>', "It fails."),
        ("if a < b then c > d", "if a < b then c > d"),
    ],
)
def test_markup_becomes_text_and_plain_text_stays(markup: str, text: str) -> None:
    assert own_words(markup) == text


def test_the_mail_under_outlooks_header_is_quoted() -> None:
    assert own_words('<p>It fails.</p><div id="divRplyFwdMsg">From: Bob</div><div>Please call us.</div>') == "It fails."


def test_the_words_of_two_cells_do_not_run_together() -> None:
    assert own_words("<table><tr><td>Please</td><td>wait</td></tr></table>").split() == ["Please", "wait"]


def test_control_and_direction_characters_are_taken_out() -> None:
    assert own_words("He\x00llo \u202eevil\u200b wor\x07ld\u2066.\r\nBye\u00a0now") == "Hello evil world.\nBye now"


def test_letters_with_their_accents_apart_are_put_together() -> None:
    assert own_words("cafe\u0301") == "caf\u00e9"


def test_every_span_names_its_own_words(heads: Heads) -> None:
    read = document(heads, ticket("It fails. I wait.\nStill waiting.", subject="Re: RE: Export"))
    assert words_at(read, read.subject) == "Export"
    assert [words_at(read, span) for span in read.messages] == ["It fails. I wait.\nStill waiting."]
    assert [words_at(read, span) for span in read.sentences] == ["Export", "It fails.", "I wait.", "Still waiting."]


def test_of_a_thread_only_the_customers_messages_are_kept_oldest_first(heads: Heads) -> None:
    read = document(
        heads,
        thread(
            (Sender.CUSTOMER, "The board is empty."),
            (Sender.AGENT, "Please call us."),
            (Sender.SYSTEM, "Assigned to Tier 1."),
            (Sender.CUSTOMER, "It still is."),
        ),
    )
    assert [words_at(read, span) for span in read.messages] == ["The board is empty.", "It still is."]
    assert read.text == "The board is empty.\n\nIt still is."


def test_the_body_is_the_first_message_unless_the_thread_begins_with_it(heads: Heads) -> None:
    later = Message(sender=Sender.CUSTOMER, body="And now it crashes.")
    first = Message(sender=Sender.CUSTOMER, body=" The board is empty. ")
    for messages in ((later,), (first, later)):
        read = document(heads, Ticket(id="t-1", body="The board is empty.", messages=messages))
        assert [words_at(read, span) for span in read.messages] == ["The board is empty.", "And now it crashes."]


def test_a_message_of_somebody_else_names_its_author(heads: Heads) -> None:
    messages = (
        Message(sender=Sender.CUSTOMER, body="Mine.", author="JANE@example.com"),
        Message(sender=Sender.CUSTOMER, body="Ours.", author="Bob"),
        Message(sender=Sender.CUSTOMER, body="Nobody's."),
    )
    customer = Customer(id="c-1", email="jane@example.com")
    assert document(heads, Ticket(id="t-1", messages=messages, customer=customer)).authors == (None, "Bob", None)


def test_personal_data_is_masked_unless_that_is_turned_off(heads: Heads) -> None:
    text = "Please write to jane@example.com."
    assert document(heads, text).text == "Please write to [EMAIL]."
    assert document(heads, text, masked=False).text == text


def test_the_number_to_call_is_given_back_masked_or_not(heads: Heads) -> None:
    for masked in (True, False):
        assert document(heads, "Please call me on +44 20 7946 0958.", masked=masked).phone == "+44 20 7946 0958"


@pytest.mark.parametrize("body", ["", " \n\t", "\x00\x01", "<p></p>", "> only quoted\n> lines"])
def test_a_ticket_without_own_words_is_empty(heads: Heads, body: str) -> None:
    read = document(heads, body)
    assert (read.text, read.sentences, read.readability) == ("", (), Readability.EMPTY)


@pytest.mark.parametrize(
    "body",
    ["> " * 50_000, ">\n" * 50_000, "<blockquote>" * 20_000 + "x", "<div>" * 20_000, "On " * 20_000 + "wrote:",
     "From: " * 20_000, "a@" * 50_000, "1 2 " * 30_000, "ab:" * 50_000, "AB12 " * 20_000, "-- \n" * 20_000],
)  # fmt: skip
def test_hostile_text_is_taken_apart_in_bearable_time(heads: Heads, body: str) -> None:
    started = time.monotonic()
    read = document(heads, body)
    assert len(read.text) <= 2 * MOST_CHARACTERS
    assert time.monotonic() - started < 10


@pytest.mark.parametrize(
    "line",
    [
        "Am 3. März 2026 um 10:00 schrieb Support <help@fernway.example>:",
        "Le 3 mars 2026 à 10:00, Support <help@fernway.example> a écrit :",
        "El 3 mar 2026, a las 10:00, Support escribió:",
        "Em 3 de março de 2026, Support escreveu:",
        "Op 3 maart 2026 schreef Support <help@fernway.example>:",
    ],
)
def test_quoted_mail_is_cut_off_in_other_languages_too(heads: Heads, line: str) -> None:
    body = f"Danke, merci, gracias.\n\n{line}\n> We can call you any time.\n"
    assert read_document(Ticket(id="t-1", body=body), heads.lexicon).text == "Danke, merci, gracias."


def test_a_masked_number_after_a_full_stop_begins_the_next_sentence(heads: Heads) -> None:
    read = read_document(Ticket(id="t-1", body="Please always call me. 020 7946 0958 is mine. Thanks."), heads.lexicon)
    assert [read.text[span.start : span.end] for span in read.sentences] == [
        "Please always call me.",
        "[PHONE] is mine.",
        "Thanks.",
    ]
