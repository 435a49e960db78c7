"""A company's labelled tickets, made fit to train on: read in a stream, cleaned, drawn from where there are many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.progress import Progress
from training.labelled_draw import Draw, Kept, Limits, Pile, counted, listed
from training.labelled_fields import DEFAULTS, LabelledError
from training.labelled_files import raw_rows

FEWEST = 2  # examples of a topic; with one, nothing can be held out or compared
WANTED = 8  # examples of a topic from which it is learnt well enough


@dataclass(frozen=True, slots=True)
class Row:
    """A labelled text."""

    number: int  # row or line of the file; of its first copy
    text: str
    topic: str  # as it is spelled most often
    copies: int  # rows with the same text and topic, this one among them


@dataclass(frozen=True, slots=True)
class Labelled:
    """What a file gives to train on."""

    rows: tuple[Row, ...]  # in the order of the file; no text twice
    read: int  # rows of the file, bad ones among them
    problems: tuple[str, ...]  # rows that cannot be used, the first 1,000
    refused: int  # rows that cannot be used, in all
    notes: tuple[str, ...]  # what was joined, left out or drawn


def read_labelled(
    path: Path,
    columns: Mapping[str, str] = DEFAULTS,
    *,
    limits: Limits | None = None,
    shaped: Callable[[Sequence[str]], str] | None = None,
    progress: Progress | None = None,
) -> Labelled:
    """Read and clean a labelled file.

    `shaped` makes of the texts of a kept row what the reader of tickets would read. Raises LabelledError where nothing
    can be trained on it: another format, columns missing, no row, one topic only.
    """
    draw = Draw(limits or Limits(), path)
    draw.take(raw_rows(path, columns, progress=progress))
    if not draw.kept:
        raise LabelledError(nothing_in(path, draw))
    rows, disputed = settled(draw, shaped or "\n".join)
    rows, left_out = enough(rows)
    left = sorted({row.topic for row in rows})
    if len(left) < 2:
        what = f"one topic only ({left[0]})" if left else "no topic"
        reasons = "; ".join((*disputed, *left_out))
        raise LabelledError(
            f"{path} has {what} with at least {FEWEST} different texts: a topic head needs two or more topics"
            + (f" ({reasons})" if reasons else "")
        )
    notes = (*draw.notes(), *disputed, *left_out)
    return Labelled(
        tuple(sorted(rows, key=lambda row: row.number)), draw.read, tuple(draw.problems), draw.refused, notes
    )


def settled(draw: Draw, shaped: Callable[[Sequence[str]], str]) -> tuple[list[Row], tuple[str, ...]]:
    """One row a text: of those with several topics, the topic of most rows; where two lead, none."""
    claims: dict[int, list[tuple[Pile, Kept]]] = {}
    names: dict[int, str] = {}
    for pile in draw.piles.values():
        names[id(pile)] = pile.name
        for key, kept in pile.texts.items():
            claims.setdefault(key, []).append((pile, kept))
    rows: list[Row] = []
    told: list[tuple[int, str]] = []
    dropped: list[tuple[int, str]] = []
    for claim in claims.values():
        claim.sort(key=lambda one: (-one[1].copies, one[1].number))
        pile, kept = claim[0]
        tied = len(claim) > 1 and claim[1][1].copies == kept.copies
        if len(claim) > 1:
            where = ", ".join(
                f"row {one.number} {names[id(of)]}" for of, one in sorted(claim, key=lambda one: one[1].number)
            )
            (dropped if tied else told).append((kept.number, where))
        if tied:
            continue
        text = shaped(kept.texts)
        if not text.strip():
            draw.refuse(kept.number, "nothing is left of the text without quoted mail and signature")
            continue
        rows.append(Row(kept.number, text, names[id(pile)], kept.copies))
    return rows, (
        *disputes(told, "the topic of most rows is taken"),
        *disputes(dropped, "none leads, so they are left out"),
    )


def disputes(found: list[tuple[int, str]], what: str) -> Iterator[str]:
    """A note on texts that stand under several topics."""
    if found:
        shown = listed((where for _, where in sorted(found)), between="; ")
        yield f"{counted(len(found), 'text')} stand under several topics, {what}: {shown}"


def enough(rows: Sequence[Row]) -> tuple[list[Row], tuple[str, ...]]:
    """The rows of topics with examples enough, and notes on the others."""
    counts = Counter(row.topic for row in rows)
    alone = sorted(topic for topic, count in counts.items() if count < FEWEST)
    few = sorted(topic for topic, count in counts.items() if FEWEST <= count < WANTED)
    notes = []
    if alone:
        notes.append(f"left out, since they have one text only: {listed(alone)}")
    if few:
        names = (f"{topic} ({counts[topic]})" for topic in few)
        notes.append(f"fewer than {WANTED} texts, so expect little of them: {listed(names)}")
    return [row for row in rows if counts[row.topic] >= FEWEST], tuple(notes)


def nothing_in(path: Path, draw: Draw) -> str:
    """Why nothing can be read."""
    if not draw.read:
        return f"{path} holds no row: it must hold a text and its topic a row"
    return f"{path} holds no row that can be used, of {draw.read:,}; {'; '.join(draw.problems[:3])}"
