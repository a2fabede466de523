"""What happens to an account as such: put on hold, released, adopted by its reseller, its people confirmed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.base.errors import Problem
from app.base.events import EventType
from app.base.vocabulary import Outcome, Scope
from app.db.accounts import account_for_change
from app.db.callers import CallerRow, Kind
from app.db.commands import Command, Update, carry_out
from app.db.requests import Reference
from app.policy.compile import CompiledPolicy
from app.policy.decision import Decision, jsonable
from app.policy.desk.accounts import apply_to_account
from app.policy.desk.contacts import ContactChange, change_contacts
from app.policy.situation import Sender
from app.schemas.idempotency import StoredAnswer
from app.services.accounts import account_view, as_account
from app.services.errands import Errand
from app.services.redacting import reason_without_secrets
from app.services.refusals import refusal
from app.services.repeating import check_repeated, check_version, once
from app.services.speaking import around, speaker
from app.services.tickets.view import written

_EVENTS = {
    "hold": EventType.ACCOUNT_HELD,
    "release": EventType.ACCOUNT_RELEASED,
    "adopt": EventType.ACCOUNT_ADOPTED,
}
_FROM = {"hold": "active", "release": "on_hold", "adopt": "on_hold"}


@dataclass(frozen=True, slots=True)
class Known:
    caller: CallerRow
    row: Mapping[str, Any]
    policy: CompiledPolicy


async def move(errand: Errand, account: str, verb: str, reason: str | None, expected: int | None) -> StoredAnswer:
    """`hold`, `release` or `adopt`, as the policy allows it to whoever asks."""
    return await once(lambda: _move(errand, account, verb, reason, expected))


async def _move(errand: Errand, account: str, verb: str, reason: str | None, expected: int | None) -> StoredAnswer:
    known = await _gather(errand, account, expected)
    caller, row = known.caller, known.row
    if caller.kind is Kind.SERVICE:
        raise Problem("forbidden")
    desk = around(caller, row["about"], ())
    own = caller.kind is Kind.RESELLER and row["reseller_id"] == caller.reseller
    resellers = (desk.reseller,) if own and desk.reseller is not None else ()
    judged, after = apply_to_account(
        known.policy, as_account(row["about"]), verb, speaker(caller), resellers, errand.now
    )
    if judged.outcome is not Outcome.ACCEPTED:
        raise refusal(judged)
    # A hold that was only proposed may be declined by staff, or made needless by the reseller, before it begins.
    forestalled = verb != "hold" and row["state"] == "active" and row["hold_proposed_at"] is not None
    if row["state"] != _FROM[verb] and not forestalled:
        raise Problem("conflict", f"The account is {row['state'].replace('_', ' ')}.")
    held = after.state == "on_hold"
    values = {
        "state": after.state,
        "held_since": errand.now if held else None,
        "held_reason": reason_without_secrets(reason) if held else None,
        "hold_proposed_at": None,
    }
    return await _write(errand, known, values, _EVENTS[verb], judged)


async def confirm_contacts(errand: Errand, account: str, expected: int | None) -> StoredAnswer:
    """Who may manage the listed people says that they are right as they are."""
    return await once(lambda: _confirm(errand, account, expected))


async def _confirm(errand: Errand, account: str, expected: int | None) -> StoredAnswer:
    known = await _gather(errand, account, expected)
    caller = known.caller
    if caller.kind is Kind.SERVICE and Scope.SUBMIT not in caller.scopes:
        raise Problem("forbidden")
    by = Sender(name=caller.name, role="system") if caller.kind is Kind.RESELLER else speaker(caller)
    change = ContactChange(op="confirm_all")
    judged = change_contacts(known.policy, as_account(known.row["about"]), change, by, {}, (), errand.now)
    if judged.decision.outcome is not Outcome.ACCEPTED:
        raise refusal(judged.decision)
    values = {"contact_info_current": True, "contact_info_confirmed_at": errand.now}
    return await _write(errand, known, values, EventType.ACCOUNT_CONFIRMED, judged.decision)


async def _gather(errand: Errand, account: str, expected: int | None) -> Known:
    named = Reference.of(account)
    caller, row = await account_for_change(
        errand.database,
        errand.provider_id,
        errand.principal,
        named.id,
        named.number,
        errand.now,
        errand.repeat,
    )
    if row is None:
        raise Problem("not_found")
    await check_repeated(errand, row)
    check_version(row["version"], expected)
    return Known(caller, row, await errand.policies.policy(errand.provider_id, row["version_now"], row["revision_now"]))


async def _write(
    errand: Errand, known: Known, changed: Mapping[str, Any], kind: EventType, judged: Decision
) -> StoredAnswer:
    row, version = known.row, known.row["version"] + 1
    id_: UUID = row["id"]
    values = {**changed, "updated_at": errand.now}
    decided: dict[str, Any] = {
        "decision": jsonable(judged),
        "policy_version": judged.policy_version,
        "settings_revision": judged.settings_revision,
    }
    told = {"number": row["number"], **({"state": changed["state"]} if "state" in changed else {})}
    event = errand.event(kind, ("account", id_), version, told, **decided)
    view = account_view({**row, **values, "version": version})
    answer = StoredAnswer(200, written(view), {"ETag": f'"{version}"'})
    update = Update("account", id_, row["version"], values)
    plan = Command({"event": [event]}, update, answer=answer, repeat=errand.repeat)
    await carry_out(errand.database, errand.provider_id, plan, errand.now)
    return answer
