"""The inbox: nothing that was taken is lost, nothing is done twice, and a ticket's messages keep their order."""

from __future__ import annotations

import shutil
import tempfile
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlite_utils
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from advisor.settings import Settings
from web.inbox import LEASE, Inbox, add_in
from web.inbox_jobs import PATIENCE, USUAL, About, Job, LostError, New, NotKeptError, State
from web.inbox_store import STORE

NOON = datetime(2026, 6, 9, 12, 0, tzinfo=UTC)
QUEUE = "deliveries"


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    return opened(tmp_path)


def opened(home: Path) -> Inbox:
    return Inbox.open(Settings(home=home))


def add(inbox: Inbox, key: str, *, group: str = "", now: datetime = NOON, payload: bytes = b"{}") -> bool:
    return inbox.add(queue=QUEUE, key=key, group=group, payload=payload, now=now)


def take(inbox: Inbox, *, worker: str = "w", now: datetime = NOON) -> Job:
    job = inbox.take(QUEUE, worker=worker, now=now)
    assert job is not None
    return job


def test_a_key_is_taken_once_in_its_queue(inbox: Inbox) -> None:
    assert add(inbox, "a", payload=b"first")
    assert not add(inbox, "a", payload=b"second")
    assert inbox.add(queue="other", key="a", group="", payload=b"third", now=NOON)
    (one,) = inbox.find(queue=QUEUE)
    assert (one.payload, one.again) == (b"first", 1)


def test_of_fifty_at_once_with_one_key_one_is_taken(inbox: Inbox) -> None:
    with ThreadPoolExecutor(50) as pool:
        taken = list(pool.map(lambda _: add(inbox, "a"), range(50)))
    assert sorted(taken) == [False] * 49 + [True]
    assert inbox.find()[0].again == 49


def test_what_came_together_is_kept_whole_or_not_at_all(inbox: Inbox) -> None:
    two = [New(QUEUE, "a", "g", b"1"), New(QUEUE, "a 1", "g", b"2")]
    assert inbox.add_all(two, now=NOON)
    assert not inbox.add_all(two, now=NOON)
    assert [one.payload for one in reversed(inbox.find())] == [b"1", b"2"]


def test_jobs_of_a_group_are_done_one_after_the_other_and_others_meanwhile(inbox: Inbox) -> None:
    for key, group in (("1", "x"), ("2", "x"), ("3", "y"), ("4", ""), ("5", "")):
        add(inbox, key, group=group)
    taken = [take(inbox, worker=str(number)).key for number in range(4)]
    assert taken == ["1", "3", "4", "5"]
    assert inbox.take(QUEUE, worker="w", now=NOON) is None


def test_a_job_that_fails_waits_longer_each_time_and_is_set_aside_then(inbox: Inbox) -> None:
    even = Inbox(inbox.file, chance=lambda: 0.5)
    add(even, "a", group="x")
    add(even, "b", group="x")
    now, waits = NOON, []
    for _ in range(USUAL.most):
        job = take(even, now=now)
        assert job.key == "a"
        state = even.failed(job, "no", now=now)
        one = even.get(job.id)
        assert one is not None
        if state is State.WAITING:
            assert even.take(QUEUE, worker="w", now=one.due - timedelta(microseconds=1)) is None
            waits.append((one.due - now).total_seconds())
            now = one.due
    assert waits == [2.0, 8.0, 32.0, 128.0]
    assert one is not None
    assert (state, one.error, one.tries) == (State.SET_ASIDE, "no", 5)
    assert take(even, now=now).key == "b"


def test_chance_spreads_tries_from_half_to_one_and_a_half(inbox: Inbox) -> None:
    assert USUAL.wait(1, 0.0) == timedelta(seconds=1)
    assert USUAL.wait(1, 1.0) == timedelta(seconds=3)
    assert USUAL.wait(9, 1.0) == timedelta(seconds=450)
    assert all(one.wait(one.most, 1.0) <= one.longest * 1.5 for one in PATIENCE.values())


def test_the_other_side_may_ask_for_more_time(inbox: Inbox) -> None:
    add(inbox, "a")
    job = take(inbox)
    inbox.failed(job, "429", now=NOON, retry_after=600)
    one = inbox.get(job.id)
    assert one is not None
    assert one.due == NOON + timedelta(seconds=600)


