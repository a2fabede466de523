"""What Prometheus reads: request counts and durations by route template, served on a port of their own."""

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server

from app.base.errors import CannotStart

REGISTRY = CollectorRegistry()

_SECONDS = Histogram(
    "clausedesk_http_request_duration_seconds",
    "Time from the first byte of a request to the last byte of its answer.",
    ["method", "route", "status"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=REGISTRY,
)
IN_FLIGHT = Gauge("clausedesk_http_requests_in_flight", "Requests being answered at this moment.", registry=REGISTRY)
# Looking a child up by its labels costs more than observing it.
_children: dict[tuple[str, str, int], Histogram] = {}


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


TIME_TO_PAGE = Histogram(
    "clausedesk_time_to_page_seconds",
    "From what somebody is called out for to the arrival of the first call.",
    buckets=(1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600),
    registry=REGISTRY,
)
_UNPLACED = Gauge("clausedesk_events_unplaced", "Events without a place in the feed yet.", registry=REGISTRY)
_DELIVERIES = Gauge("clausedesk_deliveries", "Deliveries that wait or are dead.", ["kind", "state"], registry=REGISTRY)
_OLDEST = Gauge(
    "clausedesk_oldest_pending_delivery_seconds", "Age of the delivery that waits longest.", ["kind"], registry=REGISTRY
)


def observe_backlog(found: Mapping[tuple[str, str], tuple[int, float]]) -> None:
    """Count and age of the oldest in seconds, by kind and state; what is left out is none."""
    _UNPLACED.set(found.get(("unplaced", "event"), (0, 0.0))[0])
    for kind in ("webhook", "mail", "page"):
        for state in ("pending", "dead"):
            _DELIVERIES.labels(kind, state).set(found.get((kind, state), (0, 0.0))[0])
        _OLDEST.labels(kind).set(found.get((kind, "pending"), (0, 0.0))[1])
