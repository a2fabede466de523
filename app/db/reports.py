"""Reports, each one statement over the log."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

from app.base.actor import Principal
from app.db.callers import for_caller
from app.db.pool import Database

# Ids are made in the order of time, so a range of them is a range of time that the primary key finds. What staff made
# of a topic stands in the ticket's later events: the last one that was decided by a topic of theirs counts. By which
# words triage was misled stands in the ticket alone, from which they can be erased.
_SUGGESTIONS: Final = """
SELECT date_trunc($8, opened.occurred_at, $9) AS period_start,
  opened.decision #>> '{topic_candidates,0,topic}' AS topic,
  opened.decision ->> 'topic_source' IS NOT DISTINCT FROM 'triage' AS taken, judged.topic AS found,
  count(*) AS tickets, coalesce(jsonb_agg(t.decision #> '{topic_candidates,0,because}')
    FILTER (WHERE t.decision #>> '{topic_candidates,0,topic}' = opened.decision #>> '{topic_candidates,0,topic}'),
    '[]') AS misled
FROM event AS opened LEFT JOIN LATERAL (
  SELECT later.decision ->> 'topic' AS topic FROM event AS later
  WHERE later.provider_id = $1 AND later.subject_kind = 'ticket' AND later.subject_id = opened.subject_id
    AND later.seq > 1 AND later.actor_kind IN ('staff', 'admin') AND later.decision ->> 'topic_source' = 'staff'
  ORDER BY later.seq DESC LIMIT 1) AS judged ON true
LEFT JOIN ticket AS t ON t.provider_id = $1 AND t.id = opened.subject_id
  AND judged.topic <> opened.decision #>> '{topic_candidates,0,topic}'
WHERE opened.provider_id = $1 AND opened.id >= $6 AND opened.id < $7 AND opened.type = 'ticket.opened'
  AND opened.decision #>> '{topic_candidates,0,topic}' IS NOT NULL
GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4"""


async def suggestions(
    database: Database,
    provider_id: UUID,
    principal: Principal,
    between: tuple[datetime, datetime],
    period: str,
    zone: str,
) -> Sequence[asyncpg.Record]:
    """How often triage put each topic first, and what staff made of it (`found`: null where nobody has looked)."""
    first, last = (UUID(int=int(instant.timestamp() * 1000) << 80) for instant in between)
    _, rows = await for_caller(database, provider_id, principal, _SUGGESTIONS, first, last, period, zone)
    return rows
