"""What a customer answers to an article that was sent: it helped, or a person is wanted.

Opening the page changes nothing, since mail scanners open every link; the button on it does. It needs no cookie and no
sign-in: the address itself is signed.
"""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus

from flask import Blueprint, abort, render_template, request

from advisor.records.sent import Offer, offer_of
from advisor.types import Outcome, OutcomeKind
from web.desk import Desk
from web.links import Answer, Asked, Links

KINDS = {Answer.HELPED: OutcomeKind.CONFIRMED, Answer.PERSON: OutcomeKind.HANDED_ON}
BY_LINK = "link"
GONE = "helped_gone.html"


def page(desk: Desk, links: Links) -> Blueprint:
    """`/helped/<token>`: the question, and the answer to it."""
    pages = Blueprint("helped", __name__)

    @pages.get("/helped/<token>")
    def question(token: str) -> tuple[str, HTTPStatus]:
        found = opened(token)
        if found is None:
            return render_template(GONE), HTTPStatus.GONE
        asked, offer = found
        return render_template("helped.html", offer=offer, asked=asked, said=None), HTTPStatus.OK

    @pages.post("/helped/<token>")
    def answer(token: str) -> tuple[str, HTTPStatus]:
        found = opened(token)
        if found is None:
            return render_template(GONE), HTTPStatus.GONE
        asked, offer = found
        said = said_in(request.form.get("answer", ""))
        note(offer, said)
        return render_template("helped.html", offer=offer, asked=asked, said=said), HTTPStatus.OK

    def opened(token: str) -> tuple[Asked, Offer] | None:
        asked = links.read(token)
        offer = offer_of(desk.records.file, asked.advice) if asked is not None else None
        return (asked, offer) if asked is not None and offer is not None else None

    def note(offer: Offer, said: Answer) -> None:
        """Keep the answer; the same one again is kept once."""
        kind = KINDS[said]
        before = desk.records.outcomes.of(offer.source, offer.ticket_id)
        if before and any((one.kind, one.how, one.article) == (kind, BY_LINK, offer.article) for one in before):
            return
        now = datetime.now(UTC)
        outcome = Outcome(
            source=offer.source,
            ticket_id=offer.ticket_id,
            kind=kind,
            at=now,
            by="the customer",
            how=BY_LINK,
            article=offer.article,
        )
        desk.records.outcomes.add([outcome], by="the customer")

    return pages


def said_in(typed: str) -> Answer:
    """The answer of the button that was pressed; anything else is refused."""
    if typed not in set(Answer):
        abort(HTTPStatus.BAD_REQUEST)
    return Answer(typed)
