"""Marks word pieces: a small graph that stands on the states of the encoder's lower layers, and reads on from there."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path

import onnxruntime

from index.encoder.base import Vectors
from index.encoder.fast import cores, opened


class Marker:
    """Scores each word piece of a text for each of a few labels; each text by itself, many shared out over threads."""

    def __init__(self, graph: Path | bytes, *, threads: int = 0) -> None:
        """Take the graph, a file or its content; `threads` 0 = one a core."""
        self._threads = threads or cores()
        self._session: onnxruntime.InferenceSession = opened(graph, threads=1)

    def marks(self, windows: Sequence[Vectors]) -> list[Vectors]:
        """Scores a window, (pieces + 2 marks, labels), from its states, (pieces + 2 marks, dimension)."""
        if len(windows) == 1 or self._threads == 1:
            return [self._run(window) for window in windows]
        return list(self._pool.map(self._run, windows))

    def _run(self, window: Vectors) -> Vectors:
        scores: Vectors = self._session.run(["marks"], {"states": window[None]})[0][0]
        return scores

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(self._threads, thread_name_prefix="marker")
