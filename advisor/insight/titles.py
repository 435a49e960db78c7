"""Names for groups of texts, made of their own words.

The words that set a group apart are those of the highest c-TF-IDF (Grootendorst 2022): how often a word stands in the
group, times log(1 + mean words of a group / how often it stands in all). A text counts a word once, and a word counts
only if several customers say it: neither one who repeats himself nor one name decides.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log, sqrt

WORDS = 5  # shown of a group
LONGEST = 72  # characters of a title
SHORTEST = 2  # words of a subject that say something
SAID_BY = 2  # customers who must say a word
SAID_IN = 0.15  # of the group's texts must hold it
BREVITY = 6  # words of a title; further ones count against it
PLACEHOLDER = re.compile(r"\[[A-Z][A-Z_ ]*\]")
"""What masking leaves in the place of personal data."""
_WORD = re.compile(r"[^\W\d_][\w'’-]*[^\W_]")
_REPLY = re.compile(r"(?i)^(?:\s*(?:re|fw|fwd|aw|wg|ticket|case)\s*(?:\[?#?\d*\]?)\s*:)+")
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_BEGINS = re.compile(r"(?:[.!?:]\s+|\n\s*)$")
_GREETING = re.compile(
    r"(?i)^(?:(?:hi|hello|hey|dear|good (?:morning|afternoon|evening|day))\b[^,.!?:\n]{0,40}?(?:[,.!:]|\s-)\s*)+"
)
_FORMS = ("ing", "es", "ed", "s", "e")
_COMMON_WORDS = (
    "a about after again all already also always am an and another any anyone anything are aren't as ask asking "
    "at back be because been before being best but by bye can can't cannot could couldn't day days dear did "
    "didn't do does doesn't doing don't done each either else even ever every everything few first for from get "
    "getting give go going good got had has hasn't have haven't having he hello help her here hey hi him his how "
    "however i i'd i'll i'm i've if in into is isn't issue it it's its itself just keep keeps kind know last let "
    "like little look looking made make many matter may maybe me might mine more most much must my myself need "
    "needs never new next no not nothing now of off ok okay on once one only or other our out over own please "
    "problem put question quite re really regards said same say see seem seems she should since so some somebody "
    "someone something soon still such sure take team tell than thank thanks that that's the their them then "
    "there these they thing things think this those though through time to today together told too tried try "
    "trying two under until up upon us use used using very via want wanted wants was wasn't way we we're we've "
    "well were what what's when where whether which while who whom whose why will with within without won't work "
    "working works would wouldn't yes yesterday yet you you're your yours"
)
_EMPTY = frozenset(_COMMON_WORDS.split(" "))
"""Words that a text may hold whatever it is about; scikit-learn's list has `bill` and `system`, which tell much."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text that is named."""

    subject: str  # masked; may be empty
    text: str  # masked, the subject in front
    customer: str


def words_of_groups(groups: Sequence[Sequence[Text]]) -> list[dict[str, float]]:
    """The words of each group by how far they set it apart, 0 to 1, the strongest first, as most of it writes them."""
    counts = [_said(group) for group in groups]
    everywhere = Counter[str]()
    for group in counts:
        everywhere.update({stem: said.total() for stem, said in group.items()})
    mean = everywhere.total() / max(1, len(groups))
    return [
        _ranked({stem: said.total() * log(1 + mean / everywhere[stem]) for stem, said in group.items()}, group)
        for group in counts
    ]


def title_of(text: Text, words: Mapping[str, float]) -> tuple[str, float]:
    """How this text would name its group, and how well it would, 0 to about 2; `""` where it says nothing fit.

    Its subject, where that says something; else the sentence with most of the group's words.
    """
    subject = _tidy(_REPLY.sub("", text.subject))
    candidates = [subject] if len(_stems(subject)) >= SHORTEST else []
    body = text.text[len(text.subject) :] if text.text.startswith(text.subject) else text.text
    candidates = candidates or [_tidy(part) for part in _sentences(body)] or [subject]
    weights = {stem_of(word): weight for word, weight in words.items()}
    scored = [(_fitness(one, weights), -place, one) for place, one in enumerate(candidates) if one]
    fitness, _, best = max(scored, default=(0.0, 0, ""))
    return _shortened(best), fitness


