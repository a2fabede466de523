"""API clients kept by administrators: each secret is shown once, and two are good while machines change over."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from app.base.errors import Fault, Problem
from app.base.events import EventType
from app.base.vocabulary import Role
from app.db.administration import CLIENT, facts_for_change
from app.db.callers import CallerRow
from app.db.clients import list_clients, read_client
from app.db.commands import Command
from app.db.requests import Reference
from app.schemas.clients import ClientCreate, ClientPatch
from app.schemas.idempotency import StoredAnswer
from app.services.administration import records
from app.services.errands import Errand
from app.services.oauth import client_id_of
from app.services.repeating import check_version, once, persistently
from app.tokens.secrets import hashed, new_secret

_SHOWN: Final = (
    *("id", "name", "role", "scopes", "active", "last_used_at", "previous_expires_at", "version"),
    *("created_at", "updated_at"),
)


async def read(errand: Errand, client: str) -> dict[str, Any]:
    named = Reference.of(client)
    caller, row = await read_client(errand.database, errand.provider_id, errand.principal, named.id, named.number)
    _check_sight(caller)
    if row is None:
        raise Problem("not_found")
    return client_view(errand, row)


async def listed(errand: Errand, after: UUID | None, active: bool | None, fetch: int) -> Sequence[Mapping[str, Any]]:
    caller, rows = await list_clients(errand.database, errand.provider_id, errand.principal, after, active, fetch)
    _check_sight(caller)
    return rows


def client_view(errand: Errand, row: Mapping[str, Any]) -> dict[str, Any]:
    reseller = {name: row[f"reseller_{name}"] for name in ("id", "number", "name")}
    return {
        **{name: row[name] for name in _SHOWN},
        "client_id": client_id_of(errand.principal.provider, row["id"]),
        "reseller": reseller if row["reseller_id"] is not None else None,
    }


async def create(errand: Errand, body: ClientCreate) -> StoredAnswer:
    """The answer with the secret is never kept: its repetition is told that it was answered."""
    return await once(lambda: _create(errand, body))


async def _create(errand: Errand, body: ClientCreate) -> StoredAnswer:
    facts = await _gather(errand, body.name, body.reseller)
    if (body.reseller is None) == (not body.scopes):
        raise Problem("invalid", errors=[Fault("/scopes", "required", "Give either scopes or a reseller.")])
    reseller = records.named(facts, "reseller", body.reseller)
    secret = new_secret()
    row = records.new_row(
        errand,
        name=body.name,
        role=str(Role.RESELLER if reseller else Role.SERVICE),
        reseller_id=reseller["id"] if reseller else None,
        scopes=_sorted(body.scopes),
        secret_hash=hashed(secret),
        active=True,
    )
    told = {"name": body.name, "scopes": row["scopes"]}
    event = records.event(errand, EventType.CLIENT_CREATED, row, 1, told)
    shown = {**row, **_names(reseller), "last_used_at": None, "previous_expires_at": None}
    view = {**client_view(errand, shown), "client_secret": secret}
    answer = records.created(row, view, "/v1/clients", secret=True)
    await records.write(errand, Command({"api_client": [row], "event": [event]}, answer=answer, repeat=errand.repeat))
    return answer


async def rotate(errand: Errand, client: str, grace: timedelta, expected: int | None) -> StoredAnswer:
    """A new secret; the one before it stays good for the time of grace, and one still older goes at once."""
    return await once(lambda: _rotate(errand, client, grace, expected))


async def _rotate(errand: Errand, client: str, grace: timedelta, expected: int | None) -> StoredAnswer:
    row = await _known(errand, client, expected)
    secret, until = new_secret(), errand.now + grace
    values = {
        "secret_hash": hashed(secret),
        "previous_secret_hash": row["secret_hash"],
        "previous_expires_at": until,
    }
    view = {**_after(errand, row, values), "client_secret": secret}
    answer = records.changed(view, secret=True)
    await records.rewrite(
        errand, "api_client", row, values, EventType.CLIENT_ROTATED, {"previous_expires_at": until}, answer
    )
    return answer


async def change(errand: Errand, client: str, body: ClientPatch, expected: int | None) -> dict[str, Any]:
    patch = body.model_dump(exclude_unset=True)
    return await persistently(lambda: _change(errand, client, patch, expected))


async def _change(errand: Errand, client: str, patch: dict[str, Any], expected: int | None) -> dict[str, Any]:
    row = await _known(errand, client, expected)
    if "scopes" in patch:
        patch = {**patch, "scopes": _sorted(patch["scopes"])}
        if (row["role"] == Role.SERVICE) != bool(patch["scopes"]):
            message = "A machine of the provider has scopes; one of a reseller has none."
            raise Problem("invalid", errors=[Fault("/scopes", "not_offered", message)])
    await records.rewrite(errand, "api_client", row, patch, EventType.CLIENT_CHANGED, records.told_of(patch))
    return _after(errand, row, patch)


async def switch(errand: Errand, client: str, expected: int | None, *, active: bool) -> StoredAnswer:
    """Its tokens, and those that act through it, are refused from now on."""
    return await once(lambda: _switch(errand, client, expected, active))


async def _switch(errand: Errand, client: str, expected: int | None, active: bool) -> StoredAnswer:
    row = await _known(errand, client, expected)
    if row["active"] == active:
        return records.changed(client_view(errand, row))
    kind = EventType.CLIENT_ACTIVATED if active else EventType.CLIENT_DEACTIVATED
    answer = records.changed(_after(errand, row, {"active": active}))
    await records.rewrite(errand, "api_client", row, {"active": active}, kind, {}, answer)
    return answer


async def _known(errand: Errand, client: str, expected: int | None) -> dict[str, Any]:
    facts = await _gather(errand, client, None)
    row = records.known(facts)
    check_version(row["version"], expected)
    return {**row, **_names(facts["of_reseller"])}


async def _gather(errand: Errand, client: str, reseller: str | None) -> Mapping[str, Any]:
    named, speaks_for = Reference.of(client), Reference.of(reseller)
    caller, facts = await facts_for_change(
        errand.database,
        errand.provider_id,
        errand.principal,
        CLIENT,
        errand.repeat,
        *(named.id, named.number, speaks_for.id, speaks_for.number),
    )
    await records.check_admin(errand, caller, facts)
    return facts


def _after(errand: Errand, row: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    return client_view(errand, {**row, **values, "version": row["version"] + 1, "updated_at": errand.now})


def _names(reseller: Mapping[str, Any] | None) -> dict[str, Any]:
    return {f"reseller_{name}": reseller[name] if reseller else None for name in ("number", "name")}


def _sorted(scopes: Sequence[str]) -> list[str]:
    return sorted({str(scope) for scope in scopes})


def _check_sight(caller: CallerRow) -> None:
    if caller.role is not Role.ADMIN:
        raise Problem("forbidden")
