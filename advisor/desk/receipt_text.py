"""Receipts and replays as a person reads them in a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap

from advisor.decision.costs import CostBar
from advisor.decision.receipt import NUMBER, Otherwise, Receipt, Said
from advisor.decision.willingness import Passed, Why
from advisor.decision.wording import WAY, instant, words_beside
from advisor.desk.show import ADVICE, WIDTH, article_lines, named, says, wish_line
from advisor.replay import Difference, Replayed
from advisor.types import PromiseState

TITLES = {
    "not_to_be_read": "not to be read",
    "safety": "safety",
    "already_failed": "already failed",
    "two_matters": "two matters",
    "asks_for_person": "asks for a person, in this ticket",
    "wants_self_service": "wants an article, in this ticket",
    "only_self_service_left": "nothing but an article left",
    "asks_for_person_on_file": "asks for a person, on file",
    "never_deflect": "the company's own rules",
    "refuses_self_service": "articles are refused",
    "wants_self_service_on_file": "wants an article, on file",
    "persona_default": "the kind of customer",
    "cost": "cost",
}
WHY = {
    Why.ANOTHER_AUTHOR: "another person wrote it",
    Why.COLLEAGUE: "it speaks of somebody else",
    Why.OTHER_MOMENT: "it holds at another moment",
    Why.OTHER_TOPIC: "it holds for another topic",
    Why.EXPIRED: "it has expired",
    Why.SOURCE: "this goes before it, for where it was said",
    Why.NARROWER: "this is narrower",
    Why.NEWER: "this is newer",
    Why.REFUSAL: "of equal rank, the refusal wins",
    Why.SAID_AGAIN: "this says it again",
}
PROMISE = {
    PromiseState.NOT_YET: "not certified yet; the shipped threshold serves",
    PromiseState.KEPT: "kept",
    PromiseState.WITHDRAWN: "withdrawn; the stricter threshold serves",
}
BY_FIT = {"wants_self_service", "only_self_service_left", "wants_self_service_on_file", "persona_default", "cost"}
BESIDE = 42  # characters before what a rule says
LONGEST_VALUE = 300  # characters of a field that differs


def receipt_text(one: Receipt, *, subject: str) -> str:
    """The whole receipt."""
    lines = [says(f"{one.ticket_id}: {subject or '(no subject)'}", most=WIDTH)]
    for name, said in (*_decided(one), *_willing(one), *_figures(one), *_named_by(one)):
        lines += named(name, said)
    return "\n".join([*lines, "", "  What each rule says, were it alone", *_rules(one.said)])


def _decided(one: Receipt) -> Iterator[tuple[str, str]]:
    way = f"by {WAY[one.channel]}" if one.channel is not None else "no way is left to answer"
    yield "Came", instant(one.at)
    yield "Advice", f"{ADVICE[one.action]}, {way}; queue {one.queue}"
    yield "Decided by", _rule(one.rule)
    yield "Because", f"{one.reason.text}{words_beside(one.reason)} [{one.reason.code}]"
    yield "Otherwise", _otherwise(one.other_action, "no single change gives another action")
    if one.other_channel != one.other_action:
        yield "", _otherwise(one.other_channel, "no single change gives another channel")


def _rule(rule: str) -> str:
    return f"rule {NUMBER[rule]}, {TITLES[rule]}" if NUMBER[rule].isdigit() else TITLES[rule]


def _otherwise(other: Otherwise | None, none: str) -> str:
    if other is None:
        return f"{none[0].upper()}{none[1:]}."
    way = f", by {WAY[other.channel]}" if other.channel is not None else ", and no way would be left to answer"
    kind = "an article" if ADVICE[other.action] == "article" else "a person"
    return f"It would be {kind}{way}, {other.text} ({_rule(other.rule)})."


def _willing(one: Receipt) -> Iterator[tuple[str, str]]:
    for wish in one.in_force:
        yield "In force", wish_line(wish)
    for passed in one.passed:
        yield "Passed over", _passed(passed)
    if not one.in_force and not one.passed:
        yield "In force", "nothing was said, now or before"


def _passed(passed: Passed) -> str:
    why = WHY[passed.why]
    return f"{wish_line(passed.wish)}: {why}" + (f": {wish_line(passed.by)}" if passed.by is not None else "")


def _figures(one: Receipt) -> Iterator[tuple[str, str]]:
    kind = "estimated on other companies' data" if one.estimated else "the chance that the article resolves this"
    needed = f"{one.needed:.4f} was needed" if one.rule in BY_FIT else "the deciding rule does not look at it"
    yield "Article fit", f"{one.p_resolve:.4f} ({kind}); {needed}"
    yield "Thresholds", f"who wants an article: {one.floor:.4f}; by cost: {one.bar.needed:.4f}"
    yield "By cost", _bar(one.bar)
    yield "Promise", f"{one.bar.promised:.4f}: {PROMISE[one.promise]}"
    for article in one.articles:
        yield "Article", article_lines(article)


def _bar(bar: CostBar) -> str:
    parts = [f"moment {bar.moment:.2f}", f"severity {bar.severity:.2f}"]
    parts += [f"{tone} {amount:.2f}" for tone, amount in bar.tones]
    parts += [f"revenue {bar.revenue:.2f}"] if bar.revenue else []
    times = f", times {bar.times:g} for the kind of customer" if bar.times != 1.0 else ""
    return (
        f"1 − {bar.human:.2f} / {bar.wrong:.2f} = {bar.by_cost:.4f}\n"
        f"a person costs {bar.human:.2f}, a wrong article {bar.wrong:.2f} ({' + '.join(parts)}{times})"
    )


def _named_by(one: Receipt) -> Iterator[tuple[str, str]]:
    yield "Versions", f"experience {one.experience}, promise {one.promise_id}"
    yield "", f"models {one.models or 'not known'}, knowledge {one.knowledge or 'not known'}"


def _rules(said: tuple[Said, ...]) -> Iterator[str]:
    for one in said:
        verdict = f"{ADVICE[one.action]}. {one.text}" if one.action is not None else f"does not apply. {one.text}"
        lines = wrap(says(verdict, most=2000), WIDTH - BESIDE)
        title = f"  {'→' if one.decided else ' '} {one.number:>2}  {TITLES[one.rule]}"
        for place, line in enumerate(lines):
            yield f"{title if place == 0 else '':<{BESIDE}}{line}"


def replayed_text(one: Replayed) -> str:
    """What differs, field by field, and why."""
    if one.same:
        return f"{one.ticket_id}: the same, byte for byte"
    lines = [f"{one.ticket_id}: differs in {', '.join(each.field for each in one.differences) or 'its bytes'}"]
    decided = f"{one.reason_before} → {one.reason_after}" if one.reason_before != one.reason_after else one.reason_after
    lines += named("Decided by", f"{decided} ({_rule(one.rule_after)})")
    if one.why_before != one.why_after:
        lines += [*named("Before", one.why_before), *named("Now", one.why_after)]
    for each in one.differences:
        lines += [f"    {line}" for line in _difference(each)]
    return "\n".join(lines)


def _difference(one: Difference) -> tuple[str, str, str]:
    before, after = (says(value, most=LONGEST_VALUE) for value in (one.before, one.after))
    return one.field, f"  - {before}", f"  + {after}"
