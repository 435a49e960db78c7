"""The only file that knows Dask: the parts of an archive are done by the workers of a cluster.

Tickets, models and evidence lie in a work folder that all workers reach; through the scheduler go a part's number and
its rows of the result. A part whose worker dies is given to another one, and done twice it is the same file. Dask sends
code and trusts whoever it is connected to: a cluster belongs in a trusted network, or behind TLS (docs/cluster.md).
"""

from __future__ import annotations

import logging
import re
import time
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import distributed
from distributed import Client, Future, LocalCluster, Security
from distributed.comm.core import CommClosedError
from distributed.scheduler import KilledWorker

from advisor.archive.bundle_file import pack
from advisor.archive.errand import Errand, Refused, do, leave, unfit
from advisor.archive.fingerprint import machine
from advisor.archive.folder import Folder, folder_at
from advisor.archive.survey import ARRAYS, SPOOL
from advisor.archive.team import AHEAD, Team, Work
from advisor.archive.worker import Done, Job, Past
from advisor.errors import ArchiveError
from index.progress import Progress, silent

LOCAL = re.compile(r"local:([1-9]\d{0,3})")
ADDRESS = re.compile(r"(tcp|tls|ws|wss|ucx)://.+")
CONNECT = 15.0  # seconds for the scheduler to answer
PATIENCE = 60.0  # seconds without any worker
LOOK = 5.0  # seconds between two looks at who is there
RETRIES = 3  # of a part that could not be read or written; deaths of workers are counted by the scheduler
SENDING = "Sending"
DEAF = "from signal import SIGINT, SIG_IGN, signal; signal(SIGINT, SIG_IGN)"  # Ctrl-C is for this process to answer
AGAIN = "nothing is lost, the same command goes on"


def cluster_team(dask: str, work: str | None, *, progress: Progress = silent) -> Team:
    """The workers of a Dask cluster: that at an address, or `local:N` single-threaded processes of this machine.

    `work`: the folder that all workers reach, a path or an address; None: the home folder's own. Raises ArchiveError
    where `dask` is neither.
    """
    own = _own_workers(dask)

    @contextmanager
    def team(job: Job) -> Iterator[Work]:
        check_past(dask, work, job.past)
        with _quiet(), _connected(dask, own) as client:
            _check_manned(client)
            errand = _errand(job, work, own=own is not None)
            _refuse_unfit(client, errand)  # before anything is sent
            if errand.job.reads and errand.job is not job:
                errand = _sent(errand, Path(job.survey), progress)
                _refuse_unfit(client, errand)
            try:
                yield lambda parts: _in_order(_Hands(client), errand, parts)
            finally:
                _let_go(client, errand)
            if errand.job.survey != job.survey:
                folder_at(errand.job.survey).remove(SPOOL)  # kept after a failure, for the run that goes on

    return team


def check_past(dask: str, work: str | None, past: Past) -> None:
    """Refuse what only this machine has; raises ArchiveError."""
    if past is Past.RECORDS and (work is not None or _own_workers(dask) is None):
        raise ArchiveError(
            "--history records reads advisor.db, which is read on one machine only: leave --dask out, or use "
            "--dask local:N without --work"
        )


def _own_workers(dask: str) -> int | None:
    """How many workers are to be started here; None where `dask` is an address."""
    if found := LOCAL.fullmatch(dask):
        return int(found[1])
    if ADDRESS.fullmatch(dask):
        return None
    raise ArchiveError(f"--dask must be local:N, or the address of a scheduler such as tcp://host:8786, was: {dask}")


@contextmanager
def _quiet() -> Iterator[None]:
    """What Dask would tell of lost connections, page by page, is said in one sentence instead."""
    loggers = [logging.getLogger(name) for name in ("distributed.client", "distributed.core", "tornado.application")]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)


@contextmanager
def _connected(dask: str, own: int | None) -> Iterator[Client]:
    """A client of the cluster, which is started where there is none."""
    if own is None:
        with _client(dask) as client:
            yield client
        return
    with started(own) as cluster, Client(cluster, set_as_default=False) as client:
        yield client


def started(workers: int) -> LocalCluster:
    """Single-threaded processes of this machine, which nobody else can reach."""
    return LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        memory_limit=None,
        silence_logs=logging.ERROR,
        dashboard_address=None,
        preload=[DEAF],
        # Dask's pages would else lie open to the network on a port that another cluster may have
        scheduler_kwargs={"dashboard": False, "dashboard_address": "127.0.0.1:0"},
    )


def _client(dask: str) -> Client:
    """Connect to a scheduler; raises ArchiveError where that cannot be."""
    security, secret = Security(), dask.startswith(("tls:", "wss:"))
    if security.require_encryption and not secret:
        raise ArchiveError(f"Dask's configuration requires encryption, so --dask must be tls://…, was: {dask}")
    if secret and security.get_connection_args("client")["ssl_context"] is None:
        raise ArchiveError(f"{dask} needs a certificate: set distributed.comm.tls in Dask's configuration")
    try:
        return Client(dask, timeout=CONNECT, set_as_default=False)
    except OSError as error:
        raise ArchiveError(
            f"no scheduler answered at {dask} within {CONNECT:.0f} seconds: start one with dask scheduler, or see that "
            f"this machine reaches it; {AGAIN}"
        ) from error


def _errand(job: Job, work: str | None, *, own: bool) -> Errand:
    """What goes with each part; workers started here read the home folder as it is, unless told of another."""
    survey = Path(job.survey)
    if own and work is None:
        return Errand(job=job, work=str(survey.parent), bundle=None)
    place = work or str(survey.parent)
    return Errand(job=replace(job, survey=f"{place}/{survey.name}"), work=place, bundle=None)


