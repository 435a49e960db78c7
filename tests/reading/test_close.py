from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from reading_builders import read, ticket

from advisor.advise import Advisor
from advisor.errors import ModelError
from advisor.reading.close import LABELS, CloseReader, pooled, within, without_marks
from advisor.reading.evidence import Heads
from advisor.reading.heads import SHIPPED, write_manifest
from advisor.types import History, Span, WishChannel
from index.encoder import Encoder

LETTER = (
    "I have been a customer since 2011 and the boiler was serviced in March. The engineer was polite. Since Tuesday "
    "the display shows F28 and there is no hot water. I would ask you to ring me on the landline, mornings are best. "
    "The invoice for the service is attached."
)


def test_every_wish_and_signal_is_a_label_once() -> None:
    assert len(set(LABELS)) == len(LABELS) == 20


def test_pieces_speak_together() -> None:
    scores = np.zeros((4, len(LABELS)), np.float32)
    np.testing.assert_allclose(pooled(scores), np.log(4), rtol=1e-6)
    assert (pooled(without_marks([])) == -20).all()


def test_the_marks_around_a_window_say_nothing() -> None:
    window = np.arange(5, dtype=np.float32)[:, np.newaxis].repeat(len(LABELS), axis=1)
    assert without_marks([window, window])[:, 0].tolist() == [1, 2, 3, 1, 2, 3]


def test_a_section_holds_its_own_pieces_between_the_marks_of_the_window(fast: Encoder) -> None:
    tokens = fast.encode(["Please call me. Do not write."], tokens=True).tokens[0]
    part = within(tokens, Span(16, 29))
    assert len(part.ids) == 4
    assert len(part.lower[0]) == 6
    np.testing.assert_array_equal(part.lower[0][0], tokens.lower[0][0])
    np.testing.assert_array_equal(part.lower[0][-1], tokens.lower[0][-1])
    np.testing.assert_array_equal(part.lower[0][1:-1], tokens.lower[0][5:9])
    assert within(tokens, Span(0, 29)) is tokens


def test_a_wish_buried_in_a_letter_is_heard_and_its_sentence_quoted(demo_advisor: Advisor) -> None:
    wishes = read(demo_advisor, LETTER).evidence.wishes
    assert [wish.channel for wish in wishes] == [WishChannel.PHONE]
    assert wishes[0].quote is not None
    assert wishes[0].quote.text == "I would ask you to ring me on the landline, mornings are best."


def test_what_is_read_does_not_depend_on_the_tickets_beside_it(demo_advisor: Advisor) -> None:
    texts = [LETTER, "Where are my invoices?", "No calls please, an e-mail will do.", "", LETTER * 30]
    together = demo_advisor.reader.read([(ticket(text), History()) for text in texts])
    for text, found in zip(texts, together, strict=True):
        assert found.evidence == read(demo_advisor, text).evidence


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(SHIPPED, tmp_path / "models")
    return tmp_path / "models"


def test_another_encoder_is_refused(folder: Path) -> None:
    with pytest.raises(ModelError, match=r"close reader was tuned on other encoders than the one in use \(hash-1\)"):
        CloseReader.load(folder, encoder="hash-1")


def test_a_graph_changed_by_a_byte_is_refused_by_name(folder: Path, heads: Heads, fast: Encoder) -> None:
    content = bytearray((folder / "close.onnx").read_bytes())
    content[len(content) // 2] ^= 1
    (folder / "close.onnx").write_bytes(content)
    with pytest.raises(ModelError, match=r"close\.onnx was changed"):
        CloseReader.load(folder, encoder=fast.fingerprint)


def test_another_version_is_refused(folder: Path, fast: Encoder) -> None:
    described = json.loads((folder / "close.json").read_text())
    (folder / "close.json").write_text(json.dumps(described | {"format": 99}))
    write_manifest(folder)
    with pytest.raises(ModelError, match="of another version: run advisor train defaults"):
        CloseReader.load(folder, encoder=fast.fingerprint)
