"""Which passage is of which article, in few bytes a passage."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]  # (n,) of passages
Places = NDArray[np.int64]  # (n,) of passages, from 0, in the order of their numbers
_SPARSE = 8  # times as many numbers as passages: looking them up in a table would waste memory


@dataclass(frozen=True, slots=True, eq=False)
class Owners:
    """All passages in the order of their numbers, each with its article."""

    numbers: Numbers  # ascending
    owners: NDArray[np.int32]  # (n,) places in `articles`
    articles: Sequence[str]  # ids
    _table: NDArray[np.int32] | None  # places from the first number to the last, -1 where there is none; None: sparse

    @classmethod
    def of(cls, passages: Sequence[tuple[str, Numbers]]) -> "Owners":
        """Take the passages of each article."""
        articles = [article for article, _ in passages]
        counts = [len(numbers) for _, numbers in passages]
        numbers = np.concatenate([np.zeros(0, np.int64), *(numbers for _, numbers in passages)])
        order = np.argsort(numbers, kind="stable")
        owners = np.repeat(np.arange(len(articles), dtype=np.int32), counts)
        return cls(numbers[order], owners[order], articles, _table(numbers[order]))

    def __len__(self) -> int:
        """Count the passages."""
        return len(self.numbers)

    def article(self, place: int) -> str:
        """Give the article id of the passage at a place."""
        return self.articles[int(self.owners[place])]

    def places(self, numbers: Numbers) -> Places:
        """Give the places of passages, all of which must be there."""
        return np.searchsorted(self.numbers, numbers)

    def places_there(self, numbers: Numbers) -> tuple[Places, NDArray[np.bool_]]:
        """Give the places of those passages that are there, and which ones they are; there must be any passage."""
        if self._table is None:
            places = np.minimum(self.places(numbers), len(self) - 1)
            there = self.numbers[places] == numbers
        else:
            rows = numbers - self.numbers[0]
            inside = (rows >= 0) & (rows < len(self._table))
            places = self._table[np.where(inside, rows, 0)].astype(np.int64)
            there = inside & (places >= 0)
        return places[there], there


def _table(numbers: Numbers) -> NDArray[np.int32] | None:
    span = int(numbers[-1] - numbers[0]) + 1 if len(numbers) else 0
    if span > _SPARSE * len(numbers):
        return None
    table = np.full(span, -1, np.int32)
    table[numbers - numbers[:1]] = np.arange(len(numbers), dtype=np.int32)
    return table
