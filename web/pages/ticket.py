"""One ticket: the thread, the advice and why, the draft, and what the agent says and does."""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from advisor.decision.receipt import receipt
from advisor.desk.receipt_text import receipt_text
from advisor.errors import AdvisorError, RecordsError, StaleReviewError
from advisor.records import Stored
from advisor.records.done_before import AGENT
from advisor.records.reviews import MOST_CHARACTERS, OverrideReason, Review, Verdict
from advisor.records.rows import digest
from advisor.replay import Kept
from advisor.types import Action, Cause, Channel, Handled
from web.desk import Desk
from web.links import Links
from web.record_keys import take_keys
from web.ticket_view import (
    OUTCOMES,
    account_facts,
    advice_of,
    done_words,
    earlier_of,
    heat_of,
    history_of,
    said_of,
    thread_of,
    wishes_of,
)
from web.users import Role
from web.view import view_of
from web.visits import signed_in

REASONS = {
    OverrideReason.WRONG_TOPIC: "Wrong topic",
    OverrideReason.ARTICLE_DOES_NOT_ANSWER: "Article does not answer",
    OverrideReason.CUSTOMER_WANTS_PERSON: "Customer wants a person",
    OverrideReason.CUSTOMER_WANTS_ARTICLE: "Customer wants an article",
    OverrideReason.WRONG_MOMENT: "Wrong moment of truth",
    OverrideReason.TONE_MISREAD: "Tone misread",
    OverrideReason.OTHER: "Something else",
}
ACTIONS = {Action.SELF_SERVICE: "An article was sent", Action.LIVE_HUMAN: "A person answered"}
CHANNELS = {
    Channel.EMAIL: "by e-mail",
    Channel.CHAT: "in a chat",
    Channel.PHONE: "by phone",
    Channel.PORTAL: "in the portal",
}
CAUSES = {
    Cause.NO_PERSON_FREE: "no person was free",
    Cause.OUT_OF_HOURS: "out of hours",
    Cause.POLICY: "a rule of the company",
    Cause.NOT_OFFERED: "the channel is not offered",
}


