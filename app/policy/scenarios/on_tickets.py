"""Steps about requests and tickets: opened, classified, priced, written to, acted on, moved on."""

from datetime import datetime

from app.base.vocabulary import TicketStatus
from app.policy import life, messages
from app.policy.compile import CompiledPolicy
from app.policy.desk import quoting
from app.policy.desk.asking import ask_for_action
from app.policy.life import Desk
from app.policy.scenarios import steps
from app.policy.scenarios.answer import Answer, ticket_view
from app.policy.scenarios.memory import CannotPlay, Memory, first_contact, number_of
from app.policy.situation import Account, Request
from app.policy.tickets.history import DIAGNOSED, times_helped, with_history
from app.policy.tickets.ticket import Ticket
from app.policy.transitions import VERBS, apply
from app.policy.verbs.ending import surviving
from app.policy.verbs.step import Transition


def ticket(memory: Memory, step: steps.TicketStep, as_: str | None) -> Answer:
    at, account = memory.at(step), memory.account(step.account)
    policy, request = memory.policy(at), memory.request(step, account)
    around, meant = memory.around(policy, request, account)
    return _open(memory, policy, _knowing(memory, policy, request, meant), around, at, as_)


def _knowing(memory: Memory, policy: CompiledPolicy, request: Request, account: Account | None) -> Request:
    helped = times_helped(memory.tickets.values(), number_of(account), request.facts.get("topic"))
    return with_history(policy, request, helped)


def _open(
    memory: Memory, policy: CompiledPolicy, request: Request, around: Desk, at: datetime, as_: str | None
) -> Answer:
    name = as_ or f"ticket {len(memory.tickets) + 1}"
    opened = life.open_ticket(policy, request, around, at, id_=name)
    if opened.joins is not None:
        opened = life.joined(policy, around, opened, memory.tickets[opened.joins], at)
    memory.tickets[name] = shown = opened.ticket
    if opened.survivor is not None:
        memory.tickets[opened.survivor.id] = opened.survivor
        shown = opened.survivor.changed(merged_into=opened.survivor.id)
    number = opened.ticket.account
    memory.carry_out(opened.decision, number)
    view = ticket_view(shown, appended=opened.survivor is not None)
    return memory.answer(policy, opened.decision, number, ticket=view)


def classify(memory: Memory, step: steps.ClassifyStep) -> Answer:
    at, account = memory.at(step), memory.account(step.account)
    policy, request = memory.policy(at), memory.request(step, account)
    around, meant = memory.around(policy, request, account)
    decision, twin = life.classify(policy, _knowing(memory, policy, request, meant), around, at)
    if twin is not None:
        decision = decision.changed(targets=memory.tickets[twin].targets)
    return memory.answer(policy, decision, number_of(meant))


def quote(memory: Memory, step: steps.QuoteStep) -> Answer:
    at, account = memory.at(step), memory.account(step.account)
    policy = memory.policy(at)
    request = Request(sender=first_contact(account), facts=step.facts, estimated_minutes=step.minutes)
    if step.rule is None:
        decision = quoting.quote_by_facts(policy, request, account, at)
    elif step.rule in policy.document.fees:
        decision = quoting.quote_by_tariff(policy, step.rule, request, account, at)
    else:
        raise CannotPlay(f"the policy has no fee rule {step.rule}")
    return memory.answer(policy, decision, number_of(account))


def message(memory: Memory, step: steps.MessageStep) -> Answer:
    at, named = memory.at(step), memory.tickets[step.ticket]
    while named.merged_into is not None:
        named = memory.tickets[named.merged_into]
    policy, named = memory.taken_up(named, at)
    around = memory.around_ticket(named)
    request = memory.request(step, around.account)
    if named.status is TicketStatus.CLOSED and (step.sender is None or step.sender.role != "staff"):
        return _follow_up(memory, named, request, at)
    done = messages.reply(policy, named, request, around, at)
    memory.tickets[named.id] = done.ticket
    view = ticket_view(done.ticket, appended=done.appended)
    return memory.answer(policy, done.decision, done.ticket.account, ticket=view)


def _follow_up(memory: Memory, closed: Ticket, request: Request, at: datetime) -> Answer:
    """What is closed stays closed; what is said about it is a request of its own."""
    policy = memory.policy(at)
    kept = {name: value for name, value in closed.facts.items() if name not in DIAGNOSED}
    request = request.model_copy(update={"facts": {**kept, **request.facts}})
    around, meant = memory.around(policy, request, memory.account_of(closed))
    return _open(memory, policy, _knowing(memory, policy, request, meant), around, at, None)


def action(memory: Memory, step: steps.ActionStep) -> Answer:
    at, account = memory.at(step), memory.account(step.account)
    named = memory.tickets[step.ticket] if step.ticket is not None else None
    if named is not None:
        account = account or memory.account_of(named)
    policy = memory.taken_up(named, at)[0] if named is not None else memory.policy(at)
    request = memory.request(step, account)
    around, meant = memory.around(policy, request, account)
    decision = ask_for_action(policy, request, around, named, at)
    return memory.answer(policy, decision, number_of(meant), ticket=ticket_view(named) if named is not None else None)


def transition(memory: Memory, step: steps.TransitionStep, name: str) -> Answer:
    if step.verb not in VERBS:
        raise CannotPlay(f"{step.verb} needs an account")
    at = memory.at(step)
    policy, named = memory.taken_up(memory.tickets[name], at)
    around = memory.around_ticket(named)
    survivor = memory.tickets.get(str(step.payload.get("into")))
    moved = Transition(verb=step.verb, by=step.by, payload=step.payload)
    decision, after = apply(policy, named, moved, around, at, survivor=survivor)
    memory.tickets[named.id] = after
    memory.carry_out(decision, after.account)
    if after.merged_into is not None and survivor is not None:
        memory.tickets[survivor.id] = surviving(policy, survivor, named, at)
    return memory.answer(policy, decision, after.account, ticket=ticket_view(after))
