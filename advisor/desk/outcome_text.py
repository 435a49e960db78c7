"""The honest ledger as a person reads it: every state with its denominator, and never one number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, tzinfo

from advisor.decision.wording import WAY, instant
from advisor.desk.show import ADVICE, named, says
from advisor.insight.balance import Balance
from advisor.insight.intervals import Share
from advisor.insight.ledger import Contact, Entry, State
from advisor.records import Stored
from advisor.types import Handled, Outcome

SHOWN_DOUBTFUL = 5
MEANING = {
    State.CONFIRMED: "somebody said that it helped",
    State.ASSUMED: "nothing was heard until the window had closed; silence is not success",
    State.CONTRADICTED: "came back, reopened, or said that it did not help",
    State.ABANDONED: "went away without an answer",
    State.HANDED_ON: "went on to a person after the article",
    State.OPEN: "nothing was heard so far, and the window is open",
}


def balance_text(found: Balance, *, days: int) -> str:
    """The counts, for the terminal."""
    head = f"What became of {found.answered:,} tickets that self-service answered ({found.matters:,} matters)"
    parts = (_states(found), _wished(found), _moments(found), _doubtful(found), _verdicts(found), _notes(days))
    return "\n".join([head, *(line for part in parts for line in part)])


def balance_json(found: Balance, *, days: int) -> dict[str, object]:
    """The counts, for programs."""
    return {
        "answered": found.answered,
        "matters": found.matters,
        "window_days": days,
        "states": {state: Share.of_counts(found.states[state], found.answered) for state in State},
        "by_wish": {state: Share.of_counts(found.by_wish[state], found.by_wish.total()) for state in State},
        "moments": {
            moment: {state: Share.of_counts(counts[state], counts.total()) for state in State}
            for moment, counts in sorted(found.moments.items())
        },
        "by_contact": [
            {"source": one.past.source, "ticket_id": one.past.ticket_id, "contacts": one.contacts}
            for one in found.by_contact
        ],
        "verdicts": dict(found.verdicts),
    }


def ticket_text(
    stored: Stored, told: Sequence[Outcome], entries: Sequence[Entry], *, now: datetime, zone: tzinfo
) -> str:
    """One ticket in the ledger: its state and why, what was done, what was told, other tickets on the matter."""
    entry = entry_of(stored, entries)
    state = entry.state if entry is not None else None
    lines = [says(f"{stored.ticket_id} of {stored.source}: {state_words(state, entry)}", most=100)]
    parts = [("Why", entry.how)] if entry is not None and state is not None else []
    parts.append(("Done", done_words(stored.handled, zone)))
    if entry is not None and state is not None:
        closed = "closed" if now >= entry.closes else "closes"
        parts.append(("Window", f"{closed} on {instant(entry.closes.astimezone(zone))}"))
    if entry is not None and entry.verdict is not None:
        parts.append(("Verdict", f"an agent says that the advised article {entry.verdict.replace('_', ' ')}"))
    parts += [("Contact", f"{contact_words(one)}: {one.likeness.why}") for one in (entry.contacts if entry else ())]
    parts += [("Matter", f"the same as {other}") for other in same_matter(entry, entries)]
    parts += [("Told", told_words(one, zone)) for one in told] or [("Told", "nothing")]
    return "\n".join([*lines, *(line for name, said in parts for line in named(name, said))])


def ticket_json(stored: Stored, told: Sequence[Outcome], entries: Sequence[Entry]) -> dict[str, object]:
    """The same, for programs."""
    entry = entry_of(stored, entries)
    return {
        "source": stored.source,
        "ticket_id": stored.ticket_id,
        "handled": stored.handled,
        "state": entry.state if entry is not None else None,
        "how": entry.how if entry is not None else None,
        "closes": entry.closes if entry is not None else None,
        "by_wish": entry.by_wish if entry is not None else None,
        "verdict": entry.verdict if entry is not None else None,
        "matter": entry.matter if entry is not None else None,
        "contacts": entry.contacts if entry is not None else (),
        "same_matter": same_matter(entry, entries),
        "told": list(told),
    }


def entry_of(stored: Stored, entries: Sequence[Entry]) -> Entry | None:
    """The ticket's own; None where it is not in the ledger."""
    return next((one for one in entries if one.past.ticket_id == stored.ticket_id), None)


