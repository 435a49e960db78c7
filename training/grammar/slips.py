"""Typing errors and habits of typing; the words that carry a label stay readable."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Collection

from training.channel_words import CANDIDATE

SHORT = {
    "you": ("u",), "your": ("ur",), "please": ("pls", "plz"), "thanks": ("thx", "ty"), "are": ("r",), "for": ("4",),
    "because": ("bc",), "and": ("n", "&"), "with": ("w",), "tomorrow": ("tmrw",), "through": ("thru",), "to": ("2",),
    "about": ("abt",), "want to": ("wanna",), "as soon as possible": ("asap",), "regarding": ("re",),
    "going to": ("gonna",), "really": ("rly",), "people": ("ppl",),
}  # fmt: skip
SAYING = re.compile(
    r"(?i)no|not|never|neither|nor|none|without|\w+n'?t|stop|spare|skip|avoid|refuse[sd]?|want|wants|need|like|prefer"
    r"|rather|instead|otherwise|failing|first|second|third|please|enough|anything|only|except|annoyed|tired|sick|hate"
)
"""Words that turn a wish round or rank it; no letter of them is lost."""

CLEAN = 0.55  # share of the texts that stay as they are
SLIPPED = 0.5  # share of the others in which letters are swapped, dropped or doubled
Habit = Callable[[str, random.Random], str]


def mistyped(text: str, rng: random.Random, *, kept: Collection[str]) -> str:
    """A text as somebody in a hurry types it; most stay as they are, and so do the letters of the words in `kept`."""
    if rng.random() < CLEAN:
        return text
    for habit, share in HABITS:
        if rng.random() < share:
            text = habit(text, rng)
    if rng.random() < SLIPPED:
        text = slipped(text, rng, kept)
    return text


def small_letters(text: str, _: random.Random) -> str:
    """No capitals."""
    return text.lower()


def no_apostrophes(text: str, _: random.Random) -> str:
    """don't → dont."""
    return re.sub(r"(?<=\w)'(?=\w)", "", text)


def shortened(text: str, rng: random.Random) -> str:
    """you → u, please → pls."""

    def short(found: re.Match[str]) -> str:
        return rng.choice(SHORT[found[0].lower()]) if rng.random() < 0.6 else found[0]

    longest = sorted(SHORT, key=len, reverse=True)
    return re.sub(rf"(?i)(?<![\w'-])(?:{'|'.join(longest)})(?![\w'-])", short, text)


def no_stops(text: str, rng: random.Random) -> str:
    """Sentences that run into each other."""
    return re.sub(r"[.,;!]+(?=\s|$)", "", text) if rng.random() < 0.7 else re.sub(r"[.;!](?= )", ",", text)


def slipped(text: str, rng: random.Random, kept: Collection[str]) -> str:
    """A few letters swapped, dropped or doubled, in words that carry no label."""

    def perhaps(found: re.Match[str]) -> str:
        """A word with a slip, or as it was."""
        word = found[0]
        spared = word.lower() in kept or CANDIDATE.fullmatch(word) or SAYING.fullmatch(word)
        return word if spared or rng.random() > 0.15 else slip(word, rng)

    return re.sub(r"(?<![\w@.-])[^\W\d_]{5,}(?![\w@'-]|\.\w)", perhaps, text)


def slip(word: str, rng: random.Random) -> str:
    """One slip within a word."""
    at = rng.randrange(1, len(word) - 2)
    swapped = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return rng.choice((swapped, word[:at] + word[at + 1 :], word[:at] + word[at] + word[at:]))


def loud(text: str, _: random.Random) -> str:
    """All in capitals."""
    return text.upper()


HABITS: tuple[tuple[Habit, float], ...] = (
    (shortened, 0.35),
    (no_apostrophes, 0.5),
    (no_stops, 0.3),
    (small_letters, 0.55),
    (loud, 0.04),
)
