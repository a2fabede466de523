"""The provider, the people and the listener that the chaos is about."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import asyncpg

from app.base.settings import Settings
from app.base.vocabulary import Role, Scope
from app.db.migrations import migrate
from app.db.pool import WORKER_ROLE, Database, teach_json
from app.policy.library.files import policy_text
from app.sealing.keys import development_sealing_keys
from app.services.callers import own_issuer
from app.services.policies.publishing import add_provider
from app.tokens.issuer import issue
from app.tokens.keys import development_keys
from tests import factories
from tests.chaos.load import People
from tests.frontdesk import library_policy
from tests.jobs.drain import subscribe

PROVIDER = "mexxus"


@dataclass
class Scene:
    provider: UUID
    people: list[People]


async def lay(dsn: str, folder: Path, listener: int, count: int) -> Scene:
    """A migrated database `desk` with one provider, whose webhook leads to the listener's port."""
    connection = await asyncpg.connect(dsn)
    await connection.execute("CREATE DATABASE desk")
    await connection.close()
    dsn = dsn.replace("/postgres?", "/desk?")
    await migrate(dsn)
    now = datetime.now(UTC)
    database = await Database.connect(dsn, role=WORKER_ROLE, size=2)
    await add_provider(database, policy_text(PROVIDER) or "", now, None)
    await database.close()
    owner = await asyncpg.connect(dsn)
    await teach_json(owner)
    provider: UUID = await owner.fetchval("SELECT id FROM provider")
    await subscribe(owner, provider, listener, development_sealing_keys(folder), now)
    people = [await _people(owner, provider, folder, now) for _ in range(count)]
    await owner.execute("CHECKPOINT")  # this much shall last, even where commits do not
    await owner.close()
    return Scene(provider, people)


async def _people(owner: asyncpg.Connection, provider: UUID, folder: Path, now: datetime) -> People:
    settings = Settings(data_dir=folder)
    keys = development_keys(folder)

    def bearer(role: Role, subject: UUID, **claims: UUID | frozenset[Scope]) -> dict[str, str]:
        token = issue(
            keys, own_issuer(settings), provider=PROVIDER, role=role, subject=subject, now=now, ttl_seconds=80_000,
            **claims,  # type: ignore[arg-type] # each goes to its own parameter
        )  # fmt: skip
        return {"Authorization": f"Bearer {token}"}

    account = await factories.account(owner, provider, product="shared_hosting", number=secrets.token_hex(4).upper())
    role, terms = next(iter(library_policy(PROVIDER)[1].document.contacts.items()))
    contact = await factories.contact(owner, account, role=role, token_role=str(terms.token_role))
    staff = await factories.staff(owner, provider)
    billing = await factories.api_client(owner, provider, scopes=["payments"])
    return People(
        account.number,
        bearer(Role(contact.token_role), contact.id, account=account.id, contact=contact.id),
        bearer(Role.STAFF, staff.id),
        bearer(Role.SERVICE, billing.id, scopes=frozenset({Scope.PAYMENTS})),
    )