def page(desk: Desk, links: Links) -> Blueprint:
    """`/tickets/<source>/<id>`, and the receipt of its advice."""
    pages = Blueprint("ticket", __name__)
    take_keys(pages)
    records = desk.records

    @pages.get("/tickets/<key:source>/<keys:ticket_id>")
    def show(source: str, ticket_id: str) -> str:
        return shown(found(source, ticket_id), {})

    @pages.post("/tickets/<key:source>/<keys:ticket_id>")
    def say(source: str, ticket_id: str) -> Response | tuple[str, HTTPStatus]:
        """Keep what the agent says; whatever stands in the way is shown, with what was typed."""
        stored = found(source, ticket_id)
        deed = deeds.get(request.form.get("do", ""))
        if deed is None:
            abort(HTTPStatus.BAD_REQUEST)
        try:
            flash(deed(stored))
        except StaleReviewError as error:
            return shown(stored, {"review": str(error)}), HTTPStatus.CONFLICT
        except AdvisorError as error:
            where = "done" if "done" in request.form.get("do", "") else "review"
            return shown(stored, {where: str(error)}), HTTPStatus.UNPROCESSABLE_ENTITY
        return redirect(url_for("ticket.show", source=source, ticket_id=ticket_id), code=HTTPStatus.SEE_OTHER)

    @pages.get("/receipts/<key:source>/<keys:ticket_id>")
    def show_receipt(source: str, ticket_id: str) -> str:
        stored, kept = found(source, ticket_id), Kept(records)
        given = stored.recommendation
        try:
            experience, promise = kept.experience(given.experience), kept.promise(given.promise_id)
        except RecordsError as error:
            return render_template("receipt.html", ticket=stored, text=None, trouble=str(error))
        made = receipt(stored.evidence, experience, promise, given)
        return render_template("receipt.html", ticket=stored, text=receipt_text(made, subject=stored.subject))

    def accept(stored: Stored) -> str:
        reviewed(stored, Verdict.ACCEPT)
        return "The advice is accepted."

    def override(stored: Stored) -> str:
        typed = request.form.get("reason", "")
        if typed not in set(OverrideReason):
            raise RecordsError("Choose why the advice does not fit: one of the short list.")
        action = request.form.get("action", "")
        reviewed(
            stored,
            Verdict.OVERRIDE,
            reason=OverrideReason(typed),
            note=request.form.get("note", "").strip(),
            action=Action(action) if action in set(Action) else None,
        )
        return "The advice is overridden, and counted as such."

    def reviewed(
        stored: Stored,
        verdict: Verdict,
        *,
        reason: OverrideReason | None = None,
        note: str = "",
        action: Action | None = None,
    ) -> None:
        review = Review(
            source=stored.source,
            ticket_id=stored.ticket_id,
            revision=request.form.get("revision", type=int, default=0),
            verdict=verdict,
            reason=reason,
            note=note,
            action=action,
            by=signed_in().name,
            at=datetime.now(UTC),
        )
        records.reviews.add(review, replaces_own=True)

    def undo_review(stored: Stored) -> str:
        review = records.reviews.undo(request.form.get("review", type=int, default=0), by=signed_in().name)
        return f"Taken back: {said_of(review, desk.experience).words}."

    def done(stored: Stored) -> str:
        if request.form.get("seen", "") != mark_of(stored):
            raise RecordsError(
                f"Meanwhile somebody said otherwise: {done_words(stored.handled, desk.experience)}. "
                "Look at it, then say again."
            )
        typed, channel, cause = (request.form.get(name, "") for name in ("done_action", "done_channel", "cause"))
        if typed not in set(Action):
            raise RecordsError("Say what was done: an article was sent, or a person answered.")
        handled = Handled(
            action=Action(typed),
            channel=Channel(channel) if channel in set(Channel) else None,
            by=request.form.get("by", "").strip()[:200] or signed_in().name,
            at=datetime.now(UTC),
            reason=Cause(cause) if cause in set(Cause) else None,
        )
        records.outcomes.keep_handled(stored.source, stored.ticket_id, handled, told_by=AGENT)
        return "Noted what was done."

    def undo_done(stored: Stored) -> str:
        records.outcomes.undo_handled(stored.source, stored.ticket_id, by=signed_in().name)
        return "Taken back; what was known before counts again."

    deeds = {
        "accept": accept,
        "override": override,
        "undo_review": undo_review,
        "done": done,
        "undo_done": undo_done,
    }

    def found(source: str, ticket_id: str) -> Stored:
        stored = records.last(ticket_id, source=source)
        if stored is None:
            abort(HTTPStatus.NOT_FOUND)
        return stored

    def shown(stored: Stored, errors: dict[str, str]) -> str:
        experience, now = desk.experience, datetime.now(UTC)
        given, history = stored.recommendation, history_of(records, stored)
        review = records.reviews.standing(stored.source, stored.ticket_id, revision=given.revision)
        return render_template(
            "ticket.html",
            ticket=stored,
            waiting=records.queue.get(stored.source, stored.ticket_id),
            view=view_of(advice_of(stored), experience),
            thread=thread_of(records, stored, experience),
            draft=links.draft(given),
            wishes=wishes_of(given.wishes),
            account=account_facts(stored.evidence.account, experience, now),
            earlier=earlier_of(history, experience),
            heat=heat_of(records, stored, history),
            done=done_words(stored.handled, experience),
            seen=mark_of(stored),
            outcomes=[
                (OUTCOMES[one.kind], one.at.astimezone(experience.zone), one.by)
                for one in records.outcomes.of(stored.source, stored.ticket_id)
            ],
            review=said_of(review, experience) if review is not None else None,
            may_say=signed_in().role.covers(Role.AGENT),
            may_undo=records.outcomes.told_by(stored.source, stored.ticket_id) == AGENT,
            errors=errors,
            typed=request.form if errors else {},
            reasons=REASONS,
            actions=ACTIONS,
            channels=CHANNELS,
            causes=CAUSES,
            most_characters=MOST_CHARACTERS,
        )

    return pages


def mark_of(stored: Stored) -> str:
    """Names what was known of what was done when the page was shown."""
    return digest(stored.handled)
