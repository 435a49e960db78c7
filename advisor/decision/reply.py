"""The draft of a reply: short, no promise that is not in the file, and always with the way to a person."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from advisor.decision.case import Case
from advisor.decision.company import open_incident
from advisor.decision.notices import notice_in
from advisor.decision.rules import Verdict
from advisor.decision.wording import instant
from advisor.types import Action, Candidate, Channel, Notice, Readability, ReasonCode, Tone, WishChannel

HEARD_FROM = 0.65  # a tone is answered from this probability

_OPENINGS = (
    (Tone.ANGRY, "We are sorry for the trouble this has caused you."),
    (Tone.FRUSTRATED, "We are sorry for the trouble this has caused you."),
    (Tone.DISAPPOINTED, "We are sorry that we have let you down."),
    (Tone.WORRIED, "We understand that this worries you."),
    (Tone.GRATEFUL, "Thank you for your kind words."),
)
_FIRST_WORDS = {
    ReasonCode.EMPTY: "Your message reached us without any text. Please tell us in a few words what you need.",
    ReasonCode.UNREADABLE: "We could not read your message. Please tell us in a few words what you need.",
    ReasonCode.SAFETY: "We take what you write seriously.",
    ReasonCode.ALREADY_FAILED: "We are sorry that what you tried did not help.",
}
_NOT_OF_A_MOMENT = frozenset({*_FIRST_WORDS, ReasonCode.UNKNOWN_LANGUAGE}) - {ReasonCode.ALREADY_FAILED}
"""Where the moment is not known, or another queue than the moment's answers: what is promised at it is not said."""
_ANSWERS = {
    Channel.EMAIL: "will write to you by e-mail",
    Channel.PORTAL: "will answer you in the portal",
    Channel.CHAT: "will answer you in the chat",
    Channel.PHONE: "will call you",
}


def draft_reply(case: Case, verdict: Verdict, *, channel: Channel | None, queue: str, until: datetime | None) -> str:
    """Plain text, paragraphs parted by an empty line."""
    body = _article(case) if verdict.action is Action.SELF_SERVICE else _person(case, verdict, channel, queue, until)
    paragraphs = (
        "Hello,",
        _opening(case, verdict),
        *_notices(case, verdict),
        *body,
        "Kind regards,\nYour support team",
    )
    return "\n\n".join(paragraphs)


def _opening(case: Case, verdict: Verdict) -> str:
    first = _FIRST_WORDS.get(verdict.reason.code)
    if first is not None:
        return first
    heard = {tone.label for tone in case.evidence.tones if tone.probability >= HEARD_FROM}
    return next((words for tone, words in _OPENINGS if tone in heard), "Thank you for your message.")


def _notices(case: Case, verdict: Verdict) -> Iterator[str]:
    if case.evidence.came_by is Channel.SOCIAL:
        yield "We answer you here in private, so that your details stay between us."
    incident = open_incident(case)
    if incident is not None:
        yield "\n".join((incident.text, *_more_about_it(case, verdict)))


def _more_about_it(case: Case, verdict: Verdict) -> Iterator[str]:
    """The link under the notice, unless the same one stands below."""
    notice = notice_in(case)
    given = verdict.action is Action.SELF_SERVICE or is_article_wanted(case, verdict)
    if notice is None or (given and case.articles and case.articles[0].id == notice.article):
        return
    yield f"More about it: {_link(notice)}"


def _article(case: Case) -> Iterator[str]:
    yield f"This article may answer your question: {_link(case.articles[0])}"
    yield "If it does not, or if you would rather hear from one of us, just reply, and a person will answer you."


def _person(case: Case, verdict: Verdict, channel: Channel | None, queue: str, until: datetime | None) -> Iterator[str]:
    called = case.experience.queues[queue].called
    who = called[:1].upper() + called[1:]
    if channel is None or until is None:
        yield "We want to answer you in the way that suits you. Which way may we use? Your reply goes to a person."
        return
    if channel is Channel.PHONE and not case.evidence.has_phone:
        yield f"{who} would like to call you. On which number can we reach you? Please reply with it, and we will call."
    else:
        yield f"{who} {_ANSWERS[channel]} by {instant(until)}."
    if case.ideal.promised is not None and verdict.reason.code not in _NOT_OF_A_MOMENT:
        yield case.ideal.promised
    if case.articles and is_article_wanted(case, verdict):
        yield f"In the meantime this article may help: {_link(case.articles[0])}"


def is_article_wanted(case: Case, verdict: Verdict) -> bool:
    """Whether the customer wants an article as well: said, on file, or for one of two matters; never if one failed."""
    if case.evidence.readability is not Readability.READABLE or verdict.reason.code is ReasonCode.ALREADY_FAILED:
        return False
    if WishChannel.SELF_SERVICE in case.will.refused:
        return False
    return WishChannel.SELF_SERVICE in case.will.wanted or verdict.reason.code is ReasonCode.TWO_MATTERS


def _link(article: Candidate | Notice) -> str:
    return f"“{article.title}” ({article.url})" if article.url else f"“{article.title}” in our help centre"
