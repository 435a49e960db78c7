"""What the tests of tasks have in common."""

from __future__ import annotations

from pathlib import Path

from advisor.settings import Settings
from index.encoder import HashEncoder
from index.progress import silent
from index.settings import Precision
from training.benchmarks import Setting
from training.benchmarks.features import KeptSets


def setting(folder: Path, *, draw: bool = False) -> Setting:
    encoder = HashEncoder()
    settings = Settings(home=folder / "home", precision=Precision.HASH)
    return Setting(
        settings=settings,
        encoder=encoder,
        sets=KeptSets(encoder, folder / "cache"),
        cache=folder / "cache",
        hands=folder / "hands",
        progress=silent,
        quick=True,
        draw=draw,
    )
