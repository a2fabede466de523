"""The provider's own people: seen by all of them, made and changed by administrators."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from app.base.errors import Fault, Problem
from app.base.events import EventType
from app.db.administration import STAFF, facts_for_change
from app.db.callers import CallerRow, Kind
from app.db.commands import Command
from app.db.requests import Reference
from app.db.staff import list_staff, read_staff
from app.schemas.idempotency import StoredAnswer
from app.schemas.staff import StaffCreate, StaffPatch
from app.services.administration import records
from app.services.errands import Errand
from app.services.repeating import check_version, once, persistently

_SHOWN: Final = (
    *("id", "email", "name", "role", "level", "departments", "supervisor", "active", "version"),
    *("created_at", "updated_at"),
)


async def read(errand: Errand, staff: str) -> dict[str, Any]:
    named = Reference.of(staff)
    email = named.number.lower() if named.number else None
    caller, row = await read_staff(errand.database, errand.provider_id, errand.principal, named.id, email)
    _check_sight(caller)
    if row is None:
        raise Problem("not_found")
    return staff_view(row)


async def listed(
    errand: Errand, after: UUID | None, filters: tuple[str | None, bool | None, str | None], fetch: int
) -> Sequence[Mapping[str, Any]]:
    """`filters`: role, active, department."""
    caller, rows = await list_staff(errand.database, errand.provider_id, errand.principal, after, filters, fetch)
    _check_sight(caller)
    return rows


def staff_view(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in _SHOWN}


async def create(errand: Errand, body: StaffCreate) -> StoredAnswer:
    return await once(lambda: _create(errand, body))


async def _create(errand: Errand, body: StaffCreate) -> StoredAnswer:
    given = body.model_dump()
    given["email"] = given["email"].lower()
    await _gather(errand, given["email"], given["departments"])
    row = records.new_row(errand, **given, active=True)
    event = records.event(errand, EventType.STAFF_CREATED, row, 1, _told(row))
    answer = records.created(row, staff_view(row), "/v1/staff")
    await records.write(errand, Command({"staff": [row], "event": [event]}, answer=answer, repeat=errand.repeat))
    return answer


async def change(errand: Errand, staff: str, body: StaffPatch, expected: int | None) -> dict[str, Any]:
    patch = body.model_dump(exclude_unset=True)
    if "email" in patch:
        patch["email"] = patch["email"].lower()
    return await persistently(lambda: _change(errand, staff, patch, expected))


async def _change(errand: Errand, staff: str, patch: dict[str, Any], expected: int | None) -> dict[str, Any]:
    row = records.known(await _gather(errand, staff, patch.get("departments", [])))
    check_version(row["version"], expected)
    if patch.get("role", row["role"]) != row["role"]:
        _check_other(errand, row)
    told = {**records.told_of(patch), **_told({**row, **patch})}
    values = {**patch, "updated_at": errand.now}
    await records.rewrite(errand, "staff", row, values, EventType.STAFF_CHANGED, told)
    return staff_view({**row, **values, "version": row["version"] + 1})


async def switch(errand: Errand, staff: str, expected: int | None, *, active: bool) -> StoredAnswer:
    """Who is switched off is out at the next call; their tickets stay theirs until somebody takes them."""
    return await once(lambda: _switch(errand, staff, expected, active))


async def _switch(errand: Errand, staff: str, expected: int | None, active: bool) -> StoredAnswer:
    row = records.known(await _gather(errand, staff, []))
    check_version(row["version"], expected)
    if row["active"] == active:
        return records.changed(staff_view(row))
    _check_other(errand, row)
    values = {"active": active, "updated_at": errand.now}
    kind = EventType.STAFF_ACTIVATED if active else EventType.STAFF_DEACTIVATED
    answer = records.changed(staff_view({**row, **values, "version": row["version"] + 1}))
    await records.rewrite(errand, "staff", row, values, kind, {}, answer)
    return answer


async def _gather(errand: Errand, staff: str, departments: Sequence[str]) -> Mapping[str, Any]:
    named = Reference.of(staff)
    email = named.number.lower() if named.number else None
    caller, facts = await facts_for_change(
        errand.database, errand.provider_id, errand.principal, STAFF, errand.repeat, errand.now, named.id, email
    )
    await records.check_admin(errand, caller, facts)
    if departments:
        policy = await errand.policies.policy(errand.provider_id, facts["version"], facts["revision"])
        offered = policy.document.departments
        message = f"This must be one of {', '.join(offered)}."
        faults = [
            Fault(f"/departments/{n}", "not_offered", message) for n, d in enumerate(departments) if d not in offered
        ]
        if faults:
            raise Problem("invalid", errors=faults)
    return facts


def _check_sight(caller: CallerRow) -> None:
    if caller.kind is not Kind.STAFF:
        raise Problem("forbidden")


def _check_other(errand: Errand, row: Mapping[str, Any]) -> None:
    """Whoever changes the role of others keeps their own, so that somebody always may."""
    if str(errand.principal.subject) == str(row["id"]):
        raise Problem("conflict", "Another administrator does this to you.")


def _told(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("role", "level", "departments", "supervisor")}
