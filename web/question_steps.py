"""From one step of the question to the next: what was told and which button was pressed give what is seen."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from http import HTTPStatus

from flask import request

from advisor.advise import Advice
from advisor.decision.wording import instant
from advisor.types import Action, Channel, ReasonCode
from web.desk import Desk
from web.question import Answered, Questions, with_form
from web.question_form import TRAP, Do, QuestionForm, Way, offered
from web.question_state import Opened, Seal, Told, fresh

ANSWERS = {
    Channel.EMAIL: "writes to you",
    Channel.CHAT: "invites you to a chat",
    Channel.PHONE: "calls you",
}
OPEN_TOO_LONG = "This page was open for too long, so we start again. What you wrote is still here."
NOT_OURS = "We could not read that form, so we start again."


class Step(StrEnum):
    """What the customer sees."""

    QUESTION = "question"
    ARTICLES = "articles"
    REACH = "reach"
    HELPED = "helped"
    SENT = "sent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One step, with all that its template shows."""

    step: Step
    told: Told
    form: QuestionForm = field(default_factory=QuestionForm)
    errors: dict[str, str] = field(default_factory=dict)
    notice: str = ""
    promise: str = ""  # who answers, and until when
    why: str = ""  # why a person, where the customer did not ask for one by the button
    status: HTTPStatus = HTTPStatus.OK


class Steps:
    """From one step to the next."""

    def __init__(self, desk: Desk, seal: Seal) -> None:
        self._desk = desk
        self._seal = seal
        self._questions = Questions(desk)

    def next(self) -> Seen:
        """The step after the one whose form was sent."""
        form, opened = self._form(), self._opened()
        if opened is None:
            return self._begin_again(fresh(), form, NOT_OURS)
        if opened.expired:
            return self._begin_again(opened.told, form, OPEN_TOO_LONG)
        told, do = opened.told, request.form.get("do", "").partition("-")
        if request.form.get(TRAP):
            return Seen(step=Step.SENT, told=replace(told, shown=()))  # a program filled it in: nothing is recorded
        if do[0] == Do.ASK:
            return self._asked(told, form)
        if do[0] == Do.PERSON:
            return self._wants_person(told, form)
        if do[0] == Do.SEND:
            return self._send(told, form)
        if do[0] == Do.HELPED and do[2].isascii() and do[2].isdigit() and int(do[2][:2]) < len(told.shown):
            self._questions.helped(told, told.shown[int(do[2][:2])])
            return Seen(step=Step.HELPED, told=told)
        status = HTTPStatus.OK if do[0] == Do.AGAIN else HTTPStatus.BAD_REQUEST
        return Seen(step=Step.QUESTION, told=fresh(), status=status)

    def after_error(self, notice: str, status: HTTPStatus) -> Seen:
        """The first step again, with what can be told of what was typed."""
        if request.method != "POST" or status is HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            return Seen(step=Step.QUESTION, told=fresh(), notice=notice, status=status)
        opened = self._opened()
        return self._begin_again(opened.told if opened is not None else fresh(), self._form(), notice, status)

    def _form(self) -> QuestionForm:
        return QuestionForm.posted(request.form, offered(self._desk.experience))

    def _opened(self) -> Opened | None:
        return self._seal.open(request.form.get("state", ""))

    def _begin_again(
        self, told: Told, form: QuestionForm, notice: str, status: HTTPStatus = HTTPStatus.UNPROCESSABLE_ENTITY
    ) -> Seen:
        kept = with_form(told, form)
        again = replace(form, matter=kept.matter, ways=kept.ways, name=kept.name, email=kept.email, phone=kept.phone)
        return Seen(step=Step.QUESTION, told=fresh(), form=again, notice=notice, status=status)

    def _asked(self, told: Told, form: QuestionForm) -> Seen:
        errors = form.errors_to_ask()
        if errors:
            return Seen(step=Step.QUESTION, told=told, form=form, errors=errors, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        if told.asked_at is not None:
            told = fresh()  # a form of a later step that came back to the first
        answered = self._questions.ask(with_form(told, form))
        if answered.told.shown:
            return Seen(step=Step.ARTICLES, told=answered.told)
        return Seen(step=Step.REACH, told=answered.told, form=_of(answered.told), why=why_person(answered))

    def _wants_person(self, told: Told, form: QuestionForm) -> Seen:
        """Record at once that a person is wanted, where there is anything to answer; then ask how to reach them."""
        errors = form.too_long()
        if errors:
            return Seen(step=Step.QUESTION, told=told, form=form, errors=errors, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        unfit = form.errors_to_send()
        told = with_form(told, form if not unfit else replace(form, email="", phone=""))
        if not told.matter:
            return Seen(step=Step.REACH, told=told, form=_of(told))
        answered = self._questions.person(told)
        if answered.told.is_reachable:
            return self._sent(answered)
        return Seen(step=Step.REACH, told=answered.told, form=replace(form, ways=told.ways))

    def _send(self, told: Told, form: QuestionForm) -> Seen:
        errors = form.errors_to_send()
        if errors:
            return Seen(step=Step.REACH, told=told, form=form, errors=errors, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        matter = told.matter or form.matter  # what is recorded keeps its reference
        return self._sent(self._questions.person(replace(with_form(told, form), matter=matter)))

    def _sent(self, answered: Answered) -> Seen:
        return Seen(step=Step.SENT, told=answered.told, promise=self._promise(answered.advice))

    def _promise(self, advice: Advice) -> str:
        """`Our support team writes to you by Tuesday 2 June 2026, 15:00 (BST).`"""
        given, experience = advice.recommendation, self._desk.experience
        called = experience.queues[given.queue].called
        who = called[:1].upper() + called[1:]
        until = given.respond_by
        if given.channel is None or until is None:
            return f"{who} answers you."
        return f"{who} {ANSWERS.get(given.channel, 'answers you')} by {instant(until.astimezone(experience.zone))}."


def _of(told: Told) -> QuestionForm:
    return QuestionForm(ways=told.ways, name=told.name, email=told.email, phone=told.phone)


def why_person(answered: Answered) -> str:
    """Why a person is next, where the customer was willing to read."""
    given = answered.advice.recommendation
    if Way.READ not in answered.told.ways or given.action is Action.SELF_SERVICE:
        return ""
    if given.reasons[0].code is ReasonCode.NOTHING_ANSWERS:
        return "We have no article that surely answers this, so a person does."
    return "This is something for a person."
