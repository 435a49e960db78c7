"""Texts out of the public data: what sounds like a wish or a signal and is none, and who asks for a person.

Only train parts are read, and nothing is copied. Whatever could be a wish or a signal after all is left out: a text
lost costs little, a wrong label much.
"""

from __future__ import annotations

import csv
import gzip
import json
import random
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import chain, islice, zip_longest

import yaml

from training.channel_words import CANDIDATE
from training.datasets import complaints, data_folder, goemotions, techqa, wixqa

LONGEST = 400  # characters of a text that is taken whole; of a longer one, single sentences
TICKETS = 8000  # IT tickets that are looked at
TEST_FOLDS = frozenset(range(16, 20))  # of NLU++, which has no split of its own: never read here


def one_of(words: str) -> str:
    """A pattern for any of these words; `_` is a blank."""
    return "(?:" + "|".join(word.replace("_", r"\s") for word in words.split()) + ")"


DULL = one_of("beings? transfer seniors? meeting tel teams appointment self steps_up")
TELLING = re.compile(rf"(?i)(?!\b{DULL}\b){CANDIDATE.pattern.removeprefix('(?i)')}")
"""A word of a channel, but none that hardly ever speaks of one."""
CHANNEL = one_of(
    r"""
    call\w* phon\w+ telephone\w* ring hotline video chat\w* messag\w+ e-?mail\w* mail\w* in_writing writ\w+ letter
    person\w* people humans? agents? reps? representatives? operators? advis[eo]rs? someone somebody anyone anybody
    no_?one nobody staff specialists? experts? technicians? managers? supervisors? support team customer_service contact
    articles? faqs? guides? guidance links? docs? documentation tutorials? instructions? manuals? pages? steps? number
    self myself own pdf resources? help_?desk help_?cent(?:er|re) bots? chatbots? robots? machines? automated
    site info\w*
    """
)
ASKED = one_of(
    r"""
    please pls plz can could would will may might should want\w* wanna need\w* like_to i'?d love hope wish prefer\w*
    rather how_(?:do|can|to) where who which any is_there are_there do_you does send\w* give show tell get got_to
    have_to trying let put provide share point find look\w*_for waiting ask\w* request\w* demand expect help someone_to
    best pick
    """
)
DENIED = one_of(
    r"""
    no not never n'?t dont cant wont stop without enough hate sick tired fed_up instead avoid spare useless worst rather
    terrible awful refus\w+ quit annoy\w* just
    """
)
REACHED = one_of(
    "speak talk connect transfer escalate reach contact touch follow dm d\\.m pm reply respond answer advise"
)
WISHES = tuple(
    re.compile(pattern, re.IGNORECASE | re.DOTALL)
    for pattern in (
        rf"\b{ASKED}\b.{{0,60}}\b{CHANNEL}\b",
        rf"{DENIED}\b.{{0,40}}\b{CHANNEL}\b",
        rf"\b{CHANNEL}\b.{{0,25}}\b(?:please|pls|plz|instead|preferred|needed|wanted|requested|asap|back|me|us)\b",
        rf"\b{REACHED}\w*",
        r"\b(?:step[- ]by[- ]step|walk me|how-?to|myself|self-?service|by hand)\b",
        r"^\W*(?:call|ring|phone|e-?mail|text|message|write|human|agent|person|link|guide)\b",
        r"\d[\d ()-]{6,}\d",
    )
)
"""What may be a request for a channel or a refusal of one; far more than is one."""

