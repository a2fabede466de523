"""Whom one can be in the demonstration, and the token to be it."""

from typing import Any
from uuid import UUID

from app.base.errors import Problem
from app.base.vocabulary import CONTACT_ROLES, Role
from app.db.people import Person, people_of, providers_named
from app.db.pool import Database
from app.services.oauth import Mint
from app.tokens.issuer import issue


async def everybody(database: Database) -> list[dict[str, Any]]:
    """Each provider with its people."""
    return [
        {"slug": slug, "name": name, "people": [_view(person) for person in await people_of(database, provider_id)]}
        for provider_id, slug, name in await providers_named(database)
    ]


async def token_as(database: Database, provider: str, person: UUID, mint: Mint) -> str:
    """A token of somebody who is there; the problem `not_found` otherwise."""
    for provider_id, slug, _ in await providers_named(database):
        if slug == provider:
            for known in await people_of(database, provider_id):
                if known.id == person:
                    return _token(slug, known, mint)
    raise Problem("not_found")


def _token(provider: str, person: Person, mint: Mint) -> str:
    is_contact = person.role in CONTACT_ROLES
    return issue(
        mint.keys,
        mint.issuer,
        provider=provider,
        role=person.role,
        subject=person.id,
        account=person.account,
        contact=person.id if is_contact else None,
        reseller=person.id if person.role is Role.RESELLER else None,
        scopes=person.scopes,
        now=mint.now,
        ttl_seconds=mint.ttl_seconds,
    )


def _view(person: Person) -> dict[str, Any]:
    named = {"number": person.number, "name": person.holder} if person.number is not None else None
    return {
        "id": person.id,
        "role": person.role,
        "name": person.name,
        "listed_as": person.listed_as,
        "account": named,
        "scopes": sorted(person.scopes),
    }
