from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from advisor.advise import Advisor
from advisor.reading.close import Said
from advisor.reading.evidence import Reader
from advisor.reading.look import Look, packed, unpacked
from advisor.reading.memory import Cache, Kind, Nothing
from advisor.types import History, Span, Ticket


class Counting:
    """A memory that counts what it is asked to keep."""

    def __init__(self) -> None:
        self.rows: dict[Kind, dict[bytes, bytes]] = {kind: {} for kind in Kind}
        self.kept: dict[Kind, int] = dict.fromkeys(Kind, 0)

    def find(self, kind: Kind, keys: Sequence[bytes], /) -> dict[bytes, bytes]:
        return {key: self.rows[kind][key] for key in keys if key in self.rows[kind]}

    def keep(self, kind: Kind, rows: Mapping[bytes, bytes], /) -> None:
        self.kept[kind] += len(rows)
        self.rows[kind].update(rows)


def test_what_was_kept_is_found_and_what_was_not_is_not(tmp_path: Path) -> None:
    cache = Cache.open(tmp_path / "cache.db", limit=10**9)
    cache.keep(Kind.TOLD, {b"a": b"1", b"b": b"2"})
    cache.keep(Kind.TOLD, {b"a": b"other"})
    assert cache.find(Kind.TOLD, [b"a", b"b", b"c"]) == {b"a": b"1", b"b": b"2"}
    assert cache.find(Kind.LOOKS, [b"a"]) == {}
    assert cache.clear() == 2
    assert cache.find(Kind.TOLD, [b"a"]) == {}


def test_past_its_limit_the_oldest_rows_go(tmp_path: Path) -> None:
    cache = Cache.open(tmp_path / "cache.db", limit=1_000_000)
    for number in range(200):
        cache.keep(Kind.LOOKS, {number.to_bytes(4): bytes(10_000)})
    cache.trim()
    kept = cache.find(Kind.LOOKS, [number.to_bytes(4) for number in range(200)])
    assert (tmp_path / "cache.db").stat().st_size < 1_000_000
    assert 30 < len(kept) < 80
    assert min(int.from_bytes(key) for key in kept) == 200 - len(kept)
    before = len(kept)
    cache.trim()
    assert len(cache.find(Kind.LOOKS, list(kept))) == before


def test_a_damaged_cache_only_costs_time(tmp_path: Path) -> None:
    cache = Cache.open(tmp_path / "cache.db", limit=10**9)
    with sqlite3.connect(tmp_path / "cache.db") as other:
        other.execute("drop table told")
    other.close()
    cache.keep(Kind.TOLD, {b"a": b"1"})
    assert cache.find(Kind.TOLD, [b"a"]) == {}


def test_a_look_comes_back_as_it_was() -> None:
    random = np.random.default_rng(3)
    sentence, inner, tuned, felt, pieces, parts = (
        random.normal(size=shape).astype(np.float16) for shape in ((8,), (80,), (0,), (6,), (3, 4), (2, 8))
    )
    said = (Said("phone:refuses", 0.97, Span(3, 7)),)
    look = Look(sentence, inner, tuned, felt, pieces, np.array([0, 4, 9], np.int32), parts, said, 2)
    again = unpacked(packed(look))
    for name in ("sentence", "inner", "tuned", "felt", "pieces", "starts", "parts"):
        assert getattr(again, name).tobytes() == getattr(look, name).tobytes(), name
        assert getattr(again, name).shape == getattr(look, name).shape, name
    assert (again.said, again.cut) == (said, 2)


def test_a_text_that_was_read_is_not_read_again_and_gives_the_same_evidence(demo_advisor: Advisor) -> None:
    reader = demo_advisor.reader
    assert isinstance(reader, Reader)
    assert isinstance(reader._memory, Nothing)
    texts = ["How do I reset my password?", "Never call me. Where are my invoices?", "How do I reset my password?"]
    tickets = [(Ticket(id=str(number), body=text), History()) for number, text in enumerate(texts)]
    now = reader._clock()
    plain = reader.read(tickets)
    memory = Counting()
    reader._memory, reader._clock = memory, lambda: now
    try:
        first, second = reader.evidence(tickets), reader.evidence(tickets)
    finally:
        reader._memory = Nothing()
    assert {memory.kept[kind] for kind in (Kind.LOOKS, Kind.TOLD, Kind.READINGS, Kind.ANSWERS)} == {2}
    assert first == second
    for one, other in zip(plain, first, strict=True):
        assert one.evidence.candidates == other.candidates
        assert (one.evidence.wishes, one.evidence.tones) == (other.wishes, other.tones)
        assert (one.evidence.p_resolve, one.evidence.severity) == (other.p_resolve, other.severity)
