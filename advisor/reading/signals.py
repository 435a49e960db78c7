"""What is grave in a ticket: what the close reader marked, and phrases that mean what they say anywhere.

A missed safety signal is worse than a false one, which costs a person's look; the reader's thresholds are chosen so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from advisor.reading.close import WISHES, Said
from advisor.reading.matter import Matter
from advisor.types import Document, Signal, SignalKind

PLAIN_PHRASE = 0.9
"""The probability of a signal that a phrase says outright."""

OWN = r"(?:my|our|me|us)"
SOMEBODY = (
    r"(?:someone|somebody|some ?one else|an? (?:stranger|hacker|thief|scammer|ex\w*)|a person i|they|he|she|"
    r"who ?ever|my ex\w*|unknown people)"
)
PHRASES = {
    SignalKind.FRAUD_OR_SECURITY: (
        rf"\b(?:identity (?:was |has been |is being |got |being )?(?:theft|stolen)|"
        rf"stole(?:n)? {OWN} (?:identity|card|account|phone and)|"
        rf"{OWN} (?:account|e-?mail|login|profile|identity|card) (?:was|has been|got|is being|had been|is|"
        rf"were)(?: just)? (?:hacked|stolen|compromised|"
        rf"taken over|breached|hijacked|used by)|(?:been|got|was|were) (?:hacked|phished|scammed|"
        rf"defrauded)|{SOMEBODY}(?: else)? (?:has |have |had |is |just |"
        rf"already )*(?:log(?:ged|ging)|sign(?:ed|ing)|broke|broken|got|gotten|hacked|using|used|opened|"
        rf"changed|took|gained|impersonat\w+|pretend\w*|"
        rf"made an account|created an account)\b[^.!?\n]{{0,40}}?\b(?:in(?:to)?|{OWN} (?:name|account|"
        rf"identity|ssn|social|password|e-?mail|number|login)|as me|access)\b|"
        rf"unauthori[sz]ed (?:charge|transaction|access|payment|login|purchase)|(?:charges?|payments?|"
        rf"logins?|sign-?ins?|transactions?) (?:that )?i (?:did ?n[o']?t|never) "
        rf"(?:make|made|authori[sz]e|recogni[sz]e|do)|gave (?:him|her|them|the caller|a man|"
        rf"it to) [^.!?\n]{{0,40}}(?:code|password|pin|ssn)|scammer)"
    ),
    SignalKind.DANGER_TO_PERSON: (
        r"\b(?:kill (?:myself|me|him|her|you)|suicid\w+|end (?:my|it) (?:life|all)|self[- ]harm|"
        r"hurt(?:ing)? (?:myself|me|him|her|my \w+|somebody|someone)|"
        r"want to die|don'?t want to (?:live|be here|wake up|go on)|no reason to (?:live|go on)|"
        r"not worth living|better off without me|restraining order|"
        r"(?:abusive|violent|abuser|stalk\w*)\b|beat(?:s|en)? me|(?:he|she|they) (?:will|would|could|"
        r"can) (?:find|hurt|kill) (?:me|us)|afraid for my (?:life|safety)|"
        r"threaten(?:s|ed|ing)? (?:me|us|to (?:hurt|kill))|smell of gas|gas leak|caught fire|"
        r"electric shock|not breathing|overdose|chest pain)"
    ),
    SignalKind.LEGAL_THREAT: (
        r"\b(?:my (?:lawyer|attorney|solicitor)|(?:lawyer|attorney|solicitor)s? (?:will|is|are|has)|"
        r"legal action|lawsuit|su(?:e|ing) (?:you|your|the)|"
        r"see you in court|take (?:you|this|it) to court|small claims|class action|formal (?:complaint|"
        r"notice)|ombudsman|attorney general|inspector general|"
        r"complaint with (?:the )?(?:bbb|ftc|cfpb|fcc|ico|regulator)|report(?:ing)? you to|"
        r"trading standards|cease and desist|hear(?:ing)? from my (?:lawyer|attorney|solicitor))"
    ),
    SignalKind.DATA_REQUEST: (
        r"\b(?:gdpr|ccpa|cpra|data protection (?:act|officer|law)|privacy act|right to (?:be forgotten|"
        r"erasure|access)|subject access|article 1[57]|"
        r"(?:erase|delete|remove|copy of|destroy) (?:all|every\w*|any|the|my|of all)? ?(?:of )?(?:the |"
        r"my |our )?(?:personal )?(?:data|information|records)(?: (?:that )?you (?:hold|have|keep|store|"
        r"collected))|"
        r"(?:all|any) (?:the )?(?:personal )?(?:data|information) you (?:hold|have|keep|store)|"
        r"stop processing my|foia|freedom of information)"
    ),
    SignalKind.MINOR: (
        r"\b(?:i(?:'m| am) (?:only |just )?(?:[5-9]|1[0-7])(?: years? old| yrs?| y/?o|\b(?= and| so|,|"
        r" but|\.))|(?:i am|i'm) (?:a minor|under ?age|under 18)|"
        r"my (?:\d{1,2}|[a-z]+)[- ]year[- ]old (?:son|daughter|child|kid|boy|"
        r"girl)?[^.!?\n]{0,30}(?:bought|ordered|account|signed|used|made|opened)|without (?:a|my|his|"
        r"her) parent)"
    ),
    SignalKind.CANCELLATION: (
        r"\b(?:(?:want|need|wish|like|going|decided|have) to (?:cancel|terminate|end) (?:my|our|the|this|"
        r"everything|it)(?: \w+){0,2} (?:subscription|account|contract|plan|membership|licen[cs]es?|"
        r"agreement)|cancel(?:ling|ing)? (?:my|our) (?:subscription|contract|plan|membership)|(?:leave|"
        r"leaving|switch(?:ing)?) (?:you )?(?:for|to) (?:a|another|your) (?:competitor|provider|"
        r"supplier|company)|(?:do|will|shall) not (?:be )?renew(?:ing)?|won'?t (?:be )?renew)"
    ),
}
PATTERNS = {kind: re.compile(f"(?i){phrase}") for kind, phrase in PHRASES.items()}


def read_signals(document: Document, matter: Matter, said: Sequence[Said]) -> tuple[Signal, ...]:
    """The signals of a ticket, the likeliest first: what the close reader marked, and what a phrase says outright."""
    found: dict[SignalKind, Signal] = {}
    for signal in (*marked(document, matter, said), *spoken(document)):
        if signal.kind not in found or found[signal.kind].probability < signal.probability:
            found[signal.kind] = signal
    return tuple(sorted(found.values(), key=lambda signal: (-signal.probability, signal.kind)))


def marked(document: Document, matter: Matter, said: Sequence[Said]) -> Iterator[Signal]:
    """What the close reader says, with the sentence that it marked."""
    for one in said:
        if one.label not in WISHES:
            sentence = document.sentence_at(matter.origin(one.place.start))
            yield Signal(SignalKind(one.label), one.probability, document.quote(sentence))


def spoken(document: Document) -> Iterator[Signal]:
    """What a phrase says outright, with the sentence that it stands in."""
    for kind, pattern in PATTERNS.items():
        found = pattern.search(document.text)
        if found:
            yield Signal(kind, PLAIN_PHRASE, document.quote(document.sentence_at(found.start())))
