"""What a provider's own goals count: the tickets received in a while, and those that are open now."""

from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

from app.base.actor import Principal
from app.db.callers import for_caller
from app.db.pool import Database

# A ticket's owner is its department; whoever works on it is its assignee. What is due is its first answer, or else
# whatever comes next. Of days that lie wholly in the while their tallies are read, so that a month takes as long for
# millions as for a few; of the rest, and where no worker has counted yet, the tickets: by their index of time, which
# OFFSET 0 keeps apart from the edges, for else all tickets are read and held against them.
_COUNTED: Final = """
WITH open AS (
  SELECT t.id, t.reference, t.department, coalesce(c.due_at, t.next_due_at) AS due_at,
    c.stopped_at IS NULL AND c.due_at < $8 AS overdue
  FROM ticket AS t LEFT JOIN clock AS c ON c.provider_id = t.provider_id AND c.ticket_id = t.id
    AND c.metric = 'first_response' AND c.cycle = 1
  WHERE t.provider_id = $1 AND t.status NOT IN ('resolved', 'closed')),
day AS (
  SELECT zone, ($6::timestamptz AT TIME ZONE zone)::date
      + (($6::timestamptz AT TIME ZONE zone)::time <> '00:00')::int AS first,
    ($7::timestamptz AT TIME ZONE zone)::date AS last
  FROM tally WHERE provider_id = $1 AND counted_at IS NOT NULL),
whole AS (
  SELECT first, last, first::timestamp AT TIME ZONE zone AS begins, last::timestamp AT TIME ZONE zone AS ends
  FROM day WHERE first < last),
edge AS (
  SELECT $6::timestamptz AS since, coalesce((SELECT begins FROM whole), $7) AS until
  UNION ALL SELECT ends, $7 FROM whole),
part AS (
  SELECT t.level, t.received, t.solved FROM ticket_tally AS t, whole
  WHERE t.provider_id = $1 AND t.day >= whole.first AND t.day < whole.last AND t.outcome = 'accepted'
  UNION ALL
  SELECT t.level, 1, (t.resolved_at IS NOT NULL)::int FROM edge, LATERAL (
    SELECT level, resolved_at FROM ticket
    WHERE provider_id = $1 AND received_at >= edge.since AND received_at < edge.until AND outcome = 'accepted'
    OFFSET 0) AS t)
SELECT past.*, present.*, late.overdue, (SELECT scans FROM tally WHERE provider_id = $1) AS scans FROM (
  SELECT coalesce(sum(received), 0) AS received, coalesce(sum(received) FILTER (WHERE level = 1), 0)
      AS handled_at_level_1,
    coalesce(sum(solved), 0) AS solved, coalesce(sum(solved) FILTER (WHERE level = 1), 0) AS solved_at_level_1
  FROM part WHERE level IS NOT NULL) AS past, (
  SELECT count(*) AS tickets_open, count(*) FILTER (WHERE department IS NULL) AS tickets_without_owner,
    count(*) FILTER (WHERE due_at IS NULL) AS tickets_without_due,
    count(*) FILTER (WHERE department IS NULL AND due_at IS NULL) AS tickets_without_owner_or_due,
    count(*) FILTER (WHERE overdue) AS tickets_overdue FROM open) AS present, (
  SELECT coalesce(jsonb_agg(first), '[]') AS overdue FROM (
    SELECT id, reference, department, due_at FROM open WHERE overdue ORDER BY due_at, id LIMIT $9) AS first) AS late"""


async def counted(
    database: Database,
    provider_id: UUID,
    principal: Principal,
    between: tuple[datetime, datetime],
    now: datetime,
    most: int,
) -> asyncpg.Record:
    """Counts by the names that goals use, `scans`, and `overdue`: open tickets unanswered past their due time."""
    _, rows = await for_caller(database, provider_id, principal, _COUNTED, *between, now, most)
    return rows[0]
