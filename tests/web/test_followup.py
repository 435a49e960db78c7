from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from web_builders import recording_desk

from advisor.types import Action, Customer, Handled, Outcome, OutcomeKind, Ticket
from web.followup import FollowUp, follow_ups, is_drawn
from web.followup_commands import lines
from web.links import Links

NOW = datetime(2026, 6, 30, tzinfo=UTC)
KEY = b"k" * 32
LINKS = Links(KEY, "https://support.example.com")


def sent(id: str, *, days: int, action: Action = Action.SELF_SERVICE) -> Ticket:
    at = NOW - timedelta(days=days)
    return Ticket(
        id=id,
        subject=f"Matter {id}",
        body="Send me the link, please.",
        created_at=at,
        customer=Customer(id=f"C-{id}", email=f"{id}@example.com"),
        handled=Handled(action=action, at=at),
    )


def asked(*tickets: Ticket, share: float = 1.0, outcomes: tuple[Outcome, ...] = ()) -> list[FollowUp]:
    desk = recording_desk(*tickets)
    assert set(desk.records.outcomes.add(outcomes, by="test")) <= {""}
    days = timedelta(days=1)
    return list(
        follow_ups(desk.records, desk.experience, LINKS, KEY, share=share, after=3 * days, until=20 * days, now=NOW)
    )


def test_those_who_were_sent_an_article_and_are_silent_are_asked() -> None:
    found = asked(sent("early", days=2), sent("silent", days=5), sent("old", days=25))
    assert [one.ticket_id for one in found] == ["silent"]
    assert found[0].email == "silent@example.com"
    assert "about “Matter silent”" in found[0].text
    assert "That helped: https://support.example.com/helped/" in found[0].text


def test_who_has_said_something_or_was_answered_by_a_person_is_not_asked() -> None:
    told = Outcome(ticket_id="told", kind=OutcomeKind.CONFIRMED, at=NOW - timedelta(days=4))
    assert asked(sent("told", days=5), sent("person", days=5, action=Action.LIVE_HUMAN), outcomes=(told,)) == []


def test_a_share_is_drawn_and_a_larger_one_holds_it() -> None:
    ids = [f"advice {number}" for number in range(4000)]
    tenth = {id for id in ids if is_drawn(KEY, id, share=0.1)}
    half = {id for id in ids if is_drawn(KEY, id, share=0.5)}
    assert 320 <= len(tenth) <= 480
    assert tenth <= half
    assert not any(is_drawn(KEY, id, share=0.0) for id in ids)
    assert all(is_drawn(KEY, id, share=1.0) for id in ids)


def test_lines_name_the_ticket_and_json_holds_the_words() -> None:
    found = asked(sent("one", days=5))
    assert list(lines(found, as_json=False)) == ["2026-06-25  local one  one@example.com"]
    (line,) = lines(found, as_json=True)
    assert json.loads(line)["text"] == found[0].text
