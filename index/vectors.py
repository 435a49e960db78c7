"""The only file that knows FAISS: unit vectors by number, and which of them are nearest.

HNSW and refined FAISS indexes refuse to remove a vector; lists of scalar codes allow it. Four bits a number
were enough: with 48 of 4,000 lists searched, what is lost is lost by the lists that were not, not by the codes.
"""

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar

import faiss
import numpy as np
from numpy.typing import NDArray

from index import vector_file
from index.encoder.base import Vectors
from index.errors import VectorError
from index.owners import Numbers
from index.vector_file import Header, Kind

PROBES = 48  # lists searched
SAMPLE = 40  # vectors a list is trained on; FAISS warns below 39
_LISTS = 4  # times the square root of the number of passages
_LEAST_RERANKED = 50
_RERANKED = 2  # times as many as asked for

Similarities = NDArray[np.float32]  # (n,) cosines, -1 to 1; higher is nearer
Ids = Sequence[int] | Numbers
Exact = Callable[[Ids], tuple[Numbers, Vectors]]
"""Gives those of the vectors asked for that there are, in full precision."""


def set_threads(threads: int) -> None:
    """Set how many threads FAISS uses, in the whole process; a single query is fastest with one."""
    faiss.omp_set_num_threads(threads)


class VectorIndex:
    """Exact search by inner product over unit rows, which is the cosine. Not for writing from two threads."""

    kind: ClassVar[Kind] = Kind.EXACT
    trained = 0  # passages there were when it was trained

    def __init__(self, dimension: int) -> None:
        """Start empty."""
        self.dimension = dimension
        self._faiss: Any = faiss.index_factory(dimension, "IDMap2,Flat", faiss.METRIC_INNER_PRODUCT)

    @property
    def ids(self) -> Numbers:
        """The numbers of all vectors, in no order."""
        numbers: Numbers = faiss.vector_to_array(self._faiss.id_map)
        return numbers

    @property
    def parameters(self) -> str:
        """How it is built, in words."""
        return f"{self.dimension} numbers of 32 bits, all vectors searched"

    def __len__(self) -> int:
        """Count the vectors."""
        return int(self._faiss.ntotal)

    def add(self, ids: Ids, vectors: Vectors) -> None:
        """Add unit rows under numbers that are not yet there."""
        if vectors.shape != (len(ids), self.dimension):
            raise VectorError(f"vectors must have the shape {(len(ids), self.dimension)}, was: {vectors.shape}")
        if len(ids):
            self._faiss.add_with_ids(np.ascontiguousarray(vectors, np.float32), _numbers(ids))

    def remove(self, ids: Ids) -> None:
        """Remove vectors by number; unknown numbers are passed over."""
        if len(ids):
            self._faiss.remove_ids(faiss.IDSelectorBatch(_numbers(ids)))

    def search(self, vector: Vectors, *, k: int) -> tuple[Numbers, Similarities]:
        """Find the k vectors nearest to one vector, shape (dimension,) or (1, dimension), nearest first."""
        return self._search(self._query(vector), k)

    def vectors(self, ids: Ids) -> Vectors:
        """Give back vectors by number: (n, dimension)."""
        if not len(ids):
            return np.zeros((0, self.dimension), np.float32)
        try:
            rows: Vectors = self._faiss.reconstruct_batch(_numbers(ids))
        except RuntimeError as error:
            raise VectorError(f"every vector asked for must be known, was: {list(ids)}") from error
        return rows

    def known(self, ids: Ids) -> tuple[Numbers, Vectors]:
        """Give back those vectors that are still there, with their numbers."""
        return _numbers(ids), self.vectors(ids)

    def copy(self) -> "VectorIndex":
        """Copy, so that a reader of the old one is not disturbed by changes."""
        twin = VectorIndex(self.dimension)
        twin._faiss = faiss.clone_index(self._faiss)
        return twin

    def save(self, folder: Path, *, fingerprint: str) -> None:
        """Write the file, put in place whole."""
        writer: Any = faiss.PyCallbackIOWriter  # type: ignore[attr-defined]  # FAISS makes it while it is imported
        header = Header(fingerprint, self.kind, self.trained)
        vector_file.write(folder, header, lambda put: faiss.write_index(self._faiss, writer(put)))

    def _query(self, vector: Vectors) -> Vectors:
        if vector.size != self.dimension:
            raise VectorError(f"a query must have {self.dimension} numbers, was: {vector.size}")
        return np.ascontiguousarray(vector, np.float32).reshape(1, -1)

    def _search(self, query: Vectors, k: int) -> tuple[Numbers, Similarities]:
        similarities, ids = self._faiss.search(query, min(k, len(self)) or 1)
        there = ids[0] >= 0
        return ids[0][there], similarities[0][there]


