"""Who may call an operation: declared at its route, enforced there, and told by the OpenAPI document."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from fastapi import Depends
from fastapi.params import Depends as Dependency

from app.api.deps import Caller
from app.base.actor import Principal
from app.base.errors import Problem
from app.base.vocabulary import CONTACT_ROLES, STAFF_ROLES, Role, Scope


@dataclass(frozen=True, slots=True)
class Allowed:
    """A dependency for callers of these roles; a `service` also needs one of the scopes, where any is named."""

    roles: frozenset[Role]
    scopes: frozenset[Scope] = frozenset()
    judged: frozenset[Role] = frozenset()
    """Roles that may not either, and are told so by the policy, with its clauses."""

    async def __call__(self, caller: Caller) -> Principal:
        unscoped = caller.role is Role.SERVICE and self.scopes and not self.scopes & caller.scopes
        if caller.role not in self.roles | self.judged or unscoped:
            raise Problem("forbidden")
        return caller

    def told(self) -> Iterator[str]:
        """Each of them as the document names it: the role, and of a service also the scope."""
        for role in Role:
            if role in self.roles:
                scopes = [scope for scope in Scope if scope in self.scopes] if role is Role.SERVICE else []
                yield from (f"{role}:{scope}" for scope in scopes) if scopes else [str(role)]


def _allowed(roles: frozenset[Role], *scopes: Scope, judged: frozenset[Role] = frozenset()) -> list[Dependency]:
    services = {Role.SERVICE} if scopes else set()
    return [Depends(Allowed(roles | services, frozenset(scopes), judged))]


_PEOPLE: Final = frozenset(Role) - {Role.SERVICE}
_CUSTOMERS: Final = CONTACT_ROLES | {Role.RESELLER}

ANYBODY: Final = _allowed(frozenset(Role))
PEOPLE: Final = _allowed(_PEOPLE)
PEOPLE_OR_FOR_THEM: Final = _allowed(_PEOPLE, judged=frozenset({Role.SERVICE}))
CUSTOMERS: Final = _allowed(_CUSTOMERS)
STAFF: Final = _allowed(STAFF_ROLES)
ADMINS: Final = _allowed(frozenset({Role.ADMIN}))
STAFF_AND_RESELLERS: Final = _allowed(STAFF_ROLES | {Role.RESELLER})
OWN_RESELLER: Final = _allowed(frozenset({Role.RESELLER}), judged=_PEOPLE)
JUDGED_STAFF: Final = _allowed(STAFF_ROLES, judged=_CUSTOMERS)
JUDGED_STAFF_OR_MONITORING: Final = _allowed(STAFF_ROLES, Scope.EVENTS, judged=_CUSTOMERS)
ASKING: Final = _allowed(_PEOPLE, Scope.SUBMIT, Scope.INBOUND, Scope.EVENTS)
ACTING: Final = _allowed(_PEOPLE, Scope.SUBMIT, Scope.INBOUND)
FOLLOWING: Final = _allowed(_PEOPLE, Scope.SUBMIT, Scope.EVENTS)
SUBMITTING: Final = _allowed(_PEOPLE, Scope.SUBMIT)
PRICES: Final = _allowed(_PEOPLE, Scope.SUBMIT, Scope.PAYMENTS)
PAYING: Final = _allowed(frozenset(), Scope.PAYMENTS)
STAFF_OR_BILLING: Final = _allowed(STAFF_ROLES, Scope.PAYMENTS)
STAFF_OR_GATEWAY: Final = _allowed(STAFF_ROLES, Scope.INBOUND)
STAFF_OR_MONITORING: Final = _allowed(STAFF_ROLES, Scope.EVENTS)
ADMINS_OR_MONITORING: Final = _allowed(frozenset({Role.ADMIN}), Scope.EVENTS)
GATEWAY: Final = _allowed(frozenset(), Scope.INBOUND)
