"""What became of deliveries: how each attempt went, what died, and what is tried again because somebody says so."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from app.base.errors import Problem
from app.base.vocabulary import Role
from app.db.callers import Kind, whoami
from app.db.sent import dead_letters, deliveries_of_webhook, redeliver_one, redeliver_since, requeue_dead
from app.db.webhooks import read_webhook
from app.schemas.webhooks import Redeliver
from app.services.errands import Errand
from app.services.webhooks.managing import check_reader

_PLAIN: Final = (
    *("id", "kind", "state", "attempts", "last_status", "last_error"),
    *("delivered_at", "attempt_log", "created_at", "updated_at"),
)


async def of_webhook(
    errand: Errand, webhook: UUID, after: UUID | None, state: str | None, fetch: int
) -> Sequence[Mapping[str, Any]]:
    caller, rows = await deliveries_of_webhook(
        errand.database, errand.provider_id, errand.principal, webhook, after, state, fetch
    )
    check_reader(caller)
    if rows is None:
        raise Problem("not_found")
    return rows


async def redeliver(errand: Errand, webhook: UUID, body: Redeliver) -> int:
    """With its message id as before; whoever honours the id acts once."""
    caller, row = await read_webhook(errand.database, errand.provider_id, errand.principal, webhook)
    if caller.kind is not Kind.STAFF or caller.role is not Role.ADMIN:
        raise Problem("forbidden")
    if row is None:
        raise Problem("not_found")
    if not row["active"]:
        raise Problem("conflict", "The webhook is switched off: set `active` first.")
    if body.delivery is not None:
        return await redeliver_one(errand.database, errand.provider_id, webhook, body.delivery, errand.now)
    assert body.since is not None
    return await redeliver_since(errand.database, errand.provider_id, webhook, body.since, errand.now)


async def dead(errand: Errand, after: UUID | None, kind: str | None, fetch: int) -> Sequence[Mapping[str, Any]]:
    """For staff: what could not be delivered."""
    caller, rows = await dead_letters(errand.database, errand.provider_id, errand.principal, after, kind, fetch)
    if caller.kind is not Kind.STAFF:
        raise Problem("forbidden")
    return rows


async def requeue(errand: Errand, delivery: UUID) -> dict[str, Any]:
    caller, _ = await whoami(errand.database, errand.provider_id, errand.principal)
    if caller.kind is not Kind.STAFF:
        raise Problem("forbidden")
    row = await requeue_dead(errand.database, errand.provider_id, delivery, errand.now)
    if row is None:
        raise Problem("not_found", "Nothing of this id waits among the dead letters.")
    return delivery_view(row)


def delivery_view(row: Mapping[str, Any]) -> dict[str, Any]:
    event = {"id": row["event_id"], "type": row["event_type"], "position": row["event_position"]}
    return {
        **{name: row[name] for name in _PLAIN},
        "event": event if row["event_id"] is not None else None,
        "webhook": row["webhook_id"],
        "next_at": row["next_at"] if row["state"] == "pending" else None,
    }
