"""What a provider's own goals count: the tickets received in a while, and those that are open now."""

from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

from app.base.actor import Principal
from app.db.callers import for_caller
from app.db.pool import Database

# A ticket's owner is its department; whoever works on it is its assignee. What is due is its first answer, or else
# whatever comes next.
_COUNTED: Final = """
WITH open AS (
  SELECT t.id, t.reference, t.department, coalesce(c.due_at, t.next_due_at) AS due_at,
    c.stopped_at IS NULL AND c.due_at < $8 AS overdue
  FROM ticket AS t LEFT JOIN clock AS c ON c.provider_id = t.provider_id AND c.ticket_id = t.id
    AND c.metric = 'first_response' AND c.cycle = 1
  WHERE t.provider_id = $1 AND t.status NOT IN ('resolved', 'closed'))
SELECT past.*, present.*, late.overdue, (SELECT scans FROM tally WHERE provider_id = $1) AS scans FROM (
  SELECT count(*) AS received, count(*) FILTER (WHERE level = 1) AS handled_at_level_1,
    count(*) FILTER (WHERE resolved_at IS NOT NULL) AS solved,
    count(*) FILTER (WHERE resolved_at IS NOT NULL AND level = 1) AS solved_at_level_1
  FROM ticket WHERE provider_id = $1 AND received_at >= $6 AND received_at < $7 AND outcome = 'accepted'
    AND level IS NOT NULL) AS past, (
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
