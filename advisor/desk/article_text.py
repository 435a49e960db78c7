"""What articles do and lack, for the terminal and for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import timedelta, tzinfo

from advisor.desk.outcome_text import percent
from advisor.desk.show import says
from advisor.insight.articles import ArticleFigures, ArticleReport
from advisor.insight.gaps import Gap, GapReport, Trend
from advisor.insight.stale import Stale, StaleReport
from index.twins import Twins

SHOWN = 30
SHOWN_EXAMPLES = 3
SHOWN_ALIKE = 2
COUNTS = ("advised", "given", "confirmed", "assumed", "contradicted", "abandoned", "handed_on", "open", "overridden")
HEADS = ("advised", "given", "confirm.", "assumed", "contrad.", "abandon.", "handed", "open", "overrid.")
TREND = {
    Trend.RISING: "rising",
    Trend.FALLING: "falling",
    Trend.STEADY: "no clear trend",
    Trend.NOT_KNOWN: "no trend known yet",
}


def figures_text(found: ArticleReport) -> str:
    """The table, the worst first, then those never offered."""
    lines = [f"What became of {found.given:,} tickets that self-service answered, by article; the worst first", ""]
    lines.append(f"  {'article':<44}" + "".join(f"{head:>9}" for head in HEADS) + "  failed")
    lines += [_figures_row(one) for one in found.articles[:SHOWN]]
    if len(found.articles) > SHOWN:
        lines.append(f"  and {len(found.articles) - SHOWN:,} more: --json shows all")
    if not found.articles:
        lines.append("  none was ever offered")
    if found.unnamed:
        lines += ["", f"{found.unnamed:,} were answered with an article of which it is not known which."]
    if found.never:
        named = ", ".join(says(one.id, most=60) for one in found.never[:SHOWN])
        more = f" and {len(found.never) - SHOWN:,} more" if len(found.never) > SHOWN else ""
        lines += ["", f"Never offered ({len(found.never):,}): {named}{more}"]
    return "\n".join([*lines, "", *FIGURES_NOTES])


FIGURES_NOTES = (
    "Failed: contradicted, abandoned or handed on, of those no longer open; in brackets the 95 % interval, by whose",
    "lower end they are ordered. Assumed: nothing was heard until the window had closed; silence is not success.",
)


def figures_json(found: ArticleReport) -> dict[str, object]:
    """The same, whole."""
    return {
        "given": found.given,
        "unnamed": found.unnamed,
        "articles": [_figures_values(one) for one in found.articles],
        "never": [_figures_values(one) for one in found.never],
    }


def gaps_text(found: GapReport, zone: tzinfo) -> str:
    """The look, then each gap."""
    look = found.look
    when = f"{look.at.astimezone(zone):%Y-%m-%d %H:%M}"
    lines = [
        f"{len(found.gaps):,} gaps: what no article answers, of {look.tickets:,} tickets, looked for at {when}",
        "",
    ]
    lines += [
        f"  {called:<52}{count:>9,}"
        for called, count in (
            ("an article answers, or one was given", look.answered),
            ("a person was asked for, or articles refused", look.wished_person),
            ("a person by safety, two matters or a company's rule", look.by_rule),
            ("not read: empty, or in another language", look.not_read),
            ("no article answers", look.unanswered),
        )
    ]
    lines.append(f"    in a gap {found.in_gaps:,}, like too few others {found.alone:,}{_older(found)}")
    for gap in found.gaps[:SHOWN]:
        lines += ["", *_gap_lines(gap, zone)]
    if len(found.gaps) > SHOWN:
        lines += ["", f"and {len(found.gaps) - SHOWN:,} more gaps: --json shows all"]
    return "\n".join(lines)


def gaps_json(found: GapReport) -> dict[str, object]:
    """The same, whole."""
    return {"look": found.look, "in_gaps": found.in_gaps, "alone": found.alone, "gaps": found.gaps}


def stale_text(found: StaleReport, *, days: int) -> str:
    """Failing articles first, then the oldest."""
    undated = f"; of {found.undated:,} it is not known when they were changed" if found.undated else ""
    head = f"{len(found.articles):,} of {found.looked_at:,} articles may be out of date{undated}"
    lines = [line for one in found.articles[:SHOWN] for line in _stale_lines(one)]
    if len(found.articles) > SHOWN:
        lines.append(f"  and {len(found.articles) - SHOWN:,} more: --json shows all")
    note = f"Listed: unchanged for more than {days:,} days, or failed more than once since the last change."
    return "\n".join([head, *lines, "", note])


def stale_json(found: StaleReport, *, days: int) -> dict[str, object]:
    """The same, whole."""
    articles = [
        asdict(one) | {"age": one.age.days if one.age is not None else None, "failed": one.failed}
        for one in found.articles
    ]
    return {"days": days, "looked_at": found.looked_at, "undated": found.undated, "articles": articles}


def twins_text(found: Sequence[Twins], *, near: float) -> str:
    """Both titles, and the passages."""
    if not found:
        return f"No two articles have passages with a cosine of {near:g} or more."
    lines = [f"{len(found):,} pairs of articles say nearly the same"]
    for one in found[:SHOWN]:
        lines += ["", f"  {says(one.first_title, most=60)}  ({one.first})"]
        lines += [f"  {says(one.second_title, most=60)}  ({one.second})"]
        lines.append(f"      {len(one.alike)} passages alike, {100 * one.share:.0f} % of the shorter article")
        for alike in one.alike[:SHOWN_ALIKE]:
            lines += [f"      {alike.similarity:.2f}  {says(alike.first.text, most=96)}"]
            lines += [f"            {says(alike.second.text, most=96)}"]
    if len(found) > SHOWN:
        lines += ["", f"and {len(found) - SHOWN:,} more pairs: --json shows all"]
    return "\n".join(lines)


def _figures_row(one: ArticleFigures) -> str:
    title = one.title if one.is_there else f"{one.title} (gone)"
    counts = "".join(f"{getattr(one, name):>9,}" for name in COUNTS)
    return f"  {says(title, most=42):<44}{counts}  {percent(one.failed)}"


def _figures_values(one: ArticleFigures) -> dict[str, object]:
    shares = {"was_confirmed": one.was_confirmed, "was_assumed": one.was_assumed, "failed": one.failed}
    return asdict(one) | {"settled": one.settled} | shares


def _older(found: GapReport) -> str:
    left = found.look.unanswered - found.look.looked_at
    return f", older than the newest {found.look.looked_at:,} and not looked at {left:,}" if left else ""


def _gap_lines(gap: Gap, zone: tzinfo) -> Iterator[str]:
    span = f"{gap.first.astimezone(zone):%Y-%m-%d} to {gap.last.astimezone(zone):%Y-%m-%d}"
    yield f"  {says(gap.title, most=96)}"
    counted = f"{gap.size:,} tickets, {span}; last four weeks {gap.recent:,}, before {gap.before:,}"
    yield f"      {counted}: {TREND[gap.trend]}"
    yield f"      {_who(gap)}"
    yield f"      words: {says(', '.join(gap.words), most=90)}"
    if gap.article is not None:
        new = ", not offered to any of them then" if gap.article.is_new else ""
        title = says(gap.article.title, most=60)
        yield f"      nearest article: {title} (similarity {gap.article.similarity:.2f}{new})"
    for example in gap.examples[:SHOWN_EXAMPLES]:
        yield f"      {says(example.ticket_id, most=24)}  {says(example.subject, most=80)}"


def _who(gap: Gap) -> str:
    """`4 customers of 2 accounts, 1,240 a month (of 1 account not known)`."""
    nameless = f", {gap.nameless:,} tickets of unknown customers" if gap.nameless else ""
    money = f", {gap.monthly_revenue:,.0f} a month" if gap.monthly_revenue is not None else ", revenue not known"
    unpriced = f" (of {gap.unpriced:,} not known)" if gap.unpriced and gap.monthly_revenue is not None else ""
    return f"{gap.customers:,} customers of {gap.accounts:,} accounts{money}{unpriced}{nameless}"


def _stale_lines(one: Stale) -> Iterator[str]:
    yield f"  {says(one.title, most=70)}  ({says(one.id, most=60)})"
    age = f"unchanged for {_days(one.age)}" if one.age is not None else "not known when it was changed"
    counts = [("contradicted", one.contradicted), ("abandoned", one.abandoned), ("handed on", one.handed_on)]
    failed = ", ".join(f"{name} {count:,}" for name, count in counts if count) or "none failed"
    yield f"      {age}; since then {one.given:,} answered and settled: {failed}, confirmed {one.confirmed:,}"


def _days(age: timedelta) -> str:
    return f"{age.days:,} days"
