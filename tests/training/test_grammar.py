import random
import re
from collections import Counter
from functools import cache

import pytest

from advisor.types import SAFETY, SignalKind, Stance, WishChannel
from training.channel_words import CANDIDATE
from training.grammar import SIGNAL_FAMILIES, WISH_FAMILIES, Composed, compose
from training.grammar.expansion import Words, expand
from training.grammar.productions import block_of, core_of, grammar
from training.grammar.slips import SHORT, mistyped

EVERY = compose(4120, seed=11)
WITHOUT_WISH = (
    *("reported_past", "thanks_for_channel", "third_party", "future_by_myself", "channel_exists_question"),
    *("quoted_words", "rule_for_the_company", "phone_as_matter", "number_as_matter", "email_as_matter"),
    *("chat_as_matter", "person_as_matter", "guide_as_matter", "bot_as_matter", "link_as_matter", "figure_of_speech"),
    *("own_trade", "settings_question", "plain_matter", "signature"),
)


def of(family: str, count: int = 60) -> list[Composed]:
    return compose(count, seed=5, families=[family])


def test_the_same_seed_gives_the_same_tickets_and_another_seed_others() -> None:
    assert compose(300, seed=1) == compose(300, seed=1)
    assert compose(300, seed=1) != compose(300, seed=2)


def test_what_a_family_gives_does_not_depend_on_the_families_beside_it() -> None:
    alone = {one.text for one in compose(40, seed=3, families=["double_negation"])}
    beside = compose(80, seed=3, families=["double_negation", "reported_past"])
    assert {one.text for one in beside if one.family == "double_negation"} == alone


def test_every_family_comes_equally_often() -> None:
    counts = Counter(one.family for one in EVERY)
    assert set(counts) == {*WISH_FAMILIES, *SIGNAL_FAMILIES}
    assert set(counts.values()) == {40}
    assert sorted(Counter(one.family for one in compose(7, seed=1, families=["either", "enough"])).values()) == [3, 4]


def test_no_text_comes_twice_not_even_with_other_capitals() -> None:
    assert len({one.text.casefold() for one in EVERY}) == len(EVERY)


def test_families_that_are_held_out_never_appear() -> None:
    held = WISH_FAMILIES[::3]
    kept = [name for name in WISH_FAMILIES if name not in held]
    train, test = compose(600, seed=1, families=kept), compose(300, seed=1, families=held)
    assert {one.family for one in train}.isdisjoint(one.family for one in test)
    assert {one.text.casefold() for one in train}.isdisjoint(one.text.casefold() for one in test)


def test_there_are_families_enough_for_wishes_and_for_every_signal() -> None:
    assert len(WISH_FAMILIES) >= 40
    assert not set(WISH_FAMILIES) & set(SIGNAL_FAMILIES)
    holding = Counter(kind for blocks in grammar().signals.values() for kind in {k for b in blocks for k in b.signals})
    assert all(holding[kind] >= (3 if kind in SAFETY else 2) for kind in SignalKind)
    quiet = [name for name, blocks in grammar().signals.items() if not any(block.signals for block in blocks)]
    stems = Counter(name.partition("_")[0] for name in quiet)
    assert all(stems[stem] == 2 for stem in ("fraud", "legal", "minor", "request"))
    assert stems["danger"] == 3
    assert stems["data"] == 2


def test_every_family_has_a_hundred_different_texts_at_least() -> None:
    for family in (*WISH_FAMILIES, *SIGNAL_FAMILIES):
        assert len(compose(100, seed=9, families=[family])) == 100


def test_all_channels_are_wanted_and_refused() -> None:
    counts = Counter((channel, stance) for one in EVERY for channel, stance, _ in one.wishes)
    assert set(counts) == {(channel, stance) for channel in WishChannel for stance in Stance}
    assert min(counts.values()) >= 60


def test_a_refusal_is_always_a_first_choice_and_no_channel_stands_twice() -> None:
    for one in EVERY:
        assert all(order == 1 for _, stance, order in one.wishes if stance is Stance.REFUSES)
        assert len({channel for channel, _, _ in one.wishes}) == len(one.wishes)
        assert len(set(one.signals)) == len(one.signals)


def test_second_and_third_choices_keep_their_order() -> None:
    for one in of("order_three"):
        assert [order for _, _, order in one.wishes] == [1, 2, 3]
    for family in ("order_otherwise", "if_unavailable", "first_choice"):
        assert {tuple(order for _, _, order in one.wishes) for one in of(family)} == {(1, 2)}


@pytest.mark.parametrize("family", WITHOUT_WISH)
def test_talking_about_a_channel_is_no_wish(family: str) -> None:
    assert {one.wishes for one in of(family)} == {()}
    assert {one.signals for one in of(family)} == {()}


