"""Labelling drawn tickets in the pages: which ticket comes next for whom, and how many labels are still wanted."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from threading import Lock
from time import monotonic

from advisor.insight.audit import KEYS
from advisor.records import Audit
from advisor.types import Stance, Wish, WishChannel

RESERVED = timedelta(minutes=10)  # so long a ticket that one person looks at is not shown to another
CALLED = {
    WishChannel.SELF_SERVICE: "an article",
    WishChannel.EMAIL: "e-mail",
    WishChannel.CHAT: "a chat",
    WishChannel.PHONE: "a telephone call",
    WishChannel.PERSON: "a person, whichever way",
}
LETTERS = {letter: CALLED[channel] for letter, channel in KEYS.items()}
"""What the letters of a label stand for."""

_LETTER_OF = {channel: letter for letter, channel in KEYS.items()}


@dataclass(frozen=True, slots=True)
class Draw:
    """Tickets that were drawn together."""

    name: str
    tickets: int
    labelled: int
    by: tuple[tuple[str, int], ...]  # who labelled how many, the most first


class Sittings:
    """Who looks at which ticket just now, so that two do not label the same one; and what each has left for later."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._looked: dict[str, tuple[str, float]] = {}  # ticket -> by whom, when
        self._left: dict[str, set[str]] = defaultdict(set)  # person -> tickets
        self._turn = Lock()

    def next(self, waiting: list[Audit], *, by: str) -> Audit | None:
        """The next ticket for a person; None where all that wait were left for later, or are looked at by others."""
        with self._turn:
            left = self._left[by]
            found = next((one for one in waiting if one.id not in left and self._is_free(one.id, by)), None)
            if found is not None:
                self._take(found.id, by)
        return found

    def take(self, id: str, *, by: str) -> None:
        """Say that a person looks at a ticket again."""
        with self._turn:
            self._left[by].discard(id)
            self._take(id, by)

    def leave(self, id: str, *, by: str) -> None:
        """Leave a ticket for later."""
        with self._turn:
            self._left[by].add(id)

    def left(self, waiting: list[Audit], *, by: str) -> int:
        """How many tickets a person has left for later."""
        return len(self._left[by].intersection(one.id for one in waiting))

    def take_up(self, *, by: str) -> None:
        """Show what was left for later again."""
        with self._turn:
            self._left.pop(by, None)

    def _take(self, id: str, by: str) -> None:
        self._looked = {one: seen for one, seen in self._looked.items() if seen[0] != by and not self._is_over(seen[1])}
        self._looked[id] = by, self._clock()

    def _is_free(self, id: str, by: str) -> bool:
        who, when = self._looked.get(id, (by, 0.0))
        return who == by or self._is_over(when)

    def _is_over(self, when: float) -> bool:
        return self._clock() - when > RESERVED.total_seconds()


def draws(waiting: list[Audit], labelled: list[Audit]) -> Iterator[Draw]:
    """The draws, the newest first."""
    at = {one.sample: one.drawn_at for one in (*waiting, *labelled)}
    tickets = Counter(one.sample for one in (*waiting, *labelled))
    for name in sorted(at, key=lambda name: at[name], reverse=True):
        by = Counter(one.by or "nobody known" for one in labelled if one.sample == name)
        yield Draw(name, tickets[name], by.total(), tuple(by.most_common()))


def keys_of(wishes: tuple[Wish, ...]) -> str:
    """The keys that say these wishes; `n` for none."""
    letters = (_LETTER_OF[wish.channel] for wish in sorted(wishes, key=lambda wish: wish.order))
    stances = {wish.channel: wish.stance for wish in wishes}
    shown = (letter.upper() if stances[KEYS[letter]] is Stance.REFUSES else letter for letter in letters)
    return "".join(shown) or "n"


def words_of(wishes: tuple[Wish, ...]) -> str:
    """`wants a telephone call; refuses an article`."""
    if not wishes:
        return "says nothing of the kind"
    verb = {Stance.WANTS: "wants", Stance.REFUSES: "refuses"}
    return "; ".join(f"{verb[wish.stance]} {CALLED[wish.channel]}" for wish in wishes)
