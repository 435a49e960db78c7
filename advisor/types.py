"""The vocabulary: every value that travels between the rooms, all of them frozen.

`Evidence` is the waist of the program: models before it, plain logic after it. It holds plain values only, is stored
whole, and its `at` is the only clock that the decision knows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

EVIDENCE_SCHEMA = 2
RECOMMENDATION_SCHEMA = 1


class Channel(StrEnum):
    """The way a ticket came, or an answer goes (never `social`: that is answered in private)."""

    EMAIL = "email"
    CHAT = "chat"
    PHONE = "phone"
    PORTAL = "portal"
    SOCIAL = "social"


class WishChannel(StrEnum):
    """What a wish is about; `person` is any live human."""

    SELF_SERVICE = "self_service"
    EMAIL = "email"
    CHAT = "chat"
    PHONE = "phone"
    PERSON = "person"


class Stance(StrEnum):
    """Willing or not; what nobody said is unknown, and unknown is no wish at all."""

    WANTS = "wants"
    REFUSES = "refuses"


class WishSource(StrEnum):
    """Where a wish stands; the first beats the second, the second the third."""

    TICKET = "ticket"
    CUSTOMER = "customer"
    ACCOUNT = "account"


class Whose(StrEnum):
    """Of whom a wish speaks; words about somebody else bind nobody."""

    SELF = "self"
    COLLEAGUE = "colleague"
    FIRM = "firm"  # the writer's whole company, the writer included


class Tone(StrEnum):
    """How the customer sounds; several at once."""

    ANGRY = "angry"
    FRUSTRATED = "frustrated"
    CONFUSED = "confused"
    WORRIED = "worried"
    DISAPPOINTED = "disappointed"
    GRATEFUL = "grateful"
    PLEASED = "pleased"
    NEUTRAL = "neutral"


class Moment(StrEnum):
    """The moments of truth in a customer's life with the company."""

    SIGN_UP = "sign_up"
    ONBOARDING = "onboarding"
    PROVISIONING = "provisioning"
    TRAINING = "training"
    TECHNICAL_SUPPORT = "technical_support"
    BILLING = "billing"
    RENEWAL = "renewal"


class SignalKind(StrEnum):
    """What is grave in a ticket; the first six are safety signals."""

    FRAUD_OR_SECURITY = "fraud_or_security"
    DANGER_TO_PERSON = "danger_to_person"
    LEGAL_THREAT = "legal_threat"
    DATA_LOSS = "data_loss"
    DATA_REQUEST = "data_request"
    MINOR = "minor"
    OUTAGE = "outage"
    CANCELLATION = "cancellation"
    ACCESSIBILITY = "accessibility"
    VULNERABLE = "vulnerable"


SAFETY = frozenset(
    {
        SignalKind.FRAUD_OR_SECURITY,
        SignalKind.DANGER_TO_PERSON,
        SignalKind.LEGAL_THREAT,
        SignalKind.DATA_LOSS,
        SignalKind.DATA_REQUEST,
        SignalKind.MINOR,
    }
)


class Action(StrEnum):
    """The two answers."""

    SELF_SERVICE = "self_service"
    LIVE_HUMAN = "live_human"


class Readability(StrEnum):
    """Whether there is anything to read, in a language that is read."""

    READABLE = "readable"
    EMPTY = "empty"
    UNREADABLE = "unreadable"
    UNKNOWN_LANGUAGE = "unknown_language"


class PromiseState(StrEnum):
    """Whether the promised share of wrong deflections is certified."""

    NOT_YET = "not_yet"
    KEPT = "kept"
    WITHDRAWN = "withdrawn"


class Sender(StrEnum):
    """Who wrote a message of the thread."""

    CUSTOMER = "customer"
    AGENT = "agent"
    SYSTEM = "system"


