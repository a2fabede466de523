"""What Prometheus reads, on a port of its own: what this process counts, and figures read from the database."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from time import monotonic
from typing import Any, Protocol
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics, start_http_server
from prometheus_client.core import HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from app.base.errors import CannotStart

REGISTRY = CollectorRegistry()
# One more series for each that counts, which says when the process started.
disable_created_metrics()  # type: ignore[no-untyped-call] # the library gives it no types


class Durations(Collector):
    """A histogram of seconds that one thread counts: the library's look-ups and locks take longer than all the rest."""

    def __init__(
        self,
        name: str,
        documentation: str,
        labels: Sequence[str],
        bounds: Sequence[float],
        registry: CollectorRegistry = REGISTRY,
    ) -> None:
        self._name, self._documentation, self._labels = name, documentation, labels
        self._bounds = bounds
        self._counts: dict[tuple[str | int, ...], list[int]] = {} if labels else {(): self._none_yet()}
        """By labels: how many took no longer than each bound, but longer than the one before it."""
        self._sums: dict[tuple[str | int, ...], float] = dict.fromkeys(self._counts, 0.0)
        registry.register(self)

    def observe(self, seconds: float, *labels: str | int) -> None:
        counts = self._counts.get(labels)
        if counts is None:
            self._sums[labels] = 0.0
            counts = self._counts[labels] = self._none_yet()
        counts[bisect_left(self._bounds, seconds)] += 1
        self._sums[labels] += seconds

    def describe(self) -> Iterable[Metric]:
        return [HistogramMetricFamily(self._name, self._documentation, labels=self._labels)]

    def collect(self) -> Iterator[Metric]:
        names = [*(str(float(bound)) for bound in self._bounds), "+Inf"]
        made = HistogramMetricFamily(self._name, self._documentation, labels=self._labels)
        for labels, counts in list(self._counts.items()):
            made.add_metric([*map(str, labels)], [*zip(names, accumulate(counts), strict=True)], self._sums[labels])
        yield made

    def _none_yet(self) -> list[int]:
        return [0] * (len(self._bounds) + 1)


_SECONDS = Durations(
    "clausedesk_http_request_duration_seconds",
    "Time from the first byte of a request to the last byte of its answer.",
    ("method", "route", "status"),
    (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
_IN_FLIGHT = Gauge("clausedesk_http_requests_in_flight", "Requests being answered at this moment.", registry=REGISTRY)


class InFlight:
    """Counted by the one thread that answers requests, and read with the metrics."""

    count = 0


_IN_FLIGHT.set_function(lambda: InFlight.count)


def observe_request(method: str, route: str, status: int, seconds: float) -> None:
    _SECONDS.observe(seconds, method, route, status)


def serve_metrics(host: str, port: int) -> None:
    """Serve them in a thread until the process ends; without a token, so the port stays inside the cluster."""
    try:
        server, _ = start_http_server(port, host, REGISTRY)
    except OSError as error:
        message = f"The metrics cannot listen on {host}:{port} ({error.strerror}); set CLAUSEDESK_METRICS_PORT."
        raise CannotStart(message) from None
    metrics = server.get_app()
    assert metrics is not None
    server.set_app(_with_heads(metrics))


def _with_heads(metrics: WSGIApplication) -> WSGIApplication:
    """HEAD, by which it is probed, is answered with the head that GET has."""

    def answered(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] != "HEAD":
            return metrics(environ, start)
        heads: list[tuple[str, list[tuple[str, str]]]] = []
        begin: Any = lambda status, headers: heads.append((status, headers))  # noqa: E731 - its type has no words
        body = b"".join(metrics({**environ, "REQUEST_METHOD": "GET"}, begin))
        status, headers = heads[0]
        start(status, [*headers, ("Content-Length", str(len(body)))])
        return ()

    return answered


# ── the worker ───────────────────────────────────────────────────────────────
SEQUENCED = Counter("clausedesk_events_sequenced_total", "Events that got their place in the feed.", registry=REGISTRY)
LOOP_FAILURES = Counter(
    "clausedesk_worker_failures_total", "Rounds of a loop of the worker that broke off.", ["loop"], registry=REGISTRY
)
_ATTEMPTS = Counter(
    "clausedesk_delivery_attempts_total", "Attempts to deliver.", ["kind", "outcome"], registry=REGISTRY
)
_ATTEMPT_SECONDS = Histogram(
    "clausedesk_delivery_attempt_duration_seconds", "How long an attempt took.", ["kind"], registry=REGISTRY
)
_LATENCY = Histogram(
    "clausedesk_delivery_latency_seconds",
    "From the placing of an event to its delivery.",
    ["kind"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200, 86400),
    registry=REGISTRY,
)


def observe_attempt(kind: str, outcome: str, seconds: float, age_seconds: float) -> None:
    """`outcome`: delivered, failed or dead; `age_seconds`: how long ago the delivery was put down."""
    _ATTEMPTS.labels(kind, outcome).inc()
    _ATTEMPT_SECONDS.labels(kind).observe(seconds)
    if outcome == "delivered":
        _LATENCY.labels(kind).observe(age_seconds)


# ── read from the database ───────────────────────────────────────────────────
class Readings(Collector):
    """Figures that are read from the database now and then, and shown until they are too old to be true."""

    def __init__(self) -> None:
        self._parts: dict[str, tuple[float, Sequence[Metric]]] = {}

    def keep(self, part: str, until: float, families: Sequence[Metric]) -> None:
        """In place of what was read before for this part; `until`: by `time.monotonic`."""
        self._parts[part] = (until, families)

    def describe(self) -> Iterable[Metric]:
        """Nothing: their names are not looked up when the registry is made."""
        return ()

    def collect(self) -> Iterator[Metric]:
        now = monotonic()
        for until, families in list(self._parts.values()):
            if now <= until:
                yield from families


READINGS = Readings()
REGISTRY.register(READINGS)


class PoolSize(Protocol):
    """A pool of connections, as far as it is counted."""

    def get_size(self) -> int: ...
    def get_idle_size(self) -> int: ...
    def get_max_size(self) -> int: ...


_POOL = Gauge("clausedesk_db_pool_connections", "Connections to the database.", ["role", "state"], registry=REGISTRY)
_POOL_MOST = Gauge("clausedesk_db_pool_connections_max", "Most connections of the pool.", ["role"], registry=REGISTRY)
_WAIT = Durations(
    "clausedesk_db_pool_wait_seconds",
    "How long work waited for a connection.",
    (),
    (0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 1.5, 2.5, 5),
)
POOL_TIMEOUTS = Counter(
    "clausedesk_db_pool_timeouts_total", "Waits for a connection or a place that were given up.", registry=REGISTRY
)
observe_wait = _WAIT.observe


def observe_pool(role: str, pool: PoolSize) -> None:
    """Counted when the metrics are read; a closed pool has none."""
    _POOL.labels(role, "idle").set_function(pool.get_idle_size)
    _POOL.labels(role, "busy").set_function(lambda: pool.get_size() - pool.get_idle_size())
    _POOL_MOST.labels(role).set_function(pool.get_max_size)
