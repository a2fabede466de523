"""Whom a token may speak for: the rows that its claims name."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from app.base.domains import with_ascii_domain
from app.base.vocabulary import Role, Scope
from app.db.pool import Database

_CONTACT = """
SELECT contact.id, contact.account_id, contact.token_role, contact.email, contact.login
FROM contact JOIN account ON (account.provider_id, account.id) = (contact.provider_id, contact.account_id)
WHERE contact.provider_id = $1 AND contact.removed_at IS NULL
"""
_NAMED_CONTACT = f"""{_CONTACT}
  AND ($2::text IS NULL OR account.number = $2 OR account.id = $3)
  AND (contact.id = $5 OR ($2::text IS NOT NULL AND (contact.email = lower($4) OR contact.login = $4)))
LIMIT 2
"""
_LISTED_CONTACTS = f"""{_CONTACT}
  AND (account.number = $2 OR account.id = $3)
ORDER BY contact.id
"""
_RESELLER = """
SELECT id FROM reseller WHERE provider_id = $1 AND active AND ($2::text IS NULL OR number = $2 OR id = $3)
ORDER BY id LIMIT 1
"""
_STAFF = """
SELECT id FROM staff
WHERE provider_id = $1 AND active AND role = $2 AND ($3::int IS NULL OR level = $3)
  AND (departments = '{}' OR departments @> $4::text[])
ORDER BY id LIMIT 1
"""
_ADMINS = """
SELECT id FROM staff WHERE provider_id = $1 AND active AND role = 'admin' AND ($2::text IS NULL OR email = lower($2))
ORDER BY id LIMIT 2
"""
_SERVICE = """
SELECT id, scopes FROM api_client
WHERE provider_id = $1 AND active AND role = 'service' AND scopes @> $2::text[]
ORDER BY cardinality(scopes), id LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class ContactSubject:
    id: UUID
    account: UUID
    role: Role
    email: str | None
    login: str | None

    @property
    def name(self) -> str:
        return self.email or self.login or str(self.id)

    def is_named(self, name: str) -> bool:
        return name.lower() == self.email or name in (self.login, str(self.id))


@dataclass(frozen=True, slots=True)
class ServiceSubject:
    id: UUID
    scopes: frozenset[Scope]


async def find_contact(
    database: Database, provider_id: UUID, contact: str, account: str | None
) -> ContactSubject | None:
    """A listed contact by its id, or by e-mail address or login together with the account's number or id."""
    with suppress(UnicodeError):
        contact = with_ascii_domain(contact)
    rows = await database.fetch(
        provider_id, _NAMED_CONTACT, provider_id, account, _as_id(account), contact, _as_id(contact)
    )
    # Where one contact's address is another's login, the words name nobody.
    return _contact(rows[0]) if len(rows) == 1 else None


async def listed_contacts(database: Database, provider_id: UUID, account: str) -> list[ContactSubject]:
    """All of an account, named by its number or id; the longest listed first."""
    rows = await database.fetch(provider_id, _LISTED_CONTACTS, provider_id, account, _as_id(account))
    return [_contact(row) for row in rows]


async def find_reseller(database: Database, provider_id: UUID, reseller: str | None) -> UUID | None:
    """By number or id; without either, the first one."""
    found: UUID | None = await database.fetchval(provider_id, _RESELLER, provider_id, reseller, _as_id(reseller))
    return found


async def find_staff(
    database: Database, provider_id: UUID, role: Role, level: int | None, departments: Iterable[str]
) -> UUID | None:
    """Somebody of this role and level who works in all these departments."""
    found: UUID | None = await database.fetchval(provider_id, _STAFF, provider_id, role, level, list(departments))
    return found


async def admins_named(database: Database, provider_id: UUID, email: str | None) -> list[UUID]:
    """The administrator of this address; without one, at most two of them all."""
    return [row["id"] for row in await database.fetch(provider_id, _ADMINS, provider_id, email)]


async def find_service(database: Database, provider_id: UUID, scopes: Iterable[Scope]) -> ServiceSubject | None:
    """The API client with these scopes and the fewest others."""
    row = await database.fetchrow(provider_id, _SERVICE, provider_id, [str(scope) for scope in scopes])
    return None if row is None else ServiceSubject(row["id"], frozenset(map(Scope, row["scopes"])))


def _contact(row: asyncpg.Record) -> ContactSubject:
    return ContactSubject(row["id"], row["account_id"], Role(row["token_role"]), row["email"], row["login"])


def _as_id(text: str | None) -> UUID | None:
    try:
        return None if text is None else UUID(text)
    except ValueError:
        return None
