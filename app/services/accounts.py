"""Accounts: as the policy sees them, and as they are shown."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import cached_property, lru_cache
from typing import Any

import orjson

from app.base.errors import Problem
from app.db.accounts import list_accounts, read_account
from app.db.requests import Reference
from app.policy.situation import Account, CustomerContract, Drawing, ListedContact
from app.services.errands import Errand

_PLAIN = (
    "number",
    "holder",
    "product_variant",
    "market",
    "server",
    "contact_info_current",
    "is_reseller",
    "users_total",
)

_DRAWN = ("allowance", "at", "amount")
# Whoever has not confirmed for so long is asked to; it proves nothing, so nothing else follows from it.
CONFIRMED_FOR = timedelta(days=365)


class KeptAccount(dict[str, Any]):
    """The row of an account, shared by requests and so changed by none, with what decisions see of it."""

    @cached_property
    def seen(self) -> Account:
        return _account(self)


def kept_account(row: str | None) -> KeptAccount | None:
    """From the row as text, which has all that it depends on: whoever is asked about again is not read again."""
    return _kept(row) if row is not None else None


def kept_accounts(row: Mapping[str, Any]) -> dict[str, Any]:
    """The same of all accounts in the row of a request."""
    found: dict[str, Any] = {name: kept_account(row[name]) for name in ("account", "on_behalf_of", "reseller_account")}
    found["candidates"] = list(map(_kept, row["candidates"]))
    return found


@lru_cache(maxsize=512)
def _kept(row: str) -> KeptAccount:
    return KeptAccount(orjson.loads(row))


def as_account(row: Mapping[str, Any]) -> Account:
    """The account of a row with its people and domains, as decisions see it."""
    return row.seen if isinstance(row, KeptAccount) else _account(row)


def _account(row: Mapping[str, Any]) -> Account:
    contract, reseller = row["contract"], row["reseller"]
    return Account(
        reseller=(reseller["account"] or reseller["number"]) if reseller is not None else None,
        products=row["products"] or ((row["product"],) if row["product"] else ()),
        market_catalogue=row["market_catalogue"],
        active=row["active"] and row["state"] != "closed",
        state="on_hold" if row["state"] == "on_hold" else "active",
        hosted_domains=tuple(row["hosted_domains"]),
        vip=tuple(row["vip"]),
        contract=CustomerContract.model_validate(contract) if contract is not None else None,
        contacts=tuple(
            ListedContact(role=c["role"], email=c["email"], user=login_of(c), name=c["name"], flag=c["flag"])
            for c in row["contacts"]
        ),
        facts=row["facts"],
        since=row["since"],
        drawings=tuple(Drawing.model_validate({name: d[name] for name in _DRAWN}) for d in row["drawings"]),
        consents=tuple(entry["rule"] for entry in row["consents"]),
        **{name: row[name] for name in _PLAIN},
    )


def login_of(contact: Mapping[str, Any]) -> str | None:
    """Their login; somebody listed by name alone is told apart by the row."""
    login: str | None = contact["login"]
    return login if login is not None or contact["email"] is not None else f"contact:{contact['id']}"


async def read(errand: Errand, account: str) -> Mapping[str, Any]:
    named = Reference.of(account)
    row = await read_account(errand.database, errand.provider_id, errand.principal, named.id, named.number)
    if row is None:
        raise Problem("not_found")
    return account_view(row)


async def listed(
    errand: Errand, after: Any, filters: tuple[str | None, str | None, str | None, bool | None], fetch: int
) -> Sequence[Mapping[str, Any]]:
    """`filters`: state, external reference, reseller (number or id), whether a hold is proposed."""
    return await list_accounts(errand.database, errand.provider_id, errand.principal, after, filters, fetch)


def account_view(row: Mapping[str, Any]) -> dict[str, Any]:
    reseller = {"id": row["reseller_id"], "number": row["reseller_number"], "name": row["reseller_name"]}
    names = (
        "id number state hold_proposed_at product products product_variant market market_catalogue server active "
        "contact_info_current contact_info_confirmed_at is_reseller users_total since vip contract facts external_ref "
        "metadata version created_at updated_at"
    )
    return {
        **{name: row[name] for name in names.split()},
        "name": row["holder"],
        "contact_info_confirm_by": (row["contact_info_confirmed_at"] or row["created_at"]) + CONFIRMED_FOR,
        "reseller": reseller if row["reseller_id"] is not None else None,
    }
