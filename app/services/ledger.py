"""What a decision enters on an account for good: help that was drawn of what is included, tariffs agreed to once."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.base.events import EventType
from app.db.commands import Along
from app.policy.decision import Decision, EffectDone
from app.services.errands import Errand


@dataclass(frozen=True, slots=True)
class Entries:
    """An event about the account each, and the account's next versions along with them: of two drawings at once one
    finds the other's event there already, and is judged again on what is left."""

    along: Sequence[Along] = ()
    events: Sequence[dict[str, Any]] = ()


def entered(
    errand: Errand, ticket_id: UUID, decision: Decision, accounts: Iterable[Mapping[str, Any] | None]
) -> Entries:
    """`accounts`: rows of the ticket's account and of its reseller's own."""
    known = [account for account in accounts if account is not None]
    found = [entry for effect in decision.effects if (entry := _entry(effect, known)) is not None]
    steps, events = Counter[UUID](), []
    for account, kind, data in found:
        id_ = UUID(str(account["id"]))
        steps[id_] += 1
        told = {**data, "ticket": ticket_id}
        events.append(errand.event(kind, ("account", id_), account["version"] + steps[id_], told))
    along = [Along("account", {"id": id_}, {"updated_at": errand.now}, by) for id_, by in steps.items()]
    return Entries(along, events)


def _entry(
    effect: EffectDone, accounts: Sequence[Mapping[str, Any]]
) -> tuple[Mapping[str, Any], EventType, dict[str, Any]] | None:
    said = effect.model_extra or {}
    if effect.type == "draw":
        holder = next((account for account in accounts if account["number"] == said["account"]), None)
        drawn = {name: said[name] for name in ("allowance", "amount", "unit", "at")}
        return (holder, EventType.ACCOUNT_ALLOWANCE_DRAWN, drawn) if holder is not None else None
    if effect.type == "record" and said.get("lasts") == "account" and accounts:
        return accounts[0], EventType.ACCOUNT_TARIFF_AGREED, {"rule": said["rule"]}
    return None
