"""The price of an estimate, for a ticket that may never be: by a tariff of the policy, or by what the work is."""

from datetime import datetime

from app.policy.compile import CompiledPolicy
from app.policy.decide import answer, decide
from app.policy.decision import Decision
from app.policy.situation import Account, Request, Situation
from app.policy.stages import admission, charging
from app.policy.stages.deliberation import Deliberation


def quote_by_facts(policy: CompiledPolicy, request: Request, account: Account | None, at: datetime) -> Decision:
    """Decide about the work as a classification does, and show what it costs."""
    return decide(policy, request, _situation(account), at)


def quote_by_tariff(
    policy: CompiledPolicy, tariff: str, request: Request, account: Account | None, at: datetime
) -> Decision:
    """Price the request's minutes by a tariff; whoever names it has decided that it applies."""
    d = Deliberation(policy, request, _situation(account), at)
    admission.topic(d)
    if account is not None:
        admission.settle_account(d)
    charging.charge_by(d, tariff)
    return answer(d)


def _situation(account: Account | None) -> Situation:
    return Situation(account=account, account_named=account is not None, dry_run=True, ticket=True)
