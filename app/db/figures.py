"""Figures of all providers at once, for monitoring: what is open now, and what has been since the beginning."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from app.db.pool import Database

_PATIENCE: Final = 30.0
"""Seconds that a statement over all rows may take: millions of them need more than a request may."""
Rows = Sequence[Mapping[str, Any]]

# ── now: partial indexes of what is not over ─────────────────────────────────
# A ticket's owner is its department; whoever works on it is its assignee.
_OPEN: Final = """
SELECT (SELECT slug FROM provider WHERE id = t.provider_id) AS provider, t.department, t.work_gate, count(*) AS open,
  count(*) FILTER (WHERE t.assignee_id IS NULL) AS unassigned,
  count(*) FILTER (WHERE t.department IS NULL) AS without_owner,
  count(*) FILTER (WHERE coalesce(c.due_at, t.next_due_at) IS NULL) AS without_due,
  count(*) FILTER (WHERE t.department IS NULL AND coalesce(c.due_at, t.next_due_at) IS NULL) AS without_either,
  count(*) FILTER (WHERE c.stopped_at IS NULL AND c.due_at < $1) AS overdue,
  extract(epoch FROM $1 - min(t.received_at) FILTER (WHERE c.ticket_id IS NOT NULL AND c.stopped_at IS NULL))::float8
    AS oldest_unanswered
FROM ticket AS t
LEFT JOIN clock AS c ON c.provider_id = t.provider_id AND c.ticket_id = t.id AND c.metric = 'first_response'
  AND c.cycle = 1
WHERE t.status NOT IN ('resolved', 'closed') GROUP BY t.provider_id, t.department, t.work_gate"""
_RUNNING: Final = """
SELECT (SELECT slug FROM provider WHERE id = c.provider_id) AS provider, c.metric, count(*) AS running,
  count(*) FILTER (WHERE c.warn_at <= $1 AND c.due_at >= $1) AS at_risk
FROM clock AS c WHERE c.state = 'running' AND c.breach_announced_at IS NULL GROUP BY c.provider_id, c.metric"""
_BACKLOG: Final = """
SELECT 'unplaced' AS kind, 'event' AS state, count(*) AS count, min(occurred_at) AS since
FROM event WHERE position IS NULL
UNION ALL SELECT kind, state, count(*), min(created_at) FROM delivery WHERE state = 'pending' GROUP BY kind, state
UNION ALL SELECT kind, state, count(*), min(created_at) FROM delivery WHERE state = 'dead' GROUP BY kind, state"""
_UNSENT: Final = """
SELECT p.slug AS provider, count(*) AS unsent, extract(epoch FROM $1 - min(g.raised_at))::float8 AS oldest
FROM page AS g JOIN provider AS p ON p.id = g.provider_id
WHERE g.state = 'triggered' AND g.delivered_at IS NULL GROUP BY 1"""
_SCANS: Final = "SELECT p.slug AS provider, k.scans FROM tally AS k JOIN provider AS p ON p.id = k.provider_id"

# ── since the beginning ──────────────────────────────────────────────────────
# From tallies (app/db/tallies.py), so that it takes as long for millions as for a few.
_TICKETS: Final = """
SELECT p.slug AS provider, t.outcome, t.reason, t.channel, sum(t.received)::bigint AS count
FROM ticket_tally AS t JOIN provider AS p ON p.id = t.provider_id GROUP BY 1, 2, 3, 4"""
_BREACHED: Final = """
SELECT p.slug AS provider, c.metric, c.excused_by IS NOT NULL AS excused, c.liability, sum(c.clocks)::bigint AS count
FROM clock_tally AS c JOIN provider AS p ON p.id = c.provider_id WHERE c.state = 'breached' GROUP BY 1, 2, 3, 4"""
_SOLVED: Final = """
SELECT p.slug AS provider, sum(t.received)::bigint AS received,
  coalesce(sum(t.received) FILTER (WHERE t.level = 1), 0)::bigint AS handled_at_level_1,
  sum(t.solved)::bigint AS solved,
  coalesce(sum(t.solved) FILTER (WHERE t.level = 1), 0)::bigint AS solved_at_level_1
FROM ticket_tally AS t JOIN provider AS p ON p.id = t.provider_id JOIN tally AS k ON k.provider_id = p.id
WHERE t.day >= ($1::timestamptz AT TIME ZONE k.zone)::date AND t.outcome = 'accepted' AND t.level IS NOT NULL
GROUP BY 1"""
# Seconds count in the clock's own time. Bounds include their own value, as Prometheus has it.
_MET: Final = """
SELECT p.slug AS provider, c.day, c.metric, c.priority, c.department, width_bucket(s - 1, $1::int[]) AS at,
  count(*) AS count, sum(s)::bigint AS seconds
