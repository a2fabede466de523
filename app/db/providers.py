"""Hosting providers: the name in a token or address, and the key that their rows hold."""

from uuid import UUID

from app.db.pool import Database


async def find_provider(database: Database, slug: str) -> UUID | None:
    """None: no provider of that name, or one that is switched off."""
    provider_id: UUID | None = await database.fetchval(None, "SELECT id FROM provider WHERE slug = $1 AND active", slug)
    return provider_id
