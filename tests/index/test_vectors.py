from pathlib import Path

import numpy as np
import pytest

from index.errors import VectorError
from index.vectors import Near, VectorIndex

EAST, NORTH, WEST = np.array([[1, 0], [0, 1], [-1, 0]], np.float32)


@pytest.fixture
def compass() -> VectorIndex:
    vectors = VectorIndex(2)
    vectors.add([7, 8, 9], np.stack([EAST, NORTH, WEST]))
    return vectors


def test_the_nearest_comes_first_with_its_cosine(compass: VectorIndex) -> None:
    assert compass.search(EAST, k=3) == [Near(7, 1.0), Near(8, 0.0), Near(9, -1.0)]
    assert compass.search(EAST.reshape(1, 2), k=1) == [Near(7, 1.0)]


def test_more_asked_for_than_there_are_gives_all(compass: VectorIndex) -> None:
    assert len(compass.search(EAST, k=50)) == 3
    assert VectorIndex(2).search(EAST, k=5) == []


def test_a_removed_vector_is_not_found_again(compass: VectorIndex) -> None:
    compass.remove([7, 1234])
    assert compass.ids == {8, 9}
    assert compass.search(EAST, k=1) == [Near(8, 0.0)]


def test_a_copy_does_not_change_with_its_original(compass: VectorIndex) -> None:
    copy = compass.copy()
    compass.remove([7, 8])
    assert (len(copy), len(compass)) == (3, 1)


def test_vectors_are_given_back_by_number(compass: VectorIndex) -> None:
    np.testing.assert_array_equal(compass.vectors([9, 7]), np.stack([WEST, EAST]))
    assert compass.vectors([]).shape == (0, 2)
    with pytest.raises(VectorError, match="every vector asked for must be known"):
        compass.vectors([1])


def test_vectors_of_the_wrong_shape_are_refused(compass: VectorIndex) -> None:
    with pytest.raises(VectorError, match=r"must have the shape \(1, 2\), was: \(1, 3\)"):
        compass.add([1], np.zeros((1, 3), np.float32))
    with pytest.raises(VectorError, match="a query must have 2 numbers, was: 3"):
        compass.search(np.zeros(3, np.float32), k=1)


def test_what_is_saved_is_loaded(compass: VectorIndex, tmp_path: Path) -> None:
    compass.save(tmp_path, fingerprint="a")
    loaded = VectorIndex.load(tmp_path, dimension=2, fingerprint="a")
    assert loaded is not None
    assert loaded.search(NORTH, k=1) == [Near(8, 1.0)]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["passages.faiss", "passages.json"]


def test_what_is_missing_damaged_or_of_another_encoder_is_not_loaded(compass: VectorIndex, tmp_path: Path) -> None:
    assert VectorIndex.load(tmp_path, dimension=2, fingerprint="a") is None
    compass.save(tmp_path, fingerprint="a")
    assert VectorIndex.load(tmp_path, dimension=2, fingerprint="b") is None
    assert VectorIndex.load(tmp_path, dimension=3, fingerprint="a") is None
    file = tmp_path / "passages.faiss"
    file.write_bytes(file.read_bytes()[:-1] + b"?")
    assert VectorIndex.load(tmp_path, dimension=2, fingerprint="a") is None
