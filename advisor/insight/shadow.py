"""What the advisor would have done, against what the agents did: read while it runs in shadow and changes nothing.

Of each ticket counts the advice of the time when it was answered. Agreement is of the tickets of which it is known what
was done; that an agent did otherwise does not say who was right. What says it is beside: the wishes that a customer had
stated, and which article an agent really sent.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from heapq import nsmallest
from typing import NamedTuple

from advisor.decision.whatif import Way
from advisor.insight.honour import Honour, Wished, judged_way, missed_by
from advisor.insight.intervals import Share
from advisor.insight.seen import Seen
from advisor.types import SAFETY, Action, Handled

MOST_TOLD = 5  # examples of one kind
ROOM = 4 * MOST_TOLD  # of one kind that are held while counting
SHOWN = 3  # articles of an advice that an agent sees
MET = frozenset({Honour.HONOURED, Honour.BY_LATER_CHOICE})


class Wishes(StrEnum):
    """Who met a stated wish, of the tickets of which both is known."""

    BOTH = "both"
    AGENTS_ALONE = "agents_alone"  # they caught what the advice would have missed
    ADVICE_ALONE = "advice_alone"  # they missed what the advice would have met
    NEITHER = "neither"


class Articles(StrEnum):
    """The article that an agent sent, against those advised."""

    FIRST = "first"  # the first one advised
    OTHERS = "others"  # another one of those shown
    ELSEWHERE = "elsewhere"  # none of them
    NOT_KNOWN = "not_known"  # an article was sent, and it is not known which


class Telling(StrEnum):
    """Why a ticket is shown as an example; the first tells most."""

    MISSED = "missed"  # agents missed a wish that the advice would have met
    CAUGHT = "caught"  # the advice would have missed a wish that agents met
    SAFETY = "safety"  # an article was sent where the advice was a person, for safety
    SENT = "sent"  # the same action, and another article
    APART = "apart"  # another action, the surest first


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One ticket in which advice and agents differ."""

    source: str
    ticket_id: str
    at: datetime  # when it came
    subject: str  # masked
    telling: Telling
    advised: Way
    done: Handled  # by whom is left out: it is no figure of agents
    reason: str  # the deciding sentence of the advice
    wishes: tuple[Wished, ...]  # that the one missed and the other met
    margin: float  # 0 to 1; how far the article's fit was from what it had to reach


@dataclass(frozen=True, slots=True)
class Group:
    """Tickets of one kind."""

    known: int
    same: int  # action

    @property
    def share(self) -> Share:
        """The same action, of those known."""
        return Share.of_counts(self.same, self.known)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shadow:
    """All of a range."""

    tickets: int
    known: Share  # of which it is known whether an article or a person answered
    actions: Mapping[tuple[Action, Action], int]  # advised and done
    same_action: Share
    same_channel: Share  # of those with the same action of which the channel is known too
    moments: Mapping[str, Group]
    reasons: Mapping[str, Group]  # by the code of the deciding reason
    stated: Share  # of all tickets, those with a stated wish
    wishes: Mapping[Wishes, int]
    unclear: int  # with a stated wish, and not known well enough whether it was met
    missed: Mapping[Wished, int]  # that agents missed and the advice would have met
    caught: Mapping[Wished, int]  # that agents met and the advice would have missed
    articles: Mapping[Articles, int]  # of the articles that agents sent
    article_advised: int  # of them, where the advice was an article too
    examples: tuple[Example, ...]


@dataclass(slots=True)
class _Counts:
    tickets: int = 0
    actions: Counter[tuple[Action, Action]] = field(default_factory=Counter)
    channels: list[bool] = field(default_factory=list)
    moments: Counter[tuple[str, bool]] = field(default_factory=Counter)
    reasons: Counter[tuple[str, bool]] = field(default_factory=Counter)
    stated: int = 0
    wishes: Counter[Wishes] = field(default_factory=Counter)
    unclear: int = 0
    missed: Counter[Wished] = field(default_factory=Counter)
    caught: Counter[Wished] = field(default_factory=Counter)
    articles: Counter[Articles] = field(default_factory=Counter)
    article_advised: int = 0
    examples: dict[Telling, list[_Apart]] = field(default_factory=lambda: defaultdict(list))


class _Apart(NamedTuple):
    seen: Seen
    wishes: tuple[Wished, ...]
    advised: Way

    @property
    def order(self) -> tuple[float, datetime, str, str]:
        """The farthest from its bar first."""
        past = self.seen.past
        return -abs(past.p_resolve - past.needed), past.created_at, past.source, past.ticket_id


def shadow(stream: Iterable[Seen]) -> Shadow:
    """Count tickets, in one stream."""
    counts = _Counts()
    for one in stream:
        _count(counts, one)
    return _shadow(counts)


