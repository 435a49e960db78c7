from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from index.encoder import Vectors, unit
from index.errors import VectorError
from index.owners import Numbers
from index.vector_file import Header, Kind, read, vector_file, write
from index.vectors import CompressedIndex, Ids, VectorIndex, lists_for, load

EAST, NORTH, WEST = np.array([[1, 0], [0, 1], [-1, 0]], np.float32)
CIRCLE = 720  # unit vectors, half a degree apart
DEGREES = np.radians(np.arange(CIRCLE) / 2)
ROUND = np.stack([np.cos(DEGREES), np.sin(DEGREES)], axis=1).astype(np.float32)


class Rows:
    """Exact vectors by number, as the database would give them."""

    def __init__(self, rows: dict[int, Vectors] | None = None) -> None:
        self.rows = dict(enumerate(ROUND)) if rows is None else rows

    def __call__(self, ids: Ids) -> tuple[Numbers, Vectors]:
        there = sorted(int(number) for number in ids if int(number) in self.rows)
        return np.array(there, np.int64), np.array([self.rows[number] for number in there], np.float32)


@pytest.fixture
def compass() -> VectorIndex:
    vectors = VectorIndex(2)
    vectors.add([7, 8, 9], np.stack([EAST, NORTH, WEST]))
    return vectors


@pytest.fixture
def rows() -> Rows:
    return Rows()


@pytest.fixture
def circle(rows: Rows) -> VectorIndex:
    """A compressed index over the whole circle."""
    vectors = CompressedIndex.train(ROUND, rows, passages=CIRCLE)
    vectors.add(range(CIRCLE), ROUND)
    return vectors


@cache
def trained() -> CompressedIndex:
    """Trained on the whole circle, and empty."""
    return CompressedIndex.train(ROUND, Rows(), passages=CIRCLE)


def found(vectors: VectorIndex, query: Vectors, *, k: int) -> list[tuple[int, float]]:
    numbers, similarities = vectors.search(query, k=k)
    return list(zip(numbers.tolist(), similarities.tolist(), strict=True))


def test_the_nearest_comes_first_with_its_cosine(compass: VectorIndex) -> None:
    assert found(compass, EAST, k=3) == [(7, 1.0), (8, 0.0), (9, -1.0)]
    assert found(compass, EAST.reshape(1, 2), k=1) == [(7, 1.0)]


def test_more_asked_for_than_there_are_gives_all(compass: VectorIndex) -> None:
    assert len(found(compass, EAST, k=50)) == 3
    assert found(VectorIndex(2), EAST, k=5) == []


def test_a_removed_vector_is_not_found_again(compass: VectorIndex) -> None:
    compass.remove([7, 1234])
    assert set(compass.ids.tolist()) == {8, 9}
    assert found(compass, EAST, k=1) == [(8, 0.0)]


def test_a_copy_does_not_change_with_its_original(compass: VectorIndex, circle: VectorIndex) -> None:
    copies = compass.copy(), circle.copy()
    compass.remove([7, 8])
    circle.remove(range(100))
    assert [len(copy) for copy in copies] == [3, CIRCLE]
    assert (len(compass), len(circle)) == (1, CIRCLE - 100)


def test_vectors_are_given_back_by_number(compass: VectorIndex, circle: VectorIndex) -> None:
    np.testing.assert_array_equal(compass.vectors([9, 7]), np.stack([WEST, EAST]))
    np.testing.assert_array_equal(circle.vectors([360, 0, 180]), ROUND[[360, 0, 180]])
    for vectors in (compass, circle):
        assert vectors.vectors([]).shape == (0, 2)
        with pytest.raises(VectorError, match="every vector asked for must be known"):
            vectors.vectors([7, 1234])


def test_vectors_of_the_wrong_shape_are_refused(compass: VectorIndex) -> None:
    with pytest.raises(VectorError, match=r"must have the shape \(1, 2\), was: \(1, 3\)"):
        compass.add([1], np.zeros((1, 3), np.float32))
    with pytest.raises(VectorError, match="a query must have 2 numbers, was: 3"):
        compass.search(np.zeros(3, np.float32), k=1)


