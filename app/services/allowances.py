"""What is included for an account, as a ledger: granted, drawn, carried, expired, and what is left."""

from typing import Any

from app.base.errors import Problem
from app.db.accounts import account_for_change
from app.db.callers import Kind
from app.db.requests import Reference
from app.policy.decision import jsonable_citations
from app.policy.desk.included import IncludedReading, included
from app.services.accounts import as_account
from app.services.errands import Errand


async def read(errand: Errand, account: str) -> dict[str, Any]:
    """Of the policy in force now; what belongs to a reseller is shown to it and to staff."""
    named = Reference.of(account)
    caller, row = await account_for_change(
        errand.database, errand.provider_id, errand.principal, named.id, named.number, errand.now, None
    )
    if caller.kind is Kind.SERVICE:
        raise Problem("forbidden")
    if row is None:
        raise Problem("not_found")
    policy = await errand.policies.policy(errand.provider_id, row["version_now"], row["revision_now"])
    reseller = as_account(row["reseller_account"]) if row["reseller_account"] is not None else None
    found = included(policy, as_account(row["about"]), reseller, errand.now)
    own = caller.kind is not Kind.CONTACT
    shown = [r for r in found if own or policy.document.allowances[r.allowance].scope == "account"]
    return {"account": row["number"], "as_of": errand.now, "data": [_shown(reading) for reading in shown]}


def _shown(reading: IncludedReading) -> dict[str, Any]:
    entries = [{"kind": e.kind, "at": e.at, "amount": format(e.amount, "f"), "until": e.until} for e in reading.entries]
    return {
        "allowance": reading.allowance,
        "unit": reading.unit,
        "left": format(reading.left, "f"),
        "entries": entries,
        "citations": jsonable_citations(reading.citations),
    }
