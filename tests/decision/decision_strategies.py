"""Arbitrary tickets, for the laws."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from decision_builders import TUESDAY, article
from hypothesis import strategies as st

from advisor.types import (
    Account,
    Channel,
    Evidence,
    Failure,
    Moment,
    Prediction,
    Promise,
    PromiseState,
    Quote,
    Readability,
    Signal,
    SignalKind,
    Stance,
    Tone,
    Topic,
    Whose,
    Wish,
    WishChannel,
    WishSource,
)

SHARES = st.floats(0, 1)
INSTANTS = [TUESDAY + timedelta(days=days, hours=days % 24) for days in range(-400, 401, 7)]
TIMES = st.sampled_from(INSTANTS)
SOMETIMES = st.sampled_from([*[None] * len(INSTANTS), *INSTANTS])
TEXT = "".join(f"at {start:03}, so " for start in range(0, 1000, 10))  # the stored, masked text of every ticket
QUOTES = st.sampled_from([Quote(start, start + 6, TEXT[start : start + 6]) for start in range(0, 1000, 10)])
UNREAD = [readability for readability in Readability if readability is not Readability.READABLE]


def _wishes(source: WishSource) -> st.SearchStrategy[Wish]:
    filed = source is not WishSource.TICKET
    return st.builds(
        Wish,
        channel=st.sampled_from(WishChannel),
        stance=st.sampled_from(Stance),
        order=st.integers(1, 3),
        probability=st.sampled_from([0.6, 0.9]),
        source=st.just(source),
        quote=st.none() if filed else QUOTES,
        moment=st.sampled_from([None, None, *Moment]) if filed else st.none(),
        topic=st.sampled_from([None, None, "Refunds", "integrations"]) if filed else st.none(),
        since=SOMETIMES,
        expires=SOMETIMES,
        author=st.sampled_from([*[None] * 9, "colleague"]),
        whose=st.sampled_from([*[Whose.SELF] * 7, Whose.FIRM, Whose.COLLEAGUE]),
        lasting=st.booleans(),
    )


WISHES = st.one_of(*map(_wishes, WishSource))
ACCOUNTS = st.builds(
    Account,
    licences=st.none() | st.integers(0, 200),
    monthly_revenue=st.none() | st.floats(0, 10_000),
    renews_on=st.sampled_from([None, *map(datetime.date, INSTANTS)]),
    plan=st.sampled_from([None, "premium", "free", "unknown"]),
    manager=st.sampled_from([None, "Ada"]),
)
EVIDENCE = st.builds(
    Evidence,
    ticket_id=st.just("t-1"),
    at=TIMES,
    came_by=st.sampled_from(Channel),
    readability=st.sampled_from([*[Readability.READABLE] * 12, *UNREAD]),
    language=st.just("en"),
    wishes=st.lists(WISHES, max_size=5).map(tuple),
    signals=st.lists(st.builds(Signal, st.sampled_from(SignalKind), SHARES, QUOTES), max_size=1).map(tuple),
    failures=st.lists(st.builds(Failure, st.sampled_from([None, "reset"]), QUOTES), max_size=1).map(tuple),
    two_matters=st.sampled_from([None] * 7 + [Quote(0, 6, TEXT[:6])]),
    topic=st.builds(Topic, st.sampled_from(["Refunds", "Integrations", None]), SHARES, st.booleans()),
    moment=st.builds(Prediction, st.sampled_from(Moment), SHARES),
    tones=st.lists(st.builds(Prediction, st.sampled_from(Tone), SHARES), max_size=3, unique_by=lambda t: t.label).map(
        tuple
    ),
    severity=st.floats(0, 4),
    candidates=st.sampled_from([(), (article(),), (article(), article("other", score=0.1))]),
    p_resolve=SHARES,
    estimated=st.booleans(),
    has_phone=st.booleans(),
    persona=st.sampled_from([None, None, "hands_on", "busy_owner", "unknown"]),
    account=ACCOUNTS,
    incident_match=st.sampled_from([(), (), ("slow",)]),
)
PROMISES = st.builds(
    Promise,
    state=st.sampled_from(PromiseState),
    threshold=SHARES,
    thresholds=st.sampled_from([(), ((Moment.BILLING, 0.3),), ((Moment.TECHNICAL_SUPPORT, 0.9),)]),
)
# Most arbitrary tickets hold something that sends them to a person; these leave the choice open.
CALM = st.builds(
    lambda told, severity, p: replace(
        told,
        readability=Readability.READABLE,
        signals=(),
        failures=(),
        two_matters=None,
        severity=severity,
        p_resolve=p,
        incident_match=(),
        account=Account(plan=told.account.plan),
        candidates=(article(),),
    ),
    EVIDENCE,
    st.floats(0, 2),
    st.floats(0.3, 1),
)
ANY = CALM | EVIDENCE
