"""What a verb is given, and the ways it may end: refused, without consequences, or decided again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from pydantic import Field, JsonValue

from app.base.vocabulary import Outcome
from app.policy.compile import CompiledPolicy
from app.policy.decide import cited
from app.policy.decision import Decision
from app.policy.language.model import Model
from app.policy.language.prices import Fee
from app.policy.life import Desk, carry_on, reclassify, redeliberate
from app.policy.situation import Sender
from app.policy.stages.deliberation import Deliberation
from app.policy.tickets.happenings import OF_VERB
from app.policy.tickets.ticket import Ticket

SPOKEN = frozenset({"customer_info", "symptoms", "goal", "underlying_problem", "reproduction_attempt", "to_level"})
"""What triage records and escalation names; rules read these directly."""

Result = tuple[Decision, Ticket]


class Transition(Model):
    """One verb with what was said along with it."""

    verb: str
    by: Sender
    payload: Mapping[str, JsonValue] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """Everything a verb's function is given; `d` holds the ticket's values and collects what is cited."""

    policy: CompiledPolicy
    ticket: Ticket
    transition: Transition
    desk: Desk
    at: datetime
    d: Deliberation
    survivor: Ticket | None = None

    @property
    def payload(self) -> Mapping[str, JsonValue]:
        return self.transition.payload

    @property
    def tariff(self) -> Fee | None:
        fee = self.ticket.decision.fee
        slug = fee.rule if fee is not None else None
        return self.policy.fee(slug) if slug in self.policy.document.fees and slug is not None else None

    @property
    def currency(self) -> str:
        """Of the ticket's price; without one, the policy's."""
        fee = self.ticket.decision.fee
        return fee.currency if fee is not None else self.policy.document.currency


def stated_facts(step: Step) -> dict[str, Any]:
    facts = step.payload.get("facts")
    known = dict(facts) if isinstance(facts, Mapping) else {}
    return {step.policy.aliases.get(name, name): value for name, value in known.items()}


def with_facts(step: Step, **facts: Any) -> dict[str, Any]:
    return {**step.ticket.facts, **stated_facts(step), **{k: v for k, v in facts.items() if v is not None}}


def exact_amount(step: Step) -> Decimal | None:
    """The amount that is named, if it is one."""
    try:
        amount = Decimal(str(step.payload.get("amount")))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and amount >= 0 else None


def whole_minutes(step: Step, name: str) -> int | None:
    value = step.payload.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def refused(step: Step, reason: str | None = None) -> Result:
    """The verb is not allowed: the ticket's own decision, with the reason and the clauses that say so."""
    d = step.d
    decision = step.ticket.decision.changed(
        outcome=Outcome.REFUSED,
        reason=reason or d.reason,
        missing=d.missing,
        citations=cited(d),
        effects=tuple(d.effects),
        targets=step.ticket.targets,
    )
    return decision, step.ticket


def lacking(step: Step, name: str, reason: str = "intake_incomplete") -> Result:
    """The verb says too little, or something that cannot be meant."""
    step.d.missing += (name,)
    return refused(step, reason)


def again(step: Step, ticket: Ticket) -> Result:
    """Decide anew what follows from the changed ticket."""
    d = redeliberate(step.policy, ticket, step.desk, step.at, step.transition.verb)
    reclassify(d)
    return carry_on(ticket, d, step.at)


def same(step: Step, ticket: Ticket) -> Result:
    """Nothing that the policy decides has changed, unless a clock begins with the very step."""
    if OF_VERB.get(step.transition.verb) in step.policy.awaited.starts:
        return again(step, ticket)
    decision = step.ticket.decision.changed(outcome=Outcome.ACCEPTED, reason=None, effects=(), targets=ticket.targets)
    return decision, ticket.changed(decision=decision)
