from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import numpy as np

from advisor.reading.close import LABELS, WISHES
from training.lessons import HELD, Lesson, parted, surroundings, varied, written
from training.splits import normalised

KEPT_APART = Path(__file__).parents[1] / "benchmarks" / "wishes_hands.jsonl"


def test_nothing_is_asked_of_what_a_lesson_was_not_labelled_for() -> None:
    lesson = Lesson("x", frozenset({"phone:wants"}), signals=False)
    assert sum(lesson.asked) == len(WISHES)
    assert [label for label, there in zip(LABELS, lesson.truth, strict=True) if there] == ["phone:wants"]


def test_every_label_is_written_about_often_enough() -> None:
    counts = Counter(label for lesson in written() for label in lesson.labels)
    assert set(counts) == set(LABELS)
    assert min(counts.values()) >= 50


def test_what_is_held_out_depends_on_the_text_alone() -> None:
    lessons = written()
    learnt, held = parted(lessons)
    assert len(learnt) + len(held) == len(lessons)
    assert abs(len(held) / len(lessons) - HELD) < 0.02
    assert {one.text for one in parted(lessons[::-1])[1]} == {one.text for one in held}
    assert not {normalised(one.text) for one in learnt} & {normalised(one.text) for one in held}


def test_no_ticket_of_the_set_kept_apart_is_learnt_from() -> None:
    apart = {normalised(json.loads(line)["text"]) for line in KEPT_APART.read_text(encoding="utf-8").splitlines()}
    assert not apart & {normalised(one.text) for one in written()}


def test_variation_keeps_labels_and_words_and_is_the_same_each_time() -> None:
    lessons = written()[:200]
    once = list(varied(lessons, ["The sky is blue."], np.random.default_rng(1)))
    assert once == list(varied(lessons, ["The sky is blue."], np.random.default_rng(1)))
    assert [one.labels for one in once] == [one.labels for one in lessons]
    for before, after in zip(lessons, once, strict=True):
        assert normalised(before.text.replace("'", "")) in normalised(after.text.replace("'", ""))
    assert 30 < sum("The sky is blue." in one.text or "the sky is blue." in one.text for one in once) < 90


def test_what_tickets_are_buried_in_says_nothing_about_channels() -> None:
    found = surroundings()
    assert len(found) > 300
    assert not [one for one in found if "call" in one.lower() or "article" in one.lower()]