def shown_words(words: Mapping[str, float]) -> tuple[str, ...]:
    """The strongest words of a group."""
    return tuple(list(words)[:WORDS])


def stem_of(word: str) -> str:
    """What the forms of a word share, roughly: `invoices` and `invoice`, `cancelled` and `cancelling`."""
    small = word.casefold().replace("’", "'").removesuffix("'s")
    for ending in _FORMS:
        if small.endswith(ending) and len(small) - len(ending) >= 3 and not small.endswith("ss"):
            small = small[: -len(ending)]
            break
    doubled = len(small) > 4 and small[-1] == small[-2] and small[-1] not in "aeiouls"
    return small[:-1] if doubled or (len(small) > 4 and small.endswith("ll")) else small


def _said(group: Sequence[Text]) -> dict[str, Counter[str]]:
    """By stem, the forms in which texts of the group write it, each text once; only stems of several customers."""
    forms: dict[str, Counter[str]] = defaultdict(Counter)
    customers: dict[str, set[str]] = defaultdict(set)
    for text in group:
        for stem, word in {stem_of(word): word for word in reversed(_words(text.text))}.items():
            forms[stem][word] += 1
            customers[stem].add(text.customer)
    least = SAID_IN * len(group)
    return {stem: said for stem, said in forms.items() if len(customers[stem]) >= SAID_BY and said.total() >= least}


def _ranked(weights: Mapping[str, float], forms: Mapping[str, Counter[str]]) -> dict[str, float]:
    strongest = max(weights.values(), default=1.0)
    ordered = sorted(weights.items(), key=lambda one: (-one[1], one[0]))
    return {
        min(forms[stem].items(), key=lambda one: (-one[1], one[0]))[0]: weight / strongest for stem, weight in ordered
    }


def _words(text: str) -> list[str]:
    """The words that say something, as written, but small where a sentence begins or everything is shouted."""
    bare = PLACEHOLDER.sub(" ", text)
    shouted = bare.isupper()
    found = []
    for match in _WORD.finditer(bare):
        small = match[0].casefold().replace("’", "'")
        if small not in _EMPTY:
            begins = _BEGINS.search(bare, max(0, match.start() - 3), match.start()) or not match.start()
            found.append(small if shouted or (begins and not match[0].isupper()) else match[0])
    return found


def _stems(text: str) -> set[str]:
    return {stem_of(word) for word in _words(text)}


def _fitness(text: str, weights: Mapping[str, float]) -> float:
    """The share of the group's strongest words that it says, less for what is long or says little besides."""
    stems = _stems(text)
    strongest = sorted(weights.values(), reverse=True)[:WORDS]
    said = sum(weights.get(stem, 0.0) for stem in stems)
    length = len(text.split())
    brief = sqrt(1 + max(0, length - BREVITY) / BREVITY) * (1 if len(text) <= LONGEST else 1.3)
    return said / max(sum(strongest), 1e-9) / brief if stems else 0.0


def _sentences(text: str) -> Iterator[str]:
    for part in _SENTENCE.split(text):
        bare = _GREETING.sub("", part.strip())
        if len(_stems(bare)) >= SHORTEST:
            yield bare


def _tidy(text: str) -> str:
    """On one line, without placeholders and what punctuation they leave; no shouting."""
    flat = " ".join(PLACEHOLDER.sub(" ", text).split())
    flat = re.sub(r"\s+([,.;:!?])", r"\1", flat).strip(" ,.;:!-–—\"'“”*#")
    if flat.isupper() and len(flat) > 5:
        flat = flat.lower()
    return flat[:1].upper() + flat[1:]


def _shortened(text: str) -> str:
    if len(text) <= LONGEST:
        return text
    return text[: LONGEST - 1].rpartition(" ")[0].rstrip(" ,.;:-–—") + "…"
