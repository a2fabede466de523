"""API clients: machines that hold a secret."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import asyncpg

from app.base.actor import Principal
from app.base.vocabulary import Role, Scope
from app.db.callers import CallerRow, for_caller
from app.db.commands import Command, Update, carry_out
from app.db.pool import Database
from app.db.providers import find_provider

# Often enough to see which clients are in use, seldom enough not to write at every token.
_MARKED_EVERY = timedelta(minutes=1)

_CLIENT = """
SELECT client.role, client.reseller_id, client.scopes, client.last_used_at, client.secret_hash,
       CASE WHEN client.previous_expires_at > $3 THEN client.previous_secret_hash END AS previous_secret_hash
FROM api_client AS client
LEFT JOIN reseller ON (reseller.provider_id, reseller.id) = (client.provider_id, client.reseller_id)
WHERE client.provider_id = $1 AND client.id = $2 AND client.active AND (client.reseller_id IS NULL OR reseller.active)
"""


@dataclass(frozen=True, slots=True)
class ClientGrant:
    """What a client's row grants at this moment, with the digests of the secrets that are good now."""

    provider_id: UUID
    id: UUID
    role: Role
    reseller: UUID | None
    scopes: frozenset[Scope]
    secret_hashes: tuple[bytes, ...]
    last_used_at: datetime | None


async def find_client(database: Database, provider: str, client: UUID, now: datetime) -> ClientGrant | None:
    """None: no such provider, no such client, or one that is switched off."""
    provider_id = await find_provider(database, provider)
    if provider_id is None:
        return None
    row = await database.fetchrow(provider_id, _CLIENT, provider_id, client, now)
    if row is None:
        return None
    digests = (row["secret_hash"], row["previous_secret_hash"])
    return ClientGrant(
        provider_id=provider_id,
        id=client,
        role=Role(row["role"]),
        reseller=row["reseller_id"],
        scopes=frozenset(map(Scope, row["scopes"])),
        secret_hashes=tuple(digest for digest in digests if digest is not None),
        last_used_at=row["last_used_at"],
    )


async def mark_used(database: Database, client: ClientGrant, now: datetime) -> None:
    if client.last_used_at is None or now - client.last_used_at >= _MARKED_EVERY:
        statement = "UPDATE api_client SET last_used_at = $3 WHERE provider_id = $1 AND id = $2"
        await database.execute(client.provider_id, statement, client.provider_id, client.id, now)


_LISTED: Final = """
SELECT client.id, client.name, client.role, reseller.number AS reseller, client.scopes, client.active,
       client.last_used_at, client.previous_expires_at, client.secret_hash, client.version
FROM api_client AS client
LEFT JOIN reseller ON (reseller.provider_id, reseller.id) = (client.provider_id, client.reseller_id)
WHERE client.provider_id = $1 ORDER BY client.name
"""


@dataclass(frozen=True, slots=True)
class ListedClient:
    """`reseller`: the number of the one it speaks for."""

    id: UUID
    name: str
    role: Role
    reseller: str | None
    scopes: tuple[Scope, ...]
    active: bool
    last_used_at: datetime | None
    previous_expires_at: datetime | None
    secret_hash: bytes
    version: int


async def listed_clients(database: Database, provider_id: UUID) -> list[ListedClient]:
    rows = await database.fetch(provider_id, _LISTED, provider_id)
    return [
        ListedClient(**{**row, "role": Role(row["role"]), "scopes": tuple(map(Scope, row["scopes"]))}) for row in rows
    ]


async def insert_client(
    database: Database, provider_id: UUID, row: Mapping[str, Any], event: Mapping[str, Any], now: datetime
) -> None:
    """Problem `already_exists`: another client has the name."""
    await carry_out(database, provider_id, Command({"api_client": [row], "event": [event]}), now)


async def replace_secret(
    database: Database,
    provider_id: UUID,
    client: ListedClient,
    values: Mapping[str, Any],
    event: Mapping[str, Any],
    now: datetime,
) -> None:
    """Overtaken: it was changed meanwhile."""
    update = Update("api_client", client.id, client.version, values)
    await carry_out(database, provider_id, Command({"event": [event]}, update), now)


_SHOWN: Final = """
  SELECT c.id, c.name, c.role, c.scopes, c.active, c.last_used_at, c.version, c.created_at, c.updated_at,
    c.previous_expires_at, r.id AS reseller_id, r.number AS reseller_number, r.name AS reseller_name
  FROM api_client AS c LEFT JOIN reseller AS r ON r.provider_id = c.provider_id AND r.id = c.reseller_id
  WHERE c.provider_id = $1"""


async def read_client(
    database: Database, provider_id: UUID, principal: Principal, id_: UUID | None, name: str | None
) -> tuple[CallerRow, asyncpg.Record | None]:
    rows = _SHOWN + " AND (c.id = $6::uuid OR c.name = $7::text)"
    caller, found = await for_caller(database, provider_id, principal, rows, id_, name)
    return caller, found[0] if found else None


async def list_clients(
    database: Database, provider_id: UUID, principal: Principal, after: UUID | None, active: bool | None, fetch: int
) -> tuple[CallerRow, list[asyncpg.Record]]:
    """In the order of their making."""
    rows = (
        _SHOWN + " AND ($6::uuid IS NULL OR c.id > $6) AND ($7::bool IS NULL OR c.active = $7) ORDER BY c.id LIMIT $8"
    )
    return await for_caller(database, provider_id, principal, rows, after, active, fetch)
