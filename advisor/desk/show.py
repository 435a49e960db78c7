"""Advices as a person reads them: one in full, many as a table."""

from __future__ import annotations

import re
from collections.abc import Iterator
from textwrap import wrap

import msgspec

from advisor.advise import Advice
from advisor.decision.wording import SIGNAL, WAY, WISH, instant, words_beside
from advisor.records import Stored
from advisor.types import Action, Evidence, OfferedArticle, Recommendation, Stance, Wish
from advisor.wire import evidence_to_json, to_json

WIDTH = 100  # characters of a line
MARGIN = 14  # characters before what is said
EXCERPT = 240  # characters of a passage shown
HEARD_FROM = 0.2  # tones below are not shown
ADVICE = {Action.SELF_SERVICE: "article", Action.LIVE_HUMAN: "person"}
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Control characters, which a terminal would obey, and marks that turn the direction of what is read."""

COLUMNS = (("ticket", 10), ("what it says", 42), ("advice", 7), ("channel", 7))


def says(text: str, *, most: int) -> str:
    """The text on one line, cut."""
    flat = " ".join(UNSEEN.sub("", text).split())
    return flat if len(flat) <= most else f"{flat[: most - 1]}…"


def table_head() -> str:
    """The names of the columns."""
    return _row([name for name, _ in COLUMNS], "why")


def table_row(advice: Advice, *, width: int | None = None) -> str:
    """One ticket on one line; `width` cuts it, None shows the whole reason."""
    one = advice.recommendation
    channel = one.channel.value if one.channel is not None else "none"
    words = advice.document.text[advice.document.subject.end :].strip() or advice.document.text
    row = _row([one.ticket_id, words or "(nothing)", ADVICE[one.action], channel], one.reasons[0].text)
    return row if width is None or len(row) <= width else f"{row[: width - 1]}…"


def advice_text(evidence: Evidence, recommendation: Recommendation, *, subject: str) -> str:
    """The advice, its reasons, what they rest on, and the draft reply."""
    title = says(f"{recommendation.ticket_id}: {subject or '(no subject)'}", most=WIDTH)
    parts = [*_advice(recommendation), *_why(recommendation), *_found(evidence, recommendation)]
    lines = [line for name, said in parts for line in named(name, said)]
    reply = [f"    {line}".rstrip() for line in UNSEEN.sub("", recommendation.reply).splitlines()]
    return "\n".join([title, *lines, "  Draft reply", *reply])


def subject_of(advice: Advice) -> str:
    """The masked subject of a ticket."""
    subject = advice.document.subject
    return advice.document.text[subject.start : subject.end]


def stored_text(stored: Stored) -> str:
    """A recorded ticket: its text, what was found near it, and the advice."""
    came = f"{stored.source}, by {WAY[stored.channel]}"
    facts = [
        ("Came", came + (f", {instant(stored.created_at)}" if stored.created_at is not None else "")),
        ("Status", stored.status or "not known"),
        ("Customer", ", ".join(filter(None, (stored.customer.name, stored.customer.id))) or "not known"),
        ("Revision", f"{stored.recommendation.revision} of {instant(stored.recommendation.at)}"),
    ]
    candidates = [("Found", f"{one.title} ({one.id}, fit {one.score:.2f})") for one in stored.evidence.candidates]
    lines = [line for name, said in (*facts, *candidates) for line in named(name, said)]
    text = [f"    {line}".rstrip() for line in UNSEEN.sub("", stored.text).splitlines()]
    advice = advice_text(stored.evidence, stored.recommendation, subject=stored.subject)
    return "\n".join([advice, "", "  The ticket", *text, *lines])


def stored_json(stored: Stored) -> bytes:
    """A recorded ticket with its evidence, whole, and its recommendation as on the wire."""
    ticket = {name: getattr(stored, name) for name in ("source", "subject", "text", "channel", "created_at", "status")}
    customer = {name: getattr(stored.customer, name) for name in ("id", "name", "email", "phone", "persona")}
    whole = {
        "ticket": {"id": stored.ticket_id} | ticket | {"tags": stored.tags, "customer": customer},
        "evidence": msgspec.Raw(evidence_to_json(stored.evidence)),
        "recommendation": msgspec.Raw(to_json(stored.recommendation)),
    }
    return msgspec.json.encode(whole)


def _advice(one: Recommendation) -> Iterator[tuple[str, str]]:
    way = f"by {WAY[one.channel]}" if one.channel is not None else "no way is left to answer"
    yield "Advice", f"{ADVICE[one.action]}, {way}"
    yield "Queue", one.queue + (f"; tell {', '.join(one.notify)}" if one.notify else "")
    if one.respond_by is not None:
        yield "Respond by", instant(one.respond_by)


def _why(one: Recommendation) -> Iterator[tuple[str, str]]:
    for place, reason in enumerate(one.reasons):
        yield "Also" if place else "Because", f"{reason.text}{words_beside(reason)} [{reason.code}]"


def _found(evidence: Evidence, one: Recommendation) -> Iterator[tuple[str, str]]:
    for article in one.articles:
        yield "Article", article_lines(article)
    for wish in one.wishes:
        yield "Wish", wish_line(wish)
    for signal in one.signals:
        words = f": “{signal.quote.text}”" if signal.quote is not None else ""
        yield "Signal", f"{SIGNAL[signal.kind]} ({signal.probability:.2f}){words}"
    topic = f"{one.topic.label} ({one.topic.probability:.2f})" if one.topic.known and one.topic.label else "not known"
    yield "Topic", topic
    yield "Moment", f"{str(one.moment.label).replace('_', ' ')} ({one.moment.probability:.2f})"
    heard = [f"{tone.label} {tone.probability:.2f}" for tone in one.tones if tone.probability >= HEARD_FROM]
    yield "Tones", ", ".join(heard) or "none heard"
    yield "Severity", f"{one.severity:.1f} of 4"
    yield "Language", f"{one.language} ({evidence.readability.value.replace('_', ' ')})"


def article_lines(article: OfferedArticle) -> str:
    """Title, fit, address and passage."""
    address = f"\n{article.url}" if article.url else ""
    return f"{article.title} (fit {article.score:.2f}){address}\n{says(article.passage, most=EXCERPT)}"


def wish_line(wish: Wish) -> str:
    """`wants a call (0.97): “call me”`."""
    stance = "wants" if wish.stance is Stance.WANTS else "does not want"
    order = f", choice {wish.order}" if wish.order > 1 else ""
    if wish.quote is None:
        return f"{stance} {WISH[wish.channel]}{order} (on file for the {wish.source})"
    if not wish.quote.text:
        return f"{stance} {WISH[wish.channel]}{order} (chosen when asked)"
    return f"{stance} {WISH[wish.channel]}{order} ({wish.probability:.2f}): “{wish.quote.text}”"


def named(name: str, said: str) -> Iterator[str]:
    """A name in the margin, and lines of text beside it."""
    lines = [line for part in said.split("\n") for line in wrap(says(part, most=2000), WIDTH - MARGIN) or [""]]
    for place, line in enumerate(lines):
        yield f"  {name if place == 0 else '':<{MARGIN - 2}}{line}".rstrip()


def _row(cells: list[str], reason: str) -> str:
    shown = [f"{says(cell, most=width):<{width}}" for cell, (_, width) in zip(cells, COLUMNS, strict=True)]
    return "  ".join([*shown, says(reason, most=2000)])
