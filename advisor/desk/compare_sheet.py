"""What a comparison says, arranged for a reader; compare_text.py and compare_page.py only set it out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from advisor.archive.compare import MADE_BY, Beside, Change, Comparison
from advisor.archive.compare_given import Given
from advisor.decision.whatif import Group, Way
from advisor.decision.wording import WAY, WISH
from advisor.desk.compliance_text import share_words
from advisor.desk.experience_sheet import Entry, Part, Table
from advisor.desk.show import ADVICE
from advisor.desk.whatif_text import way_words
from advisor.insight.intervals import Share
from advisor.types import Action, WishChannel

SHOWN_GROUPS = 20
SHOWN_MOVES = 30
SHOWN_MADE_BY = 5  # of each kind
MOVES = "From what to what"
MOMENTS = "By moment of truth"
DONE = "Beside what was really done"
DONE_MOVES = "From what was advised to what was done"
DONE_BY_MOMENT = "Agreeing, by moment of truth"
AGREEING = (
    "Agreeing is not being right: what was done is what people did then, not what served the customer. "
    "What became of tickets stands in advisor outcomes, and whether wishes were honoured in advisor compliance."
)
INTERVALS = "In brackets: 95 % intervals (Wilson). Tickets are matched by source and id; shares are of those in both."
CALLED = {"experience": "experience file", "promise_id": "promise", "models": "models", "knowledge": "knowledge base"}
GROUP_HEAD = ("", "tickets", "change", "share", "to article", "to person", "unmet before", "after")
KINDS = tuple((advised, done) for advised in Action for done in Action)
DONE_ROWS = (
    "known what was done",
    *(f"{ADVICE[advised]} advised, {ADVICE[done]} done" for advised, done in KINDS),
    "the two agree",
    "same channel, persons in both",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What the two sides are called, and what else is to be said of them."""

    old: str
    new: str
    repeated_old: int = 0  # rows that a later one of the same ticket replaces
    repeated_new: int = 0
    notes: tuple[str, ...] = ()


def comparison_sheet(found: Comparison, names: Names) -> tuple[Part, ...]:
    """All of a comparison; parts with nothing to say are left out."""
    parts = (
        _summary(found, names),
        Part(title="What differs in between", table=_made_by(found)),
        Part(title=MOVES, table=_moves(found)),
        _groups(MOMENTS, "moment", found.moments),
        _groups("By topic", "topic", found.topics),
        _groups("By kind of customer", "persona", found.personas),
        _reasons(found),
        Part(title="Wishes unmet", table=_unmet(found)),
        _done(DONE, {"before": found.done_old, "after": found.done_new}),
        Part(title=f"{DONE_MOVES}, after", table=_done_moves(found.done_new)),
        Part(title="The tickets that tell most", entries=tuple(map(_change, found.telling))),
        Part(title=f"Where {names.new} and what was done differ", entries=tuple(map(_apart, found.done_new.apart))),
        Part(title="How to read this", lines=(INTERVALS, *names.notes)),
    )
    return tuple(part for part in parts if part.lines or part.entries or (part.table and part.table.rows))


def beside_sheet(found: Beside, names: Names) -> tuple[Part, ...]:
    """One result beside what was done."""
    facts = (("Advices", f"{found.tickets:,}"), ("Known what was done", known_words(found)))
    moments = tuple(
        (moment.replace("_", " "), share_words(Share.of_counts(agreeing, known)))
        for moment, (known, agreeing) in sorted(found.moments.items(), key=lambda one: (-one[1][0], one[0]))
    )
    parts = (
        Part(title="In all", entries=(Entry("", "", (*facts, *_repeated(names.new, names.repeated_new))),)),
        _done(DONE, {"tickets": found}),
        Part(title=DONE_BY_MOMENT, table=Table(("moment", "agreeing"), moments)),
        Part(title=DONE_MOVES, table=_done_moves(found)),
        Part(title="Where the advice and what was done differ", entries=tuple(map(_apart, found.apart))),
    )
    return tuple(part for part in parts if part.lines or part.entries or (part.table and part.table.rows))


def known_words(found: Beside) -> str:
    """`30 of 37 (81.1 %, 65.8 to 90.5)`: tickets of which it is known what was done."""
    return share_words(Share.of_counts(found.known, found.tickets))


def done_words(done: Way) -> str:
    """`person by phone`, or `person` where the way is not known."""
    return ADVICE[done.action] + (f" by {WAY[done.channel]}" if done.channel is not None else "")