class Cause(StrEnum):
    """Why a wish was not honoured."""

    OVERRIDDEN = "overridden"  # the advice met the wish, and something else was done
    NO_PERSON_FREE = "no_person_free"
    OUT_OF_HOURS = "out_of_hours"
    POLICY = "policy"  # a rule of the program or of the company went before the wish
    NOT_OFFERED = "not_offered"  # the company does not offer the channel to this customer


class OutcomeKind(StrEnum):
    """What became of a ticket, or what an agent says of it."""

    CONFIRMED = "confirmed"  # somebody said that it helped
    CONTRADICTED = "contradicted"  # came back, reopened, or said that it did not help
    ABANDONED = "abandoned"  # went away without an answer to their question
    HANDED_ON = "handed_on"  # went on to a person after the article
    WOULD_ANSWER = "would_answer"  # an agent's verdict: this article would have answered
    WOULD_NOT_ANSWER = "would_not_answer"  # an agent's verdict: it would not have
    OTHER_MATTER = "other_matter"  # an agent's verdict: `related` is about something else


class ReasonCode(StrEnum):
    """The rules in their order, then the remarks that no rule is decided by."""

    EMPTY = "empty"
    UNREADABLE = "unreadable"
    UNKNOWN_LANGUAGE = "unknown_language"
    SAFETY = "safety"
    ALREADY_FAILED = "already_failed"
    TWO_MATTERS = "two_matters"
    ASKS_FOR_PERSON = "asks_for_person"
    WANTS_SELF_SERVICE = "wants_self_service"
    NOTHING_ANSWERS = "nothing_answers"
    ASKS_FOR_PERSON_ON_FILE = "asks_for_person_on_file"
    NEVER_DEFLECT = "never_deflect"
    WANTS_SELF_SERVICE_ON_FILE = "wants_self_service_on_file"
    PERSONA = "persona"
    COST = "cost"
    ONLY_SELF_SERVICE_LEFT = "only_self_service_left"
    NO_CHANNEL_LEFT = "no_channel_left"
    REFUSES = "refuses"
    NO_PHONE_NUMBER = "no_phone_number"
    CHANNEL_NOT_OFFERED = "channel_not_offered"
    ANSWERED_IN_PRIVATE = "answered_in_private"
    OUT_OF_HOURS = "out_of_hours"
    ACCOUNT = "account"
    INCIDENT = "incident"


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of the customer, literally, and where they stand in the masked text of the ticket."""

    start: int  # character offset into Document.text
    end: int  # offset after the last character
    text: str  # Document.text[start:end]


CHOSEN = Quote(2**31, 2**31, "")
"""The quote of what was chosen in a form instead of written: no words, after every word of the ticket."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a customer is willing or not willing to do."""

    channel: WishChannel
    stance: Stance
    order: int = 1  # 1 = first choice; a refusal is always 1
    probability: float = 1.0  # 0 to 1, that it was meant so; on file: 1
    source: WishSource = WishSource.TICKET
    quote: Quote | None = None  # None = on file
    moment: Moment | None = None  # None = at any moment
    topic: str | None = None  # None = on any topic
    since: datetime | None = None  # None = not known, counted as oldest
    expires: datetime | None = None  # None = never
    author: str | None = None  # None = the customer of this ticket; another's wish does not count
    whose: Whose = Whose.SELF  # a colleague's does not count
    lasting: bool = False  # said for good: "never call me", "from now on by e-mail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """Who writes."""

    id: str | None = None
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    persona: str | None = None  # a name from the experience file; gives defaults only
    wishes: tuple[Wish, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The company that pays, as far as it is known; every None is 'not known'."""

    id: str | None = None
    name: str | None = None
    licences: int | None = None
    monthly_revenue: float | None = None  # in the currency of the experience file
    renews_on: date | None = None
    plan: str | None = None
    manager: str | None = None  # the customer success manager
    usage: float | None = None  # share of licences in use, 0 to 1
    wishes: tuple[Wish, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of a thread; on the wire `sender` is called `from`."""

    sender: Sender
    body: str
    author: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Handled:
    """What was really done with a ticket."""

    action: Action | None = None
    channel: Channel | None = None
    by: str | None = None
    at: datetime | None = None
    reason: Cause | None = None  # why not as the customer wished, where somebody said so


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """One ticket as it came in; (`source`, `id`) is its key."""

    id: str
    source: str = "local"
    subject: str = ""
    body: str = ""  # text or HTML
    messages: tuple[Message, ...] = ()  # oldest first
    channel: Channel = Channel.EMAIL
    created_at: datetime | None = None  # aware; None = now
    status: str | None = None
    priority: str | None = None
    tags: tuple[str, ...] = ()
    assignee: str | None = None
    first_reply_at: datetime | None = None
    solved_at: datetime | None = None
    csat: float | None = None  # as the helpdesk's scale has it
    nps: float | None = None  # 0 to 10; how likely the customer is to recommend the company
    customer: Customer = Customer()
    account: Account = Account()
    handled: Handled | None = None
    extra: str = "{}"  # unknown fields, kept as JSON


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of Document.text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherMessage:
    """A message of the thread that is not the customer's: masked, without markup, quoted mail and signature."""

    sender: Sender
    author: str | None
    at: datetime | None
    text: str
    after: int  # how many of the customer's messages stand before it


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A ticket taken apart: the customer's own words, masked, oldest first, the subject in front."""

    text: str
    subject: Span
    messages: tuple[Span, ...]  # the customer's messages, oldest first
    authors: tuple[str | None, ...]  # one a message; None = the customer of this ticket
    sentences: tuple[Span, ...]
    language: str  # ISO 639-1, or "und"
    language_probability: float  # 0 to 1
    readability: Readability
    phone: str | None  # the first number found before masking; kept with the customer only
    times: tuple[datetime | None, ...] = ()  # one a message, or none at all; None = not known
    others: tuple[OtherMessage, ...] = ()  # what agents and systems wrote, for people to read; read where it is kept

    def quote(self, span: Span) -> Quote:
        """The words of a stretch of the text."""
        return Quote(span.start, span.end, self.text[span.start : span.end])

    def sentence_at(self, place: int) -> Span:
        """The sentence in which a place lies; the place itself where sentences leave it out."""
        inside = (span for span in self.sentences if span.start <= place < span.end)
        return next(inside, Span(place, place + 1))


@dataclass(frozen=True, slots=True)
class Prediction:
    """A label and the calibrated probability of it."""

    label: str
    probability: float  # 0 to 1


@dataclass(frozen=True, slots=True)
class Topic:
    """What the ticket is about; `known` is False where no topic of the knowledge base is near."""

    label: str | None
    probability: float  # 0 to 1
    known: bool


@dataclass(frozen=True, slots=True)
class Signal:
    """Something grave, and the words that say it."""

    kind: SignalKind
    probability: float  # 0 to 1
    quote: Quote | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An article that may answer, named by id and version, with its nearest passage."""

    id: str
    version: str
    title: str
    url: str | None
    category: str | None
    passage_number: int
    passage: str
    similarity: float  # cosine, -1 to 1; higher is nearer
    lexical: float  # 0 to 1; share of the best word score
    score: float  # 0 to 1; the chance that this article answers


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """The article that an incident names, where the knowledge base has it."""

    incident: str  # id
    article: str  # id
    title: str
    url: str | None


@dataclass(frozen=True, slots=True)
class Failure:
    """An article, or self-service as a whole, that was tried for this matter and did not help."""

    article: str | None  # id; None = the customer does not say which
    quote: Quote | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a ticket, as somebody or something told it."""

    source: str = "local"
    ticket_id: str
    kind: OutcomeKind
    at: datetime  # aware; when it happened
    by: str | None = None  # the customer, an agent's name, a file; None = not known
    how: str | None = None  # "came_back", "reopened", "said_no_help", "link", "question", "import", …
    article: str | None = None  # id, of a verdict; None = the first one offered
    related: str | None = None  # the later ticket, where there is one
    note: str | None = None


@dataclass(frozen=True, slots=True)
class History:
    """What reading needs of the past: articles offered before in the same thread, and what is on file."""

    offered: tuple[str, ...] = ()  # ids of articles
    wishes: tuple[Wish, ...] = ()  # on file for the customer and the account when the ticket came
    customer: Customer = Customer()  # what is known beside the ticket, wishes left out
    account: Account = Account()  # the same


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that is known of a ticket when it is decided: plain values, stored whole."""

    schema: int = EVIDENCE_SCHEMA
    ticket_id: str
    source: str = "local"
    at: datetime  # aware; the only clock of the decision
    came_by: Channel
    readability: Readability
    language: str
    wishes: tuple[Wish, ...] = ()  # in this ticket, of the customer, of the account
    signals: tuple[Signal, ...] = ()
    failures: tuple[Failure, ...] = ()
    two_matters: Quote | None = None  # the second matter, where two are wished differently
    topic: Topic = Topic(None, 0.0, False)
    moment: Prediction = Prediction(Moment.TECHNICAL_SUPPORT, 0.0)
    tones: tuple[Prediction, ...] = ()  # all tones of Tone, likeliest first
    severity: float = 0.0  # 0 none to 4 critical; expected value
    candidates: tuple[Candidate, ...] = ()  # best first, failed ones left out
    p_resolve: float = 0.0  # 0 to 1; calibrated chance that candidates[0] resolves this ticket
    estimated: bool = True  # True = calibrated on other companies' data
    has_phone: bool = False  # a number is on file or in the text
    persona: str | None = None
    account: Account = Account()
    incident_match: tuple[str, ...] = ()  # ids of incidents that the text matches, over or not
    notices: tuple[Notice, ...] = ()  # of these incidents
    tokens_cut: int = 0  # word pieces that the encoder did not read
    models: str = ""  # fingerprint
    knowledge: str = ""  # fingerprint


@dataclass(frozen=True, slots=True)
class Read:
    """What reading gives: the document, and the evidence in it."""

    document: Document
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """The thresholds that keep wrong deflections under the promised share, frozen for replay."""

    state: PromiseState = PromiseState.NOT_YET
    threshold: float = 0.5  # 0 to 1; p_resolve must reach it; while not_yet the shipped one
    thresholds: tuple[tuple[Moment, float], ...] = ()  # narrower than `threshold`
    fingerprint: str = "shipped-1"
    costs: str = ""  # fingerprint of the costs by which it was certified; "" = not known, which no file matches


@dataclass(frozen=True, slots=True)
class Reason:
    """Why: a code for programs, a sentence for people, and the words or the figure it rests on."""

    code: ReasonCode
    text: str
    quote: str | None = None  # literally in the stored text


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedArticle:
    """An article as the recommendation shows it."""

    id: str
    title: str
    url: str | None
    score: float
    passage: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendation:
    """The advice, as it goes over the wire and into the records."""

    schema: int = RECOMMENDATION_SCHEMA
    id: str = ""  # added by the records, not compared
    revision: int = 0  # added by the records, not compared
    at: datetime
    ticket_id: str
    source: str = "local"
    action: Action
    channel: Channel | None  # how the answer reaches the customer
    queue: str
    notify: tuple[str, ...] = ()
    respond_by: datetime | None = None
    p_resolve: float
    needed: float  # what p_resolve had to reach; 1.0 where no article was an option
    promise: PromiseState
    articles: tuple[OfferedArticle, ...] = ()
    topic: Topic
    moment: Prediction
    tones: tuple[Prediction, ...]
    severity: float
    signals: tuple[Signal, ...]
    wishes: tuple[Wish, ...]
    language: str
    reasons: tuple[Reason, ...]  # the deciding one first
    unmet: tuple[WishChannel, ...] = ()  # wishes in force that this advice does not meet
    reply: str  # draft; always with the way to a person
    experience: str  # fingerprint
    promise_id: str  # fingerprint
    models: str
    knowledge: str
