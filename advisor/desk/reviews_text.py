"""What agents say of the advices, as a person reads it in a terminal, and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import tzinfo

from advisor.decision.wording import instant
from advisor.desk.show import WIDTH, says
from advisor.records.reviews import OverrideReason, Review, ReviewCounts

REASONS = {
    OverrideReason.WRONG_TOPIC: "wrong topic",
    OverrideReason.ARTICLE_DOES_NOT_ANSWER: "article does not answer",
    OverrideReason.CUSTOMER_WANTS_PERSON: "customer wants a person",
    OverrideReason.CUSTOMER_WANTS_ARTICLE: "customer wants an article",
    OverrideReason.WRONG_MOMENT: "wrong moment",
    OverrideReason.TONE_MISREAD: "tone misread",
    OverrideReason.OTHER: "other",
}
NOTHING = "no agent has accepted or overridden an advice in this time: they do so on a ticket's page"


def reviews_text(counts: ReviewCounts, newest: Sequence[Review], zone: tzinfo) -> str:
    """Counts by reason and by rule, then the newest overrides."""
    said = counts.accepted + counts.overridden
    if not said:
        return NOTHING
    lines = [f"{said:,} advices reviewed: {counts.accepted:,} accepted, {counts.overridden:,} overridden"]
    lines += ["", "Overridden because", *(f"  {REASONS[reason]:28}{many:>8,}" for reason, many in counts.reasons)]
    lines += ["", f"By deciding reason{'':12}accepted  overridden"]
    lines += [f"  {one.rule:28}{one.accepted:>8,}{one.overridden:>12,}" for one in counts.rules]
    if newest:
        lines += ["", "Newest overrides", *_overrides(newest, zone)]
    return "\n".join(lines)


def _overrides(newest: Sequence[Review], zone: tzinfo) -> Iterator[str]:
    for one in newest:
        reason = REASONS[one.reason] if one.reason is not None else "no reason"
        instead = f", {one.action} instead" if one.action is not None else ""
        note = f": {one.note}" if one.note else ""
        said = f"{one.ticket_id} of {one.source}, {instant(one.at.astimezone(zone))}, by {one.by}"
        yield "  " + says(said, most=WIDTH)
        yield "    " + says(f"{reason}{instead}{note}", most=WIDTH)


def reviews_json(counts: ReviewCounts, newest: Sequence[Review]) -> dict[str, object]:
    """The same as plain values."""
    return {
        "accepted": counts.accepted,
        "overridden": counts.overridden,
        "reasons": {reason.value: many for reason, many in counts.reasons},
        "rules": [{"reason": one.rule, "accepted": one.accepted, "overridden": one.overridden} for one in counts.rules],
        "newest": list(newest),
    }
