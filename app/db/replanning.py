"""Open tickets whose clocks were planned under other settings or another version than those in force."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import asyncpg

from app.db.pool import Database

_GOING: Final = "clock.provider_id = $1 AND clock.stopped_at IS NULL AND clock.settings_revision IS NOT NULL"
_OTHERS: Final = f"""
SELECT t.id, t.version, t.received_at, t.decision, t.status, t.department, t.level, t.assignee_id, t.merged_into,
  t.incident, t.resolved_at, t.closed_at, t.channel, t.requester, t.estimated_minutes, t.facts, t.claimed, t.state,
  t.policy_version, a.number AS account_number
FROM ticket AS t LEFT JOIN account AS a ON a.provider_id = $1 AND a.id = t.account_id
WHERE t.provider_id = $1 AND t.id IN (
  SELECT clock.ticket_id FROM clock
  WHERE {_GOING} AND {{}})
ORDER BY t.next_due_at NULLS LAST, t.id LIMIT $4
"""
# What is in force never goes back, so a range of the index finds the few that are behind.
_BEHIND: Final = "(clock.settings_revision < $2 OR (clock.settings_revision = $2 AND clock.policy_version < $3))"
_UNSETTLED: Final = "clock.settings_revision < $2 AND $3::int IS NOT NULL"
_UNMOVED: Final = f"""
UPDATE clock SET settings_revision = $3, policy_version = CASE WHEN $5 THEN $4 ELSE policy_version END
WHERE {_GOING} AND clock.ticket_id = ANY($2::uuid[])
"""


async def planned_by_others(
    database: Database, provider_id: UUID, version: int, revision: int, *, migrates: bool, most: int
) -> list[asyncpg.Record]:
    """What is due first comes first; `migrates`: open tickets go by the version in force."""
    statement = _OTHERS.format(_BEHIND if migrates else _UNSETTLED)
    return await database.fetch(provider_id, statement, provider_id, revision, version, most)


async def note_unmoved(
    database: Database, provider_id: UUID, tickets: Sequence[UUID], version: int, revision: int, *, migrates: bool
) -> None:
    """These settings have been looked at for these tickets, and change nothing."""
    await database.execute(provider_id, _UNMOVED, provider_id, list(tickets), revision, version, migrates)
