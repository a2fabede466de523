"""Who may use a verb: what staff alone may, what takes a listed person, and what needs leave to agree to a price."""

from app.policy.compile import CompiledPolicy
from app.policy.life import Desk
from app.policy.situation import Request, Sender, Situation
from app.policy.stages.standing import find_standing
from app.policy.tickets.ticket import Ticket
from app.policy.verbs.step import Step

_THE_DESK = frozenset({"staff", "system"})
_OF_ANYBODY = frozenset({"pay"})
"""Money that has arrived has arrived, whoever sent it."""
_OF_LISTED = frozenset({"reopen", "close"})
_AGREEING = frozenset({"consent", "decline"})


def missing_right(step: Step) -> str | None:
    """Why this person may not use the verb; None where nothing speaks against it."""
    verb, by = step.transition.verb, step.transition.by
    if by.role == "staff" and not within_reach(step.policy, step.ticket, by):
        return "role_not_permitted"
    if by.role in _THE_DESK or verb in _OF_ANYBODY:
        return None
    standing = standing_of(step.policy, step.ticket, step.desk, by)
    if standing is None:
        return "person_not_listed"
    if verb in _OF_LISTED or (verb in _AGREEING and standing in may_agree(step.policy)):
        return None
    return "role_not_permitted"


def granted(by: Sender) -> dict[str, object]:
    """What rules about transitions may read of the staff member who uses the verb."""
    grant = by.grant
    return {"staff.level": grant.level, "staff.supervisor": grant.supervisor} if grant is not None else {}


def within_reach(policy: CompiledPolicy, ticket: Ticket, by: Sender) -> bool:
    """Whether the ticket is this person's to work on: theirs already, or of a level and department of theirs."""
    grant = by.grant
    if grant is None or grant.supervisor or ticket.assignee == grant.id:
        return True
    department = policy.document.departments.get(ticket.department or "")
    if department is not None and department.for_supervisors:
        return False
    if grant.departments and ticket.department is not None and ticket.department not in grant.departments:
        return False
    return ticket.level is None or ticket.level <= grant.level


def standing_of(policy: CompiledPolicy, ticket: Ticket, desk: Desk, by: Sender) -> str | None:
    """The role of a listed person or of the reseller who asks; None for anybody else."""
    if desk.account is None:
        asked = ticket.request.sender
        same = asked is not None and (by.email, by.user) == (asked.email, asked.user) and by.mail_auth != "fail"
        return "requester" if same else None
    situation = Situation(account=desk.account, account_named=True, reseller=desk.reseller)
    found = find_standing(policy, Request(sender=by), situation, None)
    return found.role if found.role in policy.document.contacts or found.role == "reseller" else None


def may_agree(policy: CompiledPolicy) -> frozenset[str]:
    """Those who may agree to a price: the roles with the capability, or all where the policy gives it to none."""
    roles = policy.document.contacts
    capable = {slug for slug, role in roles.items() if {"consent", "everything"} & set(role.may)}
    return frozenset({*(capable or roles), "reseller", "requester"})
