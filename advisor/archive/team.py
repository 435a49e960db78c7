"""Who works on the parts: this process alone, or several on this machine; each gives its parts back in their order."""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, contextmanager

from advisor.archive.worker import Done, Job, Worker
from advisor.errors import ArchiveError
from index.encoder.fast import cores

Work = Callable[[Iterable[int]], Iterator[Done]]  # parts: what comes of each, in their order
Team = Callable[[Job], AbstractContextManager[Work]]  # lets its workers go at the end

AHEAD = 4  # parts a worker that are handed out before the first has come back


@contextmanager
def local_team(job: Job) -> Iterator[Work]:
    """As many processes as the settings give threads, by default one a core; one is this process itself."""
    workers = job.settings.threads or cores()
    if workers == 1:
        worker = Worker(job).ready()
        yield lambda parts: map(worker.work, parts)
        return
    context = multiprocessing.get_context("spawn")  # threads of the models do not survive a fork
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_start, initargs=(job,))
    try:
        for started in [pool.submit(_started) for _ in range(workers)]:
            started.result()
        yield lambda parts: _in_order(pool, parts, AHEAD * workers)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _in_order(pool: ProcessPoolExecutor, parts: Iterable[int], ahead: int) -> Iterator[Done]:
    """Handed out a few at a time, so that what waits to be written stays small."""
    waiting: deque[Future[Done]] = deque()
    try:
        for part in parts:
            waiting.append(pool.submit(_work, part))
            if len(waiting) >= ahead:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    except BrokenProcessPool as error:
        cure = "run the command again, it goes on from there; with less memory, use --processes 1"
        raise ArchiveError(f"a worker process was killed, perhaps for want of memory: {cure}") from error


_worker: Worker | None = None  # of this process


def _start(job: Job) -> None:
    global _worker
    _worker = Worker(job).ready()


def _started() -> None:
    """Comes back once a process has loaded its models."""


def _work(part: int) -> Done:
    assert _worker is not None, "a process starts with _start"
    return _worker.work(part)
