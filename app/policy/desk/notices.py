"""Who gets an announcement: every account, but for those that the policy leaves out."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from app.policy.compile import CompiledPolicy
from app.policy.decision import AssumptionUsed, Citation
from app.policy.desk.explaining import Explained
from app.policy.language.model import Model
from app.policy.situation import Account, Request, Situation
from app.policy.stages import admission
from app.policy.stages.deliberation import Deliberation

NoticeKind = Literal["announcement", "security", "incident"]


class LeftOut(Model):
    account: str
    """Number of the account."""
    reason: str


class NoticeReading(Explained):
    recipients: tuple[str, ...]
    """Numbers of the accounts."""
    excluded: tuple[LeftOut, ...]


def addressed(policy: CompiledPolicy, accounts: Sequence[Account], kind: NoticeKind, at: datetime) -> NoticeReading:
    """Ask the policy about each account; what an exclusion rests on is cited once."""
    recipients: list[str] = []
    excluded: list[LeftOut] = []
    citations: list[Citation] = []
    assumptions: list[AssumptionUsed] = []
    for account in accounts:
        d = Deliberation(policy, Request(), Situation(account=account, account_named=True), at)
        admission.topic(d)
        admission.settle_account(d)
        d.values["notice"] = kind
        d.run("notice")
        if d.excluded is None:
            recipients.append(account.number)
        else:
            excluded.append(LeftOut(account=account.number, reason=d.excluded))
        citations += [c for c in d.citations if c not in citations]
        assumptions += [a for a in d.assumptions if a not in assumptions]
    return NoticeReading(
        recipients=tuple(recipients),
        excluded=tuple(excluded),
        citations=tuple(citations),
        assumptions=tuple(assumptions),
    )
