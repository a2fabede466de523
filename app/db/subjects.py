"""Whom a token may speak for: the rows that its claims name."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from app.base.vocabulary import Role, Scope
from app.db.pool import Database

_CONTACT = """
SELECT contact.id, contact.account_id, contact.token_role
FROM contact JOIN account ON (account.provider_id, account.id) = (contact.provider_id, contact.account_id)
WHERE contact.provider_id = $1 AND contact.removed_at IS NULL
  AND ($2::text IS NULL OR account.number = $2 OR account.id = $3)
"""
_NAMED_CONTACT = f"""{_CONTACT}
  AND (contact.id = $5 OR ($2::text IS NOT NULL AND (contact.email = lower($4) OR contact.login = $4)))
LIMIT 2
"""
_SOME_CONTACT = f"""{_CONTACT}
  AND contact.token_role = $4
ORDER BY contact.id LIMIT 1
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
_SERVICE = """
SELECT id FROM api_client
WHERE provider_id = $1 AND active AND role = 'service' AND scopes @> $2::text[]
ORDER BY cardinality(scopes), id LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class ContactSubject:
    id: UUID
    account: UUID
    role: Role


async def find_contact(
    database: Database, provider_id: UUID, contact: str, account: str | None
) -> ContactSubject | None:
    """A listed contact by its id, or by e-mail address or login together with the account's number or id."""
    rows = await database.fetch(
        provider_id, _NAMED_CONTACT, provider_id, account, _as_id(account), contact, _as_id(contact)
    )
    # Where one contact's address is another's login, the words name nobody.
    if len(rows) != 1:
        return None
    return ContactSubject(rows[0]["id"], rows[0]["account_id"], Role(rows[0]["token_role"]))


async def first_contact(database: Database, provider_id: UUID, account: str, role: Role) -> ContactSubject | None:
    row = await database.fetchrow(provider_id, _SOME_CONTACT, provider_id, account, _as_id(account), role)
    return None if row is None else ContactSubject(row["id"], row["account_id"], Role(row["token_role"]))


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


async def find_service(database: Database, provider_id: UUID, scopes: Iterable[Scope]) -> UUID | None:
    """The API client with these scopes and the fewest others."""
    found: UUID | None = await database.fetchval(provider_id, _SERVICE, provider_id, [str(scope) for scope in scopes])
    return found


def _as_id(text: str | None) -> UUID | None:
    try:
        return None if text is None else UUID(text)
    except ValueError:
        return None
