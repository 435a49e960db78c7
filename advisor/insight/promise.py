"""The promise of an installation: where it stands, each look at the outcomes, and the watch over what was certified.

Showing spends no look. A look is taken at most monthly, and not before it would likely certify most of what may be
hoped for, as the older half of the outcomes tells: what is certified decides what is sent from then on, and of what is
no longer sent there are no new outcomes. After a withdrawal only tickets that came since it may certify. What other
costs certified does not serve today, and is not watched until they are back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from advisor.decision.binomial import least_clean, upper_bound
from advisor.decision.budget import (
    by_moment,
    certify_trials,
    curve,
    look_error,
    missing_outcomes,
    prospect,
    threshold_of,
)
from advisor.decision.drift import Watch, bound, may_certify, watch, watched, withdrawn
from advisor.decision.experience import Experience
from advisor.decision.logs import Tally
from advisor.decision.policy import Trial, costs_of
from advisor.decision.report import ByMoment, Missing, Prospect, Report, Row
from advisor.errors import AdvisorError
from advisor.insight.ledger import ledger
from advisor.insight.promise_outcomes import Gathered, gathered
from advisor.records import Look, Records
from advisor.types import Promise, PromiseState

MONTH = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """What the promise in force sends, and what stands beside it."""

    sent: Tally  # by cost, with a window that closed
    upper: float  # 0 to 1; the true share lies below it with the promised confidence, this figure taken by itself
    abandoned: int  # went away without an answer: neither right nor wrong
    if_all_wrong: float  # 0 to 1; the share, had all of these been wrong
    by_wish: Tally  # sent because the customer wished for an article; no part of the promise
    by_agents: int  # articles that agents sent though the advice was a person
    open: int  # windows that have not closed
    outside: int  # sent by cost, and today's file would not
    volunteered: Tally  # verdicts of agents on tickets that were not drawn before; they certify nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """All that is shown of the promise."""

    share: float  # promised
    confidence: float  # promised
    state: PromiseState  # withdrawn where it is set aside
    threshold: float  # in force, 0 to 1
    moments: tuple[ByMoment, ...]  # on all outcomes
    outcomes: int  # that may certify
    curve: tuple[Row, ...]  # counted, not tested
    sides: Sides
    looks: int  # taken so far
    last_look: datetime | None
    next_look: datetime | None  # not before this; None = at any time
    certified: datetime | None  # when what is in force was certified
    set_aside: bool  # certified by other costs than those of today's experience file, and not serving for this
    report: Report | None  # of the last look
    minimum: int  # outcomes without which nothing could be certified, with none wrong
    missing: tuple[Missing, ...]
    prospect: Prospect
    watch: Watch | None  # None = nothing is certified
    withdrawn_now: bool  # the bet was won just now
    last_withdrawal: datetime | None  # only tickets that came since may certify
    older: int  # tickets that may not certify for this


def situation(records: Records, experience: Experience, *, now: datetime) -> Situation:
    """Where the promise stands; a promise that the watch finds broken is withdrawn before it is shown."""
    found = gathered(records, ledger(records, experience, now), experience, now=now)
    return _situation(records, experience, found, now)


def take_look(records: Records, experience: Experience, *, now: datetime, early: bool = False) -> Situation:
    """Spend a look; AdvisorError where it is too soon, or nothing could come of it. `early` = before it is worth it."""
    found = gathered(records, ledger(records, experience, now), experience, now=now)
    before = _situation(records, experience, found, now)
    _refuse_if_too_soon(before, now, early=early)
    promise, report = certify_trials(
        may_certify(found.trials, withdrawn_at=before.last_withdrawal),
        experience.promise,
        look=before.looks + 1,
        before=in_force(records),
        standing=before.certified is not None and not before.set_aside,
        experience=experience.fingerprint,
        costs=costs_of(experience),
    )
    records.promises.looked(promise, msgspec.json.encode(report).decode(), before=before.looks, at=now)
    return _situation(records, experience, found, now)


def in_force(records: Records) -> Promise:
    """The promise that was last certified or withdrawn; `bound` says whether it serves under today's costs."""
    return records.promises.in_force() or Promise()


