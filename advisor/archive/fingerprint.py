"""What a result depends on, each thing by name: changed things are noticed and said, and results are never mixed."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from advisor.errors import ArchiveError

Parts = Mapping[str, str]  # what: which one
CHUNK = 2**20
VERSION = 1  # raise it when evidence of the same ticket would come out otherwise, or its file is written otherwise


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """All parts by name; the order does not count."""

    parts: Parts

    @property
    def name(self) -> str:
        """A short name that equal parts share."""
        return hashlib.sha256(msgspec.json.encode(dict(self.parts), order="sorted")).hexdigest()[:20]

    def with_(self, **parts: str) -> Fingerprint:
        """The same with further parts."""
        return Fingerprint({**self.parts, **{name.replace("_", " "): value for name, value in parts.items()}})

    def changed(self, before: Parts) -> list[str]:
        """Names of what differs from before, or was not there."""
        names = sorted({*self.parts, *before})
        return [name for name in names if self.parts.get(name) != before.get(name)]


def machine() -> Parts:
    """The libraries and the instruction set that figures come from: other ones may round otherwise."""
    from importlib.metadata import version

    return {
        "ONNX Runtime": version("onnxruntime"),
        "tokenizers": version("tokenizers"),
        "FAISS": version("faiss-cpu"),
        "NumPy": np.__version__,
        "spaCy": version("spacy"),
        "program": f"{version('ticket-advisor')} {VERSION}",
        "processor": f"{platform.machine()} {instruction_set()}",
    }


def instruction_set() -> str:
    """Names what the processor can do, where the system tells; else the processor itself."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return platform.processor()
    flags = next((line.partition(":")[2] for line in lines if line.lower().startswith(("flags", "features"))), "")
    able = sorted(
        one for one in flags.split() if one.startswith(("avx", "amx", "sse", "fma", "f16c", "asimd", "sve", "bf16"))
    )
    return hashlib.sha256(" ".join(able).encode()).hexdigest()[:12]


def contents(path: Path) -> str:
    """The SHA-256 of an archive; of a folder, of all files in it with their names."""
    if path.is_dir():
        files = sorted(one for one in path.rglob("*") if one.is_file())
        return hashlib.sha256(
            "\n".join(f"{one.relative_to(path)} {_sha256(one)}" for one in files).encode()
        ).hexdigest()
    return _sha256(path)


def sha256_of(*texts: str) -> str:
    """A short name of some texts."""
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]


def said(changed: Sequence[str]) -> str:
    """`the heads and the knowledge base`."""
    if len(changed) < 2:
        return "".join(changed)
    return f"{', '.join(changed[:-1])} and {changed[-1]}"


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ArchiveError(
            f"{path} cannot be read ({error.strerror}): check that it is there and may be read"
        ) from error
