"""An advice in the words and figures that a page shows; the templates only lay it out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from advisor.advise import Advice
from advisor.decision.experience import Experience
from advisor.decision.wording import WAY, WISH, instant
from advisor.types import Action, Channel, Moment, OfferedArticle, Prediction, PromiseState, Recommendation, Span
from web.marks import Mark, Segment, marks_of, segments
from web.shared import Piece, shared_words

QUIET_TONE = 0.15  # tones below are not shown, but for the likeliest one
MOST_TONES = 4

MOMENTS = {
    Moment.SIGN_UP: "Sign-up",
    Moment.ONBOARDING: "Onboarding",
    Moment.PROVISIONING: "Provisioning",
    Moment.TRAINING: "Training",
    Moment.TECHNICAL_SUPPORT: "Technical support",
    Moment.BILLING: "Billing",
    Moment.RENEWAL: "Renewal",
}
PROMISES = {
    PromiseState.NOT_YET: "not certified yet",
    PromiseState.KEPT: "kept",
    PromiseState.WITHDRAWN: "withdrawn",
}
SEVERITIES = ("none", "low", "medium", "high", "critical")
LANGUAGES = {
    "en": "English",
    "de": "German",
    "fr": "French",
    "es": "Spanish",
    "it": "Italian",
    "nl": "Dutch",
    "pl": "Polish",
    "pt": "Portuguese",
    "und": "not recognised",
}


@dataclass(frozen=True, slots=True)
class Bar:
    """A share of a whole, with its name and its figure in words."""

    label: str
    figure: str
    percent: int  # 0 to 100
    needed: int | None = None  # 0 to 100, where a line is drawn; None = no line


@dataclass(frozen=True, slots=True)
class ShownArticle:
    """An article of the advice."""

    title: str
    url: str | None  # http or https only; None = not linked
    passage: tuple[Piece, ...]
    fit: Bar


@dataclass(frozen=True, slots=True, kw_only=True)
class AdviceView:
    """All that the page shows of an advice."""

    is_article: bool
    headline: str
    first: ShownArticle | None  # the article that is sent
    deciding: str
    unmet: tuple[str, ...]
    answer_by: str
    subject: tuple[Segment, ...]
    message: tuple[Segment, ...]
    marks: tuple[Mark, ...]
    others: tuple[str, ...]
    articles: tuple[ShownArticle, ...]
    fit: Bar
    fit_origin: str
    fit_note: str
    tones: tuple[Bar, ...]
    severity: Bar
    facts: tuple[tuple[str, str], ...]
    reply: str


def view_of(advice: Advice, experience: Experience) -> AdviceView:
    """What the page shows of an advice."""
    given = advice.recommendation
    marks = marks_of(advice)
    articles = tuple(_article(article, advice) for article in given.articles)
    is_article = given.action is Action.SELF_SERVICE
    return AdviceView(
        is_article=is_article,
        headline=headline(given),
        first=articles[0] if is_article and articles else None,
        deciding=given.reasons[0].text,
        unmet=tuple(WISH[wish] for wish in given.unmet),
        answer_by=_answer_by(given, experience),
        subject=_segments(advice, marks, advice.document.subject),
        message=_segments(advice, marks, _body(advice)),
        marks=marks,
        others=tuple(reason.text for reason in given.reasons[1:]),
        articles=articles,
        fit=_fit(advice),
        fit_origin="estimated on other companies' data" if advice.evidence.estimated else "from your own outcomes",
        fit_note=_fit_note(given),
        tones=tuple(_tones(given.tones)),
        severity=Bar("Severity", severity_words(given.severity), round(given.severity * 25)),
        facts=tuple(_facts(advice, experience)),
        reply=given.reply,
    )


def headline(given: Recommendation) -> str:
    """`Self-service: send this article`, `A person, by phone`."""
    if given.action is Action.SELF_SERVICE:
        return "Self-service: send this article"
    if given.channel is None:
        return "A person, but no way to answer is left"
    return f"A person, {way(given.channel)}"


def way(channel: Channel) -> str:
    """`by e-mail`, `in the portal`."""
    return "in the portal" if channel is Channel.PORTAL else f"by {WAY[channel]}"


def severity_words(severity: float) -> str:
    """`medium (1.8 of 4)`."""
    return f"{SEVERITIES[min(round(severity), 4)]} ({severity:.1f} of 4)"


def web_address(url: str | None) -> str | None:
    """An address that may be linked: http or https, nothing that a browser would run."""
    if url is None:
        return None
    try:
        return url if urlsplit(url).scheme in {"http", "https"} else None
    except ValueError:
        return None


def _answer_by(given: Recommendation, experience: Experience) -> str:
    if given.channel is None:
        return "Somebody has to find out how this customer may be answered."
    if given.respond_by is None:
        return f"At once, {way(given.channel)}; the reply leaves the way to a person open."
    return f"Answer by {instant(given.respond_by.astimezone(experience.zone))}."


def _body(advice: Advice) -> Span:
    """The text under the subject, without the empty lines between."""
    text, start = advice.document.text, advice.document.subject.end
    return Span(start + len(text[start:]) - len(text[start:].lstrip()), len(text))


def _segments(advice: Advice, marks: tuple[Mark, ...], span: Span) -> tuple[Segment, ...]:
    return segments(advice.document.text, marks, span=span, deciding=advice.recommendation.reasons[0].quote)


def _article(article: OfferedArticle, advice: Advice) -> ShownArticle:
    passage = shared_words(article.passage, advice.document.text)
    fit = Bar("fit", f"{article.score:.2f}", _percent(article.score))
    return ShownArticle(article.title, web_address(article.url), passage, fit)


def _fit(advice: Advice) -> Bar:
    """How well the best article fits, and what was needed where the deciding rule looked at it."""
    given = advice.recommendation
    name = "Article fit" if advice.evidence.estimated else "Chance that the article resolves this"
    needed = None if given.needed >= 1 else _percent(given.needed)
    return Bar(name, f"{given.p_resolve:.2f}", _percent(given.p_resolve), needed)


def _fit_note(given: Recommendation) -> str:
    if given.needed >= 1:
        return "The rule that decided does not look at it."
    return f"{given.needed:.2f} was needed: the line in the bar."


def _tones(tones: tuple[Prediction, ...]) -> Iterator[Bar]:
    likeliest = sorted(tones, key=lambda tone: -tone.probability)[:MOST_TONES]
    for place, tone in enumerate(likeliest):
        if place == 0 or tone.probability >= QUIET_TONE:
            yield Bar(tone.label, f"{tone.probability:.2f}", _percent(tone.probability))


def _facts(advice: Advice, experience: Experience) -> Iterator[tuple[str, str]]:
    given = advice.recommendation
    yield "Topic", _sure(given.topic.label, given.topic.probability) if given.topic.known else "none that is known"
    yield "Moment of truth", _sure(MOMENTS[Moment(given.moment.label)], given.moment.probability)
    yield "Queue", f"{given.queue} ({experience.queues[given.queue].called})"
    if given.notify:
        yield "To be told", ", ".join(given.notify)
    yield "Came", way(advice.evidence.came_by)
    yield "Language", LANGUAGES.get(given.language, given.language)
    yield "Promise", PROMISES[given.promise]


def _sure(label: str | None, probability: float) -> str:
    return f"{label or 'not known'}, {probability:.0%} sure"


def _percent(share: float) -> int:
    return round(100 * min(max(share, 0.0), 1.0))
