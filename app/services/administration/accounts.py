"""Accounts made and described by the provider's administrators."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from pydantic import ValidationError

from app.base.errors import Fault, Problem
from app.base.events import EventType
from app.base.vocabulary import Asserter
from app.db.administration import ACCOUNT, NEW_ACCOUNT, POLICY, facts_for_change
from app.db.commands import Command, Update
from app.db.requests import Reference
from app.policy.compile import CompiledPolicy
from app.policy.situation import CustomerContract
from app.schemas.accounts import AccountCreate, AccountPatch
from app.schemas.idempotency import StoredAnswer
from app.services.accounts import account_view
from app.services.administration import records
from app.services.errands import Errand
from app.services.facts import state
from app.services.merging import merged, merged_metadata
from app.services.repeating import check_version, once, persistently

_ASSERTERS: Final = frozenset({Asserter.CONTRACT, Asserter.SYSTEM})
_COLUMNS: Final = f"{ACCOUNT}, {POLICY}"
_OF_NEW: Final = f"{NEW_ACCOUNT}, {POLICY}"
_SAME: Final = frozenset(
    {"products", "product_variant", "market", "market_catalogue", "server", "active", "is_reseller", "users_total"}
    | {"vip", "contract", "external_ref", "since"}
)


async def create(errand: Errand, body: AccountCreate) -> StoredAnswer:
    return await once(lambda: _create(errand, body))


async def _create(errand: Errand, body: AccountCreate) -> StoredAnswer:
    facts, policy = await _gather(errand, body.number, body.reseller, _OF_NEW)
    records.check_number(facts, "account")
    reseller = records.named(facts, "reseller", body.reseller)
    given = body.model_dump(include=set(_SAME))
    _check(policy, given)
    row = records.new_row(
        errand,
        number=body.number,
        holder=body.name,
        state="active",
        product=_only(body.products),
        reseller_id=reseller["id"] if reseller else None,
        facts=_stated(policy, body.facts),
        metadata=body.metadata,
        abuse_count=0,
        contact_info_current=True,
        **given,
    )
    told = {"number": body.number}
    event = records.event(errand, EventType.ACCOUNT_CREATED, row, 1, told)
    answer = records.created(row, _view(row, reseller), "/v1/accounts")
    await records.write(errand, Command({"account": [row], "event": [event]}, answer=answer, repeat=errand.repeat))
    return answer


async def change(errand: Errand, account: str, body: AccountPatch, expected: int | None) -> dict[str, Any]:
    patch = body.model_dump(exclude_unset=True)
    return await persistently(lambda: _change(errand, account, patch, expected))


async def _change(errand: Errand, account: str, patch: dict[str, Any], expected: int | None) -> dict[str, Any]:
    facts, policy = await _gather(errand, account, patch.get("reseller"))
    row = records.known(facts)
    check_version(row["version"], expected)
    values = {name: value for name, value in patch.items() if name in _SAME}
    _check(policy, values)
    if "name" in patch:
        values["holder"] = patch["name"]
    if "products" in patch:
        values["product"] = _only(patch["products"])
    if "facts" in patch:
        values["facts"] = merged(row["facts"], _stated(policy, patch["facts"] or {}) if patch["facts"] else None)
    if "metadata" in patch:
        values["metadata"] = merged_metadata(row["metadata"], patch["metadata"])
    reseller = _reseller_of(facts)
    if "reseller" in patch:
        reseller = records.named(facts, "reseller", patch["reseller"])
        values["reseller_id"] = reseller["id"] if reseller else None
    values["updated_at"] = errand.now
    version = row["version"] + 1
    event = records.event(errand, EventType.ACCOUNT_CHANGED, row, version, records.told_of(patch))
    update = Update("account", UUID(row["id"]), row["version"], values)
    await records.write(errand, Command({"event": [event]}, update))
    return _view({**row, **values, "version": version}, reseller)


async def _gather(
    errand: Errand, account: str, reseller: str | None, columns: str = _COLUMNS
) -> tuple[Mapping[str, Any], CompiledPolicy]:
    named, over = Reference.of(account), Reference.of(reseller)
    caller, facts = await facts_for_change(
        errand.database,
        errand.provider_id,
        errand.principal,
        columns,
        errand.repeat,
        *(errand.now, named.id, named.number, over.id, over.number),
    )
    await records.check_admin(errand, caller, facts)
    return facts, await errand.policies.policy(errand.provider_id, facts["version"], facts["revision"])


def _check(policy: CompiledPolicy, given: Mapping[str, Any]) -> None:
    faults = []
    offered = policy.document.products
    if offered:
        known = set(offered) | {alias for product in offered.values() for alias in product.aliases}
        faults += [
            Fault(f"/products/{n}", "not_offered", f"This must be one of {', '.join(offered)}.")
            for n, product in enumerate(given.get("products") or ())
            if product not in known
        ]
    if given.get("contract") is not None:
        try:
            CustomerContract.model_validate(given["contract"])
        except ValidationError as error:
            places = ("/".join(map(str, one["loc"])) for one in error.errors(include_url=False, include_input=False))
            faults += [Fault(f"/contract/{place}", "invalid", "An agreement cannot say this.") for place in places]
    if faults:
        raise Problem("invalid", errors=faults)


def _stated(policy: CompiledPolicy, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Only facts that an account's agreement or the system may assert decide for it."""
    stated = state(policy, facts, _ASSERTERS)
    if stated.claimed:
        message = "An account does not assert this; it is for a request."
        raise Problem("invalid", errors=[Fault(f"/facts/{name}", "not_offered", message) for name in stated.claimed])
    return stated.asserted


def _only(products: list[str]) -> str | None:
    return products[0] if len(products) == 1 else None


def _reseller_of(facts: Mapping[str, Any]) -> dict[str, Any] | None:
    row, about = facts["target"], facts["about"]
    if row["reseller_id"] is None:
        return None
    return {"id": row["reseller_id"], **{name: about["reseller"][name] for name in ("number", "name")}}


def _view(row: Mapping[str, Any], reseller: Mapping[str, Any] | None) -> dict[str, Any]:
    names = {f"reseller_{name}": reseller[name] if reseller else None for name in ("id", "number", "name")}
    return account_view({"contact_info_confirmed_at": None, "hold_proposed_at": None, **row, **names})