FROM clock_tally AS c JOIN provider AS p ON p.id = c.provider_id, unnest(c.seconds) AS s
WHERE c.state = 'met' AND c.counted_at > $2 GROUP BY 1, 2, 3, 4, 5, 6"""
_COUNTED: Final = """
SELECT p.slug AS provider, c.day, max(c.counted_at) AS counted_at
FROM clock_tally AS c JOIN provider AS p ON p.id = c.provider_id WHERE c.counted_at > $1 GROUP BY 1, 2"""
_FEES: Final = """
SELECT p.slug AS provider, f.currency, sum(f.quoted) AS quoted, sum(f.consented) AS consented, sum(f.waived) AS waived,
  sum(f.paid) AS paid, sum(f.refunded) AS refunded
FROM fee_tally AS f JOIN provider AS p ON p.id = f.provider_id GROUP BY 1, 2"""
_PAGED: Final = """
SELECT p.slug AS provider, width_bucket(w.seconds - 1e-6, $1::float8[]) AS at, count(*) AS count,
  sum(w.seconds) AS seconds
FROM page AS g JOIN provider AS p ON p.id = g.provider_id,
  LATERAL (SELECT greatest(0, extract(epoch FROM g.delivered_at - g.raised_at))::float8 AS seconds) AS w
WHERE g.delivered_at IS NOT NULL GROUP BY 1, 2"""
# What was decided about a reply that was not taken is not of the ticket. A policy may end one by an effect.
_LOGGED: Final = """
SELECT e.position, array(SELECT used ->> 'id' FROM jsonb_array_elements(e.decision -> 'assumptions') AS used) AS ids,
  e.type, e.occurred_at, e.decision IS NOT NULL AS decided, e.decision ->> 'work_gate' AS gate,
  CASE WHEN e.subject_kind = 'ticket' AND e.type <> 'ticket.reply_refused' THEN e.subject_id END AS ticket,
  e.decision ->> 'outcome' NOT IN ('accepted', 'held') OR e.decision -> 'effects'
    @? '$[*] ? (@.type == "transition" && (@.verb == "close" || @.verb == "resolve"))' AS ended
FROM event AS e WHERE e.provider_id = $1 AND e.position > $2 ORDER BY e.position LIMIT $3"""


@dataclass(frozen=True, slots=True)
class Now:
    """What is open. `backlog`: deliveries, and events without a place (kind `unplaced`)."""

    open: Rows
    running: Rows
    backlog: Rows
    unsent: Rows
    scans: Rows


@dataclass(frozen=True, slots=True)
class Past:
    """Counts that only grow. `at` of a row: the index of the bound that its values do not exceed."""

    tickets: Rows
    breached: Rows
    solved: Rows
    fees: Rows
    paged: Rows
    scans: Rows


async def figures_now(database: Database, now: datetime) -> Now:
    async with database.read(None) as connection:
        return Now(
            open=await connection.fetch(_OPEN, now),
            running=await connection.fetch(_RUNNING, now),
            backlog=await connection.fetch(_BACKLOG),
            unsent=await connection.fetch(_UNSENT, now),
            scans=await connection.fetch(_SCANS),
        )


async def figures_past(database: Database, now: datetime, page_bounds: Sequence[float], window: timedelta) -> Past:
    """Bounds in seconds, in order. Of the tickets received in the window it is counted at which level they end."""
    async with database.transaction(None) as connection:
        await connection.execute(f"SET LOCAL statement_timeout = '{_PATIENCE:.0f}s'")
        return Past(
            tickets=await connection.fetch(_TICKETS, timeout=_PATIENCE),
            breached=await connection.fetch(_BREACHED, timeout=_PATIENCE),
            solved=await connection.fetch(_SOLVED, now - window, timeout=_PATIENCE),
            fees=await connection.fetch(_FEES, timeout=_PATIENCE),
            paged=await connection.fetch(_PAGED, list(page_bounds), timeout=_PATIENCE),
            scans=await connection.fetch(_SCANS, timeout=_PATIENCE),
        )


async def met_since(database: Database, since: datetime, bounds: Sequence[int]) -> tuple[Rows, Rows]:
    """Days whose clocks were counted since then, and how those that were met spread over the bounds, day by day."""
    async with database.transaction(None) as connection:
        await connection.execute(f"SET LOCAL statement_timeout = '{_PATIENCE:.0f}s'")
        await connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        days = await connection.fetch(_COUNTED, since, timeout=_PATIENCE)
        return days, await connection.fetch(_MET, list(bounds), since, timeout=_PATIENCE)


async def logged(database: Database, provider_id: UUID, after: int, most: int) -> Rows:
    """What the log says behind this position: `ids` of readings that decisions rest on, and gates of tickets."""
    rows: Rows = await database.fetch(provider_id, _LOGGED, provider_id, after, most)
    return rows
