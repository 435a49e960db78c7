"""The only file that knows ONNX Runtime and tokenizers: the fast encoder, which never imports torch."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from index.bundle import Bundle
from index.encoder.base import (
    WINDOW,
    Encoded,
    Spans,
    Tokens,
    Vectors,
    join_windows,
    prepare,
    stack,
    windows,
)
from index.errors import EncoderError


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
        self._bundle = bundle
        self._threads = threads or cores()
        self._marks = (bundle.first_token, bundle.last_token)
        self._tokenizer = Tokenizer.from_file(str(bundle.folder / "tokenizer.json"))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._alone = session(bundle, threads=1)  # called from many threads at once

    def encode(self, texts: Sequence[str], /) -> Encoded:
        """Encode texts, each by itself; equal texts get equal bytes whatever stands around them."""
        prepared = [prepare(text) for text in texts]
        split = [windows(self._pieces(text.text), text) for text in prepared]
        runs = [window for text in split for window in text.ids]
        outputs = iter(self._run_all(runs))
        read = []
        for text in split:
            pools = [next(outputs) for _ in text.ids]
            read.append(join_windows(np.concatenate([p[0] for p in pools]), np.concatenate([p[1] for p in pools])))
        return stack(read, [text.cut for text in split], self.dimension)

    def encode_tokens(self, texts: Sequence[str], /) -> list[Tokens]:
        """Encode the first 254 word pieces of each text."""
        split = [self._tokenizer.encode(prepare(text).text, add_special_tokens=False) for text in texts]
        outputs = iter(self._run_all([tuple(one.ids[:WINDOW]) for one in split if one.ids], ("middle", "tokens")))
        none = [np.zeros((0, self.dimension), np.float32)] * 2
        return [
            Tokens(np.array(one.ids[:WINDOW], np.int32), _spans(one.offsets), *(next(outputs) if one.ids else none))
            for one in split
        ]

    def _pieces(self, text: str) -> list[int]:
        ids: list[int] = self._tokenizer.encode(text, add_special_tokens=False).ids
        return ids

    def _run_all(
        self, runs: Sequence[tuple[int, ...]], outputs: tuple[str, ...] = ("sentence", "inner")
    ) -> list[list[Vectors]]:
        """Run each window by itself, in the order given."""
        if len(runs) == 1:
            return [self._run(self._together, runs[0], outputs)]
        return list(self._pool.map(lambda window: self._run(self._alone, window, outputs), runs))

    def _run(
        self, model: onnxruntime.InferenceSession, window: tuple[int, ...], outputs: tuple[str, ...]
    ) -> list[Vectors]:
        ids = np.array([[self._marks[0], *window, self._marks[1]]], np.int64)
        vectors: list[Vectors] = model.run(list(outputs), {"ids": ids})
        return vectors

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
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    path = bundle.folder / bundle.graph
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except (RuntimeError, ValueError) as error:
        raise EncoderError(f"{path} cannot be loaded ({error}): delete it and run advisor init") from error


def _spans(offsets: Sequence[tuple[int, int]]) -> Spans:
    return np.array(offsets[:WINDOW], np.int32).reshape(-1, 2)