def test_a_result_and_its_writes_are_one(inbox: Inbox) -> None:
    inbox.file.tables.create_table("results", {"id": int})
    add(inbox, "a")
    job = take(inbox)

    def broken(tables: sqlite_utils.Database) -> str:
        tables.execute("insert into results values (1)")
        raise ValueError("in the middle")

    with pytest.raises(ValueError, match="in the middle"):
        inbox.done(job, result="", now=NOON, also=broken)
    assert inbox.file.tables.table("results").count == 0
    assert inbox.find()[0].state is State.WORKING

    def whole(tables: sqlite_utils.Database) -> str:
        tables.execute("insert into results values (1)")
        return "as it was said"

    inbox.done(job, result="", now=NOON, also=whole)
    assert inbox.file.tables.table("results").count == 1
    assert (inbox.find()[0].state, inbox.find()[0].result) == (State.DONE, "as it was said")


def test_what_a_dead_worker_had_is_lent_again_and_the_dead_can_end_nothing(inbox: Inbox) -> None:
    inbox.file.tables.create_table("results", {"id": int})
    add(inbox, "a")
    dead = take(inbox, worker="dead")
    assert inbox.take(QUEUE, worker="live", now=NOON + LEASE) is None
    inbox.renew("dead", now=NOON + LEASE)
    assert inbox.take(QUEUE, worker="live", now=NOON + 1.5 * LEASE) is None
    live = take(inbox, worker="live", now=NOON + 3 * LEASE)
    assert (live.id, live.tries) == (dead.id, 2)

    def writes(tables: sqlite_utils.Database) -> None:
        tables.execute("insert into results values (1)")

    with pytest.raises(LostError, match="lent to another worker"):
        inbox.done(dead, result="", now=NOON, also=writes)
    with pytest.raises(LostError, match="lent to another worker"):
        inbox.failed(dead, "no", now=NOON)
    assert inbox.file.tables.table("results").count == 0
    inbox.done(live, result="", now=NOON)


def test_a_job_that_kills_its_workers_is_set_aside(inbox: Inbox) -> None:
    add(inbox, "a")
    now = NOON
    for _ in range(USUAL.most):
        take(inbox, now=now)
        now += 2 * LEASE
    assert inbox.take(QUEUE, worker="w", now=now) is None
    (one,) = inbox.find()
    assert (one.state, one.error) == (State.SET_ASIDE, "the program was stopped while it worked on this")


def test_workers_that_are_surely_gone_lose_their_jobs_at_once(inbox: Inbox) -> None:
    add(inbox, "a")
    add(inbox, "b")
    take(inbox, worker="gone")
    take(inbox, worker="here")
    assert inbox.release(lambda worker: worker == "gone", now=NOON) == 1
    assert take(inbox).key == "a"


def test_a_job_can_be_replayed_while_its_words_are_kept(inbox: Inbox) -> None:
    add(inbox, "a")
    job = take(inbox)
    with pytest.raises(NotKeptError, match="is being worked on"):
        inbox.replay(job.id, now=NOON)
    inbox.done(job, result="", now=NOON)
    inbox.replay(job.id, now=NOON)
    assert take(inbox).tries == 1
    with pytest.raises(NotKeptError, match="there is no job 99"):
        inbox.replay(99, now=NOON)


def test_a_job_that_is_given_up_stays_known_and_says_nothing(inbox: Inbox) -> None:
    add(inbox, "a", payload=b"words")
    (one,) = inbox.find()
    inbox.discard(one.id, now=NOON)
    assert inbox.take(QUEUE, worker="w", now=NOON) is None
    assert not add(inbox, "a")
    with pytest.raises(NotKeptError, match="not kept any more"):
        inbox.replay(one.id, now=NOON)


def test_words_are_forgotten_after_the_days_that_are_set_and_keys_after_a_week_at_least(inbox: Inbox) -> None:
    for key in ("done", "waiting", "aside"):
        add(inbox, key)
    inbox.done(take(inbox), result="ok", now=NOON)
    aside = inbox.find()[0]
    inbox.discard(aside.id, now=NOON)
    assert inbox.trim(NOON + timedelta(days=1, seconds=1), 1) == 1
    assert not add(inbox, "done", now=NOON)
    assert inbox.trim(NOON + timedelta(days=7, seconds=1), 1) == 0
    assert [one.key for one in inbox.find()] == ["waiting"]


def test_what_somebody_else_writes_can_be_added_in_their_transaction(inbox: Inbox) -> None:
    def adds(and_then: Exception | None) -> None:
        with inbox.file.writing() as tables:
            add_in(tables, [New(QUEUE, "a", "", b"")], now=NOON)
            if and_then is not None:
                raise and_then

    with pytest.raises(ValueError, match="undone"):
        adds(ValueError("undone"))
    assert inbox.find() == []
    adds(None)
    assert [one.key for one in inbox.find()] == ["a"]


