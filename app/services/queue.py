"""The queue of a staff member: what waits, in the policy's order, and taking the next one."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from app.base.errors import Fault, Problem
from app.db.commands import Overtaken
from app.db.queue import QueueOrder, next_for_change, waiting
from app.policy.compile import CompiledPolicy
from app.policy.decision import jsonable_citations
from app.policy.desk.queueing import queue
from app.schemas.idempotency import StoredAnswer
from app.services.errands import Errand
from app.services.redacting import reason_without_secrets
from app.services.repeating import AnsweredBefore, check_repeated, once
from app.services.tickets.changing import as_due_now, gather
from app.services.tickets.knowing import known_of
from app.services.tickets.verbs import Act, act_on
from app.services.tickets.view import summary_view

_TRIES = 12
"""So many may take the next one at the same moment and each get one."""


async def waiting_for(errand: Errand, most: int) -> dict[str, Any]:
    """The caller's own and nobody's, of their departments and up to their level."""
    policy, rows = await _waiting(errand, most)
    said = queue(policy, (), errand.now)
    counts = {name: rows[0][name] if rows else 0 for name in ("waiting", "unowned", "overdue")}
    return {
        "data": [summary_view(row) for row in rows],
        **counts,
        "level_1": rows[0]["first"] if rows else 0,
        "override_requires": list(said.override_requires),
        "citations": jsonable_citations(said.citations),
        "assumptions": [{"id": used.id, "value": used.value} for used in said.assumptions],
    }


async def _waiting(errand: Errand, most: int) -> tuple[CompiledPolicy, Sequence[Mapping[str, Any]]]:
    """One statement; more where the policy is new to this process."""
    _check_staff(errand)
    policy = await _present(errand)
    while True:
        _, rows = await waiting(errand.database, errand.provider_id, errand.principal, _order(policy), errand.now, most)
        if not rows or (rows[0]["version_now"], rows[0]["revision_now"]) == (policy.version, policy.revision):
            return policy, rows
        policy = await errand.policies.policy(errand.provider_id, rows[0]["version_now"], rows[0]["revision_now"])


async def _present(errand: Errand) -> CompiledPolicy:
    guess = errand.policies.last_used(errand.provider_id)
    return guess if guess is not None else await errand.policies.policy_at(errand.provider_id, errand.now)


def _order(policy: CompiledPolicy) -> QueueOrder:
    document = policy.document
    ranked = sorted(document.priorities, key=policy.priority_rank)
    supervised = [slug for slug, department in document.departments.items() if department.for_supervisors]
    return QueueOrder(tuple(document.queue.order), ranked, document.queue.in_progress, supervised)


def _check_staff(errand: Errand) -> None:
    if not errand.principal.is_staff:
        raise Problem("forbidden", "The queue is for staff.")


# ── taking ───────────────────────────────────────────────────────────────────
async def take(errand: Errand, ticket: str | None, reason: str | None) -> StoredAnswer | None:
    """The next one, or a certain one where there is a reason for it; None where nothing waits."""
    _check_staff(errand)
    reason = reason_without_secrets(reason)
    if ticket is not None:
        return await once(lambda: _take_that(errand, ticket, reason))
    for _ in range(_TRIES):
        try:
            return await _take_next(errand, reason)
        except AnsweredBefore as before:
            return before.answer
        except Overtaken:
            continue
    raise Problem("conflict", "Others take tickets at the same moment; repeat in a little while.")


async def _take_next(errand: Errand, note: str | None) -> StoredAnswer | None:
    policy = await _present(errand)
    caller, row = await next_for_change(
        errand.database, errand.provider_id, errand.principal, _order(policy), errand.now, errand.repeat
    )
    await check_repeated(errand, row)
    if row["id"] is None:
        return None
    mine = {**row, "taker": {"id": str(caller.id), "name": caller.name}}
    known = await as_due_now(errand, await known_of(errand, caller, mine))
    return await act_on(errand, known, Act("assign", {"queue": "next"}, staff="me", note=note))


async def _take_that(errand: Errand, ticket: str, reason: str | None) -> StoredAnswer:
    known = await gather(errand, ticket)
    policy, rows = await _waiting(errand, 1)
    first = bool(rows) and rows[0]["id"] == known.id
    if not first and reason is None and "reason" in policy.document.queue.override_requires:
        fault = Fault("/reason", "required", "Another ticket is next; say why this one comes first.")
        raise Problem("invalid", errors=[fault], citations=jsonable_citations(queue(policy, (), errand.now).citations))
    mine = {**known.row, "taker": {"id": str(known.caller.id), "name": known.caller.name}}
    known = replace(known, row=mine)
    told = {"queue": "next" if first else "out_of_order"}
    return await act_on(errand, known, Act("assign", told, staff="me", note=reason))
