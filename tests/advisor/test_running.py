from __future__ import annotations

from dataclasses import dataclass, field

from advisor.advise import Advice, Advisor
from advisor.decision.experience import Experience
from advisor.errors import ExperienceError
from advisor.running import Running
from advisor.types import History, Promise, Read, Ticket


class NoReader:
    def read(self, tickets: list[tuple[Ticket, History]], /) -> list[Read]:
        raise AssertionError("nothing is read here")


class NoRecorder:
    def history(self, ticket: Ticket, /) -> History:
        return History()

    def save(self, advices: list[Advice], /) -> list[Advice]:
        return advices


@dataclass
class Source:
    """What an advisor is made of: a number; odd ones cannot be loaded."""

    number: int = 0
    loaded: list[int] = field(default_factory=list)

    def load(self) -> Advisor:
        self.loaded.append(self.number)
        if self.number % 2:
            raise ExperienceError(f"{self.number} is odd")
        return Advisor(NoReader(), NoRecorder(), Experience.default(), Promise())


def running(source: Source) -> Running:
    return Running(source.load, lambda: source.number)


def test_nothing_is_loaded_again_while_nothing_changes() -> None:
    source = Source()
    program = running(source)
    assert program.advisor is program.advisor
    assert source.loaded == [0]


def test_a_change_is_in_force_at_the_next_advice() -> None:
    source = Source()
    program = running(source)
    before = program.advisor
    source.number = 2
    assert program.advisor is not before
    assert source.loaded == [0, 2]


def test_what_cannot_be_loaded_leaves_the_old_advisor_and_says_why() -> None:
    source = Source()
    program = running(source)
    before = program.advisor
    source.number = 1
    assert program.advisor is before
    assert program.trouble == "1 is odd"
    assert program.advisor is before
    assert source.loaded == [0, 1]  # not tried again until it changes
    source.number = 2
    assert program.advisor is not before
    assert program.trouble is None
