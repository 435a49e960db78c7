"""Compliance for the terminal and for programs: every share with numerator, denominator, interval, and the unknown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import tzinfo

from advisor.decision.experience import Experience
from advisor.decision.ideals import Ideal
from advisor.decision.wording import WAY, WISH
from advisor.desk.outcome_text import done_words
from advisor.desk.show import says
from advisor.insight.compliance import Breach, By, Compliance, Group
from advisor.insight.correction import Corrected, Estimate
from advisor.insight.ideal import Gap, Part
from advisor.insight.intervals import Share
from advisor.types import Moment

SHOWN_BREACHES = 20
SHOWN_GROUPS = 40
CALLED = {
    By.MOMENT: "By moment of truth",
    By.PERSONA: "By persona, which states nothing itself",
    By.CHANNEL: "By the channel by which the ticket came",
    By.ACCOUNT: "By account",
    By.MONTH: "By month",
}
PARTS = {
    "all": "as the file says",
    "channel": "channel",
    "in_time": "in time",
    "person": "person",
}
NOTES = (
    "Counted on what was done, by wishes stated in the ticket or on file; a persona or a suggestion states nothing.",
    "Shares are of tickets of which it is known what was done; the unknown change no share. Intervals: 95 %.",
)
UNLABELLED = "Wishes that the reader misses flatter these figures; how many is not known: advisor audit sample 100"


def compliance_text(found: Compliance, experience: Experience) -> str:
    """All of it, for the terminal; of the breaches the newest."""
    parts = (
        _summary(found),
        _groups(found),
        _causes(found),
        _breaches(found, experience.zone),
        _gaps(found, experience),
    )
    lines = [line for part in map(list, parts) if part for line in (*part, "")]
    return "\n".join([*lines, *correction_lines(found.corrected), "", *NOTES])


def compliance_json(found: Compliance, experience: Experience) -> dict[str, object]:
    """All of it, for programs; every breach."""
    return {
        "tickets": found.tickets,
        "stated": found.all.tickets,
        "all": group_json(found.all),
        "by": found.by,
        "groups": {name: group_json(group) for name, group in ordered(found)},
        "causes": dict(found.causes.most_common()),
        "breaches": [asdict(one) for one in newest_first(found)],
        "ideal": {
            moment: {"ideal": ideal_words(experience.moments[Moment(moment)]), "tickets": gap.tickets}
            | {name: part_of(gap, name).share for name in PARTS}
            for moment, gap in gaps(found)
        },
        "audit": found.corrected,
    }


def group_json(group: Group) -> dict[str, object]:
    """One group, for programs."""
    return {
        "honoured": group.share,
        "by_later_choice": group.by_later_choice,
        "breached": group.breached,
        "unknown": group.unknown,
    }


def ordered(found: Compliance) -> list[tuple[str, Group]]:
    """The groups, the largest first; months in their order."""
    if found.by is By.MONTH:
        return sorted(found.groups.items())
    return sorted(found.groups.items(), key=lambda one: (-one[1].tickets, one[0]))


def gaps(found: Compliance) -> list[tuple[str, Gap]]:
    """The moments, the commonest first."""
    return sorted(found.gaps.items(), key=lambda one: (-one[1].tickets, one[0]))


def part_of(gap: Gap, name: str) -> Part:
    """One part of a gap, by its name in PARTS."""
    return {"all": gap.all, "channel": gap.channel, "in_time": gap.in_time, "person": gap.person}[name]


def newest_first(found: Compliance) -> list[Breach]:
    """The breaches."""
    return sorted(found.breaches, key=lambda one: (one.at, one.source, one.ticket_id), reverse=True)


def ideal_words(ideal: Ideal) -> str:
    """`as it came, within 4 h, a person`."""
    hours = ideal.respond_within.total_seconds() / 3600
    way = f"by {WAY[ideal.channel]}" if ideal.channel is not None else "as it came"
    return f"{way}, within {hours:g} h" + (", a person" if ideal.never_deflect else "")


def missed_words(breach: Breach) -> str:
    """`refused a call; wanted an e-mail`."""
    refused = [f"refused {WISH[wish]}" for wish in breach.refused]
    return "; ".join([*refused, *(f"wanted {WISH[wish]}" for wish in breach.unmet)]) or "left no way at all"


def cause_words(breach: Breach) -> str:
    """`no person free, as told`."""
    return breach.cause.replace("_", " ") + (", as told" if breach.told else "")


def said_words(breach: Breach) -> str:
    """The customer's words; where there are none, whence the wish is known."""
    return breach.quote or ("on file" if breach.quote is None else "chosen when asked")


