"""What administrative commands are decided by: the caller's grant, the rows they name, and the kept answer."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from app.base.actor import Principal
from app.db.accounts import account_json
from app.db.callers import CallerRow, for_caller
from app.db.idempotency import KEPT_COLUMNS, kept, key_args
from app.db.policies import in_force
from app.db.pool import Database
from app.schemas.idempotency import IdempotentRequest


async def facts_for_change(
    database: Database,
    provider_id: UUID,
    principal: Principal,
    columns: str,
    repeat: IdempotentRequest | None,
    *args: object,
) -> tuple[CallerRow, Mapping[str, Any]]:
    """One row of these columns, each a subquery that takes its arguments from $8 on and sees all of the provider's."""
    rows = f"SELECT {columns}, {KEPT_COLUMNS} FROM (SELECT 1) AS once {kept('$6', '$7')}"
    caller, found = await for_caller(database, provider_id, principal, rows, *key_args(repeat), *args)
    return caller, found[0]


POLICY: Final = in_force("$8::timestamptz", "$8")
"""$8 is the present instant."""


def row_of(table: str, place: int, name: str) -> str:
    """The row of this id ($place) or `name` ($place + 1), as JSON."""
    return f"""(SELECT to_jsonb(r) FROM {table} AS r
    WHERE r.provider_id = $1 AND (r.id = ${place}::uuid OR r.{name} = ${place + 1}::text))"""


ACCOUNT: Final = f"""{row_of("account", 9, "number")} AS target,
  (SELECT {account_json("a")} FROM account AS a
   WHERE a.provider_id = $1 AND (a.id = $9::uuid OR a.number = $10::text)) AS about,
  {row_of("reseller", 11, "number")} AS reseller"""
"""The account as its row and as decisions see it, and another reseller that is named."""
NEW_ACCOUNT: Final = f"{ACCOUNT}, account_alike($10) AS alike"
"""Also the number of an account that differs from the new one's ($10) in capitals at most, where there is one."""

DOMAIN: Final = f"""{ACCOUNT},
  (SELECT to_jsonb(d) FROM hosted_domain AS d JOIN account AS a ON a.provider_id = $1 AND a.id = d.account_id
   WHERE d.provider_id = $1 AND (a.id = $9::uuid OR a.number = $10::text)
     AND (d.name = $13::text OR d.id::text = $13::text)) AS domain,
  coalesce((SELECT jsonb_agg({account_json("o")} ORDER BY o.id) FROM account AS o
    WHERE $14::bool AND o.provider_id = $1 AND ($9::uuid IS NULL OR o.id <> $9) AND o.number IS DISTINCT FROM $10::text
      AND o.id IN (SELECT account_id FROM contact WHERE provider_id = $1 AND removed_at IS NULL
        AND (split_part(email, '@', 2) = $13 OR right(email, length($13) + 1) = '.' || $13))), '[]') AS others"""
"""The account with one of its domains, and the other accounts whose people have addresses on that domain."""

RESELLER: Final = f"""{row_of("reseller", 8, "number")} AS target, {row_of("reseller", 10, "number")} AS parent,
  {row_of("account", 12, "number")} AS account,
  (WITH RECURSIVE below AS (
     SELECT id FROM reseller WHERE provider_id = $1 AND (id = $8::uuid OR number = $9::text)
     UNION SELECT r.id FROM reseller AS r JOIN below ON r.parent_id = below.id WHERE r.provider_id = $1)
   SELECT coalesce(jsonb_agg(id), '[]') FROM below) AS below"""
"""The reseller, the parent and own account that are named, and everyone in its tree."""
NEW_RESELLER: Final = f"""{RESELLER},
  (SELECT r.number FROM reseller AS r WHERE r.provider_id = $1 AND lower(r.number) = lower($9::text)
   LIMIT 1) AS alike"""
"""Also the number of a reseller that differs from the new one's ($9) in capitals at most, where there is one."""

STAFF: Final = f"{POLICY}, {row_of('staff', 9, 'email')} AS target"
CLIENT: Final = f"""{row_of("api_client", 8, "name")} AS target, {row_of("reseller", 10, "number")} AS reseller,
  (SELECT to_jsonb(r) FROM reseller AS r JOIN api_client AS c ON c.provider_id = $1 AND c.reseller_id = r.id
   WHERE r.provider_id = $1 AND (c.id = $8::uuid OR c.name = $9::text)) AS of_reseller"""
