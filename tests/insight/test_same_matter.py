"""Whether two tickets are about the same thing, on figures that can be added up in one's head."""

from __future__ import annotations

from dataclasses import replace

import pytest
from decision_builders import article, evidence, failure
from decision_strategies import EVIDENCE
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.insight.matter import Matter, likeness, words_of
from advisor.types import Moment, Prediction, Topic

BILLING = Prediction(Moment.BILLING, 0.9)
REFUND = Matter.of(evidence(topic=Topic("Refunds", 0.9, True), moment=BILLING), "Refund for March")


def test_the_same_topic_articles_and_subject_are_the_same_matter() -> None:
    found = likeness(REFUND, REFUND)
    assert found.figure == 1.0  # 0.4 + 0.4 + 0.35, at most 1
    assert found.is_same
    assert "same topic, refunds" in found.why
    assert "march, refund" in found.why


def test_another_topic_with_nothing_shared_is_another_matter() -> None:
    other = Matter.of(evidence(topic=Topic("Sign-in", 0.9, True), moment=BILLING, candidates=()), "Cannot sign in")
    found = likeness(REFUND, other)
    assert (found.figure, found.is_same) == (0.0, False)
    assert found.why == "topics differ: refunds and sign-in"


def test_a_shared_moment_alone_is_not_enough() -> None:
    one = Matter.of(evidence(moment=BILLING, candidates=()), "")
    assert likeness(one, one).figure == 0.15
    assert not likeness(one, one).is_same


def test_articles_count_by_their_share_of_the_shorter_list() -> None:
    one = Matter.of(evidence(moment=BILLING, candidates=(article("a"), article("b"))), "")
    other = replace(one, articles=frozenset({"a", "c"}))
    assert likeness(one, other).figure == 0.35  # 0.15 for the moment, half of 0.4
    assert likeness(one, one).figure == 0.55


def test_an_article_that_failed_in_one_and_is_near_the_other_is_the_same_matter() -> None:
    first = Matter.of(evidence(candidates=(article("reset"),)), "")
    second = Matter.of(evidence(candidates=(), failures=(failure("reset"),)), "")
    assert likeness(first, second).is_same


@pytest.mark.parametrize("subject", ["Re: Fwd: Refund for March", "refund, March?", "RE: our refund of March"])
def test_words_of_a_reply_are_those_of_the_first_subject(subject: str) -> None:
    assert words_of(subject) == frozenset({"refund", "march"})


MATTERS = st.builds(Matter.of, EVIDENCE, st.sampled_from(["", "Refund for March", "Cannot sign in", "Re: refund"]))


@settings(deadline=None, database=None)
@given(MATTERS, MATTERS)
def test_likeness_is_a_share_and_the_same_from_either_side(one: Matter, other: Matter) -> None:
    found = likeness(one, other)
    assert 0.0 <= found.figure <= 1.0
    assert found.figure == likeness(other, one).figure
    assert found.why
