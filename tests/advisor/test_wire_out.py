from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.errors import RecordsError
from advisor.types import (
    Account,
    Action,
    Candidate,
    Channel,
    Evidence,
    Failure,
    Moment,
    Notice,
    OfferedArticle,
    Prediction,
    PromiseState,
    Quote,
    Readability,
    Reason,
    ReasonCode,
    Recommendation,
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
from advisor.wire import evidence_from_json, evidence_to_json, to_json

SAMPLES = Path(__file__).with_name("samples")
BERLIN = timezone(timedelta(hours=1))
TUESDAY = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)
CALL = Wish(
    channel=WishChannel.PHONE,
    stance=Stance.WANTS,
    probability=0.87654321,
    quote=Quote(3, 17, "please ring me"),
    whose=Whose.FIRM,
    lasting=True,
)
NO_ARTICLE = Wish(
    channel=WishChannel.SELF_SERVICE,
    stance=Stance.REFUSES,
    source=WishSource.ACCOUNT,
    moment=Moment.BILLING,
    topic="Invoices",
    since=datetime(2025, 1, 1, tzinfo=UTC),
    expires=datetime(2027, 1, 1, tzinfo=BERLIN),
    author="c-9",
)
FULL = Evidence(
    ticket_id="t-1",
    source="zendesk",
    at=datetime(2026, 3, 3, 10, 0, 0, 123456, tzinfo=BERLIN),
    came_by=Channel.CHAT,
    readability=Readability.READABLE,
    language="en",
    wishes=(CALL, NO_ARTICLE),
    signals=(Signal(SignalKind.LEGAL_THREAT, 0.1 + 0.2, Quote(0, 6, "lawyer")), Signal(SignalKind.OUTAGE, 0.5, None)),
    failures=(Failure("a-1", Quote(0, 5, "tried")), Failure(None, None)),
    two_matters=Quote(9, 12, "and"),
    topic=Topic("Invoices", 0.75, known=True),
    moment=Prediction(Moment.BILLING, 0.6),
    tones=(Prediction(Tone.ANGRY, 0.9), Prediction(Tone.NEUTRAL, 0.05)),
    severity=2.25,
    candidates=(
        Candidate(
            id="a-2",
            version="v3",
            title="Where invoices are",
            url="https://help.example/a-2",
            category=None,
            passage_number=2,
            passage="Under “Billing”.",
            similarity=0.71,
            lexical=0.5,
            score=0.66,
        ),
    ),
    p_resolve=0.61,
    estimated=False,
    has_phone=True,
    persona="busy",
    account=Account(
        id="acme", name="Acme", licences=51, monthly_revenue=999.5, renews_on=date(2026, 12, 31), usage=0.5
    ),
    incident_match=("inc-1",),
    notices=(Notice(incident="inc-1", article="a-9", title="What is slow", url=None),),
    tokens_cut=7,
    models="m",
    knowledge="k",
)
ADVICE = Recommendation(
    id="r-1",
    revision=2,
    at=TUESDAY,
    ticket_id="t-1",
    action=Action.LIVE_HUMAN,
    channel=Channel.PHONE,
    queue="tier_1",
    notify=("Ann",),
    respond_by=datetime(2026, 3, 3, 12, 0, tzinfo=BERLIN),
    p_resolve=0.123456,
    needed=1.0,
    promise=PromiseState.NOT_YET,
    articles=(OfferedArticle(id="a", title="A", url=None, score=0.55555, passage="P"),),
    topic=Topic(None, 0.00004, known=False),
    moment=Prediction(Moment.BILLING, 0.66666),
    tones=(Prediction(Tone.ANGRY, 0.91239), Prediction(Tone.NEUTRAL, 0.1)),
    severity=1.23456,
    signals=(Signal(SignalKind.OUTAGE, 0.77777, Quote(0, 4, "down")),),
    wishes=(CALL, NO_ARTICLE),
    language="en",
    reasons=(Reason(ReasonCode.ASKS_FOR_PERSON, "The customer asks for a call.", "please ring me"),),
    unmet=(WishChannel.CHAT,),
    reply="Hello",
    experience="e",
    promise_id="p",
    models="m",
    knowledge="k",
)


