from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from advisor.reading.language import Lexicon
from advisor.reading.matter import expanded, matter_of
from advisor.reading.text import read_document
from advisor.types import Document, Message, Sender, Ticket

LEXICON = Lexicon(frozenset())


def document(*messages: str, subject: str = "") -> Document:
    thread = tuple(Message(sender=Sender.CUSTOMER, body=body) for body in messages)
    return read_document(Ticket(id="t", subject=subject, messages=thread), LEXICON)


def test_the_matter_begins_with_subject_and_newest_words() -> None:
    found = matter_of(document("First.", "Second.", "Third.", subject="About it"))
    assert found.text == "About it Third. First. Second."
    assert [found.text[one.start : one.end] for one in found.sections] == ["About it Third.", "First.", "Second."]


def test_a_single_message_is_one_section() -> None:
    found = matter_of(document("Call me,\n\nplease."))
    assert found.text == "Call me, please."
    assert [(one.start, one.end) for one in found.sections] == [(0, 16)]


def test_an_empty_ticket_has_an_empty_section() -> None:
    found = matter_of(document())
    assert found.text == ""
    assert [(one.start, one.end) for one in found.sections] == [(0, 0)]


def test_an_abbreviation_is_written_out_and_leads_back_to_where_it_stood() -> None:
    one = document("My pw fails. Please call.")
    found = matter_of(one)
    assert found.text == "My password fails. Please call."
    assert one.text[found.origin(found.text.index("call")) :].startswith("call")
    assert one.text[found.origin(found.text.index("fails")) :].startswith("fails")


@given(st.lists(st.text(st.characters(codec="ascii", exclude_characters="<>&@#"), max_size=60), min_size=1, max_size=4))
def test_every_word_leads_back_to_itself(messages: list[str]) -> None:
    one = document(*messages)
    found = matter_of(one)
    for stretch in found.stretches:
        length = stretch.end - stretch.start
        assert found.text[stretch.at : stretch.at + length] == one.text[stretch.start : stretch.end]
        assert found.origin(stretch.at) == stretch.start
        assert found.origin(stretch.at + length - 1) == stretch.end - 1


@given(st.text(max_size=80))
def test_the_text_is_what_the_encoder_would_make_of_it(body: str) -> None:
    one = document(body)
    assert matter_of(one).text == " ".join(expanded(one.text).split())