@pytest.mark.parametrize(
    ("family", "stance"),
    [
        *((family, Stance.WANTS) for family in ("polite_request", "double_negation", "grudging", "noun_phrase")),
        *((family, Stance.REFUSES) for family in ("fed_up", "without", "refusal_by_circumstance", "both_refused")),
    ],
)
def test_a_family_says_one_thing(family: str, stance: Stance) -> None:
    assert {each for one in of(family) for _, each, _ in one.wishes} == {stance}


@pytest.mark.parametrize(
    ("anchor", "wish"),
    [
        (r"\b(?:no phone calls|don'?t (?:call|ring|phone) me|stop (?:calling|ringing) me)\b", ("phone", "refuses")),
        (r"\b(?:no e-?mails|don'?t e-?mail me|stop e-?mailing me)\b", ("email", "refuses")),
        (r"\b(?:stop sending me (?:links|articles)|no help articles|no canned answers)\b", ("self_service", "refuses")),
        (r"(?:^|please |could you )(?:connect me to|put me through to|transfer me to) an? ", ("person", "wants")),
        (r"^(?:callback|call back|ring back)[ ,]+please", ("phone", "wants")),
        (r"\bI (?:want|need) a (?:call|callback|phone call)\b", ("phone", "wants")),
    ],
)
def test_labels_agree_with_words_that_leave_no_doubt(anchor: str, wish: tuple[str, str]) -> None:
    held = [one for one in wishful() if re.search(anchor, one.text, re.IGNORECASE)]
    assert len(held) >= 3
    assert [one.text for one in held if wish not in {(channel, stance) for channel, stance, _ in one.wishes}] == []


@cache
def wishful() -> list[Composed]:
    """Tickets in which nothing is quoted and nobody changes his mind."""
    without = {*WITHOUT_WISH, "change_of_mind", "double_negation"}
    return compose(12_000, seed=21, families=[name for name in WISH_FAMILIES if name not in without])


def test_nearly_every_wish_holds_a_word_that_the_reader_looks_for() -> None:
    asked = [one for one in EVERY if one.wishes and one.family not in {"number_given", "address_given"}]
    assert sum(bool(CANDIDATE.search(one.text)) for one in asked) / len(asked) > 0.98


def test_typing_errors_spare_the_words_that_name_a_channel_and_those_that_turn_it_round() -> None:
    text = "I do not want another telephone call, please put me through to an actual employee without further delay"
    for seed in range(300):
        typed = mistyped(text, random.Random(seed), kept=grammar().words.naming).lower()
        assert "telephone call" in typed
        assert " not " in typed
        assert "without" in typed
        assert "actual employee" in typed


def test_typing_errors_leave_numbers_and_addresses_as_they_are() -> None:
    for seed in range(200):
        typed = mistyped("Write to priya.lindqvist@example.org or 07123 456789.", random.Random(seed), kept=())
        assert "priya.lindqvist@example.org" in typed.lower()
        assert "07123 456789" in typed


def test_more_than_half_of_the_texts_are_typed_without_an_error() -> None:
    text = "Please send the wonderful curtains because everybody is waiting."
    same = sum(mistyped(text, random.Random(seed), kept=()) == text for seed in range(1000))
    assert 500 < same < 700


def test_no_slot_and_no_choice_is_left_in_a_text() -> None:
    for one in EVERY:
        assert not re.search(r"[{}#]|\w\||\|\w", one.text), one.text
        assert one.text == one.text.strip()
        assert "  " not in one.text


def test_expansion_fills_slots_makes_choices_and_begins_sentences_with_capitals() -> None:
    words = Words({"about": ["my order"]}, {"phone": {"do": ["call me"]}})
    bound = {"A": "phone"}
    assert expand("{A.do}(!|!) it is about {about} .", words, random.Random(1), bound=bound) == (
        "Call me! It is about my order."
    )
    assert re.fullmatch(r"No\. [1-9]{3}", expand("no. ###", words, random.Random(1), bound={}))


def test_a_letter_never_stands_for_a_channel_that_another_one_has() -> None:
    block = block_of({"wishes": ["A wants", "B refuses"], "texts": ["x"], "A": ["phone", "email"]})
    for seed in range(50):
        bound = block.bind(random.Random(seed))
        assert bound["A"] in {WishChannel.PHONE, WishChannel.EMAIL}
        assert bound["A"] is not bound["B"]


def test_a_named_channel_needs_no_letter() -> None:
    block = block_of({"wishes": ["person wants 2"], "texts": ["a human"]})
    core = core_of([block], Words({}, {}), random.Random(1))
    assert core.wishes == ((WishChannel.PERSON, Stance.WANTS, 2),)


def test_every_short_form_is_shorter_than_what_it_stands_for() -> None:
    assert all(len(short) < len(long) for long, forms in SHORT.items() for short in forms)


def test_an_unknown_family_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="unknown families: polite_requests; known: polite_request"):
        compose(3, seed=1, families=["polite_requests"])


def test_no_family_at_all_gives_nothing_to_compose() -> None:
    assert compose(0, seed=1, families=[]) == []
    with pytest.raises(ValueError, match="3 tickets need at least one family"):
        compose(3, seed=1, families=[])
