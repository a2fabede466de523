"""What the desk of one scenario knows: versions, accounts, tickets, incidents, and the words for them in its file."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from app.policy.compile import CompiledPolicy
from app.policy.decision import Decision
from app.policy.desk import about
from app.policy.life import Desk
from app.policy.scenarios import answer as answers
from app.policy.scenarios.answer import Answer
from app.policy.scenarios.file import FileAccount
from app.policy.scenarios.steps import RequestStep, Step
from app.policy.situation import Account, Drawing, EarlierEvent, Request, Sender
from app.policy.stages.standing import account_meant
from app.policy.tickets.ticket import Ticket

ORDINARY = datetime(2026, 2, 10, 15, tzinfo=UTC)
"""When a step happens that does not say so: a working Tuesday."""


class CannotPlay(Exception):  # noqa: N818 - it reads as what happened
    """A step that cannot be played, in words."""


class Memory:
    """Everything a step may look up and leave behind; empty but for the accounts and the first version."""

    def __init__(self, policy: CompiledPolicy, accounts: Mapping[str, FileAccount]) -> None:
        own = {name: a for name, a in accounts.items() if a.provider == policy.document.provider}
        self.numbers = {name: a.account for name, a in own.items()}
        self.names = {number: name for name, number in self.numbers.items()}
        self.accounts = {a.account: a.as_account(self.numbers.get(a.reseller or "")) for a in own.values()}
        self.versions = [policy]
        self.tickets: dict[str, Ticket] = {}
        self.incidents: tuple[str, ...] = ()
        self.noticed: dict[str | None, tuple[EarlierEvent, ...]] = {}
        self.abuse: dict[str, int] = {}
        self.responsible: dict[str, str] = {}

    # ── time and policy ──────────────────────────────────────────────────────
    def at(self, step: Step) -> datetime:
        """When the step happens; where it does not matter, a day on which the newest version is in force."""
        if step.at is not None:
            return step.at.astimezone(UTC)
        start = about.newest(self.versions).document.effective_from
        return ORDINARY if start is None else max(ORDINARY, start)

    def policy(self, at: datetime) -> CompiledPolicy:
        return self._found(about.in_force(self.versions, at), at)

    def taken_up(self, ticket: Ticket, at: datetime) -> tuple[CompiledPolicy, Ticket]:
        """The version that decides about a ticket, and the ticket with its clocks as they go by it."""
        deciding = self._found(about.deciding(self.versions, ticket.received_at, at), ticket.received_at)
        policy = deciding.knowing(self.versions)
        return policy, ticket.replanned(policy, at)

    @staticmethod
    def _found(version: CompiledPolicy | None, at: datetime) -> CompiledPolicy:
        if version is None:
            raise CannotPlay(f"no version of the policy is in force at {at.isoformat()}")
        return version

    # ── accounts ─────────────────────────────────────────────────────────────
    def account(self, name: str | None) -> Account | None:
        return self.accounts[self.numbers[name]] if name is not None else None

    def account_of(self, ticket: Ticket) -> Account | None:
        return self.accounts[ticket.account] if ticket.account is not None else None

    def reseller_of(self, account: Account | None) -> Account | None:
        return self.accounts.get(account.reseller) if account is not None and account.reseller else None

    def others(self, account: Account | None) -> tuple[Account, ...]:
        return tuple(a for number, a in self.accounts.items() if account is None or number != account.number)

    def keep(self, *accounts: Account) -> None:
        self.accounts |= {a.number: a for a in accounts}

    def carry_out(self, decision: Decision, number: str | None) -> None:
        """What follows from a decision on the account itself."""
        for effect in decision.effects if number is not None else ():
            members = effect.model_extra or {}
            if effect.type == "staff_review" and members.get("of") == "emergency_abuse":
                self.abuse[str(number)] = self.abuse.get(str(number), 0) + 1
            if effect.type == "hold_account" and members.get("status") == "done":
                self.keep(self.accounts[str(number)].model_copy(update={"state": "on_hold"}))
            if effect.type == "record" and members.get("lasts") == "account":
                holder = self.accounts[str(number)]
                self.keep(holder.model_copy(update={"consents": (*holder.consents, str(members["rule"]))}))
            if effect.type == "draw":
                self._draw(self.accounts[members["account"]], members)

    def _draw(self, holder: Account, members: Mapping[str, Any]) -> None:
        """The ledger of what is included."""
        drawn = Drawing(allowance=members["allowance"], at=members["at"], amount=members["amount"])
        self.keep(holder.model_copy(update={"drawings": (*holder.drawings, drawn)}))

    # ── requests ─────────────────────────────────────────────────────────────
    def request(self, step: RequestStep, account: Account | None) -> Request:
        return Request(
            channel=step.channel,
            menu_option=step.menu_option,
            sender=step.sender or first_contact(account),
            on_behalf_of=self.account(step.on_behalf_of),
            action=step.action,
            facts=step.facts,
            estimated_minutes=step.estimated_minutes,
        )

    def around(self, policy: CompiledPolicy, request: Request, account: Account | None) -> tuple[Desk, Account | None]:
        """What is known around a request, and the account that it is about."""
        candidates = tuple(self.accounts.values()) if account is None and request.sender is not None else ()
        meant = account_meant(policy, request, account, candidates)
        mine = (t for t in self.tickets.values() if meant is not None and t.account == meant.number)
        around = Desk(
            account=account,
            account_named=account is not None,
            candidates=candidates,
            reseller=self.reseller_of(account),
            open_tickets=tuple(t.as_open() for t in mine if t.open),
            incidents=self.incidents,
        )
        return around, meant

    def around_ticket(self, ticket: Ticket) -> Desk:
        account = self.account_of(ticket)
        if account is None:
            return Desk(candidates=tuple(self.accounts.values()), incidents=self.incidents)
        reseller = self.reseller_of(account)
        return Desk(account=account, account_named=True, reseller=reseller, incidents=self.incidents)

    # ── answers ──────────────────────────────────────────────────────────────
    def answer(self, policy: CompiledPolicy, decision: Decision, number: str | None, /, **groups: Any) -> Answer:
        """The decision in the file's words, with the account and the policy as they stand after the step."""
        now = about.in_force(self.versions, decision.at)
        after = {
            "account": self._view(number),
            "policy": answers.policy_view(about.about(now, decision.at)) if now is not None else None,
        }
        return answers.of_decision(policy, decision, self.names, **after, **groups)

    def _view(self, number: str | None) -> dict[str, Any] | None:
        if number is None:
            return None
        abuse, responsible = self.abuse.get(number, 0), self.responsible.get(number)
        return answers.account_view(self.accounts[number], self.names, abuse=abuse, responsible=responsible)


def first_contact(account: Account | None) -> Sender | None:
    """Who asks where nobody is named."""
    if account is None or not account.contacts:
        return None
    first = account.contacts[0]
    return Sender(email=first.email, user=first.user, name=first.name)


def number_of(account: Account | None) -> str | None:
    return account.number if account is not None else None
