"""The caller's grant, read in the statement that uses it: a row that exists and is active at this moment."""

from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from typing import Final, NamedTuple
from uuid import UUID

import asyncpg

from app.base.actor import Principal
from app.base.errors import Problem
from app.base.vocabulary import CONTACT_ROLES, STAFF_ROLES, Role, Scope
from app.db.pool import Database


class Kind(StrEnum):
    """Callers whose grants are found in different tables."""

    CONTACT = "contact"
    STAFF = "staff"
    RESELLER = "reseller"
    SERVICE = "service"


_ACTING: Final = """($5::uuid IS NULL OR EXISTS (
    SELECT FROM api_client WHERE provider_id = $1 AND id = $5 AND active AND 'submit' = ANY(scopes)))"""
_PROVIDER: Final = "EXISTS (SELECT FROM provider WHERE id = $1 AND active)"

# Each takes $1 provider, $2 subject, $3 role, $4 account or reseller, $5 acting client, and gives one row or none of
# these columns, in this order.
_CALLER: Final[Mapping[Kind, str]] = {
    Kind.CONTACT: f"""caller AS (
  SELECT id AS caller_id, account_id AS caller_account, NULL::uuid AS caller_reseller, token_role AS caller_role,
         email AS caller_email, login AS caller_login, name AS caller_name, role AS caller_listed_as,
         NULL::int AS caller_level, '{{}}'::text[] AS caller_words, false AS caller_supervisor
  FROM contact
  WHERE provider_id = $1 AND id = $2::uuid AND removed_at IS NULL AND token_role = $3::text AND account_id = $4::uuid
    AND {_ACTING} AND {_PROVIDER})""",
    Kind.STAFF: f"""caller AS (
  SELECT id AS caller_id, $4::uuid AS caller_account, NULL::uuid AS caller_reseller, $3::text AS caller_role,
         email AS caller_email, NULL::text AS caller_login, name AS caller_name, NULL::text AS caller_listed_as,
         level::int AS caller_level, departments AS caller_words, supervisor AS caller_supervisor
  FROM staff
  WHERE provider_id = $1 AND id = $2::uuid AND active AND ($3 = 'staff' OR role = 'admin') AND {_ACTING}
    AND {_PROVIDER})""",
    Kind.RESELLER: f"""tree AS (
  WITH RECURSIVE below AS (
    SELECT id FROM reseller WHERE provider_id = $1 AND id = $4::uuid
    UNION
    SELECT reseller.id FROM reseller JOIN below ON reseller.parent_id = below.id WHERE provider_id = $1)
  SELECT id FROM below),
caller AS (
  SELECT id AS caller_id, account_id AS caller_account, id AS caller_reseller, $3::text AS caller_role,
         NULL::text AS caller_email, number AS caller_login, name AS caller_name, NULL::text AS caller_listed_as,
         NULL::int AS caller_level, '{{}}'::text[] AS caller_words, false AS caller_supervisor
  FROM reseller
  WHERE provider_id = $1 AND id = $4 AND active
    AND ($2::uuid = id OR EXISTS (
      SELECT FROM api_client WHERE provider_id = $1 AND id = $2 AND active AND reseller_id = reseller.id))
    AND {_ACTING} AND {_PROVIDER}),
seen AS (
  SELECT ARRAY(SELECT caller_account WHERE caller_account IS NOT NULL
    UNION SELECT own.id FROM tree JOIN account AS own ON own.provider_id = $1 AND own.reseller_id = tree.id) AS accounts
  FROM caller)""",
    Kind.SERVICE: f"""caller AS (
  SELECT id AS caller_id, $4::uuid AS caller_account, NULL::uuid AS caller_reseller, $3::text AS caller_role,
         NULL::text AS caller_email, NULL::text AS caller_login, name AS caller_name, NULL::text AS caller_listed_as,
         NULL::int AS caller_level, scopes AS caller_words, false AS caller_supervisor
  FROM api_client
  WHERE provider_id = $1 AND id = $2::uuid AND active AND role = 'service' AND {_ACTING} AND {_PROVIDER})""",
}

