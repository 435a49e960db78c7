"""Whole data sets, encoded once: vectors kept in files by the encoder's fingerprint and the hash of the texts.

Inner layers are kept in half precision, and are given so the first time too, so that a figure does not depend on what
is in the cache. The files may be deleted at any time.
"""

from __future__ import annotations

import hashlib
import os
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from advisor.reading.matter import expanded
from index.encoder import Encoded, Encoder
from index.progress import Progress, silent

LEAST = 200  # texts; fewer are not kept
AT_ONCE = 128  # texts between two steps of the bar


class KeptSets:
    """An encoder that keeps whole data sets, in memory and on disk."""

    def __init__(self, encoder: Encoder, folder: Path, progress: Progress = silent) -> None:
        self._encoder = encoder
        self._folder = folder
        self._progress = progress
        self._kept: dict[str, Encoded] = {}

    @property
    def fingerprint(self) -> str:
        """The encoder's."""
        return self._encoder.fingerprint

    @property
    def dimension(self) -> int:
        """The encoder's."""
        return self._encoder.dimension

    @property
    def branch(self) -> str | None:
        """The encoder's."""
        return self._encoder.branch

    def encode(self, texts: Sequence[str], /, *, tokens: bool = False) -> Encoded:
        """Encode texts, or find them in the cache; word pieces are never kept."""
        if tokens or len(texts) < LEAST:
            return self._encoder.encode(texts, tokens=tokens)
        key = _key(f"{self.fingerprint} {self.branch}" if self.branch else self.fingerprint, texts)
        if key not in self._kept:
            path = self._folder / f"{key}.npz"
            self._kept[key] = _load(path) or self._make(texts, path)
        return self._kept[key]

    def _make(self, texts: Sequence[str], path: Path) -> Encoded:
        parts = []
        for start in range(0, len(texts), AT_ONCE):
            self._progress("Encoding", start, len(texts))
            parts.append(_halved(self._encoder.encode(texts[start : start + AT_ONCE])))
        self._progress("Encoding", len(texts), len(texts))
        arrays = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f".{path.stem}-{os.getpid()}.npz")
        np.savez(unfinished, allow_pickle=False, **arrays)
        unfinished.replace(path)
        return _given(arrays)


def encoded(encoder: Encoder, texts: Sequence[str]) -> Encoded:
    """Texts as a ticket's matter is encoded, its abbreviations written out."""
    return encoder.encode([expanded(text) for text in texts])


def rows_of(read: Encoded, rows: Sequence[int]) -> Encoded:
    """Some rows of encoded texts."""
    places = list(rows)
    tuned = None if read.tuned is None else read.tuned[places]
    return Encoded(read.sentences[places], read.inner[places], tuple(read.cut[row] for row in places), (), tuned)


def _key(fingerprint: str, texts: Sequence[str]) -> str:
    digest = hashlib.sha256(fingerprint.encode())
    for text in texts:
        digest.update(b"\0" + text.encode("utf-8", "replace"))
    return digest.hexdigest()[:32]


def _halved(read: Encoded) -> dict[str, NDArray[Any]]:
    """What is kept of encoded texts."""
    tuned = {} if read.tuned is None else {"tuned": read.tuned}
    cut = np.array(read.cut, np.int64)
    return {"sentences": read.sentences, "inner": read.inner.astype(np.float16), "cut": cut, **tuned}


def _given(arrays: Mapping[str, NDArray[Any]]) -> Encoded:
    """Encoded texts of what is kept of them."""
    tuned = arrays["tuned"].astype(np.float32) if "tuned" in arrays else None
    sentences, inner = arrays["sentences"].astype(np.float32), arrays["inner"].astype(np.float32)
    return Encoded(sentences, inner, tuple(arrays["cut"].tolist()), (), tuned)


def _load(path: Path) -> Encoded | None:
    """A file of the cache; None where there is none, or not a whole one."""
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return _given(arrays)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