AMONG_INTENTS = one_of(
    r"""
    speak\w* talk\w* chat\w* contact\w* reach\w* connect\w* transfer_me someone somebody anyone anybody agents? humans?
    a_person real representatives? reps? customer_(?:service|support|care) support hotline help_?(?:line|desk) staff
    (?:call|ring|phone|text|e-?mail|message|write|mail|send|give|tell|show|help|walk|teach|link)_(?:to_)?(?:me|us)
    advis\w+ call_you (?:number|phone|e-?mail)_(?:for|of|to|do|can|should) instruct\w* steps? walk\w* guid\w+ how-?to
    articles? videos? links? tutorials? manuals? page faqs? myself bots? robots? machine_or supervisors? managers?
    experts? resources? pdf docs? documentation (?:who|where)_(?:do|can|should) read\w* tips template
    """
)
WISHES_AMONG_INTENTS = re.compile(rf"(?i)\b{AMONG_INTENTS}\b")
"""The same for sets whose labels already say what the text is about, and where none is about reaching somebody."""
CHANNEL_INTENTS = frozenset(
    {"are_you_a_bot", "make_call", "contact_support", "meet_suggestion", "text", "what_can_i_ask_you"}
)

HANDED = one_of(
    r"""
    (?:speak|talk|talking|speaking)_(?:directly_)?(?:to|with) contact\w* connect_me transfer\w*_me pass_me put_me
    forward_me direct_me get_me give_me gimme hand_me i_(?:want|need)
    """
)
PERSON = one_of(
    """
    person humans? agents? operators? someone somebody representatives? reps? managers? employee worker supervisor
    assistant advis[eo]rs?
    """
)
FOR_A_PERSON = re.compile(
    rf"(?i)\b{HANDED}\b.{{0,25}}\b{PERSON}\b"
    r"|^(?:\w+ )?(?:human|person|agent|representative|operator)(?: please| now)?\W*$"
)
OTHERWISE = one_of(
    r"""
    chat\w* call\w* phon\w+ line number e-?mail write messag\w+ bots? robot\w* machines? virtual automated non-\w+ link
    article wait\w* founders? have_human also_humans handoff no,?_you not?_(?:need|want)
    """
)
NOT_ONLY_A_PERSON = re.compile(rf"(?i)\b{OTHERWISE}\b|n'?t (?:need|want|wanna|like)")

