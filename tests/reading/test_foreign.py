from __future__ import annotations

import json
import time
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading_builders import NOW, read, thread, ticket, wishes

from advisor.advise import Advisor
from advisor.reading.foreign import LANGUAGES, cues, fold, hear_foreign
from advisor.reading.heads import SHIPPED
from advisor.reading.heard import last_word, order_of
from advisor.reading.language import Lexicon
from advisor.reading.pipeline import sentence_spans
from advisor.reading.text import read_document
from advisor.types import (
    Action,
    Channel,
    Customer,
    Document,
    Message,
    Readability,
    ReasonCode,
    Sender,
    Span,
    Stance,
    Ticket,
    WishChannel,
)

HERE = Path(__file__).parent
ENGLISH = sorted([*HERE.glob("*.jsonl"), *(HERE.parents[1] / "training" / "sentences").glob("*.jsonl")])


def table() -> Iterator[tuple[str, list[str]]]:
    """The sentences of the table with their wishes."""
    for line in (HERE / "foreign_wishes.txt").read_text(encoding="utf-8").splitlines():
        text, arrow, expected = line.partition(" =>")
        if arrow and not line.startswith("#"):
            yield text, sorted(one.strip() for one in expected.split(",") if one.strip())


TABLE = list(table())
WISHED = [text for text, expected in TABLE if expected]


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    """The shipped list of English words."""
    return Lexicon.load(SHIPPED / "lexicon.json")


def document_of(text: str, lexicon: Lexicon) -> Document:
    return read_document(ticket(text), lexicon)


def heard(document: Document) -> list[str]:
    final = last_word(hear_foreign(document))
    orders = [order_of(one, final, fold(document.text)) for one in final]
    named = zip(final, orders, strict=True)
    return sorted(f"{one.channel} {one.stance}{'' if order == 1 else f' {order}'}" for one, order in named)


def unlike(texts: Iterator[tuple[str, str, list[str]]], lexicon: Lexicon) -> list[str]:
    """The texts, written otherwise, in which something else is heard than in the table."""
    return [written for _, written, expected in texts if heard(document_of(written, lexicon)) != expected]


@pytest.mark.parametrize(("text", "expected"), TABLE, ids=[text[:60] for text, _ in TABLE])
def test_what_is_wished_in_another_language_is_heard(lexicon: Lexicon, text: str, expected: list[str]) -> None:
    assert heard(document_of(text, lexicon)) == expected


def test_capitals_change_nothing(lexicon: Lexicon) -> None:
    assert unlike(((text, text.upper(), expected) for text, expected in TABLE), lexicon) == []


def test_missing_accents_change_nothing(lexicon: Lexicon) -> None:
    def bare(text: str) -> str:
        signs = (sign for sign in unicodedata.normalize("NFD", text) if not unicodedata.combining(sign))
        return "".join(signs).replace("ß", "ss")

    assert unlike(((text, bare(text), expected) for text, expected in TABLE), lexicon) == []


def test_umlauts_may_be_written_as_two_letters(lexicon: Lexicon) -> None:
    spelt = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ü": "Ue", "ß": "ss"})
    assert unlike(((text, text.translate(spelt), expected) for text, expected in TABLE), lexicon) == []


def test_small_letters_without_a_full_stop_change_nothing(lexicon: Lexicon) -> None:
    small = ((text, text.lower().rstrip(".!"), expected) for text, expected in TABLE)
    assert unlike(small, lexicon) == []


@pytest.mark.parametrize("language", ["und", "gl", "ca", "it", "af", "da", "ro"])
def test_a_language_that_was_taken_for_a_related_one_is_heard_all_the_same(lexicon: Lexicon, language: str) -> None:
    for text in ("Não me liguem, por favor.", "Por favor no me llamen.", "Bel me niet, alstublieft."):
        document = replace(document_of(text, lexicon), language=language)
        assert heard(document) == ["phone refuses"]


def test_no_english_ticket_holds_a_foreign_wish() -> None:
    texts = [json.loads(line).get("text") for path in ENGLISH for line in path.read_text("utf-8").splitlines()]
    found = [text for text in texts if isinstance(text, str) and hear_foreign(english(text))]
    assert len(texts) > 5000
    assert found == []


def english(text: str) -> Document:
    """A document that was taken for English."""
    whole = Span(0, len(text))
    return Document(
        text=text,
        subject=Span(0, 0),
        messages=(whole,),
        authors=(None,),
        sentences=sentence_spans(text),
        language="en",
        language_probability=1.0,
        readability=Readability.READABLE,
        phone=None,
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The export fails since the last update. Bitte rufen Sie mich an. Thanks a lot.", ["phone wants"]),
        ("The board is empty again, see the screenshot. Ne m'appelez pas, merci.", ["phone refuses"]),
        ("I cannot open the invoice of March. Por favor no me manden más enlaces.", ["self_service refuses"]),
        (
            "Where do I find the number of licences that we have in use this month? Ik wil een medewerker spreken.",
            ["person wants"],
        ),
        (
            "The app does not sync with the calendar on my phone since the update. Quero falar com uma pessoa.",
            ["person wants"],
        ),
    ],
)
def test_a_foreign_sentence_in_an_english_ticket_is_heard(
    demo_advisor: Advisor, text: str, expected: list[str]
) -> None:
    assert read(demo_advisor, text).evidence.readability is Readability.READABLE
    assert wishes(demo_advisor, text) == expected


