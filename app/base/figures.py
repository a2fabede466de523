"""The figures that monitoring reads from the database: the name, sort, meaning and labels of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final, Literal

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

PREFIX: Final = "clausedesk_"
Labels = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    sort: Literal["gauge", "counter", "histogram"]
    help: str
    labels: Labels


def _gauge(text: str, *labels: str) -> Figure:
    return Figure("gauge", text, labels)


def _counter(text: str, *labels: str) -> Figure:
    return Figure("counter", text, labels)


NOW: Final[Mapping[str, Figure]] = {
    "tickets_open": _gauge("Tickets that are neither resolved nor closed.", "provider", "department"),
    "tickets_gated": _gauge("Open tickets by what their work waits for.", "provider", "gate"),
    "tickets_unassigned": _gauge("Open tickets that nobody has taken.", "provider", "department"),
    "tickets_overdue": _gauge("Open tickets unanswered past their time.", "provider", "department"),
    "tickets_without_owner_or_due": _gauge("Open tickets with neither department nor due time.", "provider"),
    "oldest_unanswered_seconds": _gauge("Age of the ticket unanswered for longest.", "provider", "department"),
    "targets_running": _gauge("Clocks that run and are not missed.", "provider", "metric"),
    "targets_at_risk": _gauge("Clocks with less than a quarter of their time left.", "provider", "metric"),
    "events_unplaced": _gauge("Events without a place in the feed yet."),
    "deliveries": _gauge("Deliveries that wait or are dead.", "kind", "state"),
    "oldest_pending_delivery_seconds": _gauge("Age of the delivery that waits longest.", "kind"),
    "pages_unsent": _gauge("Pages of which no call has arrived yet.", "provider"),
    "oldest_unsent_page_seconds": _gauge("Age of the page that waits longest for its first call.", "provider"),
    "security_scan_age_seconds": _gauge("Time since a product was last scanned.", "provider", "product"),
    "holidays_known_until_timestamp_seconds": _gauge("When the first list of holidays in use ends.", "provider"),
    "holidays_horizon_months": _gauge("Months left until the first list of holidays in use ends.", "provider"),
}
PAST: Final[Mapping[str, Figure]] = {
    "tickets": _counter("Requests, by what became of them.", "provider", "outcome", "reason", "channel"),
    "auto_closed": _counter("Requests that were closed as they came.", "provider"),
    "emergency_calls": _counter("Calls on an emergency line, by whether they were taken.", "provider", "valid"),
    "target_seconds": Figure(
        "histogram",
        "From the start of a clock until it was met, in the clock's own time.",
        ("provider", "metric", "priority", "department"),
    ),
    "target_breaches": _counter("Clocks that missed their time.", "provider", "metric", "excused", "liability"),
    "time_to_page_seconds": Figure(
        "histogram", "From what somebody is called out for to the arrival of the first call.", ("provider",)
    ),
    "work_gate_seconds": Figure(
        "histogram", "How long work waited for a quote, consent, payment or the like.", ("provider", "gate")
    ),
    "fees_quoted": _counter("Prices put to customers, in units of the currency.", "provider", "currency"),
    "fees_consented": _counter("Prices agreed to.", "provider", "currency"),
    "fees_paid": _counter("Money that came.", "provider", "currency"),
    "fees_refunded": _counter("Money given back.", "provider", "currency"),
    "fees_waived": _counter("Prices let go.", "provider", "currency"),
    "assumption_used": _counter("Decisions that rest on a reading.", "provider", "assumption"),
    "level1_solved_ratio": _gauge("Share of the solved tickets of 30 days solved at level 1.", "provider"),
    "goal_value": _gauge("Where a figure of the policy's own stands.", "provider", "goal"),
    "goal_min": _gauge("Lower end of the goal.", "provider", "goal"),
    "goal_max": _gauge("Upper end of the goal.", "provider", "goal"),
    "goal_met": _gauge("1: the goal is reached.", "provider", "goal"),
}
FIGURES: Final = {**NOW, **PAST}

Values = Mapping[Labels, float]
Spread = tuple[Mapping[int, int], float]
"""How many values by the index of the bound that they do not exceed, and the sum of all."""


def family(name: str, values: Values) -> Metric:
    figure = FIGURES[name]
    sort = GaugeMetricFamily if figure.sort == "gauge" else CounterMetricFamily
    made = sort(PREFIX + name, figure.help, labels=figure.labels)
    for labels, value in values.items():
        made.add_metric(labels, value)
    return made


def histogram(name: str, bounds: Sequence[float], spreads: Mapping[Labels, Spread]) -> Metric:
    figure = FIGURES[name]
    made = HistogramMetricFamily(PREFIX + name, figure.help, labels=figure.labels)
    names = [*(str(float(bound)) for bound in bounds), "+Inf"]
    for labels, (counts, total) in spreads.items():
        up_to = accumulate(counts.get(index, 0) for index in range(len(names)))
        made.add_metric(labels, list(zip(names, up_to, strict=True)), total)
    return made
