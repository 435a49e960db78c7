"""All figures of a range of days, each with the time before it where a change is told: plain values for any renderer.

Three streams: the lean one over the columns (facts.py), the tickets as they were judged (seen.py), and the ledger.
Signs of detractors and advocates are taken from four weeks at least: one week holds few tickets of one customer.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from advisor.decision.binomial import upper_bound
from advisor.decision.budget import curve, threshold_of
from advisor.decision.drift import bound
from advisor.decision.experience import Experience
from advisor.decision.ideals import Incident
from advisor.decision.logs import Tally
from advisor.decision.policy import costs_of
from advisor.decision.report import Row
from advisor.insight.balance import Adding, Balance
from advisor.insight.compliance import By, Compliance, Group, count, group_of
from advisor.insight.gaps import GapReport, last_gaps
from advisor.insight.honour import Honour, Wished, missed_by
from advisor.insight.intervals import Share
from advisor.insight.ledger import Entry, ledger, window_of
from advisor.insight.promise import in_force
from advisor.insight.promise_outcomes import gathered
from advisor.insight.ranges import MONTH, Range
from advisor.insight.ratings import Ratings, ratings
from advisor.insight.seen import Files, Seen, seen_again
from advisor.insight.times import Times, times
from advisor.insight.topics import Topics, topics
from advisor.insight.voice import Listening, Voices
from advisor.insight.volumes import Volumes, volumes
from advisor.records import Past, Records
from advisor.records.facts import Fact, facts, newest, scale
from advisor.records.reviews import ReviewCounts
from advisor.types import PromiseState


@dataclass(frozen=True, slots=True)
class Span:
    """What is counted of one time."""

    volumes: Volumes
    times: Times
    ratings: Ratings
    compliance: Compliance  # by moment of truth
    outcomes: Balance


@dataclass(frozen=True, slots=True)
class Opened:
    """An incident that was open in the range."""

    incident: Incident
    tickets: Share  # that match it and came while it was open, of all of the range


@dataclass(frozen=True, slots=True, kw_only=True)
class Promised:
    """The promise, and how the articles of the range stand to it."""

    state: PromiseState
    share: float  # promised, 0 to 1
    confidence: float  # promised, 0 to 1
    threshold: float  # in force, 0 to 1
    set_aside: bool  # certified by other costs than today's
    sent: Tally  # articles by cost at that threshold, one a customer and matter, window closed
    upper: float  # 0 to 1; the true share lies below it, this figure taken by itself
    abandoned: int  # went away without an answer: neither right nor wrong
    open: int  # windows that have not closed
    curve: tuple[Row, ...]  # by threshold, counted and not tested


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything."""

    range: Range
    at: datetime  # when it was counted
    now: Span
    before: Span  # as many days before
    topics: Topics
    personas: Mapping[str, Group]  # who have a stated wish, by their persona
    unmet: tuple[tuple[Wished, int], ...]  # wants and refusals that were not honoured, the commonest first
    promise: Promised
    incidents: tuple[Opened, ...]
    heard_since: datetime  # from when on signs of detractors and advocates were taken
    voices: Voices
    gaps: GapReport | None  # of the newest look, whatever the range; None = nobody has looked yet
    reviews: ReviewCounts  # what agents said of advices in the range
    reviews_before: ReviewCounts


def range_of(records: Records, experience: Experience) -> Range | None:
    """The four weeks up to the newest ticket; None where none is recorded."""
    last = newest(records.file)
    return Range.up_to(last, experience.zone) if last is not None else None


def week_of(records: Records, experience: Experience, now: datetime) -> Range | None:
    """The last whole week in which a ticket came, else the week of the newest; None where none is recorded."""
    running = Range.week_of(now, experience.zone)
    last = newest(records.file, before=running.starts) or newest(records.file)
    return Range.week_of(last, experience.zone) if last is not None else None


def report(records: Records, experience: Experience, range_: Range, *, now: datetime) -> Report:
    """Count a range; `now` is when a window has closed, or not."""
    lean, judging = _Lean(records, range_), _Judging(records, experience, range_)
    stream = judging.passing(records, since=judging.since - window_of(experience))
    entries = ledger(records, experience, now, since=judging.since, until=range_.ends, stream=stream)
    promised = _promised(records, experience, judging.settled(entries), now=now)
    judging.finish(stream)
    return Report(
        range=range_,
        at=now,
        now=lean.span(range_, judging.now, judging.outcomes.balance),
        before=lean.span(range_.before, judging.before, judging.outcomes_before.balance),
        topics=topics(lean.of(range_), lean.of(range_.before), floor=experience.self_service.floor),
        personas=judging.personas,
        unmet=tuple(sorted(judging.unmet.items(), key=lambda one: (-one[1], one[0]))),
        promise=promised,
        incidents=judging.incidents(),
        heard_since=judging.since,
        voices=judging.listening.voices(),
        gaps=last_gaps(records),
        reviews=records.reviews.counts(since=range_.starts, until=range_.ends),
        reviews_before=records.reviews.counts(since=range_.before.starts, until=range_.before.ends),
    )


