"""Linear heads over vectors and hashed words: calibrated, without scikit-learn, loaded without pickle.

A head is an .npz with its weights (float16) and a .json with its description; both are checked by SHA-256 against
`manifest.json` beside them. A head names the encoders that it was calibrated on and refuses any other.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from advisor.errors import ModelError
from advisor.reading.features import Places, Weights

Probabilities = NDArray[np.float32]  # (n, labels), 0 to 1
Matrix = NDArray[np.float32]

SHIPPED = Path(__file__).parent.parent / "models"
MANIFEST = "manifest.json"
FORMAT = 1


@dataclass(frozen=True, slots=True, eq=False)
class Head:
    """Scores labels: dense weights over a vector, sparse ones over hashed features, a bias; then calibration."""

    name: str
    labels: tuple[str, ...]
    exclusive: bool  # True: softmax, one label is right; False: each label for itself
    dense: Matrix  # (labels, dimension); dimension 0 = no vector is used
    sparse: Matrix  # (labels, 2^bits); one column = no words are used
    bias: Matrix  # (labels,)
    slope: Matrix  # (labels,), of the calibration: sigmoid(slope × score + offset)
    offset: Matrix  # (labels,)
    thresholds: tuple[float, ...]  # one a label; from this probability a label is said
    encoders: tuple[str, ...] = ()  # fingerprints it was calibrated on; empty = any
    about: dict[str, str] = field(default_factory=dict)  # how it was made, for the model card

    @property
    def bits(self) -> int:
        """The sparse features are hashed into 2^bits places."""
        return int(self.sparse.shape[1]).bit_length() - 1

    def scores(self, vectors: Matrix, words: Sequence[tuple[Places, Weights]]) -> Matrix:
        """Raw scores, (n, labels)."""
        scores = np.tile(self.bias, (len(words), 1))
        if self.dense.shape[1]:
            scores += by_row(vectors, self.dense)
        if self.sparse.shape[1] > 1:
            scores += np.stack([self.sparse[:, places] @ weights for places, weights in words]) if words else 0
        return scores.astype(np.float32)

    def probabilities(self, vectors: Matrix, words: Sequence[tuple[Places, Weights]]) -> Probabilities:
        """Calibrated probabilities, (n, labels)."""
        scores = self.scores(vectors, words) * self.slope + self.offset
        if not self.exclusive:
            return sigmoid(scores)
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))
        chances: Probabilities = (powers / powers.sum(axis=1, keepdims=True)).astype(np.float32)
        return chances

    def save(self, folder: Path) -> None:
        """Write the head's two files; the manifest is written once for all heads, by `write_manifest`."""
        folder.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(
            folder / f"{self.name}.npz",
            dense=self.dense.astype(np.float16),
            sparse=self.sparse.astype(np.float16),
            **{name: getattr(self, name).astype(np.float32) for name in ("bias", "slope", "offset")},
        )
        described = {
            "format": FORMAT,
            "labels": self.labels,
            "exclusive": self.exclusive,
            "thresholds": self.thresholds,
            "encoders": self.encoders,
            "about": self.about,
        }
        (folder / f"{self.name}.json").write_text(json.dumps(described, indent=1) + "\n", encoding="utf-8")


def load_head(name: str, folder: Path, *, encoder: str) -> Head:
    """Load a head for an encoder; raises ModelError where a file is missing, changed or made for another encoder."""
    arrays, described = checked(folder / f"{name}.npz"), json.loads(checked_bytes(folder / f"{name}.json"))
    if described["format"] != FORMAT:
        raise ModelError(
            f"{folder / name}.json has format {described['format']}, this program reads {FORMAT}: "
            "run advisor train defaults"
        )
    encoders = tuple(described["encoders"])
    if encoders and encoder not in encoders:
        raise ModelError(
            f"the head {name} was calibrated on other encoders than the one in use ({encoder}): "
            "run advisor train defaults"
        )
    return Head(
        name=name,
        labels=tuple(described["labels"]),
        exclusive=described["exclusive"],
        thresholds=tuple(described["thresholds"]),
        encoders=encoders,
        about=described["about"],
        **{key: arrays[key].astype(np.float32) for key in ("dense", "sparse", "bias", "slope", "offset")},
    )


def checked(path: Path) -> dict[str, NDArray[np.generic]]:
    """Load an .npz whose SHA-256 stands in the manifest beside it."""
    checked_bytes(path)
    with np.load(path, allow_pickle=False) as arrays:
        return {name: arrays[name] for name in arrays.files}


def checked_bytes(path: Path) -> bytes:
    """Read a model file; raises ModelError where it is missing or not the one that the manifest names."""
    cure = "install the program again, or run advisor train defaults"
    try:
        content = path.read_bytes()
        manifest = json.loads((path.parent / MANIFEST).read_text(encoding="utf-8"))
    except OSError as error:
        raise ModelError(f"the model file {error.filename} cannot be read ({error.strerror}): {cure}") from error
    if manifest.get(path.name) != hashlib.sha256(content).hexdigest():
        raise ModelError(f"the model file {path} was changed (its SHA-256 is not the one in {MANIFEST}): {cure}")
    return content


def write_manifest(folder: Path) -> None:
    """Write down the SHA-256 of every model file of a folder."""
    files = sorted(
        path for path in folder.iterdir() if path.suffix in {".npz", ".json", ".onnx"} and path.name != MANIFEST
    )
    hashes = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    (folder / MANIFEST).write_text(json.dumps(hashes, indent=1) + "\n", encoding="utf-8")


def hashes(folder: Path) -> dict[str, str]:
    """The SHA-256 of every model file of a folder, by name."""
    found: dict[str, str] = json.loads((folder / MANIFEST).read_bytes())
    return found


def fingerprint(folder: Path) -> str:
    """Names all model files of a folder together."""
    return hashlib.sha256((folder / MANIFEST).read_bytes()).hexdigest()[:16]


def by_row(vectors: Matrix, weights: Matrix) -> Matrix:
    """Products of each row by itself, (n, labels): in one product a row's last bits would depend on its neighbours."""
    products: Matrix = (
        np.stack([weights @ row for row in vectors]) if len(vectors) else np.zeros((0, len(weights)), np.float32)
    )
    return products


def sigmoid(scores: Matrix) -> Probabilities:
    """The logistic function, elementwise."""
    chances: Probabilities = (1 / (1 + np.exp(-np.clip(scores, -30, 30)))).astype(np.float32)
    return chances
