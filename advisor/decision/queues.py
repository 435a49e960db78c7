"""Whose ticket it is, and who else is told."""

from __future__ import annotations

from advisor.decision.case import Case
from advisor.decision.company import has_signal, is_about_renewal, renews_within
from advisor.decision.rules import Verdict
from advisor.types import Readability, Reason, ReasonCode, SignalKind

_OTHER_SIGNALS = (SignalKind.VULNERABLE, SignalKind.OUTAGE, SignalKind.CANCELLATION, SignalKind.ACCESSIBILITY)


def queue_for(case: Case, verdict: Verdict) -> str:
    """Safety's; the lead's where no channel is left; the managers'; of the unread the one that speaks it, or the desk.

    Then a signal's, the plan's, a specialist's, the moment's.
    """
    experience = case.experience
    if verdict.signal is not None:
        return experience.signals[verdict.signal.kind].queue
    if verdict.reason.code is ReasonCode.NO_CHANNEL_LEFT:
        return experience.lead
    if managers_business(case) is not None:
        return experience.accounts.queue
    if case.evidence.readability is not Readability.READABLE:
        return _speaking(case) or experience.desk
    for kind in _OTHER_SIGNALS:
        if has_signal(case, kind):
            return experience.signals[kind].queue
    if case.plan is not None and case.plan.queue is not None:
        return case.plan.queue
    return _specialists(case) or case.ideal.queue


def _speaking(case: Case) -> str | None:
    """The queue that speaks the language for which a ticket was not read."""
    if case.evidence.readability is not Readability.UNKNOWN_LANGUAGE:
        return None
    queues = case.experience.queues.values()
    return next((queue.name for queue in queues if case.evidence.language in queue.languages), None)


def _specialists(case: Case) -> str | None:
    topic = case.evidence.topic
    if not topic.known or topic.label is None:
        return None
    label = topic.label.casefold()
    return next((queue.name for queue in case.experience.queues.values() if label in queue.topics), None)


def managers_business(case: Case) -> str | None:
    """Why the managers' queue answers, in words; None = it does not."""
    rules, evidence = case.experience.accounts, case.evidence
    if has_signal(case, SignalKind.CANCELLATION):
        return "The customer may cancel"
    if is_about_renewal(case):
        return "This is about the renewal"
    if renews_within(case, rules.renewal_within_days):
        return f"The account renews on {evidence.account.renews_on}"
    if len(set(evidence.failures)) >= rules.contradictions:
        return f"Self-service has failed {len(set(evidence.failures))} times on this matter"
    return None


def notified(case: Case) -> tuple[str, ...]:
    """The customer success manager of an account over the licence limit; where it has none, their queue."""
    licences = case.evidence.account.licences
    if licences is None or licences <= case.experience.accounts.licences_over:
        return ()
    return (case.evidence.account.manager or case.experience.accounts.queue,)


def account_remarks(case: Case, queue: str) -> tuple[Reason, ...]:
    """What the account has changed, in words."""
    remarks = []
    business = managers_business(case)
    if business is not None and queue == case.experience.accounts.queue:
        remarks.append(Reason(ReasonCode.ACCOUNT, f"{business}: {case.experience.queues[queue].called} answers."))
    told = notified(case)
    if told:
        licences, limit = case.evidence.account.licences, case.experience.accounts.licences_over
        text = f"The account has {licences} licences, more than {limit}: {told[0]} is told."
        remarks.append(Reason(ReasonCode.ACCOUNT, text))
    return tuple(remarks)
