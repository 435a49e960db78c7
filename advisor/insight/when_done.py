"""The advice that was in force when a ticket was handled: words that came later bind nobody before them.

A ticket is advised again when the customer writes again. The newest advice then holds wishes that nobody could know
when the answer was given. What is judged is the newest advice that is not later than the answer and, where an article
was given, not one that already knows that it failed. Where every revision has the time of the ticket, as a helpdesk
gives it, only the second half of this rule helps.
"""

from __future__ import annotations

from advisor.records import Past, Records
from advisor.records.sent import Sent, advices
from advisor.types import Action, Evidence


def when_done(records: Records, past: Past) -> Sent:
    """What was known and advised when the ticket was answered; the newest where nothing is known of that."""
    newest = Sent(past.evidence(), past.recommendation())
    if past.revision == 1 or past.handled is None:
        return newest
    all_given = advices(records.file, past.source, past.ticket_id)
    done = past.handled.at
    in_time = [one for one in all_given if done is None or one.evidence.at <= done] or all_given[:1]
    if past.handled.action is Action.SELF_SERVICE:
        in_time = [one for one in in_time if not _has_failed(one.evidence)] or in_time
    return in_time[-1] if in_time else newest


def has_grown(past: Past, judged: Sent) -> bool:
    """Whether the customer wrote on after the answer, so that the stored text is not what was answered."""
    return past.revision > 1 and judged.evidence != past.evidence()


def _has_failed(evidence: Evidence) -> bool:
    return any(failure.article is not None for failure in evidence.failures)
