from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from web_builders import advisor

from advisor.types import Customer, Span, Stance, Ticket, Wish, WishChannel
from web.marks import Mark, MarkKind, Segment, marks_of, segments
from web.shared import Piece, shared_words

TEXT = "Please call me, or send me the link."
marks = st.builds(
    lambda start, length, kind, label: Mark(start, start + length, kind, label),
    st.integers(0, 60),
    st.integers(1, 40),
    st.sampled_from(MarkKind),
    st.sampled_from(["one", "other"]),
)


@given(st.text(max_size=60), st.lists(marks, max_size=8), st.data())
def test_the_pieces_put_together_are_the_text_and_no_piece_crosses_a_border(
    text: str, found: list[Mark], drawn: st.DataObject
) -> None:
    start = drawn.draw(st.integers(0, len(text)))
    span = Span(start, drawn.draw(st.integers(start, len(text))))
    pieces = segments(text, found, span=span)
    assert "".join(piece.text for piece in pieces) == text[span.start : span.end]
    at = span.start
    for piece in pieces:
        for mark in found:
            assert not at < mark.start < at + len(piece.text)
            assert (mark.kind in piece.kinds) or not (mark.start <= at < mark.end)
        at += len(piece.text)


def test_overlapping_marks_are_cut_at_each_border_and_each_is_named_once_where_it_ends() -> None:
    over = [Mark(0, 6, MarkKind.WISH, "wants a call"), Mark(4, 9, MarkKind.SIGNAL, "a legal threat")]
    assert segments("abcdefghijk", over, span=Span(0, 11)) == (
        Segment("abcd", (MarkKind.WISH,)),
        Segment("ef", (MarkKind.WISH, MarkKind.SIGNAL), ("wants a call",)),
        Segment("ghi", (MarkKind.SIGNAL,), ("a legal threat",)),
        Segment("jk"),
    )


def test_a_mark_inside_another_keeps_both_labels() -> None:
    over = [Mark(0, 5, MarkKind.WISH, "outer"), Mark(1, 3, MarkKind.SIGNAL, "inner")]
    labels = [piece.labels for piece in segments("abcdef", over, span=Span(0, 6))]
    assert labels == [(), ("inner",), ("outer",), ()]


def test_only_the_words_that_the_deciding_reason_quotes_are_deciding() -> None:
    over = [Mark(7, 14, MarkKind.WISH, "wants a call"), Mark(19, 35, MarkKind.WISH, "wants an article")]
    pieces = segments(TEXT, over, span=Span(0, len(TEXT)), deciding="call me")
    assert [piece.text for piece in pieces if piece.deciding] == ["call me"]


def test_wishes_signals_and_failures_are_marked_by_their_offsets_and_wishes_on_file_are_not() -> None:
    body = "I tried your article. Someone from another country is in. Call me."
    on_file = Wish(channel=WishChannel.CHAT, stance=Stance.REFUSES)
    advice = advisor().advise(Ticket(id="1", body=body, customer=Customer(wishes=(on_file,))), record=False)
    found = [(body[mark.start : mark.end], mark.kind, mark.label) for mark in marks_of(advice)]
    assert found == [
        ("I tried your article", MarkKind.FAILURE, "tried, did not help"),
        ("another country", MarkKind.SIGNAL, "a case of fraud or security"),
        ("Call me", MarkKind.WISH, "wants a call"),
    ]


def test_shared_words_stand_apart_whatever_their_ending_and_common_words_do_not() -> None:
    assert shared_words("Reset the passwords here.", "How do I reset my password, here?") == (
        Piece("Reset", shared=True),
        Piece(" the "),
        Piece("passwords", shared=True),
        Piece(" here."),
    )


def test_a_placeholder_for_masked_data_shares_no_word() -> None:
    assert shared_words("Enter your email.", "I am [EMAIL].") == (Piece("Enter your email."),)


@given(st.text(max_size=80), st.text(max_size=80))
def test_a_passage_stays_as_it_is_whatever_is_shared(passage: str, text: str) -> None:
    assert "".join(piece.text for piece in shared_words(passage, text)) == passage
