"""What the advisor would have done against what the agents did, arranged for a reader."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from advisor.decision.wording import WAY
from advisor.desk import report_pictures as pictures
from advisor.desk.outcome_text import done_words
from advisor.desk.report_cells import Cell, Grid, ReportPart
from advisor.desk.report_words import called, wished_words
from advisor.desk.show import ADVICE, says
from advisor.insight.intervals import Share
from advisor.insight.ranges import Range
from advisor.insight.shadow import Articles, Example, Group, Shadow, Telling, Wishes
from advisor.types import Action

NOTES = (
    "A wish that the reader does not hear counts on neither side, and flatters the advice, which follows what is "
    "heard: advisor audit tells how many it misses.",
    "Counted by the advice of the time when a ticket was answered. That an agent did otherwise does not say who was "
    "right: the wishes that customers stated, and what became of articles (advisor outcomes show), say more.",
    "Shares are of tickets of which it is known what was done; the unknown change no share. In brackets: Wilson's "
    "interval of 95 %.",
)
WISHES = {
    Wishes.BOTH: "met by agents, and the advice would have",
    Wishes.ADVICE_ALONE: "missed by agents, the advice would have met it",
    Wishes.AGENTS_ALONE: "caught by agents, the advice would have missed it",
    Wishes.NEITHER: "met by neither",
}
ARTICLES = {
    Articles.FIRST: "the first one advised",
    Articles.OTHERS: "another one of those advised",
    Articles.ELSEWHERE: "none of those advised",
    Articles.NOT_KNOWN: "not known which",
}
TELLING = {
    Telling.MISSED: "agents missed a wish",
    Telling.CAUGHT: "the advice missed a wish",
    Telling.SAFETY: "an article, though it is grave",
    Telling.SENT: "another article",
    Telling.APART: "another action",
}
LONGEST = 70  # characters of a subject
LONGEST_REASON = 120


def shadow_parts(found: Shadow, range_: Range) -> tuple[ReportPart, ...]:
    """All parts."""
    every = (
        _agreement(found),
        _groups("by-moment", "Agreement by moment of truth", "moment", found.moments),
        _groups("by-rule", "Agreement by the rule that decided", "deciding rule", found.reasons),
        _wishes(found),
        _missed(found),
        _articles(found),
        _examples(found, range_),
    )
    return tuple(part for part in every if part is not None)


def _agreement(found: Shadow) -> ReportPart:
    unknown = found.tickets - found.known.count
    known = found.known.count
    rows: list[tuple[Cell, ...]] = [("the same action", found.same_action), ("and by the same way", found.same_channel)]
    rows += [
        (
            f"{ADVICE[advised]} advised, {ADVICE[done]} done",
            Share.of_counts(found.actions.get((advised, done), 0), known),
        )
        for advised in Action
        for done in Action
    ]
    return ReportPart(
        name="agreement",
        title="Would it have done the same?",
        lines=(
            f"{found.tickets:,} tickets; of {known:,} it is known whether an article or a person answered, "
            f"of {unknown:,} it is not.",
        ),
        grid=Grid(("", "of the tickets known"), tuple(rows)),
        draw=partial(pictures.agreement_picture, found) if known else None,
    )


def _groups(name: str, title: str, head: str, groups: Mapping[str, Group]) -> ReportPart | None:
    if not groups:
        return None
    shares = [(one, group.share) for one, group in groups.items()]
    return ReportPart(
        name=name,
        title=title,
        grid=Grid((head, "the same action"), tuple((called(one), share) for one, share in shares)),
        draw=partial(pictures.shares_picture, title, shares, axis="Share of known tickets"),
    )


def _wishes(found: Shadow) -> ReportPart | None:
    judged = sum(found.wishes.values())
    if not found.stated.count:
        return None
    lines = [
        f"{found.stated.count:,} of {found.tickets:,} tickets have a stated wish; of {found.unclear:,} of them it is "
        "not known well enough what was done."
    ]
    rows = tuple((WISHES[one], Share.of_counts(found.wishes.get(one, 0), judged)) for one in Wishes)
    return ReportPart(
        name="wishes",
        title="What customers wished: who met it?",
        lines=tuple(lines),
        grid=Grid(("wishes", "of those known"), rows),
    )


def _missed(found: Shadow) -> ReportPart | None:
    every = sorted({*found.missed, *found.caught}, key=lambda one: (-found.missed.get(one, 0), one))
    if not every:
        return None
    rows = tuple((wished_words(one), found.missed.get(one, 0), found.caught.get(one, 0)) for one in every)
    return ReportPart(
        name="missed",
        title="Unmet wishes that agents missed or caught",
        lines=("A ticket may hold several.",),
        grid=Grid(("the customer", "agents missed, the advice met", "agents caught, the advice missed"), rows),
    )


def _articles(found: Shadow) -> ReportPart | None:
    sent = sum(found.articles.values())
    if not sent:
        return None
    known = sent - found.articles.get(Articles.NOT_KNOWN, 0)
    rows: list[tuple[Cell, ...]] = [("known which, of those sent", Share.of_counts(known, sent))]
    rows += [
        (ARTICLES[one], Share.of_counts(found.articles.get(one, 0), known))
        for one in (Articles.FIRST, Articles.OTHERS, Articles.ELSEWHERE)
    ]
    return ReportPart(
        name="articles",
        title="Articles that agents sent",
        lines=(
            f"Agents sent {sent:,}; for {found.article_advised:,} of these tickets an article was advised too. Which "
            "one is known where their message links it, or where they said so.",
        ),
        grid=Grid(("", "share"), tuple(rows)),
    )


def _examples(found: Shadow, range_: Range) -> ReportPart | None:
    if not found.examples:
        return None
    return ReportPart(
        name="examples",
        title="The examples that tell most",
        lines=("Read these before you switch the mode to advise.",),
        grid=Grid(
            ("ticket", "about", "what tells", "advised", "done", "why it was advised"),
            tuple(_example(one, range_) for one in found.examples),
        ),
    )


def _example(one: Example, range_: Range) -> tuple[Cell, ...]:
    way = f" by {WAY[one.advised.channel]}" if one.advised.channel is not None else ", no way left"
    wishes = f" ({', '.join(map(wished_words, one.wishes))})" if one.wishes else ""
    return (
        one.ticket_id,
        says(one.subject, most=LONGEST) or "(no subject)",
        f"{TELLING[one.telling]}{wishes}",
        f"{ADVICE[one.advised.action]}{way}",
        done_words(one.done, range_.zone).partition(", ")[0],
        says(one.reason, most=LONGEST_REASON),
    )
