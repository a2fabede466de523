"""The in-memory desk: each kind of step is one function from the step to an answer, which becomes history."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from app.policy.compile import CompiledPolicy
from app.policy.decide import decide
from app.policy.life import Desk, open_ticket, reply
from app.policy.scenarios import answer as answers
from app.policy.scenarios.answer import Answer
from app.policy.scenarios.file import FileAccount, Played
from app.policy.scenarios.steps import ClassifyStep, MessageStep, RequestStep, TicketStep, TransitionStep
from app.policy.situation import Account, Request, Situation
from app.policy.ticket import Ticket
from app.policy.transitions import apply
from app.policy.verbs.ending import surviving
from app.policy.verbs.step import Transition

ORDINARY = datetime(2026, 2, 10, 15, tzinfo=UTC)
"""When a step happens that does not say so: a working Tuesday."""


class CannotPlay(Exception):  # noqa: N818 - it reads as what happened
    """A step that this desk cannot play, in words."""


class ScenarioDesk:
    """Accounts, tickets and incidents of one scenario, from empty."""

    def __init__(self, policy: CompiledPolicy, accounts: Mapping[str, FileAccount]) -> None:
        own = {name: a for name, a in accounts.items() if a.provider == policy.document.provider}
        numbers = {name: a.account for name, a in own.items()}
        self._versions = [policy]
        self._names = {number: name for name, number in numbers.items()}
        self._accounts = {name: a.as_account(numbers.get(a.reseller or "")) for name, a in own.items()}
        self._tickets: dict[str, Ticket] = {}
        self._incidents: list[str] = []
        self._abuse: dict[str, int] = {}
        self._responsible: dict[str, str] = {}

    def play(self, played: Played) -> Answer:
        kinds: dict[str, Callable[[Any, str | None], Answer]] = {
            "ticket": self._ticket,
            "classify": self._classify,
            "message": self._message,
            "transition": self._transition,
        }
        if played.kind not in kinds:
            raise CannotPlay(f"steps of kind {played.kind} cannot be played yet")
        return kinds[played.kind](played.step, played.as_)

    # ── what the desk knows ──────────────────────────────────────────────────
    def _at(self, step: Any) -> datetime:
        at: datetime = step.at or ORDINARY
        return at.astimezone(UTC)

    def _version(self, at: datetime) -> CompiledPolicy:
        found = [v for v in self._versions if v.in_force(at)]
        if not found:
            raise CannotPlay(f"no version of the policy is in force at {at.isoformat()}")
        return found[-1]

    def _account(self, name: str | None) -> Account | None:
        return self._accounts[name] if name is not None else None

    def _around(self, step: RequestStep, account: Account | None) -> Desk:
        return Desk(
            account=account,
            account_named=step.account is not None,
            candidates=tuple(self._accounts.values()) if account is None and step.sender is not None else (),
            open_tickets=tuple(
                t for t in self._tickets.values() if t.open and (account is None or t.account == account.number)
            ),
            incidents=tuple(self._incidents),
        )

    def _request(self, step: RequestStep) -> Request:
        return Request(
            channel=step.channel,
            menu_option=step.menu_option,
            sender=step.sender,
            on_behalf_of=self._account(step.on_behalf_of),
            action=step.action,
            facts=step.facts,
            estimated_minutes=step.estimated_minutes,
        )

    def _view_of(self, number: str | None) -> dict[str, Any] | None:
        name = self._names.get(number or "")
        if name is None or number is None:
            return None
        return answers.account_view(
            self._accounts[name],
            self._names,
            abuse=self._abuse.get(number, 0),
            responsible=self._responsible.get(number),
        )

    # ── requests ─────────────────────────────────────────────────────────────
    def _ticket(self, step: TicketStep, as_: str | None) -> Answer:
        at = self._at(step)
        policy, around = self._version(at), self._around(step, self._account(step.account))
        opened = open_ticket(policy, self._request(step), around, at, id_=as_ or f"ticket {len(self._tickets) + 1}")
        self._tickets[opened.ticket.id] = opened.ticket
        shown = opened.ticket
        if opened.survivor is not None:
            self._tickets[opened.survivor.id] = opened.survivor
            shown = opened.survivor.changed(merged_into=opened.survivor.id)
        self._take_effects(opened.decision, opened.ticket.account)
        return answers.of_decision(
            policy,
            opened.decision,
            self._names,
            ticket=answers.ticket_view(shown),
            account=self._view_of(opened.ticket.account),
        )

    def _classify(self, step: ClassifyStep, _: str | None) -> Answer:
        at = self._at(step)
        policy, around = self._version(at), self._around(step, self._account(step.account))
        situation = Situation(
            account=around.account,
            account_named=around.account_named,
            candidates=around.candidates,
            incidents=around.incidents,
            open_tickets=tuple(t.as_open() for t in around.open_tickets),
            dry_run=True,
            ticket=True,
        )
        decision = decide(policy, self._request(step), situation, at)
        account = around.account.number if around.account else None
        return answers.of_decision(policy, decision, self._names, account=self._view_of(account))

    def _take_effects(self, decision: Any, number: str | None) -> None:
        for effect in decision.effects:
            members = effect.model_extra or {}
            if effect.type == "staff_review" and members.get("of") == "emergency_abuse" and number is not None:
                self._abuse[number] = self._abuse.get(number, 0) + 1

    # ── an existing ticket ───────────────────────────────────────────────────
    def _of_ticket(self, ticket: Ticket) -> tuple[CompiledPolicy, Desk]:
        account = self._account(self._names.get(ticket.account or ""))
        around = Desk(account=account, account_named=True, incidents=tuple(self._incidents))
        return self._version(ticket.received_at), around

    def _message(self, step: MessageStep, _: str | None) -> Answer:
        ticket = self._tickets[step.ticket]
        policy, around = self._of_ticket(ticket)
        done = reply(policy, ticket, self._request(step), around, self._at(step))
        self._tickets[ticket.id] = done.ticket
        return answers.of_decision(
            policy,
            done.decision,
            self._names,
            ticket=answers.ticket_view(done.ticket, appended=done.appended),
            account=self._view_of(done.ticket.account),
        )

    def _transition(self, step: TransitionStep, _: str | None) -> Answer:
        if step.ticket is None:
            raise CannotPlay(f"the verb {step.verb} on an account cannot be played yet")
        ticket = self._tickets[step.ticket]
        policy, around = self._of_ticket(ticket)
        transition = Transition(verb=step.verb, by=step.by, payload=step.payload)
        into = step.payload.get("into")
        survivor = self._tickets.get(str(into)) if into is not None else None
        decision, after = apply(policy, ticket, transition, around, self._at(step), survivor=survivor)
        self._tickets[ticket.id] = after
        if after.merged_into is not None and survivor is not None:
            self._tickets[survivor.id] = surviving(survivor, ticket)
        return answers.of_decision(
            policy,
            decision,
            self._names,
            ticket=answers.ticket_view(after),
            account=self._view_of(after.account),
        )
