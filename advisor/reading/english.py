"""The English words that order wishes, make them last, or tell whose they are."""

from __future__ import annotations

import re

from advisor.reading.heard import Phrases

WAYS = (
    r"(?:call|ring|phone|telephone|e-?mail|mail|write|reply|answer|respond|contact|use|send|want|prefer|chat|message|"
    r"text|put|give|point|reach|get|speak|talk|by|via|on|over|through|in writing)"
)
OTHER = (
    r"(?:colleague|co-?worker|boss|manager|supervisor|assistant|secretary|accountant|bookkeeper|partner|director|"
    r"ceo|cfo|wife|husband|mother|mum|mom|father|dad|son|daughter|sister|brother|team ?mate|admin|landlord|tenant)"
)
PREFERS = (
    r"(?:would rather|would (?:much )?(?:prefer|like)(?! me| us)|'d rather|'d prefer|prefers|hates|loathes|dislikes|"
    r"likes|loves|(?:only |really |just |absolutely )*wants(?! me\b| us\b)|"
    r"(?:can't|cannot|can not|cant) (?:stand|bear|take|use|hear|speak|talk)|"
    r"(?:does not|doesn't|doesnt) (?:like|want(?! me\b| us\b)|do|take|use|read|answer)|"
    r"(?:will not|won't) (?:take|read|answer)|never (?:wants|takes|reads|answers|uses)|refuses|"
    r"only (?:takes|uses|reads|does|answers)|is (?:deaf|hard of hearing)|asks (?:to be|for)|insists on)"
)
PLACE = r"(?:here|at \w+|in (?:the|our|this|my) \w+|on (?:the|our|my) \w+|of us|around here)"
FIRM = r"(?:company|firm|business|organi[sz]ation|office|practice|agency|school|charity|studio)"

PAST = r"(?:(?!need\b|feed\b)\w{2,}ed|got|rang|wrote|heard|came|gave|sent|spoke|had|did|said|told|saw)"


def _words(*parts: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(parts)})(?!\w)")


ENGLISH = Phrases(
    next=_words(
        r"otherwise|else|failing that|if (?:not|that|it|there|this|no|nobody|you|i|we|none)\b.*|then|second(?:ly)?|2nd|"
        r"at a pinch|last resort|if you must|fall-?back|back-?up|after that|third|3rd|in case|"
        r"should (?:that|it|this)\b.*|or (?:perhaps|maybe|at least)|but (?:i )?can (?:also )?do|next best|plan b"
    ),
    first=_words("first|1st|to start with|to begin with|start with|preferably|ideally|initially|best"),
    never=_words(
        r"(?<!have )(?<!has )(?<!had )(?<!'ve )(?<!ive )never(?! mind)(?! been)"
        rf"(?! {PAST}\b)",
        r"(?:don't|do not|dont|not|nor|won't|no(?! one\b)|without) (?:\w+ ){0,3}ever",
        r"ever again",
        r"(?:don't|do not|dont) (?:\w+ )?(?:call|ring|phone|telephone|e-?mail|mail|text|write|contact|chat)\b"
        r"[^,;.!?]{0,30}\b(?:again|any ?more)",
        r"(?:stop|quit|cease) (?:calling|ringing|phoning|telephoning|e-?mailing|mailing|texting|messaging|sending|"
        r"contacting|chatting|pestering|the (?:calls|e-?mails|links|articles)|these (?:calls|e-?mails|links|articles))",
        r"no longer (?:want|wish)",
    ),
    always=_words(rf"always {WAYS}", rf"only ever {WAYS}"),
    forever=_words(
        r"from (?:now|here|today|this (?:day|point|moment)) (?:on|onwards?|forwards?)|as of (?:now|today)|"
        r"in (?:the )?future|going forwards?|henceforth|hereafter|once and for all|permanently|at all times|"
        r"for good(?! (?:reasons?|measure|order))|for ever|forever|as a (?:standing )?rule|"
        r"(?<!nobody )(?<!no one )(?<!no-one )(?<!you )ever|"
        r"standing (?:wish|preference|instruction)|for all (?:my |our )?future \w+"
    ),
    colleague=_words(
        rf"(?:my|our) (?:\w+ )?{OTHER}(?: [\w-]+)?,? (?:\w+ly )?{PREFERS}",
        rf"(?:my|our) (?:\w+ )?{OTHER}(?: [\w-]+)?'s? (?:preference|wish)",
    ),
    pronoun=_words(rf"(?:she|he|they|who) ?(?:\w+ly )?(?:{PREFERS}|prefer|hate|want|only take|'s deaf)"),
    firm=_words(
        rf"(?:nobody|no one|no-one|none|everyone|everybody|all|not one|half) {PLACE}",
        rf"(?:as|being) an? (?:\w+ )?{FIRM}",
        rf"(?:the|our|this) (?:whole |entire )?(?:{FIRM}|team|department)(?: \w+)? (?:only|prefers?|uses?|does|doesn't|"
        r"wants?|would|never|has a policy|policy|rule|does not|hates|won't)",
        r"(?:company|firm|office|team|organi[sz]ation)[ -]wide",
        rf"(?:for|to|from|across|throughout) (?:the |our |all of )?(?:whole |entire )?(?:{FIRM}|us all|team)",
        r"all of us|we all|(?:company|house|office) (?:policy|rule) (?:is|says)|(?:company|house) (?:policy|rule)(?=:)",
    ),
    myself=_words(
        r"i|i'd|i'm|i'll|i've|me|myself|mine|but (?:please )?(?:call|ring|phone|e-?mail|mail|write|send|chat)|"
        r"(?:please|can you|could you|would you|kindly) (?:call|ring|phone|telephone|e-?mail|mail|write|send|chat|put)"
    ),
)
