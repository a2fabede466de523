"""The operator's settings: read as of an instant, and revised by a new dated revision."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from app.base.errors import Fault, Problem
from app.base.events import EventType
from app.db.policies import documents, facts_for_publishing, insert_settings, read_settings
from app.policy.language.faults import PolicyFault, PolicyFaults
from app.policy.language.settings import Settings
from app.policy.settling import without_effect
from app.services.errands import Errand
from app.services.mail.wording import template_faults
from app.services.repeating import check_version
from app.services.shelf import compiled
from app.services.tickets.replanning import replan_at_once

_NONE: Mapping[str, Any] = {
    "assumptions": {},
    "holidays": {},
    "closures": [],
    "on_call": {},
    "phrases": {},
    "templates": {},
}


async def settings_at(errand: Errand, at: datetime) -> dict[str, Any]:
    """The revision in force; number 0 says that nothing was ever settled."""
    row = await read_settings(errand.database, errand.provider_id, errand.principal, at)
    if row is None:
        return {"revision": 0, "effective_from": None, "published_by": None, "created_at": None, **_NONE}
    about = {"revision": row["number"], "effective_from": row["effective_from"]}
    return {**about, "published_by": row["published_by"], "created_at": row["created_at"], **_NONE, **row["document"]}


async def revise(
    errand: Errand, document: Mapping[str, Any], effective_from: datetime | None, expected: int | None
) -> dict[str, Any]:
    """Store these settings as the next revision, once every version in force or to come accepts them."""
    facts = await facts_for_publishing(errand.database, errand.provider_id, errand.principal, errand.now)
    last = facts["last_settings"] or {"number": 0, "from": None}
    check_version(last["number"], expected)
    begins = (effective_from or errand.now).astimezone(UTC)
    before = last["from"] is not None and begins < datetime.fromisoformat(last["from"])
    if begins < errand.now or before:
        message = "Settings begin now or later, and not before the revision before them."
        raise Problem("invalid", errors=[Fault("/effective_from", "out_of_range", message)])
    if not facts["versions"]:
        raise Problem("no_policy")
    number = last["number"] + 1
    await _check(errand, facts["versions"], document, number)
    row = {
        "provider_id": errand.provider_id,
        "id": errand.new_id(),
        "number": number,
        "document": document,
        "effective_from": begins,
        "published_by": errand.principal.key,
        "created_at": errand.now,
    }
    told = {
        "revision": number,
        "effective_from": begins,
        "changed": sorted(name for name in document if document[name]),
    }
    event = errand.event(EventType.SETTINGS_REVISED, ("settings", row["id"]), 1, told, settings_revision=number)
    await insert_settings(errand.database, errand.provider_id, row, event, errand.now)
    await replan_at_once(errand.database, errand.policies, errand.provider_id, errand.now)
    about = {"revision": number, "effective_from": begins, "published_by": row["published_by"]}
    return {**about, "created_at": errand.now, **_NONE, **document}


async def _check(errand: Errand, versions: list[int], document: Mapping[str, Any], number: int) -> None:
    if faults := template_faults(document.get("templates", {})):
        raise Problem("invalid", errors=faults)
    chosen, idle, called = Settings.model_validate(document), [], {"standby"}
    for version in versions:
        stored = await documents(errand.database, errand.provider_id, version, 0)
        assert stored is not None
        try:
            compiled(stored.document, stored.effective_from, version, document, number)
        except PolicyFaults as unfit:
            raise _cannot_be_taken(version, unfit.faults) from None
        idle.append(without_effect(stored.document, chosen))
        called |= {*(stored.document.get("departments") or {}), *_audiences(stored.document)}
    if nowhere := [fault for fault in idle[0] if all(fault in others for others in idle)]:
        raise _cannot_be_taken(versions[0], nowhere)
    message = f"Nobody would be called by this name. The policy calls {', '.join(sorted(called))}."
    if uncalled := [name for name in chosen.on_call if name not in called]:
        raise Problem("invalid", errors=[Fault(f"/on_call/{name}", "not_offered", message) for name in uncalled])


def _audiences(node: Any) -> Iterator[str]:
    """Whom the effects of a policy document page, wherever they stand in it."""
    if isinstance(node, Mapping):
        if node.get("do") == "page" and "audience" in node:
            yield node["audience"]
        node = list(node.values())
    if isinstance(node, list):
        for inner in node:
            yield from _audiences(inner)


def _cannot_be_taken(version: int, unfit: Iterable[PolicyFault]) -> Problem:
    faults = [Fault(f.pointer, f.code, f"{f.message} {f.remedy}") for f in unfit]
    return Problem("invalid", f"Version {version} of the policy cannot take them.", errors=faults)
