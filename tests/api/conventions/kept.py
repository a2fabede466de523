"""What a convention of the API is: a question to one operation, answered by a complaint, or None where it is kept."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import httpx2

from tests.api.walking import Operation, Walk

Holds = Callable[[Walk, Operation], Awaitable[str | None]]
Applies = Callable[[Operation], bool]


@dataclass(frozen=True)
class Convention:
    name: str
    applies: Applies
    holds: Holds


class Conventions(dict[str, Convention]):
    """By name, in the order in which they are told."""

    def __call__(self, applies: Applies = lambda _: True) -> Callable[[Holds], Holds]:
        def kept(holds: Holds) -> Holds:
            self[holds.__name__] = Convention(holds.__name__, applies, holds)
            return holds

        return kept


def differs(answer: httpx2.Response, status: int, code: str | None = None) -> str | None:
    """What is wrong with it as a problem of this status and code."""
    if answer.status_code != status:
        return f"answered {answer.status_code} instead of {status}: {answer.text[:200]}"
    if answer.headers.get("content-type") != "application/problem+json":
        return f"a problem as {answer.headers.get('content-type')}"
    problem = answer.json()
    if not {"type", "title", "status", "detail", "code", "request_id"} <= problem.keys():
        return f"a problem with {sorted(problem)} only"
    if problem["status"] != status or problem["type"].rpartition("/")[2] != problem["code"]:
        return f"a problem at odds with itself: {problem}"
    return None if code in (None, problem["code"]) else f"{problem['code']} instead of {code}"


def points_at(answer: httpx2.Response, pointer: str) -> str | None:
    wrong = differs(answer, 422, "invalid")
    if wrong is None and pointer not in [fault["pointer"] for fault in answer.json().get("errors", ())]:
        return f"does not point at {pointer}: {answer.text[:300]}"
    return wrong
