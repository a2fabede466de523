"""How every administrative command ends: its row, its event and its answer written, and clashes told in words."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from app.base.errors import Fault, Problem
from app.base.events import EventType
from app.base.vocabulary import Role
from app.db.callers import CallerRow
from app.db.commands import Command, Update, carry_out
from app.db.problems import violated_constraint
from app.schemas.idempotency import StoredAnswer
from app.services.errands import Errand
from app.services.repeating import check_repeated
from app.services.tickets.view import written

_CLASHES: Final = {
    "uq_account_provider_id_number": "Another account has this number.",
    "uq_account_external_ref": "Another account has this external_ref.",
    "uq_hosted_domain_provider_id_account_id_name": "The account hosts this domain already.",
    "uq_reseller_provider_id_number": "Another reseller has this number.",
    "uq_reseller_external_ref": "Another reseller has this external_ref.",
    "uq_reseller_account": "Another reseller has this account as its own.",
    "uq_staff_provider_id_email": "Somebody else of the staff has this address.",
    "uq_api_client_provider_id_name": "Another client has this name.",
}


async def check_admin(errand: Errand, caller: CallerRow, row: Mapping[str, Any]) -> None:
    """Asked before anything else is said of the rows; then the answer given before, if there is one."""
    if caller.role is not Role.ADMIN:
        raise Problem("forbidden")
    await check_repeated(errand, row)


def known(row: Mapping[str, Any], name: str = "target") -> dict[str, Any]:
    """The row that a path names, its instants and bytes read out of JSON."""
    if row[name] is None:
        raise Problem("not_found")
    return {column: _read(column, value) for column, value in row[name].items()}


def _read(column: str, value: Any) -> Any:
    if isinstance(value, str) and column.endswith(("_at", "_since")):
        return datetime.fromisoformat(value)
    return bytes.fromhex(value[2:]) if isinstance(value, str) and column.endswith("_hash") else value


def named(row: Mapping[str, Any], name: str, asked: str | None) -> dict[str, Any] | None:
    """A row that the body names; a fault where it is not there."""
    if asked is None:
        return None
    if row[name] is None:
        raise Problem("invalid", errors=[Fault(f"/{name}", "unknown", f"There is no such {name} here.")])
    found: dict[str, Any] = row[name]
    return found


def check_number(row: Mapping[str, Any], noun: str) -> None:
    """Of a new account or reseller: on the telephone and in mails, capitals tell no two apart."""
    if row["alike"] is not None:
        detail = f"The {noun} {row['alike']} exists: numbers must differ in more than capitals."
        raise Problem("already_exists", detail, errors=[Fault("/number", "taken", "Another one has this number.")])


def new_row(errand: Errand, **columns: Any) -> dict[str, Any]:
    dated = {"version": 1, "created_at": errand.now, "updated_at": errand.now}
    return {"provider_id": errand.provider_id, "id": errand.new_id(), **columns, **dated}


def created(row: Mapping[str, Any], view: Mapping[str, Any], path: str, *, secret: bool = False) -> StoredAnswer:
    return StoredAnswer(201, written(view), {"Location": f"{path}/{row['id']}", "ETag": '"1"'}, secret)


def changed(view: Mapping[str, Any], *, secret: bool = False) -> StoredAnswer:
    return StoredAnswer(200, written(view), {"ETag": f'"{view["version"]}"'}, secret)


def told_of(patch: Mapping[str, Any]) -> dict[str, Any]:
    """What a change tells the log: which fields, never their values."""
    return {"fields": sorted(patch)}


def event(
    errand: Errand, kind: EventType, row: Mapping[str, Any], version: int, data: dict[str, Any]
) -> dict[str, Any]:
    return errand.event(kind, (str(kind).partition(".")[0], UUID(str(row["id"]))), version, data)


async def rewrite(
    errand: Errand,
    table: str,
    row: Mapping[str, Any],
    values: Mapping[str, Any],
    kind: EventType,
    told: dict[str, Any],
    answer: StoredAnswer | None = None,
) -> None:
    """A row's next version, with the event that tells of it and the answer for who repeats the request."""
    next_one = event(errand, kind, row, row["version"] + 1, told)
    update = Update(table, UUID(str(row["id"])), row["version"], {**values, "updated_at": errand.now})
    await write(errand, Command({"event": [next_one]}, update, answer=answer, repeat=errand.repeat))


async def write(errand: Errand, command: Command) -> None:
    try:
        await carry_out(errand.database, errand.provider_id, command, errand.now)
    except Problem as problem:
        clash = _CLASHES.get(violated_constraint(problem) or "")
        if clash is not None:
            raise Problem("already_exists", clash) from problem
        raise
