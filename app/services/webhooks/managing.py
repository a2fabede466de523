"""Webhooks made, changed, given new secrets, tried out and removed by administrators."""

import base64
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from app.base.errors import Fault, Problem
from app.base.events import EventType
from app.base.vocabulary import Role, Scope
from app.clients.addresses import Network, allowed_by, is_address, is_public
from app.clients.outbound import NotAllowed, read_url
from app.db.callers import CallerRow, Kind
from app.db.commands import Command, Overtaken, Update, carry_out
from app.db.webhooks import delete_webhook, list_webhooks, read_webhook, webhook_for_change
from app.schemas.idempotency import StoredAnswer
from app.schemas.webhooks import WebhookChange, WebhookCreate
from app.sealing.envelope import seal
from app.sealing.keys import SealingKeys
from app.services.errands import Errand
from app.services.repeating import check_repeated, check_version, once, persistently
from app.services.tickets.view import written
from app.services.webhooks.sending import secret_place

_SECRET_BYTES: Final = 24
_PLAIN: Final = (
    *("id", "url", "description", "event_types", "active", "disabled_reason", "failures", "paused_until", "version"),
)


@dataclass(frozen=True, slots=True)
class Ground:
    """What webhooks rest on: keys that seal their secrets, networks to trust, and whether plain http is let pass."""

    keys: SealingKeys
    plain_http: bool
    allowed: Sequence[Network] = ()


async def listed(errand: Errand, after: UUID | None, fetch: int) -> Sequence[Mapping[str, Any]]:
    caller, rows = await list_webhooks(errand.database, errand.provider_id, errand.principal, after, fetch)
    check_reader(caller)
    return rows


async def read(errand: Errand, webhook: UUID) -> Mapping[str, Any]:
    caller, row = await read_webhook(errand.database, errand.provider_id, errand.principal, webhook)
    check_reader(caller)
    if row is None:
        raise Problem("not_found")
    return webhook_view(row)


def check_reader(caller: CallerRow) -> None:
    """Administrators, and machines that take in events."""
    if caller.role is not Role.ADMIN and Scope.EVENTS not in caller.scopes:
        raise Problem("forbidden")


def webhook_view(row: Mapping[str, Any]) -> dict[str, Any]:
    dates = {"created_at": row["created_at"], "updated_at": row["updated_at"]}
    return {**{n: row[n] for n in _PLAIN}, "previous_secret_expires_at": row["previous_expires_at"], **dates}


# ── changed ──────────────────────────────────────────────────────────────────
async def create(errand: Errand, body: WebhookCreate, ground: Ground) -> StoredAnswer:
    return await once(lambda: _create(errand, body, ground))


async def _create(errand: Errand, body: WebhookCreate, ground: Ground) -> StoredAnswer:
    _check_url(body.url, ground)
    await _gather(errand, None)
    id_ = errand.new_id()
    secret, sealed = _new_secret(errand, id_, ground.keys)
    row = {
        "provider_id": errand.provider_id,
        "id": id_,
        "url": body.url,
        "description": body.description,
        "event_types": list(dict.fromkeys(body.event_types)),
        "secret": sealed,
        "active": True,
        "failures": 0,
        "version": 1,
        "created_at": errand.now,
        "updated_at": errand.now,
    }
    shown = {**row, "disabled_reason": None, "paused_until": None, "previous_expires_at": None}
    told = {"event_types": row["event_types"]}
    answer = _secret_answer(201, shown, secret, {"Location": f"/v1/webhooks/{id_}"})
    event = errand.event(EventType.WEBHOOK_CREATED, ("webhook", id_), 1, told)
    await _carry_out(errand, Command({"webhook": [row], "event": [event]}, answer=answer, repeat=errand.repeat))
    return answer


async def change(
    errand: Errand, webhook: UUID, body: WebhookChange, expected: int | None, ground: Ground
) -> StoredAnswer:
    if body.url is not None:
        _check_url(body.url, ground)
    given = body.model_dump(exclude_unset=True)
    missing = [n for n in ("url", "event_types", "active") if n in given and given[n] is None]
    if missing:
        raise Problem("invalid", errors=[Fault(f"/{n}", "required", "This cannot be taken away.") for n in missing])

    well = {"disabled_reason": None, "failures": 0, "paused_until": None} if given.get("active") else {}
    told = {"changed": sorted(given)}
    return await _changed(errand, webhook, expected, lambda _: {**given, **well}, EventType.WEBHOOK_CHANGED, told)


