"""Tickets drawn to be labelled blind, and the labels: the wishes that a person finds in the text.

Half of a draw is of tickets in which the reader heard a wish, half of the others, where its misses are. Where one half
has too few tickets, the other takes the rest. The stratum is not shown to who labels.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from random import Random

from advisor.decision.case import Case
from advisor.errors import AdvisorError
from advisor.insight.correction import HEARD, NOT_HEARD, STRATA, Drawn
from advisor.insight.honour import Honour, is_stated, judged
from advisor.insight.when_done import has_grown, when_done
from advisor.records import Audit, Records
from advisor.types import Evidence, Handled, Stance, Whose, Wish, WishChannel, WishSource

KEYS = {
    "a": WishChannel.SELF_SERVICE,
    "e": WishChannel.EMAIL,
    "c": WishChannel.CHAT,
    "t": WishChannel.PHONE,
    "p": WishChannel.PERSON,
}
"""A small letter: wants it; a capital one: refuses it."""

NOTHING = "n"
Wished = tuple[WishChannel, Stance]
Row = tuple[str, str, str, float]  # source, ticket, stratum, weight


@dataclass(slots=True)
class _Reservoir:
    """So many of a stream, each as likely as any other (Vitter 1985, algorithm R)."""

    room: int
    rng: Random
    came: int = 0
    kept: list[tuple[str, str]] = field(default_factory=list)

    def add(self, ticket: tuple[str, str]) -> None:
        """See one more."""
        self.came += 1
        if len(self.kept) < self.room:
            self.kept.append(ticket)
            return
        place = self.rng.randrange(self.came)
        if place < self.room:
            self.kept[place] = ticket


def draw(records: Records, size: int, *, seed: int, now: datetime) -> list[Row]:
    """Draw tickets that were not drawn before, and keep them in a shuffled order; the same seed draws the same.

    One that has grown since it was answered is left out: its label would be of words that nobody had answered.
    """
    rng = Random(seed)
    before = [*records.audits.open(), *records.audits.labelled()]
    known = {(one.source, one.ticket_id) for one in before}
    strata = {stratum: _Reservoir(size, rng) for stratum in STRATA}
    for past in records.past():
        if (past.source, past.ticket_id) not in known and not has_grown(past, when_done(records, past)):
            stratum = HEARD if hears_wish(past.evidence()) else NOT_HEARD
            strata[stratum].add((past.source, past.ticket_id))
    rows = [row for stratum, part in _parts(strata, size).items() for row in _rows(strata[stratum], stratum, part)]
    if not rows:
        raise AdvisorError("there is no ticket left to draw: advisor advise records tickets")
    rng.shuffle(rows)
    number = len({one.sample for one in before}) + 1
    records.audits.draw(rows, sample=f"draw {number} of {now:%Y-%m-%d}, seed {seed}", at=now)
    return rows


def _parts(strata: dict[str, _Reservoir], size: int) -> dict[str, int]:
    """Half each; the odd one, and what one stratum has not, from the other."""
    heard, others = strata[HEARD].came, strata[NOT_HEARD].came
    part = min(heard, max(size // 2, size - others))
    return {HEARD: part, NOT_HEARD: min(others, size - part)}


def _rows(stratum: _Reservoir, name: str, part: int) -> list[Row]:
    stratum.rng.shuffle(stratum.kept)
    return [(source, ticket, name, stratum.came / part) for source, ticket in stratum.kept[:part]]


def hears_wish(evidence: Evidence) -> bool:
    """Whether the reader heard a wish of the writer in the ticket itself."""
    return bool(heard_in(evidence))


def heard_in(evidence: Evidence) -> tuple[Wish, ...]:
    """The wishes of the writer that the reader heard in the ticket."""
    return tuple(
        wish
        for wish in evidence.wishes
        if wish.source is WishSource.TICKET and wish.author is None and wish.whose is not Whose.COLLEAGUE
    )


def wishes_in(keys: str) -> tuple[Wish, ...]:
    """`tA` = wants a call, refuses an article; wants in the order of the choice. AdvisorError for another key."""
    typed = keys.replace(" ", "").replace(",", "")
    wishes, wants = list[Wish](), 0
    for key in "" if typed == NOTHING else typed:
        channel = KEYS.get(key.lower())
        if channel is None:
            raise AdvisorError(f"a label must be of the keys {' '.join(KEYS)} or {NOTHING} alone, was: {keys!r}")
        if any(wish.channel is channel for wish in wishes):
            raise AdvisorError(f"a channel must be named once in a label, was: {keys!r}")
        wants += key.islower()
        stance = Stance.WANTS if key.islower() else Stance.REFUSES
        wishes.append(Wish(channel=channel, stance=stance, order=wants if key.islower() else 1))
    if not typed:
        raise AdvisorError(f"a label must not be empty: {NOTHING} says that the customer wishes nothing")
    return tuple(wishes)


def label_of(wishes: Sequence[Wish]) -> list[dict[str, object]]:
    """Wishes as they are kept with a drawn ticket."""
    return [{"channel": wish.channel.value, "stance": wish.stance.value, "order": wish.order} for wish in wishes]


def wishes_of(audit: Audit) -> tuple[Wish, ...]:
    """The wishes of a label; none where the customer said nothing."""
    rows = json.loads(audit.label or "[]")
    return tuple(
        Wish(channel=WishChannel(row["channel"]), stance=Stance(row["stance"]), order=int(row["order"])) for row in rows
    )


def relabelled(evidence: Evidence, wishes: Sequence[Wish]) -> Evidence:
    """The evidence with the label's wishes in the place of those that the reader heard; the same where they agree."""
    if agree(heard_in(evidence), wishes):
        return evidence
    others = tuple(wish for wish in evidence.wishes if wish.source is not WishSource.TICKET)
    return replace(evidence, wishes=(*wishes, *others))


