"""What the desk itself says of a secure form that somebody names."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from app.base.vocabulary import Asserter
from app.db.secure_forms import named_form
from app.policy.compile import CompiledPolicy
from app.services.errands import Errand
from app.services.facts import state

REFERENCE: Final = "secure_form_ref"
STATE: Final = "secure_form_state"
VALID: Final = "valid"


async def about_form(
    errand: Errand, policy: CompiledPolicy, facts: Mapping[str, Any], accounts: Collection[object]
) -> dict[str, Any]:
    """The fact that says what became of the form named in `facts`; `accounts`: ids that the request may be about.

    A statement of its own, for the few requests that name one.
    """
    name = facts.get(REFERENCE)
    if not isinstance(name, str) or STATE not in policy.document.facts:
        return {}
    id_ = _as_id(name)
    row = await named_form(errand.database, errand.provider_id, id_) if id_ is not None else None
    return _stated(policy, {STATE: _judged(row, accounts, errand.now)})


def stated_of_form(policy: CompiledPolicy, reference: str, judged: str) -> dict[str, Any]:
    """Both facts, as far as the policy has words for them."""
    return _stated(policy, {REFERENCE: reference, STATE: judged})


def _stated(policy: CompiledPolicy, facts: Mapping[str, Any]) -> dict[str, Any]:
    known = {name: value for name, value in facts.items() if name in policy.document.facts}
    return state(policy, known, set(Asserter)).asserted


def _judged(row: Mapping[str, Any] | None, accounts: Collection[object], now: datetime) -> str:
    """One that nobody has filled in yet says as little as one that is not there."""
    if row is None:
        return "unknown"
    if str(row["account_id"]) not in {str(account) for account in accounts}:
        return "foreign"
    if row["state"] == "expired" or (row["state"] != "revealed" and row["expires_at"] <= now):
        return "expired"
    return VALID if row["state"] in ("filled", "revealed") else "unknown"


def _as_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
