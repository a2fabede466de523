"""Everybody of a provider whom somebody could be: its customers' people, its own, and its machines."""

from dataclasses import dataclass
from uuid import UUID

import asyncpg

from app.base.vocabulary import Role, Scope
from app.db.pool import Database

_PROVIDERS = "SELECT id, slug, name FROM provider WHERE active ORDER BY id"
_PEOPLE = """
SELECT contact.id, contact.token_role AS role, coalesce(contact.name, contact.email, contact.login) AS name,
  contact.role AS listed_as, account.id AS account, account.number, account.holder, '{}'::text[] AS scopes,
  account.reseller_id IS NOT NULL AS of_a_reseller
FROM contact JOIN account ON (account.provider_id, account.id) = (contact.provider_id, contact.account_id)
WHERE contact.provider_id = $1 AND contact.removed_at IS NULL
UNION ALL
SELECT id, 'reseller', name, NULL, NULL, number, name, '{}', false FROM reseller WHERE provider_id = $1 AND active
UNION ALL
SELECT id, role, name, 'level ' || level, NULL, NULL, NULL, '{}', false FROM staff WHERE provider_id = $1 AND active
UNION ALL
SELECT id, role, name, NULL, NULL, NULL, NULL, scopes, false FROM api_client
WHERE provider_id = $1 AND active AND role = 'service'
ORDER BY of_a_reseller, number NULLS LAST, id
LIMIT 1000
"""


@dataclass(frozen=True, slots=True)
class Person:
    id: UUID
    role: Role
    name: str
    listed_as: str | None
    """What a contact is to the account, or how far somebody of the staff may go."""
    account: UUID | None
    number: str | None
    holder: str | None
    scopes: frozenset[Scope]


async def providers_named(database: Database) -> list[tuple[UUID, str, str]]:
    """Id, slug and name of those that are switched on, in the order in which they came."""
    return [(row["id"], row["slug"], row["name"]) for row in await database.fetch(None, _PROVIDERS)]


async def people_of(database: Database, provider_id: UUID) -> list[Person]:
    rows = await database.fetch(provider_id, _PEOPLE, provider_id)
    return [_person(row) for row in rows]


def _person(row: asyncpg.Record) -> Person:
    return Person(
        row["id"],
        Role(row["role"]),
        row["name"],
        row["listed_as"],
        row["account"],
        row["number"],
        row["holder"],
        frozenset(map(Scope, row["scopes"])),
    )
