"""The families of the grammar as they stand in its data files."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from advisor.types import SignalKind, Stance, WishChannel
from training.grammar.expansion import Words, expand

HERE = Path(__file__).parent
Wanted = tuple[WishChannel, Stance, int]  # channel, stance, order of choice


@dataclass(frozen=True, slots=True)
class Block:
    """Patterns that say the same: one line of thought of a family."""

    texts: tuple[str, ...]
    wishes: tuple[tuple[str, Stance, int], ...] = ()  # a channel, or the letter that stands for one
    signals: tuple[SignalKind, ...] = ()
    channels: tuple[tuple[str, tuple[WishChannel, ...]], ...] = ()  # letter, the channels it may stand for
    whole: bool = False  # True = a ticket of its own, to which nothing is added

    def bind(self, rng: random.Random) -> dict[str, WishChannel]:
        """A channel for each letter, never one for two."""
        bound: dict[str, WishChannel] = {}
        for letter, allowed in self.channels:
            bound[letter] = rng.choice([channel for channel in allowed if channel not in bound.values()])
        return bound


@dataclass(frozen=True, slots=True)
class Grammar:
    """All families with the words that fill them."""

    wishes: Mapping[str, tuple[Block, ...]]
    signals: Mapping[str, tuple[Block, ...]]
    endings: tuple[Block, ...]  # what may end a ticket with a signal
    words: Words


@cache
def grammar() -> Grammar:
    """The grammar of the package; raises ValueError where its files name an unknown channel, stance or signal."""
    words, matters, wishes, signals = (read(name) for name in ("words", "matters", "wishes", "signals"))
    endings = tuple(block_of({**row, "texts": [row["text"]]}) for row in matters.pop("endings"))
    lists = {**words["words"], **signals.pop("words"), **matters}
    return Grammar(families(wishes), families(signals), endings, Words(lists, words["channel"]))


def read(name: str) -> dict[str, Any]:
    """A data file of the grammar."""
    return tomllib.loads((HERE / f"{name}.toml").read_text(encoding="utf-8"))


def families(table: Mapping[str, Sequence[dict[str, Any]]]) -> dict[str, tuple[Block, ...]]:
    """The blocks of each family."""
    return {name: tuple(block_of(row) for row in rows) for name, rows in table.items()}


def block_of(row: Mapping[str, Any]) -> Block:
    """A block as written; a letter of its wishes without channels of its own may stand for any."""
    wishes = tuple(wish_of(text) for text in row.get("wishes", ()))
    letters = [name for name, _, _ in wishes if name.isupper()] + [key for key in row if key.isupper()]
    allowed = {letter: tuple(map(WishChannel, row.get(letter, WishChannel))) for letter in letters}
    signals = tuple(SignalKind(name) for name in row.get("signals", ()))
    return Block(tuple(row["texts"]), wishes, signals, tuple(allowed.items()), bool(row.get("whole")))


def wish_of(text: str) -> tuple[str, Stance, int]:
    """`A wants 2` as channel or letter, stance and order; the order is 1 where none is given."""
    channel, stance, order = [*text.split(), "1"][:3]
    return (channel if channel.isupper() else WishChannel(channel)), Stance(stance), int(order)


@dataclass(frozen=True, slots=True)
class Core:
    """The words of a ticket that carry its labels."""

    text: str
    wishes: tuple[Wanted, ...]
    signals: tuple[SignalKind, ...]
    names_matter: bool = False  # True = no other matter is put beside it
    whole: bool = False  # True = a ticket of its own


def core_of(blocks: Sequence[Block], words: Words, rng: random.Random) -> Core:
    """One core out of the blocks of a family, each pattern as likely as any other."""
    block = rng.choices(blocks, [len(block.texts) for block in blocks])[0]
    pattern, bound = rng.choice(block.texts), block.bind(rng)
    wishes = tuple(
        (bound[name] if name in bound else WishChannel(name), stance, order) for name, stance, order in block.wishes
    )
    text = expand(pattern, words, rng, bound=bound)
    return Core(text, wishes, block.signals, names_matter="{about}" in pattern, whole=block.whole)
