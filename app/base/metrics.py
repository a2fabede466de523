"""What Prometheus reads, on a port of its own: what this process counts, and figures read from the database."""

from collections.abc import Iterable, Iterator, Sequence
from time import monotonic
from typing import Protocol

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from app.base.errors import CannotStart

REGISTRY = CollectorRegistry()

_SECONDS = Histogram(
    "clausedesk_http_request_duration_seconds",
    "Time from the first byte of a request to the last byte of its answer.",
    ["method", "route", "status"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=REGISTRY,
)
_IN_FLIGHT = Gauge("clausedesk_http_requests_in_flight", "Requests being answered at this moment.", registry=REGISTRY)
# Looking a child up by its labels costs more than observing it.
_children: dict[tuple[str, str, int], Histogram] = {}


class InFlight:
    """Counted by the one thread that answers requests, and read with the metrics."""

    count = 0


_IN_FLIGHT.set_function(lambda: InFlight.count)


def observe_request(method: str, route: str, status: int, seconds: float) -> None:
    key = (method, route, status)
    child = _children.get(key)
    if child is None:
        child = _children[key] = _SECONDS.labels(method, route, str(status))
    child.observe(seconds)


def serve_metrics(host: str, port: int) -> None:
    """Serve them in a thread until the process ends; without a token, so the port stays inside the cluster."""
    try:
        start_http_server(port, host, REGISTRY)
    except OSError as error:
        message = f"The metrics cannot listen on {host}:{port} ({error.strerror}); set CLAUSEDESK_METRICS_PORT."
        raise CannotStart(message) from None


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
_WAIT = Histogram(
    "clausedesk_db_pool_wait_seconds",
    "How long work waited for a connection.",
    buckets=(0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 1.5, 2.5, 5),
    registry=REGISTRY,
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
