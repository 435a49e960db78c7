"""What the customer wishes: what the close reader marked in English, and what is heard in other languages."""

from __future__ import annotations

import re
from collections.abc import Sequence

from advisor.reading.close import WISHES, Said
from advisor.reading.english import ENGLISH
from advisor.reading.foreign import fold, hear_foreign
from advisor.reading.heard import Heard, author_at, last_word, order_of
from advisor.reading.matter import Matter
from advisor.reading.scope import lasts, whose
from advisor.types import Document, Quote, Stance, Wish, WishChannel

EMAIL_ONLY = re.compile(r"(?i)(?<!not )(?<!no )\b(?:by |via )?e-?mails? only\b|\bonly (?:by |via |an? )?e-?mails?\b")
# Who did not get in touch, and what was not done: "you never called me".
DESK = r"(?:you(?: guys| people| lot| all)?|they|your (?:\w+ )?\w+)"
NOBODY = r"(?:nobody|no[ -]one|none of (?:you|them))"
REACHED = (
    r"(?:called|rang|rung|phoned|telephoned|e-?mailed|mailed|messaged|texted|wrote|written|replied|responded|answered|"
    r"contacted|picked up|got back|gotten back|came back|sent|gave|given|talked|spoke|spoken|tried|reached)"
)
REACH = r"(?:call|ring|phone|telephone|e-?mail|message|text|write|reply|respond|answer|contact|pick up|get back|send)"
STILL = r"(?: ever| even| once| yet| actually| really)*"
NO_LIKING = r"(?! on\b| along\b| used\b| into\b| the (?:hang|point)\b)"  # "I never got on with chat" refuses it
COMPLAINT = re.compile(
    rf"(?i)(?<!if )(?<!rather )(?<!prefer )(?<!wish )(?<!that )(?<!as )(?<!when )"
    rf"\b(?:{NOBODY}(?: has| have| had)?{STILL} {REACHED}|"
    rf"{NOBODY}{STILL} (?:answers?|picks? up|replies|responds?|(?:calls?|rings?|gets?|writes?)(?: me| us)? back)|"
    rf"{DESK}(?: have| has| had|['’]ve)? (?:never|not){STILL} {REACHED}|"
    rf"{DESK} (?:have|has|had)n['’]?t{STILL} {REACHED}|"
    rf"{DESK} (?:did not|didn['’]?t){STILL} {REACH}|"
    rf"{DESK} never{STILL} (?:answer|pick up|reply|respond|(?:call|ring|get|write)(?: me| us)? back)|"
    rf"(?:i|we)(?: have| had|['’]ve)? never{STILL} (?:got{NO_LIKING}|gotten|received|heard (?:back|from|anything))|"
    rf"(?:i|we) (?:(?:have|had)(?: not|n['’]?t)|['’]ve not){STILL} (?:gotten|received|heard (?:back|from|anything))|"
    rf"(?:i|we) (?:did not|didn['’]?t){STILL} (?:get{NO_LIKING}|receive|hear (?:back|from|anything))|"
    rf"(?:i|we) (?:was|were) never {REACHED})\b"
)
REFUSAL = re.compile(
    r"(?i)n['’]?t\b|\b(?:no|not|nor|never|none|nothing|cannot|dont|stop|quit|cease|rather|prefer|instead|only|hate|"
    r"dislike|bother|leave|keep|refuse|without|enough|less|avoid|skip|opt|forget|want|ever again)\b"
)
MATTER = re.compile(
    r"(?i)\b(?:for|about|on|regarding|concerning|with) (?:the|my|our|a|an) ([a-z][\w-]*(?: (?!and\b|but\b|"
    r"please\b|or\b)[a-z][\w-]*)?)"
)


def read_wishes(document: Document, matter: Matter, said: Sequence[Said]) -> tuple[Wish, ...]:
    """The wishes of a ticket in the order of its words; `said` is empty where the ticket is not English."""
    final = last_word(all_heard(document, matter, said))
    folded = fold(document.text) if final else ""
    return tuple(
        Wish(
            channel=one.channel,
            stance=one.stance,
            order=order_of(one, final, folded),
            probability=one.probability,
            quote=document.quote(one.sentence),
            author=author_at(document, one.at),
            whose=whose(one, folded, document),
            lasting=lasts(one, folded),
        )
        for one in final
    )


def all_heard(document: Document, matter: Matter, said: Sequence[Said]) -> list[Heard]:
    """All that is heard; where a sentence holds a foreign wish, the close reader, which knows English, has no say."""
    foreign = hear_foreign(document)
    strange = {one.sentence for one in foreign}
    marked = [heard(document, matter, one) for one in said if one.label in WISHES]
    kept = (one for one in marked if one.sentence not in strange and not only_complains(document, one))
    return [*kept, *foreign]


def only_complains(document: Document, one: Heard) -> bool:
    """Tell whether a refusal is none: "you never called me" misses a call, it forbids none.

    The close reader weighs words, and "never" beside "called" weighs as in "never call me". What else the sentence says
    counts: one more word that could refuse keeps the refusal, because a missed one is the worst error.
    """
    if one.stance is not Stance.REFUSES:
        return False
    rest, complaints = COMPLAINT.subn(" ", document.text[one.sentence.start : one.sentence.end])
    return complaints > 0 and REFUSAL.search(rest) is None


def heard(document: Document, matter: Matter, said: Said) -> Heard:
    """A wish that the close reader marked, in the document's own words."""
    channel, stance = said.label.split(":")
    at = matter.origin(said.place.start)
    sentence = document.sentence_at(at)
    if said.label == "email:refuses" and EMAIL_ONLY.search(document.text, sentence.start, sentence.end):
        stance = Stance.WANTS  # "never call me, e-mail only": the refusal before it colours the words behind
    return Heard(WishChannel(channel), Stance(stance), said.probability, at, sentence, ENGLISH)


def second_matter(document: Document, wishes: Sequence[Wish]) -> Quote | None:
    """The words on the second of two matters that are wished differently: "a link for X, and call me about Y"."""
    wants = [wish for wish in wishes if wish.stance is Stance.WANTS and wish.order == 1 and wish.quote is not None]
    alone = [wish for wish in wants if wish.channel is WishChannel.SELF_SERVICE]
    helped = [wish for wish in wants if wish.channel is not WishChannel.SELF_SERVICE]
    for one in alone:
        for other in helped:
            first, second = sorted((one, other), key=lambda wish: wish.quote.start if wish.quote else 0)
            if first.quote is None or second.quote is None:
                continue
            same = first.quote == second.quote
            matters = [MATTER.findall(wish.quote.text) for wish in (first, second) if wish.quote]
            named = matters[0][:2] if same else [part[0] for part in matters if part]
            if len(named) == 2 and not set(named[0].lower().split()) & set(named[1].lower().split()):
                return second.quote
    return None
