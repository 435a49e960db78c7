"""Outcomes become a promise: thresholds whose share of wrong articles is shown to lie under the promised one.

Learn, then test (Angelopoulos, Bates, Candès, Jordan and Lei, arXiv 2110.01052). The older half of the outcomes fixes
candidate thresholds; the newer half tests each of them as a whole policy, by the exact binomial chance of so few wrong
ones. Precision need not rise with the threshold, so all candidates share the error (Holm 1979) and none is tested only
because another passed. Look k may spend 6δ/(π²k²), all looks together δ = 1 − confidence.

Half of a look's error goes to one threshold for all moments. The other half goes in equal parts to each moment and to
the rest. Which moments stand alone is settled before the labels of the newer half are seen, and their thresholds serve
only if each of them *and* the rest pass: a moment that is let down by the common threshold would otherwise be carried
by one that has just been taken out of the common share. Of all that is certified, now or before and by the same file,
what gives most articles serves; the error of all looks together allows this choice. A look after a withdrawal uses
only tickets that came since it, see drift.py. What is certified is bound to the costs by which it was (`costs_of`).
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from math import ceil, pi, sqrt

import msgspec

from advisor.decision.binomial import at_most, least_clean, needed_outcomes, upper_bound
from advisor.decision.experience import Experience
from advisor.decision.ideals import PromiseTerms
from advisor.decision.logs import CANDIDATES, Count, Log, counts, halves
from advisor.decision.policy import Labelled, Trial, costs_of, trials_of
from advisor.decision.report import Arrangement, ByMoment, Missing, Part, Prospect, Report, Row
from advisor.errors import ExperienceError
from advisor.types import Moment, Promise, PromiseState

PARTS = len(Moment) + 1  # each moment, and the rest
TRUE_SHARES = (0.2, 0.4, 0.6, 0.8)  # of the promised one, in the table of what is missing
UNTRIED = 0.05  # the error of an upper bound that no test rests on


def certify(
    outcomes: Iterable[Labelled], experience: Experience, *, look: int, before: Promise, standing: bool = True
) -> tuple[Promise, Report]:
    """A look at all outcomes so far: the promise that is in force after it, and what was found.

    `standing` = the promise from before was certified by the costs of this file. Where nothing better can be certified
    it stays: a look that fails does not show that it is broken; the watch in drift.py does.
    """
    trials = trials_of(outcomes, experience)
    return certify_trials(
        trials,
        experience.promise,
        look=look,
        before=before,
        standing=standing,
        experience=experience.fingerprint,
        costs=costs_of(experience),
    )


def certify_trials(
    trials: Sequence[Trial],
    terms: PromiseTerms,
    *,
    look: int,
    before: Promise,
    standing: bool,
    experience: str,
    costs: str = "",
) -> tuple[Promise, Report]:
    """The same on replayed tickets, the oldest first; what is certified is bound to `costs`."""
    report = looked_at(trials, terms, look=look, experience=experience)
    newer = halves(trials)[1]
    found = [_promise(one, report, basis=trials, costs=costs) for one in _certified(report)]
    found.sort(key=lambda promise: sent_by(promise, newer, terms), reverse=True)
    if not found:
        return before, replace(report, moments=by_moment(before, newer, terms))
    best = found[0]
    kept = standing and before.state is PromiseState.KEPT
    if kept and sent_by(before, newer, terms) >= sent_by(best, newer, terms):
        best, arrangement = before, Arrangement.STANDING
    else:
        arrangement = Arrangement.BY_MOMENT if best.thresholds else Arrangement.EVERYWHERE
    return best, replace(report, arrangement=arrangement, moments=by_moment(best, newer, terms))


def looked_at(trials: Sequence[Trial], terms: PromiseTerms, *, look: int, experience: str) -> Report:
    """Every candidate, tested; what is to serve is not chosen yet."""
    error = look_error(terms, look)
    older, newer = halves(trials)
    whole = tested("all", older, newer, terms.share, error / 2)
    return Report(
        look=look,
        share=terms.share,
        confidence=terms.confidence,
        error=error,
        outcomes=len(trials),
        experience=experience,
        arrangement=Arrangement.NONE,
        parts=(whole, *_parts(older, newer, terms.share, error / 2 / PARTS)),
        minimum_of_moment=least_clean(terms.share, error / 2 / PARTS),
        moments=(),
        missing=missing_outcomes(terms, look=look, have=len(trials)),
        prospect=prospect(trials, terms, look=look),
    )


def look_error(terms: PromiseTerms, look: int) -> float:
    """What look k may spend: 6δ/(π²k²), which sums to δ; ExperienceError where the terms leave nothing to certify."""
    for name, value in (("share", terms.share), ("confidence", terms.confidence)):
        if not 0.0 < value < 1.0:
            rule = f"promise.{name} must be above 0 and below 1 to be certified"
            raise ExperienceError(f"{rule}, was: {value:g}: correct it in the experience file")
    return 6.0 * (1.0 - terms.confidence) / (pi * look) ** 2


def missing_outcomes(terms: PromiseTerms, *, look: int, have: int) -> tuple[Missing, ...]:
    """How many outcomes are missing until one threshold for all is likely certified, by the true share."""
    level = look_error(terms, look) / 2 / CANDIDATES
    shares = [part * terms.share for part in TRUE_SHARES]
    needed = [2 * needed_outcomes(terms.share, level, share) for share in shares]
    return tuple(
        Missing(true_share=share, needed=n, missing=max(0, n - have)) for share, n in zip(shares, needed, strict=True)
    )


def prospect(trials: Sequence[Trial], terms: PromiseTerms, *, look: int) -> Prospect:
    """What a look now would likely certify, judged by the older half alone, so that no look is spent by asking.

    It matters when to look first: what is certified decides what is sent, and of what is no longer sent there are no
    new outcomes. A look that comes too early buys a promise on few articles.
    """
    older, newer = halves(trials)
    level = look_error(terms, look) / 2 / CANDIDATES
    known = counts(older, newer, on=older)
    likely, hoped = 0, 0
    for before, now in zip(known, counts(older, newer, on=newer), strict=True):
        n = now.tally.n
        if not before.tally.n or not n or before.tally.share > terms.share:
            continue
        hoped = n
        expected = before.tally.share * n
        unlucky = ceil(expected + sqrt(expected))  # as bad as in one case of six
        if at_most(unlucky, n, terms.share) <= level:
            likely = n
    return Prospect(likely=likely / max(1, len(newer)), hoped=hoped / max(1, len(newer)))


def curve(trials: Sequence[Trial]) -> tuple[Row, ...]:
    """All outcomes by threshold, counted and not tested: each bound holds by itself, and nothing is certified."""
    everything = Log.of(trials)
    found = [count for count in counts(trials, [], on=trials) if count.tally.n]
    return tuple(_row(count, 1.0, 0.0, everything) for count in found)


def holm(p_values: Sequence[float], error: float) -> list[float]:
    """The level that each p-value is held against: those at or below theirs are certified (Holm 1979)."""
    levels = [0.0] * len(p_values)
    level, failed = 0.0, False
    for rank, place in enumerate(sorted(range(len(p_values)), key=lambda at: p_values[at])):
        level = level if failed else error / (len(p_values) - rank)
        failed = failed or p_values[place] > level
        levels[place] = level
    return levels


def tested(name: str, older: Sequence[Trial], newer: Sequence[Trial], share: float, error: float) -> Part:
    """The candidates of the older half, tested on the newer one."""
    found = _speaking(counts(older, newer, on=newer))
    tried = _tried([count.tally.n for count in found], share, error)
    p_values = [at_most(count.tally.wrong, count.tally.n, share) for count in found]
    held = iter(holm([p for p, is_tried in zip(p_values, tried, strict=True) if is_tried], error))
    levels = [next(held) if is_tried else 0.0 for is_tried in tried]
    everything = Log.of(newer)
    rows = [_row(*figures, everything) for figures in zip(found, p_values, levels, strict=True)]
    return Part(
        name=name,
        error=error,
        minimum=least_clean(share, error),
        n=len(newer),
        rows=tuple(rows),
        chosen=_lowest(rows),
    )


def _speaking(found: Sequence[Count]) -> list[Count]:
    """The counts of at least one ticket; a band of audits only where the logs say something of what lies above it."""
    logged = [count for count in found if not count.band]
    silent = bool(logged) and not logged[-1].tally.n
    return [count for count in found if count.tally.n and not (count.band and silent)]


def _tried(sizes: Sequence[int], share: float, error: float) -> list[bool]:
    """Which candidates share the error: those that could be certified, were none wrong. No label is looked at."""
    largest = sorted(sizes, reverse=True)
    able = [place for place, n in enumerate(largest, start=1) if at_most(0, n, share) <= error / place]
    least = largest[max(able) - 1] if able else 0
    return [bool(able) and n >= least for n in sizes]


def _row(count: Count, p_value: float, level: float, newer: Log) -> Row:
    n, wrong = count.tally.n, count.tally.wrong
    return Row(
        threshold=count.threshold,
        coverage=newer.sent(count.threshold).n / len(newer.p),
        n=n,
        wrong=wrong,
        share=count.tally.share,
        upper=upper_bound(wrong, n, error=level or UNTRIED),
        p_value=p_value,
        level=level,
        certified=p_value <= level,
        band=count.band,
    )


def _lowest(rows: Sequence[Row]) -> float | None:
    """The lowest certified threshold; one that rests on audits serves only on top of the lowest that the logs cover."""
    logged = [row for row in rows if not row.band]
    passed = not logged or logged[-1].certified
    return min((row.threshold for row in rows if row.certified and (passed or not row.band)), default=None)


def _parts(older: Sequence[Trial], newer: Sequence[Trial], share: float, error: float) -> list[Part]:
    """The moments that can stand alone, each by itself, and the rest; empty where none can."""
    alone = _alone(older, newer, share, error)
    if not alone:
        return []
    parts = [tested(one, _of(older, one), _of(newer, one), share, error) for one in alone]
    rest = [[trial for trial in half if trial.moment not in alone] for half in (older, newer)]
    return [*parts, tested("rest", rest[0], rest[1], share, error)]


def _alone(older: Sequence[Trial], newer: Sequence[Trial], share: float, error: float) -> list[Moment]:
    """Moments that the older half alone would certify, the commonest first, so that enough are left for the rest."""
    least, often = least_clean(share, error), Counter(trial.moment for trial in newer)
    common = sorted((one for one in Moment if often[one] >= least), key=lambda one: -often[one])
    fit = [one for one in common if tested(one, half := _of(older, one), half, share, error).chosen is not None]
    while fit and len(newer) - sum(often[one] for one in fit) < least:
        fit.pop()
    return fit


def _of(trials: Sequence[Trial], moment: Moment) -> list[Trial]:
    return [trial for trial in trials if trial.moment is moment]


def _certified(report: Report) -> Iterable[tuple[float, dict[Moment, float]]]:
    """The general threshold and those of moments, of each arrangement that is certified as a whole."""
    whole, *parts = report.parts
    if whole.chosen is not None:
        yield whole.chosen, {}
    chosen = {part.name: part.chosen for part in parts if part.chosen is not None}
    if parts and len(chosen) == len(parts):
        general = chosen.pop("rest")
        yield general, {Moment(name): threshold for name, threshold in chosen.items()}


def _promise(
    thresholds: tuple[float, dict[Moment, float]], report: Report, *, basis: Sequence[Trial], costs: str
) -> Promise:
    general, own = thresholds
    rests_on = msgspec.json.encode((thresholds, report.look, report.experience, basis), order="sorted")
    return Promise(
        state=PromiseState.KEPT,
        threshold=general,
        thresholds=tuple((moment, own[moment]) for moment in Moment if moment in own),
        fingerprint=hashlib.sha256(rests_on).hexdigest()[:16],
        costs=costs,
    )


def threshold_of(promise: Promise, moment: Moment | None, terms: PromiseTerms) -> float:
    """What a promise asks for at this moment; None = at those that have no threshold of their own."""
    last = promise.threshold if moment is None else dict(promise.thresholds).get(moment, promise.threshold)
    if promise.state is PromiseState.KEPT:
        return last
    return terms.shipped_threshold if promise.state is PromiseState.NOT_YET else max(terms.shipped_threshold, last)


def sent_by(promise: Promise, trials: Iterable[Trial], terms: PromiseTerms) -> int:
    """How many of these tickets get an article by a promise."""
    asked = {moment: threshold_of(promise, moment, terms) for moment in Moment}
    return sum(trial.is_sent(asked[trial.moment]) for trial in trials)


def by_moment(promise: Promise, trials: Sequence[Trial], terms: PromiseTerms) -> tuple[ByMoment, ...]:
    """What a promise does to each moment."""
    found = []
    for moment in Moment:
        threshold = threshold_of(promise, moment, terms)
        sent = [trial.wrong for trial in trials if trial.moment is moment and trial.is_sent(threshold)]
        own = moment in dict(promise.thresholds)
        found.append(ByMoment(moment=moment, threshold=threshold, own=own, n=len(sent), wrong=sum(sent)))
    return tuple(found)
