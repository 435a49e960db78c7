"""What stands around the words that matter: greeting, other sentences, thanks."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

from training.grammar.expansion import Words, expand
from training.grammar.productions import Block, Core, core_of

FRAMES = {
    "{core}": 26,
    "{matter} {core}": 24,
    "{core} {matter}": 18,
    "{matter} {core} {aside}": 6,
    "{matter} {aside} {core}": 6,
    "{matter}\n{core}": 5,
    "{core} {aside}": 6,
    "{greeting}\n{matter} {core}\n{closing}": 6,
    "{greeting}\n\n{matter} {aside}\n\n{core}\n\n{closing}": 4,
    "{greeting} {core} {matter}": 4,
    "{core} {matter} {closing}": 3,
    "{greeting}\n\n{core} {matter} {matter}\n\n{closing}": 2,
}
"""How often each frame comes; a second matter never stands beside a core that names its own."""

BARE = {
    "{core}": 50,
    "{core} {aside}": 14,
    "{aside} {core}": 12,
    "{greeting} {core}": 10,
    "{greeting}\n\n{core}\n\n{closing}": 8,
    "{core} {closing}": 6,
}
GRAVE = {
    "{core}": 50,
    "{core} {plea}": 18,
    "{plea} {core}": 8,
    "{greeting} {core}": 10,
    "{greeting}\n\n{core} {plea}\n\n{closing}": 8,
    "{core} {closing}": 6,
}
"""Around a core that holds a signal."""
INNOCENT = 0.3  # share of the matters that hold a word of a channel
ENDED = 0.3  # share of the tickets with a signal theme that say at their end what they want


def framed(core: Core, words: Words, rng: random.Random) -> str:
    """A ticket around a core."""
    frames = GRAVE if core.signals else BARE if core.names_matter else FRAMES
    text = rng.choices(list(frames), list(frames.values()))[0]
    while "{matter}" in text:
        text = text.replace("{matter}", "{innocent}" if rng.random() < INNOCENT else "{plain}", 1)
    before, _, after = text.partition("{core}")
    return filled(before, words, rng) + core.text + filled(after, words, rng)


def filled(part: str, words: Words, rng: random.Random) -> str:
    """What stands before or after a core, with the blanks or line breaks towards it."""
    start, end = part[: len(part) - len(part.lstrip())], part[len(part.rstrip()) :]
    return start + expand(part, words, rng, bound={}) + end if part.strip() else part


def ended(core: Core, endings: Sequence[Block], words: Words, rng: random.Random) -> Core:
    """A core of a signal family, sometimes with what the customer wants done about it."""
    if rng.random() >= ENDED:
        return core
    end = core_of(endings, words, rng)
    return replace(core, text=f"{core.text} {end.text}", wishes=core.wishes + end.wishes)
