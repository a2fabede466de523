"""A ticket and its account by the few facts that verbs are judged by where no rule has to be asked."""

from dataclasses import dataclass
from typing import NamedTuple, Never

from app.policy.decision import FeeDecision
from app.policy.life import Desk
from app.policy.situation import Account, ListedContact, Sender
from app.policy.stages.standing import AddressState
from app.policy.tickets.turn import Turn


class Unread(Exception):  # noqa: N818 - nothing is wrong with it
    """More of a ticket was asked for than where it stands."""


@dataclass(frozen=True, slots=True)
class Glimpse:
    """A ticket of which nobody knows more than where it stands and what it costs; Unread where more is asked for."""

    id: str
    turn: Turn
    fee: FeeDecision | None = None

    @property
    def whole(self) -> Never:
        raise Unread


class Customer(NamedTuple):
    """A person listed on an account, and the account."""

    role: str
    email: AddressState
    by_login: bool
    of_reseller: bool
    """Whether it is a reseller's customer."""
    on_hold: bool
    active: bool
    contact_info_current: bool
    facts: bool
    """Whether it has facts of its own."""

    def around(self, by: Sender) -> Desk:
        """The account as far as it is known, with the one person on its list."""
        person = ListedContact(role=self.role, email=by.email, user=by.user, name=by.name)
        account = Account(
            number="",
            active=self.active,
            state="on_hold" if self.on_hold else "active",
            contact_info_current=self.contact_info_current,
            reseller="" if self.of_reseller else None,
            contacts=(person,),
            facts={"": None} if self.facts else {},
        )
        return Desk(account=account, account_named=True)
