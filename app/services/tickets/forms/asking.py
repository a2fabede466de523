"""Secure forms asked for by staff, and read."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final
from uuid import UUID

from app.base.errors import Fault, Problem
from app.base.vocabulary import Scope
from app.db.callers import Kind
from app.db.commands import Command, carry_out
from app.db.secure_forms import read_form
from app.schemas.idempotency import StoredAnswer
from app.schemas.secure_forms import SecureFormAsk
from app.sealing.keys import SealingKeys
from app.services.errands import Errand
from app.services.repeating import AnsweredBefore, persistently
from app.services.secure_forms.demanding import rows_of
from app.services.secure_forms.links import link_of
from app.services.tickets.changing import gather
from app.services.tickets.view import instant

SHOWN: Final = StoredAnswer(409, b"{}")
"""What is kept under the key of a request whose answer showed a secret."""


async def ask(errand: Errand, body: SecureFormAsk, keys: SealingKeys, origin: str) -> dict[str, Any]:
    """The form with its link, shown this once."""
    return await shown_once(lambda: _ask(errand, body, keys, origin))


async def shown_once(attempt: Callable[[], Awaitable[dict[str, Any]]]) -> dict[str, Any]:
    """An answer with a secret in it is never kept; asked for again it is a 409."""
    try:
        return await persistently(attempt)
    except AnsweredBefore:
        raise Problem("conflict", "The answer to this request showed a secret, and does so once.") from None


async def _ask(errand: Errand, body: SecureFormAsk, keys: SealingKeys, origin: str) -> dict[str, Any]:
    known = await gather(errand, body.ticket)
    if known.caller.kind is not Kind.STAFF:
        raise Problem("forbidden", "Staff ask for secure forms.")
    account = known.account
    listed = {contact["id"] for contact in (account["contacts"] if account is not None else ())}
    if body.contact is not None and str(body.contact) not in listed:
        raise Problem("invalid", errors=[Fault("/contact", "not_offered", "Nobody of this id is listed there.")])
    rows = rows_of(errand, known.id, account["id"] if account else None, body.contact, body.purpose)
    command = Command(rows, answer=SHOWN, repeat=errand.repeat)
    await carry_out(errand.database, errand.provider_id, command, errand.now)
    row = rows["secure_form"][0]
    link = link_of(keys, origin, errand.principal.provider, errand.provider_id, row["id"])
    return {**form_view(row), "link": link}


async def read(errand: Errand, form: UUID) -> dict[str, Any]:
    caller, row = await read_form(errand.database, errand.provider_id, errand.principal, form, None)
    if caller.kind is Kind.SERVICE and Scope.SUBMIT not in caller.scopes:
        raise Problem("forbidden")
    if row is None:
        raise Problem("not_found")
    return form_view(row)


def form_view(row: Mapping[str, Any]) -> dict[str, Any]:
    dates = ("filled_at", "revealed_at", "expires_at", "created_at", "updated_at")
    return {
        **{name: row[name] for name in ("id", "state", "purpose", "version")},
        "ticket": row["ticket_id"],
        "contact": row["contact_id"],
        **{name: instant(row[name]) for name in dates},
    }
