"""The reference encoder: the sentence model as it was published, slow to start and slower to read."""

from collections.abc import Sequence

import numpy as np

from index.encoder.base import WINDOW, Encoded, Tokens, Vectors, join_windows, prepare, stack, windows
from index.original import Original


class ReferenceEncoder:
    """Reads one text a call through sentence-transformers."""

    def __init__(self, original: Original) -> None:
        self.fingerprint = original.fingerprint("reference")
        self.dimension = original.dimension
        self._original = original

    def encode(self, texts: Sequence[str], /) -> Encoded:
        """Encode texts, each by itself."""
        read = []
        cut = []
        for text in texts:
            prepared = prepare(text)
            split = windows(self._original.pieces(prepared.text), prepared)
            pools = [self._original.run(window) for window in split.ids]
            sentences = np.concatenate([pool[0] for pool in pools])
            read.append(join_windows(sentences, np.concatenate([pool[1] for pool in pools])))
            cut.append(split.cut)
        return stack(read, cut, self.dimension)

    def encode_tokens(self, texts: Sequence[str], /) -> list[Tokens]:
        """Encode the first 254 word pieces of each text."""
        return [self._tokens(text) for text in texts]

    def _tokens(self, text: str) -> Tokens:
        plain = prepare(text).text
        window = tuple(self._original.pieces(plain)[:WINDOW])
        none: Vectors = np.zeros((0, self.dimension), np.float32)
        middle, vectors = self._original.run(window)[2:] if window else (none, none)
        return Tokens(np.array(window, np.int32), self._original.spans(plain)[:WINDOW], middle, vectors)
