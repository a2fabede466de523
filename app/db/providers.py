"""Hosting providers: the name in a token or address, and the key that their rows hold."""

from datetime import datetime
from typing import Final
from uuid import UUID

from app.db.pool import Database

_STORE: Final = """
WITH made AS (
  INSERT INTO provider (id, slug, name, prefix, active, created_at, updated_at) VALUES ($1, $2, $3, $4, true, $5, $5)
  ON CONFLICT (slug) DO NOTHING RETURNING id)
SELECT id FROM made UNION ALL SELECT id FROM provider WHERE slug = $2 LIMIT 1
"""


async def find_provider(database: Database, slug: str) -> UUID | None:
    """None: no provider of that name, or one that is switched off."""
    provider_id: UUID | None = await database.fetchval(None, "SELECT id FROM provider WHERE slug = $1 AND active", slug)
    return provider_id


async def latest_providers(database: Database, most: int) -> list[UUID]:
    """Those that are switched on, the ones changed last first."""
    rows = await database.fetch(
        None, "SELECT id FROM provider WHERE active ORDER BY updated_at DESC, id LIMIT $1", most
    )
    return [row["id"] for row in rows]


async def store_provider(database: Database, new_id: UUID, slug: str, name: str, prefix: str, now: datetime) -> UUID:
    """The id of the provider of this name, made if there is none; the worker's role alone may."""
    provider_id: UUID = await database.fetchval(None, _STORE, new_id, slug, name, prefix, now)
    return provider_id


async def all_providers(database: Database) -> list[tuple[UUID, str]]:
    """Id and slug of each, those that are switched off included."""
    return [
        (row["id"], row["slug"]) for row in await database.fetch(None, "SELECT id, slug FROM provider ORDER BY slug")
    ]
