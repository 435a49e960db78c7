"""Texts to vectors: one Protocol, three implementations. Importing this imports neither torch nor a model."""

from pathlib import Path

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
from index.errors import EncoderError
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


def load_encoder(
    settings: KnowledgeSettings, *, branch: Path | None = None, progress: Progress | None = None
) -> Encoder:
    """Load the encoder that the settings name; the fast one is made on first use. `branch`: with that tuned branch.

    Raises EncoderError where the model or the branch is missing or was changed, or they do not belong together.
    """
    if branch is not None and settings.precision not in (Precision.INT8, Precision.FP32):
        raise EncoderError(
            f"the tuned encoder in {branch} needs precision int8 or fp32, was: {settings.precision} "
            "(in settings.toml): change that, or run advisor train undo encoder"
        )
    if settings.precision is Precision.HASH:
        return HashEncoder()
    if settings.precision is Precision.REFERENCE:
        # torch and sentence-transformers take seconds to import, so only who asks for them pays
        from index.encoder.reference import ReferenceEncoder
        from index.original import load_original

        return ReferenceEncoder(load_original(settings.model))
    from index.bundle import bundle_folder, load_bundle, with_branch

    folder = bundle_folder(settings)
    bundle = load_bundle(folder)
    if bundle is None:
        from index.export import make_bundle

        bundle = make_bundle(settings, progress=progress)
    if branch is not None:
        bundle = with_branch(bundle, branch)
    return OnnxEncoder(bundle, threads=settings.threads)