def share_words(one: Share) -> str:
    """`30 of 37 (81.1 %, 65.8 to 90.5)`."""
    if one.share is None:
        return "0 of 0"
    return f"{one.count:,} of {one.of:,} ({100 * one.share:.1f} %, {100 * one.low:.1f} to {100 * one.high:.1f})"


def correction_lines(found: Corrected | None) -> list[str]:
    """What the blind labels say."""
    if found is None:
        return [UNLABELLED]
    labels = ", ".join(f"{count} where the reader {_heard(stratum)}" for stratum, count in found.labels.items())
    lines = [
        "Corrected for what the reader misses, by blind labels",
        f"  Labels                   {labels}; {found.wishes} wishes in them",
        f"  Wishes the reader hears  {_estimate(found.recall)}",
        f"  Honoured, corrected      {_estimate(found.share if found.recall is not None else None)}",
    ]
    if found.too_few:
        lines.append(f"  Too few to rely on       {'; '.join(found.too_few)}")
    return lines


def _heard(stratum: str) -> str:
    return "heard a wish" if stratum == "heard" else "heard none"


def _estimate(one: Estimate | None) -> str:
    if one is None:
        return "not known"
    return f"{100 * one.value:.1f} % ({100 * one.low:.1f} to {100 * one.high:.1f})"


def _summary(found: Compliance) -> Iterator[str]:
    yield "What was done against what customers wished"
    yield f"  Recorded tickets         {found.tickets:,}"
    yield f"  With a stated wish       {found.all.tickets:,}"
    yield f"  Honoured                 {share_words(found.all.share)}"
    yield f"    by a later choice      {found.all.by_later_choice:,}, where the first was not to be had"
    yield f"  Breached                 {found.all.breached:,}"
    yield f"  Unknown                  {found.all.unknown:,}, not known well enough what was done"


def _groups(found: Compliance) -> Iterator[str]:
    groups = ordered(found)
    yield f"{CALLED[found.by]:<42}{'honoured':<36}{'later choice':>12}{'unknown':>9}"
    for name, group in groups[:SHOWN_GROUPS]:
        counts = f"{group.by_later_choice:>12,}{group.unknown:>9,}"
        yield f"  {says(name.replace('_', ' '), most=38):<40}{share_words(group.share):<36}{counts}"
    if len(groups) > SHOWN_GROUPS:
        yield f"  and {len(groups) - SHOWN_GROUPS:,} more: --json or --csv shows all"


def _causes(found: Compliance) -> Iterator[str]:
    yield "Breaches by cause"
    for cause, count in found.causes.most_common():
        yield f"  {cause.replace('_', ' '):<25}{count:,}"
    if not found.causes:
        yield "  none"


def _breaches(found: Compliance, zone: tzinfo) -> Iterator[str]:
    breaches = newest_first(found)
    if not breaches:
        return
    yield "Breaches, the newest first"
    for one in breaches[:SHOWN_BREACHES]:
        day = f"{one.at.astimezone(zone):%Y-%m-%d}"
        yield f"  {says(one.ticket_id, most=40)}  {day}  {missed_words(one)}: {cause_words(one)}"
        yield f"      done: {says(done_words(one.done, zone), most=110)}"
        if one.quote:
            yield f"      “{says(one.quote, most=110)}”"
    if len(breaches) > SHOWN_BREACHES:
        yield f"  and {len(breaches) - SHOWN_BREACHES:,} more: --json or --html shows them"


def _gaps(found: Compliance, experience: Experience) -> Iterator[str]:
    yield "The gap to the ideal experience, by moment of truth"
    for moment, gap in gaps(found):
        ideal = ideal_words(experience.moments[Moment(moment)])
        yield f"  {moment.replace('_', ' ')} ({gap.tickets:,} tickets): {ideal}"
        for name, called in PARTS.items():
            share = part_of(gap, name).share
            if share.of:
                yield f"      {called:<20} {share_words(share)}"
