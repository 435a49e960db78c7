"""The sentence model made ready for ONNX Runtime; its files are checked by SHA-256 at every load."""

import hashlib
import re
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from index.errors import EncoderError
from index.settings import KnowledgeSettings

MANIFEST = "bundle.json"
RECIPE = "pooled-3"  # raise it when windows, pooling, layers or quantising change: bundles are made anew
CURE = "delete it and run advisor init"
BRANCH = "branch.json"
BRANCH_FORMAT = 1
BRANCH_CURE = "run advisor train undo encoder, or advisor train encoder"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What `bundle.json` says."""

    model: str  # the name or folder it was made from
    model_sha256: str
    recipe: str
    precision: str  # int8 or fp32: what the graph is
    asked: str  # int8 or fp32: what was asked for; fp32 is kept where int8 strays too far
    fingerprint: str
    dimension: int
    cosine: float  # mean cosine to the original over `compared` sentences
    compared: int
    threads_agree: bool  # more threads inside a call left every byte as it was
    first_token: int  # id of the mark before the text
    last_token: int  # id of the mark after the text
    graph: str  # file name
    sha256: dict[str, str]  # file name: SHA-256


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchManifest:
    """What `branch.json` says of a tuned branch and the graph that has it beside the untouched outputs."""

    format: int
    base: str  # fingerprint of the bundle it was made beside
    layers: int  # how many of the last layers are tuned
    precision: str  # int8 or fp32: what the branch is; the other layers are as in the bundle
    cosine: float  # mean cosine of the tuned vectors to torch's over `compared` sentences
    compared: int
    threads_agree: bool
    graph: str  # file name
    graph_sha256: str


@dataclass(frozen=True, slots=True)
class Branch:
    """A tuned branch on disk, checked."""

    folder: Path
    manifest: BranchManifest

    @property
    def fingerprint(self) -> str:
        """Names the base and the graph."""
        return fingerprint(self.manifest.base, self.manifest.graph_sha256, self.manifest.precision)


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle on disk, checked; with a branch, whose graph then serves, where one is in use."""

    folder: Path
    manifest: Manifest
    branch: Branch | None = None

    @property
    def fingerprint(self) -> str:
        """Names model, recipe and precision."""
        return self.manifest.fingerprint

    @property
    def dimension(self) -> int:
        """Length of a sentence vector."""
        return self.manifest.dimension

    @property
    def graph(self) -> str:
        """File name of the ONNX graph."""
        return self.manifest.graph

    @property
    def graph_file(self) -> Path:
        """The ONNX graph that serves."""
        if self.branch is not None:
            return self.branch.folder / self.branch.manifest.graph
        return self.folder / self.manifest.graph

    @property
    def threads_agree(self) -> bool:
        """Whether more threads inside a call leave every byte as it is."""
        return self.manifest.threads_agree and (self.branch is None or self.branch.manifest.threads_agree)

    @property
    def first_token(self) -> int:
        """Id of the mark before the text."""
        return self.manifest.first_token

    @property
    def last_token(self) -> int:
        """Id of the mark after the text."""
        return self.manifest.last_token


def bundle_folder(settings: KnowledgeSettings) -> Path:
    """Where the bundle of this model and precision lives."""
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", settings.model).strip("-.") or "model"
    return settings.models / name / settings.precision.value


def fingerprint(model_sha256: str, recipe: str, precision: str) -> str:
    """Name an encoder by what its vectors depend on."""
    return hashlib.sha256(f"{model_sha256}\n{recipe}\n{precision}".encode()).hexdigest()[:16]


def sha256(path: Path) -> str:
    """Compute the SHA-256 of a file."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise EncoderError(f"{path} cannot be read ({error.strerror}): check that it exists and may be read") from error


def load_bundle(folder: Path) -> Bundle | None:
    """Load a bundle; None where there is none, a file of it is missing, or it was made by an older recipe.

    Raises EncoderError where a file is not the one that was made.
    """
    path = folder / MANIFEST
    if not path.is_file():
        return None
    try:
        manifest = msgspec.json.decode(path.read_bytes(), type=Manifest)
    except (msgspec.DecodeError, OSError) as error:
        raise EncoderError(f"{path} cannot be read ({error}): {CURE}") from error
    whole = all((folder / name).is_file() for name in manifest.sha256)
    if not whole or manifest.recipe.split(",")[0] != RECIPE:
        return None
    for name, expected in manifest.sha256.items():
        if sha256(folder / name) != expected:
            raise EncoderError(f"{folder / name} is not the file that was made (its SHA-256 differs): {CURE}")
    return Bundle(folder, manifest)


def with_branch(bundle: Bundle, folder: Path) -> Bundle:
    """The bundle with the tuned branch in a folder.

    Raises EncoderError where that is missing, changed, of another version, or made beside another bundle.
    """
    path = folder / BRANCH
    try:
        manifest = msgspec.json.decode(path.read_bytes(), type=BranchManifest)
    except (msgspec.DecodeError, OSError) as error:
        raise EncoderError(f"{path} cannot be read ({error}): {BRANCH_CURE}") from error
    if manifest.format != BRANCH_FORMAT:
        raise EncoderError(f"{path} has format {manifest.format}, this program reads {BRANCH_FORMAT}: {BRANCH_CURE}")
    if manifest.base != bundle.fingerprint:
        raise EncoderError(
            f"the tuned encoder in {folder} was made beside {manifest.base}, in use is {bundle.fingerprint} "
            f"({Path(bundle.manifest.model).name}, {bundle.manifest.precision}): {BRANCH_CURE}"
        )
    if sha256(folder / manifest.graph) != manifest.graph_sha256:
        raise EncoderError(
            f"{folder / manifest.graph} is not the file that was made (its SHA-256 differs): {BRANCH_CURE}"
        )
    return replace(bundle, branch=Branch(folder, manifest))
