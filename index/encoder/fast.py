"""The only file that knows ONNX Runtime and tokenizers: the fast encoder, which never imports torch."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from index.bundle import Bundle
from index.encoder.base import Encoded, Pools, Spans, join_tokens, join_tuned, join_windows, prepare, stack, windows
from index.errors import EncoderError

OUTPUTS = ("sentence", "inner", "middle", "tokens", "lower")
"""Of the graph; the last three, one row a word piece, only where they are asked for."""
TUNED = "tuned"
"""Of a graph with a tuned branch, one more."""
LEFT_APART = ["SkipLayerNormFusion"]
"""What ONNX Runtime would fuse: the fused node took five times as long as its two parts, a sixth of the whole."""


def cores() -> int:
    """Count the processor cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class OnnxEncoder:
    """Reads one text a call; many texts are shared out over threads, one text uses all threads.

    Whether more threads inside a call leave every byte as it is was tried when the bundle was made; where
    they do not, a call has one thread.
    """

    def __init__(self, bundle: Bundle, *, threads: int = 0) -> None:
        self.fingerprint = bundle.fingerprint
        self.dimension = bundle.dimension
        self.branch = None if bundle.branch is None else bundle.branch.fingerprint
        self._bundle = bundle
        self._threads = threads or cores()
        self._marks = (bundle.first_token, bundle.last_token)
        self._tokenizer = Tokenizer.from_file(str(bundle.folder / "tokenizer.json"))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._alone = session(bundle, threads=1)  # called from many threads at once

    def encode(self, texts: Sequence[str], /, *, tokens: bool = False) -> Encoded:
        """Encode texts, each by itself; equal texts get equal bytes whatever stands around them."""
        prepared = [prepare(text) for text in texts]
        pieces = [self._tokenizer.encode(text.text, add_special_tokens=False) for text in prepared]
        split = [windows(one.ids, text) for one, text in zip(pieces, prepared, strict=True)]
        outputs = iter(self._run_all([window for text in split for window in text.ids], tokens=tokens))
        pools = [[next(outputs) for _ in text.ids] for text in split]
        found = (
            [
                join_tokens(one, text, spans_of(piece.offsets), self.dimension)
                for one, text, piece in zip(pools, split, pieces, strict=True)
            ]
            if tokens
            else []
        )
        tuned = None if self.branch is None else [one for one in map(join_tuned, pools) if one is not None]
        return stack([join_windows(one) for one in pools], [text.cut for text in split], self.dimension, found, tuned)

    def _run_all(self, runs: Sequence[tuple[int, ...]], *, tokens: bool) -> list[Pools]:
        """Run each window by itself, in the order given."""
        outputs = (OUTPUTS if tokens else OUTPUTS[:2]) + (() if self.branch is None else (TUNED,))
        if len(runs) == 1:
            return [self._run(self._together, runs[0], outputs)]
        if self._threads == 1:
            return [self._run(self._alone, window, outputs) for window in runs]
        return list(self._pool.map(lambda window: self._run(self._alone, window, outputs), runs))

    def _run(self, model: onnxruntime.InferenceSession, window: tuple[int, ...], outputs: Sequence[str]) -> Pools:
        ids = np.array([[self._marks[0], *window, self._marks[1]]], np.int64)
        sentence, inner, *others = model.run(list(outputs), {"ids": ids})
        tuned = None if self.branch is None else others.pop()[0]
        middle, pieces, lower = others or (None, None, None)
        return Pools(sentence[0], inner[0], middle, pieces, lower, tuned)

    @cached_property
    def _together(self) -> onnxruntime.InferenceSession:
        """The session for a single text."""
        if self._threads == 1 or not self._bundle.threads_agree:
            return self._alone
        return session(self._bundle, threads=self._threads)

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(self._threads, thread_name_prefix="encoder")


def session(bundle: Bundle, *, threads: int) -> onnxruntime.InferenceSession:
    """Open the bundle's graph with a number of threads inside each call."""
    return opened(bundle.graph_file, threads=threads)


def opened(graph: Path | bytes, *, threads: int) -> onnxruntime.InferenceSession:
    """Open a graph, a file or its content, with a number of threads inside each call."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    model = str(graph) if isinstance(graph, Path) else graph
    try:
        return onnxruntime.InferenceSession(
            model, options, providers=["CPUExecutionProvider"], disabled_optimizers=LEFT_APART
        )
    except (RuntimeError, ValueError) as error:
        name = graph if isinstance(graph, Path) else "the graph"
        raise EncoderError(f"{name} cannot be loaded ({error}): delete it and run advisor init") from error


def spans_of(offsets: Sequence[tuple[int, int]]) -> Spans:
    """Where word pieces stand, (n, 2)."""
    return np.array(offsets, np.int32).reshape(-1, 2)
