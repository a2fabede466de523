"""What an account has of the help that its policy includes: granted, drawn, carried, expired, left."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from app.policy.compile import CompiledPolicy
from app.policy.desk.explaining import Explained
from app.policy.language.predicate import Predicate
from app.policy.money import allowances
from app.policy.money.allowances import Entry
from app.policy.situation import Account, Request, Situation
from app.policy.stages import admission
from app.policy.stages.deliberation import Deliberation
from app.policy.stages.included import stock


class IncludedReading(Explained):
    """One allowance as it stands; amounts are in its unit."""

    allowance: str
    unit: str
    left: Decimal
    entries: tuple[Entry, ...]


def included(
    policy: CompiledPolicy, account: Account, reseller: Account | None, at: datetime
) -> tuple[IncludedReading, ...]:
    """Every allowance that the account may draw on and of which it was granted something, now or before.

    Those that belong to a reseller are its own, shared by its customers.
    """
    found = []
    for name, allowance in policy.document.allowances.items():
        d = Deliberation(policy, Request(), Situation(account=account, account_named=True, reseller=reseller), at)
        admission.settle_account(d)
        d.stage = "fee"
        d.cite(allowance, f"allowance={name}")
        known = stock(d, name, allowance)
        terms = (allowance, known.size, known.drawings, at, policy.document.tz, known.since)
        left, entries = allowances.balance(*terms), tuple(allowances.entries(*terms))
        if not _may_draw(d, account, allowance.eligible) or not (left or entries):
            continue
        found.append(
            IncludedReading(
                allowance=name,
                unit=allowance.unit,
                left=left,
                entries=entries,
                citations=d.citations,
                assumptions=d.assumptions,
            )
        )
    return tuple(found)


def _may_draw(d: Deliberation, account: Account, eligible: Predicate) -> bool:
    """Whether there can be work of this account that draws: what the condition says of the work is left open."""
    parts = [d.policy.condition({name: wanted}) for name, wanted in eligible.items()]
    of_account = [part for part in parts if all(_is_of_account(d.policy, name) for name in part.reads)]

    def holds(values: Mapping[str, Any]) -> bool:
        return all(part.holds(values) for part in of_account)

    return holds(d.values) or any(holds({**d.values, "product": product}) for product in account.products)


def _is_of_account(policy: CompiledPolicy, name: str) -> bool:
    """Whether a fact is the account's own, the same for all its requests."""
    fact = policy.document.facts.get(name)
    return name.startswith("account.") or (fact is not None and "contract" in fact.asserted_by)
