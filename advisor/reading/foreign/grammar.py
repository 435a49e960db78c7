"""The grammar of one language: a TOML file becomes patterns.

In the file a blank stands for any white space, an apostrophe for one that may be missing, `~` for up to four words
between (`~~`: ten), `{name}` for a list of the file's `[words]`. Letters are folded (see `fold`): "ö" in a pattern also
finds "oe" and "o". Every pattern stands between word borders; a hyphen is no border, so that "E-Mail-Adresse" is no
e-mail.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from enum import IntEnum
from functools import cache
from importlib.resources import files
from typing import Any

from advisor.reading.heard import Phrases
from advisor.types import WishChannel

LANGUAGES = ("de", "fr", "es", "pt", "nl")
GAP = r"(?:\s+[\w'@/\[\]-]+){0,4}?"
WIDE_GAP = GAP.replace("4", "10")
SPELT = {"ä": "ae?", "ö": "oe?", "ü": "ue?", "ß": "ss?"}
GROUPS = ("nor", "rather", "otherwise")
NOTHING = re.compile(r"(?!)")


class Kind(IntEnum):
    """How much a mention of a channel says by itself; the smaller number goes first where two overlap."""

    REFUSE = 0  # a refusal whatever stands around it
    ASK = 1  # a wish, unless it is denied inside or right after
    VERB = 2  # needs a frame ("I should like …") or a denial beside it
    WAY = 3  # a noun, the same
    BARE = 4  # a noun of many meanings: the frame or the denial must stand right beside it


@dataclass(frozen=True, slots=True)
class Grammar:
    """What is looked for in a sentence of one language."""

    language: str  # ISO 639-1
    stems: re.Pattern[str]  # what every wish holds one of
    polite: re.Pattern[str]  # "do not hesitate to": as good as "please"
    please: str
    borders: re.Pattern[str]  # between the parts of a sentence; its groups join them: soft (a comma, "and"), and GROUPS
    inserts: re.Pattern[str]  # "if possible": read over
    mentions: tuple[tuple[WishChannel, Kind, re.Pattern[str]], ...]
    frame: re.Pattern[str]  # before a mention: "I should like"; what was denied before it does not reach the mention
    adverb: re.Pattern[str]  # the same, but a denial before it does: "only", "rather"
    after: re.Pattern[str]  # behind it
    denial: re.Pattern[str]
    strong: re.Pattern[str]  # "stop", "I hate": denies whatever stands before it
    denied: re.Pattern[str]  # behind a mention
    filler: re.Pattern[str]  # what may stand in front of a denial that has no frame
    instead: re.Pattern[str]  # before a mention: the other one is wanted
    than: re.Pattern[str]
    prefer: re.Pattern[str]
    others: re.Pattern[str]  # right before what would be a request: "customers", "they"
    own: re.Pattern[str]  # the customer's own act: "I cannot call"
    absent: re.Pattern[str]  # before a refusal: "I find no article" refuses none
    veto: re.Pattern[str]  # what happened, or what is done with a thing
    nobody: re.Pattern[str]  # "nobody here wants": the whole firm refuses what follows
    unless: re.Pattern[str]  # "if you do not": what follows is demanded,
    meant: re.Pattern[str]  # unless the sentence says that it is welcome so: "better", "please"
    threat: re.Pattern[str]  # "I cancel"
    phrases: Phrases


class _Folding(dict[int, str]):
    """Letter by letter, so that offsets stay: no capital, no accent, one apostrophe."""

    def __missing__(self, code: int) -> str:
        sign = unicodedata.normalize("NFD", chr(code))[0].lower()
        self[code] = sign if len(sign) == 1 else chr(code)
        return self[code]


_FOLDING = _Folding({ord("ß"): "s", **{ord(sign): "'" for sign in "’‘´`ʼ"}})


def fold(text: str) -> str:
    """The text without capitals and accents, every character in its place."""
    return text.translate(_FOLDING)


@cache
def read_file(language: str) -> Mapping[str, Any]:
    """The file of a language as it stands."""
    return tomllib.loads((files("advisor.reading.foreign") / f"{language}.toml").read_text(encoding="utf-8"))


@cache
def cues(language: str) -> frozenset[str]:
    """Folded words that tell a language, none of them English; the patterns are not needed for it."""
    return frozenset(fold(read_file(language)["cues"]).split())


@cache
def grammar(language: str) -> Grammar:
    """The grammar of a language, read once."""
    file = read_file(language)
    words = {name: f"(?:{'|'.join(parts)})" for name, parts in file["words"].items()}

    def pattern(name: str) -> re.Pattern[str]:
        return compiled(file.get(name, ()), words)

    return Grammar(
        language=language,
        stems=re.compile(expanded("|".join(file["stems"]), words)),
        polite=pattern("polite"),
        please=fold(file["please"]),
        borders=borders(file, words),
        inserts=pattern("inserts"),
        mentions=tuple(mentions(file, words)),
        frame=pattern("frame"),
        adverb=pattern("adverb"),
        after=pattern("after"),
        denial=pattern("denial"),
        strong=pattern("strong"),
        denied=at_start(file["denied"], words),
        filler=re.compile(rf"[\W_]*(?:(?:{expanded('|'.join(file['filler']), words)})[\W_]*)*"),
        instead=pattern("instead"),
        than=at_end(file["than"], words),
        prefer=pattern("prefer"),
        others=at_end(file["others"], words),
        own=pattern("own"),
        absent=pattern("absent"),
        veto=pattern("veto"),
        nobody=pattern("nobody"),
        unless=pattern("unless"),
        meant=pattern("meant"),
        threat=pattern("threat"),
        phrases=Phrases(**{field.name: pattern(field.name) for field in fields(Phrases)}),
    )


def mentions(file: Mapping[str, Any], words: Mapping[str, str]) -> Iterable[tuple[WishChannel, Kind, re.Pattern[str]]]:
    """The patterns of every channel, what says most by itself first."""
    for kind in Kind:
        for channel in WishChannel:
            parts = file[channel].get(kind.name.lower())
            if parts:
                yield channel, kind, compiled(parts, words)


def borders(file: Mapping[str, Any], words: Mapping[str, str]) -> re.Pattern[str]:
    """Where a sentence falls apart; a comma before one of `glue` is none."""
    glue, *words_between = (expanded("|".join(file[name]), words) for name in ("glue", "contrast", *GROUPS, "soft"))
    contrast, *grouped, soft = (rf"(?<![\w-])(?:{words})(?![\w-])" for words in words_between)
    nor, rather, otherwise = grouped
    groups = rf"(?<=\S\s)(?P<nor>(?={nor}))|(?<=\S\s)(?P<rather>{rather})|(?<=\S\s)(?P<otherwise>{otherwise})"
    return re.compile(
        rf"[;:!?()\n…]|\.(?=\s|$)|\s[-–—]+\s|{groups}|{contrast}|(?P<soft>,(?!\s*(?:{glue})(?!\w))|{soft}|[/+&])"
    )


def compiled(parts: Iterable[str], words: Mapping[str, str]) -> re.Pattern[str]:
    """One pattern of several, between word borders."""
    inside = "|".join(parts)
    return re.compile(rf"(?<![\w-])(?:{expanded(inside, words)})(?![\w-])") if inside else NOTHING


def at_start(parts: Iterable[str], words: Mapping[str, str]) -> re.Pattern[str]:
    """What a text must begin with, blanks aside."""
    return re.compile(rf"[\s,]*(?:{expanded('|'.join(parts), words)})(?!\w)")


def at_end(parts: Iterable[str], words: Mapping[str, str]) -> re.Pattern[str]:
    """What a text must end with, blanks aside."""
    return re.compile(rf"(?<!\w)(?:{expanded('|'.join(parts), words)})\s*$")


def expanded(source: str, words: Mapping[str, str]) -> str:
    """The shorthands of the file spelt out."""
    for _ in range(3):  # lists may name lists
        source = re.sub(r"\{([a-z_]+)\}", lambda found: words[found[1]], source)
    source = "".join(SPELT.get(sign) or fold(sign) if not sign.isascii() else sign for sign in source)
    source = source.replace("'", r"'?\s?").replace(" ?", r"\s*")
    return source.replace("~~", WIDE_GAP).replace("~", GAP).replace(" ", r"\s+")
