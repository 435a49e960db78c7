from __future__ import annotations

import re
from dataclasses import replace

import pytest
from web_builders import TUESDAY

from advisor.types import (
    Action,
    Channel,
    Moment,
    OfferedArticle,
    Prediction,
    PromiseState,
    Reason,
    ReasonCode,
    Recommendation,
    Signal,
    SignalKind,
    Stance,
    Topic,
    Wish,
    WishChannel,
)
from web.write_back.told import LONGEST_LINE, helps, told_of

ARTICLE = OfferedArticle(id="a", title="Reset a password", url="https://help.example.com/a", score=0.8, passage="")
ADVICE = Recommendation(
    at=TUESDAY,
    ticket_id="35",
    action=Action.SELF_SERVICE,
    channel=Channel.EMAIL,
    queue="tier_1",
    p_resolve=0.8,
    needed=0.4,
    promise=PromiseState.NOT_YET,
    articles=(
        ARTICLE,
        replace(ARTICLE, id="b", title="Noise", score=0.1),
        replace(ARTICLE, id="c", score=0.5, url=None),
    ),
    topic=Topic("password", 0.9, True),
    moment=Prediction(Moment.TECHNICAL_SUPPORT, 0.9),
    tones=(),
    severity=0.0,
    signals=(),
    wishes=(),
    language="en",
    reasons=(Reason(ReasonCode.COST, "Article fit 0.80; 0.40 was needed."), Reason(ReasonCode.ACCOUNT, "Left out.")),
    reply="",
    experience="",
    promise_id="",
    models="",
    knowledge="",
)
PERSON = replace(ADVICE, action=Action.LIVE_HUMAN, channel=Channel.PHONE)


def text_of(given: Recommendation, *, address: str = "") -> list[str]:
    return told_of(given, source="zendesk", address=address).text("[m]").split("\n")


def test_a_note_is_the_advice_the_articles_that_fit_the_receipt_and_the_marker() -> None:
    assert text_of(ADVICE, address="https://advisor.example.com") == [
        "Ticket Advisor – Self-service: send this article. Article fit 0.80; 0.40 was needed.",
        "Article: Reset a password: https://help.example.com/a",
        "Article: Reset a password",
        "Why, in full: https://advisor.example.com/receipts/zendesk/35",
        "[m]",
    ]


def test_an_article_that_is_advised_stands_there_however_badly_it_fits() -> None:
    poor = replace(ADVICE, articles=(replace(ARTICLE, score=0.01),))
    assert text_of(poor)[1] == "Article: Reset a password: https://help.example.com/a"
    assert text_of(replace(poor, action=Action.LIVE_HUMAN))[1] == "[m]"


def test_wishes_that_are_not_met_are_named_and_tagged() -> None:
    told = told_of(replace(PERSON, unmet=(WishChannel.CHAT, WishChannel.EMAIL)), source="zendesk", address="")
    assert "Not met: a chat, an e-mail." in told.text("")
    assert told.tags == ("advisor_person", "advisor_wish_unmet")


def test_two_advices_are_the_same_news_whatever_their_figures_unless_a_reason_an_article_or_a_wish_differs() -> None:
    def gist(given: Recommendation) -> str:
        return told_of(given, source="zendesk", address="").gist

    other_words = replace(
        ADVICE, reasons=(Reason(ReasonCode.COST, "Article fit 0.79; 0.40 was needed."),), p_resolve=0.79
    )
    assert gist(other_words) == gist(ADVICE)
    news = [
        ADVICE,
        PERSON,
        replace(PERSON, channel=Channel.EMAIL),
        replace(PERSON, unmet=(WishChannel.CHAT,)),
        replace(ADVICE, articles=()),
        replace(ADVICE, reasons=(Reason(ReasonCode.PERSONA, "Article fit 0.80; 0.40 was needed."),)),
        replace(ADVICE, signals=(Signal(SignalKind.OUTAGE, 0.9, None),)),
    ]
    assert len({gist(one) for one in news}) == len(news)


@pytest.mark.parametrize(
    ("given", "does"),
    [
        (ADVICE, True),
        (PERSON, False),
        (replace(PERSON, wishes=(Wish(channel=WishChannel.PHONE, stance=Stance.WANTS),)), True),
        (replace(PERSON, signals=(Signal(SignalKind.LEGAL_THREAT, 0.9, None),)), True),
        (replace(PERSON, unmet=(WishChannel.CHAT,)), True),
    ],
)
def test_a_note_helps_where_an_article_is_advised_or_there_is_a_wish_or_a_signal(
    given: Recommendation, does: bool
) -> None:
    assert helps(given) is does


def test_whatever_customers_and_articles_say_a_note_stays_short_plain_and_safe() -> None:
    nasty = '<script>alert(1)</script>\u202e"onclick=\nBcc: x' + "y" * 5000
    given = replace(
        ADVICE,
        ticket_id="../../admin?x=1#",
        reasons=(Reason(ReasonCode.COST, nasty),),
        articles=(
            replace(ARTICLE, title=nasty, url='https://help.example.com/"><img src=x onerror=alert(1)>'),
            replace(ARTICLE, url="javascript:alert(1)"),
        ),
    )
    told = told_of(given, source="a/b", address="https://advisor.example.com")
    html, lines = told.html("[m]"), told.text("[m]").split("\n")
    assert set(re.findall(r"<(/?\w+)", html)) == {"p", "/p", "a", "/a"}
    assert re.findall(r' href="([^"]*)"', html) == [
        "https://help.example.com/&quot;&gt;&lt;img src=x onerror=alert(1)&gt;",
        "https://advisor.example.com/receipts/a~2Fb/..~2F..~2Fadmin~3Fx~3D1~23",
    ]
    assert "javascript:" not in html
    assert len(lines) == 5
    assert max(map(len, lines)) <= LONGEST_LINE
    assert "\u202e" not in html