def test_jobs_are_found_given_out_and_erased_with_whom_they_are_about(tmp_path: Path) -> None:
    inbox = opened(tmp_path)
    about = About(source="desk", ticket_id="t", customer="mailto:kim@example.com")
    inbox.add(queue=QUEUE, key="a", group="desk t", payload=b'{"say": "xylophone"}', now=NOON, about=about)
    add(inbox, "other")
    (found,) = STORE.find(tmp_path, "KIM@example.com")
    assert (found.source, found.id) == ("desk", "mailto:kim@example.com")
    assert "xylophone" in str(STORE.export(tmp_path, found))
    assert STORE.erase(tmp_path, found) == 1
    assert STORE.find(tmp_path, "kim@example.com") == []
    assert b"xylophone" not in (tmp_path / "advisor.db").read_bytes()
    assert [(one.key, one.state) for one in inbox.find()] == [("other", State.WAITING), ("a", State.DISCARDED)]
    assert not add(inbox, "a")


class Orders(RuleBasedStateMachine):
    """Any order of arrivals, work, failures, deaths and replays; what must hold holds after each step."""

    def __init__(self) -> None:
        super().__init__()
        self.home = Path(tempfile.mkdtemp())
        self.inbox = opened(self.home)
        self.inbox.file.tables.create_table("worked", {"key": str})
        self.now = NOON
        self.arrived: list[tuple[str, str]] = []  # group, key
        self.lent: list[Job] = []
        self.ended: dict[str, list[str]] = defaultdict(list)  # group -> keys in the order in which they ended

    def teardown(self) -> None:
        shutil.rmtree(self.home, ignore_errors=True)

    @rule(key=st.integers(0, 12), group=st.sampled_from("xy"))
    def arrive(self, key: int, group: str) -> None:
        name = f"{group}{key}"
        is_new = (group, name) not in self.arrived
        assert add(self.inbox, name, group=group, now=self.now) is is_new
        if is_new:
            self.arrived.append((group, name))

    @rule(worker=st.sampled_from(["a", "b"]))
    def lend(self, worker: str) -> None:
        job = self.inbox.take(QUEUE, worker=worker, now=self.now)
        if job is not None:
            self.lent.append(job)

    @precondition(lambda self: self.lent)
    @rule(place=st.integers(0, 5), ends=st.booleans())
    def work(self, place: int, ends: bool) -> None:
        """The one who has it, or believes to, ends it well or badly."""
        job = self.lent.pop(place % len(self.lent))
        try:
            if ends:
                self.inbox.done(job, result="", now=self.now, also=lambda tables: self.write(tables, job.key))
                self.ended[job.group].append(job.key)
            elif self.inbox.failed(job, "no", now=self.now) is State.SET_ASIDE:
                self.ended[job.group].append(job.key)
        except LostError:
            assert any(other.id == job.id and other.tries > job.tries for other in self.lent) or self.is_over(job)

    @rule(seconds=st.integers(0, 400))
    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule()
    def die(self) -> None:
        """All workers are killed: what they had comes back when their time is over."""
        self.now += 2 * LEASE

    def write(self, tables: sqlite_utils.Database, key: str) -> str:
        tables.execute("insert into worked values (?)", [key])
        return "worked"

    def is_over(self, job: Job) -> bool:
        one = self.inbox.get(job.id)
        return one is not None and (one.state is not State.WORKING or one.tries > job.tries)

    @invariant()
    def nothing_is_lost_or_done_twice(self) -> None:
        kept = {one.key: one.state for one in self.inbox.find(limit=1000)}
        assert kept.keys() == {key for _, key in self.arrived}
        worked = [key for (key,) in self.inbox.file.tables.execute("select key from worked").fetchall()]
        assert len(worked) == len(set(worked))
        assert {key for key, state in kept.items() if state is State.DONE} == set(worked)

    @invariant()
    def one_of_a_group_at_a_time_and_in_order(self) -> None:
        working = [one.group for one in self.inbox.find(state=State.WORKING, limit=1000)]
        assert len(working) == len(set(working))
        for group, ended in self.ended.items():
            came = [key for of, key in self.arrived if of == group and key in ended]
            assert came == ended


def test_in_any_order_of_faults_nothing_is_lost_or_done_twice() -> None:
    run_state_machine_as_test(Orders, settings=settings(max_examples=8, stateful_step_count=25, deadline=None))


@pytest.mark.slow
def test_in_many_orders_of_faults_nothing_is_lost_or_done_twice() -> None:
    run_state_machine_as_test(Orders, settings=settings(max_examples=300, stateful_step_count=60, deadline=None))
