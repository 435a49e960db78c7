"""What customers ask for and refuse in German, French, Spanish, Portuguese and Dutch.

A sentence is read in the language whose words it holds most of, whatever the identifier said: that one confuses related
languages, and a foreign sentence may stand in an English ticket. Where a channel is mentioned, the words around it say
whether it is wished, refused, or only spoken of.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from advisor.reading.foreign.grammar import LANGUAGES, Grammar, Kind, cues, fold, grammar
from advisor.reading.heard import Heard
from advisor.types import Document, Readability, Span, Stance, WishChannel

PLAIN_WORDS = 0.9
"""The probability of a wish that a pattern hears, the same as that of a signal that a phrase says outright."""

LONGEST_SENTENCE = 600  # characters; what is longer is no sentence, and is read up to here
NEAR = 2  # words that may stand between a bare noun and what makes it a wish
LIST_WORDS = 4  # up to which a part of a list may leave its verb out

WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
FOLLOWS = re.compile(r",\s*\w")
QUOTED = re.compile(r"[„“\"«»”][^„“\"«»”\n]{8,300}[“”\"«»]")


@dataclass(frozen=True, slots=True)
class Mention:
    """Where a sentence speaks of a channel, and the part of the sentence around it."""

    channel: WishChannel
    kind: Kind
    start: int
    end: int
    left: int  # where the part begins
    right: int  # where it ends
    border: str | None  # before the part: soft, or one of GROUPS; None = another or none


def hear_foreign(document: Document) -> tuple[Heard, ...]:
    """The wishes in other languages than English, in the order of the words."""
    if document.readability is Readability.EMPTY:
        return ()
    counts = cues_of(fold(document.text))
    if not counts and document.readability is Readability.READABLE:
        return ()
    return tuple(heard for sentence in document.sentences for heard in hear_sentence(document, sentence, whole=counts))


def cues_of(folded: str) -> Counter[str]:
    """How many words of a text tell each language."""
    words = WORD.findall(folded)
    counts = {language: sum(word in cues(language) for word in words) for language in LANGUAGES}
    return Counter({language: count for language, count in counts.items() if count})


def hear_sentence(document: Document, sentence: Span, *, whole: Counter[str]) -> Iterator[Heard]:
    """The wishes of a sentence, read in its likeliest language."""
    text = fold(document.text[sentence.start : min(sentence.end, sentence.start + LONGEST_SENTENCE)])
    for rules in likely_grammars(document, cues_of(text), whole):
        if rules.stems.search(text) is None:
            continue
        found = list(stances(prepared(text, rules), rules))
        for mention, stance in found:
            yield Heard(mention.channel, stance, PLAIN_WORDS, sentence.start + mention.start, sentence, rules.phrases)
        if found:
            return


def likely_grammars(document: Document, counts: Counter[str], whole: Counter[str]) -> list[Grammar]:
    """The grammar of most words; of equals all, in turn: the rest of the text, then the identifier, sorts them.

    A sentence without any telling word is read as the whole text is, but in an English ticket not at all.
    """
    if counts or document.readability is not Readability.READABLE:
        telling = counts or whole or Counter({document.language: 1})
        most = max(telling.values())
        order = sorted(LANGUAGES, key=lambda one: (-whole[one], one != document.language))
        return [grammar(language) for language in order if telling[language] == most]
    return []


def prepared(text: str, rules: Grammar) -> str:
    """The sentence without quoted words, asides without commas, "do not hesitate to" as "please"; lengths stay."""
    text = QUOTED.sub(lambda found: " " * len(found[0]), text)
    text = rules.inserts.sub(lambda found: found[0].replace(",", " "), text)
    return rules.polite.sub(lambda found: rules.please.ljust(len(found[0]))[: len(found[0])], text)


def stances(text: str, rules: Grammar) -> Iterator[tuple[Mention, Stance]]:
    """The mentions that say something, in the order of the words; parts of a list share what is said of one of them."""
    found = sorted(mentions(text, rules), key=lambda one: one.start)
    said = without_demands(text, found, [stance_of(text, one, rules) for one in found], rules)
    for place, one in enumerate(found):
        before = said[place - 1] if place and found[place - 1].right <= one.left else None
        if one.border == "nor" and before is Stance.REFUSES:
            said[place] = Stance.REFUSES
        elif said[place] is None and is_listed(text, one, rules):
            following = found[place + 1] if place + 1 < len(found) else None
            alone = len(text[one.left : one.right].split()) - len(text[one.start : one.end].split()) <= 1
            said[place] = shared(one, before, following if alone else None, said[place + 1] if following else None)
    return told_once(found, said)


def without_demands(
    text: str, found: Sequence[Mention], said: Sequence[Stance | None], rules: Grammar
) -> list[Stance | None]:
    """What is said, without what a threat demands: "if you do not call me, I cancel" refuses no call."""
    if Stance.WANTS in said or rules.meant.search(text) or rules.strong.search(text):
        return list(said)
    return [None if is_demanded(text, one, rules) else stance for one, stance in zip(found, said, strict=True)]


def is_demanded(text: str, mention: Mention, rules: Grammar) -> bool:
    """Tell whether a call not made is a condition, with what follows from it ahead of it or behind it."""
    condition = rules.unless.search(text, mention.left, mention.end)
    if condition is None:
        return False
    begins = rules.filler.fullmatch(text[: condition.start()]) is not None
    return rules.threat.search(text) is not None or (begins and FOLLOWS.search(text, mention.end) is not None)


def told_once(found: Sequence[Mention], said: Sequence[Stance | None]) -> Iterator[tuple[Mention, Stance]]:
    """One stance for a channel in a part of the sentence: that of the mention which says most by itself."""
    best: dict[tuple[WishChannel, int], tuple[Mention, Stance]] = {}
    for mention, stance in zip(found, said, strict=True):
        key = mention.channel, mention.left
        if stance is not None and (key not in best or mention.kind < best[key][0].kind):
            best[key] = mention, stance
    return iter(best.values())


def shared(one: Mention, before: Stance | None, following: Mention | None, after: Stance | None) -> Stance | None:
    """What is said of a part of a list that has no words of its own: the same as before it, else as behind it."""
    if one.border == "rather" and before is Stance.REFUSES:
        return Stance.WANTS
    if one.border == "soft" and before is not None:
        return before
    if one.border == "otherwise" and before is Stance.WANTS:
        return before
    return after if following is not None and following.border == "soft" else None


def is_listed(text: str, mention: Mention, rules: Grammar) -> bool:
    """Tell a bare part of a list ("… or by e-mail") from a clause of its own."""
    if mention.kind in (Kind.REFUSE, Kind.ASK) or (mention.kind is Kind.VERB and mention.border != "rather"):
        return False
    before, behind = text[mention.left : mention.start], text[mention.end : mention.right]
    if rules.denial.search(before) or rules.veto.search(text, mention.left, mention.right):
        return False
    return len(before.split()) + len(behind.split()) <= LIST_WORDS


def mentions(text: str, rules: Grammar) -> Iterator[Mention]:
    """Where channels are mentioned; of two mentions of the same channel that overlap, the one that says more."""
    taken: dict[WishChannel, list[tuple[int, int]]] = {}
    edges = [(found.start(), found.end(), found.lastgroup) for found in rules.borders.finditer(text)]
    for channel, kind, pattern in rules.mentions:
        spans = taken.setdefault(channel, [])
        for found in pattern.finditer(text):
            start, end = found.span()
            if any(start < other_end and other_start < end for other_start, other_end in spans):
                continue
            spans.append((start, end))
            before = [edge for edge in edges if edge[1] <= start]
            behind = [edge for edge in edges if edge[0] >= end]
            left, border = before[-1][1:] if before else (0, None)
            yield Mention(channel, kind, start, end, left, behind[0][0] if behind else len(text), border)


def stance_of(text: str, mention: Mention, rules: Grammar) -> Stance | None:
    """What is said of a channel where it is mentioned; None = it is only spoken of."""
    before = text[mention.left : mention.start]
    if mention.kind is Kind.REFUSE:
        return None if rules.absent.search(before) else Stance.REFUSES
    inside, behind = text[mention.start : mention.end], text[mention.end : mention.right]
    if nobody_wants(before, rules) and not (mention.kind is Kind.ASK and mention.channel is WishChannel.PERSON):
        return Stance.REFUSES
    if mention.kind is Kind.ASK and rules.others.search(before):
        return None
    if mention.kind is Kind.ASK:
        denied = mention.channel is not WishChannel.PERSON and rules.denial.search(inside)
        return Stance.REFUSES if denied or rules.denied.match(behind) else Stance.WANTS
    asked = max(mention.left, text.rfind(rules.please, mention.left, mention.start))
    if rules.strong.search(before):
        return Stance.REFUSES
    if rules.veto.search(text, asked, mention.right):
        return None
    if mention.kind is Kind.VERB and rules.own.search(before):
        return None
    if rules.instead.search(before) or is_second_best(text, mention, rules):
        return Stance.REFUSES
    return around(before, inside, text[mention.end : mention.right + 1], mention.kind, rules)


def nobody_wants(before: str, rules: Grammar) -> bool:
    """Tell whether "nobody here wants" stands before a mention, and no other wish between them."""
    ends = [found.end() for found in rules.nobody.finditer(before)]
    return bool(ends) and rules.frame.search(before, ends[-1]) is None


def is_second_best(text: str, mention: Mention, rules: Grammar) -> bool:
    """Tell what another way is preferred to: "rather by e-mail than by phone"."""
    first_word = text.find(" ", mention.start, mention.end)
    ends = [end for end in (mention.start, first_word) if end > 0]
    led_to = any(rules.than.search(text[mention.left : end]) for end in ends)
    return led_to and rules.prefer.search(text, 0, mention.start) is not None


def around(before: str, inside: str, behind: str, kind: Kind, rules: Grammar) -> Stance | None:
    """What the words before and behind a mention say of it."""
    others = (rules.phrases.colleague, rules.phrases.firm)
    frames = [found for pattern in (rules.frame, *others) for found in pattern.finditer(before)]
    frames.sort(key=lambda found: found.start())
    leads = [found.end() for found in (*frames, *rules.adverb.finditer(before))]
    told = frames[-1].start() if frames else 0
    denials = list(rules.denial.finditer(before, told))
    if rules.denied.match(behind) or rules.denial.search(inside):
        return Stance.REFUSES
    if denials:
        denied = is_denied(before, denials[-1], kind, framed=bool(leads), rules=rules)
        return Stance.REFUSES if denied else None
    near = bool(leads) and (kind is not Kind.BARE or len(before[max(leads) :].split()) <= NEAR)
    return Stance.WANTS if near or rules.after.match(behind.lstrip(" ,")) else None


def is_denied(before: str, denial: re.Match[str], kind: Kind, *, framed: bool, rules: Grammar) -> bool:
    """Tell whether a denial before a mention reaches it."""
    between = len(before[denial.end() :].split())
    if framed:
        return kind is not Kind.BARE or between <= NEAR
    return between <= NEAR and rules.filler.fullmatch(before[: denial.start()]) is not None