def _count(counts: _Counts, one: Seen) -> None:
    counts.tickets += 1
    counts.stated += one.judgement is not None
    handled = one.past.handled
    if handled is None or (handled.action is None and handled.channel is None):
        counts.unclear += one.judgement is not None
        return
    advised = _advised(one)
    telling, wishes = _wishes(counts, one, advised)
    if handled.action is not None:
        telling = _action(counts, one, advised, handled.action) if telling is None else telling
        _agree(counts, one, advised, handled)
    if telling is not None:
        kept = counts.examples[telling]
        kept.append(_Apart(one, wishes, advised))
        if len(kept) > ROOM:
            kept[:] = nsmallest(MOST_TOLD, kept, key=lambda apart: apart.order)


def _advised(one: Seen) -> Way:
    if one.then is None:
        return Way(one.past.action, one.past.channel)
    return Way(one.then.recommendation.action, one.then.recommendation.channel)


def _agree(counts: _Counts, one: Seen, advised: Way, handled: Handled) -> None:
    if handled.action is None:
        return
    same = advised.action is handled.action
    counts.actions[advised.action, handled.action] += 1
    counts.moments[one.case.ideal.moment.value, same] += 1
    counts.reasons[_reason(one), same] += 1
    if same and handled.channel is not None:
        counts.channels.append(advised.channel is handled.channel)


def _reason(one: Seen) -> str:
    return one.past.reason if one.then is None else one.then.recommendation.reasons[0].code.value


def _wishes(counts: _Counts, one: Seen, advised: Way) -> tuple[Telling | None, tuple[Wished, ...]]:
    """Who met the customer's wish, and which wishes tell the two apart."""
    if one.judgement is None:
        return None, ()
    if one.judgement.honour is Honour.UNKNOWN:
        counts.unclear += 1
        return None, ()
    ours = judged_way(one.case, advised)
    agents, advice = one.judgement.honour in MET, ours.honour in MET
    if agents and advice:
        counts.wishes[Wishes.BOTH] += 1
        return None, ()
    if agents:
        counts.wishes[Wishes.AGENTS_ALONE] += 1
        missed = missed_by(ours)
        counts.caught.update(missed)
        return Telling.CAUGHT, missed
    if advice:
        counts.wishes[Wishes.ADVICE_ALONE] += 1
        missed = missed_by(one.judgement)
        counts.missed.update(missed)
        return Telling.MISSED, missed
    counts.wishes[Wishes.NEITHER] += 1
    return None, ()


def _action(counts: _Counts, one: Seen, advised: Way, done: Action) -> Telling | None:
    """What the action tells; counts which article was sent."""
    sent = _sent(counts, one, advised) if done is Action.SELF_SERVICE else None
    if advised.action is not done:
        grave = any(signal.kind in SAFETY for signal in one.case.evidence.signals)
        return Telling.SAFETY if grave and done is Action.SELF_SERVICE else Telling.APART
    return Telling.SENT if sent is Articles.ELSEWHERE else None


def _sent(counts: _Counts, one: Seen, advised: Way) -> Articles:
    shown = [article.id for article in one.case.articles[:SHOWN]]
    counts.article_advised += advised.action is Action.SELF_SERVICE
    if one.past.sent is None:
        found = Articles.NOT_KNOWN
    elif one.past.sent in shown:
        found = Articles.FIRST if one.past.sent == shown[0] else Articles.OTHERS
    else:
        found = Articles.ELSEWHERE
    counts.articles[found] += 1
    return found


def _shadow(counts: _Counts) -> Shadow:
    known, same = counts.actions.total(), counts.actions[Action.SELF_SERVICE, Action.SELF_SERVICE]
    same += counts.actions[Action.LIVE_HUMAN, Action.LIVE_HUMAN]
    return Shadow(
        tickets=counts.tickets,
        known=Share.of_counts(known, counts.tickets),
        actions=counts.actions,
        same_action=Share.of_counts(same, known),
        same_channel=Share.of_counts(sum(counts.channels), len(counts.channels)),
        moments=_groups(counts.moments),
        reasons=_groups(counts.reasons),
        stated=Share.of_counts(counts.stated, counts.tickets),
        wishes=counts.wishes,
        unclear=counts.unclear,
        missed=counts.missed,
        caught=counts.caught,
        articles=counts.articles,
        article_advised=counts.article_advised,
        examples=tuple(_examples(counts)),
    )


def _groups(counts: Counter[tuple[str, bool]]) -> dict[str, Group]:
    """The largest first."""
    whole = Counter[str]()
    for (name, _), count in counts.items():
        whole[name] += count
    ordered = sorted(whole.items(), key=lambda one: (-one[1], one[0]))
    return {name: Group(known, counts[name, True]) for name, known in ordered}


def _examples(counts: _Counts) -> Iterator[Example]:
    for telling in Telling:
        for apart in nsmallest(MOST_TOLD, counts.examples[telling], key=lambda one: one.order):
            past = apart.seen.past
            yield Example(
                source=past.source,
                ticket_id=past.ticket_id,
                at=past.created_at,
                subject=past.subject,
                telling=telling,
                advised=apart.advised,
                done=replace(past.handled or Handled(), by=None),
                reason=apart.seen.advice.reasons[0].text,
                wishes=apart.wishes,
                margin=abs(past.p_resolve - past.needed),
            )
