"""What was tried for this matter and did not help: an article that was offered, or one that the customer speaks of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from advisor.types import Document, Failure, History, Message, Quote, Sender, Span

SOURCE = (
    r"(?:articles?|guides?|faqs?|links?|help (?:page|cent(?:re|er)|article|section|topic)s?|instructions?|"
    r"tutorials?|videos?|docs?|documentation|steps|knowledge ?base|manual|how-?tos?|suggestions?|"
    r"walk-?through|help pages?)"
)
TRIED = re.compile(
    rf"(?i)\b(?:(?:i|we)(?:'ve| have|'d| had)? (?:already |just |now |also |even )*(?:read|tried|followed|"
    rf"did|done|gone through|went through|been "
    rf"through|looked (?:at|through)|worked through|used|watched|checked|seen|opened)\b[^.!?\n]{{0,70}}?\b{SOURCE}"
    rf"|\b(?:that|the|your|this|those|these) {SOURCE} (?:(?:that )?(?:you|i|we|"
    rf"your \w+) [^.!?\n]{{0,30}})?(?:did ?n[o']?t|didn't|doesn't|does not|do not|don't|"
    rf"was(?: of)? no|wasn't|were(?: of)? no|weren't|is(?: of)? no|isn't|are(?: of)? no|has(?: been)? no|"
    rf"hasn't|never)\b"
    rf"|\baccording to (?:the|your) [^.!?\n]{{0,40}}?{SOURCE}"
    rf"|\bfollowed (?:the|your|every|all|each)[^.!?\n]{{0,40}}(?:steps?|instructions?|{SOURCE})"
    rf"|\b(?:the|your) {SOURCE} (?:says?|tells? me|told me|said)\b)"
)
IN_VAIN = re.compile(
    r"(?i)\b(?:(?:did|does|do|has|have|had|was|were|is|are)(?: not|n't|nt)|didnt|doesnt|dont|isnt|wasnt|"
    r"no (?:use|help|luck|good|joy|difference|change|effect|"
    r"success|avail)|useless|unhelpful|still (?:no|not|the same|locked|broken|stuck|get|see|can't|cannot|"
    r"doesn't|nothing|red|"
    r"happening|failing|fails|won't|isn't|in|out|won't)|nothing (?:changed|happened|works|helps|helped)|"
    r"to no avail|in vain|same (?:error|problem|result|issue|thing|message)|"
    r"without (?:success|luck|any)|cannot|can't|cant|won't|wont|not (?:help|work)|never (?:work|help)\w*|"
    r"fail(?:s|ed)?|stuck|waste of|goes? round|in circles|no longer|any more|but)\b"
)
POINTS = re.compile(rf"(?i)https?://|\b{SOURCE}\b")
DID = re.compile(
    r"(?i)\b(?:i|we)(?:'ve| have)? (?:already |just )?(?:did|done|tried) (?:all )?(?:of )?"
    r"(?:that|this|it|everything|these|those)\b"
)
HELPED = re.compile(
    r"(?i)\b(?:got it working|it works now|solved|sorted it|that did (?:it|the trick)|thanks to|"
    r"worked (?:fine|perfectly|a treat))\b"
)


def read_failures(document: Document, history: History, thread: Sequence[Message] = ()) -> tuple[Failure, ...]:
    """Failures by the customer's words, then by what was offered in this thread before they wrote again."""
    spoken = next(failures_said(document), None) or failure_answered(document, thread)
    offered = tuple(Failure(article, spoken.quote if spoken else None) for article in history.offered)
    return offered or ((spoken,) if spoken else ())


def failures_said(document: Document) -> Iterator[Failure]:
    """The sentences that say an article was tried, where they or the next ones say that it did not help."""
    sentences = document.sentences
    for number, span in enumerate(sentences):
        sentence = document.text[span.start : span.end]
        tried = TRIED.search(sentence)
        if tried is None or HELPED.search(window(document, sentences, number)):
            continue
        if IN_VAIN.search(document.text, span.start + tried.start(), end_of(sentences, number + 2)):
            yield Failure(None, Quote(span.start, span.end, sentence))


def failure_answered(document: Document, thread: Sequence[Message]) -> Failure | None:
    """The customer's newest words, where they say that what an agent pointed to before did not help."""
    agents = [place for place, message in enumerate(thread) if message.sender is Sender.AGENT]
    pointed = any(POINTS.search(thread[place].body) for place in agents)
    if not pointed or not document.messages or thread[-1].sender is not Sender.CUSTOMER:
        return None
    newest = document.messages[-1]
    words = document.text[newest.start : newest.end]
    if HELPED.search(words) or not (IN_VAIN.search(words) or DID.search(words)):
        return None
    first = next(span for span in document.sentences if span.end > newest.start)
    return Failure(None, Quote(first.start, first.end, document.text[first.start : first.end]))


def end_of(sentences: Sequence[Span], number: int) -> int:
    """Where a sentence ends; the last one where there is none of this number."""
    return sentences[min(number, len(sentences) - 1)].end


def window(document: Document, sentences: Sequence[Span], number: int) -> str:
    """A sentence and the two after it."""
    return document.text[sentences[number].start : end_of(sentences, number + 2)]
