"""All that is sealed at rest, page by page, and the same put back with another wrapping."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import asyncpg

from app.db.pool import Database

_FIRST: Final = UUID(int=0)
_SOURCES: Final = {
    "webhook": "secret, previous_secret",
    "secure_form": "ticket_id, sealed",
    "inbound_mail": "storage_key",
}
_KEPT: Final = {
    "webhook": "true",
    "secure_form": "sealed IS NOT NULL",
    "inbound_mail": "storage_key IS NOT NULL",
}
Place = tuple[UUID, UUID]
START: Final[Place] = (_FIRST, _FIRST)


async def sealed_rows(database: Database, table: str, after: Place, most: int) -> list[asyncpg.Record]:
    """Of all providers: `database` acts as the worker. `table`: webhook, secure_form or inbound_mail."""
    statement = f"""SELECT provider_id, id, {_SOURCES[table]} FROM {table}
      WHERE (provider_id, id) > ($1, $2) AND {_KEPT[table]} ORDER BY provider_id, id LIMIT $3"""
    return await database.fetch(None, statement, *after, most)


async def replace_sealed(database: Database, table: str, column: str, row: Mapping[str, Any], after: bytes) -> bool:
    """Only if it is still what was read: no version changes, since nothing that anybody sees does."""
    statement = f"UPDATE {table} SET {column} = $3 WHERE provider_id = $1 AND id = $2 AND {column} = $4"
    done = await database.execute(None, statement, row["provider_id"], row["id"], after, row[column])
    return done == "UPDATE 1"


async def mail_is_kept(database: Database, row: Mapping[str, Any]) -> bool:
    statement = "SELECT storage_key = $3 FROM inbound_mail WHERE provider_id = $1 AND id = $2"
    return bool(await database.fetchval(None, statement, row["provider_id"], row["id"], row["storage_key"]))
