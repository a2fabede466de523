"""What a policy offers to choose from where a verb names something of it."""

from collections.abc import Mapping
from typing import Final

from app.base.vocabulary import Coverage
from app.policy.compile import CompiledPolicy

_OF_POLICY: Final[Mapping[str, Mapping[str, str]]] = {
    "escalate": {"to_level": "level"},
    "transfer": {"department": "department"},
    "excuse": {"metric": "metric", "code": "code"},
}
"""Members of a verb's body that name something of the policy."""


def offered(policy: CompiledPolicy, kind: str) -> tuple[str | int, ...]:
    """All levels, departments, priorities or coverages that there are; metrics and codes, those that can be excused."""
    document = policy.document
    match kind:
        case "department":
            return tuple(document.departments)
        case "priority":
            return tuple(document.priorities)
        case "level":
            levels = {*document.levels, *(d.level for d in document.departments.values() if d.level is not None)}
            return tuple(sorted(levels))
        case "metric" | "code":
            excuses = document.excuses
            return () if excuses is None else tuple(excuses.metrics if kind == "metric" else excuses.codes)
        case _:
            return tuple(Coverage)


def offered_with(policy: CompiledPolicy, verb: str, level: int | None) -> tuple[tuple[str, tuple[str | int, ...]], ...]:
    """Members of the verb's body with what the policy offers there; from its level a ticket goes to another one."""
    named = _OF_POLICY.get(verb, {})
    there = {member: offered(policy, kind) for member, kind in named.items()}
    if "to_level" in there:
        there["to_level"] = tuple(other for other in there["to_level"] if other != level)
    return tuple(there.items())
