"""What the advisor would have done against what the agents did, on tickets that one can count in one's head."""

from __future__ import annotations

from pathlib import Path

from decision_builders import COMPANY, TUESDAY, refuses, signal, wants
from insight_builders import HOUR, article, keep, opened, person

from advisor.insight.intervals import Share
from advisor.insight.seen import seen
from advisor.insight.shadow import Articles, Shadow, Telling, Wishes, shadow
from advisor.records import Records
from advisor.types import Action, Stance, WishChannel

CALL = (Stance.WANTS, WishChannel.PHONE)


def counted(records: Records) -> Shadow:
    return shadow(seen(records, COMPANY))


def test_nothing_is_no_agreement(tmp_path: Path) -> None:
    found = counted(opened(tmp_path))
    assert (found.tickets, found.same_action, found.examples) == (0, Share.of_counts(0, 0), ())


def test_agreement_is_of_the_tickets_of_which_it_is_known_what_was_done(tmp_path: Path) -> None:
    records = opened(tmp_path)
    keep(records, "same", handled=article())
    keep(records, "way", handled=article("portal"))
    keep(records, "apart", handled=person())
    keep(records, "unknown")
    found = counted(records)
    assert (found.tickets, found.known) == (4, Share.of_counts(3, 4))
    assert found.same_action == Share.of_counts(2, 3)
    assert found.same_channel == Share.of_counts(1, 2)
    assert found.actions[Action.SELF_SERVICE, Action.LIVE_HUMAN] == 1
    assert found.reasons["cost"].share == Share.of_counts(2, 3)
    assert [(one.ticket_id, one.telling) for one in found.examples] == [("apart", Telling.APART)]


def test_wishes_that_agents_missed_and_those_they_caught(tmp_path: Path) -> None:
    records = opened(tmp_path)
    keep(records, "missed", wants("phone"), handled=person("email"))
    keep(records, "both", wants("phone"), handled=person("phone"))
    keep(records, "caught", wants("self_service"), handled=article(), signals=(signal("legal_threat"),))
    keep(records, "unclear", wants("phone"))
    found = counted(records)
    assert (found.stated, found.unclear) == (Share.of_counts(4, 4), 1)
    assert dict(found.wishes) == {Wishes.ADVICE_ALONE: 1, Wishes.BOTH: 1, Wishes.AGENTS_ALONE: 1}
    assert dict(found.missed) == {CALL: 1}
    assert dict(found.caught) == {(Stance.WANTS, WishChannel.SELF_SERVICE): 1}
    told = {one.ticket_id: (one.telling, one.wishes) for one in found.examples}
    assert told == {
        "missed": (Telling.MISSED, (CALL,)),
        "caught": (Telling.CAUGHT, ((Stance.WANTS, WishChannel.SELF_SERVICE),)),
    }


def test_an_article_for_what_is_grave_is_an_example_before_mere_difference(tmp_path: Path) -> None:
    records = opened(tmp_path)
    keep(records, "apart", handled=person())
    keep(records, "grave", handled=article(), signals=(signal("fraud_or_security"),))
    assert [(one.ticket_id, one.telling) for one in counted(records).examples] == [
        ("grave", Telling.SAFETY),
        ("apart", Telling.APART),
    ]


def test_articles_that_agents_sent_are_held_against_those_advised(tmp_path: Path) -> None:
    records = opened(tmp_path)
    for id, sent in (("first", "reset"), ("elsewhere", "another"), ("unknown", None)):
        keep(records, id)
        assert records.outcomes.keep_handled("local", id, article(at=TUESDAY + HOUR), told_by="agent", article=sent)
    found = counted(records)
    assert dict(found.articles) == {Articles.FIRST: 1, Articles.ELSEWHERE: 1, Articles.NOT_KNOWN: 1}
    assert found.article_advised == 3
    assert [(one.ticket_id, one.telling) for one in found.examples] == [("elsewhere", Telling.SENT)]


def test_no_example_names_an_agent(tmp_path: Path) -> None:
    records = opened(tmp_path)
    keep(records, "a", refuses("self_service"), handled=article(by="Bo"))
    assert [one.done.by for one in counted(records).examples] == [None]
