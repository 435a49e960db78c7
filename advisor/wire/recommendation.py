"""A recommendation as it goes over the wire: one JSON object on one line."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from advisor.types import Prediction, Quote, Recommendation, Signal, Wish

DIGITS = 4  # of probabilities, after the point


def to_json(recommendation: Recommendation) -> bytes:
    """Encode a recommendation by the contract; figures are rounded to 4 digits."""
    one = recommendation
    return msgspec.json.encode(
        {
            "schema": one.schema,
            "id": one.id,
            "revision": one.revision,
            "at": one.at,
            "ticket_id": one.ticket_id,
            "action": one.action,
            "channel": one.channel,
            "queue": one.queue,
            "notify": one.notify,
            "respond_by": one.respond_by,
            "p_resolve": _rounded(one.p_resolve),
            "needed": _rounded(one.needed),
            "promise": one.promise,
            **_about(one),
            "language": one.language,
            "reasons": one.reasons,
            "reply": one.reply,
            "experience": one.experience,
            "promise_id": one.promise_id,
            "models": one.models,
            "knowledge": one.knowledge,
        }
    )


def _about(one: Recommendation) -> dict[str, object]:
    """What was found: articles, topic, moment, tones, severity, signals, wishes."""
    return {
        "articles": [
            {"id": a.id, "title": a.title, "url": a.url, "score": _rounded(a.score), "passage": a.passage}
            for a in one.articles
        ],
        "topic": {
            "label": one.topic.label,
            "probability": _rounded(one.topic.probability),
            "known": one.topic.known,
        },
        "moment": {"label": one.moment.label, "probability": _rounded(one.moment.probability)},
        "tones": tones_by_label(one.tones),
        "severity": _rounded(one.severity),
        "signals": [_signal(signal) for signal in one.signals],
        "wishes": [_wish(wish) for wish in one.wishes],
    }


def tones_by_label(tones: Iterable[Prediction]) -> dict[str, float]:
    """Tones as the wire has them, likeliest first as they come."""
    return {tone.label: _rounded(tone.probability) for tone in tones}


def _signal(signal: Signal) -> dict[str, object]:
    return {
        "kind": signal.kind,
        "probability": _rounded(signal.probability),
        "quote": _words(signal.quote),
    }


def _wish(wish: Wish) -> dict[str, object]:
    return {
        "channel": wish.channel,
        "stance": wish.stance,
        "order": wish.order,
        "probability": _rounded(wish.probability),
        "source": wish.source,
        "quote": _words(wish.quote),
    }


def _words(quote: Quote | None) -> str | None:
    return quote.text if quote is not None else None


def _rounded(figure: float) -> float:
    return round(figure, DIGITS)
