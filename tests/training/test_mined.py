import os
from collections.abc import Callable

import pytest

from training.channel_words import CANDIDATE
from training.mined import (
    GRAVE_NAMED,
    hard_negatives,
    no_signal,
    no_wish,
    only_a_person,
    quiet_for_signals,
    requests_for_a_person,
)

public = pytest.mark.skipif(not os.environ.get("ADVISOR_DATA"), reason="needs ADVISOR_DATA, the folder of public data")


@pytest.mark.parametrize(
    "text",
    [
        "People at the phone shop were kind.",
        "The video froze and the article on page 3 was about birds.",
        "Someone wrote a letter to the paper.",
    ],
)
def test_talk_about_people_and_phones_may_stay(text: str) -> None:
    assert no_wish(text)


@pytest.mark.parametrize(
    "text",
    [
        "Please call me back.",
        "I want to talk to an agent",
        "no more bots",
        "callback please",
        "My mobile is 07123 456789",
        "Email me the form",
        "Is there a guide for this?",
        "could somebody ring",
        "I'd rather have it in writing",
        "stop sending links",
        "Wtf pick the phone up",
        "How do I reach customer service?",
    ],
)
def test_what_could_be_a_wish_is_left_out(text: str) -> None:
    assert not no_wish(text)


@pytest.mark.parametrize("text", ["Human please", "let me talk to a real person", "how do I speak with an agent"])
def test_a_plain_request_for_a_person_is_taken(text: str) -> None:
    assert only_a_person(text)


@pytest.mark.parametrize(
    "text",
    [
        "I want to chat with an agent",
        "get me a human on the line",
        "No, you don't need to transfer me to a real person",
        "I dont like to talk to a machine, give me a human",
        "this is really frustrating",
        "do you have human support ?",
    ],
)
def test_a_request_that_names_a_way_or_refuses_something_is_left_out(text: str) -> None:
    assert not only_a_person(text)


@pytest.mark.parametrize("text", ["cancel my dinner reservation", "what kind of gas is needed for this car"])
def test_grave_words_in_harmless_texts_may_stay(text: str) -> None:
    assert no_signal(text)


@pytest.mark.parametrize(
    "text",
    [
        "my card was stolen",
        "Someone hacked into it",
        "I will sue you",
        "delete my account",
        "my son bought coins",
        "I lost all my photos",
        "your site is down",
        "I smell gas",
        "I am so ill that I cannot pay",
        "I'm leaving this bank",
        "He was stabbed",
    ],
)
def test_what_could_be_a_signal_is_left_out(text: str) -> None:
    assert not no_signal(text)


@public
@pytest.mark.parametrize("mine", [hard_negatives, requests_for_a_person, quiet_for_signals])
def test_mining_is_repeatable_and_keeps_to_its_limit(mine: Callable[[int, int], list[str]]) -> None:
    found = mine(100, 4)
    assert found == mine(100, 4)
    assert len(found) == len({text.casefold() for text in found}) == 100
    assert set(found) != set(mine(100, 5))


@public
def test_hard_negatives_hold_a_word_of_a_channel() -> None:
    found = hard_negatives(600, 1)
    assert len(found) == 600
    assert all(CANDIDATE.search(text) for text in found)


@public
def test_quiet_texts_hold_a_word_of_a_signal() -> None:
    found = quiet_for_signals(600, 1)
    assert len(found) == 600
    assert all(GRAVE_NAMED.search(text) and no_signal(text) for text in found)


@public
def test_there_are_requests_for_a_person_by_the_hundred() -> None:
    found = requests_for_a_person(1000, 1)
    assert 200 < len(found) < 1000
    assert all(only_a_person(text) for text in found)
