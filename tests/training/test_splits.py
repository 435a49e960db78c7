from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.splits import folds, groups_of, hashes_of, held_out, normalised

TEXTS = st.lists(st.text(alphabet="ab 1!", max_size=4), min_size=1, max_size=60)


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("Order 4711 is LATE!", "order 12 is late"),
        ("order  is\tlate", "order is late..."),
        ("Größe — falsch", "grösse falsch"),
    ],
)
def test_texts_that_differ_in_case_blanks_digits_and_punctuation_are_the_same(text: str, same: str) -> None:
    assert normalised(text) == normalised(same)
    first, second = hashes_of([text, same])
    assert first == second


def test_texts_of_digits_or_signs_alone_are_told_apart() -> None:
    assert normalised("4711") == "4711"
    assert len(set(hashes_of(["4711", "4712", "!!", "order", ""]).tolist())) == 5


def test_groups_are_numbered_from_0() -> None:
    groups = groups_of(hashes_of(["a cat", "a dog", "A CAT!", "a cat 2"]))
    assert groups[0] == groups[2] == groups[3] != groups[1]
    assert set(groups.tolist()) == {0, 1}


def test_about_a_fifth_is_held_out() -> None:
    texts = [f"{chr(97 + one % 26)}{chr(97 + one // 26 % 26)}{chr(97 + one // 676)} ticket" for one in range(5000)]
    chosen = held_out(hashes_of(texts), ["a", "b"] * 2500)
    assert 0.18 < chosen.mean() < 0.22


def test_a_text_is_held_out_whatever_other_texts_there_are() -> None:
    words = [f"{one} {other}" for one in "abcdefghijklmnopqrstuvwxyz" for other in "abcdefghijklmnopqrstuvwxyz"]
    before = held_out(hashes_of(words[:300]), ["topic"] * 300)
    after = held_out(hashes_of(words), ["topic"] * len(words))
    assert before.tolist() == after[:300].tolist()


@given(TEXTS, st.data())
def test_copies_are_never_on_both_sides(texts: list[str], data: st.DataObject) -> None:
    topics = data.draw(st.lists(st.sampled_from("xyz"), min_size=len(texts), max_size=len(texts)))
    hashes = hashes_of(texts)
    chosen = held_out(hashes, topics, share=0.5)
    assert not set(hashes[chosen].tolist()) & set(hashes[~chosen].tolist())


@given(TEXTS, st.data())
def test_no_topic_loses_more_than_a_third_of_its_texts(texts: list[str], data: st.DataObject) -> None:
    topics = data.draw(st.lists(st.sampled_from("xyz"), min_size=len(texts), max_size=len(texts)))
    hashes = hashes_of(texts)
    chosen = held_out(hashes, topics, share=0.9)
    for topic in set(topics):
        own = np.array([one == topic for one in topics])
        assert len(set(hashes[own & chosen].tolist())) <= len(set(hashes[own].tolist())) / 3


@given(TEXTS, st.data(), st.integers(2, 6))
def test_groups_stay_whole_in_folds(texts: list[str], data: st.DataObject, parts: int) -> None:
    topics = data.draw(st.lists(st.sampled_from("xyz"), min_size=len(texts), max_size=len(texts)))
    groups = groups_of(hashes_of(texts))
    part = folds(groups, topics, parts=parts, seed=1)
    assert all(len(set(part[groups == group].tolist())) == 1 for group in set(groups.tolist()))
    assert set(part.tolist()) <= set(range(parts))


def test_folds_hold_the_same_share_of_each_topic() -> None:
    topics = ["often"] * 80 + ["seldom"] * 10
    part = folds(np.arange(90), topics, parts=5, seed=3)
    for number in range(5):
        own = [topic for topic, where in zip(topics, part.tolist(), strict=True) if where == number]
        assert (own.count("often"), own.count("seldom")) == (16, 2)


def test_folds_are_those_of_their_seed() -> None:
    topics = ["a", "b"] * 50
    one, same, other = (folds(np.arange(100), topics, parts=5, seed=seed) for seed in (1, 1, 2))
    assert one.tolist() == same.tolist() != other.tolist()


@pytest.mark.parametrize("share", [0.0, 1.0, 15.0])
def test_a_share_beyond_its_bounds_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match=f"share must be between 0 and 1, was: {share}"):
        held_out(hashes_of(["a"]), ["x"], share=share)


def test_one_part_is_no_fold() -> None:
    with pytest.raises(ValueError, match="parts must be at least 2, was: 1"):
        folds(np.arange(3), ["a", "a", "b"], parts=1, seed=0)
