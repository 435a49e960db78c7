"""Names for groups of tickets, in the words of those who wrote them."""

from __future__ import annotations

import pytest

from advisor.insight.titles import LONGEST, Text, shown_words, stem_of, title_of, words_of_groups

EXPORT = [
    Text("", "How do I export my invoices to Datev?", "a"),
    Text("", "The Datev export of invoices is missing", "b"),
    Text("", "I need to export invoices for Datev, Frederica asked twice. Frederica waits. Frederica!", "c"),
]
CAMERA = [
    Text("", "My camera is black in meetings", "a"),
    Text("", "The camera shows black in meetings, and my invoices", "d"),
]


def test_words_are_those_that_several_customers_say_and_that_set_the_group_apart() -> None:
    export, camera = words_of_groups([EXPORT, CAMERA])
    assert shown_words(export) == ("Datev", "export", "invoices")
    assert set(camera) == {"black", "camera", "meetings"}
    assert "Frederica" not in export
    assert max(export.values()) == 1.0


def test_a_word_that_one_customer_repeats_in_many_tickets_names_nothing() -> None:
    (words,) = words_of_groups([[*(Text("", f"Zebra export {place}", "a") for place in range(5)), EXPORT[1]]])
    assert "zebra" not in words
    assert "export" in words


def test_a_subject_that_says_something_is_the_title_without_what_mail_puts_before_it() -> None:
    title, _ = title_of(Text("RE: FW: Export to Datev [EMAIL].", "RE: FW: Export to Datev [EMAIL]. Hello", "a"), {})
    assert title == "Export to Datev"


@pytest.mark.parametrize(
    ("subject", "body", "title"),
    [
        (
            "Help",
            "Hi Ann, I need help. How do I export invoices to Datev? Thanks.",
            "How do I export invoices to Datev",
        ),
        ("", "Dear team,\n\nour export of invoices to Datev stops.\n\nBest", "Our export of invoices to Datev stops"),
        ("", "EXPORT OF INVOICES STOPS", "Export of invoices stops"),
        ("", "ok", ""),
    ],
)
def test_else_it_is_the_sentence_with_most_of_the_groups_words(subject: str, body: str, title: str) -> None:
    words = {"export": 1.0, "invoices": 0.8, "Datev": 0.6}
    assert title_of(Text(subject, f"{subject}\n{body}", "a"), words)[0].rstrip("?") == title


def test_a_title_that_says_more_of_the_words_in_less_room_is_fitter() -> None:
    words = {"export": 1.0, "invoices": 0.8}
    short = title_of(Text("Export of invoices", "Export of invoices", "a"), words)[1]
    long = title_of(Text("Since yesterday our export of invoices does not do as before", "", "a"), words)[1]
    none = title_of(Text("Camera stays black", "", "a"), words)[1]
    assert short > long > none == 0.0


def test_a_long_title_is_cut_between_words() -> None:
    title, _ = title_of(Text("Export invoices " * 30, "", "a"), {"export": 1.0})
    assert len(title) <= LONGEST
    assert title.endswith(("Export…", "invoices…", "export…"))


def test_forms_of_a_word_count_as_one() -> None:
    assert len({stem_of(word) for word in ("invoice", "invoices", "Invoice's")}) == 1
    assert len({stem_of(word) for word in ("cancel", "cancelled", "cancelling", "cancels")}) == 1
    assert stem_of("address") == "address"
