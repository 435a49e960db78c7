"""In every order of faults, restarts and what people do meanwhile, notes and tags end right, each exactly once."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from imitations.desk import Fault
from write_back_builders import ASKS_CALL, ASKS_LINK, PLAIN, Office, office
from writing import KINDS, imitated, ours

from web.helpdesks.model import Kind
from web.inbox_jobs import State
from web.write_back import QUEUE
from web.write_back.told import OWN_TAGS

BODIES = (ASKS_LINK, ASKS_CALL, PLAIN, f"I tried your article. {ASKS_CALL}", "Somebody in another country signed in!")
WANTED = {
    ASKS_LINK: {"advisor_article"},
    ASKS_CALL: {"advisor_person"},
    PLAIN: {"advisor_article"},
    BODIES[3]: {"advisor_person"},
    BODIES[4]: {"advisor_person", "advisor_signal"},
}

QUICK, THOROUGH = 2, 60  # orders, or lives of a ticket


def tried(many: int) -> settings:
    """So many examples, always the same ones."""
    return settings(max_examples=many, deadline=None, derandomize=True, suppress_health_check=[*HealthCheck])


def orders(*, longest: int) -> st.SearchStrategy[list[Fault]]:
    """What goes wrong with one request after the other."""
    return st.lists(st.sampled_from([*Fault]), min_size=longest // 2, max_size=longest)


def finished(at: Office) -> None:
    """Let time pass until nothing waits; what was set aside is replayed, as an admin would."""
    for _ in range(200):
        at.work()
        waiting = at.inbox.find(queue=QUEUE, state=State.WAITING)
        aside = at.inbox.find(queue=QUEUE, state=State.SET_ASIDE)
        for row in aside:
            at.inbox.replay(row.id, now=at.now)
        if not waiting and not aside:
            return
        at.now = max([at.now, *(row.due for row in waiting)])
        at.later(seconds=1)
    raise AssertionError("the jobs never end")


@pytest.mark.parametrize("kind", KINDS, ids=str)
@tried(QUICK)
@given(order=orders(longest=6))
def test_whatever_goes_wrong_in_whatever_order_one_note_and_its_tags_stand_there(
    kind: Kind, order: list[Fault]
) -> None:
    ends_right(kind, order)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS, ids=str)
@tried(THOROUGH)
@given(order=orders(longest=14))
def test_the_same_for_many_long_orders(kind: Kind, order: list[Fault]) -> None:
    ends_right(kind, order)


@pytest.mark.parametrize("kind", KINDS, ids=str)
@pytest.mark.parametrize("fault", [*Fault])
@pytest.mark.slow
def test_each_fault_may_hit_each_request(kind: Kind, fault: Fault) -> None:
    for place in range(9):
        ends_right(kind, [*[Fault.NONE] * place, fault])


def ends_right(kind: Kind, order: list[Fault]) -> None:
    """Write one advice back while requests fail in this order."""
    with imitated(kind) as subject:
        case = subject.desk.add("35", "vip")
        subject.desk.on_conflict = lambda: subject.desk.set_tags(case, [*case.tags, "escalated"])
        at = office(subject)
        at.advise(kind.value, ASKS_LINK)
        subject.desk.faults = [*order]
        for _ in range(2 * len(order) + 1):
            at.work()
            subject.desk.rest()
            at.later(days=1)
        finished(at)
        assert len(ours(subject)) == 1
        assert case.public == ["How do I do this?"]
        assert (set(case.tags) - {"escalated"}, case.status) == ({"vip", "advisor_article"}, "open")
        assert ("escalated" in case.tags) == (Fault.CONFLICT in order[: len(order) - len(subject.desk.faults)])


class Helpdesk(RuleBasedStateMachine):
    """Customers write, agents tag and note, requests fail, the program is started anew, time passes."""

    kind = Kind.ZENDESK

    def __init__(self) -> None:
        super().__init__()
        self.opened = imitated(self.kind)
        self.subject = self.opened.__enter__()
        self.case = self.subject.desk.add("35", "vip")
        self.theirs = {"vip"}
        self.at = office(self.subject)
        self.body: str | None = None
        self.told: list[str] = []  # what was advised, one after the other
        self.many = 0

    @initialize(body=st.sampled_from(BODIES))
    def a_ticket_comes(self, body: str) -> None:
        self.customer_writes(body)

    @rule(body=st.sampled_from(BODIES))
    def customer_writes(self, body: str) -> None:
        self.at.later(seconds=2)
        self.at.advise(self.kind.value, body)
        self.body = body

    @rule(order=st.lists(st.sampled_from([one for one in Fault if one is not Fault.CONFLICT]), max_size=4))
    def requests_will_fail(self, order: list[Fault]) -> None:
        self.subject.desk.faults = [*order]

    @rule(minutes=st.integers(0, 90))
    def time_passes(self, minutes: int) -> None:
        self.at.later(minutes=minutes, seconds=1)
        self.at.work()
        self.subject.desk.rest()

    @rule()
    def the_program_is_started_anew(self) -> None:
        self.at = self.at.restarted()

    @precondition(lambda self: self.many < 5)
    @rule()
    def an_agent_tags_and_notes(self) -> None:
        self.many += 1
        self.theirs.add(f"seen{self.many}")
        self.subject.desk.set_tags(self.case, [*self.case.tags, f"seen{self.many}"])
        self.subject.desk.write(self.case, f"<p>seen {self.many}</p>", public=False, author="agent")

    @precondition(lambda self: len(self.theirs) > 1)
    @rule()
    def an_agent_takes_a_tag_away(self) -> None:
        gone = sorted(self.theirs)[0]
        self.theirs.discard(gone)
        self.subject.desk.set_tags(self.case, [one for one in self.case.tags if one != gone])

    def teardown(self) -> None:
        try:
            self.subject.desk.faults = []
            finished(self.at)
            self.check()
        finally:
            self.opened.__exit__(None, None, None)

    def check(self) -> None:
        notes = ours(self.subject)
        assert len(notes) == len(set(notes))
        assert self.case.public == ["How do I do this?"]
        assert self.case.status == "open"
        assert set(self.case.tags) - OWN_TAGS == self.theirs
        if self.body is not None and notes:
            assert set(self.case.tags) & OWN_TAGS == WANTED[self.body]
        contents = [note.rpartition("[advisor-")[0] for note in notes]
        assert all(first != second for first, second in itertools.pairwise(contents))


def lived(kind: Kind, many: int) -> None:
    """Try so many lives of a ticket in a helpdesk."""
    machine: type[RuleBasedStateMachine] = type(f"{kind}Machine", (Helpdesk,), {"kind": kind})
    run_state_machine_as_test(machine, settings=settings(tried(many), stateful_step_count=12))


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_notes_and_tags_end_right_whatever_customers_agents_and_networks_do(kind: Kind) -> None:
    lived(kind, QUICK)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_the_same_for_many_lives_of_a_ticket(kind: Kind) -> None:
    lived(kind, THOROUGH)