def test_a_recommendation_goes_out_by_the_contract() -> None:
    assert json.loads(to_json(ADVICE)) == {
        "schema": 1,
        "id": "r-1",
        "revision": 2,
        "at": "2026-03-03T10:00:00Z",
        "ticket_id": "t-1",
        "action": "live_human",
        "channel": "phone",
        "queue": "tier_1",
        "notify": ["Ann"],
        "respond_by": "2026-03-03T12:00:00+01:00",
        "p_resolve": 0.1235,
        "needed": 1.0,
        "promise": "not_yet",
        "articles": [{"id": "a", "title": "A", "url": None, "score": 0.5555, "passage": "P"}],
        "topic": {"label": None, "probability": 0.0, "known": False},
        "moment": {"label": "billing", "probability": 0.6667},
        "tones": {"angry": 0.9124, "neutral": 0.1},
        "severity": 1.2346,
        "signals": [{"kind": "outage", "probability": 0.7778, "quote": "down"}],
        "wishes": [
            {
                "channel": "phone",
                "stance": "wants",
                "order": 1,
                "probability": 0.8765,
                "source": "ticket",
                "quote": "please ring me",
            },
            {
                "channel": "self_service",
                "stance": "refuses",
                "order": 1,
                "probability": 1.0,
                "source": "account",
                "quote": None,
            },
        ],
        "language": "en",
        "reasons": [{"code": "asks_for_person", "text": "The customer asks for a call.", "quote": "please ring me"}],
        "reply": "Hello",
        "experience": "e",
        "promise_id": "p",
        "models": "m",
        "knowledge": "k",
    }
    assert b"\n" not in to_json(replace(ADVICE, reply="two\nlines", channel=None, respond_by=None))


def test_evidence_stored_by_the_first_schema_is_still_read() -> None:
    own = replace(CALL, whose=Whose.SELF, lasting=False)
    first = replace(FULL, schema=1, wishes=(own, NO_ARTICLE), notices=())
    assert evidence_from_json((SAMPLES / "evidence_v1.json").read_bytes()) == first


def test_evidence_is_stored_without_loss() -> None:
    assert evidence_from_json(evidence_to_json(FULL)) == FULL
    assert json.loads(evidence_to_json(FULL)) == json.loads((SAMPLES / "evidence_v2.json").read_bytes())


part = st.floats(0, 1)
words = st.text(max_size=20)
moments_in_time = st.datetimes(datetime(1970, 1, 1), datetime(2199, 1, 1), timezones=st.sampled_from([UTC, BERLIN]))
quotes = st.builds(Quote, st.integers(0, 99), st.integers(0, 99), words)
wishes = st.builds(
    Wish,
    channel=st.sampled_from(WishChannel),
    stance=st.sampled_from(Stance),
    probability=part,
    source=st.sampled_from(WishSource),
    quote=st.none() | quotes,
    moment=st.none() | st.sampled_from(Moment),
    topic=st.none() | words,
    expires=st.none() | moments_in_time,
)
evidences = st.builds(
    Evidence,
    ticket_id=words,
    source=words,
    at=moments_in_time,
    came_by=st.sampled_from(Channel),
    readability=st.sampled_from(Readability),
    language=words,
    wishes=st.lists(wishes, max_size=3).map(tuple),
    signals=st.lists(st.builds(Signal, st.sampled_from(SignalKind), part, st.none() | quotes), max_size=2).map(tuple),
    tones=st.lists(st.builds(Prediction, st.sampled_from(Tone), part), max_size=3).map(tuple),
    p_resolve=part,
    severity=st.floats(0, 4),
)


@given(evidences)
def test_whatever_evidence_is_stored_comes_back(evidence: Evidence) -> None:
    stored = evidence_to_json(evidence)
    assert evidence_from_json(stored) == evidence
    assert evidence_to_json(evidence_from_json(stored)) == stored


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('{"schema": 3}', "stored evidence must have a schema from 1 to 2, was: 3: update the program"),
        ('{"schema": "1"}', "stored evidence must have a schema from 1 to 2, was: '1': update the program"),
        ("[]", "stored evidence must have a schema from 1 to 2, was: None: update the program"),
        ("{", "stored evidence must be JSON, was: Input data was truncated: advise the ticket again"),
        (
            '{"schema": 1}',
            "stored evidence must fit schema 1, was: Object missing required field `ticket_id`: "
            "advise the ticket again",
        ),
    ],
)
def test_evidence_of_another_schema_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(RecordsError) as caught:
        evidence_from_json(text)
    assert str(caught.value) == sentence