def keep_watch(records: Records, trials: tuple[Trial, ...], experience: Experience, *, now: datetime) -> Watch | None:
    """Bet against what is certified, and withdraw it where the bet is won; None where nothing is, or set aside."""
    promise, look = in_force(records), _certification(records)
    if look is None or promise.costs != costs_of(experience):
        return None
    seen = watch(watched(trials, promise, since=look.at), share=experience.promise.share)
    if seen.withdrawn_at is not None:
        records.promises.keep(withdrawn(promise), at=now)
    return seen


def _certification(records: Records) -> Look | None:
    """The look that certified what is in force: the first that names it, later ones having only let it stand."""
    promise = in_force(records)
    if promise.state is not PromiseState.KEPT:
        return None
    return next((look for look in records.promises.looks() if look.promise == promise.fingerprint), None)


def _situation(records: Records, experience: Experience, found: Gathered, now: datetime) -> Situation:
    looks, certified = records.promises.looks(), _certification(records)
    seen = keep_watch(records, found.trials, experience, now=now)
    kept, terms, number = in_force(records), experience.promise, len(looks) + 1
    promise, last = bound(kept, costs_of(experience)), records.promises.last_withdrawal()
    trials = may_certify(found.trials, withdrawn_at=last)
    return Situation(
        share=terms.share,
        confidence=terms.confidence,
        state=promise.state,
        threshold=threshold_of(promise, None, terms),
        moments=by_moment(promise, found.trials, terms),
        outcomes=len(trials),
        curve=curve(trials),
        sides=_sides(found, promise, experience),
        looks=len(looks),
        last_look=looks[-1].at if looks else None,
        next_look=looks[-1].at + MONTH if looks else None,
        certified=certified.at if certified is not None else None,
        set_aside=promise != kept,
        report=_report(looks[-1]) if looks else None,
        minimum=2 * least_clean(terms.share, look_error(terms, number) / 2),
        missing=missing_outcomes(terms, look=number, have=len(trials)),
        prospect=prospect(trials, terms, look=number),
        watch=seen,
        withdrawn_now=seen is not None and seen.withdrawn_at is not None,
        last_withdrawal=last,
        older=len(found.trials) - len(trials),
    )


def _report(look: Look) -> Report:
    return msgspec.json.decode(look.report, type=Report)


def _sides(found: Gathered, promise: Promise, experience: Experience) -> Sides:
    terms = experience.promise
    sent = _sent(found.trials, promise, experience)
    abandoned = _sent(found.abandoned, promise, experience).n
    return Sides(
        sent=sent,
        upper=upper_bound(sent.wrong, sent.n, error=1.0 - terms.confidence),
        abandoned=abandoned,
        if_all_wrong=Tally(sent.n + abandoned, sent.wrong + abandoned).share,
        by_wish=found.by_wish,
        by_agents=found.by_agents,
        open=found.open,
        outside=found.outside,
        volunteered=found.volunteered,
    )


def _sent(trials: tuple[Trial, ...], promise: Promise, experience: Experience) -> Tally:
    wrong = [one.wrong for one in trials if one.is_sent(threshold_of(promise, one.moment, experience.promise))]
    return Tally(len(wrong), sum(wrong))


def _refuse_if_too_soon(before: Situation, now: datetime, *, early: bool) -> None:
    """No label of the newer half is looked at, so a look that is put off costs nothing."""
    if before.next_look is not None and now < before.next_look:
        raise AdvisorError(
            f"a look may be taken once in 30 days; the last was on {before.last_look:%Y-%m-%d}: "
            f"come back on {before.next_look:%Y-%m-%d}, or see where things stand with advisor promise"
        )
    if before.outcomes < before.minimum:
        last = before.last_withdrawal
        since = f" of tickets that came since the withdrawal on {last:%Y-%m-%d}" if last is not None else ""
        raise AdvisorError(
            f"a look needs at least {before.minimum} outcomes{since}, there are {before.outcomes}: "
            "no look was spent; import outcomes, or wait for windows to close"
        )
    if not early and not before.prospect.is_good:
        raise AdvisorError(
            f"a look now would likely certify {before.prospect.likely:.0%} of the articles by cost, later "
            f"{before.prospect.hoped:.0%}, judged by the older half of the outcomes, and what is not certified now is "
            "hardly tried again: wait, or take it all the same with --early; no look was spent"
        )
