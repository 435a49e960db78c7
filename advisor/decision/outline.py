"""What decides, without the dressing: action, channel, queue, what stays unmet; enough to try a file on an archive."""

from __future__ import annotations

from dataclasses import dataclass, replace

from advisor.decision.case import Case
from advisor.decision.channels import answer_channel, unmet_wishes
from advisor.decision.experience import Experience
from advisor.decision.queues import queue_for
from advisor.decision.rules import Verdict, decided
from advisor.types import Action, Channel, Evidence, Promise, Reason, ReasonCode, WishChannel

_STANDS = frozenset(
    {
        ReasonCode.EMPTY,
        ReasonCode.UNREADABLE,
        ReasonCode.UNKNOWN_LANGUAGE,
        ReasonCode.SAFETY,
        ReasonCode.ALREADY_FAILED,
        ReasonCode.TWO_MATTERS,
    }
)
"""Rules 1 to 3 decide even where no channel is left: who must see the ticket matters more than how it is answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A decision as far as it decides."""

    rule: str  # the function of rules.py that gave the verdict; `reason` may say that no channel was left for it
    verdict: Verdict
    channel: Channel | None  # how the answer reaches the customer
    queue: str
    unmet: tuple[WishChannel, ...]  # wishes in force that this decision does not meet

    @property
    def action(self) -> Action:
        """An article or a person."""
        return self.verdict.action

    @property
    def reason(self) -> Reason:
        """The deciding one."""
        return self.verdict.reason

    @property
    def needed(self) -> float:
        """What p_resolve had to reach; 1 where the rule does not look at it."""
        return self.verdict.needed


def outline(evidence: Evidence, experience: Experience, promise: Promise) -> Outline:
    """What is decided about one ticket, by the rules in their order."""
    return outline_of(Case.of(evidence, experience, promise))


def outline_of(case: Case) -> Outline:
    """What is decided about a case."""
    rule, verdict = decided(case)
    channel = answer_channel(case, verdict)
    if channel is None:
        verdict = _without_channel(verdict)
    return Outline(
        rule=rule,
        verdict=verdict,
        channel=channel,
        queue=queue_for(case, verdict),
        unmet=unmet_wishes(case, verdict.action, channel),
    )


def _without_channel(verdict: Verdict) -> Verdict:
    """The same verdict, with the reason that nobody can be reached; it decides unless one of rules 1 to 3 does."""
    if verdict.reason.code is ReasonCode.NO_CHANNEL_LEFT:
        return verdict
    nobody = Reason(ReasonCode.NO_CHANNEL_LEFT, "The customer's refusals leave no way by which a person may answer.")
    if verdict.reason.code in _STANDS:
        return replace(verdict, remarks=(nobody, *verdict.remarks))
    return replace(verdict, reason=nobody, remarks=(verdict.reason, *verdict.remarks))
