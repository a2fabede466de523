"""API clients for the command line: made, listed, and given new secrets."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from app.base.events import EventType
from app.base.identifiers import uuid7
from app.base.vocabulary import Role, Scope
from app.db.clients import ListedClient, insert_client, listed_clients, replace_secret
from app.db.log import own_event
from app.db.pool import Database
from app.db.providers import find_provider
from app.db.subjects import find_reseller
from app.services.oauth import client_id_of
from app.services.subjects import NobodyThere, unknown_provider
from app.tokens.secrets import hashed, new_secret


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a machine sends to /v1/oauth/token; the secret is known here and now only."""

    client_id: str
    secret: str


async def create_client(
    database: Database, provider: str, name: str, scopes: Collection[Scope], reseller: str | None, now: datetime
) -> Credentials:
    """A machine of the provider's with these scopes, or one that speaks for a reseller."""
    provider_id = await _provider(database, provider)
    reseller_id = None if reseller is None else await find_reseller(database, provider_id, reseller)
    if reseller is not None and reseller_id is None:
        raise NobodyThere(f"{provider} has no reseller {reseller!r}: `GET /v1/resellers` lists those that it has.")
    secret, client = new_secret(), uuid7(now)
    row = {
        "provider_id": provider_id,
        "id": client,
        "name": name,
        "role": Role.SERVICE if reseller_id is None else Role.RESELLER,
        "reseller_id": reseller_id,
        "scopes": sorted(scopes),
        "secret_hash": hashed(secret),
        "active": True,
        "version": 1,
        "created_at": now,
        "updated_at": now,
    }
    told = {"name": name, "scopes": sorted(scopes)}
    event = own_event(provider_id, EventType.CLIENT_CREATED, ("client", client), 1, told, now)
    await insert_client(database, provider_id, row, event, now)
    return Credentials(client_id_of(provider, client), secret)


async def rotate_client(database: Database, provider: str, name: str, grace: timedelta, now: datetime) -> Credentials:
    """A new secret for the client of this name or id; the one before it stays good for the time of grace."""
    provider_id = await _provider(database, provider)
    named = [c for c in await listed_clients(database, provider_id) if name in _names(provider, c)]
    if not named:
        raise NobodyThere(f"{provider} has no API client {name!r}: `clausedesk client list` names them.")
    client, secret = named[0], new_secret()
    values = {
        "secret_hash": hashed(secret),
        "previous_secret_hash": client.secret_hash,
        "previous_expires_at": now + grace,
        "updated_at": now,
    }
    told = {"previous_expires_at": now + grace}
    event = own_event(provider_id, EventType.CLIENT_ROTATED, ("client", client.id), client.version + 1, told, now)
    await replace_secret(database, provider_id, client, values, event, now)
    return Credentials(client_id_of(provider, client.id), secret)


def _names(provider: str, client: ListedClient) -> tuple[str, str, str]:
    """All that an operator has seen it called by."""
    return client.name, str(client.id), client_id_of(provider, client.id)


async def list_clients(database: Database, provider: str) -> list[ListedClient]:
    return await listed_clients(database, await _provider(database, provider))


async def _provider(database: Database, provider: str) -> UUID:
    provider_id = await find_provider(database, provider)
    if provider_id is None:
        raise NobodyThere(await unknown_provider(database, provider))
    return provider_id