def by_size(groups: Mapping[str, Group]) -> list[tuple[str, Group]]:
    """Those in which most advices changed first."""
    return sorted(groups.items(), key=lambda one: (-one[1].changed, -one[1].tickets, one[0]))


def moves_by_size(found: Comparison) -> list[tuple[Way, Way, int]]:
    """From what to what, how many: those that changed first, the most of them first."""
    moves = [(before, after, count) for (before, after), count in found.ways.items()]
    return sorted(moves, key=lambda one: (one[0] == one[1], -one[2], way_words(one[0]), way_words(one[1])))


def _summary(found: Comparison, names: Names) -> Part:
    of, channel_only = found.all.tickets, found.all.changed - found.all.to_article - found.all.to_person
    facts = (
        ("Tickets in both", f"{of:,}"),
        (f"Only in {names.old}", f"{found.only_old:,}"),
        (f"Only in {names.new}", f"{found.only_new:,}"),
        *_repeated(names.old, names.repeated_old),
        *_repeated(names.new, names.repeated_new),
        ("Advices that change", share_words(Share.of_counts(found.all.changed, of))),
        ("To an article", share_words(Share.of_counts(found.all.to_article, of))),
        ("To a person", share_words(Share.of_counts(found.all.to_person, of))),
        ("Another channel only", share_words(Share.of_counts(channel_only, of))),
        ("Another queue only", f"{share_words(Share.of_counts(found.queue_only, of))}; not counted as changed"),
        ("A wish unmet before", share_words(Share.of_counts(found.all.unmet_before, of))),
        ("A wish unmet after", share_words(Share.of_counts(found.all.unmet_after, of))),
    )
    return Part(title="In all", entries=(Entry("", "", facts),))


def _repeated(name: str, rows: int) -> tuple[tuple[str, str], ...]:
    return ((f"Repeated in {name}", f"{rows:,} rows; of a ticket the last one counts"),) if rows else ()


def _made_by(found: Comparison) -> Table:
    rows = [row for name in MADE_BY for row in _fingerprints(name, found)]
    return Table(("", "before", "after", "tickets"), tuple(rows), frozenset({3}))


def _fingerprints(name: str, found: Comparison) -> Iterator[tuple[str, str, str, str]]:
    every = sorted(found.made_by[name].items(), key=lambda one: (-one[1], one[0]))
    for (before, after), count in every[:SHOWN_MADE_BY]:
        yield CALLED[name], before, "the same" if before == after else after, f"{count:,}"
    if rest := every[SHOWN_MADE_BY:]:
        yield CALLED[name], f"{len(rest):,} others", "", f"{sum(count for _, count in rest):,}"


def _moves(found: Comparison) -> Table:
    rows = [
        (way_words(before), "the same" if before == after else way_words(after), count)
        for before, after, count in moves_by_size(found)
    ]
    return _move_table(("before", "after", "tickets"), rows)


def _move_table(head: tuple[str, ...], moves: Sequence[tuple[str, str, int]]) -> Table:
    rows = [(before, after, f"{count:,}") for before, after, count in moves[:SHOWN_MOVES]]
    if rest := moves[SHOWN_MOVES:]:
        rows.append((f"{len(rest):,} others", "", f"{sum(count for _, _, count in rest):,}"))
    return Table(head, tuple(rows), frozenset({2}))


def _groups(title: str, called: str, groups: Mapping[str, Group]) -> Part:
    every = by_size(groups)
    rows = [(name.replace("_", " "), *_figures(group)) for name, group in every[:SHOWN_GROUPS]]
    if rest := [group for _, group in every[SHOWN_GROUPS:]]:
        rows.append((f"{len(rest):,} others", *_figures(_whole(rest))))
    return Part(title=title, table=Table((called, *GROUP_HEAD[1:]), tuple(rows), frozenset(range(1, len(GROUP_HEAD)))))


def _whole(groups: Iterable[Group]) -> Group:
    whole = Group()
    for group in groups:
        whole.merge(group)
    return whole


def _figures(one: Group) -> tuple[str, ...]:
    counts = (one.to_article, one.to_person, one.unmet_before, one.unmet_after)
    return f"{one.tickets:,}", f"{one.changed:,}", _percent(one.changed, one.tickets), *(f"{n:,}" for n in counts)