def test_a_compressed_index_finds_the_neighbours_on_a_circle_with_their_exact_cosines(circle: VectorIndex) -> None:
    for number in (0, 90, 359, 719):
        numbers, similarities = circle.search(ROUND[number], k=5)
        assert set(numbers.tolist()) == {(number + step) % CIRCLE for step in (-2, -1, 0, 1, 2)}
        assert numbers[0] == number
        np.testing.assert_array_equal(similarities, ROUND[numbers] @ ROUND[number])


def test_a_vector_that_the_database_has_no_longer_is_passed_over(circle: VectorIndex, rows: Rows) -> None:
    del rows.rows[90]
    assert found(circle, ROUND[90], k=2)[0][0] in (89, 91)
    assert circle.known([89, 90])[0].tolist() == [89]


def test_recall_is_high_where_neighbours_are_many() -> None:
    random = np.random.default_rng(3)
    centres = unit(random.standard_normal((40, 64), np.float32))
    every = unit(np.repeat(centres, 100, axis=0) + 0.1 * random.standard_normal((4000, 64), np.float32))
    vectors = CompressedIndex.train(every, Rows(dict(enumerate(every))), passages=len(every))
    vectors.add(range(4000), every)
    shares = []
    for query in unit(centres + 0.1 * random.standard_normal((40, 64), np.float32)):
        true = np.argsort(-(every @ query))[:10]
        shares.append(len(np.intersect1d(vectors.search(query, k=10)[0], true)) / 10)
    assert np.mean(shares) >= 0.97


def test_lists_grow_with_the_square_root_and_have_enough_to_be_trained_on() -> None:
    assert [lists_for(passages) for passages in (1, 79, 80, 400, 10_000, 1_000_000)] == [1, 1, 2, 10, 250, 4000]


CHANGES = st.lists(st.tuples(st.sampled_from(["add", "remove"]), st.integers(0, CIRCLE - 1)), max_size=30)


@given(CHANGES, st.sampled_from(list(Kind)))
@hypothesis_settings(max_examples=40, deadline=None)
def test_adding_and_removing_keeps_exactly_the_living(changes: Sequence[tuple[str, int]], kind: Kind) -> None:
    vectors = VectorIndex(2) if kind is Kind.EXACT else trained().copy()
    living: set[int] = set()
    for change, number in changes:
        if change == "add" and number not in living:
            vectors.add([number], ROUND[[number]])
            living.add(number)
        if change == "remove":
            vectors.remove([number])
            living.discard(number)
    assert sorted(vectors.ids.tolist()) == sorted(living)
    assert len(vectors) == len(living)
    assert all(found(vectors, ROUND[number], k=1)[0][0] == number for number in living)
    assert {number for number, _ in found(vectors, EAST, k=CIRCLE)} == living


def test_what_is_saved_is_loaded(compass: VectorIndex, circle: VectorIndex, rows: Rows, tmp_path: Path) -> None:
    for vectors in (compass, circle):
        vectors.save(tmp_path, fingerprint="a")
        loaded = load(tmp_path, rows, dimension=2, fingerprint="a")
        assert loaded is not None
        assert (loaded.kind, loaded.trained, loaded.parameters) == (vectors.kind, vectors.trained, vectors.parameters)
        assert found(loaded, NORTH, k=7) == found(vectors, NORTH, k=7)
    assert [path.name for path in tmp_path.iterdir()] == ["passages.faiss"]
    header = read(tmp_path)
    assert header is not None
    assert header[0] == Header("a", Kind.COMPRESSED, CIRCLE)


def test_what_is_missing_damaged_or_of_another_encoder_is_not_loaded(
    circle: VectorIndex, rows: Rows, tmp_path: Path
) -> None:
    assert load(tmp_path, rows, dimension=2, fingerprint="a") is None
    circle.save(tmp_path, fingerprint="a")
    assert load(tmp_path, rows, dimension=2, fingerprint="b") is None
    assert load(tmp_path, rows, dimension=3, fingerprint="a") is None
    whole = vector_file(tmp_path).read_bytes()
    for damage in (whole[:-1] + b"?", whole[:-100], b"?" + whole[1:], b"x" * 32, b""):
        vector_file(tmp_path).write_bytes(damage)
        assert load(tmp_path, rows, dimension=2, fingerprint="a") is None


def test_a_whole_file_that_holds_something_else_is_not_loaded(rows: Rows, tmp_path: Path) -> None:
    write(tmp_path, Header("a", Kind.EXACT, 0), lambda put: put(b"no vectors"))
    assert load(tmp_path, rows, dimension=2, fingerprint="a") is None
