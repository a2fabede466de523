"""API clients: machines that hold a secret."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from app.base.vocabulary import Role, Scope
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
