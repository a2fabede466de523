"""What monitoring reads of the database: read now and then by every worker, and shown by each of them alike."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from time import monotonic
from typing import Any, Final
from uuid import UUID

from prometheus_client.core import Metric

from app.base.clock import Clock
from app.base.errors import Problem
from app.base.figures import Labels, Spread, Values, family, histogram
from app.base.metrics import READINGS
from app.base.reasons import REASONS
from app.base.vocabulary import Outcome
from app.db.due import active_providers
from app.db.figures import Now, Past, Rows, figures_now, figures_past, logged
from app.db.pool import Database
from app.policy.compile import CompiledPolicy
from app.policy.desk.goals import report
from app.policy.language.document import Document
from app.schemas.monitoring import EventKind
from app.services.delivering import SCHEDULES
from app.services.gates import Gates
from app.services.monitoring import scans
from app.services.reports.tallying import REST, Tallying
from app.services.shelf import Policies
from app.services.spreading import Spreading

NOW_EVERY: Final = 15.0
PAST_EVERY: Final = 60.0
"""Seconds. What was read is shown for as long as three rounds may take, and then no more."""
_ROUNDS_SHOWN: Final = 3
_TIMES_AS_LONG: Final = 20
"""Where much is open, it takes seconds to read it; so many times as long passes before it is read again."""
_EVENTS_AT_ONCE: Final = 2_000
_MONTH: Final = timedelta(days=365.25) / 12
_WINDOW: Final = timedelta(days=30)
"""Over which a share of tickets is taken."""
_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_USUAL_BOUNDS: Final = (5 * _MINUTE, 15 * _MINUTE, _HOUR, 4 * _HOUR, 12 * _HOUR, _DAY, 3 * _DAY, 7 * _DAY, 30 * _DAY)
_PAGE_BOUNDS: Final = (1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600)
_DELIVERIES: Final = [(kind, state) for kind in SCHEDULES for state in ("pending", "dead")]

InForce = Mapping[str, CompiledPolicy]
"""The policies in force, by the slugs of their providers."""


@dataclass(slots=True)
class Surveyor:
    """Each part says whether there may be more at once."""

    database: Database
    policies: Policies
    clock: Clock
    rest: timedelta = REST
    """How long a round of counting must be ago before the next one."""
    _spreading: Spreading = field(init=False)
    _resting_until: float = 0.0
    _read_to: dict[UUID, int] = field(default_factory=dict)
    _used: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    _gates: dict[str, Gates] = field(default_factory=lambda: defaultdict(lambda: Gates(_USUAL_BOUNDS)))

    def __post_init__(self) -> None:
        self._spreading = Spreading(self.database)

    async def now(self) -> bool:
        """What is open and waits."""
        began = monotonic()
        if began < self._resting_until:
            return False
        now = self.clock()
        found, policies = await figures_now(self.database, now), by_slug(await self._in_force(now))
        again = (monotonic() - began) * _TIMES_AS_LONG
        self._resting_until = began + again if again > NOW_EVERY else began
        shown = _ROUNDS_SHOWN * max(NOW_EVERY, again)
        READINGS.keep("now", monotonic() + shown, list(families_now(found, policies, now)))
        return False

    async def past(self) -> bool:
        """What has been since the beginning, so that a restart loses no count."""
        now = self.clock()
        in_force = await self._in_force(now)
        tallying = Tallying(self.database, self.clock, self.rest)
        if await tallying.count({id_: policy for id_, (_, policy) in in_force.items()}):
            return True
        policies = by_slug(in_force)
        bounds = target_bounds(policy.document for policy in policies.values())
        found = await figures_past(self.database, now, _PAGE_BOUNDS, _WINDOW)
        met = list(await self._spreading.read(bounds))
        families = list(families_past(found, met, bounds, policies, now))
        READINGS.keep("past", monotonic() + _ROUNDS_SHOWN * PAST_EVERY, families)
        return False

    async def log(self) -> bool:
        """Readings used and waits at gates, from the log; shown of a provider once its log is read to the end."""
        more = False
        used: dict[Labels, float] = {}
        waited: dict[Labels, Spread] = {}
        for provider_id, slug in await active_providers(self.database):
            found = await logged(self.database, provider_id, self._read_to.get(provider_id, 0), _EVENTS_AT_ONCE)
            for row in found:
                self._used[slug].update(row["ids"])
                if row["ticket"] is not None:
                    self._gates[slug].take(row)
            if found:
                self._read_to[provider_id] = found[-1]["position"]
            if len(found) == _EVENTS_AT_ONCE:
                more = True
            else:
                used |= {(slug, id_): float(count) for id_, count in self._used[slug].items()}
                waited |= {(slug, gate): spread for gate, spread in self._gates[slug].spreads().items()}
        families = [family("assumption_used", used), histogram("work_gate_seconds", _USUAL_BOUNDS, waited)]
        READINGS.keep("log", monotonic() + _ROUNDS_SHOWN * PAST_EVERY, families)
        return more

    async def _in_force(self, now: datetime) -> dict[UUID, tuple[str, CompiledPolicy]]:
        found = {}
        for provider_id, slug in await active_providers(self.database):
            try:
                found[provider_id] = slug, await self.policies.policy_at(provider_id, now)
            except Problem:
                continue  # it has none at this time
        return found


def by_slug(in_force: Mapping[UUID, tuple[str, CompiledPolicy]]) -> dict[str, CompiledPolicy]:
    return dict(in_force.values())


# ── now ──────────────────────────────────────────────────────────────────────
def families_now(found: Now, policies: InForce, now: datetime) -> Iterator[Metric]:
    def by_department(column: str) -> Values:
        return _summed((_place(row, policies), row[column]) for row in found.open)

    yield family("tickets_open", by_department("open"))
    yield family("tickets_unassigned", by_department("unassigned"))
    yield family("tickets_overdue", by_department("overdue"))
    yield family("tickets_gated", _summed(((row["provider"], row["work_gate"]), row["open"]) for row in found.open))
    none_yet: dict[Labels, float] = {(slug,): 0.0 for slug in policies}
    without = _summed(((row["provider"],), row["without_either"]) for row in found.open)
    yield family("tickets_without_owner_or_due", none_yet | without)
    oldest: dict[Labels, float] = {}
    for row in found.open:
        place = _place(row, policies)
        oldest[place] = max(oldest.get(place, 0.0), row["oldest_unanswered"] or 0.0)
    yield family("oldest_unanswered_seconds", oldest)

    metrics: dict[Labels, float] = {(slug, m): 0.0 for slug, p in policies.items() for m in _metrics(p.document)}
    for name, column in (("targets_running", "running"), ("targets_at_risk", "at_risk")):
        counts = _summed((_of_metric(row, policies), row[column]) for row in found.running)
        yield family(name, metrics | counts)
    yield from _backlog(found, now)
    yield family("pages_unsent", none_yet | {(row["provider"],): float(row["unsent"]) for row in found.unsent})
    yield family(
        "oldest_unsent_page_seconds", none_yet | {(r["provider"],): max(0.0, r["oldest"]) for r in found.unsent}
    )
    scanned: Values = {
        (row["provider"], product): float(age)
        for row in found.scans
        if (policy := policies.get(row["provider"])) is not None
        for product, age in scans.ages(row["scans"], EventKind.SECURITY_SCAN, policy.document.products, now).items()
    }
    yield family("security_scan_age_seconds", scanned)
    yield from _horizon(policies, now)


def _backlog(found: Now, now: datetime) -> Iterator[Metric]:
    rows = {(row["kind"], row["state"]): row for row in found.backlog}
    counts = {key: float(row["count"]) for key, row in rows.items()}
    ages = {key: (now - row["since"]).total_seconds() for key, row in rows.items() if row["since"] is not None}
    yield family("events_unplaced", {(): counts.get(("unplaced", "event"), 0.0)})
    yield family("deliveries", {key: counts.get(key, 0.0) for key in _DELIVERIES})
    pending: Values = {
        (kind,): max(0.0, ages.get((kind, state), 0.0)) for kind, state in _DELIVERIES if state == "pending"
    }
    yield family("oldest_pending_delivery_seconds", pending)


def _horizon(policies: InForce, now: datetime) -> Iterator[Metric]:
    ends = {slug: end for slug, policy in policies.items() if (end := holidays_end(policy.document)) is not None}
    until: Values = {(slug,): end.timestamp() for slug, end in ends.items()}
    yield family("holidays_known_until_timestamp_seconds", until)
    months: Values = {(slug,): max(0.0, (end - now) / _MONTH) for slug, end in ends.items()}
    yield family("holidays_horizon_months", months)


def holidays_end(document: Document) -> datetime | None:
    """The end of the last year of the list that ends first, of the lists that calendars use; None: they use none."""
    used = {name for calendar in document.calendars.values() for name in calendar.holidays}
    known = [max(days) for name, days in document.holidays.items() if name in used and days]
    if not known:
        return None
    return datetime.combine(date(min(known).year + 1, 1, 1), datetime.min.time(), UTC)


# ── since the beginning ──────────────────────────────────────────────────────
def target_bounds(documents: Iterable[Document]) -> list[int]:
    """Seconds: usual ones, and the times that the policies give, so that a quantile is exact where it matters."""
    times = {int(t.max.total_seconds()) for document in documents for t in document.targets if t.max is not None}
    return sorted({*_USUAL_BOUNDS, *(seconds for seconds in times if seconds > 0)})


def families_past(found: Past, met: Rows, bounds: Sequence[int], policies: InForce, now: datetime) -> Iterator[Metric]:
    yield family("tickets", _summed((_request(row, policies), row["count"]) for row in found.tickets))
    none_yet: dict[Labels, float] = {(slug,): 0.0 for slug in policies}
    closed = _summed(((r["provider"],), r["count"]) for r in found.tickets if r["outcome"] == "auto_closed")
    yield family("auto_closed", none_yet | closed)
    yield family("emergency_calls", _emergencies(found.tickets, policies))
    ranked = [((*_of_metric(row, policies), *_rank(row, policies)), row) for row in met]
    yield histogram("target_seconds", bounds, _spreads(ranked))
    # From the first: a count that begins with one is no growth to Prometheus.
    missed: dict[Labels, float] = {(slug, *kind): 0.0 for slug, p in policies.items() for kind in _misses(p.document)}
    missed |= _summed((_miss(row, policies), row["count"]) for row in found.breached)
    yield family("target_breaches", missed)
    paged = [((row["provider"],), row) for row in found.paged]
    yield histogram("time_to_page_seconds", _PAGE_BOUNDS, _spreads(paged))
    for name in ("quoted", "consented", "waived", "paid", "refunded"):
        yield family(f"fees_{name}", _money(found.fees, name))
    yield from _goals(found, policies, now)


def _goals(found: Past, policies: InForce, now: datetime) -> Iterator[Metric]:
    counts = {row["provider"]: {n: row[n] for n in row if n != "provider"} for row in map(dict, found.solved)}
    ratios: Values = {
        (slug,): known["solved_at_level_1"] / known["solved"] for slug, known in counts.items() if known["solved"]
    }
    yield family("level1_solved_ratio", ratios)
    values: dict[str, dict[Labels, float]] = {name: {} for name in ("goal_value", "goal_min", "goal_max", "goal_met")}
    last: dict[str, scans.Scans] = {row["provider"]: row["scans"] for row in found.scans}
    for slug, policy in policies.items():
        of_scans = scans.counts(last.get(slug, {}), policy.document.products, now)
        for goal in policy.document.goals.values():
            reading = report(policy, goal, {**counts.get(slug, {}), **of_scans}, None, now)
            told: dict[str, Decimal | bool | None] = {
                "goal_value": reading.value,
                "goal_min": reading.goal.min,
                "goal_max": reading.goal.max,
                "goal_met": reading.met,
            }
            for name, value in told.items():
                if value is not None:
                    values[name][slug, goal.metric] = float(value)
    for name, of_name in values.items():
        yield family(name, of_name)


def _spreads(rows: Iterable[tuple[Labels, Mapping[str, Any]]]) -> dict[Labels, Spread]:
    counts: dict[Labels, Counter[int]] = defaultdict(Counter)
    seconds: Counter[Labels] = Counter()
    for labels, row in rows:
        counts[labels][row["at"]] += row["count"]
        seconds[labels] += row["seconds"]
    return {labels: (of_labels, float(seconds[labels])) for labels, of_labels in counts.items()}


# ── labels: words of the policy in force, so that there are never more of them ─
def _place(row: Mapping[str, Any], policies: InForce) -> Labels:
    policy = policies.get(row["provider"])
    return row["provider"], _bounded(row["department"], policy.document.departments if policy else ())


def _rank(row: Mapping[str, Any], policies: InForce) -> Labels:
    policy = policies.get(row["provider"])
    priority = _bounded(row["priority"], policy.document.priorities if policy else ())
    return priority, _place(row, policies)[1]


def _of_metric(row: Mapping[str, Any], policies: InForce) -> Labels:
    policy = policies.get(row["provider"])
    return row["provider"], _bounded(row["metric"], _metrics(policy.document) if policy else ())


def _request(row: Mapping[str, Any], policies: InForce) -> Labels:
    policy = policies.get(row["provider"])
    reason = _bounded(row["reason"], {*REASONS, *(policy.document.reasons if policy else ())})
    return row["provider"], row["outcome"], reason, _bounded(row["channel"], policy.document.channels if policy else ())


def _miss(row: Mapping[str, Any], policies: InForce) -> Labels:
    liability = row["liability"] if row["liability"] in ("none", "credit") else "unspecified"
    return *_of_metric(row, policies), "true" if row["excused"] else "false", liability


def _emergencies(tickets: Rows, policies: InForce) -> Values:
    """On the entrances that the policy keeps for them; none yet where there were none."""
    lines = {(slug, name) for slug, p in policies.items() for name, c in p.document.channels.items() if c.emergency}
    calls: dict[Labels, float] = {(slug, valid): 0.0 for slug, _ in lines for valid in ("true", "false")}
    for row in tickets:
        if (row["provider"], row["channel"]) in lines:
            valid = "true" if row["outcome"] in (Outcome.ACCEPTED, Outcome.MERGED) else "false"
            calls[row["provider"], valid] += row["count"]
    return calls


def _misses(document: Document) -> Iterator[Labels]:
    """Those that may come: metric, excused, liability."""
    for target in document.targets:
        liability = target.liability if isinstance(target.liability, str) else "credit" if target.liability else None
        yield target.metric, "false", liability or "unspecified"


def _money(rows: Rows, name: str) -> Values:
    return {(row["provider"], row["currency"]): float(row[name]) for row in rows}


def _metrics(document: Document) -> set[str]:
    return {target.metric for target in document.targets}


def _bounded(value: str | None, known: Collection[str]) -> str:
    """A word that is not of the policy in force is `other`: requests may name any channel, versions come and go."""
    return "none" if value is None else value if value in known else "other"


def _summed(pairs: Iterable[tuple[Labels, float]]) -> dict[Labels, float]:
    found: dict[Labels, float] = defaultdict(float)
    for labels, value in pairs:
        found[labels] += value
    return found
