"""Words that turn what follows, or what went before, into a wish or a refusal, and how far they reach.

Each family of words is one feature, whatever the word and whatever is wished: so "rather than", "instead of" and
"sooner than" teach each other, and what was learnt of calls serves for chats.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

BEFORE = {
    "not": r"not|n't|never|dont|don't|cant|wont|doesnt|didnt|nor|neither|no|none|without|w/o|hardly|isn't|aint|nope",
    "instead": r"rather than|instead of|in place of|as opposed to|sooner than|in lieu of|over|than",
    "except": (
        r"anything but|anything except|any way except|except|except for|other than|apart from|but not|"
        r"any way but|way but"
    ),
    "enough": (
        r"enough|sick of|tired of|fed up|done with|had it with|through with|no more|no further|stop|quit|"
        r"cease|spare me|save me|"
        r"skip|avoid|refrain|refuse|resist|hate|loathe|can't stand|cannot stand|not keen|not interested|"
        r"no use|no point|pointless|"
        r"useless|last thing|out of the question|leave out|cut out|drop the|keep your|shove|not another|"
        r"yet another|another|"
        r"leave|not prepared|unwilling|not willing|not going|no need|needn't|needless|against|"
        r"not comfortable|not up for|bother"
    ),
    "want": (
        r"want|wants|wanted|need|needs|like|love|prefer|preferably|ideally|rather|sooner|wish|hoping|hope|"
        r"request|requesting|"
        r"require|demand|insist|looking for|after|appreciate|grateful|glad|happy|fine|content|welcome|"
        r"would be|choose|option"
    ),
    "order": (
        r"please|pls|plz|kindly|get|give|send|put|point|show|let|have|arrange|set up|book|schedule|connect|"
        r"transfer|hand|pass|tell"
    ),
    "ask": (
        r"can|could|would|will|may|might|any chance|is there|are there|do you have|got|possible|shall we|"
        r"let's|lets|able"
    ),
    "only": r"only|just|simply|solely|strictly",
    "first": r"first|firstly|start with|to begin with|initially",
    "else": (
        r"otherwise|else|failing that|if not|if that|fallback|last resort|at a pinch|second|then|or|"
        r"if you must|backup"
    ),
    "past": (
        r"was|were|had|did|already|told|said|called|sent|got|tried|read|used|yesterday|last week|ago|twice|"
        r"have been|kept"
    ),
    "how": r"how|why|when|where|which|whether|does|what",
    "our": (
        r"our|their|his|her|customers|users|clients|my wife|my husband|my colleague|my boss|my mother|my dad|"
        r"my son|they|he|she"
    ),
}
AFTER = {
    "not": (
        r"no thx|no thanks|no thank you|not an option|isn't an option|no good|no use|useless|doesn't work|"
        r"won't work|won't do|won't cut|isn't going|"
        r"not happening|out of it|aren't|isn't|impossible|hopeless|not needed|not necessary|not required|no|"
        r"never|not|n't|can't|cannot|a waste|pointless"
    ),
    "yes": (
        r"is fine|are fine|works|will do|would do|would be|is best|best|preferred|please|pls|plz|asap|only|"
        r"is ok|ok|okay|suits|would help|"
        r"is easier|easiest|required|requested|needed|ideal|thanks|thx|now|instead|do nicely|plenty"
    ),
    "first": r"first|1st|to start|to begin",
    "me": r"me|us|my|back",
    "fault": (
        r"crash|crashes|crashed|fails|failed|broken|does nothing|greyed|missing|freezes|stopped|keeps|error|"
        r"button|widget|app|"
        r"feature|history|settings|integration|duplicates|drops|dropped|never came|never arrives|expired|says|said|told"
    ),
}
BEFORE_PATTERNS = {name: re.compile(rf"(?<![\w'])(?:{words})(?!\w)") for name, words in BEFORE.items()}
AFTER_PATTERNS = {name: re.compile(rf"(?<![\w])(?:{words})(?!\w)") for name, words in AFTER.items()}
BREAK = re.compile(
    r"(?:,|;|:|\(|\)|(?<=\s)[-–—]+(?=\s)|…|\.{2,}|(?<!\w)(?:but|so|because|as|and|since|cause|cos|if|"
    r"though|while)(?!\w))"
)


def scopes(words: Sequence[str], place: int) -> Iterator[str]:
    """Name the families of words that stand before and after a word, in its own clause and beyond."""
    before, after = " ".join(words[:place]), " ".join(words[place + 1 :])
    clauses = BREAK.split(before)
    near, far = clauses[-1], " ".join(clauses[:-1])
    here = BREAK.split(after)[0]
    found = [name for name, pattern in BEFORE_PATTERNS.items() if pattern.search(near)]
    yield from (f"scope={name}" for name in found)
    yield f"scope_all={'+'.join(found)}"
    yield f"scope_last={nearest(near)}"
    behind = [name for name, pattern in AFTER_PATTERNS.items() if pattern.search(here)]
    yield from (f"after={name}" for name in behind)
    yield f"both={nearest(near)}|{'+'.join(behind[:2])}"
    yield from (f"far={name}" for name, pattern in BEFORE_PATTERNS.items() if far and pattern.search(far))
    yield from (f"later={name}" for name, pattern in BEFORE_PATTERNS.items() if pattern.search(after[len(here) :]))
    double = len(re.findall(r"(?<![\w'])(?:not|n't|no|never|dont|don't|without|cannot|nor)(?!\w)", near))
    yield f"negatives={min(double, 3)}"
    yield f"clause_start={not near.strip()}"
    yield f"clause={'_'.join(near.split()[:2])}"


def nearest(clause: str) -> str:
    """The family of the last such word before, and roughly how far away it is."""
    ends = [(found.end(), name) for name, pattern in BEFORE_PATTERNS.items() for found in pattern.finditer(clause)]
    if not ends:
        return "none"
    end, name = max(ends)
    distance = len(clause[end:].split())
    return f"{name}{'' if distance < 3 else '~'}"
