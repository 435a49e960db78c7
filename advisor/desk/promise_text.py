"""Where the promise stands, in words and tables."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap

from advisor.decision.drift import FALSE_WITHDRAWALS
from advisor.decision.logs import Tally
from advisor.decision.report import Arrangement, Report, Row
from advisor.insight.promise import Situation
from advisor.types import Moment, PromiseState

ESTIMATED = "article fit, estimated on other companies' data"
"""What the figure is called until something is certified; nowhere a chance."""

WIDTH = 100  # characters of a line of plain words

FIGURE = {
    PromiseState.NOT_YET: ESTIMATED,
    PromiseState.KEPT: "article fit; above the threshold the share of wrong articles is certified on own outcomes",
    PromiseState.WITHDRAWN: ESTIMATED,
}
STATE = {
    PromiseState.NOT_YET: "not certified yet; the shipped threshold serves",
    PromiseState.KEPT: "kept",
    PromiseState.WITHDRAWN: "withdrawn; the stricter of the shipped and the last threshold serves",
}
SET_ASIDE = "set aside, certified by other costs; the stricter of the shipped and the last threshold serves"
ARRANGEMENT = {
    Arrangement.NONE: "nothing could be certified; what was in force stays",
    Arrangement.EVERYWHERE: "one threshold for all moments was certified",
    Arrangement.BY_MOMENT: "moments with their own threshold, and the rest together, were certified",
    Arrangement.STANDING: "what was certified before sends at least as many articles, and stays",
}


def promise_text(one: Situation) -> str:
    """The whole situation, for the terminal."""
    parts = (_head(one), _sides(one), _curve(one), _moments(one), _missing(one), _looks(one), _watch(one))
    return "\n\n".join("\n".join(lines) for part in parts if (lines := list(part)))


def wording(one: Situation) -> str:
    """What is promised, exactly."""
    return (
        f"In repeated use, {100 * one.confidence:g} % of certifications choose a policy whose long-run wrong share is "
        f"at most {100 * one.share:g} % under unchanged conditions. Silence is not success: who went away without an "
        "answer is shown beside it."
    )


def _head(one: Situation) -> Iterator[str]:
    yield f"The promise: at most {one.share:.1%} of the articles given by cost are wrong"
    if one.withdrawn_now:
        yield f"  WITHDRAWN NOW      {_withdrawn(one)}"
    yield f"  State              {SET_ASIDE if one.set_aside else STATE[one.state]}"
    yield f"  Threshold          {one.threshold:.3f}"
    yield f"  The figure is      {FIGURE[one.state]}"
    if one.certified is not None:
        by = "other costs than today's" if one.set_aside else "the costs of today's experience file"
        yield f"  Certified          {one.certified:%Y-%m-%d} by {by}"
    if one.set_aside:
        yield "  To mend this       put the costs back, or certify again with advisor promise --certify"
    if one.last_withdrawal is not None:
        yield (
            f"  Since withdrawal   only tickets that came since {one.last_withdrawal:%Y-%m-%d} may certify; "
            f"{one.older} older ones may not"
        )
    yield ""
    yield from wrap(wording(one), WIDTH)


def _withdrawn(one: Situation) -> str:
    seen = one.watch
    if seen is None:
        return ""
    return f"{seen.wrong} of {seen.n} outcomes since it was certified were wrong"


def _sides(one: Situation) -> Iterator[str]:
    sides = one.sides
    yield "Outcomes by the threshold in force, one a customer and matter, window closed"
    yield f"  By cost            {_tally(sides.sent)}; the true share lies below {sides.upper:.1%}"
    yield f"  Abandoned beside   {sides.abandoned}; if all of them were wrong: {sides.if_all_wrong:.1%}"
    yield f"  By wish, apart     {_tally(sides.by_wish)}; no part of the promise"
    yield f"  By agents, apart   {sides.by_agents} sent though the advice was a person"
    if sides.volunteered.n:
        yield f"  Verdicts, apart    {_tally(sides.volunteered)}, not drawn by an audit before; they certify nothing"
    yield f"  Still open         {sides.open}"
    if sides.outside:
        yield f"  Not by this file   {sides.outside} that today's experience file would not send"


def _tally(tally: Tally) -> str:
    return f"{tally.wrong} wrong of {tally.n} ({tally.share:.1%})" if tally.n else "none yet"


def _curve(one: Situation) -> Iterator[str]:
    if not one.curve:
        return
    yield "By threshold, counted and not tested, each bound by itself; certify on a fixed day, not on a good one"
    yield from _rows(one.curve)


def _rows(rows: tuple[Row, ...]) -> Iterator[str]:
    yield "  threshold  coverage  outcomes  wrong   share  true share below"
    for row in rows:
        mark = "  certified" if row.certified else ""
        yield (
            f"  {row.threshold:>9.3f}  {row.coverage:>8.0%}  {row.n:>8}  {row.wrong:>5}  {row.share:>6.1%}  "
            f"{row.upper:>16.1%}{mark}"
        )


def _moments(one: Situation) -> Iterator[str]:
    shown = [row for row in one.moments if row.n]
    if not shown:
        return
    yield "By moment (the general threshold promises nothing for one moment alone)"
    yield "  moment             threshold           outcomes  wrong   share"
    for row in shown:
        whose = "its own" if row.own else "general"
        share = row.wrong / row.n
        yield f"  {_name(row.moment):<17}  {row.threshold:.3f} ({whose})  {row.n:>9}  {row.wrong:>5}  {share:>6.1%}"


def _name(moment: Moment) -> str:
    return moment.replace("_", " ")


def _missing(one: Situation) -> Iterator[str]:
    yield f"Outcomes missing until all that is sent now is likely certified ({one.outcomes} there; half are tested)"
    yield "  true share   needed  missing"
    for row in one.missing:
        yield f"  {row.true_share:>10.1%}  {row.needed:>7}  {row.missing:>7}"
    yield f"  Below {one.minimum} nothing can be certified, were none of them wrong."


def _looks(one: Situation) -> Iterator[str]:
    if one.report is not None and one.last_look is not None:
        yield f"Look {one.report.look}, on {one.last_look:%Y-%m-%d}: {ARRANGEMENT[one.report.arrangement]}"
        yield from _report(one.report)
    else:
        yield "No look was taken so far."
    if one.next_look is not None:
        yield f"The next may be taken from {one.next_look:%Y-%m-%d}."
    yield (
        f"A look now would likely certify {one.prospect.likely:.0%} of the articles by cost, later "
        f"{one.prospect.hoped:.0%} (judged by the older half)."
    )


def _report(report: Report) -> Iterator[str]:
    for part in report.parts:
        yield (
            f"  {_part(part.name)}: {part.n} outcomes in the newer half, at least {part.minimum} needed, "
            f"error {part.error:.4f}"
        )
        yield from _rows(part.rows)
    yield "  The bounds are those of the tests; of a threshold with too few to be tested, that of 95 % by itself."
    if len(report.parts) == 1:
        least = report.minimum_of_moment
        yield f"  No moment stands alone: that takes {least} outcomes of it in the newer half, and the rest as many."


def _part(name: str) -> str:
    return {"all": "All moments", "rest": "The other moments"}.get(name) or _name(Moment(name)).capitalize()


def _watch(one: Situation) -> Iterator[str]:
    if one.watch is None or one.withdrawn_now:
        return
    yield (
        f"Watched since: {one.watch.wrong} wrong of {one.watch.n}; the bet against the promise stands at "
        f"{one.watch.wealth:.2f} of {1 / FALSE_WITHDRAWALS:.0f}"
    )
