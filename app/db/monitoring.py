"""All that a report from monitoring is decided by, in one statement."""

from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

from app.base.actor import Principal
from app.db.accounts import account_json
from app.db.callers import CallerRow, for_caller
from app.db.idempotency import KEPT_COLUMNS, kept, key_args
from app.db.notices import tickets_on
from app.db.policies import in_force
from app.db.pool import Database
from app.db.requests import Reference
from app.schemas.idempotency import IdempotentRequest

_MOST: Final = 200
_FACTS: Final = f"""
  SELECT {in_force("$6::timestamptz", "$6")},
    (SELECT {account_json("a")} FROM account AS a
      WHERE a.provider_id = $1 AND (a.id = $7::uuid OR a.number = $8::text)) AS account,
    (SELECT to_jsonb(n) FROM notice AS n WHERE n.provider_id = $1 AND n.server = $9::text
      AND n.kind = 'incident' AND n.state = 'open') AS incident,
    coalesce((SELECT jsonb_agg(server) FROM notice WHERE provider_id = $1 AND kind = 'incident' AND state = 'open'
                AND server IS NOT NULL), '[]') AS incidents,
    (SELECT jsonb_build_object('id', e.id, 'seq', e.seq, 'data', e.data, 'occurred_at', e.occurred_at) FROM event AS e
      WHERE e.provider_id = $1 AND e.subject_kind = 'signal' AND e.subject_id = $10::uuid
      ORDER BY e.seq DESC LIMIT 1) AS last,
    coalesce((SELECT jsonb_agg(earlier.told) FROM (
      SELECT jsonb_build_object('at', e.occurred_at, 'values', e.data -> 'values') AS told FROM event AS e
      WHERE $11::timestamptz IS NOT NULL AND e.provider_id = $1 AND e.type = 'monitoring.noticed'
        AND e.occurred_at >= $11
        AND e.data ->> 'account_id' = coalesce((SELECT a.id::text FROM account AS a
          WHERE a.provider_id = $1 AND (a.id = $7 OR a.number = $8)), '')
      ORDER BY e.id DESC LIMIT {_MOST}) AS earlier), '[]') AS earlier,
    coalesce((SELECT jsonb_agg({account_json("o")} ORDER BY o.id) FROM account AS o
      WHERE $12::text IS NOT NULL AND o.provider_id = $1 AND o.id IS DISTINCT FROM $7 AND o.number IS DISTINCT FROM $8
        AND o.id IN (
          SELECT c.account_id FROM contact AS c WHERE c.provider_id = $1 AND c.removed_at IS NULL
            AND (c.email LIKE '%@' || $12 OR c.email LIKE '%.' || $12) LIMIT {_MOST})), '[]') AS others,
    CASE WHEN $13::boolean THEN {tickets_on("$9")} ELSE '[]' END AS tickets,
    {KEPT_COLUMNS}
  FROM (SELECT 1) AS once {kept("$14", "$15")}"""


async def facts_for_event(
    database: Database,
    provider_id: UUID,
    principal: Principal,
    now: datetime,
    account: Reference,
    server: str | None,
    signal: UUID,
    earlier_since: datetime | None,
    domain: str | None,
    linking: bool,
    repeat: IdempotentRequest | None,
) -> tuple[CallerRow, asyncpg.Record]:
    """`signal`: what the report is about; `last` is what was last told of it. `domain`: whose people count, too."""
    caller, rows = await for_caller(
        database,
        provider_id,
        principal,
        _FACTS,
        now,
        account.id,
        account.number,
        server,
        signal,
        earlier_since,
        domain,
        linking,
        *key_args(repeat),
    )
    return caller, rows[0]
