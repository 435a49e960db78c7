"""Texts to vectors: one Protocol, three implementations. Importing this imports neither torch nor a model."""

from index.encoder.base import (
    INNER_LAYERS,
    WINDOW,
    WINDOWS,
    Encoded,
    Encoder,
    Spans,
    TokenIds,
    Tokens,
    Vectors,
    unit,
)
from index.encoder.fast import OnnxEncoder
from index.encoder.hashing import HashEncoder
from index.progress import Progress
from index.settings import KnowledgeSettings, Precision

__all__ = [
    "INNER_LAYERS",
    "WINDOW",
    "WINDOWS",
    "Encoded",
    "Encoder",
    "HashEncoder",
    "OnnxEncoder",
    "Spans",
    "TokenIds",
    "Tokens",
    "Vectors",
    "load_encoder",
    "unit",
]


def load_encoder(settings: KnowledgeSettings, *, progress: Progress | None = None) -> Encoder:
    """Load the encoder that the settings name; the fast one is made on first use.

    Raises EncoderError where the model is missing or was changed.
    """
    if settings.precision is Precision.HASH:
        return HashEncoder()
    if settings.precision is Precision.REFERENCE:
        # torch and sentence-transformers take seconds to import, so only who asks for them pays
        from index.encoder.reference import ReferenceEncoder
        from index.original import load_original

        return ReferenceEncoder(load_original(settings.model))
    from index.bundle import bundle_folder, load_bundle

    folder = bundle_folder(settings)
    bundle = load_bundle(folder)
    if bundle is None:
        from index.export import make_bundle

        bundle = make_bundle(settings, progress=progress)
    return OnnxEncoder(bundle, threads=settings.threads)
