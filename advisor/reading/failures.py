"""What was tried for this matter and did not help: an article that was offered, or one that the customer speaks of.

Two hear it: plain words, which stand in failures.toml, and a head over the whole ticket. The head alone must be sure;
the words must not be against all that it hears. `tests/benchmarks/failures.py` measures both together.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files

from advisor.types import Document, Failure, History, Message, Quote, Sender, Span

WORDS: dict[str, list[str]] = tomllib.loads(
    files("advisor.reading").joinpath("failures.toml").read_text(encoding="utf-8")
)


def one_of(*names: str) -> str:
    """Any of the words of these lists."""
    return f"(?:{'|'.join(word for name in names for word in WORDS[name])})"


def some(words: int) -> str:
    """So many words at most, each with the blank behind it."""
    return rf"(?:[\w'’/:-]+ ){{0,{words}}}?"


NAME = "failures"  # of the head
SURE = 0.7  # from this probability of the head alone; in cross-validation .88 of those so heard said it
LEAST = 0.05  # below this probability the words alone do not count
PAGE, SOURCE = one_of("pages"), one_of("pages", "advice")
TOLD = f"{one_of('told')} {one_of('teachers')} {one_of('says')}"
WHICH = "(?:your|the|that|this|those|these|all|every|an?|some|several|two|three|both)"
POINTED = "|".join(
    (
        rf"{WHICH} {some(3)}{SOURCE}\b",
        r"steps? \d",
        r"the ones? (?:on|about|for|in|you)\b",
        TOLD,
        r"everything (?:in|on|there|it|you have)\b",
        r"what it says",
    )
)
TRIED = re.compile(
    rf"(?i)\b{one_of('done')}\b[^.!?\n]{{0,40}}?(?<!\w)(?:{POINTED})"
    rf"|\baccording to (?:the|your) [^.!?\n]{{0,40}}?{SOURCE}"
)
NOT_DONE = re.compile(rf"(?i)(?:\b{one_of('not_done')} |(?:n['’]t|['’]ll|['’]d) )(?:\w+ )?$")
NOT = r"(?:(?:did|does|do|has|have|is|was|are|were)(?: not|n['’]?t)|didnt|doesnt|dont|never|won['’]?t|will not)"
VERY = "(?:(?:absolutely|completely|totally|utterly|simply|just|really|any|much|very|a|of) )*"
NO_HELP = re.compile(
    rf"(?i)\b(?:your|the|that|this|those|these) {some(3)}(?:"
    rf"{SOURCE} {some(7)}(?:{NOT} {VERY}{one_of('helps', 'useful')}|(?:is|was|are|were|been) {VERY}{one_of('useless')})"
    rf"|{one_of('advice')} {some(6)}{NOT} (?:work|do))"
)
IF = re.compile(r"(?i)\b(?:if|unless|in case|should (?:that|the|it|this))\b|\?\s*$")
IN_VAIN = re.compile(rf"(?i)\b{one_of('in_vain')}\b")
ONLY_SOUGHT = re.compile(rf"(?i)\b{one_of('only_sought')}")
POINTS = re.compile(rf"(?i)https?://|\b{SOURCE}\b")
DID = re.compile(
    r"(?i)\b(?:(?:i|we)(?:['’]ve| have)? )?(?:already |just )?(?:did|done|tried) (?:all )?(?:of )?"
    r"(?:that|this|it|everything|these|those|them|both|all)\b"
)
HELPED = re.compile(rf"(?i)\b{one_of('helped')}\b")
THANKS = re.compile(r"(?i)\b(?:thanks|thank you|many thanks|thx|cheers|ta)\b(?! in advance)")


@dataclass(frozen=True, slots=True)
class FailureWords:
    """What the words of a ticket say of it, whatever the head hears."""

    spoken: Failure | None  # by plain words
    telling: Quote | None  # the newest sentence that speaks of something to read or to follow
    helped: bool  # the newest words say that it helped


def read_failures(
    document: Document, history: History, thread: Sequence[Message] = (), *, heard: float | None = None
) -> tuple[Failure, ...]:
    """Failures by the customer's words, then by what was offered in this thread before they wrote again.

    `heard` is what the head hears, 0 to 1; None = it was not asked, and the words alone decide. Who writes again to say
    that it helped has not failed with it.
    """
    return failures_of(failure_words(document, thread), history, heard=heard)


def failure_words(document: Document, thread: Sequence[Message] = ()) -> FailureWords:
    """What the customer says of what was tried, in a ticket or in answer to what an agent pointed to."""
    spoken = next(failures_said(document), None) or failure_answered(document, thread)
    return FailureWords(spoken, telling(document), has_helped(document))


def failures_of(words: FailureWords, history: History, *, heard: float | None = None) -> tuple[Failure, ...]:
    """Words, head and what was offered, together."""
    spoken = words.spoken
    if heard is not None and heard < LEAST:
        spoken = None
    if spoken is None and heard is not None and heard >= SURE:
        spoken = Failure(None, words.telling)
    if spoken is None and words.helped:
        return ()
    offered = tuple(Failure(article, spoken.quote if spoken else None) for article in history.offered)
    return offered or ((spoken,) if spoken else ())


def telling(document: Document) -> Quote | None:
    """The newest sentence that speaks of something to read or to follow; None where none does."""
    spans = [span for span in document.sentences if POINTS.search(document.text, span.start, span.end)]
    return document.quote(spans[-1]) if spans else None


def has_helped(document: Document) -> bool:
    """Whether the newest words say that it helped."""
    newest = document.messages[-1] if document.messages else document.subject
    words = document.text[newest.start : newest.end]
    return len(document.messages) > 1 and helps(words)


def helps(words: str) -> bool:
    """Whether an answer to what somebody pointed to says that it helped, or thanks and complains of nothing."""
    return HELPED.search(words) is not None or (THANKS.search(words) is not None and not IN_VAIN.search(words))


def failures_said(document: Document) -> Iterator[Failure]:
    """The sentences that say an article was tried, where they or the next ones say that it did not help."""
    sentences = document.sentences
    for number, span in enumerate(sentences):
        sentence = document.text[span.start : span.end]
        if NO_HELP.search(sentence) and not IF.search(sentence):
            yield Failure(None, Quote(span.start, span.end, sentence))
            continue
        tried = tried_in(sentence)
        if tried is None or HELPED.search(window(document, sentences, number)):
            continue
        after = document.text[span.start + tried : end_of(sentences, number + 2)]
        if IN_VAIN.search(ONLY_SOUGHT.sub(" ", after)):
            yield Failure(None, Quote(span.start, span.end, sentence))


def tried_in(sentence: str) -> int | None:
    """Where a sentence says that an article was tried; None where it does not."""
    for found in TRIED.finditer(sentence):
        if not NOT_DONE.search(sentence[: found.start()]):
            return found.end()
    return None


def failure_answered(document: Document, thread: Sequence[Message]) -> Failure | None:
    """The customer's newest words, where they say that what an agent pointed to before did not help."""
    agents = [place for place, message in enumerate(thread) if message.sender is Sender.AGENT]
    pointed = any(POINTS.search(thread[place].body) for place in agents)
    if not pointed or not document.messages or thread[-1].sender is not Sender.CUSTOMER:
        return None
    newest = document.messages[-1]
    words = document.text[newest.start : newest.end]
    if helps(words) or not (IN_VAIN.search(words) or DID.search(words)):
        return None
    first = next(span for span in document.sentences if span.end > newest.start)
    return Failure(None, Quote(first.start, first.end, document.text[first.start : first.end]))


def end_of(sentences: Sequence[Span], number: int) -> int:
    """Where a sentence ends; the last one where there is none of this number."""
    return sentences[min(number, len(sentences) - 1)].end


def window(document: Document, sentences: Sequence[Span], number: int) -> str:
    """A sentence and the two after it."""
    return document.text[sentences[number].start : end_of(sentences, number + 2)]