def _sent(errand: Errand, survey: Path, progress: Progress) -> Errand:
    """Put tickets and models where the workers reach them."""
    here = survey.parent
    packed = pack(errand.job.settings, here)
    files = [survey / name for name in (SPOOL, *(f"{name}.npy" for name in ARRAYS))]
    _send(files, folder_at(errand.job.survey), progress)
    _send([here / packed.name], folder_at(errand.work), progress)
    if errand.work != str(here):
        (here / packed.name).unlink()
    return replace(errand, bundle=packed)


def _send(files: Iterable[Path], folder: Folder, progress: Progress) -> None:
    """Copy files that are not there yet; an interrupted copy has another size."""
    missing = [file for file in files if folder.size(file.name) != file.stat().st_size]
    total, sent = sum(file.stat().st_size for file in missing), 0

    def told(size: int) -> None:
        nonlocal sent
        sent += size
        progress(SENDING, sent, total)

    for file in missing:
        folder.put(file.name, file, told=told)


def _check_manned(client: Client) -> None:
    """Raise ArchiveError where no work can be taken, or nobody is there to do it."""
    try:
        client.run_on_scheduler(machine)
    except ImportError as error:
        raise ArchiveError(
            f"the scheduler cannot import advisor ({error}): start it from the installation of the workers; {AGAIN}"
        ) from error
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
    except TimeoutError as error:
        raise _deserted(PATIENCE) from error


def _refuse_unfit(client: Client, errand: Errand) -> None:
    """Raise ArchiveError where a worker may not take part."""
    reasons = {address: f"{many} threads" for address, many in client.nthreads().items() if many > 1}
    for address, found in client.run(unfit, errand, on_error="return").items():
        if isinstance(found, OSError):
            continue  # it has died meanwhile
        if isinstance(found, Exception):
            reasons[address] = f"no advisor that it could import ({found})"
        elif found:
            reasons[address] = ", ".join(found)
    if reasons:
        first = "; ".join(f"{address} has {reason}" for address, reason in list(reasons.items())[:3])
        raise ArchiveError(
            f"{len(reasons)} of {len(client.nthreads())} workers cannot take part: {first}. Start them with --nthreads "
            f"1, from the same release and constraints.txt, on such a machine, or leave them out; {AGAIN}"
        )


@dataclass(slots=True)
class _Hands:
    """Counts the workers, looking now and then, since they come and go."""

    client: Client
    many: int = 1
    looked: float = field(default=float("-inf"))

    def count(self) -> int:
        """Count them; 1 where there are none, so that something waits for the first."""
        if time.monotonic() - self.looked > LOOK:
            self.many, self.looked = max(1, len(self.client.nthreads())), time.monotonic()
        return self.many


def _in_order(hands: _Hands, errand: Errand, parts: Iterable[int]) -> Iterator[Done]:
    """Handed out a few at a time to each worker, so that what waits to be written stays small."""
    waiting: deque[tuple[int, Future[Done | Refused]]] = deque()
    try:
        for part in parts:
            while len(waiting) >= AHEAD * hands.count():
                yield _done(hands.client, errand, *waiting.popleft())
            waiting.append((part, hands.client.submit(_work, errand, part, pure=False, retries=RETRIES)))
        while waiting:
            yield _done(hands.client, errand, *waiting.popleft())
    except (CancelledError, OSError) as error:  # a part's own are told by _done; these come of asking the scheduler
        raise ArchiveError(f"the scheduler has gone away: start the cluster again; {AGAIN}") from error


def _work(errand: Errand, part: int) -> Done | Refused:
    """Done on a worker, in the folder that Dask clears away after it."""
    return do(errand, part, inside=Path(distributed.get_worker().local_directory))


def _done(client: Client, errand: Errand, part: int, future: Future[Done | Refused]) -> Done:
    """Wait for a part; raises ArchiveError where it cannot be done."""
    _wait(client, future)
    try:
        came: Done | Refused = future.result()
    except KilledWorker as error:
        raise ArchiveError(
            f"{error.allowed_failures + 1} workers died over part {part}, the last {error.last_worker.address}, "
            f"perhaps for want of memory: start them with more (--memory-limit) and read their logs; {AGAIN}"
        ) from error
    except CommClosedError:
        raise
    except OSError as error:
        raise ArchiveError(f"part {part} could not be done ({error}): see to {errand.work}; {AGAIN}") from error
    if isinstance(came, Refused):
        raise ArchiveError(f"part {part} was not done: {came.text}")
    return came


def _wait(client: Client, future: Future[Done | Refused]) -> None:
    """Wait as long as there is anybody who could do it."""
    deserted = 0.0
    while not future.done():
        with suppress(TimeoutError), client.as_current():
            distributed.wait(future, timeout=LOOK)
        deserted = 0.0 if future.done() or client.nthreads() else deserted + LOOK
        if deserted >= PATIENCE:
            raise _deserted(deserted)


def _deserted(seconds: float) -> ArchiveError:
    return ArchiveError(
        f"no worker was there for {seconds:.0f} seconds: start some with dask worker ADDRESS --nthreads 1; {AGAIN}"
    )


def _let_go(client: Client, errand: Errand) -> None:
    """Let the workers unload what was loaded for this run; who is gone has done so."""
    with suppress(OSError, CancelledError):
        client.run(leave, errand, on_error="ignore")
