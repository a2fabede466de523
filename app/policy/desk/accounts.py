"""What may happen to an account as such: a hold, its release, and a reseller taking its customer over."""

from datetime import datetime

from app.base.vocabulary import Outcome
from app.policy.compile import CompiledPolicy
from app.policy.decide import answer
from app.policy.decision import Decision
from app.policy.situation import Account, Request, Sender, Situation
from app.policy.stages.admission import refuse
from app.policy.stages.deliberation import Deliberation
from app.policy.stages.standing import listed

_STATE_AFTER = {"hold": "on_hold", "release": "active", "adopt": "active"}


def apply_to_account(
    policy: CompiledPolicy, account: Account, verb: str, by: Sender, resellers: tuple[Account, ...], at: datetime
) -> tuple[Decision, Account]:
    """`hold` and `release` are staff's; `adopt` is for the account's own reseller alone."""
    d = Deliberation(policy, Request(sender=by), Situation(account=account, transition=verb), at)
    own = next((r for r in resellers if r.number == account.reseller), None)
    takes_over = own is not None and listed(own, by) is not None
    d.standing = "staff" if by.role == "staff" else "reseller" if takes_over else "unlisted"
    d.values.update(
        {
            "transition": verb,
            "sender.standing": d.standing,
            "not_own_customer": not takes_over,
            "account.state": account.state,
            "reseller": account.reseller,
        }
    )
    d.run("transition")
    if verb == "adopt" and not takes_over:
        refuse(d, "not_own_customer")
    elif verb in ("hold", "release") and d.standing != "staff":
        refuse(d, "role_not_permitted")
    after = account
    if d.outcome is Outcome.ACCEPTED:
        after = account.model_copy(update={"state": _STATE_AFTER[verb]})
        d.emit("record", of=verb)
    return answer(d), after
