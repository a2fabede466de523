"""Who may use a verb: what staff alone may, what takes a listed person, and what needs leave to agree to a price."""

from functools import cached_property

from app.policy.compile import CompiledPolicy
from app.policy.life import Desk
from app.policy.situation import Request, Sender
from app.policy.stages.standing import find_standing
from app.policy.tickets.ticket import Judged
from app.policy.tickets.turn import Turn

_THE_DESK = frozenset({"staff", "system"})
_OF_ANYBODY = frozenset({"pay"})
"""Money that has arrived has arrived, whoever sent it."""
_OF_LISTED = frozenset({"reopen", "close"})
_AGREEING = frozenset({"consent", "decline"})


class Authority:
    """What one person may do with a ticket; found once, for however many verbs."""

    def __init__(self, policy: CompiledPolicy, ticket: Judged, desk: Desk, by: Sender) -> None:
        self._policy, self._ticket, self._desk, self._by = policy, ticket, desk, by

    @cached_property
    def _out_of_reach(self) -> bool:
        return self._by.role == "staff" and not within_reach(self._policy, self._ticket.turn, self._by)

    @cached_property
    def _standing(self) -> str | None:
        return standing_of(self._policy, self._ticket, self._desk, self._by)

    def lacking(self, verb: str) -> str | None:
        """Why this person may not use the verb; None where nothing speaks against it."""
        if self._out_of_reach:
            return "role_not_permitted"
        if self._by.role in _THE_DESK or verb in _OF_ANYBODY:
            return None
        if self._standing is None:
            return "person_not_listed"
        if verb in _OF_LISTED or (verb in _AGREEING and self._standing in self._policy.agreeing):
            return None
        return "role_not_permitted"


def granted(by: Sender) -> dict[str, object]:
    """What rules about transitions may read of the staff member who uses the verb."""
    grant = by.grant
    return {"staff.level": grant.level, "staff.supervisor": grant.supervisor} if grant is not None else {}


def within_reach(policy: CompiledPolicy, turn: Turn, by: Sender) -> bool:
    """Whether the ticket is this person's to work on: theirs already, or of a level and department of theirs."""
    grant = by.grant
    if grant is None or grant.supervisor or turn.assignee == grant.id:
        return True
    department = policy.document.departments.get(turn.department or "")
    if department is not None and department.for_supervisors:
        return False
    if grant.departments and turn.department is not None and turn.department not in grant.departments:
        return False
    return turn.level is None or turn.level <= grant.level


def standing_of(policy: CompiledPolicy, ticket: Judged, desk: Desk, by: Sender) -> str | None:
    """The role of a listed person or of the reseller who asks; None for anybody else."""
    if desk.account is None:
        asked = ticket.whole.request.sender
        same = asked is not None and (by.email, by.user) == (asked.email, asked.user) and by.mail_auth != "fail"
        return "requester" if same else None
    found = find_standing(policy, Request(sender=by), desk, None)
    return found.role if found.role in policy.document.contacts or found.role == "reseller" else None
