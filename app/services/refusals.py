"""What the policy does not allow, told to the caller with the clauses that say so."""

from collections.abc import Iterable

from app.base.errors import CODES, Fault, Problem
from app.policy.decision import AnyOf, Decision, jsonable
from app.policy.verbs.money import FORMS

_SAID_BY_TRIAGE = frozenset({"customer_info", "symptoms", "goal", "underlying_problem", "reproduction_attempt"})


def refusal(decision: Decision, *, passing: bool = False) -> Problem:
    """403 with the engine's reason as its code, a document's own reason is `forbidden`; 409 where it may pass."""
    citations = jsonable(decision)["citations"]
    sentences = dict.fromkeys(c["sentence"] for c in citations if c["effect"].startswith("outcome"))
    errors = [lacking(name) for name in _names(decision.missing)]
    return Problem(code_of(decision.reason), " ".join(sentences), errors, citations, passing=passing)


def lacking(name: str) -> Fault:
    """What the engine misses, where the caller can add it."""
    if name in FORMS:
        return Fault("/form", "required", f"This price is agreed to by {name}: say `form: {name}`.")
    return Fault(f"/{name}" if name in _SAID_BY_TRIAGE else f"/facts/{name}", "required", "This is still missing.")


def code_of(reason: str | None) -> str:
    return reason if reason in CODES else "forbidden"


def _names(missing: Iterable[str | AnyOf]) -> Iterable[str]:
    for one in missing:
        combinations = ((one,),) if isinstance(one, str) else one.any_of
        yield from dict.fromkeys(name for combination in combinations for name in combination)
