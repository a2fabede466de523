"""Tallies: what came of tickets, clocks and prices, added up by the day of each; the last scans.

A day of which something has changed is counted anew as a whole, so that counting again never counts twice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

import asyncpg

from app.db.connections import ScopedConnection
from app.db.fees import AMOUNTS, COUNTS, GROUPS, day_of, moved
from app.db.pool import Database

_PATIENCE: Final = 60.0
"""Seconds that a statement over a day may take."""
_FAR_BEHIND: Final = 50_000
"""Events after which it costs less to count every day than to look for those that changed."""

_BEGIN: Final = """
INSERT INTO tally (provider_id, position, zone, stale, looked_at) VALUES ($1, 0, '', '{}', '-infinity')
ON CONFLICT DO NOTHING"""
_TAKE: Final = """
SELECT position, zone, stale, scans, fees_position, fees_zone, fees_stale FROM tally
WHERE provider_id = $1 AND (looked_at < $2 OR stale <> '{}' OR fees_stale <> '{}') FOR UPDATE SKIP LOCKED"""
_END: Final = "SELECT coalesce(max(position), 0) FROM event WHERE provider_id = $1"
# Whatever changes a ticket or a clock is an event of that ticket; a price, of that price or of its ticket.
_CHANGED: Final = """
SELECT DISTINCT (t.received_at AT TIME ZONE $4)::date AS day
FROM (SELECT DISTINCT subject_id FROM event
      WHERE provider_id = $1 AND position > $2 AND position <= $3 AND subject_kind = 'ticket') AS changed
JOIN ticket AS t ON t.provider_id = $1 AND t.id = changed.subject_id"""
_SCANNED: Final = """
SELECT data ->> 'type' AS kind, data -> 'scanned' ->> 'product' AS product,
  max((data -> 'scanned' ->> 'at')::bigint) AS at
FROM event WHERE provider_id = $1 AND position > $2 AND position <= $3 AND type = 'monitoring.noticed'
  AND data -> 'scanned' IS NOT NULL GROUP BY 1, 2"""
# One day more at both ends: under another zone the first or last ticket may have been of that day.
_EVERY: Final = """
SELECT day::date FROM (
  SELECT min(received_at AT TIME ZONE $2)::date - 1 AS first, max(received_at AT TIME ZONE $2)::date + 1 AS last
  FROM ticket WHERE provider_id = $1) AS known, generate_series(first, last, '1 day') AS day"""
_FORGET: Final = "DELETE FROM {} WHERE provider_id = $1 AND day = ANY($2::date[])"
_RECEIVED: Final = """unnest($2::date[]) AS day JOIN ticket AS t ON t.provider_id = $1
  AND t.received_at >= day::timestamp AT TIME ZONE $3 AND t.received_at < (day + 1)::timestamp AT TIME ZONE $3"""
_TICKETS: Final = f"""
INSERT INTO ticket_tally
  (provider_id, day, place, outcome, reason, channel, priority, department, level, received, solved)
SELECT $1, day, row_number() OVER (PARTITION BY day), outcome, reason, channel, priority, department, level,
  count(*), count(t.resolved_at)
FROM {_RECEIVED} GROUP BY day, outcome, reason, channel, priority, department, level"""
_CLOCKS: Final = f"""
INSERT INTO clock_tally
  (provider_id, day, place, metric, priority, department, level, state, excused_by, liability, clocks, seconds,
   counted_at)
SELECT $1, day, row_number() OVER (PARTITION BY day), c.metric, t.priority, t.department, t.level, c.state,
  c.excused_by, c.liability, count(*), coalesce(array_agg(least(c.consumed_seconds, 2147483647)::int
    ORDER BY c.consumed_seconds) FILTER (
      WHERE c.stopped_at IS NOT NULL AND c.state IN ('met', 'breached') AND c.consumed_seconds IS NOT NULL), '{{}}'),
  clock_timestamp()
FROM {_RECEIVED} JOIN clock AS c ON c.provider_id = $1 AND c.ticket_id = t.id
GROUP BY day, c.metric, t.priority, t.department, t.level, c.state, c.excused_by, c.liability"""
# A price's department is that of its ticket now, and so is that of the money that came for it.
_PRICES_CHANGED: Final = f"""
WITH changed AS (
  SELECT DISTINCT subject_kind, subject_id FROM event
  WHERE provider_id = $1 AND position > $2 AND position <= $3 AND subject_kind IN ('quote', 'ticket')),
