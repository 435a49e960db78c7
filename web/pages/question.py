"""`/ask`: the question before the ticket, on a page of its own and as a part of a company's own page.

There is no cookie and no session: what was told travels in the form, signed (web/question_state.py). Every step has a
button for a person, and every error shows the form again, with the words that were typed.
"""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path
from secrets import token_hex
from urllib.parse import quote, urlencode, urlsplit

from flask import Blueprint, Response, current_app, make_response, render_template, request
from werkzeug.exceptions import HTTPException, TooManyRequests

from web.desk import Desk
from web.errors import in_words
from web.limits import seconds_to_wait
from web.question_form import MOST_LINE, MOST_MATTER, MOST_MORE, TRAP, Way, offered
from web.question_state import Seal, Told, fresh
from web.question_steps import NOT_OURS, Seen, Step, Steps
from web.shared import shared_words

STATIC = Path(__file__).parents[1] / "static"
MOST_BYTES = 64 * 1024  # of one form
LABELS = {
    Way.READ: ("Read an article", "here and at once; a person stays one click away"),
    Way.EMAIL: ("An e-mail", "a person writes to you"),
    Way.CHAT: ("A chat", "a person writes with you"),
    Way.CALL: ("A call", "a person rings you"),
}
TITLES = {
    Step.QUESTION: "How can we help?",
    Step.ARTICLES: "This may answer it",
    Step.REACH: "How does a person reach you?",
    Step.HELPED: "We are glad that it helped",
    Step.SENT: "A person has your question",
}
OUR_FAULT = "Something went wrong on our side, and your words are still here. Please try again."


def page(desk: Desk, seal: Seal) -> Blueprint:
    """The page, its parts for other pages, and the script and style that these load."""
    pages = Blueprint("question", __name__)
    steps = Steps(desk, seal)
    texts = {name: (STATIC / name).read_text(encoding="utf-8") for name in ("question_embed.js", "question.css")}

    @pages.get("/ask")
    def show() -> Response:
        return whole(Seen(step=Step.QUESTION, told=fresh()))

    @pages.post("/ask")
    def answer() -> Response:
        request.max_content_length = MOST_BYTES
        return whole(steps.next())

    @pages.get("/ask/part")
    def part() -> Response:
        return piece(Seen(step=Step.QUESTION, told=fresh()))

    @pages.post("/ask/part")
    def part_answer() -> Response:
        request.max_content_length = MOST_BYTES
        return piece(steps.next())

    @pages.get("/ask.js")
    def script() -> Response:
        return Response(texts["question_embed.js"], mimetype="text/javascript")

    @pages.get("/ask.css")
    def style() -> Response:
        return Response(texts["question.css"], mimetype="text/css")

    @pages.errorhandler(HTTPException)
    def refused(error: HTTPException) -> Response:
        """What the customer can mend, or wait for; the words that were typed are shown again."""
        if (error.code or 500) >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return failed(error)
        return shown(steps.after_error(sentence_of(error), HTTPStatus(error.code or 400)))

    @pages.errorhandler(Exception)
    def failed(error: Exception) -> Response:
        incident = token_hex(4)
        current_app.logger.error("incident %s", incident, exc_info=error)
        return shown(steps.after_error(f"{OUR_FAULT} (Incident {incident})", HTTPStatus.INTERNAL_SERVER_ERROR))

    def shown(seen: Seen) -> Response:
        return piece(seen) if (request.endpoint or "").startswith("question.part") else whole(seen)

    def whole(seen: Seen) -> Response:
        return make_response(render_template("question.html", level=1, **given(seen)), seen.status)

    def piece(seen: Seen) -> Response:
        address = desk.settings.address or request.host_url
        action = f"{address.rstrip('/')}/ask"
        return make_response(render_template("question_part.html", level=2, action=action, **given(seen)), seen.status)

    def given(seen: Seen) -> dict[str, object]:
        return {
            "seen": seen,
            "step": seen.step.value,
            "title": TITLES[seen.step],
            "sealed": seal.close(seen.told),
            "labels": {way: LABELS[way] for way in offered(desk.experience)},
            "articles": [(one, shared_words(one.passage, seen.told.matter)) for one in seen.told.shown],
            "hand_on": hand_on(desk.settings.question_hand_on, seen.told),
            "trap": TRAP,
            "most": {"matter": MOST_MATTER, "more": MOST_MORE, "line": MOST_LINE},
        }

    return pages


def hand_on(address: str, told: Told) -> str:
    """Where the customer goes on to, with the reference; empty where the company names nothing."""
    parts = urlsplit(address)
    reference = told.reference if told.asked_at is not None else ""
    if parts.scheme == "mailto":
        lines = {"subject": f"[{reference}] My question" if reference else "My question", "body": told.matter[:1000]}
        return f"mailto:{quote(parts.path, safe='@')}?{urlencode(lines, quote_via=quote)}"
    if not address or not reference:
        return address
    return parts._replace(query="&".join(filter(None, (parts.query, urlencode({"reference": reference}))))).geturl()


def sentence_of(error: HTTPException) -> str:
    """What happened, and the cure."""
    if isinstance(error, TooManyRequests):
        wait = in_words(seconds_to_wait(current_app, error))
        return f"Too many questions came from your network at once. Please wait {wait}, then go on."
    if error.code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return f"That is too much text. At most {MOST_MATTER:,} characters can be sent."
    return NOT_OURS
