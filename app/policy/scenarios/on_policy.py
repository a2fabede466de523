"""Steps about the policy itself, and about what it says of all tickets: read, published, goals, the queue."""

from collections.abc import Sequence

from app.policy.desk import about, goals, publishing, queueing
from app.policy.desk.explaining import Explained
from app.policy.scenarios import steps
from app.policy.scenarios.answer import Answer, of_reading, policy_view
from app.policy.scenarios.memory import CannotPlay, Memory, first_contact
from app.policy.situation import Request, Situation
from app.policy.stages.standing import find_standing


def read(memory: Memory, step: steps.ReadStep) -> Answer:
    at, account = memory.at(step), memory.account(step.account)
    policy = about.newest(memory.versions) if step.at is None else about.in_force(memory.versions, at)
    if policy is None:
        return Answer(None, {"outcome": "accepted", "policy": None})
    found = about.about(policy, at)
    situation = Situation(account=account, account_named=account is not None)
    who = find_standing(policy, Request(sender=step.sender or first_contact(account)), situation, None)
    return of_reading(policy, found, policy=policy_view(found), standing=who.role)


def publish(memory: Memory, step: steps.PublishStep) -> Answer:
    at = step.at or step.effective_from
    policy = memory.policy(at)
    version = about.newest(memory.versions).version + 1
    try:
        document = publishing.revised(policy.document, step.changes)
        after, decision = publishing.publish(
            policy, document, version=version, effective_from=step.effective_from, at=at
        )
    except publishing.CannotPublish as cannot:
        raise CannotPlay(str(cannot)) from None
    memory.versions.append(after)
    return memory.answer(policy, decision, None)


def report(memory: Memory, step: steps.ReportStep) -> Answer:
    at = memory.at(step)
    policy = memory.policy(at)
    goal = goals.goal_of(policy, step.metric)
    if goal is None:
        raise CannotPlay(f"the policy has no goal for {step.metric}")
    tickets = _tasks(step.tickets) if step.tickets is not None else None
    found = goals.report(policy, goal, step.counts, tickets, at)
    return of_reading(policy, found, report=_without_reasons(found))


def queue(memory: Memory, step: steps.QueueStep) -> Answer:
    at = memory.at(step)
    policy = memory.policy(at)
    found = queueing.queue(policy, _tasks(step.tickets), at)
    return of_reading(policy, found, queue=_without_reasons(found))


def _without_reasons(found: Explained) -> dict[str, object]:
    return found.model_dump(exclude={"citations", "assumptions"})


def _tasks(listed: Sequence[steps.ListedTicket]) -> list[goals.OpenTask]:
    return [
        goals.OpenTask(
            id=t.as_,
            received_at=t.received_at,
            priority=t.priority,
            department=t.department,
            due_at=t.due,
            responded=t.responded,
        )
        for t in listed
    ]
