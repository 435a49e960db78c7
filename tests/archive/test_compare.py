"""Two results counted on rows whose figures can be checked in one's head, and the laws of comparing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from result_builders import person, row

from advisor.archive.compare import Beside, Comparison, beside, compare
from advisor.archive.compare_given import given_of
from advisor.archive.compare_join import Meeting, Side
from advisor.archive.result import Row
from advisor.decision.whatif import Group, Way
from advisor.types import Action, Channel, WishChannel

ARTICLE, PERSON = Way(Action.SELF_SERVICE, Channel.EMAIL), Way(Action.LIVE_HUMAN, Channel.EMAIL)
CALL = Way(Action.LIVE_HUMAN, Channel.PHONE)
ROWS = st.builds(
    row,
    st.sampled_from([f"t-{number}" for number in range(6)]),
    source=st.sampled_from(["local", "zendesk"]),
    moment=st.sampled_from(["billing", "renewal"]),
    action=st.sampled_from(list(map(str, Action))),
    channel=st.sampled_from(["email", "phone", None]),
    queue=st.sampled_from(["tier1", "tier2"]),
    reason=st.sampled_from(["cost", "safety", "asks_for_person"]),
    p_resolve=st.floats(0, 1),
    needed=st.floats(0, 1),
    wishes=st.sampled_from([(), ("phone:wants",)]),
    unmet=st.sampled_from([(), ("phone",), ("phone", "email")]),
    handled_action=st.sampled_from([None, "self_service", "live_human"]),
    handled_channel=st.sampled_from([None, "email", "phone"]),
    models=st.sampled_from(["models-1", "models-2"]),
)
RESULTS = st.lists(ROWS, max_size=12)


def compared(old: Sequence[Row], new: Sequence[Row], *, examples: int = 10) -> Comparison:
    with closing(Meeting()) as meeting:
        meeting.take(Side.OLD, map(given_of, old))
        meeting.take(Side.NEW, map(given_of, new))
        return compare(meeting.pairs(), examples=examples)


def one_beside(*rows: Row, examples: int = 10) -> Beside:
    return beside(map(given_of, rows), examples=examples)


@settings(max_examples=60, deadline=None)
@given(rows=RESULTS)
def test_a_result_compared_with_itself_changes_nothing(rows: list[Row]) -> None:
    found = compared(rows, rows)
    tickets = len({(one.source, one.ticket_id) for one in rows})
    counts = (found.all.tickets, found.all.changed, found.only_old, found.only_new, found.queue_only)
    assert counts == (tickets, 0, 0, 0, 0)
    assert all(before == after for before, after in (*found.ways, *found.reasons))
    assert all(before == after for counts in found.made_by.values() for before, after in counts)
    assert found.unmet_before == found.unmet_after
    assert found.done_old == found.done_new
    assert found.telling == []


@settings(max_examples=60, deadline=None)
@given(first=RESULTS, second=RESULTS)
def test_the_other_way_round_every_move_is_turned(first: list[Row], second: list[Row]) -> None:
    there, back = compared(first, second), compared(second, first)
    assert back.ways == Counter({(after, before): count for (before, after), count in there.ways.items()})
    assert {key: group.changed for key, group in back.reasons.items()} == {
        (after, before): group.changed for (before, after), group in there.reasons.items()
    }
    for name, counts in there.made_by.items():
        assert back.made_by[name] == Counter({(after, before): count for (before, after), count in counts.items()})
    turned = Group(
        there.all.tickets,
        there.all.changed,
        to_article=there.all.to_person,
        to_person=there.all.to_article,
        unmet_before=there.all.unmet_after,
        unmet_after=there.all.unmet_before,
    )
    assert (back.all, back.only_old, back.only_new) == (turned, there.only_new, there.only_old)
    assert (back.done_old, back.done_new) == (there.done_new, there.done_old)


@settings(max_examples=40, deadline=None)
@given(old=RESULTS, new=RESULTS, data=st.data())
def test_the_order_of_the_rows_says_nothing(old: list[Row], new: list[Row], data: st.DataObject) -> None:
    old = list({(one.source, one.ticket_id): one for one in old}.values())
    assert compared(data.draw(st.permutations(old)), new) == compared(old, new)


def test_changes_are_counted_from_what_to_what_for_whom_and_why() -> None:
    old = [
        row("t-1"),
        row("t-2", moment="billing", persona="hands_on"),
        person("t-3", topic="Invoices"),
        person("t-4", reason="asks_for_person", unmet=("phone",)),
        row("t-5"),
        row("t-6"),
    ]
    new = [
        row("t-1"),
        person("t-2", moment="billing", persona="hands_on"),
        row("t-3", topic="Invoices", topic_known=False),
        person("t-4", reason="asks_for_person", channel="phone"),
        row("t-5", queue="tier2", models="models-2"),
        row("t-7"),
    ]
    found = compared(old, new)
    whole = Group(5, 3, to_article=1, to_person=1, unmet_before=1, unmet_after=0)
    assert (found.all, found.only_old, found.only_new, found.queue_only) == (whole, 1, 1, 1)
    assert found.ways == {(ARTICLE, ARTICLE): 2, (ARTICLE, PERSON): 1, (PERSON, ARTICLE): 1, (PERSON, CALL): 1}
    assert found.changed == 3 / 5
    assert found.moments == {
        "billing": Group(1, 1, to_person=1),
        "technical_support": Group(4, 2, to_article=1, unmet_before=1),
    }
    assert {name: group.tickets for name, group in found.topics.items()} == {"Account": 4, "not known": 1}
    assert {name: group.changed for name, group in found.personas.items()} == {"hands_on": 1, "not known": 2}
    assert found.reasons == {
        ("cost", "cost"): Group(4, 2, to_article=1, to_person=1),
        ("asks_for_person", "asks_for_person"): Group(1, 1, unmet_before=1),
    }
    assert (found.unmet_before, found.unmet_after) == ({WishChannel.PHONE: 1}, {})
    assert found.made_by["models"] == {("models-1", "models-1"): 4, ("models-1", "models-2"): 1}
    assert found.made_by["experience"] == {("experience-1", "experience-1"): 5}


def test_tickets_of_two_sources_are_two_tickets() -> None:
    found = compared([row("t-1", source="mail")], [person("t-1", source="chat")])
    assert (found.all.tickets, found.only_old, found.only_new, found.changed) == (0, 1, 1, 0.0)


def test_of_a_ticket_that_stands_twice_the_last_row_counts() -> None:
    with closing(Meeting()) as meeting:
        assert meeting.take(Side.OLD, map(given_of, [row("t-1"), row("t-2"), person("t-1"), person("t-1")])) == 2
        assert meeting.take(Side.NEW, map(given_of, [person("t-1"), row("t-2")])) == 0
        assert compare(meeting.pairs(), examples=10).ways == {(PERSON, PERSON): 1, (ARTICLE, ARTICLE): 1}


def test_what_is_kept_on_the_disk_comes_back_as_it_was() -> None:
    told = row("t-1", wishes=("phone:wants", "email:refuses"), unmet=("phone", "email"), persona="hands_on")
    every = [told, row("t-2", channel=None, topic_known=False), row("t-3", handled_action="live_human")]
    with closing(Meeting()) as meeting:
        meeting.take(Side.OLD, map(given_of, every))
        meeting.take(Side.NEW, map(given_of, every[:1]))
        assert list(meeting.pairs()) == [
            (given_of(every[0]), given_of(every[0])),
            (given_of(every[1]), None),
            (given_of(every[2]), None),
        ]


def test_wishes_tell_more_than_actions_and_these_more_than_figures() -> None:
    old = [row("far", p_resolve=0.99), row("near", p_resolve=0.4), person("way"), person("call", unmet=("phone",))]
    new = [
        person("far", p_resolve=0.29),
        person("near", p_resolve=0.29),
        person("way", channel="chat"),
        person("call", channel="phone"),
    ]
    found = compared(old, new)
    assert [one.after.ticket_id for one in found.telling] == ["call", "far", "near", "way"]
    assert (found.telling[0].met, found.telling[0].unmet) == ((WishChannel.PHONE,), ())
    turned = compared(new, old).telling[0]
    assert (turned.met, turned.unmet) == ((), (WishChannel.PHONE,))


def test_a_figure_that_the_rule_does_not_look_at_tells_nothing() -> None:
    assert given_of(person(needed=1.0, p_resolve=0.0)).margin == 0.0
    assert given_of(row(needed=0.3, p_resolve=0.9)).margin == 0.6


def test_the_commonest_move_does_not_crowd_out_the_rest() -> None:
    old = [*(row(f"a-{number:04}", p_resolve=number / 1000) for number in range(1000)), person("back")]
    new = [*(person(f"a-{number:04}", p_resolve=0.3) for number in range(1000)), row("back", p_resolve=0.31)]
    found = compared(old, new, examples=3)
    assert [one.after.ticket_id for one in found.telling] == ["a-0999", "a-0998", "back"]
    assert compared(old, new, examples=0).telling == []


def test_the_advice_stands_beside_what_was_done() -> None:
    done = {"handled_action": "live_human", "handled_channel": "email"}
    found = one_beside(
        row("t-1", handled_action="self_service", moment="billing"),
        row("t-2", **done),
        person("t-3", **done),
        person("t-4", **done, channel="phone"),
        person("t-5", handled_action="live_human"),
        person("t-6", handled_action="self_service", moment="billing", wishes=("self_service:wants",)),
        row("t-7", handled_channel="email"),
    )
    kinds = {(advised, did): found.of_kind(advised, did) for advised in Action for did in Action}
    assert kinds == {
        (Action.SELF_SERVICE, Action.SELF_SERVICE): 1,
        (Action.SELF_SERVICE, Action.LIVE_HUMAN): 1,
        (Action.LIVE_HUMAN, Action.SELF_SERVICE): 1,
        (Action.LIVE_HUMAN, Action.LIVE_HUMAN): 3,
    }
    assert (found.tickets, found.known, found.agreeing, found.same_channel) == (7, 6, 4, (1, 2))
    assert found.moments == {"billing": [2, 1], "technical_support": [4, 3]}
    assert [one.ticket_id for one in found.apart] == ["t-6", "t-2"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"action": "robot"}, "'robot' is not a valid Action"),
        ({"channel": "fax"}, "'fax' is not a valid Channel"),
        ({"unmet": ("fax",)}, "'fax' is not a valid WishChannel"),
        ({"wishes": ("phone:loves",)}, "'loves' is not a valid Stance"),
    ],
)
def test_words_that_are_not_of_the_vocabulary_are_refused(changes: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        given_of(replace(row(), **changes))  # type: ignore[arg-type]
