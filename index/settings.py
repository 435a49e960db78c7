"""Where the knowledge base lives and which sentence model it uses."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Precision(StrEnum):
    """Which encoder reads the texts."""

    INT8 = "int8"  # ONNX Runtime, 8-bit weights and activations: the fast one
    FP32 = "fp32"  # ONNX Runtime, 32-bit floats
    REFERENCE = "reference"  # the sentence model as it was published, through sentence-transformers
    HASH = "hash"  # words hashed into vectors: no model at all, for tests


@dataclass(frozen=True, slots=True)
class KnowledgeSettings:
    """The home folder and the sentence model; every path below is derived from these."""

    home: Path
    model: str = "all-MiniLM-L6-v2"  # the packaged model, or any sentence-transformers name or folder
    precision: Precision = Precision.INT8
    threads: int = 0  # 0 = one a core

    @property
    def knowledge_db(self) -> Path:
        """Articles, passages and their vectors."""
        return self.home / "knowledge.db"

    @property
    def cache_db(self) -> Path:
        """Vectors of texts once encoded; may be deleted at any time."""
        return self.home / "cache.db"

    @property
    def vectors(self) -> Path:
        """The folder of the vector index; may be deleted at any time."""
        return self.home / "index"

    @property
    def models(self) -> Path:
        """The folder of the sentence models made ready for use."""
        return self.home / "models"