class CompressedIndex(VectorIndex):
    """Search in the lists nearest to the query, by four bits a number; the best are then looked at exactly."""

    kind: ClassVar[Kind] = Kind.COMPRESSED

    def __init__(self, lists: Any, exact: Exact, *, trained: int) -> None:
        """Take trained lists, and what reads exact vectors; `train` and `load` make them."""
        self.dimension = lists.d
        self.trained = trained
        self._faiss = lists
        self._faiss.nprobe = min(PROBES, self._faiss.nlist)
        self._exact = exact

    @classmethod
    def train(cls, sample: Vectors, exact: Exact, *, passages: int) -> "CompressedIndex":
        """Start empty, with lists for so many passages, of which the sample is a part."""
        lists = f"IVF{lists_for(passages)},SQ4"
        trained: Any = faiss.index_factory(sample.shape[1], lists, faiss.METRIC_INNER_PRODUCT)
        trained.train(np.ascontiguousarray(sample, np.float32))
        return cls(trained, exact, trained=passages)

    @property
    def ids(self) -> Numbers:
        """The numbers of all vectors, in no order."""
        lists = self._faiss.invlists
        sizes = [lists.list_size(number) for number in range(lists.nlist)]
        parts = [faiss.rev_swig_ptr(lists.get_ids(number), size) for number, size in enumerate(sizes) if size]
        return np.concatenate(parts) if parts else np.zeros(0, np.int64)

    @property
    def parameters(self) -> str:
        """How it is built, in words."""
        return (
            f"{self.dimension} numbers of 4 bits in {self._faiss.nlist} lists, {self._faiss.nprobe} of them searched, "
            f"the best {_LEAST_RERANKED} or more ranked again by 32 bits, trained on {self.trained} passages"
        )

    def vectors(self, ids: Ids) -> Vectors:
        """Give exact vectors by number: (n, dimension)."""
        numbers, rows = self.known(ids)
        places = np.minimum(np.searchsorted(numbers, _numbers(ids)), max(0, len(numbers) - 1))
        if len(ids) and (not len(numbers) or (numbers[places] != _numbers(ids)).any()):
            raise VectorError(f"every vector asked for must be known, was: {list(ids)}")
        return rows[places]

    def known(self, ids: Ids) -> tuple[Numbers, Vectors]:
        """Give exact vectors, those that are still there, with their numbers."""
        numbers, rows = self._exact(ids)
        return numbers, rows.reshape(len(numbers), self.dimension)

    def copy(self) -> "CompressedIndex":
        """Copy, so that a reader of the old one is not disturbed by changes."""
        return CompressedIndex(faiss.clone_index(self._faiss), self._exact, trained=self.trained)

    def _search(self, query: Vectors, k: int) -> tuple[Numbers, Similarities]:
        ids, _ = super()._search(query, max(_LEAST_RERANKED, _RERANKED * k))
        numbers, rows = self.known(ids)
        similarities = rows @ query[0]
        best = np.lexsort((numbers, -similarities))[:k]
        return numbers[best], similarities[best]


def lists_for(passages: int) -> int:
    """Give how many lists so many passages are put into."""
    return max(1, min(int(_LISTS * math.sqrt(passages)), passages // SAMPLE))


def load(folder: Path, exact: Exact, *, dimension: int, fingerprint: str) -> VectorIndex | None:
    """Load what was saved; None where it is missing, damaged, or of another encoder."""
    found = vector_file.read(folder)
    if found is None or found[0].fingerprint != fingerprint:
        return None
    header, body = found
    try:
        native = faiss.deserialize_index(np.frombuffer(body, np.uint8))
    except RuntimeError:
        return None
    if native.d != dimension:
        return None
    if header.kind is Kind.COMPRESSED:
        return CompressedIndex(native, exact, trained=header.trained)
    loaded = VectorIndex(dimension)
    loaded._faiss = native
    return loaded


def _numbers(ids: Ids) -> Numbers:
    return np.asarray(ids, np.int64)
