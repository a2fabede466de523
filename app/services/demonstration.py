"""The demonstration: the library's policies, and the accounts and people of app/demo, loaded once."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from importlib.resources import files
from typing import Any
from uuid import UUID

import yaml

from app.base.events import EventType
from app.base.identifiers import uuid7
from app.base.progress import Progress, unwatched
from app.base.vocabulary import Role
from app.db.loading import insert_all, newest_digest, same_columns, there
from app.db.pool import Database
from app.db.providers import find_provider
from app.policy.language.document import Document
from app.policy.library.files import library, policy_text
from app.policy.loading import load
from app.services.policies.publishing import add_provider
from app.tokens.secrets import hashed, new_secret

Entry = Mapping[str, Any]


async def load_demonstration(database: Database, now: datetime, watching: Progress = unwatched) -> list[str]:
    """Load what is missing and give the providers that are there. `database` acts as the worker."""
    providers: Mapping[str, Entry] = _content("providers.yaml")["providers"]
    accounts: Mapping[str, Entry] = _content("accounts.yaml")["accounts"]
    ready = list[str]()
    watching(0, len(providers))
    for slug, provider in providers.items():
        text = policy_text(provider["policy"])
        if text is None:
            continue
        provider_id = await _published(database, provider["slug"], text, now)
        own = {key: account for key, account in accounts.items() if account["provider"] == slug}
        people = _People(provider_id, now, load(text, library()).document, await there(database, provider_id))
        people.add(provider, own)
        await insert_all(database, provider_id, people.rows, now)
        ready.append(provider["slug"])
        watching(len(ready), len(providers))
    return ready


async def _published(database: Database, slug: str, text: str, now: datetime) -> UUID:
    """The provider with this text as its newest version. Judging takes a second, so not when it is there already."""
    known = await find_provider(database, slug)
    if known is not None and await newest_digest(database, known) == sha256(text.encode()).hexdigest():
        return known
    await add_provider(database, text, now, None)
    made = await find_provider(database, slug)
    assert made is not None, slug
    return made


def _content(name: str) -> Entry:
    content: Entry = yaml.safe_load((files("app.demo") / name).read_text("utf-8"))
    return content


@dataclass
class _People:
    """Rows of what a provider does not have yet."""

    provider_id: UUID
    now: datetime
    document: Document
    known: Mapping[str, Mapping[str, str]]
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def add(self, provider: Entry, accounts: Mapping[str, Entry]) -> None:
        numbers = {key: str(account["account"]) for key, account in accounts.items()}
        ids = {n: UUID(id_) for n, id_ in self.known["accounts"].items()}
        new = {key: n for key, n in numbers.items() if n not in ids}
        ids |= {number: uuid7(self.now) for number in new.values()}
        resellers = {n: UUID(id_) for n, id_ in self.known["resellers"].items()}
        missing = [r for r in provider["resellers"] if r["number"] not in resellers]
        resellers |= {r["number"]: uuid7(self.now) for r in missing}
        of_account = {r["account"]: resellers[r["number"]] for r in provider["resellers"]}
        for key in new:
            self._add_account(accounts[key], ids[numbers[key]], of_account.get(accounts[key].get("reseller", "")))
        for r in missing:
            own = {"id": resellers[r["number"]], "number": r["number"], "name": r["name"]}
            self._put(
                "reseller", **own, account_id=ids[numbers[r["account"]]], active=True, metadata={}, **self._dated()
            )
        for person in provider["staff"]:
            if person["email"] not in self.known["staff"]:
                self._put("staff", id=uuid7(self.now), **person, active=True, **self._dated())
        for machine in provider["clients"]:
            if machine["name"] not in self.known["clients"]:
                # Nobody ever learns this secret: development tokens speak for these clients, and new ones can be made.
                secret = {"secret_hash": hashed(new_secret()), "role": str(Role.SERVICE), "active": True}
                self._put("api_client", id=uuid7(self.now), **machine, **secret, **self._dated())
        self.rows = {table: same_columns(rows) for table, rows in self.rows.items()}

    def _add_account(self, account: Entry, id_: UUID, reseller: UUID | None) -> None:
        plain = ("product", "product_variant", "market", "market_catalogue", "server", "users_total")
        self._put(
            "account",
            id=id_,
            number=str(account["account"]),
            holder=account.get("holder") or str(account["account"]),
            state="active",
            products=account.get("products", []),
            active=account.get("active", True),
            contact_info_current=account.get("contact_info_current", True),
            reseller_id=reseller,
            is_reseller=account.get("is_reseller", False),
            abuse_count=0,
            vip=account.get("vip", []),
            contract=_contract(account.get("contract")),
            facts={},
            metadata={},
            **{name: account.get(name) for name in plain},
            **self._dated(),
        )
        for domain in account.get("hosted_domains", []):
            when = {"created_at": self.now, "updated_at": self.now}
            self._put("hosted_domain", id=uuid7(self.now), account_id=id_, name=domain.lower(), **when)
        for contact in self._contacts(account, id_):
            self._put("contact", **contact)
        self._put(
            "event",
            id=uuid7(self.now),
            subject_kind="account",
            subject_id=id_,
            seq=1,
            type=str(EventType.ACCOUNT_CREATED),
            actor_kind="system",
            data={"number": str(account["account"])},
            occurred_at=self.now,
        )

    def _contacts(self, account: Entry, account_id: UUID) -> Iterator[dict[str, Any]]:
        taken: Counter[str] = Counter()
        for contact in account["contacts"]:
            role = contact["role"]
            terms = self.document.contacts.get(role)
            taken[role] += 1
            yield {
                "id": uuid7(self.now),
                "account_id": account_id,
                "role": role,
                "token_role": str(terms.token_role if terms else Role.AUTHORISED_CONTACT),
                "slot": taken[role] if terms is not None and terms.max is not None else None,
                "email": contact["email"].lower() if "email" in contact else None,
                "login": contact.get("user"),
                "name": contact.get("name"),
                **self._dated(),
            }

    def _dated(self) -> dict[str, Any]:
        return {"created_at": self.now, "updated_at": self.now, "version": 1}

    def _put(self, table: str, **row: Any) -> None:
        self.rows.setdefault(table, []).append({"provider_id": self.provider_id, **row})


def _contract(written: Entry | None) -> dict[str, Any] | None:
    """Targets stand by their metric."""
    if written is None:
        return None
    own = {name: value for name, value in written.items() if name != "resolve"}
    return own if "resolve" not in written else {**own, "targets": {"resolve": written["resolve"]}}
