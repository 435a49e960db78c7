"""The work of plain.py done with txtai: its encoder, its vector index, and the same two labels beside it.

As its documentation shows: an `Embeddings` over the passages, tickets turned into vectors by `batchtransform`, and
these vectors, not the texts once more, searched by `batchsearch`. Its articles and labels are those of plain.py.

txtai is no dependency of this project. It goes into an environment of its own, with the project beside it:

python -m venv with-txtai && with-txtai/bin/pip install --constraint constraints.txt --editable . txtai
with-txtai/bin/python tests/benchmarks/txtai_way.py TICKETS [OUT]    needs ADVISOR_DATA; prints as plain.py does
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import numpy as np
from plain import BATCH, NEAREST, Labels, measure
from tickets import help_centre, learnt_from

from index.original import packaged_folder

MISSING = "txtai is not installed here: the first lines of tests/benchmarks/txtai_way.py say how to get it"


class TxtaiWay:
    """Everything that is loaded before the first ticket."""

    def __init__(self) -> None:
        # maxlength: as many word pieces as the model was made for; the tokenizer's own limit is twice that
        self.embeddings = library().Embeddings(
            path=str(packaged_folder()), gpu=False, maxlength=True, encodebatch=BATCH
        )
        titles, passages = help_centre()
        self.embeddings.index(passages)
        texts, topics = learnt_from()
        self.labels = Labels(titles, self.embeddings.batchtransform(texts), topics)

    def advise(self, texts: Sequence[str]) -> list[str]:
        """One JSON line a ticket."""
        vectors = np.asarray(self.embeddings.batchtransform(list(texts)), np.float32)
        found = self.embeddings.batchsearch(list(vectors), NEAREST)
        return list(self.labels.lines(texts, vectors, found))


def library() -> Any:
    """txtai, where there is one."""
    try:
        return import_module("txtai")
    except ModuleNotFoundError as error:
        if error.name != "txtai":
            raise
        sys.exit(MISSING)


if __name__ == "__main__":
    measure(TxtaiWay())
