"""How figures, signs and ways are called in reports."""

from __future__ import annotations

from advisor.decision.wording import WISH
from advisor.desk.report_cells import shown
from advisor.insight.changes import Change, Figure
from advisor.insight.honour import Wished
from advisor.insight.intervals import Quantile
from advisor.insight.voice import Sign, Voice
from advisor.types import Stance

FIGURES = {
    Figure.HONOURED: "wishes honoured",
    Figure.AS_IDEAL: "handled as the experience file says",
    Figure.IN_TIME: "first answer in the promised time",
    Figure.CONFIRMED: "articles confirmed",
    Figure.CONTRADICTED: "articles contradicted",
    Figure.SATISFIED: "satisfied, of those who answered",
    Figure.ARTICLES: "article advised",
    Figure.UNKNOWN_TOPIC: "topic not known",
}
SIGNS = {
    Sign.CONTRADICTED: "came back after an article",
    Sign.UNMET: "wish not honoured",
    Sign.ANGRY: "sounds angry",
    Sign.UNSATISFIED: "rated us low (CSAT)",
    Sign.DETRACTOR: "would not recommend us (NPS)",
    Sign.CONFIRMED: "an article helped",
    Sign.HONOURED: "wish honoured",
    Sign.THANKFUL: "sounds grateful or pleased",
    Sign.SATISFIED: "rated us well (CSAT)",
    Sign.PROMOTER: "would recommend us (NPS)",
}
ACTIONS = {"self_service": "article", "live_human": "person", "email": "e-mail", "portal": "the portal"}
NAMED_TICKETS = 4  # of one sign


def called(name: str) -> str:
    """`technical support`; the actions by their names of two words."""
    return ACTIONS.get(name, name.replace("_", " "))


def tickets_words(count: int) -> str:
    """`1 ticket`, `90 tickets`."""
    return f"{count:,} {'ticket' if count == 1 else 'tickets'}"


def change_words(one: Change) -> str:
    """`wishes honoured 76.8 %, before 60.0 % (+16.8 points)`."""
    now, before = one.now.share or 0.0, one.before.share or 0.0
    turn = {True: ", better", False: ", worse", None: ""}[one.is_better]
    points = 100 * (one.difference.value or 0.0)
    return f"{FIGURES[one.figure]} {100 * now:.1f} %, before {100 * before:.1f} % ({points:+.1f} points{turn})"


def hours_words(found: Quantile) -> str:
    """`0.67 (0.55 to 0.82) of 87 h`, said in words."""
    return f"{shown(found).replace(' of ', ' h, of ')}"


def wished_words(wished: Wished) -> str:
    """`refused a call`."""
    stance, channel = wished
    return f"{'refused' if stance is Stance.REFUSES else 'wanted'} {WISH[channel]}"


def reasons_words(voice: Voice) -> str:
    """`wish not honoured (week-007, week-078); rated us low (CSAT) (week-007)`."""
    return "; ".join(f"{SIGNS[sign]} ({_named(tickets)})" for sign, tickets in voice.signs.items())


def _named(tickets: tuple[str, ...]) -> str:
    more = len(tickets) - NAMED_TICKETS
    return ", ".join(tickets[:NAMED_TICKETS]) + (f" and {more:,} more" if more > 0 else "")