def agree(heard: Sequence[Wish], labelled: Sequence[Wish]) -> bool:
    """Whether both hold the same wishes, and no want stands before another in the one and behind it in the other."""
    places = {_wished(wish): wish.order for wish in labelled}
    if {_wished(wish) for wish in heard} != set(places):
        return False
    wants = [wish for wish in heard if wish.stance is Stance.WANTS]
    return not any(
        one.order < other.order and places[_wished(one)] > places[_wished(other)] for one in wants for other in wants
    )


def drawn_of(audit: Audit, case: Case, handled: Handled | None) -> Drawn:
    """What the label of a ticket changes."""
    wishes = wishes_of(audit)
    said = {_wished(wish) for wish in wishes}
    heard = {_wished(wish) for wish in heard_in(case.evidence)}
    read = _counts(case, handled)
    true = _counts(Case.of(relabelled(case.evidence, wishes), case.experience, case.promise), handled)
    return Drawn(
        stratum=HEARD if heard else NOT_HEARD,
        weight=audit.weight,
        honoured=true[0] - read[0],
        known=true[1] - read[1],
        said=len(said),
        heard=len(said & heard),
    )


def _counts(case: Case, handled: Handled | None) -> tuple[int, int]:
    """Whether a ticket counts as honoured, and as known."""
    if not is_stated(case):
        return 0, 0
    honour = judged(case, handled).honour
    return int(honour in (Honour.HONOURED, Honour.BY_LATER_CHOICE)), int(honour is not Honour.UNKNOWN)


def _wished(wish: Wish) -> Wished:
    return wish.channel, wish.stance


def of_one_draw(labelled: Sequence[Audit]) -> list[Audit]:
    """The labels of the draw that has most of them, of two the newer: weights of two draws do not add up.

    Each draw stands for the archive as it was then, so that tickets of the older one would count twice.
    """
    counted = Counter(audit.sample for audit in labelled)
    best = max(labelled, key=lambda audit: (counted[audit.sample], audit.drawn_at), default=None)
    return [audit for audit in labelled if best is not None and audit.sample == best.sample]
