"""What stands behind an answer that is about no request: clauses and readings, collected as a decision's are."""

from datetime import datetime

from app.policy.compile import CompiledPolicy
from app.policy.decision import AssumptionUsed, Citation
from app.policy.language.model import Model
from app.policy.situation import Request, Situation
from app.policy.stages.deliberation import Deliberation


class Explained(Model):
    """An answer with its reasons."""

    citations: tuple[Citation, ...] = ()
    assumptions: tuple[AssumptionUsed, ...] = ()


def reasoning(policy: CompiledPolicy, at: datetime, stage: str) -> Deliberation:
    """A deliberation on nothing but the policy itself."""
    d = Deliberation(policy, Request(), Situation(), at)
    d.stage = stage
    return d