NAMED = one_of(
    r"""
    frauds? fraudulent scam\w* steal\w* stole stolen thie[fv]\w* robbe\w+ hack\w* phish\w* secur\w+ suspicious\w*
    identity privacy password lawyers? attorney solicitor legal\w* law sued? court ombudsman regulators? police crime
    delet\w+ erase\w* wip\w+ lost lose losing gone missing vanish\w* corrupt\w* backup data gdpr personal records?
    hurt\w* kill\w* murder\w* die[ds]? dying dead death deadly fire burn\w* gas shock\w* explo\w+ danger\w* threat\w*
    attack\w* violen\w+ emergency blood poison suicid\w+ kids? child\w* sons? daughters? teens? minors? underage baby
    school outage down cancel\w* terminat\w* leav\w+ quit blind deaf disab\w+ wheelchair sick ill illness cancer
    funeral widow\w* debt afford elderly old hospital
    """
)
GRAVE_NAMED = re.compile(rf"(?i)\b{NAMED}\b")
ONESELF = one_of("i i'?m i'?ve i'?d i'?ll me my mine myself we we'?re we'?ve us ours? you your someone somebody")
OWN_CASE = re.compile(rf"(?i)\b{ONESELF}\b")
GRAVE_WORDS = one_of(
    r"""
    fraud\w* steal\w* thie\w+ rob\w* phish\w* breach\w* leak\w* vulnerab\w+ exploit\w* suspicious\w* identity
    impersonat\w* unauthori\w+ compromis\w+ recogni\w+ lawyer\w* attorney\w* solicitor\w* legal\w* illegal\w* laws?
    court ombudsman regulator\w* police crime criminal charges rights claim gdpr privacy hang kill\w* dead death harm\w*
    pain bleed\w* blood fire burn\w* gas smok\w+ shock\w* explo\w+ unsafe attack\w* gun knife weapon violen\w+ poison\w*
    stalk\w* emergency ambulance ill illness cancer funeral widow\w* debt afford broke hospital depress\w* blind deaf
    disab\w* wheelchair crash\w* lost gone wiped vanish\w* disappear\w* corrupt\w* missing
    """
)
GRAVE = re.compile(rf"(?i)\b{GRAVE_WORDS}\b")
"""Words that are no signal only where nobody speaks of himself."""
ENDED = one_of(r"delet\w+ eras\w+ remov\w+ clos\w+ cancel\w* terminat\w* end leav\w+ quit switch\w* stop\w*")
OWN_THINGS = one_of(
    "accounts? subscriptions? contracts? memberships? services? plan policy cards? data everything bank you business"
)
LOST_THINGS = one_of("files? data photos? e-?mails? contacts? history notes? records? everything")
OWN_MATTER = re.compile(
    rf"(?i)\b{ENDED}\b.{{0,50}}\b{OWN_THINGS}\b"
    r"|\b(?:my|our|a|the) (?:\w+ )?(?:kids?|child\w*|sons?|daughters?|teen\w*|baby|grand\w+)\b"
    r"|\b\d\d? ?(?:-|years?|yrs?|yo)\b|\b(?:personal|my) (?:data|information|details|records?)\b"
    r"|\b(?:age|aged|youngest|under ?age|minors?|underage|teens?|parents?|mom|mum|dad|kids?|child\w*|school)\b"
    rf"|\b(?:delet\w+|eras\w+|overwr\w+|los[et]|losing)\b.{{0,40}}\b{LOST_THINGS}\b"
)
DISTURBING_WORDS = one_of(
    r"""
    suicid\w* kys kill\w*_(?:your|him|her|them)sel\w+ die[ds]? dying murder\w* rape\w* threat\w* hack\w* scam\w* abus\w*
    assault\w* stab\w* shoot\w* shot sue suing block freeze help hurt\w* urgent stole stolen down outage danger\w*
    malfunction\w* stranded close_to_cancel\w* competitor elsewhere another_(?:bank|provider) never_again
    """
)
DISTURBING = re.compile(rf"(?i)\b{DISTURBING_WORDS}\b")
GRAVE_INTENTS = frozenset(
    {
        *("compromised_card", "lost_or_stolen_card", "lost_or_stolen_phone", "card_payment_not_recognised"),
        *("cash_withdrawal_not_recognised", "direct_debit_payment_not_recognised", "terminate_account", "age_limit"),
        *("report_fraud", "report_lost_card", "freeze_account", "card_swallowed", "transaction_charged_twice"),
        *("extra_charge_on_statement", "passcode_forgotten", "account_blocked", "pin_blocked"),
    }
)


def hard_negatives(limit: int, seed: int) -> list[str]:
    """At most so many texts that hold a word of a channel and no wish, from all sources alike; some hold a signal."""
    labelled = (banking_texts(CHANNEL_INTENTS), clinc_texts(CHANNEL_INTENTS))
    sources = [(shown(texts, TELLING), quiet_among_intents) for texts in labelled]
    return drawn([*sources, *((shown(texts, TELLING), no_wish) for texts in open_texts())], limit, seed)


def requests_for_a_person(limit: int, seed: int) -> list[str]:
    """At most so many texts that ask for a human being and name no way, nor refuse anything."""
    return drawn([(texts, only_a_person) for texts in handed_over()], limit, seed)


def quiet_for_signals(limit: int, seed: int) -> list[str]:
    """At most so many texts with a word of a signal that hold none, from all sources alike; some hold a wish."""
    sources = (banking_texts(GRAVE_INTENTS), clinc_texts(GRAVE_INTENTS), *open_texts())
    return drawn([(shown(texts, GRAVE_NAMED), no_signal) for texts in sources], limit, seed)


def quiet_among_intents(text: str) -> bool:
    """Tell the same as `no_wish`, of a text whose label already says that it is about something else."""
    return not WISHES_AMONG_INTENTS.search(text)


def no_wish(text: str) -> bool:
    """Tell whether nothing in a text looks like a wish about a channel."""
    return not any(pattern.search(text) for pattern in WISHES)


