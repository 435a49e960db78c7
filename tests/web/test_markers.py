from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from web.write_back.markers import Marker, Markers

NOON = datetime(2026, 6, 9, 12, 0, tzinfo=UTC)
MARKERS = Markers(b"k" * 32)


def written(content: str, *, when: datetime = NOON, ticket_id: str = "35", markers: Markers = MARKERS) -> str:
    marker = markers.marker("zendesk", ticket_id, content, when=when)
    return markers.written("zendesk", ticket_id, marker)


@given(st.text(), st.text(), st.datetimes(datetime(1970, 1, 1), datetime(2900, 1, 1)), st.text())
def test_every_marker_is_found_again_in_whatever_stands_around_it(
    ticket_id: str, content: str, when: datetime, around: str
) -> None:
    marker = MARKERS.marker("zendesk", ticket_id, content, when=when.replace(tzinfo=UTC))
    note = f"{around}<p>{MARKERS.written('zendesk', ticket_id, marker)}</p>{around}"
    assert MARKERS.found("zendesk", ticket_id, ["", note]) == [marker]


def test_markers_come_the_oldest_first_each_once() -> None:
    late, early = written("a", when=NOON + timedelta(hours=1)), written("b")
    found = MARKERS.found("zendesk", "35", [late, f"{early} {early}", late])
    assert [one.when for one in found] == [1781006400, 1781010000]


def test_the_same_words_have_the_same_marker_in_the_same_ticket_only() -> None:
    one, same = (MARKERS.marker("zendesk", "35", "a", when=NOON + timedelta(hours=late)) for late in (0, 1))
    assert one.content == same.content
    assert MARKERS.marker("zendesk", "3", "5a", when=NOON).content != one.content
    assert MARKERS.marker("zendesk", "36", "a", when=NOON).content != one.content


def test_a_marker_of_another_ticket_another_installation_or_made_up_is_none_of_ours() -> None:
    others = [
        written("a", ticket_id="36"),
        written("a", markers=Markers(b"x" * 32)),
        "[advisor-tgd5c0-00000000-00000000]",
        written("a").replace("[advisor-t", "[advisor-u"),
    ]
    assert MARKERS.found("zendesk", "35", others) == []


def test_a_marker_can_be_read_by_people_as_a_mark_of_the_program() -> None:
    assert written("a").startswith("[advisor-tgd5c0-")
    assert Marker(1, "a") < Marker(2, "a")
