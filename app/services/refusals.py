"""What the policy does not allow, told to the caller with the clauses that say so."""

from app.base.errors import CODES, Problem
from app.policy.decision import Decision, jsonable


def refusal(decision: Decision) -> Problem:
    """403 with the engine's reason as its code; a document's own reason is `forbidden`."""
    code = decision.reason if decision.reason in CODES else "forbidden"
    citations = jsonable(decision)["citations"]
    sentences = dict.fromkeys(c["sentence"] for c in citations if c["effect"].startswith("outcome"))
    return Problem(code, " ".join(sentences), citations=citations)
