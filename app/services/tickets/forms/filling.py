"""A secure form filled in by whoever holds its link: sealed, and the ticket that waited for it decided again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from app.base.actor import Principal
from app.base.errors import Problem
from app.base.events import EventType
from app.base.vocabulary import Role
from app.db.commands import Along, Command, Update, carry_out
from app.db.pool import Database
from app.db.secure_forms import form_of_link
from app.policy.life import told_more
from app.sealing.envelope import seal
from app.sealing.keys import SealingKeys
from app.services.errands import Errand
from app.services.repeating import persistently
from app.services.secure_forms.demanding import NEEDED
from app.services.secure_forms.judging import VALID, stated_of_form
from app.services.secure_forms.links import is_link_of
from app.services.shelf import Policies
from app.services.tickets.changing import changed, command, gather

KEPT_FOR: Final = timedelta(days=7)
"""How long staff have to look at what was filled in."""


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody who came by a link; no token says who they are."""

    database: Database
    policies: Policies
    keys: SealingKeys
    now: datetime
    request_id: str | None


async def fill(visit: Visit, form: UUID, link: str, content: str) -> dict[str, Any]:
    """Once. Problem: `not_found` where the link opens no form here, `conflict` where the form is no longer open."""
    provider, _, secret = link.partition(".")
    provider_id = await visit.policies.provider_id(provider)
    if provider_id is None or not is_link_of(visit.keys, secret, provider_id, form):
        raise Problem("not_found", "This link leads nowhere.")
    return await persistently(lambda: _fill(visit, provider, provider_id, form, content))


async def _fill(visit: Visit, provider: str, provider_id: UUID, form: UUID, content: str) -> dict[str, Any]:
    row = await form_of_link(visit.database, provider_id, form)
    if row is None:
        raise Problem("not_found", "This link leads nowhere.")
    check_open(row, "open", visit.now)
    principal = _filler(row, provider)
    errand = Errand(visit.database, visit.policies, provider_id, principal, visit.now, visit.request_id)
    values = {
        "state": "filled",
        "sealed": seal(visit.keys, content.encode(), place_of(provider_id, row)),
        "filled_at": visit.now,
        "expires_at": visit.now + KEPT_FOR,
        "updated_at": visit.now,
    }
    told = {"ticket": str(row["ticket_id"]), "purpose": row["purpose"]}
    event = errand.event(EventType.SECURE_FORM_FILLED, ("secure_form", form), row["version"] + 1, told)
    going_on = await _going_on(errand, row)
    events = [*going_on.inserts.get("event", ()), event]
    if row["contact_id"] is None:
        # Staff asked for it and nobody knows who held the link; the log does not say that it was they.
        events = [{**told_of, "actor_kind": "link", "actor_id": str(form)} for told_of in events]
    inserts = {**going_on.inserts, "event": events}
    whole = Command(inserts, Update("secure_form", form, row["version"], values), going_on.along)
    await carry_out(visit.database, provider_id, whole, visit.now)
    return {"id": form, "state": "filled", "filled_at": visit.now}


async def _going_on(errand: Errand, row: Mapping[str, Any]) -> Command:
    """What changes of the ticket, if this is what it waited for."""
    if row["purpose"] != "credentials" or row["ticket_id"] is None:
        return Command()
    known = await gather(errand, str(row["ticket_id"]))
    ticket = known.ticket
    if not ticket.held or ticket.decision.reason != NEEDED:
        return Command()
    facts = {**ticket.facts, **stated_of_form(known.policy, str(row["id"]), VALID)}
    after = told_more(known.policy, ticket, ticket.changed(facts=facts), known.around, errand.now)
    change = changed(errand, known, after)
    plan = command(errand, known, change, EventType.TICKET_DESCRIBED, {"fields": ["facts"]})
    along = Along("ticket", {"id": known.id}, change.columns)
    return Command(plan.inserts, along=(along, *plan.along))


def check_open(row: Mapping[str, Any], wanted: str, now: datetime) -> None:
    """Problem 409 where the form is in another state than this, or its time is over."""
    if row["state"] == "expired" or row["expires_at"] <= now:
        raise Problem("conflict", "The form's time is over; ask for a new one.")
    if row["state"] != wanted:
        said = {"open": "Nothing was filled in yet.", "filled": "It was filled in already."}
        raise Problem("conflict", said.get(row["state"], "It was filled in, and shown once."))


def place_of(provider_id: UUID, row: Mapping[str, Any]) -> str:
    """Where the envelope belongs; in another row it does not open."""
    return f"{provider_id}|{row['ticket_id'] or '-'}|{row['id']}"


def _filler(row: Mapping[str, Any], provider: str) -> Principal:
    """Whoever was sent the link; else the staff member who asked for it and handed it on."""
    if row["contact_id"] is not None:
        role, id_ = Role(row["token_role"]), row["contact_id"]
        return Principal(provider, role, id_, account=row["account_id"], contact=id_)
    role_, _, subject = row["requested_by"].partition(":")
    return Principal(provider, Role(role_), UUID(subject))
