"""The in-memory desk: each kind of step is one function from the step to an answer, which becomes history."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from app.base.vocabulary import Outcome, TicketStatus
from app.policy import about, events, goals, notices, publishing, queueing, quoting
from app.policy.accounts import apply_to_account
from app.policy.asking import ask_for_action
from app.policy.compile import CompiledPolicy
from app.policy.contacts import ContactChange, change_contacts
from app.policy.decide import decide
from app.policy.decision import Decision
from app.policy.history import DIAGNOSED, times_helped, with_history
from app.policy.life import Desk, open_ticket, reply
from app.policy.scenarios import answer as answers
from app.policy.scenarios import steps
from app.policy.scenarios.answer import Answer
from app.policy.scenarios.file import FileAccount, Played
from app.policy.situation import Account, EarlierEvent, Request, Sender, Situation
from app.policy.standing import account_meant, find_standing
from app.policy.stating import misstated
from app.policy.ticket import Ticket
from app.policy.transitions import VERBS, apply
from app.policy.verbs.ending import surviving
from app.policy.verbs.step import Transition

ORDINARY = datetime(2026, 2, 10, 15, tzinfo=UTC)
"""When a step happens that does not say so: a working Tuesday."""


class CannotPlay(Exception):  # noqa: N818 - it reads as what happened
    """A step that cannot be played, in words."""


class ScenarioDesk:
    """Accounts, tickets, incidents and versions of one scenario, from empty."""

    def __init__(self, policy: CompiledPolicy, accounts: Mapping[str, FileAccount]) -> None:
        own = {name: a for name, a in accounts.items() if a.provider == policy.document.provider}
        numbers = {name: a.account for name, a in own.items()}
        self._versions = [policy]
        self._names = {number: name for name, number in numbers.items()}
        self._accounts = {a.account: a.as_account(numbers.get(a.reseller or "")) for a in own.values()}
        self._numbers = numbers
        self._tickets: dict[str, Ticket] = {}
        self._incidents: tuple[str, ...] = ()
        self._noticed: dict[str | None, tuple[EarlierEvent, ...]] = {}
        self._abuse: dict[str, int] = {}
        self._responsible: dict[str, str] = {}
        self._steps: dict[str, Callable[[Any, str | None], Answer]] = {
            "ticket": self._ticket,
            "classify": lambda step, _: self._classify(step),
            "message": lambda step, _: self._message(step),
            "action": lambda step, _: self._action(step),
            "contact": lambda step, _: self._contact(step),
            "transition": lambda step, _: self._transition(step),
            "event": lambda step, _: self._event(step),
            "notice": lambda step, _: self._notice(step),
            "quote": lambda step, _: self._quote(step),
            "read": lambda step, _: self._read(step),
            "publish": lambda step, _: self._publish(step),
            "report": lambda step, _: self._report(step),
            "queue": lambda step, _: self._queue(step),
        }

    def play(self, played: Played) -> Answer:
        stated = {**getattr(played.step, "facts", {}), **getattr(played.step, "payload", {}).get("facts", {})}
        if wrong := misstated(self._versions[-1].names, stated):
            raise CannotPlay("; ".join(f"facts.{flaw.steps[0]}: {flaw.message}" for flaw in wrong))
        return self._steps[played.kind](played.step, played.as_)

    # ── what the desk knows ──────────────────────────────────────────────────
    def _at(self, step: steps.Step) -> datetime:
        """When the step happens; where it does not matter, a day on which the newest version is in force."""
        if step.at is not None:
            return step.at.astimezone(UTC)
        start = about.newest(self._versions).document.effective_from
        return ORDINARY if start is None else max(ORDINARY, start)

    def _policy(self, at: datetime) -> CompiledPolicy:
        return self._in_force(about.in_force(self._versions, at), at)

    @staticmethod
    def _in_force(found: CompiledPolicy | None, at: datetime) -> CompiledPolicy:
        if found is None:
            raise CannotPlay(f"no version of the policy is in force at {at.isoformat()}")
        return found

    def _account(self, name: str | None) -> Account | None:
        return self._accounts[self._numbers[name]] if name is not None else None

    def _reseller_of(self, account: Account | None) -> Account | None:
        return self._accounts.get(account.reseller) if account is not None and account.reseller else None

    def _others(self, account: Account | None) -> tuple[Account, ...]:
        return tuple(a for number, a in self._accounts.items() if account is None or number != account.number)

    def _around(self, policy: CompiledPolicy, request: Request, account: Account | None) -> tuple[Desk, Account | None]:
        """What is known around a request, and the account that it is about."""
        candidates = tuple(self._accounts.values()) if account is None and request.sender is not None else ()
        meant = account_meant(policy, request, account, candidates)
        mine = (t for t in self._tickets.values() if meant is not None and t.account == meant.number)
        around = Desk(
            account=account,
            account_named=account is not None,
            candidates=candidates,
            reseller=self._reseller_of(account),
            open_tickets=tuple(t for t in mine if t.open),
            incidents=self._incidents,
        )
        return around, meant

    def _request(self, step: steps.RequestStep, account: Account | None) -> Request:
        return Request(
            channel=step.channel,
            menu_option=step.menu_option,
            sender=step.sender or _first_contact(account),
            on_behalf_of=self._account(step.on_behalf_of),
            action=step.action,
            facts=step.facts,
            estimated_minutes=step.estimated_minutes,
        )

    def _view(self, number: str | None) -> dict[str, Any] | None:
        if number is None:
            return None
        abuse, responsible = self._abuse.get(number, 0), self._responsible.get(number)
        return answers.account_view(self._accounts[number], self._names, abuse=abuse, responsible=responsible)

    def _carry_out(self, decision: Decision, number: str | None) -> None:
        """What follows from a decision on the account itself."""
        for effect in decision.effects:
            members = effect.model_extra or {}
            if number is None:
                return
            if effect.type == "staff_review" and members.get("of") == "emergency_abuse":
                self._abuse[number] = self._abuse.get(number, 0) + 1
            if effect.type == "hold_account" and members.get("status") == "done":
                self._keep(self._accounts[number].model_copy(update={"state": "on_hold"}))

    def _keep(self, *accounts: Account) -> None:
        self._accounts |= {a.number: a for a in accounts}

    def _answer(self, policy: CompiledPolicy, decision: Decision, number: str | None, /, **groups: Any) -> Answer:
        return answers.of_decision(policy, decision, self._names, account=self._view(number), **groups)

    # ── requests ─────────────────────────────────────────────────────────────
    def _ticket(self, step: steps.TicketStep, as_: str | None) -> Answer:
        at, account = self._at(step), self._account(step.account)
        policy, request = self._policy(at), self._request(step, account)
        around, meant = self._around(policy, request, account)
        return self._open(policy, self._knowing(policy, request, meant), around, at, as_)

    def _knowing(self, policy: CompiledPolicy, request: Request, account: Account | None) -> Request:
        number = account.number if account is not None else None
        helped = times_helped(self._tickets.values(), number, request.facts.get("topic"))
        return with_history(policy, request, helped)

    def _open(self, policy: CompiledPolicy, request: Request, around: Desk, at: datetime, as_: str | None) -> Answer:
        name = as_ or f"ticket {len(self._tickets) + 1}"
        opened = open_ticket(policy, request, around, at, id_=name)
        self._tickets[name] = shown = opened.ticket
        if opened.survivor is not None:
            self._tickets[opened.survivor.id] = opened.survivor
            shown = opened.survivor.changed(merged_into=opened.survivor.id)
        number = opened.ticket.account
        self._carry_out(opened.decision, number)
        view = answers.ticket_view(shown, appended=opened.survivor is not None)
        return self._answer(policy, opened.decision, number, ticket=view)

    def _classify(self, step: steps.ClassifyStep) -> Answer:
        at, account = self._at(step), self._account(step.account)
        policy, request = self._policy(at), self._request(step, account)
        around, meant = self._around(policy, request, account)
        request = self._knowing(policy, request, meant)
        situation = Situation(
            account=around.account,
            account_named=around.account_named,
            candidates=around.candidates,
            reseller=around.reseller,
            incidents=around.incidents,
            open_tickets=tuple(t.as_open() for t in around.open_tickets),
            dry_run=True,
            ticket=True,
        )
        decision = decide(policy, request, situation, at)
        return self._answer(policy, decision, meant.number if meant else None)

    def _quote(self, step: steps.QuoteStep) -> Answer:
        at, account = self._at(step), self._account(step.account)
        policy = self._policy(at)
        request = Request(sender=_first_contact(account), facts=step.facts, estimated_minutes=step.minutes)
        if step.rule is not None and step.rule not in policy.document.fees:
            raise CannotPlay(f"the policy has no fee rule {step.rule}")
        decision = (
            quoting.quote_by_facts(policy, request, account, at)
            if step.rule is None
            else quoting.quote_by_tariff(policy, step.rule, request, account, at)
        )
        return self._answer(policy, decision, account.number if account else None)

    # ── an existing ticket ───────────────────────────────────────────────────
    def _of_ticket(self, ticket: Ticket, at: datetime) -> tuple[CompiledPolicy, Desk]:
        policy = self._in_force(about.deciding(self._versions, ticket.received_at, at), ticket.received_at)
        if ticket.account is None:
            return policy, Desk(candidates=tuple(self._accounts.values()), incidents=self._incidents)
        account = self._accounts[ticket.account]
        reseller = self._reseller_of(account)
        return policy, Desk(account=account, account_named=True, reseller=reseller, incidents=self._incidents)

    def _message(self, step: steps.MessageStep) -> Answer:
        at, ticket = self._at(step), self._tickets[step.ticket]
        while ticket.merged_into is not None:
            ticket = self._tickets[ticket.merged_into]
        policy, around = self._of_ticket(ticket, at)
        request = self._request(step, around.account)
        if ticket.status is TicketStatus.CLOSED and (step.sender is None or step.sender.role != "staff"):
            return self._follow_up(ticket, request, at)
        done = reply(policy, ticket, request, around, at)
        self._tickets[ticket.id] = done.ticket
        view = answers.ticket_view(done.ticket, appended=done.appended)
        return self._answer(policy, done.decision, done.ticket.account, ticket=view)

    def _follow_up(self, ticket: Ticket, request: Request, at: datetime) -> Answer:
        """What is closed stays closed; what is said about it is a request of its own."""
        policy = self._policy(at)
        account = self._accounts[ticket.account] if ticket.account is not None else None
        kept = {name: value for name, value in ticket.facts.items() if name not in DIAGNOSED}
        request = request.model_copy(update={"facts": {**kept, **request.facts}})
        around, meant = self._around(policy, request, account)
        return self._open(policy, self._knowing(policy, request, meant), around, at, None)

    def _action(self, step: steps.ActionStep) -> Answer:
        at, account = self._at(step), self._account(step.account)
        ticket = self._tickets[step.ticket] if step.ticket is not None else None
        policy = self._of_ticket(ticket, at)[0] if ticket is not None else self._policy(at)
        if account is None and ticket is not None and ticket.account is not None:
            account = self._accounts[ticket.account]
        request = self._request(step, account)
        around, meant = self._around(policy, request, account)
        decision = ask_for_action(policy, request, around, ticket, at)
        view = answers.ticket_view(ticket) if ticket is not None else None
        return self._answer(policy, decision, meant.number if meant else None, ticket=view)

    def _transition(self, step: steps.TransitionStep) -> Answer:
        if step.ticket is None:
            return self._hold(step)
        if step.verb not in VERBS:
            raise CannotPlay(f"{step.verb} needs an account")
        at, ticket = self._at(step), self._tickets[step.ticket]
        policy, around = self._of_ticket(ticket, at)
        survivor = self._tickets.get(str(step.payload.get("into")))
        transition = Transition(verb=step.verb, by=step.by, payload=step.payload)
        decision, after = apply(policy, ticket, transition, around, at, survivor=survivor)
        self._tickets[ticket.id] = after
        if after.merged_into is not None and survivor is not None:
            self._tickets[survivor.id] = surviving(survivor, ticket)
        return self._answer(policy, decision, after.account, ticket=answers.ticket_view(after))

    # ── accounts ─────────────────────────────────────────────────────────────
    def _hold(self, step: steps.TransitionStep) -> Answer:
        at, account = self._at(step), self._account(step.account)
        if account is None or step.verb not in steps.ACCOUNT_VERBS:
            raise CannotPlay(f"{step.verb} needs {'a ticket' if account else 'a ticket or an account'}")
        policy = self._policy(at)
        resellers = tuple(a for a in self._accounts.values() if a.is_reseller)
        decision, after = apply_to_account(policy, account, step.verb, step.by, resellers, at)
        self._keep(after)
        if step.verb == "adopt" and decision.outcome is Outcome.ACCEPTED and account.reseller is not None:
            self._responsible[account.number] = account.reseller
        return self._answer(policy, decision, account.number)

    def _contact(self, step: steps.ContactStep) -> Answer:
        at, account = self._at(step), self._account(step.account)
        assert account is not None
        policy = self._policy(at)
        if step.role is not None and step.role not in policy.document.contacts:
            raise CannotPlay(f"the policy has no contact role {step.role}")
        sender = step.sender or _first_contact(account)
        change = ContactChange(op=step.op, role=step.role, email=step.email, new_email=step.new_email)
        done = change_contacts(policy, account, change, sender, step.facts, self._others(account), at)
        self._keep(done.account)
        listed = {"role": done.role, "count": done.count, "limit": done.limit}
        return self._answer(policy, done.decision, account.number, contacts=listed)

    # ── the world and the policy ─────────────────────────────────────────────
    def _event(self, step: steps.EventStep) -> Answer:
        at, account = self._at(step), self._account(step.account)
        policy = self._policy(at)
        fields = step.model_dump(exclude={"at", "type", "account"}, exclude_none=True)
        event = events.Event(type=step.type, fields=fields)
        noticed = self._noticed.get(step.account, ())
        done = events.happened(policy, event, account, self._others(account), self._incidents, at, noticed)
        self._noticed[step.account] = (*noticed, EarlierEvent(at=at, values={"event": step.type, **fields}))
        self._keep(*done.accounts)
        self._incidents = done.incidents
        number = account.number if account is not None else None
        if number is not None and done.responsible is not None:
            self._responsible[number] = done.responsible
        answer = self._answer(policy, done.decision, number)
        decided = done.decision.effects or done.decision.breach or done.decision.citations
        return answer if decided else replace(answer, decision=None)

    def _notice(self, step: steps.NoticeStep) -> Answer:
        at = self._at(step)
        policy = self._policy(at)
        accounts = [self._accounts[self._numbers[name]] for name in step.accounts]
        found = notices.addressed(policy, accounts, step.kind, at)
        notice = {
            "recipients": [self._names[number] for number in found.recipients],
            "excluded": [{"account": self._names[e.account], "reason": e.reason} for e in found.excluded],
        }
        return answers.of_reading(policy, found, notice=notice)

    def _read(self, step: steps.ReadStep) -> Answer:
        policy = about.newest(self._versions) if step.at is None else about.in_force(self._versions, self._at(step))
        if policy is None:
            return Answer(None, {"outcome": "accepted", "policy": None})
        found = about.about(policy, self._at(step))
        situation = Situation(account=self._account(step.account), account_named=step.account is not None)
        who = find_standing(policy, Request(sender=step.sender or _first_contact(situation.account)), situation, None)
        return answers.of_reading(policy, found, policy=answers.policy_view(found), standing=who.role)

    def _publish(self, step: steps.PublishStep) -> Answer:
        at = step.at or step.effective_from
        policy = self._policy(at)
        try:
            document = publishing.revised(policy.document, step.changes)
            version = about.newest(self._versions).version + 1
            after, decision = publishing.publish(
                policy, document, version=version, effective_from=step.effective_from, at=at
            )
        except publishing.CannotPublish as cannot:
            raise CannotPlay(str(cannot)) from None
        self._versions.append(after)
        return self._answer(policy, decision, None, policy=answers.policy_view(about.about(self._policy(at), at)))

    def _report(self, step: steps.ReportStep) -> Answer:
        at = self._at(step)
        policy = self._policy(at)
        goal = goals.goal_of(policy, step.metric)
        if goal is None:
            raise CannotPlay(f"the policy has no goal for {step.metric}")
        tickets = _tasks(step.tickets) if step.tickets is not None else None
        found = goals.report(policy, goal, step.counts, tickets, at)
        return answers.of_reading(policy, found, report=found.model_dump(exclude={"citations", "assumptions"}))

    def _queue(self, step: steps.QueueStep) -> Answer:
        at = self._at(step)
        policy = self._policy(at)
        found = queueing.queue(policy, _tasks(step.tickets), at)
        return answers.of_reading(policy, found, queue=found.model_dump(exclude={"citations", "assumptions"}))


def _first_contact(account: Account | None) -> Sender | None:
    """Who asks where nobody is named."""
    if account is None or not account.contacts:
        return None
    first = account.contacts[0]
    return Sender(email=first.email, user=first.user, name=first.name)


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
