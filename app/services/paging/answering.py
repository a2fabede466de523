"""Pages as staff see them, and acknowledged by hand."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from app.base.errors import Problem
from app.base.events import EventType
from app.db.callers import Kind, whoami
from app.db.connections import ScopedConnection
from app.db.deliveries import insert_deliveries
from app.db.pages import acknowledge as acknowledged
from app.db.pages import list_pages, log_page, read_page
from app.services.errands import Errand
from app.services.paging.calls import last_calls

_PLAIN: Final = (
    *("id", "audience", "all_at_once", "summary", "state", "calls", "server", "raised_at", "delivered_at"),
    *("escalate_at", "acknowledged_at", "resolved_at", "ended_by", "version", "created_at", "updated_at"),
)


async def listed(errand: Errand, after: UUID | None, state: str | None, fetch: int) -> Sequence[Mapping[str, Any]]:
    caller, rows = await list_pages(errand.database, errand.provider_id, errand.principal, after, state, fetch)
    if caller.kind is not Kind.STAFF:
        raise Problem("forbidden")
    return rows


async def acknowledge(errand: Errand, page: UUID) -> dict[str, Any]:
    """Whoever has answered already stays the one who did."""
    caller, _ = await whoami(errand.database, errand.provider_id, errand.principal)
    if caller.kind is not Kind.STAFF:
        raise Problem("forbidden")
    kind, id_ = errand.principal.actor

    async def work(connection: ScopedConnection) -> None:
        by = f"{kind}:{id_}"
        for row in await acknowledged(connection, errand.provider_id, None, page, by, errand.now):
            calls = list(last_calls(row, "acknowledge", errand.principal.provider, errand.now))
            await insert_deliveries(connection, errand.provider_id, calls, errand.now)
            event = errand.new_id()
            await log_page(connection, row, event, EventType.PAGE_ACKNOWLEDGED, (kind, id_), {}, errand.now)

    await errand.database.atomically(errand.provider_id, work)
    row = await read_page(errand.database, errand.provider_id, page)
    if row is None:
        raise Problem("not_found")
    return page_view(row)


def page_view(row: Mapping[str, Any]) -> dict[str, Any]:
    taken = (row["delivered_at"] - row["raised_at"]).total_seconds() if row["delivered_at"] is not None else None
    return {
        **{name: row[name] for name in _PLAIN},
        "subject": {"kind": row["subject_kind"], "id": row["subject_id"]},
        "on_call": len(row["on_call"]),
        "time_to_page_seconds": taken,
    }
