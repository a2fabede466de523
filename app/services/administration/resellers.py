"""Resellers: seen by staff and by those above them, made and changed by administrators."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from app.base.errors import Fault, Problem
from app.base.events import EventType
from app.db.administration import NEW_RESELLER, RESELLER, facts_for_change
from app.db.callers import CallerRow, Kind
from app.db.commands import Command
from app.db.requests import Reference
from app.db.resellers import list_resellers, read_reseller
from app.schemas.idempotency import StoredAnswer
from app.schemas.resellers import ResellerCreate, ResellerPatch
from app.services.administration import records
from app.services.errands import Errand
from app.services.merging import merged_metadata
from app.services.repeating import check_version, once, persistently

_SEE: Final = frozenset({Kind.STAFF, Kind.RESELLER})


async def read(errand: Errand, reseller: str) -> dict[str, Any]:
    named = Reference.of(reseller)
    caller, row = await read_reseller(errand.database, errand.provider_id, errand.principal, named.id, named.number)
    _check_sight(caller)
    if row is None:
        raise Problem("not_found")
    return reseller_view(row)


async def listed(
    errand: Errand, after: UUID | None, filters: tuple[str | None, bool | None, str | None], fetch: int
) -> Sequence[Mapping[str, Any]]:
    """`filters`: parent (number or id), active, external reference."""
    caller, rows = await list_resellers(errand.database, errand.provider_id, errand.principal, after, filters, fetch)
    _check_sight(caller)
    return rows


def reseller_view(row: Mapping[str, Any]) -> dict[str, Any]:
    names = ("id", "number", "name", "active", "external_ref", "metadata", "version", "created_at", "updated_at")
    return {
        **{name: row[name] for name in names},
        **{
            other: {name: row[f"{other}_{name}"] for name in ("id", "number", "name")} if row[f"{other}_id"] else None
            for other in ("parent", "account")
        },
    }


async def create(errand: Errand, body: ResellerCreate) -> StoredAnswer:
    return await once(lambda: _create(errand, body))


async def _create(errand: Errand, body: ResellerCreate) -> StoredAnswer:
    facts = await _gather(errand, body.number, body.parent, body.account, NEW_RESELLER)
    records.check_number(facts, "reseller")
    parent, account = records.named(facts, "parent", body.parent), records.named(facts, "account", body.account)
    row = records.new_row(
        errand,
        **body.model_dump(include={"number", "name", "external_ref", "metadata"}),
        parent_id=parent["id"] if parent else None,
        account_id=account["id"] if account else None,
        active=True,
    )
    event = records.event(errand, EventType.RESELLER_CREATED, row, 1, {"number": body.number})
    answer = records.created(row, _view(row, parent, account), "/v1/resellers")
    await records.write(errand, Command({"reseller": [row], "event": [event]}, answer=answer, repeat=errand.repeat))
    return answer


async def change(errand: Errand, reseller: str, body: ResellerPatch, expected: int | None) -> dict[str, Any]:
    patch = body.model_dump(exclude_unset=True)
    return await persistently(lambda: _change(errand, reseller, patch, expected))


async def _change(errand: Errand, reseller: str, patch: dict[str, Any], expected: int | None) -> dict[str, Any]:
    facts = await _gather(errand, reseller, patch.get("parent"), patch.get("account"))
    row = records.known(facts)
    check_version(row["version"], expected)
    values: dict[str, Any] = {name: patch[name] for name in ("name", "external_ref") if name in patch}
    for name in ("parent", "account"):
        if name in patch:
            other = records.named(facts, name, patch[name])
            values[f"{name}_id"] = other["id"] if other else None
    if values.get("parent_id") in facts["below"]:
        raise Problem("invalid", errors=[Fault("/parent", "not_offered", "It stands below this one already.")])
    if "metadata" in patch:
        values["metadata"] = merged_metadata(row["metadata"], patch["metadata"])
    await records.rewrite(errand, "reseller", row, values, EventType.RESELLER_CHANGED, records.told_of(patch))
    return await read(errand, row["id"])


async def switch(errand: Errand, reseller: str, expected: int | None, *, active: bool) -> StoredAnswer:
    """One that is switched off, and its API clients, are out at the next call; its customers stay its customers."""
    return await once(lambda: _switch(errand, reseller, expected, active))


async def _switch(errand: Errand, reseller: str, expected: int | None, active: bool) -> StoredAnswer:
    facts = await _gather(errand, reseller, None, None)
    row = records.known(facts)
    check_version(row["version"], expected)
    before = await read(errand, row["id"])
    if row["active"] == active:
        return records.changed(before)
    kind = EventType.RESELLER_ACTIVATED if active else EventType.RESELLER_DEACTIVATED
    answer = records.changed({**before, "active": active, "version": row["version"] + 1, "updated_at": errand.now})
    await records.rewrite(errand, "reseller", row, {"active": active}, kind, {}, answer)
    return answer


async def _gather(
    errand: Errand, reseller: str, parent: str | None, account: str | None, columns: str = RESELLER
) -> Mapping[str, Any]:
    names = [Reference.of(text) for text in (reseller, parent, account)]
    caller, facts = await facts_for_change(
        errand.database,
        errand.provider_id,
        errand.principal,
        columns,
        errand.repeat,
        *(part for named in names for part in (named.id, named.number)),
    )
    await records.check_admin(errand, caller, facts)
    return facts


def _check_sight(caller: CallerRow) -> None:
    if caller.kind not in _SEE:
        raise Problem("forbidden")


def _view(
    row: Mapping[str, Any], parent: Mapping[str, Any] | None, account: Mapping[str, Any] | None
) -> dict[str, Any]:
    over = {f"parent_{name}": parent[name] if parent else None for name in ("number", "name")}
    own = {
        "account_number": account["number"] if account else None,
        "account_name": account["holder"] if account else None,
    }
    return reseller_view({**row, **over, **own})
