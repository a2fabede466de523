"""The tickets that wait for a staff member, in the order that the policy gives."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final
from uuid import UUID

import asyncpg

from app.base.actor import Principal
from app.db.callers import CallerRow, for_caller
from app.db.idempotency import KEPT_COLUMNS, kept, key_args
from app.db.policies import in_force
from app.db.pool import Database
from app.db.tickets import JOINED, JUDGED, RESELLER_ACCOUNT, SUMMARY
from app.schemas.idempotency import IdempotentRequest

_KEYS: Final = {
    "priority": "array_position($7::text[], t.priority)",
    "received_at": "t.received_at",
    "due_at": "t.next_due_at",
    "department": "t.department",
}
_HAPPENED: Final = "(t.state -> 'starts' ->> ($12::text[])[{}])::timestamptz"
_SUPERVISES: Final = "(caller.caller_supervisor OR caller.caller_role = 'admin')"
_WAITS: Final = """(t.status = 'open' OR (t.status = 'on_hold' AND t.reason = 'identity_verification_pending')
    OR (t.status = 'scheduled' AND (t.schedule ->> 'from')::timestamptz <= $8::timestamptz)
    OR (t.status LIKE 'waiting%' AND jsonb_exists(t.state -> 'starts', 'customer_reply')))"""
"""For staff: what is open, whose sender they have to check, whose window has come, or to which somebody wrote."""
_MINE: Final = f"""t.provider_id = $1 AND t.status NOT IN ('resolved', 'closed') AND {_WAITS}
  AND (t.assignee_id = caller.caller_id OR (t.assignee_id IS NULL
    AND (t.department IS NULL OR ({_SUPERVISES} AND t.department = ANY($13::text[]))
      OR (t.department <> ALL($13) AND (caller.caller_words = '{{}}' OR t.department = ANY(caller.caller_words))))
    AND (t.level IS NULL OR t.level <= caller.caller_level OR {_SUPERVISES})))"""
_BUSY: Final = """(t.assignee_id IS NULL AND $11::int IS NOT NULL AND t.account_id IS NOT NULL AND t.account_id IN (
    SELECT other.account_id FROM ticket AS other WHERE other.provider_id = $1 AND other.account_id IS NOT NULL
      AND other.assignee_id IS NOT NULL AND other.status NOT IN ('resolved', 'closed')
    GROUP BY other.account_id HAVING count(*) >= $11))"""
"""Of an account that has enough in work."""
_COUNTS: Final = """count(*) OVER () AS waiting, count(*) FILTER (WHERE t.assignee_id IS NULL) OVER () AS unowned,
  count(*) FILTER (WHERE t.next_due_at < $8) OVER () AS overdue, count(*) FILTER (WHERE t.level = 1) OVER () AS first"""
_SHOWN: Final = f"""{SUMMARY}, {in_force("$8::timestamptz", "$8", "_now")}, $9::text AS nobody, $10::text AS nothing,
  picked.waiting, picked.unowned, picked.overdue, picked.first"""


@dataclass(frozen=True, slots=True)
class QueueOrder:
    """What the policy says of it: keys, priorities by rank, and the most tickets of one account in work at once."""

    keys: tuple[str, ...]
    priorities: Sequence[str]
    in_progress: int | None
    supervised: Sequence[str] = ()
    """Departments whose tickets only supervisors work on."""


@lru_cache(maxsize=64)
def _statement(keys: tuple[str, ...], columns: str, where: str) -> str:
    """What waits is put in order by itself; what belongs to it is looked up for the few that are shown."""
    sorts = [_KEYS.get(key) or _HAPPENED.format(n) for n, key in enumerate(keys, start=1)]
    order = f"{_BUSY}, {', '.join(f'{one} NULLS LAST' for one in sorts)}, t.id"
    return f"""SELECT {columns} FROM (
        SELECT t.id AS picked_id, row_number() OVER (ORDER BY {order}) AS place, {_COUNTS}
        FROM ticket AS t WHERE {_MINE} AND {where} AND $12::text[] IS NOT NULL ORDER BY place LIMIT $6) AS picked
      JOIN ({JOINED}) ON t.provider_id = $1 AND t.id = picked.picked_id ORDER BY picked.place"""


async def waiting(
    database: Database, provider_id: UUID, principal: Principal, order: QueueOrder, now: datetime, fetch: int
) -> tuple[CallerRow, list[asyncpg.Record]]:
    """What is nobody's or the caller's own, with counts of all of it in each row."""
    statement = _statement(order.keys, _SHOWN, "true")
    args = (fetch, list(order.priorities), now, None, None, order.in_progress, list(order.keys), list(order.supervised))
    return await for_caller(database, provider_id, principal, statement, *args)


async def next_for_change(
    database: Database,
    provider_id: UUID,
    principal: Principal,
    order: QueueOrder,
    now: datetime,
    repeat: IdempotentRequest | None,
) -> tuple[CallerRow, asyncpg.Record]:
    """The first that is nobody's, with all that a change of it is decided by; without an id where there is none."""
    free = f"t.assignee_id IS NULL AND NOT {_BUSY}"
    first = _statement(order.keys, f"{JUDGED}, {RESELLER_ACCOUNT}", free)
    statement = f"""SELECT picked.*, {KEPT_COLUMNS} FROM (SELECT 1) AS once
      LEFT JOIN LATERAL ({first}) AS picked ON true {kept("$9", "$10")}"""
    args = (1, list(order.priorities), now, *key_args(repeat), order.in_progress, list(order.keys))
    caller, rows = await for_caller(database, provider_id, principal, statement, *args, list(order.supervised))
    return caller, rows[0]
