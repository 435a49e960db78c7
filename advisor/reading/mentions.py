"""Words in a ticket that may be part of a wish: a cheap matcher marks them, grammar and context describe them.

Only sentences with such a word are tagged and parsed. The features are the same for fitting and serving.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING

from advisor.reading.pipeline import parse
from advisor.reading.scope import scopes
from advisor.types import Document, Span, WishChannel

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token


class MentionKind(StrEnum):
    """What a word could be about; a bot is spoken of both to refuse articles and to ask for a person."""

    PHONE = "phone"
    CHAT = "chat"
    EMAIL = "email"
    PERSON = "person"
    SELF_SERVICE = "self_service"
    BOT = "bot"


ABOUT = {
    MentionKind.PHONE: (WishChannel.PHONE,),
    MentionKind.CHAT: (WishChannel.CHAT,),
    MentionKind.EMAIL: (WishChannel.EMAIL,),
    MentionKind.PERSON: (WishChannel.PERSON,),
    MentionKind.SELF_SERVICE: (WishChannel.SELF_SERVICE,),
    MentionKind.BOT: (WishChannel.SELF_SERVICE, WishChannel.PERSON),
}

WORDS = {
    MentionKind.PHONE: """
        call(?:s|ed|ing|ers?|backs?)? call-backs? (?:tele)?phon(?:e|es|ed|ing|ecall|ecalls) ring(?:s|ing)?
        rang rung bell buzz zoom teams skype webex facetime whatsapp dial(?:s|led|ling)? landline voice
        numbers? tel hotline verbal(?:ly)? line video-?calls? meeting appointment talk
    """,
    MentionKind.CHAT: "(?:live-?|web-?)?chat(?:s|ted|ting|box)? messag(?:e|ing) messenger real-?time",
    MentionKind.EMAIL: "e-?mail(?:s|ed|ing)? mail(?:s|ed|ing)? writing written write inbox letters? line in-writing",
    MentionKind.PERSON: """
        persons? people humans? agents? reps? representatives? operators? advis[eo]rs? someone somebody
        some1 sum1 anyone anybody any1 nobody no-?one colleagues? staff engineers? specialists? experts?
        technicians? techs? managers? supervisors? support team talk(?:ing)? speak(?:ing)? conversation
        escalate[ds]? escalation transfer personally in-person grown-?up seniors? contact helpdesk desk
        beings?
    """,
    MentionKind.SELF_SERVICE: """
        articles? faqs? guides? guidance links? linked docs? documentation documented tutorials? videos?
        vids? instructions? manuals? how-?tos? walk-?throughs? pages? steps? step-by-step kb knowledge
        self-?service self-?help myself own checklists? reading read suggestions? canned wiki
        troubleshoot(?:er|ing)? diy material pointers? resources? webpage url self pdf handbook
        template[ds]? boiler-?plate copy-?paste[ds]? help-?(?:page|cent(?:er|re)) brochure tips
    """,
    MentionKind.BOT: """
        bots? chat-?bots? robots? machines? automated automatic automation assistant ai auto-?repl(?:y|ies)
        generic
    """,
}
PATTERNS = {kind: re.compile(f"(?i)(?:{'|'.join(words.split())})") for kind, words in WORDS.items()}
CANDIDATE = re.compile(rf"(?i)(?<!\w)(?:{'|'.join('|'.join(words.split()) for words in WORDS.values())})(?!\w)")

MOST_SENTENCES = 80  # of a document that are parsed; beyond, the first and the last ones
LONGEST_SENTENCE = 500  # characters; longer ones are cut
WINDOW = 6
"""How many words to each side are looked at."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A word that may be part of a wish, with what grammar and context say of it."""

    kind: MentionKind
    span: Span  # of the word, in Document.text
    sentence: Span
    features: tuple[str, ...]


