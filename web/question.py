"""The question before the ticket: it becomes a ticket with the first button, and whatever comes of it is recorded.

What the customer is willing to do is asked, not guessed: it counts as said in this ticket, after all that is written
in it. An article is shown to those only who are willing to read one, and never where a safety signal is heard.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from advisor.advise import Advice
from advisor.types import (
    CHOSEN,
    SAFETY,
    Action,
    Channel,
    Customer,
    Handled,
    Message,
    Outcome,
    OutcomeKind,
    Sender,
    Stance,
    Ticket,
    Wish,
    WishChannel,
)
from web.desk import Desk
from web.question_form import QuestionForm, Way
from web.question_state import Shown, Told
from web.view import web_address

SOURCE = "question"
PAGE = "question page"
HOW = "question"  # how its outcomes are told
LONGEST_SUBJECT = 80  # characters
MOST_SHOWN = 3
WISHES = {
    Way.READ: (WishChannel.SELF_SERVICE,),
    Way.EMAIL: (WishChannel.EMAIL, WishChannel.PERSON),  # e-mail alone would ask for nobody
    Way.CHAT: (WishChannel.CHAT,),
    Way.CALL: (WishChannel.PHONE,),
}
SAID = {Way.READ: "to read an article", Way.EMAIL: "an e-mail", Way.CHAT: "a chat", Way.CALL: "a call"}


@dataclass(frozen=True, slots=True)
class Answered:
    """What was told, and the advice on it."""

    told: Told
    advice: Advice


class Questions:
    """Takes questions for a desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def ask(self, told: Told) -> Answered:
        """Record the question; `told.shown` holds articles where the customer is willing to read and one may help."""
        told = replace(told, asked_at=_now())
        advice = self._desk.advise(ticket_of(told))
        shown = shown_in(advice) if Way.READ in told.ways else ()
        if not shown:
            return Answered(told, advice)
        done = Handled(action=Action.SELF_SERVICE, channel=Channel.PORTAL, by=PAGE, at=_now())
        self._desk.records.outcomes.keep_handled(SOURCE, told.reference, done, told_by=HOW, article=shown[0].id)
        return Answered(replace(told, shown=shown), advice)

    def helped(self, told: Told, shown: Shown) -> None:
        """Record that an article helped."""
        self._note(told, OutcomeKind.CONFIRMED, shown.id)

    def person(self, told: Told) -> Answered:
        """Record that a person is asked for, with all that is known; after an article it is an outcome, too."""
        now = _now()
        told = replace(told, asked_at=told.asked_at or now, person_at=told.person_at or now)
        advice = self._desk.advise(ticket_of(told))
        if told.shown:
            self._note(told, OutcomeKind.HANDED_ON, told.shown[0].id)
        return Answered(told, advice)

    def _note(self, told: Told, kind: OutcomeKind, article: str) -> None:
        """Keep an outcome; the same one again is kept once."""
        outcomes = self._desk.records.outcomes
        before = outcomes.of(SOURCE, told.reference)
        if any((one.kind, one.how, one.article) == (kind, HOW, article) for one in before):
            return
        who = "the customer"
        outcome = Outcome(
            source=SOURCE, ticket_id=told.reference, kind=kind, at=_now(), by=who, how=HOW, article=article
        )
        outcomes.add([outcome], by=who)


def with_form(told: Told, form: QuestionForm) -> Told:
    """What is told, once a form is taken in; what it leaves empty stays as it was."""
    lines = {name: getattr(form, name) or getattr(told, name) for name in ("matter", "name", "email", "phone", "more")}
    return replace(told, ways=form.ways or told.ways, **lines)


def shown_in(advice: Advice) -> tuple[Shown, ...]:
    """The articles that a customer who is willing to read is shown; none where the advice is a person."""
    given = advice.recommendation
    if given.action is not Action.SELF_SERVICE or any(signal.kind in SAFETY for signal in given.signals):
        return ()
    articles = given.articles[:MOST_SHOWN]
    return tuple(Shown(one.id, one.title, web_address(one.url), one.passage) for one in articles)


def ticket_of(told: Told) -> Ticket:
    """The question as a ticket; without a time of its own, for it grows while one asks."""
    return Ticket(
        id=told.reference,
        source=SOURCE,
        subject=subject_of(told.matter),
        body=told.matter,
        messages=tuple(_messages(told)),
        channel=Channel.EMAIL,
        tags=(SOURCE,),
        customer=Customer(
            name=told.name or None,
            email=told.email or None,
            phone=told.phone or None,
            wishes=tuple(wishes_of(told)),
        ),
    )


def wishes_of(told: Told) -> Iterator[Wish]:
    """What the customer has chosen, as said in the ticket.

    Who asks for a person by the button has done with reading; who leaves nothing but a number is to be called.
    """
    if told.person_at is not None:
        yield _chosen(WishChannel.PERSON, 1)
    ways = [way for way in told.ways if told.person_at is None or way is not Way.READ]
    if told.person_at is not None and not told.email and told.phone and Way.CALL not in ways:
        ways = [Way.CALL, *ways]
    for order, way in enumerate(ways, start=1):
        for channel in WISHES[way]:
            if channel is not WishChannel.PERSON or told.person_at is None:
                yield _chosen(channel, order)


def subject_of(matter: str) -> str:
    """The first line, cut after a word where it is long."""
    first = matter.partition("\n")[0].strip()
    if len(first) <= LONGEST_SUBJECT:
        return first
    words = first[:LONGEST_SUBJECT].rpartition(" ")[0]
    return f"{words or first[:LONGEST_SUBJECT]} …"


def _chosen(channel: WishChannel, order: int) -> Wish:
    return Wish(channel=channel, stance=Stance.WANTS, order=order, quote=CHOSEN)


def _messages(told: Told) -> Iterator[Message]:
    if told.matter:
        yield Message(sender=Sender.CUSTOMER, body=told.matter, at=told.asked_at)
    yield Message(sender=Sender.SYSTEM, body="\n".join(_story(told)), author=PAGE, at=told.person_at or told.asked_at)
    if told.more:
        yield Message(sender=Sender.CUSTOMER, body=told.more, at=told.person_at)


def _story(told: Told) -> Iterator[str]:
    """What went before, so that nobody has to ask again."""
    if told.ways:
        yield f"Asked what they are willing to do: {', then '.join(SAID[way] for way in told.ways)}."
    if told.shown:
        yield f"Was shown: {'; '.join(f'“{one.title}”' for one in told.shown)}."
    if told.person_at is not None:
        yield "Asked for a person." if not told.shown else "Then asked for a person."
        if not told.is_reachable:
            yield "Has not left a way to be reached."


def _now() -> datetime:
    return datetime.now(UTC)
