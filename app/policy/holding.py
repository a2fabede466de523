"""Verbs on an account: put on hold, released, taken over by the reseller who answers for it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from app.base.vocabulary import Outcome
from app.policy import admission
from app.policy.compile import CompiledPolicy
from app.policy.decide import answer
from app.policy.decision import Decision
from app.policy.deliberation import Deliberation
from app.policy.model import Model
from app.policy.situation import Account, Request, Sender, Situation
from app.policy.standing import listed

AccountVerb = Literal["hold", "release", "adopt"]
_VERBS: tuple[AccountVerb, ...] = ("hold", "release", "adopt")


def account_verb(verb: str) -> AccountVerb | None:
    """The verb, if it is one on accounts."""
    return next((known for known in _VERBS if known == verb), None)


class HoldAnswer(Model):
    decision: Decision
    account: Account
    responsible: str | None = None
    """Number of the account that has taken it over."""


def change_hold(
    policy: CompiledPolicy, account: Account, verb: AccountVerb, by: Sender, others: Sequence[Account], at: datetime
) -> HoldAnswer:
    """Staff hold and release; the account's own reseller takes over, and with that the hold ends."""
    request = Request(sender=by)
    d = Deliberation(policy, request, Situation(account=account, account_named=True, transition=verb), at)
    admission.topic(d)
    admission.settle_account(d)
    reseller = _reseller(by, others)
    if reseller is not None:
        d.standing = d.values["sender.standing"] = "reseller"
    d.run("transition")
    if not d.ended:
        _check(d, account, verb, reseller)
    d.run("effects")
    decision = answer(d)
    if decision.outcome is not Outcome.ACCEPTED:
        return HoldAnswer(decision=decision, account=account)
    after = account.model_copy(update={"state": "on_hold" if verb == "hold" else "active"})
    return HoldAnswer(decision=decision, account=after, responsible=account.reseller if verb == "adopt" else None)


def _reseller(by: Sender, others: Sequence[Account]) -> Account | None:
    return next((a for a in others if a.is_reseller and listed(a, by) is not None), None)


def _check(d: Deliberation, account: Account, verb: AccountVerb, reseller: Account | None) -> None:
    _cite_holds(d)
    if d.standing == "staff":
        return
    if verb != "adopt" or reseller is None:
        admission.refuse(d, "role_not_permitted")
    elif account.reseller != reseller.number:
        admission.refuse(d, "not_own_customer")


def _cite_holds(d: Deliberation) -> None:
    """The rules by which accounts come to be held say why one may be."""
    d.stage = "transition"
    for ready in (ready for rules in d.policy.rules.values() for ready in rules):
        if any(effect.do == "hold_account" for effect in ready.rule.then):
            d.cite(ready.rule, str(d.situation.transition))