def find_mentions(document: Document) -> tuple[Mention, ...]:
    """The mentions of a document in the order of the text."""
    pieces = (piece for span in document.sentences for piece in bearable(document.text, span))
    marked = [span for span in pieces if CANDIDATE.search(document.text, span.start, span.end)]
    if len(marked) > MOST_SENTENCES:
        marked = marked[: MOST_SENTENCES // 2] + marked[-MOST_SENTENCES // 2 :]
    docs = parse([document.text[span.start : span.end] for span in marked])
    return tuple(
        mention
        for span, doc in zip(marked, docs, strict=True)
        for mention in mentions_of(doc, span, place(span, document))
    )


def bearable(text: str, span: Span) -> Iterator[Span]:
    """A sentence, cut at blanks where it is too long to be parsed in bearable time."""
    start = span.start
    while span.end - start > LONGEST_SENTENCE:
        blank = text.rfind(" ", start + 1, start + LONGEST_SENTENCE)
        end = blank if blank > start else start + LONGEST_SENTENCE
        yield Span(start, end)
        start = end
    yield Span(start, span.end)


def place(span: Span, document: Document) -> str:
    """Where a sentence stands; a subject line speaks otherwise than a message."""
    if span.end <= document.subject.end:
        return "subject"
    return "only" if len(document.sentences) == 1 else "body"


def mentions_of(doc: Doc, sentence: Span, where: str) -> Iterator[Mention]:
    """The mentions of one parsed sentence."""
    kinds = [kinds_of(token) for token in doc]
    shown = [f"<{kind[0]}>" if kind else word(token) for kind, token in zip(kinds, doc, strict=True)]
    words = [word(token) for token in doc]
    whole = sentence_features(doc, kinds, where)
    for token, found in zip(doc, kinds, strict=True):
        for kind in found:
            described = (
                *context(token.i, shown),
                *scopes(words, token.i),
                *grammar(token, kinds),
                *whole,
                f"word={words[token.i]}",
            )
            start = sentence.start + token.idx
            yield Mention(kind, Span(start, start + len(token)), sentence, conjoin(kind, described))


def kinds_of(token: Token) -> tuple[MentionKind, ...]:
    """What a word could be about; most words nothing."""
    return tuple(kind for kind, pattern in PATTERNS.items() if pattern.fullmatch(token.text))


def conjoin(kind: MentionKind, described: Sequence[str]) -> tuple[str, ...]:
    """Each feature once for all kinds and once for this kind."""
    return (f"kind={kind}", *described, *(f"{kind}&{feature}" for feature in described))


def word(token: Token) -> str:
    """A word as a feature: small letters, figures alike."""
    return re.sub(r"\d", "0", token.lower_.replace("’", "'"))


def context(place: int, shown: Sequence[str]) -> Iterator[str]:
    """The words around: near ones with their place, far ones without."""
    left = (
        ["^", *shown[max(0, place - WINDOW) : place]][::-1] if place <= WINDOW else shown[place - WINDOW : place][::-1]
    )
    right = [*shown[place + 1 : place + 1 + WINDOW], "$"][: WINDOW + 1]
    yield from (f"left={text}" for text in left)
    yield from (f"right={text}" for text in right)
    yield f"left1={left[0]}"
    yield f"right1={right[0]}"
    yield f"around={left[0]}_{right[0]}"
    yield from (f"left{n}{n + 1}={left[n]}_{left[n - 1]}" for n in range(1, min(len(left), 4)))
    yield from (f"right{n}{n + 1}={right[n - 1]}_{right[n]}" for n in range(1, min(len(right), 4)))
    yield from (f"leftpair={one}_{other}" for other, one in pairwise(left))
    yield from (f"rightpair={one}_{other}" for one, other in pairwise(right))
    if len(left) > 2:
        yield f"left3={left[2]}_{left[1]}_{left[0]}"


def sentence_features(doc: Doc, kinds: Sequence[tuple[MentionKind, ...]], where: str) -> tuple[str, ...]:
    """What holds of the whole sentence."""
    words = [word(token) for token in doc]
    last = "question" if "?" in words[-2:] else "statement"
    length = "one" if len(words) < 3 else "short" if len(words) < 8 else "long"
    others = sorted({str(kind) for found in kinds for kind in found[:1]})
    return (
        f"ends={last}",
        f"length={length}&{where}",
        f"where={where}",
        f"first={words[0]}",
        f"first2={'_'.join(words[:2])}",
        f"first3={'_'.join(words[:3])}",
        *(f"beside={other}" for other in others),
        *(f"has={text}" for text in set(words) if text.isalpha()),
    )


def grammar(token: Token, kinds: Sequence[tuple[MentionKind, ...]]) -> Iterator[str]:
    """What the tagger and the parser say: the relation, the verb above, its subject, tense, mood and negation."""
    yield f"tag={token.tag_}"
    yield f"relation={token.dep_}"
    yield f"head={token.head.lemma_.lower()}"
    yield f"relation_head={token.dep_}_{token.head.lemma_.lower()}"
    if token.dep_ == "compound" or token.head.dep_ == "compound":
        yield "compound"
    yield from (f"child={child.dep_}_{word(child)}" for child in token.children if not kinds[child.i])
    above = verbs_above(token)
    negations = sum(is_negated(verb) for verb in above)
    yield f"negations={min(negations, 2)}"
    for height, verb in enumerate(above[:3]):
        yield f"verb{height}={verb.lemma_.lower()}"
        yield f"verb{height}&tag={verb.tag_}"
        yield f"verb{height}&subject={subject(verb)}"
        yield f"verb{height}&mood={mood(verb)}"
        yield f"verb{height}&all={verb.lemma_.lower()}_{subject(verb)}_{mood(verb)}_{is_negated(verb)}"
        yield from (f"verb{height}&object={word(child)}" for child in verb.children if child.dep_ in {"dobj", "dative"})
        yield from (f"verb{height}&mark={word(child)}" for child in verb.children if child.dep_ in {"mark", "advmod"})


def verbs_above(token: Token) -> list[Token]:
    """The verbs on the way from a word to the root, the word itself first if it is one."""
    return [above for above in (token, *token.ancestors) if above.pos_ in {"VERB", "AUX"} or above.dep_ == "ROOT"]


def is_negated(verb: Token) -> bool:
    """Tell whether a verb carries a negation of its own."""
    return any(
        child.dep_ == "neg" or word(child) in {"never", "no", "nor", "without", "dont"} for child in verb.children
    )


def subject(verb: Token) -> str:
    """Who does it: i, you, someone, other, or none."""
    for child in verb.children:
        if child.dep_ in {"nsubj", "nsubjpass", "expl"}:
            text = word(child)
            return text if text in SUBJECTS else "other"
    return "none"


SUBJECTS = frozenset(
    {"i", "we", "you", "u", "someone", "somebody", "anyone", "it", "that", "there", "this", "who", "one"}
)


def mood(verb: Token) -> str:
    """The verb's auxiliaries, and whether it looks like an order."""
    auxiliaries = [word(child) for child in verb.children if child.dep_ in {"aux", "auxpass"}]
    if auxiliaries:
        return "_".join(auxiliaries)
    return "order" if verb.tag_ in {"VB", "VBP"} and subject(verb) == "none" else "plain"
