"""The only file that knows FAISS: unit vectors by number, and which of them are nearest."""

import hashlib
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import faiss
import msgspec
import numpy as np
from numpy.typing import NDArray

from index.encoder.base import Vectors
from index.errors import VectorError

_FILE = "passages.faiss"
_SIDECAR = "passages.json"


@dataclass(frozen=True, slots=True)
class Near:
    """A vector found."""

    id: int
    similarity: float  # cosine, -1 to 1; higher is nearer


@dataclass(frozen=True, slots=True)
class _Sidecar:
    """What is said beside the file, to tell a stale or damaged one."""

    fingerprint: str  # of the encoder
    sha256: str  # of the file


def set_threads(threads: int) -> None:
    """Set how many threads FAISS uses, in the whole process; a single query is fastest with one."""
    faiss.omp_set_num_threads(threads)


class VectorIndex:
    """Exact search by inner product over unit rows, which is the cosine. Not for writing from two threads."""

    def __init__(self, dimension: int) -> None:
        """Start empty."""
        self.dimension = dimension
        self._faiss: Any = faiss.index_factory(dimension, "IDMap2,Flat", faiss.METRIC_INNER_PRODUCT)

    @property
    def ids(self) -> frozenset[int]:
        """The numbers of all vectors."""
        return frozenset(faiss.vector_to_array(self._faiss.id_map).tolist())

    def __len__(self) -> int:
        """Count the vectors."""
        return int(self._faiss.ntotal)

    def add(self, ids: Sequence[int], vectors: Vectors) -> None:
        """Add unit rows under numbers that are not yet there."""
        if vectors.shape != (len(ids), self.dimension):
            raise VectorError(f"vectors must have the shape {(len(ids), self.dimension)}, was: {vectors.shape}")
        if ids:
            self._faiss.add_with_ids(np.ascontiguousarray(vectors, np.float32), _numbers(ids))

    def remove(self, ids: Sequence[int]) -> None:
        """Remove vectors by number; unknown numbers are passed over."""
        if ids:
            self._faiss.remove_ids(faiss.IDSelectorBatch(_numbers(ids)))

    def search(self, vector: Vectors, *, k: int) -> list[Near]:
        """Find the k vectors nearest to one vector, shape (dimension,) or (1, dimension), nearest first."""
        if vector.size != self.dimension:
            raise VectorError(f"a query must have {self.dimension} numbers, was: {vector.size}")
        query = np.ascontiguousarray(vector, np.float32).reshape(1, -1)
        similarities, ids = self._faiss.search(query, min(k, len(self)) or 1)
        found = zip(ids[0].tolist(), similarities[0].tolist(), strict=True)
        return [Near(number, similarity) for number, similarity in found if number >= 0]

    def vectors(self, ids: Sequence[int]) -> Vectors:
        """Give back vectors by number: (n, dimension)."""
        if not ids:
            return np.zeros((0, self.dimension), np.float32)
        try:
            rows: Vectors = self._faiss.reconstruct_batch(_numbers(ids))
        except RuntimeError as error:
            raise VectorError(f"every vector asked for must be known, was: {list(ids)}") from error
        return rows

    def copy(self) -> "VectorIndex":
        """Copy, so that a reader of the old one is not disturbed by changes."""
        twin = VectorIndex(self.dimension)
        twin._faiss = faiss.clone_index(self._faiss)
        return twin

    def save(self, folder: Path, *, fingerprint: str) -> None:
        """Write the file, then its sidecar, each put in place whole."""
        written = faiss.serialize_index(self._faiss).tobytes()
        sidecar = _Sidecar(fingerprint, hashlib.sha256(written).hexdigest())
        folder.mkdir(parents=True, exist_ok=True)
        _put(folder / _FILE, written)
        _put(folder / _SIDECAR, msgspec.json.encode(sidecar))

    @classmethod
    def load(cls, folder: Path, *, dimension: int, fingerprint: str) -> "VectorIndex | None":
        """Load what was saved; None where it is missing, damaged, or of another encoder."""
        try:
            written = (folder / _FILE).read_bytes()
            sidecar = msgspec.json.decode((folder / _SIDECAR).read_bytes(), type=_Sidecar)
        except (OSError, msgspec.DecodeError):
            return None
        if sidecar != _Sidecar(fingerprint, hashlib.sha256(written).hexdigest()):
            return None
        loaded = cls(dimension)
        loaded._faiss = faiss.deserialize_index(np.frombuffer(written, np.uint8))
        return loaded if loaded._faiss.d == dimension else None


def _numbers(ids: Sequence[int]) -> NDArray[np.int64]:
    return np.asarray(ids, np.int64)


def _put(path: Path, content: bytes) -> None:
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(content)
    os.replace(file.name, path)
