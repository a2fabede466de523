"""The laws of explanation, checked on every decision without being written."""

from collections.abc import Iterator

from app.policy.money.fees import total
from app.policy.scenarios.answer import Answer
from app.policy.scenarios.matching import Mismatch


def broken(answer: Answer) -> list[Mismatch]:
    return list(_broken(answer))


def _broken(answer: Answer) -> Iterator[Mismatch]:
    if answer.policy is None:
        return
    document = answer.policy.document
    for clause in dict.fromkeys(c.clause for c in answer.citations):
        if clause not in document.clauses:
            yield Mismatch("cites", "clauses of the policy version used", clause)
    for used in answer.assumptions:
        if used.id not in document.assumptions:
            yield Mismatch("assumptions", "assumptions of the policy", used.id)
    decision = answer.decision
    if decision is None:
        return
    if not decision.citations:
        yield Mismatch("cites", "at least one clause", None)
    if (fee := decision.fee) is not None and fee.amount not in (None, total(fee.lines)):
        yield Mismatch("fee.lines", fee.amount, total(fee.lines))
    for target in decision.targets:
        explains = decision.assumptions or any(c.effect.startswith(target.metric) for c in decision.citations)
        if target.due_at is None and not explains:
            yield Mismatch(f"targets.{target.metric}", "a citation or an assumption for its lack of a due time", None)
