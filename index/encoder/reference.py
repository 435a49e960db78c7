"""The reference encoder: the sentence model as it was published, slow to start and slower to read."""

from collections.abc import Sequence

from index.encoder.base import Encoded, Pools, join_tokens, join_windows, prepare, stack, windows
from index.original import Original


class ReferenceEncoder:
    """Reads one text a call through sentence-transformers."""

    def __init__(self, original: Original) -> None:
        self.fingerprint = original.fingerprint("reference")
        self.dimension = original.dimension
        self.branch = None
        self._original = original

    def encode(self, texts: Sequence[str], /, *, tokens: bool = False) -> Encoded:
        """Encode texts, each by itself."""
        read, cut, found = [], [], []
        for text in texts:
            prepared = prepare(text)
            split = windows(self._original.pieces(prepared.text), prepared)
            pools = [self._pools(window) for window in split.ids]
            read.append(join_windows(pools))
            cut.append(split.cut)
            if tokens:
                found.append(join_tokens(pools, split, self._original.spans(prepared.text), self.dimension))
        return stack(read, cut, self.dimension, found)

    def _pools(self, window: tuple[int, ...]) -> Pools:
        sentence, inner, middle, pieces, lower = self._original.run(window)
        return Pools(sentence[0], inner[0], middle, pieces, lower)
