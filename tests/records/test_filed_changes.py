"""Agents change wishes on file: each change is kept, taken back exactly, and refused where others were quicker."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from threading import Barrier, Thread

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.errors import RecordsError, StaleWishesError
from advisor.records import FiledWish, Found, Records, SaidBy, Standing, State
from advisor.records.filed_changes import Change, fingerprint_of, possible
from advisor.records.filing import Owner
from advisor.types import Moment, Stance, WishChannel, WishSource

NOW = datetime(2026, 6, 9, 10, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
ANN: Owner = ("desk", WishSource.CUSTOMER, "ann")
CALL = FiledWish(
    source="desk", owner="ann", channel=WishChannel.PHONE, stance=Stance.WANTS, since=NOW, moment=Moment.BILLING
)
NO_CALL = replace(CALL, stance=Stance.REFUSES, moment=None, since=NOW + HOUR)
LEARNT = replace(CALL, channel=WishChannel.CHAT, standing=Standing.SUGGESTED, said_by=SaidBy.LEARNT)


@pytest.fixture(scope="module")
def one_file(tmp_path_factory: pytest.TempPathFactory) -> Records:
    return Records.open(tmp_path_factory.mktemp("one") / "advisor.db")


@pytest.fixture
def records(tmp_path: Path) -> Records:
    return Records.open(tmp_path / "advisor.db")


def seen(records: Records) -> str:
    return fingerprint_of(records.filing.of(*ANN))


def states(records: Records, at: datetime = NOW + 2 * HOUR) -> dict[str, State]:
    return {f"{one.stance.value} {one.channel.value}": one.state(at) for one in records.filing.of(*ANN)}


def test_a_wish_that_is_put_on_file_ends_the_older_one_that_it_takes_back_until_that_is_undone(
    records: Records,
) -> None:
    records.filing.put(CALL, by="bo", at=NOW)
    before = records.filing.of(*ANN)
    change = records.filed_changes.add(NO_CALL, seen=seen(records), by="ada", at=NOW + HOUR)
    assert states(records) == {"wants phone": State.ENDED, "refuses phone": State.IN_FORCE}
    assert (change.what, change.by, change.at) == (Change.ADD, "ada", NOW + HOUR)
    undone = records.filed_changes.undo(change.id, ANN, by="eve", at=NOW + 2 * HOUR)
    assert records.filing.of(*ANN) == before
    assert (undone.undone_by, undone.undone_at) == ("eve", NOW + 2 * HOUR)
    assert records.filed_changes.of(ANN) == [undone]


@pytest.mark.parametrize(
    ("what", "wish", "after"),
    [
        (Change.END, CALL, State.ENDED),
        (Change.CONFIRM, LEARNT, State.IN_FORCE),
        (Change.DECLINE, LEARNT, State.ENDED),
    ],
)
def test_a_change_is_taken_back_to_the_last_byte(records: Records, what: Change, wish: FiledWish, after: State) -> None:
    kept = records.filing.put(wish, by=None, at=NOW)
    before = records.filing.of(*ANN)
    change = records.filed_changes.change(what, ANN, kept.id, seen=seen(records), by="ada", at=NOW)
    assert list(states(records).values()) == [after]
    records.filed_changes.undo(change.id, ANN, by="ada", at=NOW)
    assert records.filing.of(*ANN) == before


def test_a_confirmed_suggestion_counts_for_a_year(records: Records) -> None:
    kept = records.filing.put(LEARNT, by=None, at=NOW)
    change = records.filed_changes.change(Change.CONFIRM, ANN, kept.id, seen=seen(records), by="ada", at=NOW)
    assert change.wish.until == NOW + timedelta(days=365)
    assert change.wish.standing is Standing.STANDING


def test_an_end_is_taken_back_by_restoring_and_the_restoring_by_its_undo(records: Records) -> None:
    kept = records.filing.put(CALL, by="bo", at=NOW)
    changes = records.filed_changes
    changes.change(Change.END, ANN, kept.id, seen=seen(records), by="ada", at=NOW)
    restored = changes.change(Change.RESTORE, ANN, kept.id, seen=seen(records), by="eve", at=NOW)
    assert states(records) == {"wants phone": State.IN_FORCE}
    changes.undo(restored.id, ANN, by="eve", at=NOW)
    assert states(records) == {"wants phone": State.ENDED}
    assert records.filing.get(kept.id).ended_by == "ada"


def test_a_change_on_a_page_that_is_out_of_date_is_refused_and_changes_nothing(records: Records) -> None:
    kept = records.filing.put(CALL, by="bo", at=NOW)
    old = seen(records)
    records.filed_changes.change(Change.END, ANN, kept.id, seen=old, by="ada", at=NOW)
    before = records.filing.of(*ANN)
    with pytest.raises(StaleWishesError, match="have changed since the page was loaded"):
        records.filed_changes.add(NO_CALL, seen=old, by="eve", at=NOW)
    with pytest.raises(StaleWishesError, match="have changed since the page was loaded"):
        records.filed_changes.change(Change.END, ANN, kept.id, seen=old, by="eve", at=NOW)
    assert records.filing.of(*ANN) == before
    assert [one.by for one in records.filed_changes.of(ANN)] == ["ada"]


def test_of_two_agents_at_the_same_moment_one_is_refused(records: Records) -> None:
    kept = records.filing.put(CALL, by="bo", at=NOW)
    old, together, said = seen(records), Barrier(2), list[str]()

    def end(name: str) -> None:
        together.wait()
        try:
            records.filed_changes.change(Change.END, ANN, kept.id, seen=old, by=name, at=NOW)
            said.append("done")
        except StaleWishesError:
            said.append("refused")

    threads = [Thread(target=end, args=(name,)) for name in ("ada", "eve")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == ["done", "refused"]
    assert len(records.filed_changes.of(ANN)) == 1


def test_a_change_is_not_taken_back_once_its_wish_was_changed_again(records: Records) -> None:
    added = records.filed_changes.add(CALL, seen=seen(records), by="ada", at=NOW)
    records.filed_changes.change(Change.END, ANN, added.wish.id, seen=seen(records), by="eve", at=NOW)
    with pytest.raises(StaleWishesError, match="was changed again since"):
        records.filed_changes.undo(added.id, ANN, by="ada", at=NOW)
    assert states(records) == {"wants phone": State.ENDED}


def test_a_change_is_taken_back_once(records: Records) -> None:
    added = records.filed_changes.add(CALL, seen=seen(records), by="ada", at=NOW)
    records.filed_changes.undo(added.id, ANN, by="ada", at=NOW)
    with pytest.raises(StaleWishesError, match="taken back already, by ada"):
        records.filed_changes.undo(added.id, ANN, by="eve", at=NOW)


def test_changes_of_others_are_not_to_be_had_by_guessing_their_number(records: Records) -> None:
    added = records.filed_changes.add(CALL, seen=seen(records), by="ada", at=NOW)
    bob = ("desk", WishSource.CUSTOMER, "bob")
    assert records.filed_changes.get(added.id, bob) is None
    with pytest.raises(RecordsError, match="no change 1 of the wishes of bob"):
        records.filed_changes.undo(added.id, bob, by="eve", at=NOW)
    with pytest.raises(RecordsError, match=r"no wish .* is on file for bob"):
        records.filed_changes.change(Change.END, bob, added.wish.id, seen="", by="eve", at=NOW)


def test_what_newer_words_have_ended_cannot_be_restored_by_hand(records: Records) -> None:
    old = records.filing.put(CALL, by="bo", at=NOW)
    records.filing.put(NO_CALL, by="bo", at=NOW)
    ended = records.filing.get(old.id)
    assert possible(ended, NOW + 2 * HOUR) == ()
    with pytest.raises(StaleWishesError, match="the wish is ended now"):
        records.filed_changes.change(Change.RESTORE, ANN, old.id, seen=seen(records), by="ada", at=NOW + 2 * HOUR)


def test_changes_go_with_the_customer_and_are_given_out_with_them(records: Records) -> None:
    records.filed_changes.add(CALL, seen=seen(records), by="ada", at=NOW)
    ann = Found("desk", "ann", None, None, None, 0)
    assert [row["what"] for row in records.export(ann)["filed_changes"]] == ["add"]
    records.erase(ann)
    assert records.filed_changes.of(ANN) == []


WISHES = st.builds(
    lambda channel, stance, moment, hours: replace(
        CALL, channel=channel, stance=stance, moment=moment, since=NOW + hours * HOUR
    ),
    st.sampled_from(WishChannel),
    st.sampled_from(Stance),
    st.sampled_from([None, Moment.BILLING]),
    st.integers(0, 5),
)


NAMES = count()


@settings(max_examples=25, deadline=None)
@given(wishes=st.lists(WISHES, min_size=1, max_size=4, unique_by=lambda one: (one.channel, one.stance, one.since)))
def test_undoing_in_turn_brings_back_every_state(one_file: Records, wishes: list[FiledWish]) -> None:
    owner: Owner = ("desk", WishSource.CUSTOMER, f"customer-{next(NAMES)}")
    passed, changes = [one_file.filing.of(*owner)], []
    for wish in wishes:
        own = replace(wish, owner=owner[2])
        changes.append(one_file.filed_changes.add(own, seen=fingerprint_of(passed[-1]), by="ada", at=NOW))
        passed.append(one_file.filing.of(*owner))
    for change, before in zip(reversed(changes), reversed(passed[:-1]), strict=True):
        one_file.filed_changes.undo(change.id, owner, by="ada", at=NOW)
        assert one_file.filing.of(*owner) == before