price AS (
  SELECT q.id FROM changed JOIN quote AS q ON q.provider_id = $1 AND q.id = subject_id WHERE subject_kind = 'quote'
  UNION SELECT q.id FROM changed JOIN quote AS q ON q.provider_id = $1 AND q.ticket_id = subject_id
  WHERE subject_kind = 'ticket')
SELECT {day_of("price.id", "$4")} AS day FROM price
UNION SELECT {day_of("m.id", "$4")} FROM price JOIN payment AS m ON m.provider_id = $1 AND m.quote_id = price.id"""
_EVERY_OF_PRICES: Final = f"""
SELECT {day_of("id", "$2")} AS day FROM quote WHERE provider_id = $1
UNION SELECT {day_of("id", "$2")} FROM payment WHERE provider_id = $1
UNION SELECT day FROM fee_tally WHERE provider_id = $1"""
_FEES: Final = f"""
INSERT INTO fee_tally (provider_id, place, day, {", ".join((GROUPS, *COUNTS, *AMOUNTS))})
SELECT $1, row_number() OVER (PARTITION BY day), day, {", ".join((GROUPS, *COUNTS, *AMOUNTS))}
FROM ({moved("unnest($2::date[]) AS day", "$3")}) AS moved"""
_KEEP: Final = """
UPDATE tally SET position = $2, zone = $3, stale = $4, looked_at = $5, scans = $6,
  counted_at = CASE WHEN $4::date[] = '{}' THEN $5 ELSE counted_at END,
  fees_position = $2, fees_zone = $3, fees_stale = $7
WHERE provider_id = $1"""


@dataclass(frozen=True, slots=True)
class _Part:
    """What is counted by itself: its columns of `tally`, which of its days there are and changed, what counts a day."""

    columns: str
    every: str
    changed: str
    tallies: Mapping[str, str]


_PARTS: Final = (
    _Part("", _EVERY, _CHANGED, {"ticket_tally": _TICKETS, "clock_tally": _CLOCKS}),
    _Part("fees_", _EVERY_OF_PRICES, _PRICES_CHANGED, {"fee_tally": _FEES}),
)


@dataclass(frozen=True, slots=True)
class Counting:
    """How a round is done: whose days, how many of them at most, and how long the last one must be ago."""

    zone: str
    days: int
    rest: timedelta


async def count_round(database: Database, provider_id: UUID, how: Counting, now: datetime) -> bool:
    """Count days that have changed. Whether there are more; False as well where another worker is at it."""
    async with database.transaction(None) as connection:
        await connection.execute(f"SET LOCAL statement_timeout = '{_PATIENCE:.0f}s'")
        await connection.execute(_BEGIN, provider_id)
        held = await connection.fetchrow(_TAKE, provider_id, now - how.rest)
        if held is None:
            return False
        end: int = await connection.fetchval(_END, provider_id, timeout=_PATIENCE)
        left, fees = [await _brought_up(connection, provider_id, part, held, end, how) for part in _PARTS]
        scans = await _scanned(connection, provider_id, held, end)
        await connection.execute(_KEEP, provider_id, end, how.zone, left, now, scans, fees)
        return bool(left or fees)


async def _brought_up(
    connection: ScopedConnection, provider_id: UUID, part: _Part, held: asyncpg.Record, end: int, how: Counting
) -> Sequence[date]:
    """Count the latest days that have changed; the others are left."""
    stale, zone, position = (held[f"{part.columns}{name}"] for name in ("stale", "zone", "position"))
    if zone != how.zone or end - position > _FAR_BEHIND:
        rows = await connection.fetch(part.every, provider_id, how.zone, timeout=_PATIENCE)
    else:
        rows = await connection.fetch(part.changed, provider_id, position, end, how.zone, timeout=_PATIENCE)
    days = sorted({*stale, *(row["day"] for row in rows)}, reverse=True)
    counted, left = days[: how.days], days[how.days :]
    if counted:
        for table, statement in part.tallies.items():
            await connection.execute(_FORGET.format(table), provider_id, counted, timeout=_PATIENCE)
            await connection.execute(statement, provider_id, counted, how.zone, timeout=_PATIENCE)
    return left


async def _scanned(
    connection: ScopedConnection, provider_id: UUID, held: asyncpg.Record, end: int
) -> dict[str, dict[str, int]]:
    """What was known of scans, and those that the log tells of since."""
    known: dict[str, dict[str, int]] = {kind: dict(last) for kind, last in held["scans"].items()}
    for row in await connection.fetch(_SCANNED, provider_id, held["position"], end, timeout=_PATIENCE):
        last = known.setdefault(row["kind"], {})
        last[row["product"]] = max(row["at"], last.get(row["product"], 0))
    return known