_SEES: Final[Mapping[Kind, str]] = {
    Kind.CONTACT: "{account} = caller.caller_account",
    Kind.STAFF: "true",
    Kind.RESELLER: "{account} = ANY(seen.accounts)",
    Kind.SERVICE: "true",
}


def sees(kind: Kind, account: str) -> str:
    """Whether the caller's grant reaches the account whose id this expression is."""
    return _SEES[kind].format(account=account)


class CallerRow(NamedTuple):
    """What the database grants the caller now, cut down to what the token says."""

    kind: Kind
    id: UUID
    role: Role
    account: UUID | None
    reseller: UUID | None
    email: str | None
    login: str | None
    name: str | None
    listed_as: str | None
    level: int | None
    departments: tuple[str, ...]
    supervisor: bool
    scopes: frozenset[Scope]


_KINDS: Final[Mapping[Role, Kind]] = {
    **dict.fromkeys(CONTACT_ROLES, Kind.CONTACT),
    **dict.fromkeys(STAFF_ROLES, Kind.STAFF),
    Role.RESELLER: Kind.RESELLER,
    Role.SERVICE: Kind.SERVICE,
}


def kind_of(principal: Principal) -> Kind:
    return _KINDS[principal.role]


async def for_caller(
    database: Database, provider_id: UUID, principal: Principal, rows: str, *args: object
) -> tuple[CallerRow, list[asyncpg.Record]]:
    """The caller's grant with the rows of a SELECT that may read `caller` and takes its arguments from $6 on.

    Problem `unauthenticated`: whoever the token names is not there any more, or switched off.
    """
    subject = principal.contact or principal.subject
    acting = _as_id(principal.acting_client)
    if not isinstance(subject, UUID) or (principal.acting_client is not None and acting is None):
        raise _nobody()
    kind = kind_of(principal)
    who = (provider_id, subject, str(principal.role), principal.account or principal.reseller, acting)
    found = await database.fetch(provider_id, _statement(kind, rows), *who, *args)
    if not found:
        raise _nobody()
    return _caller(kind, principal, found[0]), [row for row in found if row["there"]]


@lru_cache(maxsize=512)
def _statement(kind: Kind, rows: str) -> str:
    # A value by itself, by which indexes are searched: as a condition of each row it would be asked of all of them.
    seen = " CROSS JOIN seen" if kind is Kind.RESELLER else ""
    return f"""WITH {_CALLER[kind]}
SELECT caller.*, found.* FROM caller{seen} LEFT JOIN LATERAL (
  SELECT true AS there, wanted.* FROM ({rows}) AS wanted) AS found ON true"""


def _nobody() -> Problem:
    return Problem("unauthenticated", "Whoever the token names is not listed here any more.")


_NO_SCOPES: Final = frozenset[Scope]()
_ROLES: Final = {str(role): role for role in Role}


def _caller(kind: Kind, principal: Principal, row: asyncpg.Record) -> CallerRow:
    """From the columns by their places, which are looked up sooner than their names."""
    id_, account, reseller, role, email, login, name, listed_as, level, words, supervisor = row[:11]
    departments = tuple(words) if kind is Kind.STAFF else ()
    scopes = principal.scopes & frozenset(map(Scope, words)) if kind is Kind.SERVICE else _NO_SCOPES
    whose = (kind, id_, _ROLES[role], account, reseller, email, login, name)
    return CallerRow(*whose, listed_as, level, departments, supervisor, scopes)


def _as_id(text: str | None) -> UUID | None:
    try:
        return None if text is None else UUID(text)
    except ValueError:
        return None


_SELF: Final = """
  SELECT p.slug, p.name AS provider_name, a.id AS account_id, a.number AS account_number, a.holder AS account_name,
         r.id AS reseller_id, r.number AS reseller_number, r.name AS reseller_name
  FROM provider AS p
  LEFT JOIN account AS a ON a.provider_id = $1 AND a.id = caller.caller_account
  LEFT JOIN reseller AS r ON r.provider_id = $1 AND r.id = caller.caller_reseller
  WHERE p.id = $1"""


async def whoami(database: Database, provider_id: UUID, principal: Principal) -> tuple[CallerRow, asyncpg.Record]:
    caller, rows = await for_caller(database, provider_id, principal, _SELF)
    return caller, rows[0]
