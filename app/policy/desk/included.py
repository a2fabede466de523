"""What an account has of the help that its policy includes: granted, drawn, carried, expired, left."""

from datetime import datetime
from decimal import Decimal

from app.policy.compile import CompiledPolicy
from app.policy.desk.explaining import Explained
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
    """Every allowance of the policy; those that belong to a reseller are its own, shared by its customers."""
    found = []
    for name, allowance in policy.document.allowances.items():
        d = Deliberation(policy, Request(), Situation(account=account, account_named=True, reseller=reseller), at)
        admission.settle_account(d)
        d.stage = "fee"
        d.cite(allowance, f"allowance={name}")
        known = stock(d, name, allowance)
        terms = (allowance, known.size, known.drawings, at, policy.document.tz, known.since)
        found.append(
            IncludedReading(
                allowance=name,
                unit=allowance.unit,
                left=allowances.balance(*terms),
                entries=tuple(allowances.entries(*terms)),
                citations=d.citations,
                assumptions=d.assumptions,
            )
        )
    return tuple(found)