@pytest.mark.parametrize("text", WISHED[::7])
def test_a_foreign_wish_quotes_its_sentence_literally(demo_advisor: Advisor, text: str) -> None:
    found = read(demo_advisor, ticket(text, subject="Ticket 4711"))
    assert found.evidence.wishes
    for wish in found.evidence.wishes:
        assert wish.quote is not None
        assert wish.quote.text == found.document.text[wish.quote.start : wish.quote.end]
        assert wish.quote.text in text
        assert wish.order == 1 or wish.stance is Stance.WANTS


def test_later_words_override_earlier_ones(demo_advisor: Advisor) -> None:
    before, after = (Sender.CUSTOMER, "Bitte rufen Sie mich an."), (Sender.CUSTOMER, "Bitte nicht anrufen.")
    assert wishes(demo_advisor, thread(before, after)) == ["phone refuses"]
    assert wishes(demo_advisor, thread(after, before)) == ["phone wants"]
    assert wishes(demo_advisor, "Appelez-moi. Non, finalement ne m'appelez pas.") == ["phone refuses"]


def test_a_foreign_wish_of_somebody_else_names_its_author(demo_advisor: Advisor) -> None:
    boss = Message(sender=Sender.CUSTOMER, body="Llámenme, por favor.", author="jefe@example.com")
    one = replace(ticket(""), messages=(boss,), customer=Customer(email="ana@example.com"))
    assert [wish.author for wish in read(demo_advisor, one).evidence.wishes] == ["jefe@example.com"]


def test_what_an_agent_writes_is_not_heard(demo_advisor: Advisor) -> None:
    said = thread((Sender.CUSTOMER, "Wo finde ich meine Rechnung?"), (Sender.AGENT, "Bitte rufen Sie mich an."))
    assert wishes(demo_advisor, said) == []


def test_quoted_words_of_others_are_no_wish(lexicon: Lexicon) -> None:
    assert heard(document_of("Auf der Seite steht „Bitte rufen Sie uns an“.", lexicon)) == []
    assert heard(document_of("Le message dit « Appelez-moi demain ».", lexicon)) == []


@pytest.mark.parametrize(
    ("body", "channel"),
    [
        ("Bitte rufen Sie mich an.", Channel.PHONE),
        ("Pourriez-vous me rappeler ?", Channel.PHONE),
        ("Prefiero chatear con ustedes, gracias.", Channel.CHAT),
        ("Não me liguem, respondam por e-mail.", Channel.EMAIL),
        ("Ik wil niet gebeld worden.", Channel.EMAIL),
    ],
)
def test_a_ticket_in_another_language_goes_to_a_person_by_the_wished_way(
    demo_advisor: Advisor, body: str, channel: Channel
) -> None:
    one = Ticket(id="t", body=body, created_at=NOW, customer=Customer(id="c", phone="+49 30 1234567"))
    advice = demo_advisor.advise(one, record=False).recommendation
    assert advice.action is Action.LIVE_HUMAN
    assert advice.channel is channel
    assert advice.reasons[0].code is ReasonCode.UNKNOWN_LANGUAGE


def test_a_wish_on_file_stands_beside_a_foreign_one(demo_advisor: Advisor) -> None:
    filed = replace(read(demo_advisor, "Bitte kein Chat.").evidence.wishes[0], quote=None)
    one = replace(ticket("Bitte rufen Sie mich an."), customer=Customer(id="c", wishes=(filed,)))
    found = read(demo_advisor, one).evidence.wishes
    assert [(wish.channel, wish.stance) for wish in found] == [
        (WishChannel.PHONE, Stance.WANTS),
        (WishChannel.CHAT, Stance.REFUSES),
    ]


def test_folding_keeps_every_character_in_its_place() -> None:
    assert fold("Él’s İstanbul, Straße: ÀÇÑÖ ﬁ") == "el's istanbul, strase: acno fi"[:-2] + "ﬁ"


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=400))
def test_any_text_keeps_its_length_when_folded(text: str) -> None:
    assert len(fold(text)) == len(text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_that_tells_a_language_is_written_with_capitals_or_accents(language: str) -> None:
    assert len(cues(language)) > 80
    assert {fold(cue) for cue in cues(language)} == cues(language)


@pytest.mark.parametrize(
    "words", ["eine ", "de ", "irgend", "puedo, ", "un l'", "een ", "que me ", "kan", "bitte nicht "]
)
def test_repeated_words_take_no_long_time(words: str) -> None:
    document = replace(english(words * 200), readability=Readability.UNKNOWN_LANGUAGE)
    started = time.perf_counter()
    hear_foreign(document)
    assert time.perf_counter() - started < 2
