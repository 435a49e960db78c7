"""Which words of an article's passage stand in the ticket, too."""

from __future__ import annotations

import re
from dataclasses import dataclass

SHORTEST = 4  # letters; shorter words say little about the matter
_WORD = re.compile(r"[^\W_]+")
_PLACEHOLDER = re.compile(r"\[[A-Z]+\]")  # for personal data that was masked
_ENDINGS = ("ing", "ies", "ed", "es", "s", "e")
COMMON_WORDS = """
about after again also and another any because been before being both but came can cannot come could does
done each even every first for from give have hello here how into its just keep know last like made make
many may more most much must need next not now only other our out over own please same see send should since
some still such take than thank thanks that the their them then there these they this those through today
too until use used very want was way well were what when where which while who will with without would yes
you your
"""
COMMON = frozenset(COMMON_WORDS.split())


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a passage."""

    text: str
    shared: bool = False


def shared_words(passage: str, text: str) -> tuple[Piece, ...]:
    """A passage, cut so that the words it shares with a text stand apart; endings of words do not count."""
    known = {stem(word) for word in _WORD.findall(_PLACEHOLDER.sub(" ", text))} - {None}
    pieces: list[Piece] = []
    done = 0
    for found in _WORD.finditer(passage):
        if stem(found[0]) in known:
            pieces += [Piece(passage[done : found.start()]), Piece(found[0], shared=True)]
            done = found.end()
    return tuple(piece for piece in (*pieces, Piece(passage[done:])) if piece.text)


def stem(word: str) -> str | None:
    """A word without its ending; None for a short or common one."""
    plain = word.casefold()
    if len(plain) < SHORTEST or plain in COMMON:
        return None
    ending = next((end for end in _ENDINGS if plain.endswith(end) and len(plain) - len(end) >= SHORTEST - 1), "")
    return plain.removesuffix(ending)