def same_matter(entry: Entry | None, entries: Sequence[Entry]) -> list[str]:
    """Other tickets in the ledger on the same matter of this customer."""
    if entry is None:
        return []
    return [one.past.ticket_id for one in entries if one.matter == entry.matter and one is not entry]


def state_words(state: State | None, entry: Entry | None) -> str:
    """`contradicted`."""
    if state is not None:
        return state.replace("_", " ")
    return "answered by a person" if entry is not None else "not in the ledger: self-service did not answer it"


def done_words(handled: Handled | None, zone: tzinfo) -> str:
    """`article by e-mail, by Bo, Tuesday 3 March 2026, 10:00 (GMT)`."""
    if handled is None:
        return "not known"
    what = ADVICE[handled.action] if handled.action is not None else "not known who answered"
    parts = [f"{what} by {WAY[handled.channel]}" if handled.channel is not None else what]
    parts += [f"by {handled.by}"] if handled.by else []
    parts += [instant(handled.at.astimezone(zone))] if handled.at is not None else []
    parts += [handled.reason.replace("_", " ")] if handled.reason is not None else []
    return ", ".join(parts)


def contact_words(contact: Contact) -> str:
    """`week-035 (likeness 0.15)`."""
    return f"{contact.ticket_id} (likeness {contact.likeness.figure:.2f})"


def told_words(one: Outcome, zone: tzinfo) -> str:
    """One telling with all that was said."""
    parts = [one.kind.replace("_", " "), f"by {one.by}" if one.by else "", instant(one.at.astimezone(zone))]
    parts += [f"article {one.article}" if one.article else "", f"ticket {one.related}" if one.related else ""]
    note = f": {one.note}" if one.note else ""
    return ", ".join(part for part in parts if part) + note


def percent(one: Share) -> str:
    """`81.1 % (65.8 to 90.5)`; nothing of nothing."""
    if one.share is None:
        return "—"
    return f"{100 * one.share:.1f} % ({100 * one.low:.1f} to {100 * one.high:.1f})"


def _states(found: Balance) -> Iterator[str]:
    for state in State:
        one = Share.of_counts(found.states[state], found.answered)
        count = f"{one.count:,} of {one.of:,}"
        yield f"  {state.replace('_', ' '):<14}{count:>16}  {percent(one):<23}{MEANING[state]}"


def _wished(found: Balance) -> Iterator[str]:
    total = found.by_wish.total()
    if total:
        yield ""
        yield f"Of them {total:,} because the customer asked for an article: {_listed(found.by_wish.items())}"


def _moments(found: Balance) -> Iterator[str]:
    if not found.moments:
        return
    yield ""
    yield f"{'By moment':<20}{'tickets':>9}" + "".join(f"{state.replace('_', ' '):>14}" for state in State)
    for moment, counts in sorted(found.moments.items(), key=lambda one: (-one[1].total(), one[0])):
        cells = "".join(f"{counts[state]:>14,}" for state in State)
        yield f"  {says(moment.replace('_', ' '), most=18):<18}{counts.total():>9,}{cells}"


def _doubtful(found: Balance) -> Iterator[str]:
    """What is contradicted by a later contact alone, those first that look least like the same matter."""
    if not found.by_contact:
        return
    unlike = sorted(found.by_contact, key=lambda one: max(contact.likeness.figure for contact in one.contacts))
    yield ""
    yield f"{len(unlike):,} of the contradicted rest on a later contact alone; those least like the same matter:"
    for entry in unlike[:SHOWN_DOUBTFUL]:
        contacts = ", ".join(contact_words(contact) for contact in entry.contacts)
        yield f"  {says(f'{entry.past.ticket_id}: {contacts}', most=116)}"


def _verdicts(found: Balance) -> Iterator[str]:
    if found.verdicts:
        yield ""
        yield (
            f"Agents' verdicts on {found.verdicts.total():,} tickets that a person answered: the advised article "
            f"{_listed(found.verdicts.items())}"
        )


def _notes(days: int) -> Iterator[str]:
    yield ""
    yield f"In brackets: 95 % intervals. Any new contact of the customer within {days} days counts as contradicted,"
    yield "unless a person says otherwise: advisor outcomes add TICKET other_matter --related OTHER"


def _listed(counts: Iterable[tuple[str, int]]) -> str:
    """`confirmed 5, open 2`, the commonest first."""
    ordered = sorted(counts, key=lambda one: (-one[1], one[0]))
    return ", ".join(f"{name.replace('_', ' ')} {count:,}" for name, count in ordered if count)
