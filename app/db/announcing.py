"""Announcements by mail: which notices are new, whom they concern, and who wants none."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from app.base.identifiers import uuid7
from app.db.accounts import account_json
from app.db.connections import ScopedConnection
from app.db.policies import in_force
from app.db.pool import Database

_FIRST_TIME: Final = """
UPDATE notice SET mailed_at = $3 WHERE provider_id = $1 AND id = ANY($2) AND mailed_at IS NULL RETURNING id"""


async def first_time(
    connection: ScopedConnection, provider_id: UUID, notices: Sequence[UUID], now: datetime
) -> set[UUID]:
    """Those of which nobody was sent word before; from now on somebody was."""
    return {row["id"] for row in await connection.fetch(_FIRST_TIME, provider_id, list(notices), now)}


def accounts_concerned(after: str, most: str) -> str:
    """An expression for the next accounts that the notice `n` is for, each with who of it wants no announcements."""
    return f"""coalesce((SELECT jsonb_agg(page.about ORDER BY page.number) FROM (
      SELECT a.number, {account_json("a")} || jsonb_build_object('unsubscribed', (
        SELECT coalesce(jsonb_agg(u.id), '[]') FROM contact AS u
        WHERE u.provider_id = $1 AND u.account_id = a.id AND u.unsubscribed_at IS NOT NULL)) AS about
      FROM account AS a
      WHERE a.provider_id = $1 AND a.state <> 'closed' AND ({after} IS NULL OR a.number > {after})
        AND CASE WHEN wanted.accounts || wanted.servers || wanted.products = '[]'
              THEN n.server IS NULL OR a.server = n.server
              ELSE wanted.accounts ? a.number OR wanted.servers ? coalesce(a.server, '')
                OR wanted.products ? coalesce(a.product, '')
                OR EXISTS (SELECT FROM jsonb_array_elements_text(a.products) AS held WHERE wanted.products ? held)
            END
      ORDER BY a.number LIMIT {most}) AS page), '[]')"""


WANTED: Final = """LATERAL (SELECT coalesce(n.audience -> 'accounts', '[]') AS accounts,
    coalesce(n.audience -> 'servers', '[]') AS servers,
    coalesce(n.audience -> 'products', '[]') AS products) AS wanted"""
_CONCERNED: Final = f"""
SELECT n.kind, n.state, {in_force("$5::timestamptz", "$5")}, {accounts_concerned("$3::text", "$4")} AS accounts
FROM notice AS n, {WANTED} WHERE n.provider_id = $1 AND n.id = $2"""


async def concerned(
    database: Database, provider_id: UUID, notice: UUID, after: str | None, most: int, at: datetime
) -> asyncpg.Record | None:
    """The next accounts by number, and which policy decides about them."""
    return await database.fetchrow(provider_id, _CONCERNED, provider_id, notice, after, most, at)


# ── declined ─────────────────────────────────────────────────────────────────
_UNSUBSCRIBE: Final = """
WITH declined AS (
  UPDATE contact AS c SET unsubscribed_at = $3, version = c.version + 1, updated_at = $3
  WHERE c.provider_id = $1 AND c.removed_at IS NULL AND c.unsubscribed_at IS NULL
    AND c.email = (SELECT email FROM contact WHERE provider_id = $1 AND id = $2)
  RETURNING c.id, c.account_id, c.role, c.version),
named AS (SELECT *, row_number() OVER () AS n FROM declined)
INSERT INTO event (provider_id, id, subject_kind, subject_id, seq, type, actor_kind, actor_id, data, occurred_at)
SELECT $1, ($4::uuid[])[n], 'contact', id, version, $5, 'contact', $2::text,
  jsonb_build_object('account', account_id, 'role', role), $3 FROM named WHERE n <= cardinality($4::uuid[])"""
_KNOWN: Final = "SELECT p.name FROM provider AS p WHERE p.id = $1 AND p.active"
_MOST: Final = 200
"""Accounts on which one address is listed."""


async def unsubscribe(database: Database, provider_id: UUID, contact: UUID, event: str, now: datetime) -> None:
    """This person wants no announcements, on whichever of the provider's accounts they are listed."""
    ids = [uuid7(now) for _ in range(_MOST)]

    async def decline(connection: ScopedConnection) -> None:
        await connection.execute(_UNSUBSCRIBE, provider_id, contact, now, ids, event)

    await database.atomically(provider_id, decline)


async def name_of_provider(database: Database, provider_id: UUID) -> str | None:
    name: Any = await database.fetchval(provider_id, _KNOWN, provider_id)
    return str(name) if name is not None else None
