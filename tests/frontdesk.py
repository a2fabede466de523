"""The whole desk behind one door for tests: real Postgres, real policies, tokens for whoever is needed."""

from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx2
import orjson

from app.api.deps import Desk
from app.base.settings import Settings
from app.base.vocabulary import Role, Scope
from app.db.pool import Database
from app.db.tables.accounts import Account
from app.db.tables.clients import ApiClient
from app.db.tables.contacts import Contact
from app.db.tables.providers import Provider
from app.db.tables.resellers import Reseller
from app.db.tables.staff import Staff
from app.main import create_app
from app.policy.library.files import library, policy_text
from app.policy.loading import LoadedPolicy, load
from app.sealing.keys import development_sealing_keys
from app.services.callers import Callers, own_issuer
from app.services.triage import Lexicons
from app.tokens.issuer import issue
from app.tokens.keys import development_keys
from app.triage.lexicon import Lexicon
from tests import factories

# What topics sound like takes seconds to learn, and is the same for every test.
LEXICONS: OrderedDict[str, Lexicon] = OrderedDict()
NOW = datetime(2026, 2, 10, 15, 0, tzinfo=UTC)
OF_THE_TESTS = (Path(__file__).parent / "policy" / "strangers", Path(__file__).parent / "api")
Headers = dict[str, str]


@cache
def library_policy(slug: str) -> tuple[str, LoadedPolicy]:
    """Of the library, or of one of the providers who write their policies from the schema alone."""
    text = policy_text(slug) or next(
        path.read_text(encoding="utf-8") for folder in OF_THE_TESTS if (path := folder / f"{slug}.yaml").exists()
    )
    return text, load(text, library())


@dataclass
class FrontDesk:
    """`now` may be moved. Requests go through `client`; rows are arranged through `owner`."""

    client: httpx2.AsyncClient
    owner: asyncpg.Connection
    desk: Desk
    now: datetime = NOW
    providers: dict[str, Provider] = field(default_factory=dict)

    async def provider(self, policy: str = "mexxus") -> Provider:
        """A provider of the library with its policy, in force for ten years, or for as long as it says."""
        known = self.providers.get(policy)
        if known is not None:
            return known
        text, loaded = library_policy(policy)
        document = loaded.document
        made = await factories.provider(self.owner, slug=document.provider, prefix=document.prefix)
        await factories.policy_version(
            self.owner,
            made.id,
            document=orjson.dumps(loaded.raw, default=str).decode(),
            source=text,
            digest=sha256(text.encode()).digest(),
            effective_from=min(document.effective_from or NOW, NOW - timedelta(days=3650)),
        )
        self.providers[policy] = made
        return made

    def bearer(self, provider: Provider, role: Role, subject: UUID, **claims: Any) -> Headers:
        token = issue(
            self.desk.keys,
            own_issuer(self.desk.settings),
            provider=provider.slug,
            role=role,
            subject=subject,
            now=self.now,
            ttl_seconds=86_000,
            **claims,
        )
        return {"Authorization": f"Bearer {token}"}

    async def staff(self, provider: Provider, role: Role = Role.STAFF, **given: Any) -> Headers:
        row: Staff = await factories.staff(self.owner, provider.id, role=str(role), **given)
        return self.bearer(provider, role, row.id)

    async def service(self, provider: Provider, *scopes: Scope, **given: Any) -> Headers:
        row: ApiClient = await factories.api_client(self.owner, provider.id, scopes=[str(s) for s in scopes], **given)
        return self.bearer(provider, Role.SERVICE, row.id, scopes=frozenset(scopes))

    async def reseller(self, provider: Provider, row: Reseller) -> Headers:
        return self.bearer(provider, Role.RESELLER, row.id, reseller=row.id)

    def contact(self, provider: Provider, row: Contact) -> Headers:
        return self.bearer(provider, Role(row.token_role), row.id, account=row.account_id, contact=row.id)

    async def customer(self, policy: str = "mexxus", **given: Any) -> tuple[Account, Contact, Headers]:
        """An account of the provider with one listed contact, and a token for that contact."""
        provider = await self.provider(policy)
        account = await factories.account(self.owner, provider.id, **{"product": "shared_hosting"} | given)
        _, loaded = library_policy(policy)
        role, terms = next(iter(loaded.document.contacts.items()))
        contact = await factories.contact(self.owner, account, role=role, token_role=str(terms.token_role))
        return account, contact, self.contact(provider, contact)

    @staticmethod
    def key() -> Headers:
        return {"Idempotency-Key": uuid4().hex}


@asynccontextmanager
async def open_front_desk(folder: Path, database: Database, owner: asyncpg.Connection) -> AsyncIterator[FrontDesk]:
    settings = Settings(
        data_dir=folder,
        public_url="https://desk.example",
        mail_gateway="mx.desk.example",
        outbound_networks="127.0.0.0/8",
        rate_limit_per_principal=10**6,
        rate_limit_per_provider=10**6,
        requests_at_once=10**6,
    )
    keys = development_keys(folder)
    front: FrontDesk
    sealing = development_sealing_keys(folder)
    desk = Desk(settings, lambda: front.now, database, keys, sealing, Callers(settings, keys))
    desk.policies.lexicons = Lexicons(LEXICONS)
    transport = httpx2.ASGITransport(app=create_app(settings, desk=desk))
    async with httpx2.AsyncClient(transport=transport, base_url="https://desk.example") as client:
        front = FrontDesk(client, owner, desk)
        yield front
    await desk.close()
