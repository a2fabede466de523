"""The accounts of a scenario file at one provider, as rows, and tokens for whoever takes a step."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from app.base.vocabulary import Role, Scope
from app.db.tables.accounts import Account
from app.db.tables.contacts import Contact
from app.db.tables.providers import Provider
from app.db.tables.resellers import Reseller
from app.policy.scenarios.file import FileAccount
from app.policy.situation import Sender
from app.services.shelf import Policies
from tests import factories
from tests.frontdesk import FrontDesk, Headers, library_policy

_EVERY_ROW = (
    *(
        "secure_form",
        "event",
        "message",
        "clock",
        "payment",
        "quote",
        "ticket",
        "notice",
        "idempotency_key",
        "settings_revision",
    ),
)
_PEOPLE = ("contact", "hosted_domain", "account", "reseller")


class NotOffered(Exception):  # noqa: N818 - it reads as what happened
    """A step that cannot be told over HTTP, or not yet."""


@dataclass
class Town:
    """The accounts of a file at one provider, as rows; what a scenario does to them is put back."""

    front: FrontDesk
    provider: Provider
    accounts: dict[str, Account] = field(default_factory=dict)
    people: dict[str, list[Contact]] = field(default_factory=dict)
    resellers: dict[str, Reseller] = field(default_factory=dict)
    staff: dict[str, UUID] = field(default_factory=dict)
    services: dict[frozenset[Scope], UUID] = field(default_factory=dict)
    kept: dict[str, list[Any]] = field(default_factory=dict)
    published: bool = False
    """A version of the policy besides the first."""
    untouched: bool = False
    """Since everything was put back, nobody has done more than ask."""

    @classmethod
    async def built(cls, front: FrontDesk, policy: str, accounts: Mapping[str, FileAccount]) -> "Town":
        town = cls(front, await front.provider(policy))
        own = {name: account for name, account in accounts.items() if account.provider == policy}
        for name, account in own.items():
            if account.is_reseller:
                town.resellers[name] = await factories.reseller(
                    front.owner, town.provider.id, number=account.account, name=account.holder or account.account
                )
        for name, account in own.items():
            await town._add(name, account)
        for name, reseller in town.resellers.items():
            await front.owner.execute(
                "UPDATE reseller SET account_id = $1 WHERE id = $2", town.accounts[name].id, reseller.id
            )
        for table in _PEOPLE:
            town.kept[table] = [
                row["row"] for row in await front.owner.fetch(f"SELECT to_jsonb(t) AS row FROM {table} t")
            ]
        return town

    async def _add(self, name: str, account: FileAccount) -> None:
        contract = account.contract.model_dump(mode="json", exclude_none=True) if account.contract else None
        if contract is not None:
            resolve = contract.pop("resolve", {})
            contract |= {"targets": {"resolve": resolve}} if resolve else {}
        plain = ("product", "product_variant", "market", "server", "active", "contact_info_current", "is_reseller")
        row = await factories.account(
            self.front.owner,
            self.provider.id,
            number=account.account,
            holder=account.holder or account.account,
            products=list(account.products),
            market_catalogue=list(account.market_catalogue) if account.market_catalogue is not None else None,
            reseller_id=self.resellers[account.reseller].id if account.reseller else None,
            users_total=account.users_total,
            vip=list(account.vip),
            contract=contract,
            **{field_: getattr(account, field_) for field_ in plain},
        )
        self.accounts[name] = row
        for domain in account.hosted_domains:
            await factories.hosted_domain(self.front.owner, row, name=domain)
        roles = library_policy(self.provider.slug)[1].document.contacts
        taken: Counter[str] = Counter()
        for person in account.contacts:
            taken[person.role] += 1
            terms = roles.get(person.role)
            self.people.setdefault(name, []).append(
                await factories.contact(
                    self.front.owner,
                    row,
                    role=person.role,
                    token_role=str(terms.token_role if terms else Role.AUTHORISED_CONTACT),
                    slot=taken[person.role] if terms is not None and terms.max is not None else None,
                    email=person.email.lower() if person.email else None,
                    login=person.user,
                    name=person.name,
                )
            )

    async def emptied(self) -> None:
        owner = self.front.owner
        named = await owner.fetch("SELECT type, data, decision FROM event WHERE concat(decision, data) LIKE '%@%'")
        assert [dict(event) for event in named] == [], "the log names ids and roles, never addresses"
        gone = "; ".join(f"DELETE FROM {table}" for table in (*_EVERY_ROW, *_PEOPLE))
        await owner.execute(f"SET session_replication_role = replica; {gone}")
        for table, rows in self.kept.items():
            await owner.execute(f"INSERT INTO {table} SELECT * FROM jsonb_populate_recordset(NULL::{table}, $1)", rows)
        if self.published:
            await owner.execute("DELETE FROM policy_version WHERE number > 1")
            known, self.published = self.front.desk.policies.lexicons, False
            self.front.desk.policies = Policies(self.front.desk.database)
            self.front.desk.policies.lexicons = known
        await owner.execute("RESET session_replication_role")

    async def form(self, account: str | None, judged: str) -> UUID:
        """A secure form of which the desk will say so."""
        id_ = factories.new_id()
        if judged != "unknown":
            row = self.accounts[account] if account is not None and judged != "foreign" else None
            filled = judged != "expired"
            await self.front.owner.execute(
                """INSERT INTO secure_form (provider_id, id, account_id, state, purpose, sealed, requested_by,
                     expires_at, created_at, updated_at)
                   VALUES ($1, $2, $3, $4, 'credentials', $5, 'staff', $6, $7, $7)""",
                self.provider.id, id_, row.id if row else None, "filled" if filled else "expired",
                b"sealed" if filled else None, self.front.now + timedelta(days=7), self.front.now,
            )  # fmt: skip
        return id_

    # ── who ──────────────────────────────────────────────────────────────────
    async def by_staff(self, email: str | None) -> Headers:
        email = email or "somebody@desk.example"
        if email not in self.staff:
            row = await factories.staff(self.front.owner, self.provider.id, email=email, name=email, level=9)
            self.staff[email] = row.id
        return self.front.bearer(self.provider, Role.STAFF, self.staff[email])

    async def by_admin(self) -> Headers:
        return await self.front.staff(self.provider, Role.ADMIN)

    async def by_service(self, *scopes: Scope) -> Headers:
        known = frozenset(scopes)
        if known not in self.services:
            row = await factories.api_client(self.front.owner, self.provider.id, scopes=sorted(map(str, scopes)))
            self.services[known] = row.id
        return self.front.bearer(self.provider, Role.SERVICE, self.services[known], scopes=known)

    async def by_customer(self, sender: Sender | None, account: str | None) -> Headers:
        """A token for a listed person, or for the reseller of a person listed on a reseller's account."""
        if sender is not None and sender.mail_auth == "fail":
            raise NotOffered("a step of somebody who has no token")
        for name, people in self.people.items():
            for person in people:
                same = sender is None or (sender.email, sender.user) in (
                    (person.email, person.login), (person.email, None), (None, person.login)
                )  # fmt: skip
                if same and name == account:
                    return self.front.contact(self.provider, person)
                if same and sender is not None and name in self.resellers:
                    return await self.front.reseller(self.provider, self.resellers[name])
        raise NotOffered("a step of somebody who has no token")
