"""Evidence becomes a row of a result: decided again, without the dressing that only a live ticket needs."""

from __future__ import annotations

from advisor.archive.result import Row
from advisor.decision.case import Case
from advisor.decision.channels import respond_by
from advisor.decision.decide import offered
from advisor.decision.experience import Experience
from advisor.decision.outline import outline_of
from advisor.types import Evidence, Handled, Promise


def row_of(number: int, evidence: Evidence, handled: Handled | None, experience: Experience, promise: Promise) -> Row:
    """What would be advised, with what was really done beside it."""
    case = Case.of(evidence, experience, promise)
    outline = outline_of(case)
    verdict = outline.verdict
    done = handled or NOTHING
    return Row(
        row=number,
        source=evidence.source,
        ticket_id=evidence.ticket_id,
        created_at=evidence.at,
        language=evidence.language,
        came_by=evidence.came_by,
        persona=evidence.persona,
        action=verdict.action,
        channel=outline.channel,
        queue=outline.queue,
        respond_by=respond_by(case, verdict, outline.channel),
        reason=verdict.reason.code,
        rule=outline.rule,
        why=verdict.reason.text,
        p_resolve=case.p_resolve,
        needed=round(verdict.needed, 4),
        articles=tuple(article.id for article in offered(case, verdict)),
        candidate=case.articles[0].id if case.articles else None,
        topic=evidence.topic.label,
        topic_known=evidence.topic.known,
        moment=evidence.moment.label,
        moment_probability=evidence.moment.probability,
        tone=evidence.tones[0].label if evidence.tones else None,
        severity=evidence.severity,
        signals=tuple(signal.kind for signal in evidence.signals),
        wishes=tuple(f"{wish.channel}:{wish.stance}" for wish in case.will.in_force),
        unmet=tuple(outline.unmet),
        handled_action=done.action,
        handled_channel=done.channel,
        experience=experience.fingerprint,
        promise_id=promise.fingerprint,
        models=evidence.models,
        knowledge=evidence.knowledge,
    )


NOTHING = Handled()
