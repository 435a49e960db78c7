"""What to do about a ticket: an article or a person, by which way, whose, until when, and why.

Pure: the same evidence, experience file and promise give the same bytes. Whatever is known of the past and of the
time of day comes in with the evidence.
"""

from __future__ import annotations

from collections.abc import Iterator

from advisor.decision.case import Case
from advisor.decision.channels import is_closed, respond_by
from advisor.decision.company import open_incident
from advisor.decision.experience import Experience
from advisor.decision.notices import with_notice
from advisor.decision.outline import Outline, outline_of
from advisor.decision.queues import account_remarks, notified
from advisor.decision.reply import draft_reply, is_article_wanted
from advisor.decision.rules import Verdict
from advisor.decision.wording import WAY, WISH, instant, refusal_sentence, words_of
from advisor.types import (
    Action,
    Candidate,
    Channel,
    Evidence,
    OfferedArticle,
    Promise,
    Reason,
    ReasonCode,
    Recommendation,
    WishChannel,
)

MOST_ARTICLES = 3


def decide(evidence: Evidence, experience: Experience, promise: Promise) -> Recommendation:
    """The advice for one ticket, by the rules in their order; `id` and `revision` are left to the records."""
    case = Case.of(evidence, experience, promise)
    outline = outline_of(case)
    verdict, channel, queue = outline.verdict, outline.channel, outline.queue
    until = respond_by(case, verdict, channel)
    return Recommendation(
        at=evidence.at,
        ticket_id=evidence.ticket_id,
        source=evidence.source,
        action=verdict.action,
        channel=channel,
        queue=queue,
        notify=notified(case),
        respond_by=until,
        p_resolve=case.p_resolve,
        needed=verdict.needed,
        promise=promise.state,
        articles=offered(case, verdict),
        topic=evidence.topic,
        moment=evidence.moment,
        tones=evidence.tones,
        severity=evidence.severity,
        signals=evidence.signals,
        wishes=case.will.in_force,
        language=evidence.language,
        reasons=(
            verdict.reason,
            *verdict.remarks,
            *_remarks(case, outline),
            *account_remarks(case, queue),
        ),
        unmet=outline.unmet,
        reply=draft_reply(case, verdict, channel=channel, queue=queue, until=until),
        experience=experience.fingerprint,
        promise_id=promise.fingerprint,
        models=evidence.models,
        knowledge=evidence.knowledge,
    )


def offered(case: Case, verdict: Verdict) -> tuple[OfferedArticle, ...]:
    """The articles that go with the advice: those that are listed, and the one under an open incident's notice."""
    return with_notice(case, tuple(map(_offered, _listed(case, verdict))))


def _listed(case: Case, verdict: Verdict) -> tuple[Candidate, ...]:
    """The best ones: for the customer as they come, for the agent those that may help or that the customer wanted."""
    if verdict.action is Action.SELF_SERVICE or is_article_wanted(case, verdict):
        return case.articles[:MOST_ARTICLES]
    bar = case.experience.self_service.help_from
    return tuple(article for article in case.articles if article.score >= bar)[:MOST_ARTICLES]


def _offered(candidate: Candidate) -> OfferedArticle:
    return OfferedArticle(
        id=candidate.id,
        title=candidate.title,
        url=candidate.url,
        score=candidate.score,
        passage=candidate.passage,
    )


def _remarks(case: Case, outline: Outline) -> Iterator[Reason]:
    """What did not decide but explains the advice, in the order of ReasonCode."""
    verdict, channel = outline.verdict, outline.channel
    for wish in case.will.refusals:
        if verdict.reason.code is not ReasonCode.REFUSES or wish.channel is not WishChannel.SELF_SERVICE:
            yield Reason(ReasonCode.REFUSES, refusal_sentence(wish), words_of(wish))
    if channel is Channel.PHONE and not case.evidence.has_phone:
        yield Reason(ReasonCode.NO_PHONE_NUMBER, "No phone number is known: the reply asks for it.")
    for way in case.will.ways:
        if way.channel in outline.unmet and Channel(way.channel) not in case.offered:
            text = f"We do not offer {WISH[way.channel]} to this customer: the wish stays unmet."
            yield Reason(ReasonCode.CHANNEL_NOT_OFFERED, text, words_of(way))
    if case.evidence.came_by is Channel.SOCIAL:
        yield Reason(ReasonCode.ANSWERED_IN_PRIVATE, "The ticket came in public: it is answered in private.")
    yield from _closed(case, verdict, channel)
    incident = open_incident(case)
    if incident is not None:
        yield Reason(ReasonCode.INCIDENT, f"Open incident {incident.id}: the reply carries its notice.")


def _closed(case: Case, verdict: Verdict, channel: Channel | None) -> Iterator[Reason]:
    until = respond_by(case, verdict, channel)
    if channel is not None and until is not None and is_closed(case, channel):
        text = f"Nobody answers by {WAY[channel]} at this hour: the answer is due by {instant(until)}."
        yield Reason(ReasonCode.OUT_OF_HOURS, text)
