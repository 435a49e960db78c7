"""The branch that hears how a text sounds, and the heads over it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from advisor.errors import ModelError
from advisor.reading.feeling import Feeling, wordless
from advisor.reading.heads import write_manifest
from advisor.types import Tone
from index.encoder import HashEncoder
from training.datasets import Example
from training.feeling import (
    BASIC,
    EKMAN,
    Branch,
    Course,
    basic,
    expected_threshold,
    fit_branch,
    fit_emotions,
    gathered,
    joined_targets,
    read_pieces,
)
from training.fit import Targets, bare
from training.tones import letters, mapped, recalibrated

EMOTIONS = (*sorted({name for names in EKMAN.values() for name in names} - {"neutral"}), "neutral")
GLAD, CROSS, PLAIN = "thank you so much this is great", "I hate this stupid awful thing", "the door is on the left side"
TEXTS = [GLAD, CROSS, PLAIN] * 20
SMALL = Course(width=16, ways=2, word=4, rounds=25, batch=15, rate=1e-2, blanked=0.1)


def targets() -> Targets:
    """The three texts are joy, anger and neutral."""
    wanted = np.zeros((len(TEXTS), len(EMOTIONS)), np.float32)
    for row, name in enumerate(["joy", "anger", "neutral"] * 20):
        wanted[row, EMOTIONS.index(name)] = 1
    return wanted


def test_the_emotions_of_ekman_are_all_28_once() -> None:
    assert len(EMOTIONS) == 28
    assert sum(len(names) for names in EKMAN.values()) == 28


def test_a_text_with_annoyance_and_love_is_anger_and_joy() -> None:
    wanted = np.zeros((1, 28), np.float32)
    wanted[0, [EMOTIONS.index("annoyance"), EMOTIONS.index("love")]] = 1
    assert [name for name, told in zip(EKMAN, basic(wanted, EMOTIONS)[0], strict=True) if told] == ["anger", "joy"]


def test_a_branch_learns_what_it_was_told_and_says_it_by_numpy_alone() -> None:
    pieces = read_pieces(HashEncoder(), TEXTS)
    feeling, head = fit_emotions(pieces, targets(), pieces, targets(), EMOTIONS, SMALL)
    chances = head.probabilities(feeling.vectors(HashEncoder().encode(TEXTS[:3], tokens=True).tokens), wordless(3))
    for row, names in enumerate([("joy", "joy"), ("anger", "anger"), ("neutral", "neutral")]):
        assert chances[row, head.labels.index(names[0])] > 0.8
        assert chances[row, head.labels.index(BASIC + names[1])] > 0.8
    assert chances[0, head.labels.index("anger")] < 0.2


def test_numpy_gathers_what_torch_gathers() -> None:
    pieces = read_pieces(HashEncoder(), [GLAD])
    torch.manual_seed(1)
    branch = Branch(pieces, 3, SMALL).eval()
    torch.nn.init.normal_(branch.table.weight)
    torch.nn.init.normal_(branch.after.bias)
    states = torch.from_numpy(pieces.states[np.newaxis]).float()
    ids = torch.from_numpy(pieces.ids[np.newaxis].astype(np.int64))
    with torch.no_grad():
        expected = branch.gather(states, ids, torch.ones(ids.shape, dtype=torch.bool)).numpy()
    assert np.allclose(gathered(branch.feeling(), pieces), expected, atol=1e-4)


def test_padding_changes_nothing() -> None:
    pieces = read_pieces(HashEncoder(), [GLAD])
    branch = Branch(pieces, 3, SMALL).eval()
    states = torch.from_numpy(pieces.states[np.newaxis]).float()
    ids = torch.from_numpy(pieces.ids[np.newaxis].astype(np.int64))
    real = torch.ones(ids.shape, dtype=torch.bool)
    with torch.no_grad():
        alone = branch(states, ids, real)
        padded = branch(
            torch.nn.functional.pad(states, (0, 0, 0, 3), value=9.0),
            torch.nn.functional.pad(ids, (0, 3), value=5),
            torch.nn.functional.pad(real, (0, 3)),
        )
    assert torch.allclose(alone, padded, atol=1e-5)


def test_equal_rows_give_an_equal_branch() -> None:
    pieces = read_pieces(HashEncoder(), TEXTS)
    course = Course(width=8, ways=2, word=4, rounds=2, batch=15)
    first, second = (fit_branch(pieces, targets(), course) for _ in range(2))
    assert first[0].project.tobytes() == second[0].project.tobytes()
    assert first[1].tobytes() == second[1].tobytes()


def test_a_text_has_the_same_vector_alone_and_among_others() -> None:
    pieces = read_pieces(HashEncoder(), TEXTS)
    feeling = fit_branch(pieces, targets(), Course(width=8, ways=2, word=4, rounds=1))[0]
    read = HashEncoder().encode([GLAD, CROSS, ""], tokens=True).tokens
    together = feeling.vectors(read)
    assert together[1].tobytes() == feeling.vectors(read[1:2])[0].tobytes()
    assert not together[2].any()
    assert together.shape == (3, feeling.size)


def test_a_branch_is_kept_and_a_changed_file_is_refused(tmp_path: Path) -> None:
    pieces = read_pieces(HashEncoder(), TEXTS)
    course = Course(width=8, ways=2, word=4, rounds=1)
    feeling = fit_branch(pieces, targets(), course)[0]
    feeling.save(tmp_path)
    write_manifest(tmp_path)
    found = Feeling.load(tmp_path)
    assert np.allclose(gathered(found, pieces), gathered(feeling, pieces), atol=0.02)
    (tmp_path / "feeling.npz").write_bytes(b"changed")
    with pytest.raises(ModelError, match=r"feeling\.npz was changed"):
        Feeling.load(tmp_path)


def test_texts_read_as_one_are_neutral_only_where_every_part_is() -> None:
    calm, cross = np.zeros((1, 35), np.float32), np.zeros((1, 35), np.float32)
    calm[0, [27, 28 + list(EKMAN).index("neutral")]] = 1
    cross[0, [2, 28]] = 1
    both = joined_targets(np.maximum(calm, cross), [calm, cross])
    assert np.flatnonzero(both[0]).tolist() == [2, 28]
    assert joined_targets(calm, [calm, calm]).tobytes() == calm.tobytes()


def test_the_expected_threshold_takes_what_raises_f1() -> None:
    assert expected_threshold(np.array([0.9, 0.8, 0.1, 0.05], np.float32)) == pytest.approx(0.8)
    assert expected_threshold(np.array([0.3, 0.3, 0.3], np.float32)) == pytest.approx(0.3)


def test_a_comment_has_each_tone_of_its_emotions_once() -> None:
    assert mapped(Example("", ("joy", "love", "anger"))) == (Tone.PLEASED, Tone.ANGRY)


def test_letters_use_no_ticket_twice_and_every_second_one_is_upset() -> None:
    tickets = [f"ticket {number}" for number in range(60)]
    upset = [Example(f"upset {number}", (Tone.ANGRY,)) for number in range(4)]
    made = letters(tickets, upset)
    lines = [line for one in made for line in one.text.split("\n")]
    assert len(lines) == len(set(lines))
    assert [one.labels for one in made[:4]] == [(Tone.NEUTRAL,), (Tone.ANGRY,)] * 2
    assert all(("upset" in one.text) is (one.labels == (Tone.ANGRY,)) for one in made)


def test_a_head_that_says_too_much_is_brought_down_to_what_was_so() -> None:
    zero = np.zeros((1, 1), np.float32)
    head = bare("tones", ("angry",), zero, zero, np.zeros(1, np.float32), exclusive=False)
    chances = np.full((400, 1), 0.5, np.float32)
    truth = (np.arange(400) % 10 == 0).astype(np.float32)[:, np.newaxis]
    better = recalibrated(head, chances, truth)
    assert better.probabilities(np.zeros((1, 1), np.float32), wordless(1))[0, 0] == pytest.approx(0.1, abs=0.02)
    assert better.thresholds[0] == pytest.approx(0.1, abs=0.02)
