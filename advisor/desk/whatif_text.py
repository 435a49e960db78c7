"""What another experience file would have advised, as tables and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict

from advisor.decision.whatif import Group, Interval, Sums, Tally, Telling, Way, share, total
from advisor.decision.wording import WAY, WISH
from advisor.desk.show import ADVICE, says

SHOWN_MOVES = 20
SUBJECT = 48  # characters


def whatif_text(tally: Tally, *, name: str, currency: str) -> str:
    """The whole comparison, for the terminal."""
    changed = share(tally.all.changed, tally.all.tickets)
    lines = [
        f"{name} on {tally.all.tickets:,} recorded tickets",
        f"  Advices that change      {tally.all.changed:,} ({_percent(changed)})",
        f"  To an article            {tally.all.to_article:,}",
        f"  To a person              {tally.all.to_person:,}",
        f"  Another queue only       {tally.queue_only:,}",
        f"  Refusals overridden      {tally.overridden:,}",
        f"  A wish unmet             {_unmet(tally.all)}",
        *_sums("People's hours", tally.hours, tally.all.tickets, ""),
        *_sums("Cost, by that file", tally.cost, tally.all.tickets, f" {currency}"),
    ]
    for head, part in (
        ("From what to what", _moves(tally)),
        ("By moment", _groups(tally.moments)),
        ("By kind of customer", _groups(tally.personas)),
        ("The tickets that tell most", _telling(tally.telling)),
    ):
        shown = list(part)
        lines += ["", head, *shown] if shown else []
    return "\n".join([*lines, "", *NOTES])


NOTES = (
    "In brackets: 95 % intervals. Stored evidence was decided again; nothing was read again and nothing is stored.",
    "Both advices are valued by the new file; an article costs by how unlikely it is to help.",
)


def whatif_json(tally: Tally, *, name: str, fingerprint: str, currency: str) -> dict[str, object]:
    """The whole comparison, for programs."""
    tickets = tally.all.tickets
    return {
        "file": name,
        "experience": fingerprint,
        "currency": currency,
        "tickets": tickets,
        "changed": tally.all.changed,
        "changed_share": share(tally.all.changed, tickets),
        "to_article": tally.all.to_article,
        "to_person": tally.all.to_person,
        "queue_only": tally.queue_only,
        "refusals_overridden": tally.overridden,
        "unmet": {
            "before": share(tally.all.unmet_before, tickets),
            "after": share(tally.all.unmet_after, tickets),
        },
        "hours": _sums_json(tally.hours, tickets),
        "cost": _sums_json(tally.cost, tickets),
        "moves": [{"before": before, "after": after, "tickets": count} for (before, after), count in _by_size(tally)],
        "moments": {moment: asdict(group) for moment, group in _sorted(tally.moments)},
        "personas": {persona: asdict(group) for persona, group in _sorted(tally.personas)},
        "telling": tally.telling,
    }


def _sums(name: str, sums: Sums, tickets: int, unit: str) -> Iterator[str]:
    before = total(sums.before, sums.squares_before, tickets)
    after = total(sums.after, sums.squares_after, tickets)
    change = total(sums.after - sums.before, sums.squares_change, tickets)
    yield f"  {name:<25}{_amount(before)}{unit} before, {_amount(after)}{unit} after"
    sign = "+" if change.value > 0 else ""
    yield f"  {'  change':<25}{sign}{_amount(change)}{unit}"


def _sums_json(sums: Sums, tickets: int) -> dict[str, Interval]:
    return {
        "before": total(sums.before, sums.squares_before, tickets),
        "after": total(sums.after, sums.squares_after, tickets),
        "change": total(sums.after - sums.before, sums.squares_change, tickets),
    }


def _amount(one: Interval) -> str:
    return f"{one.value:,.1f} ({one.low:,.1f} to {one.high:,.1f})"


def _percent(one: Interval) -> str:
    return f"{100 * one.value:.1f} %, {100 * one.low:.1f} to {100 * one.high:.1f}"


def _unmet(group: Group) -> str:
    return f"{group.unmet_before:,} before, {group.unmet_after:,} after"


def _by_size(tally: Tally) -> list[tuple[tuple[Way, Way], int]]:
    return sorted(tally.moves.items(), key=lambda move: (-move[1], way_words(move[0][0]), way_words(move[0][1])))


def _moves(tally: Tally) -> Iterator[str]:
    moves = _by_size(tally)
    for (before, after), count in moves[:SHOWN_MOVES]:
        yield f"  {count:>9,}  {way_words(before):<28} → {way_words(after)}"
    if len(moves) > SHOWN_MOVES:
        yield f"  {sum(count for _, count in moves[SHOWN_MOVES:]):>9,}  {len(moves) - SHOWN_MOVES} others"


def _groups(groups: Mapping[str, Group]) -> Iterator[str]:
    yield f"  {'':<20}{'tickets':>10}{'change':>10}{'to article':>12}{'to person':>12}{'unmet before':>14}{'after':>8}"
    for name, one in _sorted(groups):
        yield (
            f"  {says(name.replace('_', ' '), most=19):<20}{one.tickets:>10,}{one.changed:>10,}{one.to_article:>12,}"
            f"{one.to_person:>12,}{one.unmet_before:>14,}{one.unmet_after:>8,}"
        )


def _sorted(groups: Mapping[str, Group]) -> list[tuple[str, Group]]:
    return sorted(groups.items(), key=lambda one: (-one[1].tickets, one[0]))


def _telling(telling: list[Telling]) -> Iterator[str]:
    for one in telling:
        subject = says(one.subject or "(no subject)", most=SUBJECT)
        wishes = [f"{WISH[wish]} met" for wish in one.met] + [f"{WISH[wish]} unmet" for wish in one.unmet]
        cost = f"cost {one.cost_before:.2f} → {one.cost_after:.2f}"
        yield f"  {one.ticket_id}  {subject}"
        yield f"      {way_words(one.before)} → {way_words(one.after)}; {'; '.join([*wishes, cost])}"
        yield f"      {says(one.why, most=94)}"


def way_words(way: Way) -> str:
    """`person by phone`."""
    return ADVICE[way.action] + (f" by {WAY[way.channel]}" if way.channel is not None else ", no way left")
