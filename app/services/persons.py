"""One person's data, given out and erased. The log stays: it names facts, and holds nothing personal."""

from collections.abc import Mapping
from functools import partial
from typing import Any, Final
from uuid import UUID

from app.base.errors import Problem
from app.base.events import EventType
from app.base.vocabulary import Role
from app.clients.objects import Objects
from app.db.commands import Overtaken
from app.db.persons import erase_person, read_person
from app.services.errands import Errand
from app.services.repeating import persistently
from app.services.tickets.view import instant

_PARTS: Final = ("person", "account", "tickets", "messages", "attachments", "mails", "secure_forms", "events")


async def export(errand: Errand, contact: UUID) -> dict[str, Any]:
    """What somebody is told who asks what is kept about them."""
    row = await _known(errand, contact)
    if row["erased"]:
        raise Problem("not_found")
    return {name: _in_utc(row[name]) for name in _PARTS}


async def erase(errand: Errand, objects: Objects, contact: UUID) -> dict[str, Any]:
    """All of it, for good. What is erased already stays so."""
    return await persistently(partial(_erase, errand, objects, contact))


async def _erase(errand: Errand, objects: Objects, contact: UUID) -> dict[str, Any]:
    person = await _known(errand, contact)
    counts: Mapping[str, int] | None = dict.fromkeys(("tickets", "messages", "attachments", "mails"), 0)
    if not person["erased"]:
        # The objects first: what is left of a crash is found again by the rows.
        await objects.delete(person["objects"])
        policy = await errand.policies.policy_at(errand.provider_id, errand.now)
        event = errand.event(EventType.CONTACT_ERASED, ("contact", contact), person["version"] + 1, {})
        facts = sorted(policy.quiet_facts)
        counts = await erase_person(errand.database, errand.provider_id, person, facts, event, errand.now)
    if counts is None:
        raise Overtaken
    return {"id": contact, "erased": counts}


async def _known(errand: Errand, contact: UUID) -> Mapping[str, Any]:
    caller, row = await read_person(errand.database, errand.provider_id, errand.principal, contact)
    if caller.role is not Role.ADMIN:
        raise Problem("forbidden")
    if row is None:
        raise Problem("not_found")
    return row


def _in_utc(part: Any) -> Any:
    """Instants as the API writes them; Postgres names the offset."""
    if isinstance(part, list):
        return [_in_utc(one) for one in part]
    if not isinstance(part, Mapping):
        return part
    return {name: instant(value) if name.endswith("_at") else _in_utc(value) for name, value in part.items()}
