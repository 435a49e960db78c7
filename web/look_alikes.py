"""Articles that say nearly the same, found beside the pages; found anew when the articles have changed."""

from __future__ import annotations

from dataclasses import dataclass

from index.store import Store
from index.twins import Twins, twins
from web.errands import PATIENCE, Errands

FOREVER = float("inf")


@dataclass(frozen=True, slots=True)
class Found:
    """What is known of look-alikes now."""

    pairs: list[Twins] | None  # None = they are being looked for, or that failed
    error: str | None


class LookAlikes:
    """All pairs of near-duplicates."""

    def __init__(self, store: Store, *, patience: float = PATIENCE) -> None:
        """`patience` in seconds: so long a page waits for them."""
        self._store = store
        self._errands: Errands[list[Twins]] = Errands(patience=patience)
        self._known: tuple[int, list[Twins]] | None = None

    def found(self) -> Found:
        """Those of the articles as they are now; waits a short time."""
        generation = self._store.generation
        if self._known is None or self._known[0] != generation:
            work = self._errands.do(self._look, of=generation, lasts=FOREVER)
            if work.error is not None:
                return Found(None, work.error)
        known = self._known
        return Found(known[1] if known is not None and known[0] == generation else None, None)

    def of_article(self, id: str) -> list[Twins] | None:
        """The pairs that an article is in; None where it is not known yet."""
        pairs = self.found().pairs
        return [one for one in pairs if id in (one.first, one.second)] if pairs is not None else None

    def _look(self) -> list[Twins]:
        generation = self._store.generation
        pairs = twins(self._store)
        self._known = generation, pairs
        return pairs