def only_a_person(text: str) -> bool:
    """Tell whether a text says plainly that it wants a person, and nothing else."""
    return bool(FOR_A_PERSON.search(text)) and not NOT_ONLY_A_PERSON.search(text)


def no_signal(text: str) -> bool:
    """Tell whether a text is quiet: nothing disturbing, nothing to be ended, no grave word in the writer's own case."""
    if DISTURBING.search(text) or OWN_MATTER.search(text):
        return False
    return not (GRAVE.search(text) and OWN_CASE.search(text))


def banking_texts(without: Collection[str]) -> Iterator[str]:
    """Questions to a bank of all intents but these."""
    with (data_folder() / "banking77" / "train.csv").open(encoding="utf-8", newline="") as table:
        yield from (row["text"] for row in csv.DictReader(table) if row["category"] not in without)


def clinc_texts(without: Collection[str]) -> Iterator[str]:
    """Questions of ten domains of all intents but these."""
    content = json.loads((data_folder() / "clinc150" / "data_full.json").read_text(encoding="utf-8"))
    yield from (text for text, intent in content["train"] if intent not in without)


def open_texts() -> Iterator[Iterable[str]]:
    """The texts of the sources whose labels do not say what is asked for."""
    yield (re.sub(r"\[(?:NAME|RELIGION)\]", "Sam", one.text) for one in goemotions("train"))
    yield (row["tweet"] for row in complaints())
    yield (one.text for one in chain(wixqa()[1], techqa()[1]))
    yield it_tickets()


def it_tickets() -> Iterator[str]:
    """The first IT tickets; their stop words are gone, so that only short ones are taken."""
    with gzip.open(data_folder() / "it_tickets" / "all_tickets.csv.gz", "rt", encoding="utf-8", newline="") as table:
        yield from (row["Document"] for row in islice(csv.DictReader(table), TICKETS) if len(row["Document"]) < 160)


def handed_over() -> Iterator[Iterable[str]]:
    """Texts whose label says that they ask for a human being."""
    folder = data_folder()
    (name,) = (folder / "bitext" / "data" / "train").glob("*.csv")
    with name.open(encoding="utf-8", newline="") as table:
        yield [row["utterance"] for row in csv.DictReader(table) if row["intent"] == "contact_human_agent"]
    yield [
        row["text"]
        for path in sorted((folder / "nlupp" / "data").glob("*/fold*.json"))
        if int(path.stem.removeprefix("fold")) not in TEST_FOLDS
        for row in json.loads(path.read_text(encoding="utf-8"))
        if "handoff" in row.get("intents", ())
    ]
    intents = yaml.safe_load((folder / "handoff" / "nlu.yml").read_text(encoding="utf-8"))["nlu"]
    yield [
        line.strip().removeprefix("- ")
        for one in intents
        if one.get("intent") == "human_handoff"
        for line in one["examples"].splitlines()
    ]


def shown(texts: Iterable[str], word: re.Pattern[str]) -> Iterator[str]:
    """The texts with such a word; of long ones the sentences with it."""
    for text in texts:
        pieces = [text] if len(text) <= LONGEST else re.split(r"(?<=[.!?])\s+|\n+", text)
        yield from (piece.strip() for piece in pieces if len(piece) <= LONGEST and word.search(piece))


def drawn(sources: Sequence[tuple[Iterable[str], Callable[[str], bool]]], limit: int, seed: int) -> list[str]:
    """At most so many different texts that may be kept, one of each source in turn, in a drawn order."""
    rng = random.Random(seed)
    orders = [(rng.sample(texts := list(source), len(texts)), may_be_kept) for source, may_be_kept in sources]
    found: dict[str, str] = {}
    for text in chain.from_iterable(zip_longest(*(filter(may_be_kept, texts) for texts, may_be_kept in orders))):
        if len(found) == limit:
            break
        if text:
            found.setdefault(" ".join(text.casefold().split()), text)
    return list(found.values())
