"""Whom a development token is for: the row that fits the words on the command line."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from app.base.vocabulary import CONTACT_ROLES, STAFF_ROLES, Role, Scope
from app.db.pool import Database
from app.db.providers import all_providers, find_provider
from app.db.subjects import find_reseller, find_service, find_staff, listed_contacts
from app.services.oauth import Mint
from app.tokens.issuer import issue

_MOST_NAMED = 5


class NobodyThere(Exception):  # noqa: N818 - said to whoever asked
    """No row fits; the message says which do, or what to leave out."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the token should say. Whatever is left open is taken from the first row that fits."""

    provider: str
    role: Role
    account: str | None = None
    contact: str | None = None
    reseller: str | None = None
    level: int | None = None
    departments: Collection[str] = ()
    scopes: Collection[Scope] = ()


async def token_for(database: Database, wanted: Wanted, mint: Mint) -> str:
    """A token that names existing rows, so that it works at once; NobodyThere when there are none."""
    _check_words(wanted)
    provider_id = await find_provider(database, wanted.provider)
    if provider_id is None:
        raise NobodyThere(await unknown_provider(database, wanted.provider))
    account = contact = reseller = None
    scopes: Collection[Scope] = ()
    if wanted.role in CONTACT_ROLES:
        subject, account = await _contact(database, provider_id, wanted)
        contact = subject
    elif wanted.role in STAFF_ROLES:
        subject = await _staff(database, provider_id, wanted)
    elif wanted.role is Role.RESELLER:
        subject = reseller = await _reseller(database, provider_id, wanted)
    else:
        subject, scopes = await _service(database, provider_id, wanted)
    return issue(
        mint.keys,
        mint.issuer,
        provider=wanted.provider,
        role=wanted.role,
        subject=subject,
        account=account,
        contact=contact,
        reseller=reseller,
        scopes=scopes,
        now=mint.now,
        ttl_seconds=mint.ttl_seconds,
    )


async def unknown_provider(database: Database, slug: str | None = None) -> str:
    """The sentence for whoever named one that is not there, or meant all where there are none."""
    there = ", ".join(known for _, known in await all_providers(database))
    if not there:
        return "There are no providers here: `clausedesk provider add FILE` adds one, `clausedesk demo` five to try."
    return f"There is no provider {slug!r} here, but {there}: `clausedesk provider add FILE` adds one."


def _check_words(wanted: Wanted) -> None:
    """Words that belong to another role would be dropped without a sound."""
    of_role = {
        "--account": (wanted.account, CONTACT_ROLES),
        "--contact": (wanted.contact, CONTACT_ROLES),
        "--reseller": (wanted.reseller, {Role.RESELLER}),
        "--level": (wanted.level, STAFF_ROLES),
        "--department": (wanted.departments, STAFF_ROLES),
        "--scope": (wanted.scopes, {Role.SERVICE}),
    }
    for option, (value, roles) in of_role.items():
        if value and wanted.role not in roles:
            raise NobodyThere(f"{option} says nothing for the role {wanted.role}: leave it out.")


async def _contact(database: Database, provider_id: UUID, wanted: Wanted) -> tuple[UUID, UUID]:
    if wanted.account is None:
        raise NobodyThere(f"The role {wanted.role} needs --account: its number or id.")
    listed = await listed_contacts(database, provider_id, wanted.account)
    for contact in listed:
        named = wanted.contact is None or contact.is_named(wanted.contact)
        if named and contact.role is wanted.role:
            return contact.id, contact.account
    known = ", ".join(f"{contact.name} ({contact.role})" for contact in listed[:_MOST_NAMED]) or "nobody"
    who = f"{wanted.contact} as {wanted.role}" if wanted.contact else f"a {wanted.role}"
    raise NobodyThere(f"The account {wanted.account} does not list {who}; it lists: {known}.")


async def _staff(database: Database, provider_id: UUID, wanted: Wanted) -> UUID:
    found = await find_staff(database, provider_id, wanted.role, wanted.level, wanted.departments)
    if found is None and wanted.level is None and not wanted.departments:
        first = f"`clausedesk staff add EMAIL --provider {wanted.provider} --name NAME` adds the first administrator"
        raise NobodyThere(f"{wanted.provider} has no {wanted.role} yet: {first}, who adds others by `POST /v1/staff`.")
    if found is None:
        raise NobodyThere(f"No {wanted.role} of {wanted.provider} fits: leave out --level or --department.")
    return found


async def _reseller(database: Database, provider_id: UUID, wanted: Wanted) -> UUID:
    found = await find_reseller(database, provider_id, wanted.reseller)
    if found is None:
        raise NobodyThere(f"{wanted.provider} has no such reseller: `GET /v1/resellers` lists those that it has.")
    return found


async def _service(database: Database, provider_id: UUID, wanted: Wanted) -> tuple[UUID, Collection[Scope]]:
    found = await find_service(database, provider_id, wanted.scopes)
    if found is None and not wanted.scopes:
        raise NobodyThere(f"{wanted.provider} has no API client yet: `clausedesk client create` makes one.")
    if found is None:
        raise NobodyThere("No API client has all these scopes: ask for fewer with --scope.")
    return found.id, wanted.scopes or found.scopes
