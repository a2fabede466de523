"""What a provider already has, by name, and many rows at once: for loading accounts and people from a file."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from app.db.commands import Command, Rows, carry_out
from app.db.pool import Database

_THERE: Final = """
SELECT (SELECT coalesce(jsonb_object_agg(number, id), '{}') FROM account WHERE provider_id = $1) AS accounts,
       (SELECT coalesce(jsonb_object_agg(number, id), '{}') FROM reseller WHERE provider_id = $1) AS resellers,
       (SELECT coalesce(jsonb_object_agg(email, id), '{}') FROM staff WHERE provider_id = $1) AS staff,
       (SELECT coalesce(jsonb_object_agg(name, id), '{}') FROM api_client WHERE provider_id = $1) AS clients
"""
_NEWEST: Final = """
SELECT encode(digest, 'hex') FROM policy_version WHERE provider_id = $1 ORDER BY number DESC LIMIT 1
"""


async def there(database: Database, provider_id: UUID) -> Mapping[str, dict[str, str]]:
    """Ids of accounts and resellers by number, of staff by address, of API clients by name."""
    row = await database.fetchrow(provider_id, _THERE, provider_id)
    assert row is not None
    found: Mapping[str, dict[str, str]] = row
    return found


async def newest_digest(database: Database, provider_id: UUID) -> str | None:
    """SHA-256 in hex of the policy's newest version as it was handed in."""
    digest: str | None = await database.fetchval(provider_id, _NEWEST, provider_id)
    return digest


async def insert_all(database: Database, provider_id: UUID, rows: Mapping[str, Rows], now: datetime) -> None:
    if any(rows.values()):
        await carry_out(database, provider_id, Command(rows), now)


def same_columns(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows with every column that one of them has."""
    names = dict.fromkeys(name for row in rows for name in row)
    return [{name: row.get(name) for name in names} for row in rows]
