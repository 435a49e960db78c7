"""What speed.py measures of this program, each in a process of its own: prints one JSON object.

python tests/benchmarks/speed_ours.py rescore HOME ARCHIVE OUT    or one of: kernels HOME TICKETS, alone HOME TICKETS,
article HOME
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from tickets import ALONE, it_tickets

from advisor.settings import Settings

if TYPE_CHECKING:
    from index.bundle import Bundle

SESSIONS = 2  # each of one thread
WARM = 64  # texts that are read before the time is taken
Figures = dict[str, float]
Text = list[NDArray[np.int64]]  # windows of word pieces
Pair = tuple[Any, Any]  # the sessions of the encoder and of the close reader


def rescored(home: str, archive: str, out: str) -> Figures:
    """Score an archive again, as the command does."""
    from advisor.archive.formats import recognise
    from advisor.archive.rescore import Request, rescore
    from advisor.archive.worker import Past
    from advisor.wiring import archive_basis

    basis = archive_basis(Settings(home=Path(home)), Past.ARCHIVE)
    report = rescore(Request(archive=recognise(Path(archive)), out=Path(out)), basis)
    return {"rows": report.rows, "read": report.read, "seconds": report.seconds}


def kernels(home: str, many: str) -> Figures:
    """The int8 graphs alone, each text by itself, shared out over two threads that have each a session of one thread.

    The encoder's is asked for what any text is encoded to; for the close reader, it must give its lower layers, too.
    """
    from advisor.reading.close import NAME
    from advisor.reading.heads import SHIPPED, checked_bytes
    from index.bundle import bundle_folder, load_bundle
    from index.encoder.fast import OUTPUTS, opened, session

    bundle = load_bundle(bundle_folder(Settings(home=Path(home)).knowledge))
    assert bundle is not None, "the home folder was made with one"
    texts = tokenised(bundle, it_tickets(int(many)))
    graph = checked_bytes(SHIPPED / f"{NAME}.onnx")
    pairs = [(session(bundle, threads=1), opened(graph, threads=1)) for _ in range(SESSIONS)]

    def encode(pair: Pair, waiting: Iterator[Text]) -> None:
        for text in waiting:
            for window in text:
                pair[0].run(list(OUTPUTS[:2]), {"ids": window})

    def read(pair: Pair, waiting: Iterator[Text]) -> None:
        for text in waiting:
            for window in text:
                lower = pair[0].run(list(OUTPUTS), {"ids": window})[-1]
                pair[1].run(["marks"], {"states": lower[np.newaxis]})

    return {"kernel": rate(encode, pairs, texts), "kernels": rate(read, pairs, texts)}


def alone(home: str, many: str) -> Figures:
    """The median time of one warm ticket, in milliseconds."""
    from advisor.types import Ticket
    from advisor.wiring import ready

    advisor = ready(Settings(home=Path(home)))
    tickets = [Ticket(id=f"it-{number}", body=text) for number, text in enumerate(it_tickets(int(many))[:ALONE])]
    took = list[float]()
    for ticket in (*tickets, *tickets):
        start = time.perf_counter()
        advisor.advise(ticket, record=False)
        took.append(1000 * (time.perf_counter() - start))
    return {"alone": statistics.median(took[len(tickets) :])}


def tokenised(bundle: Bundle, texts: Sequence[str]) -> list[Text]:
    """The windows of texts, as the encoder makes them."""
    from tokenizers import Tokenizer

    from index.encoder.base import prepare, windows

    tokenizer = Tokenizer.from_file(str(bundle.folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    marks = bundle.first_token, bundle.last_token
    found = list[Text]()
    for prepared in map(prepare, texts):
        pieces = windows(tokenizer.encode(prepared.text, add_special_tokens=False).ids, prepared).ids
        found.append([np.array([[marks[0], *window, marks[1]]], np.int64) for window in pieces])
    return found


def rate(run: Callable[[Pair, Iterator[Text]], None], pairs: Sequence[Pair], texts: Sequence[Text]) -> float:
    """Texts a second, each taken by the next thread that is free."""
    with ThreadPoolExecutor(len(pairs)) as pool:
        for some in (texts[:WARM], texts):
            waiting, start = iter(some), time.perf_counter()
            for ended in [pool.submit(run, pair, waiting) for pair in pairs]:
                ended.result()
            took = time.perf_counter() - start
    return len(texts) / took


def article_added(home: str) -> Figures:
    """One more article, so that the knowledge base is another."""
    from index.articles import Article
    from index.encoder import load_encoder
    from index.knowledge import KnowledgeBase

    settings = Settings(home=Path(home)).knowledge
    article = Article(id="speed/printer", source="speed", title="Printers", body="Turn the printer off and on again.")
    report = KnowledgeBase.open(settings, load_encoder(settings)).import_articles("speed", [article])
    return {"added": len(report.added)}


MEASURES: dict[str, Callable[..., Figures]] = {
    "rescore": rescored,
    "kernels": kernels,
    "alone": alone,
    "article": article_added,
}


if __name__ == "__main__":
    print(json.dumps(MEASURES[sys.argv[1]](*sys.argv[2:])))
