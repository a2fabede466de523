"""What was filled in, shown to staff: once, and the log tells who saw it."""

from typing import Any
from uuid import UUID

from app.base.errors import Problem
from app.base.events import EventType
from app.db.callers import Kind
from app.db.commands import Command, Update, carry_out
from app.db.secure_forms import read_form
from app.sealing.envelope import CannotUnseal, unseal
from app.sealing.keys import SealingKeys
from app.services.errands import Errand
from app.services.repeating import check_repeated
from app.services.tickets.forms.asking import SHOWN, form_view, shown_once
from app.services.tickets.forms.filling import check_open, place_of


async def reveal(errand: Errand, form: UUID, keys: SealingKeys) -> dict[str, Any]:
    """The content; from then on it is nowhere. Of many who ask at once one is shown it, the others get 409."""
    return await shown_once(lambda: _reveal(errand, form, keys))


async def _reveal(errand: Errand, form: UUID, keys: SealingKeys) -> dict[str, Any]:
    caller, row = await read_form(errand.database, errand.provider_id, errand.principal, form, errand.repeat)
    if row is None:
        raise Problem("not_found")
    if caller.kind is not Kind.STAFF:
        raise Problem("forbidden", "Staff alone are shown what was filled in.")
    await check_repeated(errand, row)
    check_open(row, "filled", errand.now)
    try:
        content = unseal(keys, row["sealed"], place_of(errand.provider_id, row)).decode()
    except CannotUnseal as error:
        raise Problem("conflict", f"What was filled in cannot be opened here: {error}") from None
    values = {
        "state": "revealed",
        "sealed": None,
        "revealed_at": errand.now,
        "revealed_by": errand.principal.key,
        "updated_at": errand.now,
    }
    told = {"ticket": str(row["ticket_id"]), "purpose": row["purpose"]}
    event = errand.event(EventType.SECURE_FORM_REVEALED, ("secure_form", form), row["version"] + 1, told)
    update = Update("secure_form", form, row["version"], values)
    command = Command({"event": [event]}, update, answer=SHOWN, repeat=errand.repeat)
    await carry_out(errand.database, errand.provider_id, command, errand.now)
    return {**form_view({**row, **values, "version": row["version"] + 1}), "content": content}
