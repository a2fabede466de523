"""Steps about customers: their listed people, holds, what is noticed of them, what they are told."""

from dataclasses import replace
from datetime import datetime

from app.base.vocabulary import Outcome
from app.policy.desk import events, notices, triggers
from app.policy.desk.accounts import apply_to_account
from app.policy.desk.contacts import ContactChange, change_contacts
from app.policy.scenarios import steps
from app.policy.scenarios.answer import Answer, of_reading, ticket_view
from app.policy.scenarios.memory import CannotPlay, Memory, first_contact, number_of
from app.policy.situation import EarlierEvent


def contact(memory: Memory, step: steps.ContactStep) -> Answer:
    at, account = memory.at(step), memory.account(step.account)
    assert account is not None
    policy = memory.policy(at)
    if step.role is not None and step.role not in policy.document.contacts:
        raise CannotPlay(f"the policy has no contact role {step.role}")
    sender = step.sender or first_contact(account)
    change = ContactChange(op=step.op, role=step.role, email=step.email, new_email=step.new_email)
    done = change_contacts(policy, account, change, sender, step.facts, memory.others(account), at)
    memory.keep(done.account)
    listed = {"role": done.role, "count": done.count, "limit": done.limit}
    return memory.answer(policy, done.decision, account.number, contacts=listed)


def hold(memory: Memory, step: steps.TransitionStep) -> Answer:
    at, account = memory.at(step), memory.account(step.account)
    if account is None or step.verb not in steps.ACCOUNT_VERBS:
        raise CannotPlay(f"{step.verb} needs {'a ticket' if account else 'a ticket or an account'}")
    policy = memory.policy(at)
    resellers = tuple(a for a in memory.accounts.values() if a.is_reseller)
    decision, after = apply_to_account(policy, account, step.verb, step.by, resellers, at)
    memory.keep(after)
    if step.verb == "adopt" and decision.outcome is Outcome.ACCEPTED and account.reseller is not None:
        memory.responsible[account.number] = account.reseller
    return memory.answer(policy, decision, account.number)


def event(memory: Memory, step: steps.EventStep) -> Answer:
    at, account = memory.at(step), memory.account(step.account)
    fields = step.model_dump(exclude={"at", "type", "account", "ticket"}, exclude_none=True)
    if step.ticket is not None:
        return _of_ticket(memory, step.ticket, events.Event(type=step.type, fields=fields), at)
    policy = memory.policy(at)
    noticed = memory.noticed.get(step.account, ())
    what = events.Event(type=step.type, fields=fields)
    done = events.happened(policy, what, account, memory.others(account), memory.incidents, at, noticed)
    memory.noticed[step.account] = (*noticed, EarlierEvent(at=at, values={"event": step.type, **fields}))
    memory.keep(*done.accounts)
    memory.incidents = done.incidents
    if account is not None and done.responsible is not None:
        memory.responsible[account.number] = done.responsible
    answer = memory.answer(policy, done.decision, number_of(account))
    decided = done.decision.effects or done.decision.breach or done.decision.citations
    return answer if decided else replace(answer, decision=None)


def _of_ticket(memory: Memory, name: str, what: events.Event, at: datetime) -> Answer:
    """A while that has passed on a ticket, or a time that it has missed."""
    policy, named = memory.taken_up(memory.tickets[name], at)
    around = memory.around_ticket(named)
    decision, after = triggers.noticed(policy, named, what, around, at)
    memory.tickets[named.id] = after
    return memory.answer(policy, decision, after.account, ticket=ticket_view(after))


def notice(memory: Memory, step: steps.NoticeStep) -> Answer:
    at = memory.at(step)
    policy = memory.policy(at)
    accounts = [memory.accounts[memory.numbers[name]] for name in step.accounts]
    found = notices.addressed(policy, accounts, step.kind, at)
    told = {
        "recipients": [memory.names[number] for number in found.recipients],
        "excluded": [{"account": memory.names[e.account], "reason": e.reason} for e in found.excluded],
    }
    return of_reading(policy, found, notice=told)
