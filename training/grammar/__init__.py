"""Tickets with their labels, composed by a grammar: desire, channel, negation, politeness, tense, order, typing errors.

Every ticket belongs to one family of productions, so that whole families can be held out.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from advisor.types import SignalKind
from training.grammar.frames import ended, framed
from training.grammar.productions import Wanted, core_of, grammar
from training.grammar.slips import mistyped

__all__ = ["SIGNAL_FAMILIES", "WISH_FAMILIES", "Composed", "compose"]

WISH_FAMILIES: tuple[str, ...] = tuple(grammar().wishes)
SIGNAL_FAMILIES: tuple[str, ...] = tuple(grammar().signals)
TRIES = 30  # for each ticket that is wanted, before a family counts as exhausted


@dataclass(frozen=True, slots=True)
class Composed:
    """A ticket with all its wishes and signals."""

    text: str
    wishes: tuple[Wanted, ...]  # channel, stance, order of choice
    signals: tuple[SignalKind, ...]
    family: str


def compose(count: int, *, seed: int, families: Collection[str] | None = None) -> list[Composed]:
    """So many different tickets, as many of each family as of any other, give or take one; all families by default.

    The same count, seed and families give the same tickets. Raises ValueError for an unknown family, and where a
    family cannot give so many different texts.
    """
    known = WISH_FAMILIES + SIGNAL_FAMILIES
    asked = set(known if families is None else families)
    if unknown := asked.difference(known):
        raise ValueError(f"unknown families: {', '.join(sorted(unknown))}; known: {', '.join(known)}")
    if count and not asked:
        raise ValueError(f"{count} tickets need at least one family, none was given")
    chosen = [name for name in known if name in asked]
    seen: set[str] = set()
    found: list[Composed] = []
    for number, family in enumerate(chosen):
        share = count // len(chosen) + (number < count % len(chosen))
        found += different(family, share, random.Random(f"{seed}/{family}"), seen)
    random.Random(seed).shuffle(found)
    return found


def different(family: str, count: int, rng: random.Random, seen: set[str]) -> list[Composed]:
    """So many texts of a family that were not seen before."""
    found: list[Composed] = []
    tries = texts_of(family, rng)
    for _ in range(count * TRIES):
        if len(found) == count:
            break
        one = next(tries)
        key = one.text.casefold()
        if key not in seen:
            seen.add(key)
            found.append(one)
    if len(found) < count:
        raise ValueError(f"family {family} gives {len(found)} different texts, asked were {count}: ask for fewer")
    return found


def texts_of(family: str, rng: random.Random) -> Iterator[Composed]:
    """Texts of a family without end."""
    all_of = grammar()
    blocks = all_of.wishes.get(family) or all_of.signals[family]
    while True:
        core = core_of(blocks, all_of.words, rng)
        if family in all_of.signals:
            core = ended(core, all_of.endings, all_of.words, rng)
        text = core.text if core.whole else framed(core, all_of.words, rng)
        yield Composed(mistyped(text, rng, kept=all_of.words.naming), core.wishes, core.signals, family)
