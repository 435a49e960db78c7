"""Texts out of patterns: `{name}` is a word of a list, `{A.form}` a form of a channel.

`(one|two|)` is a choice, `#` a digit.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

SLOT = re.compile(r"\{([A-Za-z_]+)(?:\.([a-z_]+))?\}")
CHOICE = re.compile(r"\(([^()]*\|[^()]*)\)")  # innermost; a bracket without a bar stays as it is


@dataclass(frozen=True)
class Words:
    """The word lists of the grammar and the forms that name each channel."""

    lists: Mapping[str, Sequence[str]]
    channels: Mapping[str, Mapping[str, Sequence[str]]]  # channel, form → phrases

    @cached_property
    def naming(self) -> frozenset[str]:
        """The words that name the channels, in small letters."""
        forms = [phrase for channel in self.channels.values() for form in channel.values() for phrase in form]
        phrases = [*forms, *self.lists["person"], *self.lists["reader"]]
        return frozenset(word for phrase in phrases for word in re.findall(r"[^\W\d_]+", phrase.lower()))

    def phrases(self, name: str, form: str | None, bound: Mapping[str, str]) -> Sequence[str]:
        """What may stand for a slot; raises KeyError where nothing does."""
        return self.lists[name] if form is None else self.channels[bound[name]][form]


def expand(pattern: str, words: Words, rng: random.Random, *, bound: Mapping[str, str]) -> str:
    """One text of a pattern, with its slots filled, its choices made and its sentences begun with capitals."""
    text = chosen(pattern, rng)
    while slot := SLOT.search(text):
        phrase = rng.choice(words.phrases(slot[1], slot[2], bound))
        text = chosen(text[: slot.start()] + phrase + text[slot.end() :], rng)
    return tidy(re.sub("#", lambda _: str(rng.randint(1, 9)), text))


def chosen(text: str, rng: random.Random) -> str:
    """A text with its choices made."""
    while choice := CHOICE.search(text):
        text = text[: choice.start()] + rng.choice(choice[1].split("|")) + text[choice.end() :]
    return text


def tidy(text: str) -> str:
    """Blanks where they belong, and a capital at the start of each sentence."""
    text = re.sub(r"[ \t]+", " ", text)
    text = re.sub(r" +([,.;:!?]|'(?:d|m|ve|ll) )", r"\1", text)
    text = re.sub(r" *\n *", "\n", text)
    text = re.sub(r",(?=[.!?])|(?<=[!?])\.(?=\s|$)|^[,;] *", "", text).strip()
    return re.sub(r"(^|\n|[.!?]['\")]? )([a-z])", lambda start: start[1] + start[2].upper(), text)