def _percent(count: int, of: int) -> str:
    """`81.1 % (65.8 to 90.5)`; empty where it is of nothing."""
    found = Share.of_counts(count, of)
    return "" if found.share is None else f"{100 * found.share:.1f} % ({100 * found.low:.1f} to {100 * found.high:.1f})"


def _reasons(found: Comparison) -> Part:
    every = sorted(found.reasons.items(), key=lambda one: (-one[1].changed, -one[1].tickets, one[0]))
    rows = [(*_reason_words(key), *_counts(group)) for key, group in every[:SHOWN_GROUPS]]
    if rest := [group for _, group in every[SHOWN_GROUPS:]]:
        rows.append((f"{len(rest):,} others", "", *_counts(_whole(rest))))
    head = ("before", "after", "tickets", "advice changes", "share")
    return Part(title="By deciding reason", table=Table(head, tuple(rows), frozenset({2, 3, 4})))


def _reason_words(key: tuple[str, str]) -> tuple[str, str]:
    before, after = (code.replace("_", " ") for code in key)
    return before, "the same" if before == after else after


def _counts(one: Group) -> tuple[str, str, str]:
    return f"{one.tickets:,}", f"{one.changed:,}", _percent(one.changed, one.tickets)


def _unmet(found: Comparison) -> Table:
    rows = (
        (WISH[wish], f"{found.unmet_before[wish]:,}", f"{found.unmet_after[wish]:,}")
        for wish in WishChannel
        if found.unmet_before[wish] or found.unmet_after[wish]
    )
    return Table(("wish", "before", "after"), tuple(rows), frozenset({1, 2}))


def _done(title: str, sides: Mapping[str, Beside]) -> Part:
    """The table of what was advised and what was done, two columns a side."""
    if not any(one.known for one in sides.values()):
        return Part(title=title, lines=("Nothing says what was really done.",))
    columns = [column for one in sides.values() for column in zip(*_done_shares(one), strict=True)]
    head = ("", *(cell for side in sides for cell in (side, "share")))
    rows = tuple(zip(DONE_ROWS, *columns, strict=True))
    return Part(title=title, lines=(AGREEING,), table=Table(head, rows, frozenset(range(1, len(head)))))


def _done_shares(one: Beside) -> Iterator[tuple[str, str]]:
    """Of each of DONE_ROWS the count and the share."""
    yield f"{one.known:,}", _percent(one.known, one.tickets)
    for count in (*(one.of_kind(advised, done) for advised, done in KINDS), one.agreeing):
        yield f"{count:,}", _percent(count, one.known)
    same, of = one.same_channel
    yield f"{same:,} of {of:,}", _percent(same, of)


def _done_moves(found: Beside) -> Table:
    every = sorted(found.ways.items(), key=lambda one: (-one[1], way_words(one[0][0]), done_words(one[0][1])))
    rows = [(way_words(advised), done_words(done), count) for (advised, done), count in every]
    return _move_table(("advised", "done", "tickets"), rows)


def _change(one: Change) -> Entry:
    before, after = one.before, one.after
    wishes = [f"{WISH[wish]} met" for wish in one.met] + [f"{WISH[wish]} unmet" for wish in one.unmet]
    about = "; ".join((f"{way_words(before.way)} → {way_words(after.way)}", _matter(after), *wishes))
    done = (("Done", done_words(after.done)),) if after.done is not None else ()
    return Entry(_named(after), about, (("Before", _because(before)), ("After", _because(after)), *done))


def _apart(one: Given) -> Entry:
    done = done_words(one.done) if one.done is not None else "not known"
    about = f"advised {way_words(one.way)}, done {done}; {_matter(one)}"
    return Entry(_named(one), about, (("Because", _because(one)), *_wishes(one)))


def _named(one: Given) -> str:
    return f"{one.ticket_id} ({one.source})"


def _matter(one: Given) -> str:
    moment = one.moment.replace("_", " ")
    return f"{moment}, {one.topic}" if one.topic else moment


def _because(one: Given) -> str:
    """The sentence, its code, and the figure where the sentence does not tell it."""
    figure = f"{one.p_resolve:.2f}"
    return f"{one.why} [{one.reason}{'' if figure in one.why else f'; article fit {figure}'}]"


def _wishes(one: Given) -> tuple[tuple[str, str], ...]:
    """`wants a call, refuses an article`; empty where nothing is in force."""
    parts = (wish.partition(":") for wish in one.wishes)
    words = ", ".join(f"{stance} {WISH[WishChannel(channel)]}" for channel, _, stance in parts)
    return (("Wishes", words),) if words else ()
