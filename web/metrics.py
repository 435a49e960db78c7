"""Figures for Prometheus; the only file that knows its library. Nothing in them is about a person, staff included.

Each app has its own registry. Requests are counted as they are answered; what stands in the records is asked for when
somebody looks: of advices and reviews only those since the server started, so that no table is read whole.
"""

from __future__ import annotations

import platform
from collections import Counter as Tally
from collections.abc import Callable, Iterable, Iterator, Mapping
from threading import Lock

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, Info, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from advisor.cli import program_version
from advisor.records import Records
from advisor.types import PromiseState
from web.inbox_jobs import DELIVERIES, State
from web.watch import Answered

TEXT = CONTENT_TYPE_LATEST
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1.0, 2.5, 5.0, 10.0)
ADVICES = ("recommendations", ("action", "reason"))
REVIEWS = ("reviews", ("verdict",))


class Metrics:
    """The figures of one app."""

    def __init__(
        self, records: Records, *, sessions: Callable[[], int], jobs: Callable[[], Mapping[str, Mapping[State, int]]]
    ) -> None:
        """`sessions` counts those that are open, `jobs` those of the inbox by queue and state."""
        self.registry = CollectorRegistry(auto_describe=False)
        names = ("method", "route", "status")
        self._requests = Counter("advisor_requests", "Requests answered", names, registry=self.registry)
        self._seconds = Histogram(
            "advisor_request_seconds", "Time to answer", names[:2], buckets=SECONDS, registry=self.registry
        )
        build = Info("advisor_build", "The program", registry=self.registry)
        build.info({"version": program_version(), "python": platform.python_version()})
        ProcessCollector(registry=self.registry)
        self.registry.register(_Recorded(records, sessions, jobs))

    def count(self, answered: Answered) -> None:
        """Count a request."""
        self._requests.labels(answered.method, answered.route, str(answered.status)).inc()
        self._seconds.labels(answered.method, answered.route).observe(answered.seconds)

    def text(self) -> bytes:
        """All figures as Prometheus reads them."""
        return generate_latest(self.registry)


class _Recorded(Collector):
    """What stands in the records."""

    def __init__(
        self, records: Records, sessions: Callable[[], int], jobs: Callable[[], Mapping[str, Mapping[State, int]]]
    ) -> None:
        self._records = records
        self._sessions = sessions
        self._jobs = jobs
        self._advices = _Since(records, *ADVICES)
        self._reviews = _Since(records, *REVIEWS)

    def collect(self) -> Iterator[Metric]:
        """Ask the records."""
        yield self._advices.counter("advisor_advices", "Advices recorded since the start", ("action", "rule"))
        yield self._reviews.counter("advisor_reviews", "Agents' words on advices since the start", ("verdict",))
        waiting = "select count(*) from queue where open = 1"
        with self._records.file.errors_named():
            (count,) = self._records.file.tables.execute(waiting).fetchone()
        yield GaugeMetricFamily("advisor_queue_open", "Tickets that wait for an answer", value=count)
        yield GaugeMetricFamily("advisor_sessions", "Sessions of staff that are open", value=self._sessions())
        yield self._promise()
        yield self._inbox()

    def _promise(self) -> Metric:
        kept = self._records.promises.in_force()
        now = kept.state if kept is not None else PromiseState.NOT_YET
        family = GaugeMetricFamily("advisor_promise", "1 for the state that the promise is in", labels=["state"])
        for state in PromiseState:
            family.add_metric([state.value], float(state is now))
        return family

    def _inbox(self) -> Metric:
        family = GaugeMetricFamily("advisor_inbox", "Jobs of the inbox that are not done", labels=["queue", "state"])
        counts: dict[str, Mapping[State, int]] = {DELIVERIES: {}, **self._jobs()}
        for queue, by_state in sorted(counts.items()):
            for state in (State.WAITING, State.WORKING, State.SET_ASIDE):
                family.add_metric([queue, state.value], by_state.get(state, 0))
        return family


class _Since:
    """Counts the rows that came into a table since this was made."""

    def __init__(self, records: Records, table: str, columns: tuple[str, ...]) -> None:
        self._file = records.file
        self._sql = (
            f"select max(rowid), count(*), {', '.join(columns)} from {table} "
            f"where rowid > ? group by {', '.join(columns)}"
        )
        self._lock = Lock()
        self._tally: Tally[tuple[str, ...]] = Tally()
        with self._file.errors_named():
            (newest,) = self._file.tables.execute(f"select max(rowid) from {table}").fetchone()
        self._newest = newest or 0

    def counter(self, name: str, what: str, labels: Iterable[str]) -> Metric:
        """What came until now, by its columns."""
        with self._lock, self._file.errors_named():
            for newest, count, *key in self._file.tables.execute(self._sql, [self._newest]).fetchall():
                self._tally[tuple(str(value) for value in key)] += count
                self._newest = max(self._newest, newest)
            found = dict(self._tally)
        family = CounterMetricFamily(name, what, labels=list(labels))
        for key, count in sorted(found.items()):
            family.add_metric(key, count)
        return family