class _Lean:
    """What the columns say, of the range and of the time before."""

    def __init__(self, records: Records, range_: Range) -> None:
        found: dict[bool, list[Fact]] = {True: [], False: []}
        for fact in facts(records.file, since=range_.before.starts, until=range_.ends):
            found[fact.at >= range_.starts].append(fact)
        self._found = found
        self._range = range_
        self._scale = scale(records.file)

    def of(self, range_: Range) -> list[Fact]:
        """The tickets of the range, or of the time before."""
        return self._found[range_ == self._range]

    def span(self, range_: Range, judged: Compliance, outcomes: Balance) -> Span:
        """All of one time."""
        of = self.of(range_)
        return Span(volumes(of, range_), times(of), ratings(of, self._scale), judged, outcomes)


class _Judging:
    """What the judged tickets and the ledger say, in one stream."""

    def __init__(self, records: Records, experience: Experience, range_: Range) -> None:
        self.since = min(range_.before.starts, range_.ends - timedelta(days=MONTH))
        self.now, self.before = Compliance(By.MOMENT), Compliance(By.MOMENT)
        self.outcomes, self.outcomes_before = Adding(), Adding()
        self.personas: dict[str, Group] = defaultdict(Group)
        self.listening = Listening(experience, scale(records.file))
        self.unmet: Counter[Wished] = Counter()
        self._matching: Counter[str] = Counter()
        self._records, self._experience, self._range = records, experience, range_
        self._files = Files(records, experience)

    def passing(self, records: Records, *, since: datetime) -> Iterator[Past]:
        """The tickets from then on, each judged as it passes where it lies in the time that is looked at."""
        for past in records.past(since=since):
            if self.since <= past.created_at < self._range.ends:
                self._take(seen_again(self._records, past, self._files))
            yield past

    def finish(self, stream: Iterator[Past]) -> None:
        """Judge what the ledger left unread."""
        for past in stream:
            if past.created_at >= self._range.ends:
                return

    def settled(self, entries: Iterable[Entry]) -> Iterator[Entry]:
        """The entries of the range, all of them being added up as they pass."""
        for entry in entries:
            self.listening.outcome(entry)
            if entry.past.created_at >= self._range.starts:
                self.outcomes.take(entry)
                yield entry
            elif entry.past.created_at >= self._range.before.starts:
                self.outcomes_before.take(entry)

    def incidents(self) -> tuple[Opened, ...]:
        """Those that were open in the range."""
        return tuple(
            Opened(incident, Share.of_counts(self._matching[incident.id], self.now.tickets))
            for incident in self._experience.incidents
            if _was_open(incident, self._range)
        )

    def _take(self, one: Seen) -> None:
        self.listening.ticket(one)
        if one.past.created_at < self._range.starts:
            if one.past.created_at >= self._range.before.starts:
                count(self.before, one, self._experience)
            return
        count(self.now, one, self._experience)
        self._matching.update(_matching(one, self._experience))
        if one.judgement is None:
            return
        self.personas[group_of(one.past, one.case, By.PERSONA, self._experience)].count(one.judgement.honour)
        if one.judgement.honour is Honour.BREACHED:
            self.unmet.update(missed_by(one.judgement))


def _matching(one: Seen, experience: Experience) -> Iterable[str]:
    came, matched = one.past.created_at, one.case.evidence.incident_match
    return [incident.id for incident in experience.incidents if incident.id in matched and incident.is_open(came)]


def _was_open(incident: Incident, range_: Range) -> bool:
    begun = incident.opened is None or incident.opened < range_.ends
    return begun and (incident.until is None or incident.until > range_.starts)


def _promised(records: Records, experience: Experience, entries: Iterable[Entry], *, now: datetime) -> Promised:
    """The state as it is; a look or the watch is no matter of a report, and neither is done here."""
    kept, terms = in_force(records), experience.promise
    promise = bound(kept, costs_of(experience))
    found = gathered(records, entries, experience, now=now)
    sent = [one.wrong for one in found.trials if one.is_sent(threshold_of(promise, one.moment, terms))]
    gone = [one for one in found.abandoned if one.is_sent(threshold_of(promise, one.moment, terms))]
    return Promised(
        state=promise.state,
        share=terms.share,
        confidence=terms.confidence,
        threshold=threshold_of(promise, None, terms),
        set_aside=promise != kept,
        sent=Tally(len(sent), sum(sent)),
        upper=upper_bound(sum(sent), len(sent), error=1.0 - terms.confidence) if sent else 1.0,
        abandoned=len(gone),
        open=found.open,
        curve=curve(found.trials),
    )
