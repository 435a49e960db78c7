"""What is installed, what is missing, and the cure; of an archive, how much can be read at all."""

from __future__ import annotations

import platform
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

import msgspec

from advisor.cli import PROJECT, program_version
from advisor.decision.experience import Experience
from advisor.errors import EXPECTED, TicketError
from advisor.records import Records
from advisor.settings import Settings
from advisor.types import Document, Readability, Ticket
from index.bundle import bundle_folder, load_bundle, sha256
from index.settings import Precision
from index.store import Store

LENGTHS = ((0, 0), (1, 4), (5, 19), (20, 99), (100, 10**9))
"""Classes of tickets by their words: from, to."""

NAME = re.compile(r"[A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must be there."""

    name: str
    ok: bool
    found: str
    cure: str = ""  # empty where all is well


def checks(settings: Settings) -> Iterator[Check]:
    """Look at everything that an installation needs."""
    yield Check("program", True, f"{PROJECT} {program_version()}, Python {platform.python_version()}")
    yield from _packages()
    for name, look in (
        ("settings", _settings),
        ("sentence model", _encoder),
        ("model files", _heads),
        ("trained here", _trained),
        ("knowledge base", _knowledge),
        ("experience file", _experience),
        ("records", _records),
    ):
        yield _guarded(name, look, settings)


def _guarded(name: str, look: Callable[[Settings], Check], settings: Settings) -> Check:
    """A check; what a person can mend is a finding, and its sentence says the cure."""
    try:
        return look(settings)
    except EXPECTED as error:
        return Check(name, False, "cannot be used", str(error))


def _packages() -> Iterator[Check]:
    for requirement in requires(PROJECT) or ():
        named = NAME.match(requirement)
        if named is None or "extra ==" in requirement:
            continue
        try:
            found = version(named[0])
        except PackageNotFoundError:
            yield Check(f"package {named[0]}", False, "not installed", f"pip install '{requirement}'")
        else:
            yield Check(f"package {named[0]}", True, found)


def _settings(settings: Settings) -> Check:
    path = settings.home / "settings.toml"
    return Check("settings", True, str(path) if path.is_file() else f"defaults ({path} is not there)")


def _encoder(settings: Settings) -> Check:
    """The files of the encoder are compared with their SHA-256 as they are loaded."""
    name = f"{settings.model}, {settings.precision}"
    if settings.precision in (Precision.HASH, Precision.REFERENCE):
        return Check("sentence model", True, f"{name}: no file of its own")
    bundle = load_bundle(bundle_folder(settings.knowledge))
    if bundle is None:
        return Check("sentence model", False, f"{name} is not made ready", "run advisor init")
    made = bundle.manifest
    found = f"{name}: {made.precision}, SHA-256 as made, mean cosine to the original {made.cosine:.4f}"
    return Check("sentence model", True, f"{found}, fingerprint {bundle.fingerprint}")


def _heads(settings: Settings) -> Check:
    """Every file that the manifest names must be there, with the SHA-256 that stands in it."""
    from advisor.registry import heads_folder

    folder = heads_folder(settings)
    cure = f"run advisor train defaults, or reinstall {PROJECT}"
    try:
        manifest = msgspec.json.decode((folder / "manifest.json").read_bytes(), type=dict[str, str])
    except (OSError, msgspec.MsgspecError) as error:
        return Check("model files", False, f"{folder / 'manifest.json'} cannot be read ({error})", cure)
    wrong = [name for name, expected in manifest.items() if not _is(folder / name, expected)]
    if wrong:
        return Check("model files", False, f"missing or changed in {folder}: {', '.join(wrong)}", cure)
    return Check("model files", True, f"{len(manifest)} files in {folder}, SHA-256 as made")


def _trained(settings: Settings) -> Check:
    """What this installation has trained itself, and what the article fit rests on."""
    from advisor.reading.answers import fingerprint, in_force
    from advisor.registry import Kind, heads_folder, trained_models

    models = trained_models(settings)
    used = [f"{kind} {version.name}" for kind in Kind if (version := models.in_use(kind)) is not None]
    answers = models.in_use(Kind.ANSWERS)
    fit = in_force(fingerprint(heads_folder(settings)), answers.folder if answers else None)
    return Check("trained here", True, f"{', '.join(used) or 'nothing yet'}; article fit: {fit.said}")


def _is(path: Path, expected: str) -> bool:
    return path.is_file() and sha256(path) == expected


def _knowledge(settings: Settings) -> Check:
    path = settings.knowledge.knowledge_db
    if not path.is_file():
        return Check("knowledge base", False, f"{path} is not there", "run advisor kb import PATH")
    store = Store.open(settings.knowledge)
    articles, passages = len(store.versions()), len(store.owners())
    found = f"{articles} articles, {passages} passages in {path}"
    return Check("knowledge base", articles > 0, found, "" if articles else "run advisor kb import PATH")


def _experience(settings: Settings) -> Check:
    path = settings.experience
    if not path.is_file():
        return Check("experience file", False, f"{path} is not there, the shipped one serves", "run advisor init")
    return Check("experience file", True, f"{path}, fingerprint {Experience.load(path).fingerprint}")


def _records(settings: Settings) -> Check:
    path = settings.records
    if not path.is_file():
        return Check("records", False, f"{path} is not there", "run advisor init")
    counts = Records.open(path).counts()
    return Check("records", True, ", ".join(f"{count} {table}" for table, count in counts.items()) + f" in {path}")


def readable_share(rows: Iterable[Ticket | TicketError], settings: Settings, *, name: str) -> str:
    """How many tickets of an archive can be read, by language and by length."""
    from advisor.reading.language import Lexicon
    from advisor.reading.text import read_document
    from advisor.registry import heads_folder

    lexicon = Lexicon.load(heads_folder(settings) / "lexicon.json")
    by_language: Counter[tuple[str, bool]] = Counter()
    by_length: Counter[tuple[str, bool]] = Counter()
    refused = 0
    for row in rows:
        if isinstance(row, TicketError):
            refused += 1
            continue
        document = read_document(row, lexicon, masked=settings.mask)
        can = document.readability is Readability.READABLE
        by_language[document.language, can] += 1
        by_length[_length(document), can] += 1
    total = by_length.total()
    if not total:
        raise TicketError(f"{name} holds no ticket that can be taken: advisor advise {name} says why")
    lengths = [_length_name(*bounds) for bounds in LENGTHS]
    languages = sorted({language for language, _ in by_language}, key=lambda one: -_all(by_language, one))
    can_be_read = sum(by_length[one, True] for one in lengths)
    head = f"{can_be_read} of {total} tickets can be read ({can_be_read / total:.1%})"
    bad = f"; {refused} row{' is' if refused == 1 else 's are'} no ticket" if refused else ""
    return "\n".join([head + bad, *_lines("language", by_language, languages), *_lines("length", by_length, lengths)])


def _lines(title: str, counted: Counter[tuple[str, bool]], names: list[str]) -> Iterator[str]:
    yield f"by {title}"
    for name in names:
        if total := _all(counted, name):
            yield f"  {name:<16}{_share(counted[name, True], total)}"


def _all(counted: Counter[tuple[str, bool]], name: str) -> int:
    return counted[name, True] + counted[name, False]


def _share(readable: int, total: int) -> str:
    return f"{readable} of {total} ({readable / total:.1%})"


def _length(document: Document) -> str:
    words = len(document.text.split())
    return next(_length_name(least, most) for least, most in LENGTHS if least <= words <= most)


def _length_name(least: int, most: int) -> str:
    if least == most:
        return "no words"
    return f"{least} to {most} words" if most < LENGTHS[-1][1] else f"{least} words or more"