async def rotate(errand: Errand, webhook: UUID, grace: timedelta, expected: int | None, ground: Ground) -> StoredAnswer:
    """A new secret, shown once; each delivery is signed with both until the time of grace is over."""
    secret, sealed = _new_secret(errand, webhook, ground.keys)
    until = errand.now + grace

    def rotated(row: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"secret": sealed, "previous_secret": row["secret"], "previous_expires_at": until}

    told = {"previous_expires_at": until}
    return await _changed(errand, webhook, expected, rotated, EventType.WEBHOOK_ROTATED, told, secret)


async def ping(errand: Errand, webhook: UUID) -> StoredAnswer:
    """Send it an event of its own, to see whether it arrives."""
    return await _changed(errand, webhook, None, lambda _: {}, EventType.WEBHOOK_PINGED, {}, status=202)


async def _changed(
    errand: Errand,
    webhook: UUID,
    expected: int | None,
    new: Callable[[Mapping[str, Any]], Mapping[str, Any]],
    kind: EventType,
    told: dict[str, Any],
    secret: str | None = None,
    status: int = 200,
) -> StoredAnswer:
    async def attempt() -> StoredAnswer:
        row = await _gather(errand, webhook, expected)
        values = {**new(row), "updated_at": errand.now}
        version = row["version"] + 1
        shown = {**row, **values, "version": version}
        answer = StoredAnswer(status, written(webhook_view(shown)), {"ETag": f'"{version}"'})
        if secret is not None:
            answer = _secret_answer(status, shown, secret, {"ETag": f'"{version}"'})
        event = errand.event(kind, ("webhook", webhook), version, told)
        update = Update("webhook", webhook, row["version"], values)
        await _carry_out(errand, Command({"event": [event]}, update, answer=answer, repeat=errand.repeat))
        return answer

    return await once(attempt)


async def delete(errand: Errand, webhook: UUID, expected: int | None) -> None:
    """With all its deliveries; what is under way to it at this moment may still arrive."""

    async def attempt() -> None:
        row = await _gather(errand, webhook, expected)
        event = errand.event(EventType.WEBHOOK_DELETED, ("webhook", webhook), row["version"] + 1, {})
        if not await delete_webhook(errand.database, errand.provider_id, webhook, row["version"], event):
            raise Overtaken

    await persistently(attempt)


async def _gather(errand: Errand, webhook: UUID | None, expected: int | None = None) -> Mapping[str, Any]:
    caller, row = await webhook_for_change(
        errand.database, errand.provider_id, errand.principal, webhook, errand.repeat
    )
    if caller.kind is not Kind.STAFF or caller.role is not Role.ADMIN:
        raise Problem("forbidden")
    await check_repeated(errand, row)
    if webhook is not None and row["id"] is None:
        raise Problem("not_found")
    check_version(row["version"], expected)
    return row


async def _carry_out(errand: Errand, command: Command) -> None:
    await carry_out(errand.database, errand.provider_id, command, errand.now)


def _new_secret(errand: Errand, webhook: UUID, keys: SealingKeys) -> tuple[str, bytes]:
    """As Standard Webhooks writes it, and sealed for its place."""
    secret = "whsec_" + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode("ascii")
    return secret, seal(keys, secret.encode("ascii"), secret_place(errand.provider_id, webhook))


def _secret_answer(status: int, row: Mapping[str, Any], secret: str, headers: Mapping[str, str]) -> StoredAnswer:
    return StoredAnswer(status, written({**webhook_view(row), "secret": secret}), headers, secret=True)


def _check_url(url: str, ground: Ground) -> None:
    try:
        called = read_url(url)
    except NotAllowed as why:
        raise Problem("invalid", errors=[Fault("/url", "url", f"This cannot be called: {why}.")]) from None
    # A name may lead elsewhere when it is called, and is looked at then; an address never does.
    if is_address(called.host) and not (is_public(called.host) or allowed_by(called.host, ground.allowed)):
        message = "This address is not on the open internet, and in no network that the operator allows."
        raise Problem("invalid", errors=[Fault("/url", "url", message)])
    if called.scheme != "https" and not ground.plain_http:
        message = "Only https is called from here, on its own port."
        raise Problem("invalid", errors=[Fault("/url", "url", message)])
